// SPDX-License-Identifier: ISC
// Files → state → totals: the shortest way through the program, and what the benchmarks time.
#include "cli/bgp_state.h"

#include "base/err.h"
#include "cli/say.h"
#include "decode/decode.h"
#include "intake/state_totals.h"

#include <stdio.h>

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
	struct state_totals s = {0};
	struct text out = {0};
	int failed = 0, status = 0;
	inputs_init(&s.in, &say_notices);
	for (size_t i = 0; i < o->collector_count; i++)
		(void)inputs_collector_rule(&s.in, o->collectors[i]); // judged before
	for (int i = 0; i < o->path_count; i++)
		failed += inputs_add(&s.in, o->paths[i]) < 0;
	int code = state_totals_run(&s, &say_notices);
	if (code < 0) {
		fprintf(stderr, "lacuna bgp: %s\n", err_text(code));
		status = 4;
	} else if (!s.records) {
		fprintf(stderr, "lacuna bgp: no record could be read\n");
		status = 3;
	} else {
		state_totals_text(&s, o->json, &out);
		fwrite(out.bytes, 1, out.length, stdout);
		bool worries = cli_bgp_worries(&s.counts) || s.counts.of[DECODE_BAD_LINES];
		if (s.counts.of[DECODE_BAD_LINES])
			fprintf(stderr, "lacuna bgp: %llu lines cannot be read\n",
				(unsigned long long)s.counts.of[DECODE_BAD_LINES]);
		status = failed || s.in.left_out || s.gaps || worries;
	}
	text_free(&out);
	state_totals_free(&s);
	return status;
}
