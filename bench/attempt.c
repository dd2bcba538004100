// SPDX-License-Identifier: ISC
// How fast attempts become lines: pings that were answered, pings that were not, checks. Prints; judges nothing.
// Usage: bench_attempt [LINES]
#include "report/attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FLUSH_AT (1u << 20) // bytes, as a writer to a file would

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct attempt ping(size_t i)
{
	struct addr target = addr_v4(0xc6120000u + (uint32_t)(i * 7919 % 131072));
	struct attempt a =
		attempt_of(PROBE_ICMP_ECHO, &target, 0, instant_of(1795418965, (uint32_t)(i * 4999 % NS_PER_S)));
	a.rtt_ns = 23120456 + (int64_t)(i % 10000) * 101;
	a.ttl = 61;
	a.mode = ATTEMPT_PACKET;
	return a;
}

static struct attempt lost(size_t i)
{
	struct attempt a = ping(i);
	a.rtt_ns = ATTEMPT_UNKNOWN;
	a.ttl = 0;
	a.failure = FAILURE_TIMEOUT;
	return a;
}

static struct attempt check(size_t i)
{
	struct attempt a = ping(i);
	a.op = PROBE_HTTP;
	a.mode = ATTEMPT_KERNEL;
	a.status = 200;
	a.phase_us[PHASE_CONNECT] = 20100;
	a.phase_us[PHASE_FIRST_BYTE] = 24900;
	return a;
}

static void run(const char *what, struct attempt (*make)(size_t i), const char *name, size_t lines)
{
	enum { SAMPLE = 4096 };
	static struct attempt sample[SAMPLE];
	struct text t = {0};
	uint64_t bytes = 0;
	for (size_t i = 0; i < SAMPLE; i++)
		sample[i] = make(i);
	double begun = cpu();
	for (size_t i = 0; i < lines; i++) {
		attempt_json(&t, &sample[i % SAMPLE], "vp1", name);
		if (t.length >= FLUSH_AT || i + 1 == lines) {
			bytes += t.length;
			text_clear(&t);
		}
	}
	double took = cpu() - begun;
	printf("%-8s %10zu lines, %3.0f bytes each, %6.1f ns each, %.2f M lines/s\n", what, lines,
	       (double)bytes / (double)lines, took * 1e9 / (double)lines, (double)lines / took / 1e6);
	text_free(&t);
}

int main(int argc, char **argv)
{
	size_t lines = argc > 1 ? strtoul(argv[1], NULL, 10) : 3000000;
	lines = lines ? lines : 1;
	run("answered", ping, NULL, lines);
	run("lost", lost, NULL, lines);
	run("check", check, "www.example.kx", lines);
	return 0;
}
