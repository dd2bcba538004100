// SPDX-License-Identifier: ISC
// Drives the engine for the tests that run in network namespaces: sends to the given targets in turn and prints what came out as
// JSON, one attempt a line, then the counts.
//   drive [-m mode] [-r rate] [-n count] [-t timeout_ms] [-w toward] [-o icmp|tcp] [-p port] [-s seconds of silence] [-x refused]
//         [-W wait after] [-i interface] [-S source] [-q] [-P wait for a line of input after opening] TARGET...
#include "gate_open.h"

#include "base/err.h"
#include "model/probe.h"
#include "os/clock.h"
#include "probe/prober.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TARGETS_SOME 4096

struct drive {
	struct prober_options options;
	struct prober_item items[TARGETS_SOME];
	size_t targets;
	uint64_t count, silence_ms;
	uint64_t by_failure[FAILURE_COUNT];
	bool quiet, pause;
};

static void print_attempt(const struct attempt *a)
{
	struct text t = {0};
	text_printf(&t, "{\"index\":%u,\"target\":\"", a->index);
	text_addr(&t, &a->target);
	text_printf(&t,
		    "\",\"op\":\"%s\",\"failure\":\"%s\",\"mode\":%d,\"ttl\":%d,\"number\":%d,\"port\":%d,\"local_"
		    "error\":%d",
		    probe_op_name(a->op), probe_failure_name(a->failure), a->mode, a->ttl, a->number, a->port,
		    a->local_error);
	text_printf(&t, ",\"time_ns\":%lld,\"rtt_ns\":%lld", (long long)a->time.ns, (long long)a->rtt_ns);
	if (a->icmp_from.family != FAMILY_NONE) {
		text_put(&t, ",\"icmp_from\":\"");
		text_addr(&t, &a->icmp_from);
		text_printf(&t, "\",\"icmp\":[%d,%d]", a->icmp_type, a->icmp_code);
	}
	printf("%s}\n", text_string(&t));
	text_free(&t);
}

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct drive *d = context;
	for (size_t i = 0; i < n; i++) {
		d->by_failure[batch[i].failure]++;
		if (!d->quiet)
			print_attempt(&batch[i]);
	}
}

static void print_counts(const struct drive *d, const struct prober *p)
{
	struct prober_counts c;
	prober_counts(p, &c);
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"sent", c.sent},
		{"send_failed", c.send_failed},
		{"arrived", c.arrived},
		{"recorded", c.recorded},
		{"late", c.late},
		{"duplicate", c.duplicate},
		{"forged", c.forged},
		{"unreachable", c.unreachable},
		{"timed_out", c.timed_out},
		{"kernel_drops", c.kernel_drops},
		{"held", c.held},
		{"refused", c.refused},
		{"pending", prober_pending(p)},
		{"asked", gate_seen.asked},
		{"backed_off", gate_seen.backed_off},
		{"relaxed", gate_seen.relaxed},
	};
	printf("{\"counts\":{");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%s\"%s\":%llu", i ? "," : "", rows[i].name, (unsigned long long)rows[i].value);
	printf("},\"failures\":{");
	for (int i = 0; i < FAILURE_COUNT; i++)
		printf("%s\"%d\":%llu", i ? "," : "", i, (unsigned long long)d->by_failure[i]);
	printf("},\"ok\":%llu}\n", (unsigned long long)d->by_failure[FAILURE_NONE]);
}

static void add_target(struct drive *d, const char *word, const struct prober_item *like)
{
	struct prober_item item = *like;
	if (d->targets == TARGETS_SOME || addr_parse(word, &item.address) < 0) {
		fprintf(stderr, "%s: no address\n", word);
		exit(2);
	}
	item.index = (uint32_t)d->targets;
	d->items[d->targets++] = item;
}

