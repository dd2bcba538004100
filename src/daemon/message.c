// SPDX-License-Identifier: ISC
// Records packed into frames, and taken out of them again.
#include "daemon/message.h"

#include "base/cursor.h"
#include "base/err.h"
#include "base/must.h"

#include <string.h>

static int message_room_for(struct message_writer *w, enum message kind, size_t length)
{
	if (length > FRAME_MAX)
		return ERR_TOO_LARGE;
	if (w->length && (w->kind != kind || w->length + length > FRAME_MAX)) {
		int code = message_flush(w);
		if (code < 0)
			return code;
	}
	w->kind = kind;
	return 0;
}

static void message_append(struct message_writer *w, const void *bytes, size_t length)
{
	memcpy(w->bytes + w->length, bytes, length);
	w->length += length;
}

int message_add(struct message_writer *w, enum message kind, const void *head, size_t head_length)
{
	must(head || !head_length);
	int code = message_room_for(w, kind, head_length);
	if (code == 0)
		message_append(w, head, head_length);
	return code;
}

int message_target_add(struct message_writer *w, const struct message_target *t, const char *name, const char *path)
{
	must(t);
	struct message_target head = *t;
	size_t n = name ? strlen(name) : 0, m = path ? strlen(path) : 0;
	if (n > CHECK_NAME_MAX || m > MANNER_PATH_MAX)
		return ERR_TOO_LARGE;
	head.name_length = (uint16_t)n;
	head.path_length = (uint16_t)m;
	int code = message_room_for(w, MESSAGE_TARGETS, sizeof(head) + n + m);
	if (code < 0)
		return code;
	message_append(w, &head, sizeof(head));
	if (n)
		message_append(w, name, n);
	if (m)
		message_append(w, path, m);
	return 0;
}

int message_name_add(struct message_writer *w, uint32_t index, const char *text)
{
	must(text);
	size_t n = strlen(text);
	if (n > CHECK_NAME_MAX)
		return ERR_TOO_LARGE;
	struct message_name head = {.index = index, .length = (uint16_t)n};
	int code = message_room_for(w, MESSAGE_NAMES, sizeof(head) + n);
	if (code < 0)
		return code;
	message_append(w, &head, sizeof(head));
	message_append(w, text, n);
	return 0;
}

int message_flush(struct message_writer *w)
{
	if (!w->length)
		return 0;
	int code = w->out.put(w->out.context, w->kind, w->bytes, w->length);
	w->length = 0;
	return code;
}

bool message_target_next(struct cursor *c, struct message_target *ret, struct message_target_texts *ret_texts)
{
	if (!cursor_bytes(c, ret, sizeof(*ret)) || ret->name_length > CHECK_NAME_MAX ||
	    ret->path_length > MANNER_PATH_MAX || !cursor_bytes(c, ret_texts->name, ret->name_length) ||
	    !cursor_bytes(c, ret_texts->path, ret->path_length))
		return false;
	ret_texts->name[ret->name_length] = '\0';
	ret_texts->path[ret->path_length] = '\0';
	return true;
}
