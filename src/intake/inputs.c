// SPDX-License-Identifier: ISC
// Paths → feed sources and collectors; recording.json where a folder has one.
#include "intake/inputs.h"

#include "base/alloc.h"
#include "base/err.h"
#include "intake/collector.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct inputs_folder { // that gave a collector its name
	char *path, *name;
};

#define ASIDE_SHOWN   5 // names of what was left aside, for each reason
#define ASIDE_REASONS (FEED_LEFT_LINK + 1)

struct inputs_aside {
	struct text names;
	size_t count;
};

struct inputs_adding {
	struct inputs *in;
	const struct recording *recording; // null: none
	const char *root;		   // files are named relative to it
	size_t files;
	bool named; // the path is a file, or a pattern of files: taken whatever it holds
	bool growing;
	int code;
	size_t unreadable;
	struct inputs_aside aside[ASIDE_REASONS]; // by enum feed_left
};

void inputs_init(struct inputs *in, const struct notice_sink *notices)
{
	*in = (struct inputs){.notices = notices, .feed = feed_create(), .peers = peer_table_create()};
	in->targets = target_table_create(&in->entities);
}

void inputs_free(struct inputs *in)
{
	feed_free(in->feed);
	peer_table_free(in->peers);
	target_table_free(in->targets);
	entity_list_free(&in->entities);
	for (size_t i = 0; i < in->folder_count; i++) {
		free(in->folders[i].path);
		free(in->folders[i].name);
	}
	free(in->folders);
	free(in->name);
	free(in->root);
	*in = (struct inputs){0};
}

// The collector of a folder: two folders of one name are two, unless they are one folder in two spellings.
static const char *inputs_name_of_folder(struct inputs *in, const char *path, struct collector_guess *guess)
{
	char *folder = alloc_zero(guess->folder + 1, 1);
	memcpy(folder, path, guess->folder);
	char *there = realpath(folder, NULL), *key = there ? alloc_copy(there) : alloc_copy(folder);
	int deep = 1;
	free(there);
	free(folder);
	for (size_t i = 0; i < in->folder_count; i++) {
		if (!strcmp(in->folders[i].path, key)) {
			free(key);
			return in->folders[i].name;
		}
		if (!strcmp(in->folders[i].name, guess->name)) {
			collector_longer_name(path, guess->folder, ++deep, guess->name);
			i = (size_t)-1; // the longer name may be taken too
			if (deep > COLLECTOR_NAME_MAX)
				break;
		}
	}
	void *items = in->folders;
	alloc_grow(&items, in->folder_count, &in->folder_capacity, sizeof(*in->folders));
	in->folders = items;
	in->folders[in->folder_count] = (struct inputs_folder){key, alloc_copy(guess->name)};
	return in->folders[in->folder_count++].name;
}

// The name that the user gave the collector of this file, or null.
static const char *inputs_name_given(const struct inputs *in, const char *path, const char *relative, char ret[])
{
	for (size_t i = 0; i < in->collector_rule_count; i++) {
		const char *rule = in->collector_rules[i], *equals = strchr(rule, '='), *pattern = equals + 1;
		const char *slash = strrchr(path, '/');
		size_t n = strlen(pattern), name = (size_t)(equals - rule);
		while (n > 1 && pattern[n - 1] == '/')
			n--;
		bool below = !strncmp(path, pattern, n) && (!path[n] || path[n] == '/');
		if (!below && fnmatch(pattern, path, 0) && fnmatch(pattern, relative, 0) &&
		    fnmatch(pattern, slash ? slash + 1 : path, 0))
			continue;
		memcpy(ret, rule, name);
		ret[name] = '\0';
		return ret;
	}
	return NULL;
}

int inputs_collector_rule(struct inputs *in, const char *rule)
{
	const char *equals = strchr(rule, '=');
	size_t n = equals ? (size_t)(equals - rule) : 0;
	if (!n || n > COLLECTOR_NAME_MAX || !equals[1])
		return ERR_USAGE;
	if (in->collector_rule_count == ARRAY_LEN(in->collector_rules))
		return ERR_FULL;
	in->collector_rules[in->collector_rule_count++] = rule;
	return 0;
}

