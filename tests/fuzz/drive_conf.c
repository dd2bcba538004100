// SPDX-License-Identifier: ISC
// See drive_conf.h.
#include "drive_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORD_MAX 2000

#define REQUIRE(kept) require(kept, __func__, __LINE__)

static char folder[] = "/tmp/lacuna-fuzz-XXXXXX";
static char file[80];

static void require(bool kept, const char *where, int line)
{
	if (kept)
		return;
	fprintf(stderr, "%s:%d: not kept\n", where, line);
	abort();
}

static void drop_folder(void)
{
	unlink(file);
	rmdir(folder);
}

// The file is one in memory, by a name in a folder: writing one to a disk takes longer than reading it.
static void write_file(const char *name, const uint8_t *data, size_t size)
{
	static int memory = -1;
	if (memory < 0) {
		char target[64];
		memory = memfd_create("input", MFD_CLOEXEC);
		REQUIRE(memory >= 0 && mkdtemp(folder) != NULL);
		snprintf(file, sizeof(file), "%s/%s", folder, name);
		snprintf(target, sizeof(target), "/proc/self/fd/%d", memory);
		REQUIRE(symlink(target, file) == 0 && atexit(drop_folder) == 0);
	}
	REQUIRE(!ftruncate(memory, 0) && pwrite(memory, data, size, 0) == (ssize_t)size);
}

static void check_prefixes(const struct plan_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct prefix masked = l->at[i];
		prefix_mask(&masked);
		REQUIRE(prefix_equal(&masked, &l->at[i]) && masked.length <= family_bits(masked.family));
	}
}

static void check_target(const struct plan *p, const struct plan_target *t)
{
	REQUIRE(t->op < PROBE_OP_COUNT && t->kind <= TARGET_CONTROL);
	REQUIRE(!t->address.family == !!t->host);
	REQUIRE(!t->entity || entity_find(&p->entities, t->entity));
	REQUIRE(t->op != PROBE_ICMP_ECHO || !t->port);
	REQUIRE(t->op != PROBE_TCP_CONNECT || t->port);
	REQUIRE(t->manner <= p->manner_count && (!t->manner || manner_sound(&p->manners[t->manner - 1])));
	REQUIRE(!t->path || t->op == PROBE_HTTP);
}

static void check(const struct plan *p)
{
	check_prefixes(&p->allow);
	check_prefixes(&p->block);
	REQUIRE(p->observers >= 1 && p->target_count <= PLAN_TARGETS_MAX && p->block_count <= PLAN_BLOCKS_MAX);
	for (size_t i = 0; i < p->target_count; i++)
		check_target(p, &p->targets[i]);
	for (size_t i = 0; i < p->block_count; i++)
		REQUIRE(p->blocks[i].entity < p->entities.count && p->blocks[i].count &&
			p->blocks[i].count <= PLAN_BLOCK_HOSTS);
	for (size_t i = 0; i < p->notes.length; i++)
		REQUIRE(p->notes.bytes[i] == '\n' || (unsigned char)p->notes.bytes[i] >= ' ');
}

static void check_message(const struct plan_error *e)
{
	size_t n = strnlen(e->text, sizeof(e->text));
	REQUIRE(n && n < sizeof(e->text));
	for (size_t i = 0; i < n; i++)
		REQUIRE((unsigned char)e->text[i] >= ' ' && e->text[i] != 0x7f);
}

static void read_one(drive_read *read, const char *from)
{
	struct plan p;
	struct plan_error e = {""};
	plan_init(&p);
	int code = read(&p, from, &e);
	if (code < 0)
		check_message(&e);
	else
		REQUIRE(!e.text[0]);
	check(&p);
	plan_free(&p);
}

void drive_conf(drive_read *read, const char *name, const uint8_t *data, size_t size)
{
	write_file(name, data, size);
	read_one(read, file);
}

void drive_conf_words(drive_read *read, const uint8_t *data, size_t size)
{
	while (size) {
		char word[WORD_MAX + 1];
		const uint8_t *newline = memchr(data, '\n', size);
		size_t n = newline ? (size_t)(newline - data) : size, kept = n < WORD_MAX ? n : WORD_MAX;
		memcpy(word, data, kept);
		word[kept] = '\0';
		read_one(read, word);
		n += newline != NULL;
		data += n;
		size -= n;
	}
}
