// SPDX-License-Identifier: ISC
// Lines of probes/*.ndjson in which an observer speaks of itself ("op":"observer_health").
#include "decode/decode_priv.h"
#include "decode/probe_scan.h"
#include "model/observer.h"

#define WORD_MAX   32
#define LOSS_SCALE 6 // decimal digits: parts in a million

enum { STATE, WHY, FROM, LOSS, MEMBERS };

// Unix seconds with up to nine decimals.
static bool take_time(const struct scan_value *v, struct instant *ret)
{
	struct scan_value whole = *v;
	const uint8_t *point = v->type == SCAN_NUMBER ? memchr(v->text.at, '.', cursor_left(&v->text)) : NULL;
	uint64_t seconds, ns = 0, unit = NS_PER_S;
	whole.text.end = point ? point : v->text.end;
	if (v->type != SCAN_NUMBER || !scan_scaled(&whole, 0, INT64_MAX / NS_PER_S - 1, &seconds))
		return false;
	for (const uint8_t *at = whole.text.end + (point != NULL); at < v->text.end; at++) {
		if (*at < '0' || *at > '9')
			return false;
		unit /= 10;
		ns += (uint64_t)(*at - '0') * unit;
	}
	*ret = instant_of((int64_t)seconds, (uint32_t)ns);
	return true;
}

const char *decode_health(struct decoder *d, const struct record *r, uint16_t observer)
{
	static const char *const names[MEMBERS] = {[STATE] = "state", [WHY] = "why", [FROM] = "from", [LOSS] = "loss"};
	static const struct scan_keys keys = {names, MEMBERS};
	struct scan_value of[MEMBERS];
	char word[WORD_MAX];
	struct instant from = r->time;
	uint64_t loss;
	if (scan_object(r->bytes, &keys, of) < 0)
		return "not one JSON object";
	int state = observer_state_of(word, scan_string(&of[STATE], word, sizeof(word)));
	if (state < 0)
		return "no state of the observer, or an unknown one";
	if (of[FROM].type != SCAN_ABSENT && !take_time(&of[FROM], &from))
		return "from is no time";
	struct decode_envelope e = {.peer = PEER_NONE, .time = r->time, .collector = observer};
	struct obs *o = decode_push(d, OBS_HEALTH, &e);
	o->health.state = (uint8_t)state;
	o->health.why = observer_why_of(word, scan_string(&of[WHY], word, sizeof(word)));
	o->from = from.ns < r->time.ns ? from : r->time;
	if (scan_scaled(&of[LOSS], LOSS_SCALE, OBS_LOSS_WHOLE, &loss))
		o->loss_ppm = (uint32_t)loss;
	d->counts.of[DECODE_HEALTH]++;
	return NULL;
}
