// SPDX-License-Identifier: ISC
// Files → state → totals: the shortest way through the program, and what the benchmarks time.
#include "cli/bgp_state.h"

#include "base/err.h"
#include "base/json.h"
#include "cli/say.h"
#include "decode/decode.h"
#include "intake/damage.h"
#include "intake/inputs.h"
#include "model/registry.h"
#include "signal/routes.h"

#include <stdio.h>

struct bgp_state {
	struct inputs in;
	struct routes *routes;
	struct decode_counts counts;
	uint64_t records, gaps;
};

static void bgp_state_no_sample(void *context, const struct sample *s)
{
	(void)context;
	(void)s;
}

static int bgp_state_take(void *context, const struct batch *b)
{
	return routes_take(context, b);
}

static int bgp_state_run(struct bgp_state *s)
{
	struct decode_options options = {.collectors = s->in.peers};
	struct registry_options into = {.peers = s->in.peers, .out = {bgp_state_take, s->routes}};
	struct registry *registry = registry_create(&into);
	struct decoder *d = decoder_create(&options, registry_sender(registry));
	struct record record;
	int code;
	while ((code = feed_next(s->in.feed, &record)) > 0) {
		s->records += record.kind == RECORD_MRT || record.kind == RECORD_BMP;
		if (record.kind == RECORD_GAP) {
			s->gaps++;
			damage_say(&say_notices, s->in.feed, &record);
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

struct figure {
	const char *name;
	uint64_t value;
};

static void bgp_state_print(const struct bgp_state *s, bool json)
{
	struct table_totals t;
	const struct table *table = routes_table(s->routes);
	table_totals(table, &t);
	const struct figure figures[] = {
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
	struct text out = {0};
	struct json j = {.out = &out};
	if (json)
		json_open(&j, '{');
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (!json) {
			text_printf(&out, "%-24s %llu\n", figures[i].name, (unsigned long long)figures[i].value);
			continue;
		}
		json_key(&j, figures[i].name);
		json_int(&j, (int64_t)figures[i].value);
	}
	if (json) {
		json_key(&j, "definition");
		json_string(&j, table_definition(table)->name);
		json_close(&j, '}');
		text_char(&out, '\n');
	} else {
		text_printf(&out, "visible: %s: %s\n", table_definition(table)->name, table_definition(table)->says);
	}
	fwrite(out.bytes, 1, out.length, stdout);
	text_free(&out);
}

bool cli_bgp_worries(const struct decode_counts *c)
{
	bool any = false;
	for (unsigned i = 0; i < DECODE_COUNT; i++) {
		const char *worry = decode_worry((enum decode_count)i);
		if (!c->of[i] || !worry)
			continue;
		any |= i != DECODE_BMP_LEFT_OUT && i != DECODE_MULTICAST;
		fprintf(stderr, "lacuna bgp: %llu %s\n", (unsigned long long)c->of[i], worry);
	}
	if (!c->of[DECODE_MALFORMED] && !c->of[DECODE_MALFORMED_UPDATE])
		return any;
	for (unsigned i = 1; i < BGP_FAULT_COUNT; i++)
		if (c->faults[i])
			fprintf(stderr, "lacuna bgp:   %llu × %s\n", (unsigned long long)c->faults[i],
				bgp_fault_name((enum bgp_fault)i));
	return any;
}

int cli_bgp_state(const struct bgp_options *o)
{
	struct bgp_state s = {0};
	struct entity_list nobody = {0};
	int failed = 0, status = 0;
	inputs_init(&s.in, &say_notices);
	for (size_t i = 0; i < o->collector_count; i++)
		(void)inputs_collector_rule(&s.in, o->collectors[i]); // judged before
	for (int i = 0; i < o->path_count; i++)
		failed += inputs_add(&s.in, o->paths[i]) < 0;
	struct visibility by = {.definition = definition_default(), .full_floor = s.in.full_feed_floor};
	s.routes = routes_create(s.in.peers, &nobody, &by, (struct sample_sink){bgp_state_no_sample, NULL});
	int code = bgp_state_run(&s);
	if (code < 0) {
		fprintf(stderr, "lacuna bgp: %s\n", err_text(code));
		status = 4;
	} else if (!s.records) {
		fprintf(stderr, "lacuna bgp: no record could be read\n");
		status = 3;
	} else {
		bgp_state_print(&s, o->json);
		bool worries = cli_bgp_worries(&s.counts) || s.counts.of[DECODE_BAD_LINES];
		if (s.counts.of[DECODE_BAD_LINES])
			fprintf(stderr, "lacuna bgp: %llu lines cannot be read\n",
				(unsigned long long)s.counts.of[DECODE_BAD_LINES]);
		status = failed || s.in.left_out || s.gaps || worries;
	}
	routes_free(s.routes);
	inputs_free(&s.in);
	return status;
}
