// SPDX-License-Identifier: ISC
// Follows the names of a log with a registry of its own, and makes lines of what it reads.
#include "intake/log_reading.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/must.h"
#include "model/registry.h"

#include <stdlib.h>

struct log_port { // one run of the log
	struct log_reader *reader;
	struct batch_sink inner;
};

struct log_reader {
	const struct log_reading *reading;
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities; // whose series the log has
	struct registry *registry;
	struct log_port **ports;
	size_t port_count, port_capacity;
	struct text out;
};

static void log_reading_say_damage(void *context, const struct journal_damage *d)
{
	const struct log_reading *r = context;
	struct text t = {0};
	text_printf(&t, "lacuna log: %s/%s: ", r->dir, d->file);
	if (!d->bytes)
		text_put(&t, "records are missing before this place");
	else if (d->torn)
		text_printf(&t,
			    "%llu bytes from %llu on are no whole record: what was being written when the log stopped",
			    (unsigned long long)d->bytes, (unsigned long long)d->offset);
	else
		text_printf(&t, "bytes %llu to %llu cannot be read", (unsigned long long)d->offset,
			    (unsigned long long)(d->offset + d->bytes - 1));
	if (d->before > d->after + 1 && d->after)
		text_printf(&t, "; records %llu to %llu are lost", (unsigned long long)d->after + 1,
			    (unsigned long long)d->before - 1);
	if (instant_known(d->from)) {
		text_put(&t, "; after ");
		text_utc(&t, d->from);
	}
	if (instant_known(d->to)) {
		text_put(&t, ", before ");
		text_utc(&t, d->to);
	}
	notice_line(r->notices, "%s", text_string(&t));
	text_free(&t);
}

static int log_reading_flush(struct log_reader *r)
{
	const struct log_reading *to = r->reading;
	int code = to->show ? to->show(to->context, cursor_of(r->out.bytes, r->out.length)) : 0;
	text_clear(&r->out);
	return code;
}

static int log_reading_take(void *context, const struct batch *b)
{
	struct log_reader *r = context;
	struct observation_names names = {r->peers, r->targets, &r->entities, r->registry};
	if (r->reading->export)
		return log_export_batch(r->reading->export, &names, b);
	for (size_t i = 0; i < b->count; i++) {
		if (r->reading->json)
			observation_json(&r->out, &names, b, i);
		else
			observation_text(&r->out, &names, b, i);
	}
	return log_reading_flush(r);
}

static int log_reading_nothing(void *context, const struct batch *b)
{
	(void)context;
	(void)b;
	return 0;
}

// Every entity that a series of the log is about is wanted.
static int log_reading_port_take(void *context, const struct batch *b)
{
	struct log_port *p = context;
	for (size_t i = 0; i < b->name_count; i++)
		if (b->names[i].kind == NAME_SERIES)
			(void)entity_add(&p->reader->entities, batch_text(b, b->names[i].entity));
	return p->inner.take(p->inner.context, b);
}

static struct batch_sink log_reading_sender(void *context)
{
	struct log_reader *r = context;
	struct log_port *p = alloc_zero(1, sizeof(*p));
	*p = (struct log_port){r, registry_sender(r->registry)};
	alloc_grow((void **)&r->ports, r->port_count, &r->port_capacity, sizeof(*r->ports));
	r->ports[r->port_count++] = p;
	return (struct batch_sink){log_reading_port_take, p};
}

static int log_reading_event(struct log_reader *r, const char *type, struct instant time, struct cursor text)
{
	struct json j = {.out = &r->out};
	if (r->reading->json || r->reading->export) {
		json_open(&j, '{');
		json_key(&j, "type");
		json_string(&j, type);
		json_key(&j, "time");
		json_instant(&j, time, 9);
		if (text.at) {
			json_key(&j, "text");
			json_string_n(&j, (const char *)text.at, cursor_left(&text));
		}
		json_close(&j, '}');
	} else {
		if (instant_known(time))
			text_utc(&r->out, time);
		else
			text_char(&r->out, '-');
		text_printf(&r->out, " %s%s", type, text.at ? " " : "");
		text_untrusted(&r->out, (const char *)text.at, cursor_left(&text));
	}
	text_char(&r->out, '\n');
	if (!r->reading->export)
		return log_reading_flush(r);
	int code = log_export_event(r->reading->export, &r->out);
	text_clear(&r->out);
	return code;
}

