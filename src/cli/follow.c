// SPDX-License-Identifier: ISC
// Looks at sizes and times of the files; where they changed replays all and tells the incidents that read differently.
#include "cli/follow.h"

#include "base/alloc.h"
#include "cli/say.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define WALK_HANDLES 16

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
	(void)number;
	stopping = 1;
}

struct told { // how an incident read when it was last told
	char *id, *text;
};

struct following {
	const struct follow_options *options;
	struct told *told;
	size_t told_count, told_capacity;
};

static uint64_t walk_sum; // nftw() gives its callback no context

static int walk_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)where;
	if (kind == FTW_F)
		walk_sum += hash_pair(hash_bytes(path, strlen(path)),
				      hash_pair((uint64_t)st->st_size, (uint64_t)st->st_mtim.tv_sec * 1000000000u +
									       (uint64_t)st->st_mtim.tv_nsec));
	return 0;
}

// Changes whenever a file of the paths appears, goes or grows.
static uint64_t state_of(const struct follow_options *o)
{
	walk_sum = 0;
	for (int i = 0; i < o->path_count; i++)
		(void)nftw(o->paths[i], walk_one, WALK_HANDLES, FTW_PHYS);
	return walk_sum;
}

static void session_like(struct session *s, const struct follow_options *o)
{
	session_init(s, o->like->command, &say_notices);
	memcpy(s->watch, o->like->watch, sizeof(s->watch));
	s->watch_count = o->like->watch_count;
	s->until = o->like->until;
	s->definition = o->like->definition;
	s->full_feed_floor = o->like->full_feed_floor;
	s->world_path = o->like->world_path;
	s->parameters = o->like->parameters;
	s->quiet = true;
	s->growing = true;
}

static struct told *told_of(struct following *f, const char *id)
{
	for (size_t i = 0; i < f->told_count; i++)
		if (strcmp(f->told[i].id, id) == 0)
			return &f->told[i];
	alloc_grow((void **)&f->told, f->told_count, &f->told_capacity, sizeof(*f->told));
	f->told[f->told_count] = (struct told){alloc_copy(id), alloc_copy("")};
	return &f->told[f->told_count++];
}

static void tell(struct following *f, const struct session *s)
{
	struct incident_view v;
	struct text t = {0};
	session_view(s, &v);
	for (size_t i = 0; i < v.incidents->count; i++) {
		struct told *told = told_of(f, v.incidents->at[i].id);
		text_clear(&t);
		if (f->options->json)
			incident_json(&t, &v, &v.incidents->at[i]);
		else
			incident_text(&t, &v, &v.incidents->at[i]);
		if (strcmp(text_string(&t), told->text) == 0)
			continue;
		free(told->text);
		told->text = alloc_copy(text_string(&t));
		puts(told->text);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		stopping = 1; // nobody is there to be told
	text_free(&t);
}

// One look at the data up to `behind_s` before its newest stamp. ret_last: that stamp.
static int look(struct following *f, struct instant until, struct instant *ret_last)
{
	struct session s;
	session_like(&s, f->options);
	if (instant_known(until))
		s.until = until;
	int status = session_run(&s, f->options->path_count, f->options->paths);
	bool read = status <= 1 && s.pipeline;
	*ret_last = read ? pipeline_last(s.pipeline) : INSTANT_NONE;
	if (read && (instant_known(until) || f->options->watermark_s <= 0 || stopping))
		tell(f, &s);
	session_free(&s);
	return status;
}

static int look_behind(struct following *f)
{
	struct instant last, ignored;
	int status = look(f, INSTANT_NONE, &last);
	if (f->options->watermark_s <= 0 || stopping || !instant_known(last))
		return status;
	return look(f, instant_after(last, -(int64_t)(f->options->watermark_s * 1e9)), &ignored);
}

static void wait_for(double seconds)
{
	struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
	while (!stopping && nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

int follow(const struct follow_options *options)
{
	struct following f = {.options = options};
	struct sigaction action = {.sa_handler = on_stop};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	uint64_t seen = 0;
	int status = 0;
	while (!stopping) {
		uint64_t now = state_of(options);
		if (now != seen)
			status = look_behind(&f);
		if (status == 2 || status == 4)
			break;
		seen = now;
		wait_for(options->every_s);
	}
	if (stopping && !ferror(stdout))
		status = look_behind(&f);
	for (size_t i = 0; i < f.told_count; i++) {
		free(f.told[i].id);
		free(f.told[i].text);
	}
	free(f.told);
	return status;
}
