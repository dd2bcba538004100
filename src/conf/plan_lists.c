// SPDX-License-Identifier: ISC
// Lists of targets that change while they are measured.
#include "base/hash.h"
#include "conf/plan.h"

#include <glob.h>
#include <sys/stat.h>

uint64_t plan_lists_stamp(const struct plan *p)
{
	uint64_t stamp = 0;
	for (size_t i = 0; i < p->list_count; i++) {
		glob_t found = {0};
		size_t n = glob(p->lists[i], GLOB_NOMAGIC, NULL, &found) == 0 ? found.gl_pathc : 0;
		for (size_t k = 0; k < n; k++) {
			struct stat now = {0};
			if (stat(found.gl_pathv[k], &now) < 0)
				continue; // as if it were not there
			stamp = hash_pair(stamp, hash_bytes(found.gl_pathv[k], strlen(found.gl_pathv[k])));
			stamp = hash_pair(stamp, hash_pair((uint64_t)now.st_size, (uint64_t)now.st_ino));
			stamp = hash_pair(stamp,
					  hash_pair((uint64_t)now.st_ctim.tv_sec, (uint64_t)now.st_ctim.tv_nsec));
		}
		globfree(&found);
	}
	return stamp;
}

#define EXCHANGE(a, b)                                                                                                 \
	do {                                                                                                           \
		__typeof__(a) kept = (a);                                                                              \
		(a) = (b);                                                                                             \
		(b) = kept;                                                                                            \
	} while (0)

void plan_renew(struct plan *p, struct plan *from)
{
	EXCHANGE(p->targets, from->targets);
	EXCHANGE(p->target_count, from->target_count);
	EXCHANGE(p->target_capacity, from->target_capacity);
	EXCHANGE(p->manners, from->manners);
	EXCHANGE(p->manner_count, from->manner_count);
	EXCHANGE(p->manner_capacity, from->manner_capacity);
	EXCHANGE(p->blocks, from->blocks);
	EXCHANGE(p->block_count, from->block_count);
	EXCHANGE(p->block_capacity, from->block_capacity);
	EXCHANGE(p->entities, from->entities);
	EXCHANGE(p->modules, from->modules);
	EXCHANGE(p->notes, from->notes);
	EXCHANGE(p->lists, from->lists);
	EXCHANGE(p->list_count, from->list_count);
	EXCHANGE(p->list_capacity, from->list_capacity);
	EXCHANGE(p->list_lost, from->list_lost);
	plan_free(from);
}
