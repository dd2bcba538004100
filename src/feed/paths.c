// SPDX-License-Identifier: ISC
// Which files a path means: itself, those in a folder, those that a glob matches. In name order, so that the
// same command reads the same sources in the same order everywhere.
#include "feed/feed.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/numbers.h"
#include "feed/line_kind.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

struct paths {
	char **of;
	size_t count, capacity;
};

static void paths_add(struct paths *p, char *path)
{
	void *items = p->of;
	alloc_grow(&items, p->count, &p->capacity, sizeof(*p->of));
	p->of = items;
	p->of[p->count++] = path;
}

static void paths_free(struct paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->of[i]);
	free(p->of);
}

static bool paths_name_matches(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, name, 0))
			return true;
	return false;
}

// Files of lines are wanted where a recording has them.
static bool paths_lines_wanted(const char *folder, const char *name)
{
	static const struct {
		const char *folder;
		const char *patterns[7];
	} places[] = {{"probes", {"*.ndjson*", "*.jsonl*", "*.json", "*.json.*", "*.csv*", "*.fping*", NULL}},
		      {"series", {"*.csv*", "*.json", "*.json.*", NULL}},
		      {"atlas", {"*.ndjson*", "*.json*", NULL}}};
	if (!strcmp(name, "recording.json") || !strcmp(name, "truth.json"))
		return false; // of a recording that is itself called "series"
	size_t n = strlen(folder);
	while (n && folder[n - 1] == '/')
		n--;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		size_t m = strlen(places[i].folder);
		bool here =
			n >= m && !memcmp(folder + n - m, places[i].folder, m) && (n == m || folder[n - m - 1] == '/');
		if (here && paths_name_matches(name, places[i].patterns))
			return true;
	}
	return false;
}

bool feed_names_lines(const char *file)
{
	return line_kind_named(file);
}

// `named`: the folder is the one the user gave, where any name will do that does not speak against it.
static bool paths_name_wanted(const char *folder, const char *name, bool named)
{
	static const char *const never[] = {"*.index", "*.json*", "*.ndjson*", "*.csv*", "*.pcap*", "*.txt",
					    "*.md",    "*.yml",	  "*.html",    "*.log",	 "*.tsv*",  NULL};
	static const char *const always[] = {"*.mrt*", "*.bmp*", "*bview.*", "*rib.*", "*ribs.*", "*updates.*", NULL};
	if (paths_lines_wanted(folder, name))
		return true;
	if (paths_name_matches(name, never))
		return false;
	return named || paths_name_matches(name, always);
}

static char *paths_join(const char *folder, const char *name)
{
	size_t a = strlen(folder), b = strlen(name);
	while (a > 1 && folder[a - 1] == '/')
		a--;
	char *path = alloc_zero(a + b + 2, 1);
	memcpy(path, folder, a);
	path[a] = '/';
	memcpy(path + a + 1, name, b);
	return path;
}

// Sorts one entry of a folder into files and folders; a folder behind a link is not entered (it may be a circle).
static void paths_take_entry(const char *folder, const char *name, bool named, struct paths *lists)
{
	if (name[0] == '.')
		return;
	struct stat status, link;
	char *path = paths_join(folder, name);
	bool known = !stat(path, &status) && !lstat(path, &link);
	if (known && S_ISDIR(status.st_mode) && !S_ISLNK(link.st_mode))
		paths_add(&lists[1], path);
	else if (known && S_ISREG(status.st_mode) && paths_name_wanted(folder, name, named))
		paths_add(&lists[0], path);
	else
		free(path);
}

static int paths_read_folder(const char *folder, bool named, struct paths *lists)
{
	DIR *d = opendir(folder);
	if (!d)
		return -errno;
	const struct dirent *entry;
	while ((entry = readdir(d)) && lists[0].count <= FEED_SOURCES_MAX)
		paths_take_entry(folder, entry->d_name, named, lists);
	closedir(d);
	return 0;
}

static int paths_expand_folder(const char *folder, int (*found)(void *context, const char *file), void *context)
{
	struct paths lists[2] = {0}; // files, folders
	int error = paths_read_folder(folder, true, lists);
	// A folder inside that cannot be read costs that folder.
	for (size_t i = 0; !error && i < lists[1].count; i++)
		(void)paths_read_folder(lists[1].of[i], false, lists);
	if (!error && !lists[0].count)
		error = ERR_NOT_FOUND;
	if (lists[0].count)
		qsort(lists[0].of, lists[0].count, sizeof(*lists[0].of), numbers_by_text);
	for (size_t i = 0; !error && i < lists[0].count; i++)
		error = found(context, lists[0].of[i]);
	paths_free(&lists[0]);
	paths_free(&lists[1]);
	return error;
}

static int paths_expand_one(const char *path, int (*found)(void *context, const char *file), void *context)
{
	struct stat status;
	if (stat(path, &status))
		return -errno;
	return S_ISDIR(status.st_mode) ? paths_expand_folder(path, found, context) : found(context, path);
}

static int paths_expand_glob(const char *path, int (*found)(void *context, const char *file), void *context)
{
	glob_t matches;
	int code = glob(path, 0, NULL, &matches);
	if (code)
		return code == GLOB_NOSPACE ? -ENOMEM : ERR_NOT_FOUND;
	int error = 0;
	for (size_t i = 0; !error && i < matches.gl_pathc; i++)
		error = paths_expand_one(matches.gl_pathv[i], found, context);
	globfree(&matches);
	return error;
}

int feed_expand(const char *path, int (*found)(void *context, const char *file), void *context)
{
	int error = paths_expand_one(path, found, context);
	if (error != -ENOENT)
		return error;
	return strpbrk(path, "*?[") ? paths_expand_glob(path, found, context) : ERR_NOT_FOUND;
}
