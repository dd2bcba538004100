// SPDX-License-Identifier: ISC
// Lines of probes/*.ndjson in which an observer speaks of itself ("op":"observer_health").
#include "base/scan.h"
#include "base/when.h"
#include "decode/decode_priv.h"
#include "model/observer.h"

#define WORD_MAX   32
#define LOSS_SCALE 6 // decimal digits: parts in a million

enum { STATE, WHY, FROM, LOSS, MEMBERS };

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
	if (of[FROM].type != SCAN_ABSENT && (of[FROM].type != SCAN_NUMBER || !when_number(of[FROM].text, &from)))
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
