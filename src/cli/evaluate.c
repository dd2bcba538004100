// SPDX-License-Identifier: ISC
// `lacuna evaluate`: replays each recording and compares with its truth.json.
#include "cli/evaluate.h"
#include "cli/say.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/calibration.h"
#include "cli/labels.h"
#include "cli/score.h"
#include "cli/session.h"
#include "diagnose/causes.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DETECT_MOST_S 4096 // later than that is not told in time for anything

static const char help[] =
	"Usage: lacuna evaluate DIR... [--times] [--json]\n"
	"\n"
	"Replays each recording and compares what was found with its truth.json: was every outage found, when it "
	"began\n"
	"and ended, its scope, the order of failure and return; and was anything raised that did not happen.\n"
	"\n"
	"  --times  also how long after its true start each outage is told, to the second\n"
	"  --json   the contract's JSON object\n"
	"  --calibration DOCUMENT  in place of that: how good the ranking of causes is on recordings it has not seen, "
	"as a\n"
	"           document (cross-validation that leaves out variations, topologies and ways of making a fault)\n"
	"  --ratios FILE.csv      with it: write the rates that these recordings teach into this data file\n"
	"\n"
	"  --labels FILE.csv      or instead: how well published labels (IODA events of the SIGCOMM 2023 study; - for "
	"standard\n"
	"           input) tell an ordered shutdown at its onset, each country predicted from all others\n"
	"\n"
	"Examples:\n"
	"  lacuna evaluate recordings/*\n"
	"  lacuna evaluate --calibration doc/CALIBRATION.md --ratios data/ratios.csv /var/lab/matrix/*-[0-9]\n"
	"\n"
	"Exit status: 0 every recording met its truth; 1 one missed it; 2 usage; 3 nothing could be read; 4 own "
	"failure.\n";

struct evaluation {
	bool json, times;
	struct text out;
	struct json writer;
	size_t recordings, outages, found, inside, false_outages, scope_asked, scope_right, order_asked, order_right;
	size_t recovery_asked, recovery_right;
	size_t causes, causes_right, causes_strict, answered, answered_right, ruled_out;
	double *start_errors, *end_errors, *widths, *detect; // absolute seconds
	size_t starts, ends, start_capacity, end_capacity, width_capacity, width_count, detects, detect_capacity;
	double score_sum, plain_sum; // of the start's intervals, and of best plus or minus a watch interval
	size_t scored;
	double watch_s; // watch interval of the recording at hand
	bool missed;
};

static void put_word(struct json *j, const char *key, int value)
{
	json_key(j, key);
	if (value == SCORE_NOT_ASKED)
		json_null(j);
	else
		json_bool(j, value == SCORE_YES);
}

static void put_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}

static const struct diagnosis *diagnosis_of(const struct score_outage *o)
{
	return o->found && o->found->diagnosis.known ? &o->found->diagnosis : NULL;
}

static void put_cause(struct json *j, const struct score_outage *o)
{
	const struct diagnosis *d = diagnosis_of(o);
	if (!d) {
		put_null(j, "verdict");
		put_null(j, "leading");
		put_null(j, "leading_p");
		put_null(j, "abstained");
		put_null(j, "top1");
		put_null(j, "ruled_out_above_0_2");
		return;
	}
	const char *leading = cause_row(d->ranked[0].cause)->word;
	json_key(j, "verdict");
	json_string(j, d->abstained ? "undetermined" : leading);
	json_key(j, "leading");
	json_string(j, leading);
	json_key(j, "leading_p");
	json_real(j, d->ranked[0].p, 4);
	json_key(j, "abstained");
	json_bool(j, d->abstained != 0);
	put_word(j, "top1", o->cause_ok);
	json_key(j, "ruled_out_above_0_2");
	json_open(j, '[');
	for (uint8_t c = 0; c < CAUSE_COUNT; c++)
		if (o->ruled_out >> c & 1)
			json_string(j, cause_row(c)->word);
	json_close(j, ']');
}

