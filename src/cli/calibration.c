// SPDX-License-Identifier: ISC
// Collects labelled incidents from recordings, fits, validates, writes.
#include "cli/calibration.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/calibration_priv.h"
#include "cli/say.h"
#include "cli/score.h"
#include "cli/session.h"
#include "conf/file.h"
#include "diagnose/causes.h"
#include "diagnose/diagnose.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATIOS_BYTES (1 << 20)
#define LABEL_MAX    256

static uint32_t number_of(struct calibration_names *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->at[i], name) == 0)
			return (uint32_t)i;
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count] = alloc_copy(name);
	return (uint32_t)l->count++;
}

// The variation without its hold time: "dual-90-v6" is the topology "dual-v6".
static void topology_of(const char *variation, char *ret, size_t size)
{
	size_t n = 0;
	while (*variation && n + 1 < size) {
		size_t digits = 0;
		while (*variation == '-' && isdigit((unsigned char)variation[1 + digits]))
			digits++;
		bool number = digits && (!variation[1 + digits] || variation[1 + digits] == '-');
		if (number)
			variation += 1 + digits;
		else
			ret[n++] = *variation++;
	}
	ret[n] = '\0';
}

static uint32_t bits_of(const struct truth_words *w)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < w->n; i++) {
		int cause = cause_of(w->at[i]);
		bits |= cause >= 0 ? 1u << cause : 0;
	}
	return bits;
}

static void case_add(struct calibration *c, const struct truth *truth, const struct score_outage *o,
		     const struct entity_list *entities)
{
	char name[LABEL_MAX], topology[LABEL_MAX];
	const char *scenario = truth->scenario ? truth->scenario : "?",
		   *variation = truth->variation ? truth->variation : "?";
	int cause = o->truth->cause ? cause_of(o->truth->cause) : -1;
	if (cause < 0 || !o->found)
		return;
	alloc_grow((void **)&c->cases, c->count, &c->capacity, sizeof(*c->cases));
	struct calibrate_case *one = &c->cases[c->count++];
	const struct incident *n = o->found;
	*one = (struct calibrate_case){
		.coverage = n->facts.witness.coverage,
		.truth = (uint8_t)cause,
		.acceptable = bits_of(&o->truth->acceptable) | 1u << cause,
		.ruled_out = bits_of(&o->truth->not ),
	};
	memcpy(one->findings, n->diagnosis.findings, sizeof(one->findings));
	diagnose_prior(&(struct diagnose_input){.incident = n, .entity = &entities->at[n->entity]}, one->prior);
	snprintf(name, sizeof(name), "%s %s", scenario, variation);
	topology_of(variation, topology, sizeof(topology));
	one->group[GROUP_VARIATION] = number_of(&c->groups[GROUP_VARIATION], name);
	one->group[GROUP_TOPOLOGY] = number_of(&c->groups[GROUP_TOPOLOGY], topology);
	one->group[GROUP_WAY] = number_of(&c->groups[GROUP_WAY], scenario);
}

static int take_recording(struct calibration *c, char *dir)
{
	struct truth truth;
	struct session session;
	char message[512];
	size_t before = c->count;
	int code = truth_read(dir, &truth, message, sizeof(message));
	if (code < 0) {
		say_line("lacuna evaluate: %s%s", code == ERR_NOT_FOUND ? dir : message,
			 code == ERR_NOT_FOUND ? ": there is no truth.json in it to learn from" : "");
		return 1;
	}
	session_init(&session, "lacuna evaluate");
	session.quiet = true;
	int status = session_run(&session, 1, &dir);
	if (status <= 1 && session.pipeline) {
		struct score score =
			score_recording(&truth, pipeline_incidents(session.pipeline), &session.in.entities);
		for (size_t i = 0; i < score.count; i++)
			case_add(c, &truth, &score.outages[i], &session.in.entities);
		score_free(&score);
		c->recordings++;
		c->without += c->count == before;
	}
	session_free(&session);
	truth_free(&truth);
	return status;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	int order = strcmp(last_name(*x), last_name(*y));
	return order ? order : strcmp(*x, *y);
}

// Written beside and renamed: whole or not at all. A device, a pipe or a folder is never replaced.
static int write_whole(const char *path, const struct text *content)
{
	struct text beside = {0};
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		say_line("lacuna evaluate: %s: is no regular file and is not replaced", path);
		return 4;
	}
	text_printf(&beside, "%s.new", path);
	FILE *file = fopen(text_string(&beside), "w");
	bool fine = file && fwrite(content->bytes, 1, content->length, file) == content->length;
	fine &= file && fclose(file) == 0;
	fine = fine && rename(text_string(&beside), path) == 0;
	if (!fine) {
		say_line("lacuna evaluate: %s: %s", path, strerror(errno));
		unlink(text_string(&beside));
	}
	text_free(&beside);
	return fine ? 0 : 4;
}

static int write_ratios(const char *path, const struct ratios *fitted)
{
	struct cursor bytes;
	struct plan_error error = {0};
	struct text old = {0}, anew = {0};
	unsigned line;
	int code = file_read(path, RATIOS_BYTES, &bytes, &error);
	if (code < 0) {
		say_line("lacuna evaluate: %s", error.text);
		return 3;
	}
	text_bytes(&old, bytes.at, (size_t)(bytes.end - bytes.at));
	file_drop(&bytes);
	code = calibration_ratios(&old, fitted, &anew, &line);
	if (code < 0)
		say_line("lacuna evaluate: %s:%u: no line of a table of ratios; see data/ratios.csv", path, line);
	int status = code < 0 ? 3 : write_whole(path, &anew);
	text_free(&old);
	text_free(&anew);
	return status;
}

static int write_all(const struct calibration_options *options, const struct calibration *c)
{
	struct calibrate_report reports[GROUP_COUNT];
	struct ratios fitted = *ratios_shipped();
	struct text document = {0};
	for (int kind = 0; kind < GROUP_COUNT; kind++)
		calibrate_cross(c->cases, c->count, (enum calibrate_group)kind, ratios_shipped(), &reports[kind]);
	calibrate_fit(c->cases, c->count, GROUP_COUNT, 0, &fitted);
	calibration_document(c, reports, &fitted, &document);
	int status = write_whole(options->document, &document);
	if (status == 0 && options->ratios)
		status = write_ratios(options->ratios, &fitted);
	text_free(&document);
	return status;
}

int calibration_run(const struct calibration_options *options, int n, char **dirs)
{
	struct calibration c = {0};
	bool terminal = isatty(STDERR_FILENO);
	int worst = 0;
	qsort(dirs, (size_t)n, sizeof(*dirs), by_name);
	for (int i = 0; i < n; i++) {
		if (terminal)
			fprintf(stderr, "\r%d of %d recordings", i + 1, n);
		int status = take_recording(&c, dirs[i]);
		worst = status > worst ? status : worst;
	}
	if (terminal)
		fputc('\n', stderr);
	if (!c.count) {
		say_line("lacuna evaluate: nothing to learn from: no recording has an incident with a labelled cause");
		worst = worst > 3 ? worst : 3;
	} else {
		int status = write_all(options, &c);
		worst = status ? status : worst > 1 ? 1 : worst;
	}
	for (int k = 0; k < GROUP_COUNT; k++) {
		for (size_t i = 0; i < c.groups[k].count; i++)
			free(c.groups[k].at[i]);
		free(c.groups[k].at);
	}
	free(c.cases);
	return worst;
}
