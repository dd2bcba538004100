// SPDX-License-Identifier: ISC
// See lines.h.
#include "lines.h"

#include "base/alloc.h"
#include "model/observer.h"

static void put_probe(struct text *t, const struct heard_lines *h, const struct obs *o)
{
	const struct target *target = target_at(h->targets, o->path_id);
	const struct observer *observer = observer_at(h->targets, o->collector);
	assert_non_null(target);
	assert_non_null(observer);
	assert_int_equal(target->op, o->probe.op);
	text_printf(t, " %s %s ", observer->id, probe_op_name(o->probe.op));
	text_addr(t, &target->address);
	text_printf(t, " %s %s %u", target->name ? target->name : "-", probe_outcome_name(o->probe.outcome), o->rtt_us);
	if (!o->prefix.family && !o->probe.icmp_type)
		return;
	text_printf(t, " %u/%u ", o->probe.icmp_type, o->probe.icmp_code);
	text_prefix(t, &o->prefix);
}

static void put_health(struct text *t, const struct heard_lines *h, const struct obs *o)
{
	const struct observer *observer = observer_at(h->targets, o->collector);
	assert_non_null(observer);
	text_printf(t, " %s %s %s ", observer->id, observer_state_name(o->health.state),
		    observer_why_name(o->health.why));
	text_instant(t, o->from, 9);
	text_printf(t, " %u", o->loss_ppm);
}

static int keep(void *context, const struct batch *b)
{
	struct heard_lines *h = context;
	for (size_t i = 0; i < b->count; i++) {
		const struct obs *o = &b->obs[i];
		assert_true(o->kind == OBS_PROBE || o->kind == OBS_SERIES || o->kind == OBS_HEALTH);
		assert_int_equal(o->peer, PEER_NONE);
		text_instant(&h->said, o->time, 9);
		if (o->kind == OBS_PROBE) {
			put_probe(&h->said, h, o);
		} else if (o->kind == OBS_HEALTH) {
			put_health(&h->said, h, o);
		} else {
			const struct series *s = series_at(h->targets, o->path_id);
			assert_non_null(s);
			text_printf(&h->said, " %s %s %.10g", h->entities.at[s->entity].id, s->signal, o->number);
		}
		text_char(&h->said, '\n');
		h->count++;
	}
	return 0;
}

static void bad_line(void *context, const struct decode_bad_line *bad)
{
	struct heard_lines *h = context;
	if (bad->more)
		text_printf(&h->wrong, "%u+%llu\n", bad->source, (unsigned long long)bad->more);
	else
		text_printf(&h->wrong, "%u:%llu %s\n", bad->source, (unsigned long long)bad->line, bad->why);
}

struct heard_lines *lines_begin(void)
{
	struct heard_lines *h = alloc_zero(1, sizeof(*h));
	struct prefix p;
	assert_int_equal(prefix_parse("198.18.0.0/22", &p), 0);
	entity_prefix_add(entity_add(&h->entities, "country/KX"), &p);
	entity_add(&h->entities, "country/IR");
	entity_add(&h->entities, "region/7");
	h->peers = peer_table_create();
	h->targets = target_table_create(&h->entities);
	struct decode_options options = {
		.lines = true, .entities = &h->entities, .bad_line = bad_line, .bad_context = h};
	struct registry_options into = {
		.peers = h->peers, .targets = h->targets, .entities = &h->entities, .out = {keep, h}};
	h->registry = registry_create(&into);
	h->decoder = decoder_create(&options, registry_sender(h->registry));
	return h;
}

void lines_end(struct heard_lines *h)
{
	decoder_free(h->decoder);
	registry_free(h->registry);
	target_table_free(h->targets);
	peer_table_free(h->peers);
	entity_list_free(&h->entities);
	text_free(&h->said);
	text_free(&h->wrong);
	free(h);
}

static void forget(struct heard_lines *h)
{
	text_clear(&h->said);
	text_clear(&h->wrong);
	h->count = 0;
}

const char *lines_say(struct heard_lines *h, uint8_t form, const char *bytes, size_t n)
{
	forget(h);
	struct record r = {.kind = RECORD_LINE, .form = form, .line = ++h->line, .time = instant_of(7, 5)};
	r.bytes = packet_guarded(bytes, n);
	assert_int_equal(decoder_take(h->decoder, &r), 0);
	assert_int_equal(decoder_flush(h->decoder), 0);
	return text_string(&h->said);
}

const char *lines_probe(struct heard_lines *h, const char *line)
{
	return lines_say(h, LINE_PROBE, line, strlen(line));
}

const char *lines_attempt(struct heard_lines *h, const struct attempt *a, const char *observer, const char *name)
{
	forget(h);
	assert_int_equal(decoder_attempt(h->decoder, a, observer, name), 0);
	assert_int_equal(decoder_flush(h->decoder), 0);
	return text_string(&h->said);
}

const char *lines_health(struct heard_lines *h, const struct decode_health *health)
{
	forget(h);
	assert_int_equal(decoder_health(h->decoder, health), 0);
	assert_int_equal(decoder_flush(h->decoder), 0);
	return text_string(&h->said);
}

static void put_gap(struct heard_lines *h, const struct record *r)
{
	text_printf(&h->wrong, "gap %s %u", gap_reason_name(r->reason), r->source);
	if (r->reason == GAP_BAD_LINE && r->line)
		text_printf(&h->wrong, ":%llu", (unsigned long long)r->line);
	else if (r->reason == GAP_BAD_LINE)
		text_printf(&h->wrong, "+%llu", (unsigned long long)r->more);
	text_char(&h->wrong, '\n');
}

const char *lines_read(struct heard_lines *h, struct feed *f)
{
	struct record r;
	forget(h);
	while (feed_next(f, &r) == 1) {
		assert_int_not_equal(r.form, LINE_NONE);
		if (r.kind == RECORD_GAP)
			put_gap(h, &r);
		assert_int_equal(decoder_take(h->decoder, &r), 0);
	}
	assert_int_equal(decoder_flush(h->decoder), 0);
	(void)text_string(&h->wrong);
	return text_string(&h->said);
}

const char *lines_file(struct heard_lines *h, const char *path)
{
	struct feed *f = feed_create();
	assert_int_equal(feed_add(f, path, 0), 0);
	const char *said = lines_read(h, f);
	feed_free(f);
	return said;
}

uint64_t lines_counted(const struct heard_lines *h, enum decode_count which)
{
	return decoder_counts(h->decoder)->of[which];
}
