// SPDX-License-Identifier: ISC
// What a service check costs: does many, so many at a time, spread over addresses, and says checks a second and own CPU for each.
// Usage: check tcp|tls|http|https|smtp FIRST_ADDRESS ADDRESSES CHECKS AT_ONCE [PORT]. See check.py beside it.
#include "../../tests/check/fakes.h"

#include "base/err.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct tally {
	size_t done, ok;
};

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct tally *t = context;
	t->done += n;
	for (size_t i = 0; i < n; i++)
		t->ok += batch[i].failure == FAILURE_NONE;
}

static double cpu_s(void)
{
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static _Noreturn void die(const char *what, int status)
{
	fprintf(stderr, "%s: %s\n", what, err_text(status));
	exit(2);
}

static struct check_spec spec_of(const char *word)
{
	static const struct {
		const char *word;
		uint8_t op;
		uint16_t flags;
	} kinds[] = {{"tcp", PROBE_TCP_CONNECT, 0},
		     {"tls", PROBE_TLS, 0},
		     {"http", PROBE_HTTP, 0},
		     {"https", PROBE_HTTP, CHECK_HTTPS},
		     {"smtp", PROBE_SMTP, 0}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return (struct check_spec){.op = kinds[i].op, .flags = kinds[i].flags, .kind = GATE_NAMED};
	die(word, -EINVAL);
}

static int run(struct check *c, struct check_spec s, char **argv, const struct tally *t)
{
	struct addr first;
	int64_t wait_ns;
	if (addr_parse(argv[2], &first) < 0 || first.family != FAMILY_V4)
		die(argv[2], -EINVAL);
	size_t addresses = strtoul(argv[3], NULL, 10), count = strtoul(argv[4], NULL, 10);
	size_t at_once = strtoul(argv[5], NULL, 10), begun = 0;
	while (t->done < count) {
		while (begun < count && check_pending(c) < at_once) {
			s.address = addr_v4(v4_number(first.bytes) + (uint32_t)(begun % addresses));
			if (check_start(c, &s, &wait_ns) < 0)
				die("start", -EINVAL);
			begun++;
		}
		if (check_poll(c, NS_PER_S) < 0)
			die("poll", -EIO);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct gate gate = {.answer = GATE_GO};
	struct tally t = {0};
	struct check_options o = {.gate = &gate, .out = {take, &t}, .version = "bench"};
	struct check *c;
	struct rusage used;
	if (argc < 6)
		die("usage", -EINVAL);
	struct check_spec s = spec_of(argv[1]);
	s.port = argc > 6 ? (uint16_t)strtoul(argv[6], NULL, 10) : 0;
	int status = check_open(&o, &c);
	if (status < 0)
		die("open", status);
	double cpu = cpu_s();
	int64_t begin = clock_boot_ns();
	run(c, s, argv, &t);
	double wall = (double)(clock_boot_ns() - begin) / 1e9;
	cpu = cpu_s() - cpu;
	getrusage(RUSAGE_SELF, &used);
	printf("%s: %zu checks, %zu ok, %.0f/s, %.1f us of own CPU each, %.0f/s of one core, %ld KB\n", argv[1], t.done,
	       t.ok, (double)t.done / wall, cpu / (double)t.done * 1e6, (double)t.done / cpu, used.ru_maxrss);
	check_close(c);
	return t.ok == t.done ? 0 : 1;
}