static void put_outage(struct json *j, const struct score_outage *o)
{
	json_open(j, '{');
	json_key(j, "entity");
	json_string(j, o->truth->entity);
	json_key(j, "expected");
	json_string(j, o->truth->cause);
	json_key(j, "acceptable");
	json_open(j, '[');
	for (size_t i = 0; i < o->truth->acceptable.n; i++)
		json_string(j, o->truth->acceptable.at[i]);
	json_close(j, ']');
	put_cause(j, o);
	json_key(j, "detected");
	json_bool(j, o->detected);
	json_key(j, "start_error_s");
	json_real(j, o->start_error_s, 3);
	json_key(j, "end_error_s");
	json_real(j, o->end_error_s, 3);
	put_word(j, "start_in_interval", o->detected ? o->start_in_interval : SCORE_NOT_ASKED);
	put_word(j, "scope_ok", o->scope_ok);
	put_word(j, "order_ok", o->order_ok);
	put_word(j, "recovery_ok", o->recovery_ok);
	json_key(j, "start_interval_score_s");
	json_real(j, o->interval_score_s, 3);
	json_key(j, "time_to_detect_s");
	json_real(j, o->detect_s, 1);
	json_close(j, '}');
}

// All leading causes of the recording are right; not asked where there are none.
static int recording_top1(const struct score *s)
{
	int top1 = SCORE_NOT_ASKED;
	for (size_t i = 0; i < s->count; i++)
		if (s->outages[i].cause_ok != SCORE_NOT_ASKED && top1 != SCORE_NO)
			top1 = s->outages[i].cause_ok;
	return top1;
}

