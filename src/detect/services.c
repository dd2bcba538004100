// SPDX-License-Identifier: ISC
// Services by class: a class is failing from the first of its targets that fails to the last that is back.
#include "detect/reachability_priv.h"

#include "base/must.h"

uint8_t reachability_service_signal(uint8_t op)
{
	must(op < PROBE_OP_COUNT);
	switch ((enum probe_op)op) {
	case PROBE_DNS:
		return SIGNAL_SERVICE_DNS;
	case PROBE_HTTP:
		return SIGNAL_SERVICE_HTTP;
	case PROBE_TLS:
		return SIGNAL_SERVICE_TLS;
	case PROBE_SMTP:
		return SIGNAL_SERVICE_SMTP;
	case PROBE_TCP_CONNECT:
		return SIGNAL_SERVICE_TCP;
	case PROBE_ICMP_ECHO:
	case PROBE_OP_COUNT:
		break;
	}
	return SIGNAL_COUNT;
}

static uint32_t services_targets_of(const struct reachability *r, uint8_t signal)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < target_count(r->targets); i++) {
		const struct target *t = target_at(r->targets, i);
		n += t->entity == r->entity && t->kind == TARGET_SERVICE &&
		     reachability_service_signal(t->op) == signal;
	}
	return n;
}

static void services_class_down(struct reachability *r, uint8_t signal, const struct target_change *c)
{
	struct service_class *s = &r->services[signal - SIGNAL_SERVICE_DNS];
	s->down++;
	s->most = s->down > s->most ? s->down : s->most;
	if (s->open) {
		s->d.lowest = s->d.baseline > s->most ? s->d.baseline - s->most : 0;
		return;
	}
	s->most = s->down;
	s->open = true;
	s->d = (struct detection){.entity = r->entity, .signal = signal};
	s->d.start = (struct moment){c->first_fail, c->last_ok, c->first_fail, 0.9};
	s->d.end = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	for (int i = 0; i < PROFILE_COUNT; i++)
		s->d.fall[i] = s->d.rise[i] = INSTANT_NONE;
	s->d.baseline = services_targets_of(r, signal);
	s->d.lowest = s->d.baseline ? s->d.baseline - 1 : 0;
	s->d.of_networks = (uint32_t)detect_value(r->decisions, SERVICES_NETWORKS);
	r->out.take(r->out.context, &s->d, true);
}

static void services_class_up(struct reachability *r, uint8_t signal, const struct target_change *c)
{
	struct service_class *s = &r->services[signal - SIGNAL_SERVICE_DNS];
	s->down -= s->down > 0;
	s->last_recovered = c->recovered;
	if (s->down || !s->open)
		return;
	s->d.end = (struct moment){c->recovered, instant_after(c->recovered, -r->width_ns), c->recovered, 0.9};
	s->open = false;
	r->out.take(r->out.context, &s->d, false);
}

void reachability_change(struct reachability *r, const struct target_change *c)
{
	const struct target *t = target_at(r->targets, c->target);
	uint8_t signal = t->kind == TARGET_SERVICE ? reachability_service_signal(t->op) : SIGNAL_COUNT;
	if (signal == SIGNAL_COUNT)
		return;
	if (c->down)
		services_class_down(r, signal, c);
	else
		services_class_up(r, signal, c);
}

void services_now(struct reachability *r)
{
	for (size_t i = 0; i < SERVICE_CLASSES; i++)
		if (r->services[i].open)
			r->out.take(r->out.context, &r->services[i].d, false);
}
