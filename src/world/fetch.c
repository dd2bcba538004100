// SPDX-License-Identifier: ISC
// The default sources: two npm packages, fetched by `npm pack` and unpacked by tar into a cache folder that one
// process at a time may use. A new download takes the old one's place only when it is whole.
#include "world/fetch.h"

#include "base/err.h"
#include "base/number.h"
#include "os/program.h"
#include "world/build.h"
#include "world/world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRATCH "new" // folder inside the cache, emptied at every start

struct package {
	const char *name;    // for npm
	const char *archive; // name of its file up to the version
	const char *v4, *v6; // wanted members
};

static const struct package fetch_packages[2] = {
	{"@ip-location-db/asn-country", "ip-location-db-asn-country-", "asn-country-ipv4.csv", "asn-country-ipv6.csv"},
	{"@ip-location-db/asn", "ip-location-db-asn-", "asn-ipv4.csv", "asn-ipv6.csv"},
};

static void fetch_path_join(struct text *ret, const struct text *folder, const char *name)
{
	text_clear(ret);
	text_bytes(ret, folder->bytes, folder->length);
	text_char(ret, '/');
	text_put(ret, name);
}

// Removes a folder of plain files.
static void fetch_folder_remove(const char *path)
{
	DIR *d = opendir(path);
	if (!d)
		return;
	for (const struct dirent *e; (e = readdir(d));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	(void)rmdir(path);
}

static int fetch_cache_find(const struct world_sources *s, struct text *ret)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (cache && cache[0] == '/') {
		text_put(ret, cache);
	} else if (home && home[0] == '/') {
		text_put(ret, home);
		text_put(ret, "/.cache");
	} else {
		notice_line(s->notices,
			    "no home folder is known (HOME is not set): set XDG_CACHE_HOME to a folder for downloads");
		return ERR_USAGE;
	}
	text_put(ret, "/lacuna/world");
	return 0;
}

