// SPDX-License-Identifier: ISC
// Reads recording.json, truth.json and probes/*.ndjson.gz of a lab recording with jansson.
#include "lab.h"

#include "base/alloc.h"
#include "feed/unpack.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (8u << 20)

static char *slurp(const char *path, size_t *length)
{
	struct unpack *u;
	if (unpack_open(path, &u) < 0)
		return NULL;
	char *bytes = alloc_zero(FILE_MAX + 1, 1);
	*length = unpack_fill(u, (uint8_t *)bytes, FILE_MAX);
	unpack_close(u);
	return bytes;
}

static json_t *document(const char *folder, const char *name)
{
	char path[512];
	size_t length;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	char *bytes = slurp(path, &length);
	json_t *root = bytes ? json_loadb(bytes, length, 0, NULL) : NULL;
	free(bytes);
	return root;
}

static bool is_host(const json_t *targets, const char *address)
{
	size_t i;
	const json_t *t;
	json_array_foreach(targets, i, t)
	{
		const char *kind = json_string_value(json_object_get(t, "kind"));
		const char *own = json_string_value(json_object_get(t, "address"));
		if (kind && own && strcmp(kind, "host") == 0 && strcmp(own, address) == 0)
			return true;
	}
	return false;
}

static void probe_take(struct lab *lab, const json_t *probe, const json_t *targets)
{
	const char *op = json_string_value(json_object_get(probe, "op"));
	const char *target = json_string_value(json_object_get(probe, "target"));
	const char *failure = json_string_value(json_object_get(probe, "failure"));
	if (!op || !target || strcmp(op, "icmp_echo") != 0 || !is_host(targets, target))
		return;
	if (failure && (strcmp(failure, "forged") == 0 || strcmp(failure, "late_or_dup") == 0))
		return;
	double t = floor(json_number_value(json_object_get(probe, "t")));
	if (!lab->bin_count)
		lab->bins[0].time = instant_of((int64_t)t - 2, 0); // observers start a moment apart
	int64_t bin = (int64_t)t - instant_seconds(lab->bins[0].time);
	if (bin < 0 || bin >= LAB_BINS_MAX)
		return;
	if ((size_t)bin >= lab->bin_count)
		lab->bin_count = (size_t)bin + 1;
	lab->bins[bin].sent++;
	lab->bins[bin].lost += !json_is_true(json_object_get(probe, "ok"));
}

static bool probes_read(struct lab *lab, const char *folder, const char *observer, const json_t *targets)
{
	char path[512];
	size_t length;
	snprintf(path, sizeof(path), "%s/probes/%s.ndjson.gz", folder, observer);
	char *bytes = slurp(path, &length);
	if (!bytes)
		return false;
	for (char *line = bytes, *stop; line < bytes + length; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(bytes + length - line));
		if (!stop)
			break;
		json_t *probe = json_loadb(line, (size_t)(stop - line), 0, NULL);
		probe_take(lab, probe, targets);
		json_decref(probe);
	}
	free(bytes);
	return true;
}

bool lab_read(const char *name, struct lab *ret)
{
	char folder[400];
	const char *shared = getenv("LACUNA_SHARED"), *own = getenv("LACUNA_LAB");
	snprintf(folder, sizeof(folder), "%s/%s", own ? own : "", name);
	json_t *recording = document(folder, "recording.json");
	if (!recording) {
		snprintf(folder, sizeof(folder), "%s/fixtures/lab/%s", shared ? shared : "", name);
		recording = document(folder, "recording.json");
	}
	json_t *truth = document(folder, "truth.json");
	const json_t *targets = json_object_get(recording, "targets");
	memset(ret, 0, sizeof(*ret));
	bool whole = truth && probes_read(ret, folder, "vp", targets) && probes_read(ret, folder, "vp2", targets);
	for (size_t i = 1; i < ret->bin_count; i++)
		ret->bins[i].time = instant_after(ret->bins[0].time, (int64_t)i * NS_PER_S);
	const json_t *outage = json_array_get(json_object_get(truth, "outages"), 0);
	ret->start = json_number_value(json_object_get(outage, "start"));
	ret->end = json_number_value(json_object_get(outage, "end"));
	ret->routes_start = json_number_value(json_object_get(outage, "routes_start"));
	ret->routes_end = json_number_value(json_object_get(outage, "routes_end"));
	json_decref(recording);
	json_decref(truth);
	if (!whole)
		printf("skipped: no recording %s under LACUNA_SHARED\n", name);
	return whole;
}

struct precedence_input lab_input(const struct lab *lab)
{
	struct instant first = lab->routes_start > 0 ? instant_of((int64_t)lab->routes_start, 0) : INSTANT_NONE;
	return (struct precedence_input){.bins = lab->bins,
					 .bin_count = lab->bin_count,
					 .watch_interval_s = 1,
					 .resolution_s = 1,
					 .hold_times_s = {9},
					 .routes = {first, first, first}};
}
