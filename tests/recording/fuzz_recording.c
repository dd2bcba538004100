// SPDX-License-Identifier: ISC
// Fuzz target: recording.json. What is refused has a message and leaves nothing behind; what is read is checked.
#include "../fuzz/target.h"

#include "base/attr.h"
#include "recording/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/lacuna-fuzz-XXXXXX";
static char file[64];

static void drop_folder(void)
{
	unlink(file);
	rmdir(folder);
}

static void require(int holds)
{
	if (!holds)
		abort();
}

static void write_file(const uint8_t *data, size_t size)
{
	if (!file[0]) {
		require(mkdtemp(folder) != NULL);
		snprintf(file, sizeof(file), "%s/recording.json", folder);
		require(atexit(drop_folder) == 0);
	}
	FILE *f = fopen(file, "w");
	require(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

static void check(const struct recording *r, const struct entity_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		require(strchr(l->at[i].id, '/') != NULL && l->at[i].population >= 0);
		for (size_t k = 0; k < l->at[i].asn_count; k++)
			require(l->at[i].asns[k] != 0);
		for (size_t k = 0; k < l->at[i].range_count; k++) {
			const struct entity_range *range = &l->at[i].ranges[k];
			require(range->first.family == range->last.family);
			require(memcmp(range->first.bytes, range->last.bytes, sizeof(range->first.bytes)) <= 0);
		}
	}
	static const char *const paths[] = {"bgp/rc-updates.mrt", "bmp/rc2/one.bmp", "x", "", "bgp/"};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char name[16];
		recording_collector_of(r, paths[i], name, sizeof(name));
		require(strnlen(name, sizeof(name)) < sizeof(name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recording r = {0};
	struct entity_list l = {0};
	struct file_error error = {0}, other = {0};
	write_file(data, size);
	int code = recording_read(folder, &r, &l, &error);
	require(code == 0 || (error.message[0] && !r.collectors && !r.name));
	check(&r, &l);
	struct target_table *t = target_table_create(&l);
	require(recording_targets(folder, t, &l, &other) >= 0 || other.message[0]);
	target_table_free(t);
	recording_free(&r);
	entity_list_free(&l);
	return 0;
}
