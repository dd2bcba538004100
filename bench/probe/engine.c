// SPDX-License-Identifier: ISC
// Drives the probe engine as fast as told against the laboratory of bench/probe/lab and says what a probe costs: rate, CPU per round
// trip, quantiles of the round-trip time (on a link without delay that is the error), and whether every reply was accounted for.
//   engine MODE RATE COUNT [INTERFACE]     MODE: 1 packet, 2 raw, 3 ping; RATE 0: as fast as it goes
#include "base/err.h"
#include "os/clock.h"
#include "probe/prober.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define CATCH_UP_S 0.001
#define BURST	   64
#define ADDRESSES  131072u // of 198.18.0.0/15

struct bench {
	struct prober *prober;
	int64_t *rtt;
	uint64_t answered, failed, count, sent;
	double rate;
};

// The gate is open: this laboratory hurts nobody, and the caps would be in the way.
enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns)
{
	(void)g, (void)a, (void)now_ns, (void)ret_until_ns;
	return GATE_GO;
}

void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns)
{
	(void)g, (void)a, (void)now_ns;
}

void gate_relax(struct gate *g, const struct addr *a)
{
	(void)g, (void)a;
}

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct bench *b = context;
	for (size_t i = 0; i < n; i++) {
		if (batch[i].failure == FAILURE_NONE && b->answered < b->count)
			b->rtt[b->answered++] = batch[i].rtt_ns;
		else
			b->failed++;
	}
}

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return a < b ? -1 : a > b;
}

static double cpu_s(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

// A counter of the interface, read where it is before the first and after the last packet.
static uint64_t received(const char *interface)
{
	char path[128], line[32] = "0";
	(void)snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_packets", interface);
	FILE *f = fopen(path, "r");
	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		fclose(f);
	return strtoull(line, NULL, 10);
}

static void send_some(struct bench *b, uint64_t due)
{
	struct prober_item items[BURST];
	int64_t wait = 0;
	while (b->sent < due && !wait) {
		size_t n = due - b->sent < BURST ? (size_t)(due - b->sent) : BURST;
		for (size_t i = 0; i < n; i++) {
			uint32_t number = (uint32_t)(b->sent + i);
			items[i] = (struct prober_item){.index = number & (PROBER_INDEX_MAX - 1), .number = 1};
			items[i].address = addr_v4(0xc6120000u + (number * 0x9e3779b1u >> 5) % ADDRESSES);
			items[i].op = PROBE_ICMP_ECHO;
		}
		b->sent += prober_send(b->prober, items, n, &wait);
	}
}

static void run(struct bench *b)
{
	int64_t tick = prober_tick_ns(b->prober), began = clock_boot_ns();
	while (b->sent < b->count || prober_pending(b->prober)) {
		uint64_t due = b->count;
		if (b->rate > 0)
			due = (uint64_t)((double)(clock_boot_ns() - began) * b->rate * 1e-9) + 1;
		else if (b->count - b->sent > BURST)
			due = b->sent + BURST;
		// After it was kept from running it catches up in portions, as whoever paces probes must: a burst would be lost.
		uint64_t most = b->sent + BURST + (uint64_t)(b->rate * CATCH_UP_S);
		due = due < most ? due : most;
		send_some(b, due < b->count ? due : b->count);
		bool rest = b->rate > 0 || b->sent == b->count;
		if (prober_poll(b->prober, rest ? tick : 0) < 0)
			exit(1);
	}
}

// Lets the kernel learn the gateway before the clock runs.
static void warm_up(struct bench *b)
{
	int64_t until = clock_boot_ns() + 200000000;
	send_some(b, 1);
	while (clock_boot_ns() < until)
		if (prober_poll(b->prober, 10000000) < 0)
			exit(1);
	b->answered = b->failed = b->sent = 0;
}

static void report(struct bench *b, double wall, double cpu, uint64_t at_interface)
{
	struct prober_counts c;
	struct rusage u;
	prober_counts(b->prober, &c);
	getrusage(RUSAGE_SELF, &u);
	qsort(b->rtt, b->answered, sizeof(*b->rtt), compare);
	const double at[] = {0.01, 0.5, 0.95, 0.99, 1};
	printf("mode %d: %.0f/s, answered %llu of %llu, %.0f ns of CPU each, rtt us", prober_mode(b->prober),
	       (double)b->sent / wall, (unsigned long long)b->answered, (unsigned long long)b->sent,
	       cpu * 1e9 / (double)(b->sent ? b->sent : 1));
	for (size_t i = 0; b->answered && i < ARRAY_LEN(at); i++)
		printf(" p%.0f=%.1f", at[i] * 100, (double)b->rtt[(size_t)((double)(b->answered - 1) * at[i])] * 1e-3);
	printf("\n  arrived %llu (interface %llu) = recorded %llu + late %llu + duplicate %llu + forged %llu; "
	       "kernel dropped %llu; timed out %llu; not sent %llu; lag %.2f ms; resident %ld KB\n",
	       (unsigned long long)c.arrived, (unsigned long long)at_interface, (unsigned long long)c.recorded,
	       (unsigned long long)c.late, (unsigned long long)c.duplicate, (unsigned long long)c.forged,
	       (unsigned long long)c.kernel_drops, (unsigned long long)c.timed_out, (unsigned long long)c.send_failed,
	       (double)c.lag_most_ns * 1e-6, u.ru_maxrss);
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	char why[256];
	if (argc < 4) {
		fprintf(stderr, "usage: engine MODE RATE COUNT [INTERFACE]\n");
		return 2;
	}
	struct prober_options o = {.best = (enum attempt_mode)strtoul(argv[1], NULL, 10), .timeout_ms = 1000};
	b.rate = strtod(argv[2], NULL);
	b.count = strtoull(argv[3], NULL, 10);
	b.rtt = calloc(b.count + 1, sizeof(*b.rtt));
	o.rate = b.rate > 0 ? (uint32_t)b.rate : 400000;
	o.toward = addr_v4(0xc6120001);
	o.out = (struct attempt_sink){take, &b};
	const char *interface = argc > 4 ? argv[4] : "near";
	if (!b.rtt || getentropy(o.key, sizeof(o.key)) != 0)
		return 1;
	prctl(PR_SET_TIMERSLACK, 1UL);
	int error = prober_open(&o, &b.prober, why, sizeof(why));
	if (error < 0) {
		fprintf(stderr, "engine: %s (%s)\n", err_text(error), why);
		return 1;
	}
	warm_up(&b);
	uint64_t before = received(interface);
	double cpu = cpu_s();
	int64_t began = clock_boot_ns();
	run(&b);
	report(&b, (double)(clock_boot_ns() - began) * 1e-9, cpu_s() - cpu, received(interface) - before);
	prober_close(b.prober);
	free(b.rtt);
	return 0;
}