// Makes the cache folder, locks it and gives it an empty scratch folder.
static int fetch_cache_open(struct world_sources *s, struct text *ret_scratch)
{
	int status = fetch_cache_find(s, &s->folder);
	if (status != 0)
		return status;
	fetch_path_join(ret_scratch, &s->folder, SCRATCH);
	int result = world_folders_make(text_string(ret_scratch));
	if (result == 0) {
		s->lock = open(text_string(&s->folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		result = s->lock < 0 || flock(s->lock, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
	}
	if (result == -EWOULDBLOCK) {
		close(s->lock); // the scratch folder is the other's
		s->lock = -1;
		notice_line(s->notices, "another 'lacuna world build' is using %s; try again when it is done",
			    text_string(&s->folder));
		return result;
	}
	if (result == 0) {
		fetch_folder_remove(text_string(ret_scratch));
		result = mkdir(text_string(ret_scratch), 0777) < 0 ? -errno : 0;
	}
	if (result == 0)
		return 0;
	notice_line(s->notices, "cannot use the cache folder %s: %s; XDG_CACHE_HOME names another place",
		    text_string(&s->folder), err_text(result));
	return result;
}

static bool fetch_is_archive(const char *file, const struct package *p)
{
	size_t n = strlen(p->archive), all = strlen(file);
	return strncmp(file, p->archive, n) == 0 && file[n] >= '0' && file[n] <= '9' && all > n + 4 &&
	       strcmp(file + all - 4, ".tgz") == 0;
}

// Appends the name of the newest archive in a folder; false: none.
static bool fetch_newest_find(const char *folder, const struct package *p, struct text *ret)
{
	DIR *d = opendir(folder);
	if (!d)
		return false;
	text_clear(ret);
	for (const struct dirent *e; (e = readdir(d));) {
		if (!fetch_is_archive(e->d_name, p))
			continue;
		if (ret->length && strverscmp(e->d_name, text_string(ret)) <= 0)
			continue;
		text_clear(ret);
		text_put(ret, e->d_name);
	}
	closedir(d);
	return ret->length > 0;
}

static void fetch_older_remove(const char *folder, const struct package *p, const char *keep)
{
	DIR *d = opendir(folder);
	if (!d)
		return;
	for (const struct dirent *e; (e = readdir(d));)
		if (fetch_is_archive(e->d_name, p) && strcmp(e->d_name, keep) != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

// Moves the fetched archives into the cache.
static int fetch_archives_take(struct world_sources *s, const struct text *scratch)
{
	struct text file = {0}, from = {0}, to = {0}, folder = {0};
	int result = 0;
	text_bytes(&folder, scratch->bytes, scratch->length);
	for (size_t i = 0; i < ARRAY_LEN(fetch_packages) && result == 0; i++) {
		if (!fetch_newest_find(text_string(&folder), &fetch_packages[i], &file)) {
			result = ERR_NOT_FOUND;
			break;
		}
		fetch_path_join(&from, scratch, text_string(&file));
		fetch_path_join(&to, &s->folder, text_string(&file));
		if (rename(text_string(&from), text_string(&to)) < 0)
			result = -errno;
		else
			fetch_older_remove(text_string(&s->folder), &fetch_packages[i], text_string(&file));
	}
	text_free(&file);
	text_free(&from);
	text_free(&to);
	text_free(&folder);
	return result;
}

static int fetch_download(struct world_sources *s, struct text *scratch, bool quiet)
{
	const char *const arguments[] = {"npm",
					 "pack",
					 fetch_packages[0].name,
					 fetch_packages[1].name,
					 "--pack-destination",
					 text_string(scratch),
					 "--loglevel=error",
					 "--ignore-scripts",
					 "--no-update-notifier",
					 "--fetch-retries=1",
					 "--fetch-retry-mintimeout=1000",
					 "--fetch-retry-maxtimeout=3000",
					 "--fetch-timeout=60000",
					 NULL};
	if (!quiet)
		notice_line(
			s->notices,
			"fetching %s and %s with npm (about 24 MB) into %s: they say which country and network an address belongs to",
			fetch_packages[0].name, fetch_packages[1].name, text_string(&s->folder));
	int result = program_run(arguments);
	if (result == -ENOENT)
		notice_line(s->notices,
			    "npm is not installed; on Debian: apt install npm (or give files as arguments)");
	else if (result < 0)
		notice_line(s->notices, "cannot run npm: %s", err_text(result));
	else if (result > 0)
		notice_line(s->notices, "npm failed (exit status %d): no network, or a proxy that npm does not know?",
			    result);
	if (result != 0)
		return 1;
	result = fetch_archives_take(s, scratch);
	if (result == 0)
		return 0;
	notice_line(s->notices, "cannot keep what npm fetched: %s", err_text(result));
	return 1;
}

// The version ends in YYYYMMDDHH, the hour the data was made.
static struct instant fetch_archive_date(const char *file)
{
	struct instant date;
	size_t n = strlen(file) - 4; // without .tgz
	if (n < 11 || file[n - 11] != '.' || world_date_parse(file + n - 10, 8, &date) < 0)
		return INSTANT_NONE;
	struct cursor c = cursor_of(file + n - 2, 2);
	uint64_t hour;
	return number_digits(&c, 2, &hour) && hour < 24 ? instant_after(date, (int64_t)hour * 3600 * NS_PER_S) : date;
}

static int fetch_archive_unpack(struct world_sources *s, struct text *scratch, size_t which, const char *file)
{
	const struct package *p = &fetch_packages[which];
	struct text archive = {0}, v4 = {0}, v6 = {0};
	fetch_path_join(&archive, &s->folder, file);
	text_printf(&v4, "package/%s", p->v4);
	text_printf(&v6, "package/%s", p->v6);
	const char *const arguments[] = {"tar",
					 "-xzf",
					 text_string(&archive),
					 "-C",
					 text_string(scratch),
					 "--strip-components=1",
					 "--no-same-owner",
					 text_string(&v4),
					 text_string(&v6),
					 NULL};
	int result = program_run(arguments);
	if (result < 0)
		notice_line(s->notices, "cannot run tar: %s", err_text(result));
	else if (result > 0)
		notice_line(s->notices, "cannot unpack %s (tar's exit status %d); remove that file and try again",
			    text_string(&archive), result);
	fetch_path_join(&s->files[2 * which], scratch, p->v4);
	fetch_path_join(&s->files[2 * which + 1], scratch, p->v6);
	text_printf(&s->about, "%s%s %.*s", which ? ", " : "", p->name, (int)(strlen(file) - strlen(p->archive) - 4),
		    file + strlen(p->archive));
	struct instant date = fetch_archive_date(file);
	if (instant_known(date) && (!instant_known(s->date) || date.ns > s->date.ns))
		s->date = date;
	text_free(&archive);
	text_free(&v4);
	text_free(&v6);
	return result == 0 ? 0 : ERR_NOT_FOUND;
}

static int fetch_archives_unpack(struct world_sources *s, struct text *scratch)
{
	struct text file = {0};
	int status = 0;
	for (size_t i = 0; i < ARRAY_LEN(fetch_packages) && status == 0; i++) {
		if (fetch_newest_find(text_string(&s->folder), &fetch_packages[i], &file)) {
			status = fetch_archive_unpack(s, scratch, i, text_string(&file));
			continue;
		}
		notice_line(s->notices, "no earlier download of %s in %s; go online once, or give files as arguments",
			    fetch_packages[i].name, text_string(&s->folder));
		status = ERR_NOT_FOUND;
	}
	text_free(&file);
	return status;
}

int world_sources_fetch(bool offline, bool quiet, const struct notice_sink *notices, struct world_sources *ret)
{
	struct text scratch = {0};
	*ret = (struct world_sources){.notices = notices, .date = INSTANT_NONE, .lock = -1};
	int opened = fetch_cache_open(ret, &scratch);
	if (opened != 0) {
		text_free(&scratch);
		return opened;
	}
	int fetched = offline ? 0 : fetch_download(ret, &scratch, quiet);
	int status = fetch_archives_unpack(ret, &scratch);
	if (status == 0 && fetched != 0)
		notice_line(notices, "going on with the last download: %s", text_string(&ret->about));
	text_free(&scratch);
	return status == 0 ? fetched : status;
}

void world_sources_free(struct world_sources *s)
{
	if (s->lock >= 0) {
		struct text scratch = {0};
		fetch_path_join(&scratch, &s->folder, SCRATCH);
		fetch_folder_remove(text_string(&scratch));
		text_free(&scratch);
		close(s->lock);
	}
	text_free(&s->folder);
	for (size_t i = 0; i < ARRAY_LEN(s->files); i++)
		text_free(&s->files[i]);
	text_free(&s->about);
}