// Outside a recording archives name their collector somewhere in the path, or not at all: then what lies in one folder is
// of one collector.
static const char *inputs_collector_of(const struct inputs_adding *a, const char *path, const char *relative,
				       char ret[COLLECTOR_NAME_MAX + 1])
{
	struct collector_guess guess;
	const char *given = inputs_name_given(a->in, path, relative, ret);
	bool listed = a->recording && a->recording->collector_count;
	if (given)
		return given;
	if (!strcmp(path, FEED_STANDARD_INPUT))
		return "stdin";
	collector_guess(path, &guess);
	if (a->recording) {
		const char *slash = strrchr(relative, '/');
		struct collector_guess file;
		recording_collector_of(a->recording, relative, ret, COLLECTOR_NAME_MAX + 1);
		collector_guess(slash ? slash + 1 : relative, &file);
		if (!listed && file.known && !strncmp(relative, "bgp/", 4) && !strchr(relative + 4, '/'))
			memcpy(ret, file.name, sizeof(file.name)); // an archive's own name
		if (!collector_word_generic(ret, strlen(ret)))
			return ret;
	}
	if (!guess.folder || guess.known) {
		memcpy(ret, guess.name, sizeof(guess.name));
		return ret;
	}
	return inputs_name_of_folder(a->in, path, &guess);
}

static void inputs_note_empty(struct inputs *in, const char *file)
{
	struct stat st;
	if (stat(file, &st) || !S_ISREG(st.st_mode) || st.st_size)
		return;
	notice_line(in->notices, "lacuna: %s: the file is empty", file);
	in->empty++;
}

// The index beside a BMP file, without which nothing says when its bytes came.
static void inputs_note_index(struct inputs *in, const char *file)
{
	struct text path = {0};
	struct stat st;
	text_printf(&path, "%s.index", file);
	int code = stat(text_string(&path), &st)      ? (errno == ENOENT ? 0 : -errno)
		   : !S_ISREG(st.st_mode)	      ? ERR_NO_FILE
		   : access(text_string(&path), R_OK) ? -errno
						      : 0;
	if (code) {
		notice_line(in->notices, "lacuna: %s: left out, so that nothing says when the bytes of %s arrived: %s",
			    text_string(&path), file, err_text(code));
		in->left_out++;
	}
	text_free(&path);
}

// Whether a recording keeps measurements there.
static bool inputs_measured(const char *relative)
{
	static const char *const folders[] = {"probes/", "series/", "atlas/"};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (!strncmp(relative, folders[i], strlen(folders[i])))
			return true;
	return false;
}

static int inputs_add_file(void *context, const char *file)
{
	struct inputs_adding *a = context;
	const char *relative = file;
	size_t n = strlen(a->root);
	if (strncmp(file, a->root, n) == 0)
		for (relative = file + n; *relative == '/';)
			relative++;
	char collector[COLLECTOR_NAME_MAX + 1];
	bool measured = a->recording && feed_names_lines(file) && inputs_measured(relative);
	enum feed_content content = measured ? FEED_HOLDS_LINES : feed_content(file);
	bool lines = content == FEED_HOLDS_LINES;
	if (lines && !a->in->lines && !a->named)
		return 0;
	if (!a->growing)
		inputs_note_empty(a->in, file);
	if (strstr(file, ".bmp"))
		inputs_note_index(a->in, file);
	uint16_t number = 0; // lines name their observers and collectors themselves
	if (content == FEED_HOLDS_ROUTES) {
		number = collector_id(a->in->peers, inputs_collector_of(a, file, relative, collector));
		if (number == COLLECTORS_MAX - 1 && !a->in->collectors_full) {
			notice_line(a->in->notices, "lacuna: more than %d collectors: all from here on count as one",
				    COLLECTORS_MAX - 1);
			a->in->collectors_full = true;
			a->in->left_out++;
		}
	}
	a->code = feed_add(a->in->feed, file, number);
	a->files++;
	return a->code;
}

// What was not read, as one sentence for each reason.
static void inputs_put_aside(struct inputs_aside *list, const char *path)
{
	if (list->count++ >= ASIDE_SHOWN)
		return;
	text_put(&list->names, list->count > 1 ? ", " : "");
	text_untrusted(&list->names, path, strlen(path));
}

