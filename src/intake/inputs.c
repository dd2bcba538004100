// SPDX-License-Identifier: ISC
// Paths → feed sources and collectors; recording.json where a folder has one.
#include "intake/inputs.h"

#include "base/alloc.h"
#include "base/err.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct inputs_adding {
	struct inputs *in;
	const struct recording *recording; // null: none
	const char *root;		   // files are named relative to it
	size_t files;
	bool named; // the path is a file, or a pattern of files: taken whatever it holds
	int code;
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
	free(in->name);
	free(in->root);
	*in = (struct inputs){0};
}

// Names of dump files, not of collectors: a table and its updates lie side by side under these.
static bool inputs_generic_name(const char *name)
{
	static const char *const names[] = {"bview", "rib", "ribs", "updates", "update", "table", "mrt"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

// rrc00 … (RIPE RIS) anywhere in the path; null: none.
static const char *inputs_ris_collector(const char *path)
{
	for (const char *at = path; *at; at++)
		if (strncmp(at, "rrc", 3) == 0 && at[3] >= '0' && at[3] <= '9' && at[4] >= '0' && at[4] <= '9')
			return at;
	return NULL;
}

static void inputs_take_name(char *ret, size_t size, const char *from, size_t n)
{
	n = n < size ? n : size - 1;
	if (n)
		memcpy(ret, from, n);
	ret[n] = '\0';
}

// Outside a recording archives name their collector somewhere in the path, or not at all: then what lies in one folder is
// of one collector.
static void inputs_collector_of(const struct inputs_adding *a, const char *path, const char *relative, char *ret,
				size_t size)
{
	const char *ris = a->recording ? NULL : inputs_ris_collector(path);
	recording_collector_of(a->recording, relative, ret, size);
	if (ris) {
		inputs_take_name(ret, size, ris, 5);
	} else if (inputs_generic_name(ret)) {
		const char *slash = strrchr(path, '/'), *from = slash;
		while (from && from > path && from[-1] != '/')
			from--;
		inputs_take_name(ret, size, from, slash ? (size_t)(slash - from) : 0);
	}
}

static int inputs_add_file(void *context, const char *file)
{
	struct inputs_adding *a = context;
	const char *relative = file;
	size_t n = strlen(a->root);
	if (strncmp(file, a->root, n) == 0)
		for (relative = file + n; *relative == '/';)
			relative++;
	char collector[128];
	bool lines = feed_names_lines(file);
	if (lines && !a->in->lines && !a->named)
		return 0;
	inputs_collector_of(a, file, relative, collector, sizeof(collector));
	// Lines name their observers themselves.
	a->code = feed_add(a->in->feed, file, lines ? 0 : collector_id(a->in->peers, collector));
	a->files++;
	return a->code;
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
	static const char *const kinds[] = {"pcap", "ris"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (inputs_folder_has(dir, kinds[i])) {
			notice_line(in->notices, "lacuna: %s/%s: not read by this version", dir, kinds[i]);
			in->unread_kinds = true;
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
	code = feed_expand(path, inputs_add_file, &a);
	if (code == ERR_NOT_FOUND && a.recording)
		code = 0; // a recording without routing data is no error
	if (code < 0)
		notice_line(in->notices, "lacuna: %s: %s", path,
			    a.code < 0 ? "too many files in one run" : err_text(code));
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
	struct inputs_adding a = {
		.in = in, .recording = recorded ? &r : NULL, .root = text_string(&root), .named = !folder};
	code = feed_expand(path, inputs_add_new_file, &a);
	if (a.code < 0)
		notice_line(in->notices, "lacuna: %s: too many files in one run", path);
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
		if (feed_names_lines(feed_source(in->feed, i)->path))
			(void)feed_series_entities(feed_source(in->feed, i)->path, inputs_add_series_entity, in);
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
