// SPDX-License-Identifier: ISC
// Reads a whole command before anything turns: a wrong one changes nothing.
#include "steer.h"

#include "base/err.h"
#include "base/hash.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OVER_MAX_S  86400.0 // no scenario is longer than a day
#define POWER_MAX   16.0
#define QUEUE_MAX_K 1048576.0

struct order { // what a `set` line asks for
	bool has[SHAPE_DIAL_COUNT], has_queue, has_spare;
	double value[SHAPE_DIAL_COUNT], queue_k, over_s, power;
	bool spare;
};

static const struct {
	const char *key;
	double low, high;
} dials[SHAPE_DIAL_COUNT] = {
	[SHAPE_DELAY] = {"delay", 0, 60000},
	[SHAPE_JITTER] = {"jitter", 0, 60000},
	[SHAPE_LOSS] = {"loss", 0, 100},
	[SHAPE_RATE] = {"rate", 0, 1e7},
};

int steer_add(struct steer_links *l, const char *name, uint64_t seed)
{
	size_t n = strlen(name);
	if (l->count == STEER_LINKS_MAX)
		return ERR_FULL;
	if (!n || n >= STEER_NAME_MAX)
		return ERR_USAGE;
	struct steer_link *k = &l->at[l->count++];
	memcpy(k->name, name, n + 1);
	uint64_t own = hash_pair(seed, hash_bytes(name, n));
	shape_init(&k->way[0], hash_pair(own, 0));
	shape_init(&k->way[1], hash_pair(own, 1));
	return 0;
}

static struct steer_link *link_find(struct steer_links *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->at[i].name, name) == 0)
			return &l->at[i];
	return NULL;
}

static bool number_read(const char *word, double low, double high, double *ret_value)
{
	char *end;
	errno = 0;
	double v = strtod(word, &end);
	if (end == word || *end || errno || !isfinite(v) || v < low || v > high)
		return false;
	*ret_value = v;
	return true;
}

static bool order_read(struct order *o, char *word)
{
	char *value = strchr(word, '=');
	double flag;
	if (!value)
		return false;
	*value++ = 0;
	for (size_t i = 0; i < SHAPE_DIAL_COUNT; i++)
		if (strcmp(word, dials[i].key) == 0)
			return o->has[i] = number_read(value, dials[i].low, dials[i].high, &o->value[i]);
	if (strcmp(word, "queue") == 0)
		return o->has_queue = number_read(value, 0, QUEUE_MAX_K, &o->queue_k);
	if (strcmp(word, "over") == 0)
		return number_read(value, 0, OVER_MAX_S, &o->over_s);
	if (strcmp(word, "power") == 0)
		return number_read(value, 1 / POWER_MAX, POWER_MAX, &o->power);
	if (strcmp(word, "spare") == 0 && number_read(value, 0, 1, &flag)) {
		o->spare = flag != 0;
		return o->has_spare = true;
	}
	return false;
}

static void order_obey(const struct order *o, struct shape *s, int64_t now_ns)
{
	for (size_t i = 0; i < SHAPE_DIAL_COUNT; i++) {
		struct shape_ramp to = {0, o->value[i], now_ns, (int64_t)(o->over_s * 1e9), o->power};
		if (o->has[i])
			shape_turn(s, (enum shape_dial)i, &to);
	}
	if (o->has_queue)
		s->queue_bytes = o->queue_k * 1024;
	if (o->has_spare)
		s->spare = o->spare;
}

static void set(struct steer_links *l, char *rest, int64_t now_ns, struct text *answer)
{
	char *name = strsep(&rest, " "), *way = strsep(&rest, " "), *word;
	struct steer_link *k = name ? link_find(l, name) : NULL;
	bool both = way && strcmp(way, "both") == 0, ab = way && strcmp(way, "ab") == 0,
	     ba = way && strcmp(way, "ba") == 0;
	struct order o = {.power = 1};
	if (!k || (!both && !ab && !ba)) {
		text_put(answer, k ? "error: the direction is ab, ba or both\n" : "error: no such link\n");
		return;
	}
	while ((word = strsep(&rest, " ")))
		if (*word && !order_read(&o, word)) {
			text_put(answer, "error: bad setting\n");
			return;
		}
	if (both || ab)
		order_obey(&o, &k->way[0], now_ns);
	if (both || ba)
		order_obey(&o, &k->way[1], now_ns);
	text_put(answer, "ok\n");
}

static void stats(const struct steer_links *l, struct text *answer)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t w = 0; w < 2; w++) {
			const struct shape *s = &l->at[i].way[w];
			text_put(answer, l->at[i].name);
			text_put(answer, w ? " ba " : " ab ");
			text_u64(answer, s->passed);
			text_char(answer, ' ');
			text_u64(answer, s->lost);
			text_char(answer, ' ');
			text_u64(answer, s->overflowed);
			text_char(answer, '\n');
		}
}

void steer_line(struct steer_links *l, char *line, int64_t now_ns, struct text *answer)
{
	size_t n = strlen(line);
	while (n && isspace((unsigned char)line[n - 1]))
		line[--n] = 0;
	char *rest = line, *verb = strsep(&rest, " ");
	if (strcmp(verb, "set") == 0 && rest)
		set(l, rest, now_ns, answer);
	else if (strcmp(verb, "stats") == 0)
		stats(l, answer);
	else
		text_put(answer, "error: set or stats\n");
}