static void inputs_take_aside(void *context, const struct feed_aside *aside)
{
	struct inputs_adding *a = context;
	if (aside->why == FEED_LEFT_UNREADABLE) {
		notice_line(a->in->notices, "lacuna: %s: cannot be read: %s", aside->path, err_text(aside->error));
		a->in->left_out++;
		a->unreadable++;
		return;
	}
	inputs_put_aside(&a->aside[aside->why], aside->path);
	a->in->left_out += aside->data || aside->why == FEED_LEFT_LINK || aside->why == FEED_LEFT_RECORDING;
}

// `nothing`: no file was found, so that those for people are named too.
static void inputs_say_aside(struct inputs_adding *a, bool nothing)
{
	static const char *const why[ASIDE_REASONS] = {
		[FEED_LEFT_UNKNOWN] = "left aside: neither name nor content says that it is anything that is read",
		[FEED_LEFT_EMPTY] = "left aside: empty",
		[FEED_LEFT_NOTES] = "left aside by the name",
		[FEED_LEFT_RECORDING] = "left aside: a recording of its own, to be named by itself",
		[FEED_LEFT_LINK] = "left aside: a link to a folder elsewhere, to be named by itself",
	};
	for (size_t i = 0; i < ASIDE_REASONS; i++) {
		struct inputs_aside *list = &a->aside[i];
		if (list->count > ASIDE_SHOWN)
			text_printf(&list->names, " and %zu more", list->count - ASIDE_SHOWN);
		if (list->count && (nothing || i != FEED_LEFT_NOTES))
			notice_line(a->in->notices, "lacuna: %s: %s", text_string(&list->names), why[i]);
		text_free(&list->names);
	}
}

static bool inputs_folder_has(const char *dir, const char *name)
{
	struct text path = {0};
	struct stat st;
	text_printf(&path, "%s/%s", dir, name);
	bool there = stat(text_string(&path), &st) == 0 && S_ISDIR(st.st_mode);
	text_free(&path);
	return there;
}

// What a recording may hold and this version does not read (doc/FORMATS.md).
static void inputs_say_unread(struct inputs *in, const char *dir)
{
	static const char *const kinds[] = {"pcap"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (inputs_folder_has(dir, kinds[i])) {
			notice_line(in->notices, "lacuna: %s/%s: not read by this version", dir, kinds[i]);
			in->left_out++;
		}
}

static int inputs_add_recording(struct inputs *in, const char *dir, struct recording *r)
{
	struct file_error e = {0};
	int code = recording_read(dir, r, &in->entities, &e);
	if (code == ERR_NOT_FOUND)
		return 0;
	if (code == 0 && in->lines)
		code = recording_targets(dir, in->targets, &in->entities, &e);
	if (code < 0) {
		notice_line(in->notices, "lacuna: %s", e.message);
		recording_free(r);
		return code;
	}
	in->recordings++;
	if (r->name && !in->name)
		in->name = alloc_copy(r->name);
	if (r->full_feed_floor > in->full_feed_floor)
		in->full_feed_floor = r->full_feed_floor;
	inputs_say_unread(in, dir);
	return 1;
}

// ret_root: files under the path are named relative to it. Whether the path is a folder.
static bool inputs_root_of(struct inputs *in, const char *path, struct text *ret_root)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (folder)
		text_put(ret_root, path);
	else if (slash)
		text_bytes(ret_root, path, (size_t)(slash - path));
	if (!in->root)
		in->root = alloc_copy(text_string(ret_root));
	return folder;
}

// Why a path led to nothing.
static void inputs_say_nothing(const struct inputs_adding *a, const char *path, bool folder, int code)
{
	const struct notice_sink *to = a->in->notices;
	size_t aside = 0;
	for (size_t i = 0; i < ASIDE_REASONS; i++)
		aside += a->aside[i].count;
	if (a->code == ERR_FULL)
		notice_line(to, "lacuna: %s: more than the %d files that one run can read", path, FEED_SOURCES_MAX);
	else if (code != ERR_NOT_FOUND)
		notice_line(to, "lacuna: %s: %s", path, err_text(code));
	else if (folder && (aside || a->unreadable))
		notice_line(to, "lacuna: %s: a folder without a file that can be read", path);
	else if (folder)
		notice_line(to, "lacuna: %s: the folder is empty", path);
	else if (strpbrk(path, "*?["))
		notice_line(to, "lacuna: %s: no name matches this pattern", path);
	else
		notice_line(to, "lacuna: %s: there is no such file or folder", path);
}

