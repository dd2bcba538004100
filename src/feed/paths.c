// SPDX-License-Identifier: ISC
// Which files a path means: itself, those in a folder, those that a glob matches. In name order, so that the
// same command reads the same sources in the same order everywhere. What is not read is named to whoever asks.
#include "feed/feed.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/must.h"
#include "base/numbers.h"
#include "feed/line_kind.h"
#include "feed/reader.h"

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

static bool paths_lies_in(const char *folder, const char *name)
{
	size_t n = strlen(folder), m = strlen(name);
	while (n && folder[n - 1] == '/')
		n--;
	return n >= m && !memcmp(folder + n - m, name, m) && (n == m || folder[n - m - 1] == '/');
}

// Files of lines are wanted where a recording has them.
static bool paths_lines_wanted(const char *folder, const char *name)
{
	static const struct {
		const char *folder;
		const char *patterns[7];
	} places[] = {{"probes", {"*.ndjson*", "*.jsonl*", "*.json", "*.json.*", "*.csv*", "*.fping*", NULL}},
		      {"series", {"*.csv*", "*.json", "*.json.*", NULL}},
		      {"atlas", {"*.ndjson*", "*.json*", NULL}},
		      {"ris", {"*.ndjson*", "*.jsonl*", "*.json*", NULL}}};
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (paths_lies_in(folder, places[i].folder) && paths_name_matches(name, places[i].patterns))
			return true;
	return false;
}

bool feed_names_lines(const char *file)
{
	return line_kind_named(file);
}

static bool paths_name_usual(const char *name)
{
	static const char *const usual[] = {"*.mrt*", "*.bmp*", "*bview.*", "*rib.*", "*ribs.*", "*updates.*", NULL};
	return paths_name_matches(name, usual);
}

enum feed_content feed_content(const char *file)
{
	const char *slash = strrchr(file, '/');
	bool named = line_kind_named(file);
	if (!named && (paths_name_usual(slash ? slash + 1 : file) || !strcmp(file, FEED_STANDARD_INPUT)))
		return FEED_HOLDS_ROUTES;
	enum reader_content content = reader_look(file);
	if (content == READER_RIS)
		return FEED_HOLDS_LIVE;
	return named || content == READER_LINES ? FEED_HOLDS_LINES : FEED_HOLDS_ROUTES;
}

// A search through one path.
struct paths_search {
	const struct feed_finder *to;
	const char *root;
	bool recording; // the root is one
	struct paths files, folders;
};

static void paths_aside(const struct paths_search *s, const char *path, enum feed_left why, int error, bool data)
{
	struct feed_aside a = {.path = path, .why = why, .error = error, .data = data};
	if (s->to->aside)
		s->to->aside(s->to->context, &a);
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

static bool paths_is_recording(const char *folder)
{
	struct stat status;
	char *path = paths_join(folder, "recording.json");
	bool is = !stat(path, &status) && S_ISREG(status.st_mode);
	free(path);
	return is;
}

// Whether the folder lies in one of a recording where all should be data.
static bool paths_is_data(const struct paths_search *s, const char *folder)
{
	static const char *const names[] = {"bgp", "bmp", "probes", "series", "atlas", "ris"};
	size_t n = strlen(s->root);
	if (!s->recording || strncmp(folder, s->root, n) != 0)
		return false;
	for (folder += n; *folder == '/';)
		folder++;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t m = strlen(names[i]);
		if (!strncmp(folder, names[i], m) && (!folder[m] || folder[m] == '/'))
			return true;
	}
	return false;
}

// What neither its name nor its content makes data.
static void paths_leave_file(const struct paths_search *s, const char *folder, const char *path,
			     const struct stat *status)
{
	bool data = paths_is_data(s, folder);
	if (s->recording && !data)
		return; // its own documents, and whatever lies beside
	paths_aside(s, path, status->st_size ? FEED_LEFT_UNKNOWN : FEED_LEFT_EMPTY, 0, data);
}

static void paths_take_file(struct paths_search *s, const char *folder, char *path, const struct stat *status)
{
	static const char *const own[] = {"recording.json", "truth.json", "*.index", "*.index.*", NULL};
	static const char *const notes[] = {"*.md", "*.yml",  "*.yaml",	 "*.html", "*.log",    "*.pcap*",  "*.py",
					    "*.sh", "*.conf", "README*", "*.toml", "LICENSE*", "*.sha256", NULL};
	// In the folder that was named any other name will do.
	static const char *const never[] = {"*.json*", "*.ndjson*", "*.csv*",	"*.txt",
					    "*.txt.*", "*.tsv*",    "*.fping*", NULL};
	const char *name = strrchr(path, '/') + 1;
	bool named = !strcmp(folder, s->root);
	if (paths_name_matches(name, own)) {
		free(path);
	} else if (paths_lines_wanted(folder, name) || (paths_name_usual(name) && !paths_name_matches(name, never))) {
		paths_add(&s->files, path);
	} else if (paths_name_matches(name, notes)) {
		paths_aside(s, path, FEED_LEFT_NOTES, 0, false);
		free(path);
	} else if ((named && !paths_name_matches(name, never)) ||
		   ((!s->recording || paths_is_data(s, folder)) && reader_look(path) != READER_NOTHING)) {
		paths_add(&s->files, path);
	} else {
		paths_leave_file(s, folder, path, status);
		free(path);
	}
}

