// SPDX-License-Identifier: ISC
// The segments of a folder. Their names are numbers, so that their order is that of their names.
#include "base/alloc.h"
#include "base/cursor.h"
#include "base/number.h"
#include "base/numbers.h"
#include "journal/format.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

uint64_t journal_number(const char *name)
{
	struct cursor c = cursor_of(name, strlen(name));
	uint64_t number;
	if (!number_digits(&c, JOURNAL_NAME_DIGITS, &number))
		return 0;
	return strcmp(name + JOURNAL_NAME_DIGITS, JOURNAL_SUFFIX) == 0 ? number : 0;
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
		qsort(names, count, sizeof(*names), numbers_by_text);
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