int inputs_add(struct inputs *in, const char *path)
{
	struct recording r = {0};
	int code = inputs_add_recording(in, path, &r);
	if (code < 0)
		return code;
	struct text root = {0};
	bool folder = inputs_root_of(in, path, &root);
	struct inputs_adding a = {
		.in = in, .recording = code ? &r : NULL, .root = text_string(&root), .named = !folder};
	const struct feed_finder finder = {&a, inputs_add_file, inputs_take_aside};
	code = feed_find(path, &finder);
	if (code == ERR_NOT_FOUND && a.recording)
		code = 0; // a recording without routing data is no error
	if (code < 0)
		inputs_say_nothing(&a, path, folder, code);
	inputs_say_aside(&a, code < 0);
	text_free(&root);
	recording_free(&r);
	return code;
}

static int inputs_add_new_file(void *context, const char *file)
{
	struct inputs_adding *a = context;
	return feed_knows(a->in->feed, file) ? 0 : inputs_add_file(context, file);
}

int inputs_look(struct inputs *in, const char *path, bool first)
{
	struct file_error error = {0};
	struct recording r = {0};
	struct entity_list none = {0};
	int code = first ? inputs_add_recording(in, path, &r) : recording_read(path, &r, &none, &error);
	entity_list_free(&none);
	if (code < 0 && first)
		return code;
	bool recorded = first ? code == 1 : code == 0;
	struct text root = {0};
	bool folder = inputs_root_of(in, path, &root);
	struct inputs_adding a = {.in = in,
				  .recording = recorded ? &r : NULL,
				  .root = text_string(&root),
				  .named = !folder,
				  .growing = true};
	const struct feed_finder finder = {&a, inputs_add_new_file, first ? inputs_take_aside : NULL};
	code = feed_find(path, &finder);
	inputs_say_aside(&a, false);
	if (a.code < 0)
		inputs_say_nothing(&a, path, folder, a.code);
	if (code == ERR_NO_FILE && first) {
		inputs_say_nothing(&a, path, folder, code);
		a.code = code;
	}
	text_free(&root);
	recording_free(&r);
	return a.code;
}

static int inputs_add_series_entity(void *context, const char *id)
{
	struct inputs *in = context;
	struct entity *e = entity_add(&in->entities, id);
	if (e)
		e->watched = true;
	return 0;
}

void inputs_watch_series(struct inputs *in)
{
	for (size_t i = 0; i < in->entities.count; i++)
		if (in->entities.at[i].watched)
			return;
	// A file that cannot be opened is told of when it is read.
	for (size_t i = 0; in->lines && i < feed_source_count(in->feed); i++)
		if (feed_holds_lines(feed_source(in->feed, i)->path))
			(void)feed_series_entities(feed_source(in->feed, i)->path, inputs_add_series_entity, in);
}

struct inputs_sought {
	const char *id;
	bool found;
};

static int inputs_is_sought(void *context, const char *id)
{
	struct inputs_sought *s = context;
	s->found = strcmp(id, s->id) == 0;
	return s->found; // ends the search
}

bool inputs_has_series(const struct inputs *in, const char *id)
{
	struct inputs_sought s = {.id = id};
	for (size_t i = 0; in->lines && !s.found && i < feed_source_count(in->feed); i++)
		if (feed_holds_lines(feed_source(in->feed, i)->path))
			(void)feed_series_entities(feed_source(in->feed, i)->path, inputs_is_sought, &s);
	return s.found;
}

const char *inputs_relative(const struct inputs *in, const char *path)
{
	size_t n = in->root ? strlen(in->root) : 0;
	if (!n || strncmp(path, in->root, n) != 0)
		return path;
	for (path += n; *path == '/';)
		path++;
	return path;
}
