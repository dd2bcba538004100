// SPDX-License-Identifier: ISC
// See log.h.
#include "log.h"

#include "base/alloc.h"
#include "base/crc32c.h"
#include "journal/format.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void log_begin(struct log_folder *f)
{
	snprintf(f->path, sizeof(f->path), "/tmp/lacuna-journal-XXXXXX");
	assert_non_null(mkdtemp(f->path));
}

void log_path(const struct log_folder *f, const char *name, char ret[256])
{
	snprintf(ret, 256, "%s/%.100s", f->path, name);
}

void log_end(struct log_folder *f)
{
	char path[256];
	DIR *d = opendir(f->path);
	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		log_path(f, e->d_name, path);
		(void)unlink(path);
	}
	closedir(d);
	assert_int_equal(rmdir(f->path), 0);
}

static void copy_file(const char *from, const char *to)
{
	static char bytes[1 << 16];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	assert_true(in && out);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), in));)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

void log_copy(const struct log_folder *from, struct log_folder *ret)
{
	const char *const *names;
	char a[256], b[256];
	log_begin(ret);
	for (size_t n = log_segments(from, &names), i = 0; i < n; i++) {
		log_path(from, names[i], a);
		log_path(ret, names[i], b);
		copy_file(a, b);
	}
}

long log_size(const struct log_folder *f, const char *name)
{
	char path[256];
	struct stat st;
	log_path(f, name, path);
	return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

size_t log_segments(const struct log_folder *f, const char *const **ret)
{
	static char **names;
	static size_t count;
	journal_list_free(names, count);
	names = NULL;
	count = 0;
	assert_int_equal(journal_list(f->path, &names, &count), 0);
	*ret = (const char *const *)names;
	return count;
}

static void say(struct text *t, uint8_t kind, struct instant time, struct cursor bytes)
{
	text_printf(t, "%u %lld %zu %08x\n", kind, (long long)time.ns, cursor_left(&bytes),
		    crc32c(0, bytes.at, cursor_left(&bytes)));
}

static int append_batch(struct journal *j, struct random_batch *r, struct text *said)
{
	struct batch b = random_batch_next(r);
	struct instant newest = INSTANT_NONE;
	size_t n = batch_bytes(&b);
	for (size_t i = 0; i < b.count; i++)
		newest = b.obs[i].time.ns > newest.ns ? b.obs[i].time : newest;
	int code = journal_append_batch(j, &b);
	uint8_t *bytes = alloc_zero(n, 1);
	batch_write(&b, bytes);
	if (code == 0)
		say(said, JOURNAL_BATCH, newest, cursor_of(bytes, n));
	free(bytes);
	return code;
}

int log_append(struct journal *j, struct random_batch *r, struct text *said)
{
	char text[300];
	uint64_t dice = unit_random(&r->random);
	struct instant time = instant_of((int64_t)(dice >> 32), 0);
	if (dice % 3 == 0)
		return append_batch(j, r, said);
	if (dice % 3 == 1) {
		int code = journal_append_cut(j, time);
		if (code == 0)
			say(said, JOURNAL_CUT, time, (struct cursor){0});
		return code;
	}
	size_t n = unit_random(&r->random) % sizeof(text);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + unit_random(&r->random) % 26);
	uint8_t kind = dice % 2 ? JOURNAL_NOTE : JOURNAL_CONFIGURATION;
	int code = journal_append(j, kind, time, cursor_of(text, n));
	if (code == 0)
		say(said, kind, time, cursor_of(text, n));
	return code;
}

static void damage(void *context, const struct journal_damage *d)
{
	struct log_heard *h = context;
	text_printf(&h->damage, "%s %llu %llu %llu %llu %d\n", d->file, (unsigned long long)d->offset,
		    (unsigned long long)d->bytes, (unsigned long long)d->after, (unsigned long long)d->before, d->torn);
}

int log_read(const struct log_folder *f, struct log_heard *ret)
{
	struct journal_reader *r;
	struct journal_record record;
	text_clear(&ret->said);
	text_clear(&ret->damage);
	int code = journal_reader_open(f->path, (struct journal_listener){damage, ret}, &r);
	if (code < 0)
		return code;
	while ((code = journal_reader_next(r, &record)) == 1) {
		struct batch b;
		assert_int_equal((uintptr_t)record.bytes.at % 8, 0);
		say(&ret->said, record.kind, record.time, record.bytes);
		if (record.kind == JOURNAL_BATCH)
			assert_int_equal(journal_reader_batch(r, &record, &b), 0);
	}
	journal_reader_end(r);
	ret->totals = *journal_reader_totals(r);
	journal_reader_free(r);
	(void)text_string(&ret->said);
	(void)text_string(&ret->damage);
	return code;
}

void log_heard_end(struct log_heard *h)
{
	text_free(&h->said);
	text_free(&h->damage);
}
