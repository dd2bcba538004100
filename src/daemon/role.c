// SPDX-License-Identifier: ISC
// The parent's words are taken from a channel that only it can write to; a frame that breaks its form ends the role all the same.
#include "daemon/role.h"

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/must.h"
#include "daemon/census_run.h"
#include "os/child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETUP_WAIT_MS 30000 // the parent reads long lists before it starts
#define SAY_WAIT_MS   30000 // the parent is gone or stuck after that
#define SAY_LISTEN_MS 100
#define HOSTS_MAX     4096 // lines of the file of hosts that redirects are looked up in
#define BATCH	      (FRAME_MAX / sizeof(struct attempt))
#define FLUSH_NS      (200 * 1000000LL) // so old may a result become here

static void role_append(void **items, size_t *count, size_t *capacity, struct cursor c, size_t size)
{
	while (cursor_left(&c) >= size) {
		alloc_grow(items, *count, capacity, size);
		uint8_t *to = (uint8_t *)*items + *count * size;
		if (!cursor_bytes(&c, to, size))
			return;
		(*count)++;
	}
}

static int role_take_targets(struct role *r, struct cursor c)
{
	struct message_target ask;
	struct message_target_texts texts;
	while (cursor_left(&c)) {
		if (!message_target_next(&c, &ask, &texts) || r->target_count == PLAN_TARGETS_MAX)
			return ERR_MALFORMED;
		alloc_grow((void **)&r->targets, r->target_count, &r->target_capacity, sizeof(*r->targets));
		r->targets[r->target_count++] =
			(struct role_target){ask, ask.name_length ? alloc_copy(texts.name) : NULL,
					     ask.path_length ? alloc_copy(texts.path) : NULL};
	}
	return 0;
}

// One that is none ends the role: it comes from the parent only.
static int role_take_manners(struct role *r, struct cursor c)
{
	struct manner *m = alloc_zero(1, sizeof(*m));
	int code = 0;
	while (code == 0 && cursor_bytes(&c, m, sizeof(*m))) {
		alloc_grow((void **)&r->manners, r->manner_count, &r->manner_capacity, sizeof(*r->manners));
		code = check_manner_create(m, &r->manners[r->manner_count]);
		r->manner_count += code == 0;
	}
	free(m);
	return code;
}

static int role_take_hosts(struct role *r, struct cursor c)
{
	struct message_host h;
	while (cursor_bytes(&c, &h, sizeof(h))) {
		if (r->host_count == HOSTS_MAX)
			return 0;
		h.name[CHECK_NAME_MAX] = '\0';
		alloc_grow((void **)&r->hosts, r->host_count, &r->host_capacity, sizeof(*r->hosts));
		r->hosts[r->host_count++] = h;
	}
	return 0;
}

static int role_take_list(struct role *r, uint16_t kind, struct cursor c)
{
	struct prefix p;
	while (cursor_bytes(&c, &p, sizeof(p))) {
		int code = kind == MESSAGE_ALLOW ? gate_allow(r->gate, &p) : gate_block(r->gate, &p);
		if (code < 0)
			return code;
	}
	return 0;
}

static int role_take_own(struct role *r, struct cursor c)
{
	struct prefix *own = NULL;
	size_t count = 0, capacity = 0;
	role_append((void **)&own, &count, &capacity, c, sizeof(*own));
	int code = gate_own(r->gate, own, count);
	free(own);
	return code;
}

// The target is asked there from now on. What is under way at its old address ends there.
static int role_take_moved(struct role *r, struct cursor c)
{
	struct message_moved m;
	if (!cursor_bytes(&c, &m, sizeof(m)))
		return ERR_MALFORMED;
	for (size_t i = 0; i < r->target_count; i++)
		if (r->targets[i].ask.index == m.index)
			r->targets[i].ask.address = m.address;
	return 0;
}

