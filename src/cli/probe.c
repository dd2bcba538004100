// SPDX-License-Identifier: ISC
// `lacuna probe`: pings what the command line names, or every address of prefixes that an allowlist holds.
#include "cli/probe.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/measure_command.h"
#include "cli/say.h"
#include "intake/screen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_BITS_MAX 24 // of the addresses of all prefixes: a /8 of IPv4; at 10,000 a second they take half an hour

static const char probe_help[] =
	"Usage: lacuna probe TARGET... [OPTION]...\n\n"
	"Sends ICMP echo requests (ping) to addresses, names or whole prefixes and tells who answered, how fast, and what\n"
	"those said who did not let them through. Uses the best way that this user may: packet socket, raw socket,\n"
	"unprivileged ping socket, TCP connect; says which. Privileges are dropped before the first packet is sent.\n\n"
	"Up to 16 targets may be named, each asked at most once a second. Prefixes (192.0.2.0/24) need an allowlist that\n"
	"holds them, a contact, and `probing` settled: see doc/PROBING.md. What must never be asked is not asked.\n\n" MEASURE_COMMAND_HELP
	"  --mode MODE           no better way than this: packet (default), raw, ping, connect\n"
	"  --probing on          with prefixes outside a laboratory: you have read doc/PROBING.md and settled what it lists\n\n"
	"Examples:\n"
	"  lacuna probe 127.0.0.1\n"
	"  lacuna probe --count 10 --interval 2 --json 192.0.2.1 > pings.ndjson\n"
	"  lacuna probe --lab 198.18.0.0/22 --rate 100 --count 1\n\n"
	"Exit status: 0 done; 1 a target never answered; 2 usage; 3 nothing could be sent; 4 a failure of our own.\n";

static int probe_mode_of(const struct measure_command *m, const char *word, uint8_t *ret)
{
	static const char *const words[ATTEMPT_MODES] = {
		[ATTEMPT_PACKET] = "packet",
		[ATTEMPT_RAW] = "raw",
		[ATTEMPT_PING] = "ping",
		[ATTEMPT_CONNECT] = "connect",
	};
	for (uint8_t i = 0; i < ATTEMPT_MODES; i++)
		if (words[i] && strcmp(word, words[i]) == 0) {
			*ret = i;
			return 0;
		}
	return measure_command_usage(m, "--mode is packet, raw, ping or connect", word);
}

static int probe_probing_of(struct measure_command *m, const char *word)
{
	m->plan.probing = strcmp(word, "on") == 0;
	m->options.probing_off = strcmp(word, "off") == 0;
	return m->plan.probing || m->options.probing_off ? 0 : measure_command_usage(m, "--probing is on or off", word);
}

static int probe_parse(struct measure_command *m, int argc, char **argv)
{
	static const struct option options[] = {
		MEASURE_COMMAND_OPTIONS,
		{"mode", required_argument, NULL, MEASURE_COMMAND_NEXT},
		{"probing", required_argument, NULL, MEASURE_COMMAND_NEXT + 1},
		{NULL, 0, NULL, 0},
	};
	int option, status = 0;
	while (status == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			screen_help(probe_help);
			return -1;
		}
		if (option == MEASURE_COMMAND_NEXT)
			status = probe_mode_of(m, optarg, &m->options.best);
		else if (option == MEASURE_COMMAND_NEXT + 1)
			status = probe_probing_of(m, optarg);
		else
			status = measure_command_option(m, option, optarg);
	}
	return status;
}

// Addresses of the prefixes so far and of one more; more than there may be, where they are too many.
static uint64_t probe_addresses_with(const struct measure_command *m, const struct prefix *p)
{
	unsigned bits = family_bits(p->family) - p->length;
	uint64_t all = bits > RANGE_BITS_MAX ? UINT32_MAX : 1ULL << bits;
	for (size_t i = 0; i < m->ranges.count; i++)
		all += 1ULL << (family_bits(m->ranges.at[i].family) - m->ranges.at[i].length);
	return all;
}

// A prefix becomes a range, anything else a target.
static int probe_word(struct measure_command *m, const char *text)
{
	struct plan_error e;
	struct prefix p;
	if (strchr(text, '/') && prefix_parse(text, &p) == 0) {
		if (probe_addresses_with(m, &p) > 1u << RANGE_BITS_MAX)
			return measure_command_usage(m, "at most 16,777,216 addresses (a /8, in IPv6 a /104) at a time",
						     text);
		alloc_grow((void **)&m->ranges.at, m->ranges.count, &m->ranges.capacity, sizeof(*m->ranges.at));
		m->ranges.at[m->ranges.count++] = p;
		return 0;
	}
	if (plan_word(&m->plan, text, &e) < 0)
		return measure_command_usage(m, e.text, NULL);
	if (m->plan.targets[m->plan.target_count - 1].op != PROBE_ICMP_ECHO)
		return measure_command_usage(m, "this is a service; 'lacuna check' asks services", text);
	return 0;
}

// In a laboratory the range that is named is its own allowlist: nothing outside it can be reached from there.
static int probe_allow_ranges(struct measure_command *m)
{
	for (size_t i = 0; i < m->ranges.count && m->plan.lab; i++) {
		alloc_grow((void **)&m->plan.allow.at, m->plan.allow.count, &m->plan.allow.capacity,
			   sizeof(*m->plan.allow.at));
		m->plan.allow.at[m->plan.allow.count++] = m->ranges.at[i];
	}
	return 0;
}

int cli_probe(int argc, char **argv)
{
	struct measure_command m;
	measure_command_init(&m, "probe");
	m.options.rounds = 4;
	m.options.interval_ms = 1000;
	int status = probe_parse(&m, argc, argv);
	if (status)
		goto out;
	if (optind == argc) {
		status = measure_command_usage(&m, "no target", NULL);
		goto out;
	}
	for (int i = optind; i < argc && status == 0; i++)
		status = probe_word(&m, argv[i]);
	if (status == 0)
		status = probe_allow_ranges(&m);
	if (status)
		goto out;
	int unresolved = measure_command_resolve(&m);
	status = m.plan.target_count + m.ranges.count ? measure_command_run(&m) : 3;
	status = status == 0 ? unresolved : status;
out:
	measure_command_free(&m);
	return status < 0 ? 0 : status;
}
