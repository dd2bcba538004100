// SPDX-License-Identifier: ISC
// Finds who serves a zone, for the tests in namespaces: dns_discover RESOLVER ZONE NAME..., one JSON line for each that is found
// and one with the counts.
#include "fake_gate.h"

#include "base/err.h"
#include "base/json.h"
#include "check/discover.h"

#include <stdio.h>

static void print_found(const struct discover *d)
{
	static const char *const roles[] = {"ns", "mx", "name"};
	const struct discover_found *found;
	struct discover_counts c;
	size_t n = discover_result(d, &found);
	for (size_t i = 0; i < n; i++) {
		struct text t = {0};
		text_addr(&t, &found[i].address);
		printf("{\"role\":\"%s\",\"host\":\"%s\",\"address\":\"%s\",\"preference\":%u}\n", roles[found[i].role],
		       found[i].host, text_string(&t), found[i].preference);
		text_free(&t);
	}
	discover_counts(d, &c);
	printf("{\"questions\":%u,\"failed\":%u,\"left_out\":%u}\n", c.questions, c.failed, c.left_out);
}

int main(int argc, char **argv)
{
	struct gate *gate = gate_create(NULL);
	struct discover_options o = {.gate = gate, .kind = GATE_NAMED, .timeout_ms = 2000, .mail = true};
	struct discover *d = NULL;
	int done = argc < 3 || addr_parse(argv[1], &o.resolver) < 0 ? ERR_USAGE : 0;
	if (!done) {
		o.zone = argv[2];
		o.names = (const char *const *)&argv[3];
		o.name_count = (size_t)argc - 3;
		done = discover_open(&o, &d);
	}
	while (!done)
		done = discover_poll(d, NS_PER_S);
	if (done > 0)
		print_found(d);
	else
		fprintf(stderr, "%s\n", err_text(done));
	discover_close(d);
	gate_free(gate);
	return done > 0 ? 0 : 1;
}