// A name that is none costs that name: its targets keep their place and are never asked.
static int role_take_names(struct role *r, struct cursor c)
{
	struct message_name head;
	char text[CHECK_NAME_MAX + 1];
	if (!r->names)
		return ERR_USAGE;
	while (cursor_left(&c)) {
		if (!cursor_bytes(&c, &head, sizeof(head)) || head.length > CHECK_NAME_MAX ||
		    !cursor_bytes(&c, text, head.length))
			return ERR_MALFORMED;
		text[head.length] = '\0';
		(void)!names_add(r->names, head.index, text);
	}
	return 0;
}

static int role_take_resolvers(struct role *r, struct cursor c)
{
	struct addr list[NAMES_RESOLVERS_MAX];
	size_t n = 0;
	while (r->names && n < NAMES_RESOLVERS_MAX && cursor_bytes(&c, &list[n], sizeof(list[n])))
		n++;
	if (r->names)
		names_resolvers(r->names, list, n);
	return r->names ? 0 : ERR_USAGE;
}

// Millions of them: each goes straight into the census' table.
static int role_take_blocks(struct role *r, struct cursor c)
{
	struct plan_block b;
	if (!r->census)
		r->census = census_run_create(r);
	if (!r->census)
		return ERR_USAGE;
	while (cursor_bytes(&c, &b, sizeof(b)))
		census_run_add(r->census, &b);
	return 0;
}

static void role_take_resume(struct role *r, const struct frame *f)
{
	r->resume = alloc_resize(r->resume, r->resume_length + f->length, 1);
	memcpy(r->resume + r->resume_length, f->bytes, f->length);
	r->resume_length += f->length;
}

static int role_take_frame(struct role *r, const struct frame *f)
{
	struct cursor c = cursor_of(f->bytes, f->length);
	switch (f->kind) {
	case MESSAGE_ALLOW:
	case MESSAGE_BLOCK:
		return role_take_list(r, f->kind, c);
	case MESSAGE_OPT_OUT_BEGIN:
		r->opt_out_count = 0;
		return 0;
	case MESSAGE_OPT_OUT:
		role_append((void **)&r->opt_out, &r->opt_out_count, &r->opt_out_capacity, c, sizeof(*r->opt_out));
		return 0;
	case MESSAGE_OPT_OUT_END:
		return gate_opt_out(r->gate, r->opt_out, r->opt_out_count);
	case MESSAGE_OWN:
		return role_take_own(r, c);
	case MESSAGE_MOVED:
		return role_take_moved(r, c);
	case MESSAGE_NAMES:
		return role_take_names(r, c);
	case MESSAGE_RESOLVERS:
		return role_take_resolvers(r, c);
	case MESSAGE_MANNERS:
		return role_take_manners(r, c);
	case MESSAGE_HOSTS_BEGIN:
		r->host_count = 0;
		return 0;
	case MESSAGE_HOSTS:
		return role_take_hosts(r, c);
	case MESSAGE_TARGETS:
		return role_take_targets(r, c);
	case MESSAGE_RANGES:
		role_append((void **)&r->ranges, &r->range_count, &r->range_capacity, c, sizeof(*r->ranges));
		return 0;
	case MESSAGE_BLOCKS:
		return role_take_blocks(r, c);
	case MESSAGE_RESUME:
		role_take_resume(r, f);
		return 0;
	case MESSAGE_START:
		r->started = true;
		return 0;
	case MESSAGE_STOP:
		r->stopping = true;
		return 0;
	default:
		return ERR_MALFORMED;
	}
}

static int role_next_frame(struct role *r, struct frame *ret)
{
	int code = channel_get(r->channel, ret);
	if (code != 0)
		return code;
	code = channel_wait(r->channel, SETUP_WAIT_MS);
	if (code <= 0)
		return code < 0 ? code : -ETIMEDOUT;
	code = channel_get(r->channel, ret);
	return code ? code : -EAGAIN;
}

void role_open(struct role *r)
{
	*r = (struct role){.channel = channel_create(CHILD_CHANNEL)};
}

