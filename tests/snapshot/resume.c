// SPDX-License-Identifier: ISC
// Stop anywhere, go on, same bytes: each recording is read whole, and again in two runs with the state carried over at a record
// drawn by lot. What the two tell together must be what the one told, and the incidents at the end the same.
#include "base/text.h"
#include "intake/run.h"
#include "report/incident.h"
#include "report/revision.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5 // a recording, unless LACUNA_ROUNDS says otherwise

static char state[] = "/tmp/lacuna-resume-XXXXXX";

static void notice_say(void *context, const char *line)
{
	(void)context;
	printf("%s\n", line);
}

static const struct notice_sink notices = {.line = notice_say};

static void revision_keep(void *context, const struct revision *r)
{
	revision_json(context, r);
	text_char(context, '\n');
}

static void incidents_put(struct text *t, struct intake_run *s)
{
	struct incident_view view;
	run_view(s, &view);
	for (size_t i = 0; i < view.incidents->count; i++) {
		incident_json(t, &view, &view.incidents->at[i]);
		text_char(t, '\n');
	}
	blind_text(t, &view);
}

struct part { // one run over the recording
	char *path;
	uint64_t stop_after;	 // 0: to the end
	const char *save, *load; // null: does not
	struct text *told, *incidents;
};

static int part_run(const struct part *p)
{
	struct intake_run s;
	run_init(&s, "resume", &notices);
	s.quiet = true;
	s.stop_after = p->stop_after;
	s.snapshot_path = p->save;
	s.resume_path = p->load;
	s.revisions = (struct revision_sink){revision_keep, p->told};
	char *paths[] = {p->path};
	int status = run_paths(&s, 1, paths);
	if (s.pipeline && p->incidents)
		incidents_put(p->incidents, &s);
	run_free(&s);
	return status;
}

static uint64_t records_of(char *path)
{
	struct intake_run s;
	uint64_t n = 0;
	struct record record;
	run_init(&s, "resume", &notices);
	if (inputs_add(&s.in, path) == 0)
		while (feed_next(s.in.feed, &record) > 0)
			n++;
	run_free(&s);
	return n;
}

static bool text_same(const struct text *a, const struct text *b)
{
	return a->length == b->length && (!a->length || memcmp(a->bytes, b->bytes, a->length) == 0);
}

static int recording_try(char *path, unsigned rounds)
{
	struct text whole = {0}, whole_end = {0};
	uint64_t records = records_of(path);
	int failed = 0;
	if (!records) {
		printf("%s: not there\n", path);
		return 0;
	}
	part_run(&(struct part){path, 0, NULL, NULL, &whole, &whole_end});
	for (unsigned i = 0; i < rounds; i++) {
		struct text halves = {0}, end = {0};
		uint64_t at = 1 + (uint64_t)random() % records;
		part_run(&(struct part){path, at, state, NULL, &halves, NULL});
		part_run(&(struct part){path, 0, NULL, state, &halves, &end});
		bool same = text_same(&whole, &halves) && text_same(&whole_end, &end);
		if (!same)
			printf("%s: stopped after record %" PRIu64 " of %" PRIu64 ": it differs\n", path, at, records);
		failed += !same;
		const char *keep = getenv("LACUNA_KEEP");
		if (!same && keep) {
			const struct text *all[] = {&whole, &halves, &whole_end, &end};
			FILE *f = fopen(keep, "w");
			for (int k = 0; k < 4 && f; k++) {
				fprintf(f, "== %d\n", k);
				fwrite(all[k]->bytes, 1, all[k]->length, f);
			}
			if (f)
				fclose(f);
		}
		text_free(&halves);
		text_free(&end);
	}
	printf("%s: %" PRIu64 " records, %u stops, %d differ\n", path, records, rounds, failed);
	text_free(&whole);
	text_free(&whole_end);
	return failed;
}

int main(int argc, char **argv)
{
	const char *rounds = getenv("LACUNA_ROUNDS"), *seed = getenv("LACUNA_SEED");
	unsigned start = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
	int failed = 0, fd = mkstemp(state);
	if (fd < 0)
		return 1;
	close(fd);
	printf("LACUNA_SEED=%u\n", start);
	srandom(start);
	for (int i = 1; i < argc; i++)
		failed += recording_try(argv[i], rounds ? (unsigned)strtoul(rounds, NULL, 10) : ROUNDS);
	unlink(state);
	return failed ? 1 : 0;
}
