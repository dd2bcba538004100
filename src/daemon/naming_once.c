// SPDX-License-Identifier: ISC
// For commands that ask once: all names are looked up before the first question, side by side, within a time.
#include "base/alloc.h"
#include "base/err.h"
#include "daemon/naming.h"
#include "daemon/opt_out.h"
#include "daemon/own.h"
#include "os/child.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAY_MS	 10000
#define READY_MS 10000

static int naming_once_put(void *context, enum message kind, const void *bytes, size_t length)
{
	return channel_put_wait(context, (uint16_t)kind, bytes, length, SAY_MS);
}

static int naming_once_begin(struct naming *n, const struct opt_out *opted, struct channel *c)
{
	struct message_sink out = {naming_once_put, c};
	struct frame f = {0};
	struct setup s = {.caps = n->o.plan->lab ? caps_lab() : caps_default()};
	int code = out.put(c, MESSAGE_SETUP, &s, sizeof(s));
	if (code == 0)
		code = channel_wait(c, READY_MS) > 0 ? channel_get(c, &f) : -ETIMEDOUT;
	if (code > 0)
		code = f.kind == MESSAGE_READY ? own_tell(out) : -ECHILD;
	for (size_t i = 0; i < n->o.plan->block.count && code == 0; i++)
		code = out.put(c, MESSAGE_BLOCK, &n->o.plan->block.at[i], sizeof(n->o.plan->block.at[i]));
	if (code == 0)
		code = opt_out_tell(opted, out);
	if (code == 0)
		code = naming_tell(n, true, out);
	return code ? code : out.put(c, MESSAGE_START, NULL, 0);
}

static int naming_once_listen(struct naming *n, struct channel *c, int64_t until_ns)
{
	struct names_answer answer;
	struct frame f;
	while (naming_open(n)) {
		int64_t left = until_ns - clock_boot_ns();
		int code = channel_get(c, &f);
		if (code < 0)
			return code;
		if (code == 0 && left <= 0)
			return 0; // those that are left are told by whoever wants them
		if (code == 0 && channel_wait(c, (int)(left / 1000000) + 1) < 0)
			return -EPIPE;
		if (code > 0 && f.kind == MESSAGE_NAMED && f.length == sizeof(answer)) {
			memcpy(&answer, f.bytes, sizeof(answer));
			naming_take(n, &answer);
		}
	}
	return 0;
}

int naming_once(struct naming *n, const char *opt_out_file, uint32_t wait_ms)
{
	struct child child;
	struct opt_out opted;
	char message[512];
	(void)naming_look(n);
	if (!naming_open(n))
		return 0;
	int code = opt_out_open(&opted, opt_out_file, message, sizeof(message));
	if (code < 0 && n->o.sink.says)
		n->o.sink.says(n->o.sink.context, message);
	if (code == 0)
		code = child_start(&child, "resolve");
	if (code == 0) {
		code = naming_once_begin(n, &opted, child.channel);
		if (code == 0)
			code = naming_once_listen(n, child.channel, clock_boot_ns() + wait_ms * (NS_PER_S / 1000));
		child_stop(&child);
	}
	opt_out_close(&opted);
	return code;
}