int role_setup(struct role *r, void *ret, size_t size)
{
	struct frame f;
	int code = role_next_frame(r, &f);
	if (code < 0)
		return code;
	struct cursor c = cursor_of(f.bytes, f.length);
	return f.kind == MESSAGE_SETUP && cursor_bytes(&c, ret, size) ? 0 : ERR_MALFORMED;
}

int role_begin(struct role *r)
{
	int code = role_setup(r, &r->setup, sizeof(r->setup));
	if (code == 0)
		r->gate = gate_create(&r->setup.caps);
	return code;
}

static void role_target_free(struct role_target *t)
{
	free(t->name);
	free(t->path);
}

void role_end(struct role *r)
{
	for (size_t i = 0; i < r->target_count; i++)
		role_target_free(&r->targets[i]);
	for (size_t i = 0; i < r->manner_count; i++)
		check_manner_free(r->manners[i]);
	free(r->manners);
	free(r->hosts);
	free(r->targets);
	free(r->ranges);
	census_run_free(r->census);
	free(r->opt_out);
	free(r->resume);
	free(r->held);
	gate_free(r->gate);
	channel_free(r->channel);
	*r = (struct role){0};
}

int role_ready(struct role *r, const struct message_ready *m)
{
	int code = role_say(r, MESSAGE_READY, m, sizeof(*m));
	while (code >= 0 && !r->started && !r->stopping) {
		struct frame f;
		code = role_next_frame(r, &f);
		if (code > 0)
			code = role_take_frame(r, &f);
		else if (code == -EAGAIN)
			code = 0;
	}
	return code;
}

int role_listen(struct role *r)
{
	struct frame f;
	for (;;) {
		int code = channel_get(r->channel, &f);
		if (code <= 0)
			return code;
		code = role_take_frame(r, &f);
		if (code < 0)
			return code;
	}
}

// Listens while it waits: the parent may be telling something just now, and each would wait for the other's room.
int role_say(struct role *r, enum message kind, const void *bytes, size_t length)
{
	must(bytes || !length);
	int64_t end = clock_boot_ns() + SAY_WAIT_MS * (NS_PER_S / 1000);
	for (;;) {
		int code = channel_put_wait(r->channel, (uint16_t)kind, bytes, length, SAY_LISTEN_MS);
		if (code != -ETIMEDOUT || clock_boot_ns() > end)
			return code;
		code = role_listen(r);
		if (code < 0)
			return code;
	}
}

void role_take(void *context, const struct attempt *batch, size_t n)
{
	must(batch || !n);
	struct role *r = context;
	if (r->held_from == r->held_count)
		r->held_from = r->held_count = 0;
	for (size_t i = 0; i < n; i++) {
		alloc_grow((void **)&r->held, r->held_count, &r->held_capacity, sizeof(*r->held));
		r->held[r->held_count++] = batch[i];
	}
}

bool role_may_begin(const struct role *r)
{
	return !r->stopping && r->held_count - r->held_from < ROLE_HELD_MAX;
}

int role_flush(struct role *r, bool all)
{
	int64_t now = clock_boot_ns();
	bool old = now - r->flushed_ns >= FLUSH_NS;
	while (r->held_count > r->held_from) {
		size_t n = r->held_count - r->held_from;
		if (n < BATCH && !old && !all)
			return 0;
		n = n < BATCH ? n : BATCH;
		int code = channel_put(r->channel, MESSAGE_ATTEMPTS, r->held + r->held_from, n * sizeof(*r->held));
		if (code < 0)
			return code;
		r->held_from += n;
	}
	r->flushed_ns = now;
	return 0;
}

void role_health(struct role *r, const struct message_health *h)
{
	struct message_health now = *h;
	now.time = clock_utc();
	// A parent that takes no more is told by its end of the channel.
	if (role_say(r, MESSAGE_HEALTH, &now, sizeof(now)) < 0)
		r->stopping = true;
}
