// SPDX-License-Identifier: ISC
// What the series detector costs: a year of 5-minute values of 250 countries with six signals each (157.8 million values)
// in the order of time, as a replay hands them on. Goal: 20 s on one core. Prints one line of JSON.
// usage: series [DAYS]
#include "detect/series.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ENTITIES 250
#define SIGNALS	 6
#define SERIES	 (ENTITIES * SIGNALS)
#define STEP_S	 300
#define BEGIN_S	 1577836800
#define TABLE	 8192
#define TABLE_AT (TABLE - 1)

static uint64_t events;

static void count(void *context, const struct detection *d, bool opened)
{
	(void)context;
	(void)d;
	events += opened;
}

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static float noise[TABLE], wave[86400 / STEP_S];

static void tables_fill(void)
{
	uint64_t x = 88172645463325252ULL;
	for (int i = 0; i < TABLE; i++) {
		float sum = -6;
		for (int k = 0; k < 12; k++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			sum += (float)(x >> 40) / (float)(1 << 24);
		}
		noise[i] = sum;
	}
	for (int i = 0; i < 86400 / STEP_S; i++)
		wave[i] = sinf((float)i * STEP_S / 86400 * 2 * (float)M_PI);
}

// A level of its own, a day of its own, 2 % of noise, and a drop to 60 % for three hours about every second month.
static double value_of(uint32_t series, uint32_t bin)
{
	uint32_t day_bin = (bin + series * 7) % (86400 / STEP_S);
	float level = 200 + (float)(series % 97) * 100, depth = (float)(series % 4) * 0.1f;
	float value = level * (1 + depth * wave[day_bin]) * (1 + 0.02f * noise[(bin * 31 + series * 17) & TABLE_AT]);
	return (double)((bin + series * 131) % 17280 < 36 ? value * 0.6f : value);
}

static double generator_cost(uint32_t bins)
{
	double begin = cpu_seconds(), sum = 0;
	for (uint32_t bin = 0; bin < bins; bin++)
		for (uint32_t i = 0; i < SERIES; i++)
			sum += value_of(i, bin);
	double cost = cpu_seconds() - begin;
	return sum > 0 ? cost : 0;
}

int main(int argc, char **argv)
{
	static const char *const names[SIGNALS] = {"bgp", "ping-slash24", "merit-nt", "gtr", "upstream", "other"};
	unsigned long days = argc > 1 ? strtoul(argv[1], NULL, 10) : 365;
	uint32_t bins = (uint32_t)(days > 3650 ? 3650 : days) * (86400 / STEP_S);
	static struct series_watch *watch[SERIES];
	tables_fill();
	for (uint32_t i = 0; i < SERIES; i++)
		watch[i] =
			series_create(NULL, i / SIGNALS, i, names[i % SIGNALS], (struct detection_sink){count, NULL});
	double begin = cpu_seconds();
	for (uint32_t bin = 0; bin < bins; bin++) {
		struct instant t = instant_of(BEGIN_S + (int64_t)bin * STEP_S, 0);
		for (uint32_t i = 0; i < SERIES; i++)
			series_take(watch[i], t, value_of(i, bin));
	}
	double all = cpu_seconds() - begin, made = generator_cost(bins), values = (double)bins * SERIES;
	for (uint32_t i = 0; i < SERIES; i++) {
		series_finish(watch[i], instant_of(BEGIN_S + (int64_t)bins * STEP_S, 0));
		series_free(watch[i]);
	}
	printf("{\"values\":%.0f,\"cpu_s\":%.3f,\"ns_per_value\":%.1f,\"generator_s\":%.3f,\"bytes_per_series\":%zu,"
	       "\"events\":%llu}\n",
	       values, all - made, (all - made) * 1e9 / values, made, series_bytes(), (unsigned long long)events);
	return 0;
}