static int log_reading_cut(void *context, struct instant time)
{
	return log_reading_event(context, "cut", time, (struct cursor){0});
}

static int log_reading_configuration(void *context, size_t log, struct cursor text)
{
	(void)log;
	return log_reading_event(context, "configuration", INSTANT_NONE, text);
}

static int log_reading_note(void *context, size_t log, struct instant time, struct cursor text)
{
	(void)log;
	return log_reading_event(context, "note", time, text);
}

static void log_reading_drop(struct log_reader *r)
{
	for (size_t i = 0; i < r->port_count; i++)
		free(r->ports[i]);
	free(r->ports);
	registry_free(r->registry);
	peer_table_free(r->peers);
	target_table_free(r->targets);
	entity_list_free(&r->entities);
	text_free(&r->out);
}

int log_reading_run(const struct log_reading *reading, struct journal_totals *ret_totals)
{
	must(reading->dir && ret_totals);
	char *dir = (char *)reading->dir;
	struct log_reader r = {.reading = reading};
	bool shown = reading->show || reading->export;
	struct journal_target target = {.sender = log_reading_sender, .sender_context = &r, .context = &r};
	target.listener = (struct journal_listener){log_reading_say_damage, (void *)reading};
	if (shown) {
		target.cut = log_reading_cut;
		target.configuration = log_reading_configuration;
		target.note = log_reading_note;
	}
	r.peers = peer_table_create();
	r.targets = target_table_create(&r.entities);
	struct registry_options into = {.peers = r.peers, .targets = r.targets, .entities = &r.entities};
	into.out = (struct batch_sink){shown ? log_reading_take : log_reading_nothing, &r};
	r.registry = registry_create(&into);
	int code = journal_replay(1, &dir, &target, ret_totals);
	log_reading_drop(&r);
	return code;
}

void log_totals_text(struct text *out, const char *dir, const struct journal_totals *t)
{
	text_untrusted(out, dir, strlen(dir));
	text_printf(out, "\n  segments      %llu, of %u runs\n", (unsigned long long)t->segments, t->runs);
	text_printf(out, "  records       %llu batches, %llu cuts, %llu configurations, %llu notes\n",
		    (unsigned long long)t->records[JOURNAL_BATCH], (unsigned long long)t->records[JOURNAL_CUT],
		    (unsigned long long)t->records[JOURNAL_CONFIGURATION],
		    (unsigned long long)t->records[JOURNAL_NOTE]);
	text_printf(out, "  observations  %llu, with %llu names\n", (unsigned long long)t->observations,
		    (unsigned long long)t->names);
	text_printf(out, "  bytes         %llu\n  data          ", (unsigned long long)t->bytes);
	if (instant_known(t->first)) {
		text_utc(out, t->first);
		text_put(out, " to ");
		text_utc(out, t->last);
	} else {
		text_put(out, "of no known time");
	}
	if (t->damages)
		text_printf(out, "\n  damage        %llu places, %llu bytes, %llu records missing\n",
			    (unsigned long long)t->damages, (unsigned long long)t->damaged_bytes,
			    (unsigned long long)t->missing);
	else
		text_put(out, "\n  damage        none\n");
}

void log_totals_json(struct text *out, const char *dir, const struct journal_totals *t)
{
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = {
		{"segments", t->segments},
		{"runs", t->runs},
		{"batches", t->records[JOURNAL_BATCH]},
		{"cuts", t->records[JOURNAL_CUT]},
		{"configurations", t->records[JOURNAL_CONFIGURATION]},
		{"notes", t->records[JOURNAL_NOTE]},
		{"observations", t->observations},
		{"names", t->names},
		{"bytes", t->bytes},
		{"sequence", t->sequence},
		{"damages", t->damages},
		{"damaged_bytes", t->damaged_bytes},
		{"missing_records", t->missing},
		{"batches_not_understood", t->unreadable},
		{"written_twice", t->twice},
	};
	struct json j = {.out = out};
	json_open(&j, '{');
	json_key(&j, "log");
	json_string(&j, dir);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		json_key(&j, numbers[i].key);
		json_int(&j, (int64_t)numbers[i].value);
	}
	json_key(&j, "first");
	json_instant(&j, t->first, 9);
	json_key(&j, "last");
	json_instant(&j, t->last, 9);
	json_close(&j, '}');
}
