// SPDX-License-Identifier: ISC
// Asks what standard input says, for the tests in namespaces: lines `ADDRESS PORT TYPE FLAGS TIMEOUT_MS NAME`, and `wait MS`
// in between. One JSON line for every attempt, one for every server where the option --zone says that all are of one zone, and
// one with the counts at the end. The gate is a fake that lets all through.
#include "fake_gate.h"

#include "base/json.h"
#include "check/dns.h"
#include "check/dns_judge.h"
#include "check/zone.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>

static void print_attempts(void *context, const struct attempt *batch, size_t n)
{
	struct text *t = context;
	for (size_t i = 0; i < n; i++) {
		const struct attempt *a = &batch[i];
		struct text word = {0};
		struct json j = {.out = t};
		json_open(&j, '{');
		json_key(&j, "index");
		json_int(&j, a->index);
		json_key(&j, "number");
		json_int(&j, a->number);
		json_key(&j, "failure");
		json_string(&j, probe_failure_name(a->failure));
		json_key(&j, "rcode");
		json_int(&j, a->rcode);
		json_key(&j, "flags");
		json_int(&j, a->dns_flags);
		json_key(&j, "serial");
		json_int(&j, a->serial);
		json_key(&j, "nsid");
		json_string(&j, a->nsid);
		json_key(&j, "rtt_ns");
		json_int(&j, a->rtt_ns);
		json_key(&j, "time_ns");
		json_int(&j, a->time.ns);
		json_key(&j, "ttl");
		json_int(&j, a->ttl);
		json_key(&j, "connect_us");
		json_int(&j, a->phase_us[PHASE_CONNECT]);
		json_key(&j, "local_error");
		json_int(&j, a->local_error);
		if (a->icmp_from.family != FAMILY_NONE) {
			text_addr(&word, &a->icmp_from);
			json_key(&j, "icmp_from");
			json_string(&j, text_string(&word));
			json_key(&j, "icmp_type");
			json_int(&j, a->icmp_type);
			json_key(&j, "icmp_code");
			json_int(&j, a->icmp_code);
		}
		json_close(&j, '}');
		text_char(t, '\n');
		text_free(&word);
	}
	fwrite(t->bytes, 1, t->length, stdout);
	fflush(stdout);
	text_clear(t);
}

// The next word of a line; the line is cut behind it.
static char *word_of(char **line)
{
	char *word = *line + strspn(*line, " "), *end = word + strcspn(word, " \n");
	*line = *end ? end + 1 : end;
	*end = 0;
	return word;
}

static int run(struct check_dns *d, int64_t at_least_ns)
{
	int64_t until = clock_boot_ns() + at_least_ns;
	while (check_dns_pending(d) || clock_boot_ns() < until)
		if (check_dns_poll(d, NS_PER_S / 100) < 0)
			return 1;
	return 0;
}

static int ask(struct check_dns *d, char *line, uint32_t index)
{
	struct check_spec s = {.op = PROBE_DNS, .kind = GATE_NAMED, .index = index, .number = 1};
	int64_t wait;
	if (addr_parse(word_of(&line), &s.address) < 0)
		return 1;
	s.port = (uint16_t)strtoul(word_of(&line), NULL, 10);
	s.qtype = (uint16_t)strtoul(word_of(&line), NULL, 10);
	s.flags = (uint16_t)strtoul(word_of(&line), NULL, 10);
	s.timeout_ms = (uint32_t)strtoul(word_of(&line), NULL, 10);
	s.name = word_of(&line);
	return check_dns_start(d, &s, &wait) != 1;
}

static void print_counts(const struct check_dns *d, const struct gate *g)
{
	struct check_counts c;
	check_dns_counts(d, &c);
	printf("{\"started\":%llu,\"finished\":%llu,\"local_faults\":%llu,\"sent\":%llu,\"answers\":%llu,"
	       "\"mismatched\":%llu,\"backed_off\":%llu,\"tcp_asked\":%llu}\n",
	       (unsigned long long)c.started, (unsigned long long)c.finished, (unsigned long long)c.local_faults,
	       (unsigned long long)c.dns_sent, (unsigned long long)c.dns_answers, (unsigned long long)c.dns_mismatched,
	       (unsigned long long)g->backed_off, (unsigned long long)g->tcp_asked);
}

static void zone_hear(void *context, struct attempt *a, const struct dns_query *asked, const struct dns_message *answer)
{
	struct dns_soa soa;
	bool has_soa = answer && dns_judge_soa(answer, &soa) == 0;
	(void)asked;
	if (zone_take(context, a, has_soa ? &soa : NULL) < 0)
		fputs("zone is full\n", stderr);
}

static void print_servers(const struct zone *z)
{
	struct zone_summary sum;
	zone_sum(z, &sum);
	for (size_t i = 0; zone_server_at(z, i); i++) {
		const struct zone_server *s = zone_server_at(z, i);
		struct text t = {0};
		text_addr(&t, &s->address);
		printf("{\"server\":\"%s\",\"serial\":%u,\"flags\":%u}\n", text_string(&t), s->serial, s->flags);
		text_free(&t);
	}
	printf("{\"newest\":%u,\"lag\":%u,\"flags\":%u,\"answering\":%zu}\n", sum.serial, sum.lag_most, sum.flags,
	       sum.answering);
}

int main(int argc, char **argv)
{
	static char line[2048];
	struct text out = {0};
	struct gate *gate = gate_create(NULL);
	struct check_options o = {.gate = gate, .out = {print_attempts, &out}};
	struct check_dns *d = NULL;
	struct zone *zone = argc > 1 && strcmp(argv[1], "--zone") == 0 ? zone_create() : NULL;
	int failed = check_dns_open(&o, &d) != 0;
	if (!failed && zone)
		check_dns_listen(d, (struct check_dns_listener){zone_hear, zone});
	for (uint32_t index = 0; !failed && fgets(line, sizeof(line), stdin);) {
		char *rest = line;
		if (strncmp(line, "wait ", 5) == 0)
			failed = run(d, (int64_t)strtoul(line + 5, NULL, 10) * 1000000);
		else
			failed = ask(d, rest, index++);
	}
	if (!failed)
		failed = run(d, 0);
	if (!failed && zone)
		print_servers(zone);
	if (!failed)
		print_counts(d, gate);
	zone_free(zone);
	check_dns_close(d);
	gate_free(gate);
	text_free(&out);
	return failed;
}
