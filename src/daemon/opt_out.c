// SPDX-License-Identifier: ISC
// stat(2) tells a change; a file that was taken away takes nobody off the list, and counts again when it is back.
#include "daemon/opt_out.h"

#include "base/alloc.h"
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool opt_out_changed(struct opt_out *o)
{
	struct stat now;
	bool there = o->path && stat(o->path, &now) == 0;
	if (!there) {
		bool was = o->there;
		o->there = false;
		return was;
	}
	bool same = o->there && now.st_ctim.tv_sec == o->seen.st_ctim.tv_sec &&
		    now.st_ctim.tv_nsec == o->seen.st_ctim.tv_nsec && now.st_size == o->seen.st_size &&
		    now.st_ino == o->seen.st_ino;
	o->there = true;
	o->seen = now;
	return !same;
}

static void opt_out_keep_old(struct plan_list *to, const struct plan_list *old)
{
	for (size_t i = 0; i < old->count; i++) {
		alloc_grow((void **)&to->at, to->count, &to->capacity, sizeof(*to->at));
		to->at[to->count++] = old->at[i];
	}
}

// A line `# none`: whoever wrote the list means that nobody is on it.
static bool opt_out_says_none(const char *path)
{
	char line[256];
	bool none = false;
	FILE *f = fopen(path, "re");
	while (f && !none && fgets(line, sizeof(line), f)) {
		char *at = line + strspn(line, " \t");
		if (*at != '#')
			continue;
		at += 1 + strspn(at + 1, " \t");
		at[strcspn(at, " \t\r\n")] = '\0';
		none = strcasecmp(at, "none") == 0;
	}
	if (f)
		fclose(f);
	return none;
}

int opt_out_look(struct opt_out *o, char *message, size_t size)
{
	struct plan_list fresh = {0};
	struct plan_error e;
	if (!opt_out_changed(o) && !o->again)
		return 0;
	// A list that was taken away is no permission.
	int code = o->there ? plan_list_salvage(&fresh, o->path, &e) : 0;
	// Nor is one that was emptied, by an editor that truncates or a full disk: who means it says so.
	bool emptied = code == 0 && o->there && !fresh.count && o->list.count && !opt_out_says_none(o->path);
	if (code < 0 || !o->there || emptied)
		opt_out_keep_old(&fresh, &o->list);
	free(o->list.at);
	o->list = fresh;
	// What could not be read at all may be readable a moment later, with the same time and size; that is said once.
	bool said = o->again;
	o->again = code < 0 && code != ERR_MALFORMED;
	if (said && o->again)
		return 0;
	if (code < 0)
		snprintf(message, size,
			 "opt-out list: %s; what else it says is in force, and so are the entries before it", e.text);
	if (emptied)
		snprintf(
			message, size,
			"opt-out list: %.200s is empty now; the %zu entries before it stay in force (a line '# none' in it takes them off)",
			o->path, o->list.count);
	return code < 0 ? code : emptied ? ERR_USAGE : 1;
}

int opt_out_open(struct opt_out *o, const char *path, char *message, size_t size)
{
	struct plan_list whole = {0};
	struct plan_error e;
	*o = (struct opt_out){.path = path};
	// Whoever opted out must be known before the first packet: a file that cannot be seen is no empty one.
	int code = path ? plan_list_read(&whole, path, &e) : 0;
	free(whole.at);
	if (code < 0) {
		snprintf(message, size, "opt-out list: %s", e.text);
		return code;
	}
	code = opt_out_look(o, message, size);
	return code < 0 ? code : 0;
}

void opt_out_close(struct opt_out *o)
{
	free(o->list.at);
	*o = (struct opt_out){0};
}

size_t opt_out_count(const struct opt_out *o)
{
	return o->list.count;
}

int opt_out_tell(const struct opt_out *o, struct message_sink out)
{
	int code = out.put(out.context, MESSAGE_OPT_OUT_BEGIN, NULL, 0);
	size_t most = FRAME_MAX / sizeof(*o->list.at);
	for (size_t at = 0; at < o->list.count && code == 0; at += most) {
		size_t n = o->list.count - at < most ? o->list.count - at : most;
		code = out.put(out.context, MESSAGE_OPT_OUT, o->list.at + at, n * sizeof(*o->list.at));
	}
	return code ? code : out.put(out.context, MESSAGE_OPT_OUT_END, NULL, 0);
}