// A folder behind a link is not entered: it may be a circle. One that leads to another place than below the root is told of.
static void paths_leave_link(const struct paths_search *s, const char *path)
{
	char *there = realpath(path, NULL), *root = realpath(s->root, NULL);
	size_t n = root ? strlen(root) : 0;
	bool below = there && root && !strncmp(there, root, n) && (!there[n] || there[n] == '/' || n == 1);
	bool above = there && root && !strncmp(there, root, strlen(there));
	if (!below && !above)
		paths_aside(s, path, FEED_LEFT_LINK, 0, false);
	free(there);
	free(root);
}

// Sorts one entry of a folder into files and folders.
static void paths_take_entry(struct paths_search *s, const char *folder, const char *name)
{
	if (name[0] == '.')
		return;
	struct stat status, link;
	char *path = paths_join(folder, name);
	if (stat(path, &status) || lstat(path, &link)) {
		paths_aside(s, path, FEED_LEFT_UNREADABLE, -errno, true);
	} else if (S_ISREG(status.st_mode)) {
		paths_take_file(s, folder, path, &status);
		return;
	} else if (!S_ISDIR(status.st_mode)) {
		paths_aside(s, path, FEED_LEFT_UNREADABLE, ERR_NO_FILE, true);
	} else if (S_ISLNK(link.st_mode)) {
		paths_leave_link(s, path);
	} else if (paths_is_recording(path)) {
		paths_aside(s, path, FEED_LEFT_RECORDING, 0, false);
	} else {
		paths_add(&s->folders, path);
		return;
	}
	free(path);
}

static int paths_read_folder(struct paths_search *s, const char *folder)
{
	DIR *d = opendir(folder);
	if (!d)
		return -errno;
	const struct dirent *entry;
	errno = 0;
	while ((entry = readdir(d)) && s->files.count <= FEED_SOURCES_MAX) {
		paths_take_entry(s, folder, entry->d_name);
		errno = 0;
	}
	int error = -errno;
	closedir(d);
	return error;
}

static int paths_expand_folder(const char *folder, const struct feed_finder *to)
{
	struct paths_search s = {.to = to, .root = folder, .recording = paths_is_recording(folder)};
	int error = paths_read_folder(&s, folder);
	// A folder inside that cannot be read costs that folder.
	for (size_t i = 0; !error && i < s.folders.count; i++) {
		int inner = paths_read_folder(&s, s.folders.of[i]);
		if (inner)
			paths_aside(&s, s.folders.of[i], FEED_LEFT_UNREADABLE, inner, true);
	}
	if (!error && !s.files.count)
		error = ERR_NOT_FOUND;
	if (s.files.count)
		qsort(s.files.of, s.files.count, sizeof(*s.files.of), numbers_by_text);
	for (size_t i = 0; !error && i < s.files.count; i++)
		error = to->file(to->context, s.files.of[i]);
	paths_free(&s.files);
	paths_free(&s.folders);
	return error;
}

static int paths_expand_one(const char *path, const struct feed_finder *to)
{
	struct stat status;
	if (!strcmp(path, FEED_STANDARD_INPUT))
		return to->file(to->context, path);
	if (stat(path, &status))
		return -errno;
	if (S_ISDIR(status.st_mode))
		return paths_expand_folder(path, to);
	return S_ISREG(status.st_mode) ? to->file(to->context, path) : ERR_NO_FILE;
}

static int paths_expand_glob(const char *path, const struct feed_finder *to)
{
	glob_t matches;
	int code = glob(path, GLOB_ERR, NULL, &matches);
	if (code == GLOB_ABORTED) { // a folder on the way cannot be read; the others go on
		struct feed_aside a = {.path = path, .error = -EACCES, .data = true};
		if (to->aside)
			to->aside(to->context, &a);
		globfree(&matches);
		code = glob(path, 0, NULL, &matches);
	}
	if (code)
		return code == GLOB_NOSPACE ? -ENOMEM : code == GLOB_ABORTED ? -EACCES : ERR_NOT_FOUND;
	int error = 0;
	bool found = false;
	for (size_t i = 0; i < matches.gl_pathc && !error; i++) {
		struct feed_aside a = {.path = matches.gl_pathv[i], .data = true};
		code = paths_expand_one(matches.gl_pathv[i], to);
		bool one = code == ERR_NO_FILE || code == -EACCES || code == -ENOENT;
		a.error = code;
		if (one && to->aside)
			to->aside(to->context, &a); // costs that match
		found |= code == 0;
		error = one || code == ERR_NOT_FOUND ? 0 : code;
	}
	globfree(&matches);
	return error || found ? error : ERR_NOT_FOUND;
}

int feed_find(const char *path, const struct feed_finder *to)
{
	must(path && to && to->file);
	int error = paths_expand_one(path, to);
	if (error != -ENOENT && error != -ENOTDIR)
		return error;
	return strpbrk(path, "*?[") ? paths_expand_glob(path, to) : ERR_NOT_FOUND;
}

int feed_expand(const char *path, int (*found)(void *context, const char *file), void *context)
{
	const struct feed_finder to = {.context = context, .file = found};
	return feed_find(path, &to);
}