static void put_recording(struct json *j, const char *name, const struct score *s)
{
	json_open(j, '{');
	json_key(j, "name");
	json_string(j, name);
	json_key(j, "detected");
	json_bool(j, s->detected);
	put_word(j, "top1", recording_top1(s));
	json_key(j, "false_outages");
	json_int(j, s->false_outages);
	json_key(j, "outages");
	json_open(j, '[');
	for (size_t i = 0; i < s->count; i++)
		put_outage(j, &s->outages[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static const char *word_of(int value)
{
	return value == SCORE_YES ? "yes" : value == SCORE_NO ? "NO" : "-";
}

static void line_cause(struct text *t, const struct score_outage *o)
{
	const struct diagnosis *d = diagnosis_of(o);
	if (d) {
		const char *leading = cause_row(d->ranked[0].cause)->word;
		text_printf(t, d->abstained ? "  (%s %.2f)" : "  %s %.2f", leading, d->ranked[0].p);
		if (o->cause_ok == SCORE_NO)
			text_printf(t, " WRONG, it was %s", o->truth->cause);
	}
	for (uint8_t c = 0; c < CAUSE_COUNT; c++)
		if (o->ruled_out >> c & 1)
			text_printf(t, " RULED OUT: %s", cause_row(c)->word);
	text_char(t, '\n');
}

static void put_line(struct text *t, const char *name, const struct score *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct score_outage *o = &s->outages[i];
		text_printf(t, "%-24s %-8s %-9s", i ? "" : name, o->truth->scope ? o->truth->scope : "?",
			    o->detected ? "found"
			    : o->asked	? "MISSED"
					: "-");
		if (isfinite(o->start_error_s))
			text_printf(t, " start %+8.1f s (%s)", o->start_error_s,
				    o->start_in_interval ? "inside" : "outside");
		else
			text_printf(t, " %25s", "");
		if (isfinite(o->end_error_s))
			text_printf(t, " end %+8.1f s", o->end_error_s);
		else
			text_printf(t, " %15s", "");
		text_printf(t, "  scope %s  order %s  recovery %s", word_of(o->scope_ok), word_of(o->order_ok),
			    word_of(o->recovery_ok));
		line_cause(t, o);
	}
	if (s->false_outages)
		text_printf(t, "%-24s FALSE OUTAGES: %u\n", s->count ? "" : name, s->false_outages);
	else if (!s->count)
		text_printf(t, "%-24s nothing happened, nothing was raised\n", name);
}

static void note(double **list, size_t *n, size_t *capacity, double value)
{
	if (!isfinite(value))
		return;
	alloc_grow((void **)list, *n, capacity, sizeof(**list));
	(*list)[(*n)++] = fabs(value);
}

static void count_in(struct evaluation *e, const struct score *s)
{
	e->recordings++;
	e->false_outages += s->false_outages;
	e->missed |= !s->detected || s->false_outages;
	for (size_t i = 0; i < s->count; i++) {
		const struct score_outage *o = &s->outages[i];
		e->outages += o->asked;
		e->found += o->asked && o->detected;
		e->inside += o->asked && o->start_in_interval;
		e->scope_asked += o->asked && o->scope_ok != SCORE_NOT_ASKED;
		e->scope_right += o->asked && o->scope_ok == SCORE_YES;
		e->order_asked += o->order_ok != SCORE_NOT_ASKED;
		e->order_right += o->order_ok == SCORE_YES;
		e->recovery_asked += o->recovery_ok != SCORE_NOT_ASKED;
		e->recovery_right += o->recovery_ok == SCORE_YES;
		bool answered = o->cause_ok != SCORE_NOT_ASKED && !o->found->diagnosis.abstained;
		e->causes += o->cause_ok != SCORE_NOT_ASKED;
		e->causes_right += o->cause_ok == SCORE_YES;
		e->causes_strict += o->strict;
		e->answered += answered;
		e->answered_right += answered && o->cause_ok == SCORE_YES;
		e->ruled_out += o->ruled_out != 0;
		if (!o->asked)
			continue;
		note(&e->start_errors, &e->starts, &e->start_capacity, o->start_error_s);
		note(&e->end_errors, &e->ends, &e->end_capacity, o->end_error_s);
		if (!o->detected)
			continue;
		note(&e->widths, &e->width_count, &e->width_capacity, o->interval_s);
		note(&e->detect, &e->detects, &e->detect_capacity, o->detect_s);
		e->score_sum += o->interval_score_s;
		e->plain_sum += score_plain(o, e->watch_s);
		e->scored++;
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double quantile(double *list, size_t n, double q)
{
	if (!n)
		return NAN;
	qsort(list, n, sizeof(*list), by_value);
	return list[(size_t)(q * (double)(n - 1) + 0.5)];
}

// Name of the last folder of a path.
static void name_of(const char *path, char *ret, size_t size)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t from = n;
	while (from > 0 && path[from - 1] != '/')
		from--;
	n = n - from < size - 1 ? n - from : size - 1;
	memcpy(ret, path + from, n);
	ret[n] = '\0';
}

// When incidents were told.

struct opening {
	char id[INCIDENT_ID_MAX];
	struct instant cut; // of the first revision
};

struct openings {
	struct opening *at;
	size_t count, capacity;
};

static void opening_take(void *context, const struct revision *r)
{
	struct openings *o = context;
	if (r->revision != 1)
		return;
	alloc_grow((void **)&o->at, o->count, &o->capacity, sizeof(*o->at));
	struct opening *new = &o->at[o->count++];
	*new = (struct opening){.cut = r->cut};
	snprintf(new->id, sizeof(new->id), "%s", r->id);
}

// From the true start of the outage to the first revision of the incident that it was found as: to a second, the grid of the
// cuts. An incident that was open before tells it at once.
static void time_detection(const struct openings *openings, struct score_outage *o)
{
	for (size_t i = 0; i < openings->count; i++) {
		if (strcmp(openings->at[i].id, o->found->id) != 0)
			continue;
		double after = instant_gap_s(o->truth->start, openings->at[i].cut);
		o->detect_s = after > DETECT_MOST_S ? NAN : after > 0 ? after : 0;
	}
}

static int evaluate_one(struct evaluation *e, char *dir)
{
	struct truth truth;
	struct session session;
	struct openings openings = {0};
	char message[512], name[128];
	int code = truth_read(dir, &truth, message, sizeof(message));
	if (code < 0) {
		if (code == ERR_NOT_FOUND)
			say_line("lacuna evaluate: %s: there is no truth.json in it to compare with", dir);
		else
			say_line("lacuna evaluate: %s", message);
		return 3;
	}
	session_init(&session, "lacuna evaluate");
	session.quiet = true;
	if (e->times) {
		session.cut_ns = NS_PER_S;
		session.revisions = (struct revision_sink){opening_take, &openings};
	}
	int status = session_run(&session, 1, &dir);
	if (status <= 1 && session.pipeline) {
		struct score score =
			score_recording(&truth, pipeline_incidents(session.pipeline), &session.in.entities);
		e->watch_s = pipeline_watch_s(session.pipeline);
		for (size_t i = 0; e->times && i < score.count; i++)
			if (score.outages[i].asked && score.outages[i].detected)
				time_detection(&openings, &score.outages[i]);
		name_of(dir, name, sizeof(name));
		if (e->json)
			put_recording(&e->writer, name, &score);
		else
			put_line(&e->out, name, &score);
		count_in(e, &score);
		score_free(&score);
	}
	free(openings.at);
	session_free(&session);
	truth_free(&truth);
	return status;
}

static void put_share(struct json *j, const char *key, size_t part, size_t of)
{
	json_key(j, key);
	json_real(j, of ? (double)part / (double)of : NAN, 4);
}

static double mean(double sum, size_t n)
{
	return n ? sum / (double)n : NAN;
}

static void put_summary(struct evaluation *e)
{
	double start50 = quantile(e->start_errors, e->starts, 0.5), start90 = quantile(e->start_errors, e->starts, 0.9);
	double end50 = quantile(e->end_errors, e->ends, 0.5), width50 = quantile(e->widths, e->width_count, 0.5);
	struct json *j = &e->writer;
	if (!e->json) {
		text_printf(
			&e->out,
			"\n%zu recordings, %zu outages: %zu found, %zu false; start error median %.1f s, p90 %.1f s; "
			"%zu of %zu starts inside their interval (median width %.1f s); end error median %.1f s; scope "
			"right "
			"%zu of %zu, order %zu of %zu, recovery %zu of %zu; interval score %.2f s (plus or minus a "
			"watch interval: "
			"%.2f s)",
			e->recordings, e->outages, e->found, e->false_outages, start50, start90, e->inside, e->found,
			width50, end50, e->scope_right, e->scope_asked, e->order_right, e->order_asked,
			e->recovery_right, e->recovery_asked, mean(e->score_sum, e->scored),
			mean(e->plain_sum, e->scored));
		if (e->times)
			text_printf(&e->out, "; told after %.1f s (median), %.1f s (p90)",
				    quantile(e->detect, e->detects, 0.5), quantile(e->detect, e->detects, 0.9));
		text_printf(&e->out,
			    "; causes: %zu of %zu leading ones right or acceptable (%zu exactly), %zu answered, %zu of "
			    "these right, %zu with a ruled-out cause above 0.2\n",
			    e->causes_right, e->causes, e->causes_strict, e->answered, e->answered_right, e->ruled_out);
		return;
	}
	json_key(j, "summary");
	json_open(j, '{');
	json_key(j, "recordings");
	json_int(j, (int64_t)e->recordings);
	json_key(j, "outages");
	json_int(j, (int64_t)e->outages);
	json_key(j, "false_outages");
	json_int(j, (int64_t)e->false_outages);
	put_share(j, "recall", e->found, e->outages);
	put_share(j, "precision", e->found, e->found + e->false_outages);
	put_share(j, "start_coverage", e->inside, e->found);
	put_share(j, "scope_accuracy", e->scope_right, e->scope_asked);
	put_share(j, "order_accuracy", e->order_right, e->order_asked);
	put_share(j, "recovery_accuracy", e->recovery_right, e->recovery_asked);
	put_share(j, "cause_accuracy", e->causes_right, e->causes);
	put_share(j, "cause_accuracy_strict", e->causes_strict, e->causes);
	put_share(j, "cause_answered", e->answered, e->causes);
	put_share(j, "cause_accuracy_answered", e->answered_right, e->answered);
	json_key(j, "cause_ruled_out_above_0_2");
	json_int(j, (int64_t)e->ruled_out);
	json_key(j, "start_error_median_s");
	json_real(j, start50, 3);
	json_key(j, "start_error_p90_s");
	json_real(j, start90, 3);
	json_key(j, "start_interval_median_s");
	json_real(j, width50, 3);
	json_key(j, "start_interval_score_s");
	json_real(j, mean(e->score_sum, e->scored), 3);
	json_key(j, "start_interval_score_plain_s");
	json_real(j, mean(e->plain_sum, e->scored), 3);
	json_key(j, "time_to_detect_median_s");
	json_real(j, quantile(e->detect, e->detects, 0.5), 1);
	json_key(j, "time_to_detect_p90_s");
	json_real(j, quantile(e->detect, e->detects, 0.9), 1);
	json_key(j, "end_error_median_s");
	json_real(j, end50, 3);
	json_close(j, '}');
}

static int evaluate(struct evaluation *e, int n, char **dirs)
{
	int worst = 0;
	e->writer.out = &e->out;
	if (e->json) {
		json_open(&e->writer, '{');
		json_key(&e->writer, "recordings");
		json_open(&e->writer, '[');
	}
	for (int i = 0; i < n; i++) {
		int status = evaluate_one(e, dirs[i]);
		worst = status > worst ? status : worst;
	}
	if (e->json)
		json_close(&e->writer, ']');
	put_summary(e);
	if (e->json) {
		json_close(&e->writer, '}');
		text_char(&e->out, '\n');
	}
	fwrite(e->out.bytes, 1, e->out.length, stdout);
	if (worst >= 2)
		return worst == 3 && e->recordings ? 1 : worst;
	return e->missed ? 1 : worst;
}

int cli_evaluate(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{"times", no_argument, NULL, 't'},
						{"calibration", required_argument, NULL, 'c'},
						{"ratios", required_argument, NULL, 'r'},
						{"labels", required_argument, NULL, 'l'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct evaluation e = {0};
	struct calibration_options calibration = {0};
	const char *labels = NULL;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jth", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == '?') {
			fputs("Try 'lacuna evaluate --help'.\n", stderr);
			return 2;
		}
		if (option == 'l')
			labels = optarg;
		if (option == 'c')
			calibration.document = optarg;
		if (option == 'r')
			calibration.ratios = optarg;
		e.json |= option == 'j';
		e.times |= option == 't';
	}
	if (labels && optind == argc && !calibration.document)
		return labels_run(labels, e.json);
	if (labels) {
		fputs("lacuna evaluate: --labels stands alone, with --json at most\nTry 'lacuna evaluate --help'.\n",
		      stderr);
		return 2;
	}
	if (optind == argc) {
		fputs("lacuna evaluate: name at least one recording\nTry 'lacuna evaluate --help'.\n", stderr);
		return 2;
	}
	if (calibration.ratios && !calibration.document) {
		fputs("lacuna evaluate: --ratios goes with --calibration\nTry 'lacuna evaluate --help'.\n", stderr);
		return 2;
	}
	if (calibration.document)
		return calibration_run(&calibration, argc - optind, argv + optind);
	int status = evaluate(&e, argc - optind, argv + optind);
	text_free(&e.out);
	free(e.start_errors);
	free(e.end_errors);
	free(e.widths);
	free(e.detect);
	return status;
}
