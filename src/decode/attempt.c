// SPDX-License-Identifier: ISC
// Our own measurements as observations. Nothing is printed and read again.
#include "base/err.h"
#include "base/must.h"
#include "decode/decode_priv.h"

int decoder_attempt(struct decoder *d, const struct attempt *a, const char *observer, const char *name)
{
	must(d && a && observer);
	size_t n = name ? strlen(name) : 0;
	uint32_t target = decode_name_target(d->names, &a->target, a->op, name, n);
	if (target == TARGET_NONE)
		return ERR_FULL;
	struct decode_envelope e = {.peer = PEER_NONE, .time = a->time};
	e.collector = decode_name_observer(d->names, observer, strlen(observer));
	if (e.collector >= OBSERVERS_MAX)
		return ERR_FULL;
	*decode_push(d, OBS_PROBE, &e) = obs_of_attempt(a, e.collector, target);
	d->counts.of[DECODE_PROBES]++;
	return d->error;
}

int decoder_health(struct decoder *d, const struct decode_health *h)
{
	must(d && h);
	struct decode_envelope e = {.peer = PEER_NONE, .time = h->time};
	bool dated = instant_known(h->from) && h->from.ns < h->time.ns;
	e.collector = decode_name_observer(d->names, h->observer, strlen(h->observer));
	if (e.collector >= OBSERVERS_MAX)
		return ERR_FULL;
	struct obs *o = decode_push(d, OBS_HEALTH, &e);
	o->health.state = h->state;
	o->health.why = h->why;
	o->from = dated ? h->from : h->time;
	o->loss_ppm = h->loss_ppm;
	d->counts.of[DECODE_HEALTH]++;
	return d->error;
}