static bool set_option(struct drive *d, int option, const char *value, struct prober_item *like)
{
	switch (option) {
	case 'm':
		d->options.best = (enum attempt_mode)strtoul(value, NULL, 10);
		return true;
	case 'r':
		d->options.rate = (uint32_t)strtoul(value, NULL, 10);
		return true;
	case 'n':
		d->count = strtoull(value, NULL, 10);
		return true;
	case 't':
		d->options.timeout_ms = (uint32_t)strtoul(value, NULL, 10);
		return true;
	case 'w':
		return addr_parse(value, &d->options.toward) == 0;
	case 'o':
		like->op = value[0] == 't' ? PROBE_TCP_CONNECT : PROBE_ICMP_ECHO;
		return true;
	case 'p':
		like->port = (uint16_t)strtoul(value, NULL, 10);
		return true;
	case 's':
		d->silence_ms = strtoull(value, NULL, 10) * 1000;
		return true;
	case 'x':
		return addr_parse(value, &gate_seen.refuse) == 0;
	case 'W':
		gate_seen.wait_after = strtoull(value, NULL, 10);
		return true;
	case 'i':
		d->options.interface = value;
		return true;
	case 'S':
		return addr_parse(value, &d->options.source) == 0;
	case 'q':
		d->quiet = true;
		return true;
	case 'P':
		d->pause = true;
		return true;
	default:
		return false;
	}
}

static void parse(struct drive *d, int argc, char **argv)
{
	struct prober_item like = {.op = PROBE_ICMP_ECHO, .kind = GATE_NAMED, .number = 1};
	d->options.rate = 100;
	d->options.timeout_ms = 1000;
	d->options.out = (struct attempt_sink){take, d};
	for (int option; (option = getopt(argc, argv, "m:r:n:t:w:o:p:s:x:W:i:S:qP")) != -1;)
		if (!set_option(d, option, optarg, &like)) {
			fprintf(stderr, "drive: option -%c\n", option);
			exit(2);
		}
	while (optind < argc)
		add_target(d, argv[optind++], &like);
	if (!d->count)
		d->count = d->targets;
	if (getentropy(d->options.key, sizeof(d->options.key)) != 0 || !d->targets)
		exit(2);
	(void)snprintf(d->options.contact, sizeof(d->options.contact), "noc@example.net");
}

// Sends what is due at the rate, at most until an item must wait.
static uint64_t send_due(struct drive *d, struct prober *p, uint64_t sent, int64_t began)
{
	int64_t wait = 0;
	uint64_t due = (uint64_t)((double)(clock_boot_ns() - began) * d->options.rate * 1e-9) + 1;
	due = due < d->count ? due : d->count;
	while (sent < due && !wait) {
		size_t at = sent % d->targets, some = d->targets - at;
		if (some > due - sent)
			some = (size_t)(due - sent);
		sent += prober_send(p, d->items + at, some, &wait);
		if (wait && gate_seen.wait_after)
			gate_seen.asked = 0; // this gate opens again
	}
	return sent;
}

static void run(struct drive *d, struct prober *p)
{
	uint64_t sent = 0;
	int64_t began = clock_boot_ns(), last = 0;
	while (sent < d->count || prober_pending(p) ||
	       (last && clock_boot_ns() - last < (int64_t)d->silence_ms * 1000000)) {
		sent = send_due(d, p, sent, began);
		if (prober_poll(p, prober_tick_ns(p)) < 0)
			exit(1);
		if (sent == d->count && !last)
			last = clock_boot_ns();
	}
	int64_t until = clock_boot_ns() + (int64_t)d->silence_ms * 1000000;
	while (clock_boot_ns() < until)
		if (prober_poll(p, 10000000) < 0)
			exit(1);
}

int main(int argc, char **argv)
{
	static struct drive d;
	struct prober *p;
	char why[256], line[16];
	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(&d, argc, argv);
	int error = prober_open(&d.options, &p, why, sizeof(why));
	if (error < 0) {
		fprintf(stderr, "drive: %s (%s)\n", err_text(error), why);
		return 3;
	}
	printf("{\"mode\":%d,\"why\":\"%s\"}\n", prober_mode(p), why);
	if (d.pause && !fgets(line, sizeof(line), stdin)) // the test changes something meanwhile
		return 1;
	run(&d, p);
	print_counts(&d, p);
	prober_close(p);
	return 0;
}
