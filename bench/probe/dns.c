// SPDX-License-Identifier: ISC
// What a question to a name server costs: dns ADDRESS NAME QUESTIONS IN_FLIGHT asks one server for an SOA and prints questions a
// second, processor time a question of this process, round trips and losses as JSON. The gate is a fake that lets all through.
#include "../../tests/check/fake_gate.h"

#include "check/dns.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct result {
	size_t ok, timed_out, other, count;
	int64_t *rtt_ns;
};

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct result *r = context;
	for (size_t i = 0; i < n; i++) {
		r->ok += batch[i].failure == FAILURE_NONE;
		r->timed_out += batch[i].failure == FAILURE_TIMEOUT;
		r->other += batch[i].failure != FAILURE_NONE && batch[i].failure != FAILURE_TIMEOUT;
		if (batch[i].rtt_ns >= 0)
			r->rtt_ns[r->count++] = batch[i].rtt_ns;
	}
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static double cpu_s(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

// The kernel's mark of this program alone; ru_maxrss counts whoever started it too.
static unsigned long peak_kb(void)
{
	char line[256];
	unsigned long kb = 0;
	FILE *f = fopen("/proc/self/status", "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtoul(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static int run(struct check_dns *d, const struct check_spec *spec, size_t questions, size_t in_flight)
{
	int64_t wait;
	int err = 0;
	for (size_t begun = 0; (begun < questions || check_dns_pending(d)) && err >= 0;) {
		while (begun < questions && check_dns_pending(d) < in_flight && err >= 0) {
			err = check_dns_start(d, spec, &wait);
			begun += err == 1;
		}
		if (err >= 0)
			err = check_dns_poll(d, NS_PER_S / 1000);
	}
	return err < 0 ? err : 0;
}

static void print(const struct check_dns *d, struct result *r, double seconds, double cpu)
{
	struct check_counts c;
	unsigned long peak = peak_kb() - (unsigned long)(r->count * sizeof(*r->rtt_ns) /
							 1024); // without what is only for the report
	size_t n = r->count ? r->count : 1;
	check_dns_counts(d, &c);
	qsort(r->rtt_ns, r->count, sizeof(*r->rtt_ns), by_size);
	printf("{\"questions\":%llu,\"per_s\":%.0f,\"cpu_us\":%.2f,\"ok\":%zu,\"timed_out\":%zu,\"other\":%zu,"
	       "\"mismatched\":%llu,"
	       "\"rtt_p50_us\":%.1f,\"rtt_p99_us\":%.1f,\"peak_kb\":%lu}\n",
	       (unsigned long long)c.dns_sent, (double)c.dns_sent / seconds, cpu / (double)c.dns_sent * 1e6, r->ok,
	       r->timed_out, r->other, (unsigned long long)c.dns_mismatched, (double)r->rtt_ns[n / 2] / 1e3,
	       (double)r->rtt_ns[n * 99 / 100] / 1e3, peak);
}

int main(int argc, char **argv)
{
	struct check_spec spec = {.op = PROBE_DNS, .kind = GATE_NAMED};
	struct gate *gate = gate_create(NULL);
	struct result r = {0};
	struct check_options o = {.gate = gate, .out = {take, &r}};
	struct check_dns *d = NULL;
	if (argc != 5 || addr_parse(argv[1], &spec.address) < 0 || check_dns_open(&o, &d) < 0) {
		fprintf(stderr, "usage: dns ADDRESS NAME QUESTIONS IN_FLIGHT\n");
		return 2;
	}
	size_t questions = strtoul(argv[3], NULL, 10);
	spec.name = argv[2];
	r.rtt_ns = calloc(questions + 1, sizeof(*r.rtt_ns));
	if (!r.rtt_ns)
		return 4;
	int64_t start = clock_boot_ns();
	double cpu = cpu_s();
	int err = run(d, &spec, questions, strtoul(argv[4], NULL, 10));
	if (!err)
		print(d, &r, (double)(clock_boot_ns() - start) / 1e9, cpu_s() - cpu);
	check_dns_close(d);
	gate_free(gate);
	free(r.rtt_ns);
	return err ? 1 : 0;
}
