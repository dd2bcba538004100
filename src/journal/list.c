// SPDX-License-Identifier: ISC
// The segments of a folder. Their names are numbers, so that their order is that of their names.
#include "base/alloc.h"
#include "journal/format.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

uint64_t journal_number(const char *name)
{
	uint64_t number = 0;
	size_t i = 0;
	for (; i < JOURNAL_NAME_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		number = number * 10 + (uint64_t)(name[i] - '0');
	}
	return strcmp(name + i, JOURNAL_SUFFIX) == 0 ? number : 0;
}

static int list_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int journal_list(const char *dir, char ***ret_names, size_t *ret_count)
{
	char **names = NULL;
	size_t count = 0, capacity = 0;
	DIR *d = opendir(dir);
	if (!d)
		return -errno;
	for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
		if (!journal_number(entry->d_name))
			continue;
		alloc_grow((void **)&names, count, &capacity, sizeof(*names));
		names[count++] = alloc_copy(entry->d_name);
	}
	closedir(d);
	if (count)
		qsort(names, count, sizeof(*names), list_compare);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

void journal_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

bool journal_is(const char *path)
{
	char **names = NULL;
	size_t count = 0;
	if (journal_list(path, &names, &count) < 0)
		return false;
	journal_list_free(names, count);
	return count > 0;
}
