// SPDX-License-Identifier: ISC
// Records → state, without an engine.
#include "intake/state_totals.h"

#include "base/json.h"
#include "base/must.h"
#include "intake/damage.h"
#include "model/registry.h"

static void state_totals_no_sample(void *context, const struct sample *s)
{
	(void)context;
	(void)s;
}

static int state_totals_take(void *context, const struct batch *b)
{
	return routes_take(context, b);
}

int state_totals_run(struct state_totals *s, const struct notice_sink *notices)
{
	static const struct entity_list nobody;
	must(s->in.feed && !s->routes);
	struct visibility by = {.definition = definition_default(), .full_floor = s->in.full_feed_floor};
	s->routes = routes_create(s->in.peers, &nobody, &by, (struct sample_sink){state_totals_no_sample, NULL});
	struct decode_options options = {.collectors = s->in.peers};
	struct registry_options into = {.peers = s->in.peers, .out = {state_totals_take, s->routes}};
	struct registry *registry = registry_create(&into);
	struct decoder *d = decoder_create(&options, registry_sender(registry));
	struct record record;
	int code;
	while ((code = feed_next(s->in.feed, &record)) > 0) {
		s->records += record.kind == RECORD_MRT || record.kind == RECORD_BMP;
		if (record.kind == RECORD_GAP) {
			s->gaps++;
			damage_say(notices, s->in.feed, &record);
		}
		code = decoder_take(d, &record);
		if (code < 0)
			break;
	}
	if (code >= 0)
		code = decoder_flush(d);
	routes_finish(s->routes);
	s->counts = *decoder_counts(d);
	decoder_free(d);
	registry_free(registry);
	return code;
}

struct state_figure {
	const char *name;
	uint64_t value;
};

void state_totals_text(const struct state_totals *s, bool json, struct text *out)
{
	must(s->routes);
	struct table_totals t;
	const struct table *table = routes_table(s->routes);
	table_totals(table, &t);
	const struct state_figure figures[] = {
		{"records", s->records},
		{"gaps", s->gaps},
		{"malformed_records", s->counts.of[DECODE_MALFORMED]},
		{"malformed_updates", s->counts.of[DECODE_MALFORMED_UPDATE]},
		{"prefixes_ipv4", t.prefixes[0]},
		{"prefixes_ipv6", t.prefixes[1]},
		{"routes", t.routes},
		{"peers", t.peers},
		{"full_feed_peers_ipv4", t.peers_counting[0]},
		{"full_feed_peers_ipv6", t.peers_counting[1]},
		{"full_feed_networks_ipv4", t.networks[0]},
		{"full_feed_networks_ipv6", t.networks[1]},
		{"visible_prefixes_ipv4", t.visible[0]},
		{"visible_prefixes_ipv6", t.visible[1]},
		{"visible_slash24", t.slash24},
		{"state_bytes", t.bytes},
	};
	struct json j = {.out = out};
	if (json)
		json_open(&j, '{');
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (!json) {
			text_printf(out, "%-24s %llu\n", figures[i].name, (unsigned long long)figures[i].value);
			continue;
		}
		json_key(&j, figures[i].name);
		json_int(&j, (int64_t)figures[i].value);
	}
	if (json) {
		json_key(&j, "definition");
		json_string(&j, table_definition(table)->name);
		json_close(&j, '}');
		text_char(out, '\n');
	} else {
		text_printf(out, "visible: %s: %s\n", table_definition(table)->name, table_definition(table)->says);
	}
}

void state_totals_free(struct state_totals *s)
{
	routes_free(s->routes);
	inputs_free(&s->in);
}
