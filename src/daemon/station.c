// SPDX-License-Identifier: ISC
// One loop over the role's channel, the disk, a second's tick and the signals that end it. A frame that does not fit on the disk is held,
// and no other is taken until it does: the role then has no credit left and lets the routers wait.
#include "daemon/station.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/text.h"
#include "daemon/message.h"
#include "os/child.h"
#include "os/clock.h"
#include "os/loop.h"
#include "os/stop.h"
#include "recording/bmp_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define READY_MS	10000
#define SAY_MS		10000
#define STOP_NS		(2 * NS_PER_S) // for what is under way in the channel
#define FRAMES_AT_ONCE	64
#define TOLD_MAX	16 // refused connections that are named in a while of TOLD_NS
#define TOLD_NS		(600 * NS_PER_S)
#define REFUSED_EVERY	10 // s between two words about refused connections
#define RESTART_NS	NS_PER_S
#define RESTART_MOST_NS (64 * NS_PER_S)

struct station_router {
	uint32_t session; // 0: a free place
	struct addr from;
	struct instant last; // arrival of its newest bytes
	struct bmp_file files;
};

struct station {
	const struct station_options *o;
	struct bmp_writer *writer;
	struct loop *loop;
	struct stop_signals signals;
	struct child child;
	struct station_router routers[ROUTERS_MAX];
	struct frame held; // length 0: none; its first `held_kept` bytes are kept
	size_t held_kept;
	bool stopping, done, full, trouble;
	bool gone, lost; // the folder was taken away, and is not there yet; and what was in it is lost
	bool told;	 // that no file can be made; not again until one could
	bool broken;	 // the role does not hear what it is told
	int error;
	struct message_refused told_of[TOLD_MAX]; // in this while
	size_t told_count;
	uint64_t refused_named;
	int64_t told_ns;
	uint64_t refused, refused_before, refused_told; // of this life of the role; of earlier ones
	int64_t refused_ns, pause_ns, started_ns;
};

static void station_say(const struct station *s, const char *format, ...) PRINTF_LIKE(2, 3);

static void station_say(const struct station *s, const char *format, ...)
{
	struct text line = {0};
	va_list args;
	va_start(args, format);
	text_message(&line, format, args);
	va_end(args);
	notice_line(s->o->notices, "%s: %s", s->o->command, text_string(&line));
	text_free(&line);
}

// ---- one router

static struct station_router *station_find(struct station *s, uint32_t session)
{
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		if (s->routers[i].session == session)
			return &s->routers[i];
	return NULL;
}

static void station_router_end(struct station *s, struct station_router *r, const char *why)
{
	struct text from = {0};
	text_addr(&from, &r->from);
	if (!s->o->quiet)
		station_say(s, "%s: %s after %llu bytes (%s-%u.bmp)", text_string(&from), why,
			    (unsigned long long)r->files.written, s->o->collector, r->files.number);
	text_free(&from);
	bmp_file_end(s->writer, &r->files);
	*r = (struct station_router){0};
}

static void station_router_begin(struct station *s, const struct message_router *m)
{
	struct station_router *r = station_find(s, 0);
	int code =
		r && m->session && !station_find(s, m->session) ? bmp_file_begin(s->writer, &r->files) : ERR_MALFORMED;
	if (code == 0) {
		r->session = m->session;
		r->from = m->from;
		r->last = clock_utc();
		s->told = false;
		return;
	}
	if (!s->told)
		station_say(s, "%s: no file for another router: %s", s->o->dir, err_text(code));
	s->told = true;
	s->broken = channel_put(s->child.channel, MESSAGE_ROUTER_DROP, &m->session, sizeof(m->session)) < 0;
}

static void station_router_index(struct station *s, struct station_router *r)
{
	if (bmp_file_index(s->writer, &r->files, r->last) < 0)
		station_router_end(s, r, "its index cannot be written");
}

// A role reads what strangers send: what it says of times is believed where it can be.
static void station_router_arrival(struct station_router *r, struct instant arrival)
{
	struct instant now = clock_utc();
	bool sound = instant_known(arrival) && arrival.ns >= r->last.ns && arrival.ns <= now.ns;
	r->last = sound ? arrival : now;
}

// ---- what the role says

// Says once that the disk is full; nothing more is taken until it is not.
static void station_full(struct station *s, long code)
{
	if (!s->full) // once, until something fits again
		station_say(s, "%s: %s; the routers wait", s->o->dir, err_text((int)code));
	s->full = s->trouble = true;
	loop_unwatch(s->loop, channel_descriptor(s->child.channel));
}

// Keeps what is held, or so much as fits.
static void station_keep(struct station *s)
{
	struct message_bytes head;
	memcpy(&head, s->held.bytes, sizeof(head));
	struct station_router *r = head.session ? station_find(s, head.session) : NULL;
	const uint8_t *bytes = s->held.bytes + sizeof(head);
	size_t length = s->held.length - sizeof(head);
	if (r && !s->held_kept)
		station_router_arrival(r, head.arrival);
	while (r && s->held_kept < length) {
		long n = bmp_file_put(s->writer, &r->files, bytes + s->held_kept, length - s->held_kept);
		if (n < 0) {
			station_full(s, n);
			return;
		}
		s->held_kept += (size_t)n;
		s->full = false;
	}
	if (r)
		station_router_index(s, r);
	s->held = (struct frame){0};
	s->held_kept = 0;
}

static void station_take_router(struct station *s, const struct frame *f)
{
	struct message_router m;
	memcpy(&m, f->bytes, sizeof(m));
	if (f->kind == MESSAGE_ROUTER_BEGIN) {
		station_router_begin(s, &m);
		return;
	}
	struct station_router *r = m.session ? station_find(s, m.session) : NULL;
	if (r)
		station_router_end(s, r,
				   m.why == ROUTER_LOST	  ? "connection lost"
				   : m.why == ROUTER_IDLE ? "it began and then said nothing: closed"
							  : "closed by the router");
}

// By address and reason; one address says the same again and again, and is then only counted.
static void station_take_refused(struct station *s, const struct frame *f)
{
	static const char *const words[REFUSED_KINDS] = {
		[REFUSED_NO_BMP] = "what it sends is not BMP",
		[REFUSED_SILENT] = "it said nothing",
		[REFUSED_FULL] = "there are as many sessions as there may be",
		[REFUSED_GONE] = "it went away before it began",
	};
	struct message_refused m;
	struct text from = {0};
	memcpy(&m, f->bytes, sizeof(m));
	bool known = m.why < REFUSED_KINDS;
	for (size_t i = 0; i < s->told_count && known; i++)
		known = !(s->told_of[i].why == m.why && addr_equal(&s->told_of[i].from, &m.from));
	if (!known || s->told_count == TOLD_MAX)
		return;
	s->told_of[s->told_count++] = m;
	s->refused_named++;
	text_addr(&from, &m.from);
	if (m.why == REFUSED_VERSION)
		station_say(s, "%s: refused: it speaks BMP version %u%s; version 3 is read (RFC 7854)",
			    text_string(&from), m.version, m.version == 4 ? " (draft-ietf-grow-bmp-tlv)" : "");
	else
		station_say(s, "%s: refused: %s", text_string(&from), words[m.why]);
	text_free(&from);
}

static void station_take(struct station *s, const struct frame *f)
{
	if (f->kind == MESSAGE_ROUTER_BYTES && f->length > sizeof(struct message_bytes)) {
		s->held = *f;
		station_keep(s);
	} else if ((f->kind == MESSAGE_ROUTER_BEGIN || f->kind == MESSAGE_ROUTER_END) &&
		   f->length == sizeof(struct message_router)) {
		station_take_router(s, f);
	} else if (f->kind == MESSAGE_ROUTER_REFUSED && f->length == sizeof(struct message_refused)) {
		station_take_refused(s, f);
	} else if (f->kind == MESSAGE_ROUTERS_REFUSED && f->length == sizeof(s->refused)) {
		memcpy(&s->refused, f->bytes, sizeof(s->refused));
	} else if (f->kind == MESSAGE_ERROR) {
		station_say(s, "%.*s", (int)f->length, (const char *)f->bytes);
	} else {
		s->done |= f->kind == MESSAGE_DONE && s->stopping;
	}
}

static void station_restart(void *context, uint32_t events);

static void station_end_routers(struct station *s, const char *why)
{
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		if (s->routers[i].session)
			station_router_end(s, &s->routers[i], why);
}

// The role ended before it was told to: it is started again, and the routers connect anew.
static void station_died(struct station *s)
{
	char how[96] = "gone";
	int status;
	loop_unwatch(s->loop, channel_descriptor(s->child.channel));
	if (child_wait(&s->child, 1000, &status) == 1)
		child_end_text(status, how, sizeof(how));
	child_stop(&s->child);
	s->refused_before += s->refused;
	s->refused = 0;
	if (s->stopping) {
		s->done = true;
		return;
	}
	station_say(s, "bmp: %s", how);
	station_end_routers(s, "connection lost");
	s->trouble = true;
	s->broken = false;
	// One that dies again and again is started less and less often.
	if (clock_boot_ns() - s->started_ns > RESTART_MOST_NS)
		s->pause_ns = 0;
	s->pause_ns = !s->pause_ns ? RESTART_NS : s->pause_ns * 2 < RESTART_MOST_NS ? s->pause_ns * 2 : RESTART_MOST_NS;
	(void)loop_at(s->loop, clock_boot_ns() + s->pause_ns, (struct loop_handler){station_restart, s});
}

static void station_heard(void *context, uint32_t events)
{
	struct station *s = context;
	struct frame f;
	(void)events;
	for (int i = 0; i < FRAMES_AT_ONCE && !s->held.length && !s->done; i++) {
		int code = channel_get(s->child.channel, &f);
		if (code == 0)
			return;
		if (code > 0)
			station_take(s, &f);
		if (code < 0 || s->broken) {
			station_died(s);
			return;
		}
	}
}

// ---- beginning

// 0; STATION_NOTHING as a positive number: it cannot listen; a negative error.
static int station_await(struct station *s)
{
	struct frame f;
	int32_t listening;
	int code = channel_wait(s->child.channel, READY_MS);
	if (code > 0)
		code = channel_get(s->child.channel, &f);
	if (code <= 0)
		return code < 0 ? code : -ETIMEDOUT;
	if (f.kind == MESSAGE_ERROR)
		station_say(s, "%.*s", (int)f.length, (const char *)f.bytes);
	if (f.kind != MESSAGE_READY || f.length != sizeof(listening))
		return f.kind == MESSAGE_ERROR ? -ECHILD : ERR_MALFORMED;
	memcpy(&listening, f.bytes, sizeof(listening));
	if (listening < 0)
		station_say(s, "cannot listen: %s", err_text(listening));
	return listening < 0 ? STATION_NOTHING : 0;
}

static int station_start(struct station *s)
{
	struct setup_bmp setup = {.at = s->o->at, .port = s->o->port};
	int code = child_start(&s->child, "bmp");
	if (code < 0)
		return code;
	code = channel_put_wait(s->child.channel, MESSAGE_SETUP, &setup, sizeof(setup), SAY_MS);
	if (code == 0)
		code = station_await(s);
	if (code == 0)
		code = loop_watch(s->loop, channel_descriptor(s->child.channel), EPOLLIN,
				  (struct loop_handler){station_heard, s});
	s->started_ns = clock_boot_ns();
	if (code != 0)
		child_stop(&s->child);
	return code;
}

static void station_restart(void *context, uint32_t events)
{
	struct station *s = context;
	(void)events;
	if (s->stopping || station_start(s) == 0)
		return;
	s->pause_ns = s->pause_ns * 2 < RESTART_MOST_NS ? s->pause_ns * 2 : RESTART_MOST_NS;
	(void)loop_at(s->loop, clock_boot_ns() + s->pause_ns, (struct loop_handler){station_restart, s});
}

// ---- time and end

static void station_give_up(void *context, uint32_t events)
{
	struct station *s = context;
	(void)events;
	s->done = true;
}

static void station_stop(void *context, uint32_t events)
{
	struct station *s = context;
	(void)events;
	if (s->stopping)
		return;
	s->stopping = true;
	// What the routers sent before is still taken, unless there is no place for it.
	if (!s->child.channel || s->held.length ||
	    channel_put_wait(s->child.channel, MESSAGE_STOP, NULL, 0, SAY_MS) < 0)
		s->done = true;
	(void)loop_at(s->loop, clock_boot_ns() + STOP_NS, (struct loop_handler){station_give_up, s});
}

static void station_signalled(void *context, uint32_t events)
{
	struct station *s = context;
	if (stop_signals_take(&s->signals))
		station_stop(s, events);
}

static void station_tell_refused(struct station *s, int64_t now)
{
	uint64_t all = s->refused_before + s->refused;
	if (now - s->told_ns > TOLD_NS) {
		s->told_ns = now;
		s->told_count = 0;
	}
	// Those that were named are told already.
	if (s->refused_named && s->refused_told + s->refused_named <= all) {
		s->refused_told += s->refused_named;
		s->refused_named = 0;
	}
	if (all == s->refused_told || now - s->refused_ns < REFUSED_EVERY * NS_PER_S)
		return;
	station_say(s, "%llu more connections refused: no BMP, nothing said in 30 s, or more than %d at once",
		    (unsigned long long)(all - s->refused_told), ROUTERS_MAX);
	s->refused_told = all;
	s->refused_ns = now;
}

static void station_look_disk(void *context, uint32_t events)
{
	struct station *s = context;
	(void)events;
	int disk = bmp_writer_descriptor(s->writer);
	int code = bmp_writer_tick(s->writer);
	if (code < 0) {
		station_say(s, "%s: %s; what is not on the disk yet may be lost", s->o->dir, err_text(code));
		s->trouble = true;
	}
	if (disk >= 0 && bmp_writer_descriptor(s->writer) != disk)
		loop_unwatch(s->loop, disk); // whoever waited for it is gone
}

// Sessions begin anew in the new folder: what a router says first is what makes the rest readable.
static void station_look_folder(struct station *s)
{
	int code = bmp_writer_look(s->writer);
	if (code == 0) {
		s->gone = false;
		return;
	}
	if (!s->gone)
		station_say(s, "%s: what was recorded there was taken away%s%s", s->o->dir,
			    code < 0 ? "; it cannot be made anew: " : "; it is begun anew",
			    code < 0 ? err_text(code) : "");
	s->gone = s->lost = true;
	for (size_t i = 0; i < ROUTERS_MAX && code > 0; i++) {
		struct station_router *r = &s->routers[i];
		if (!r->session)
			continue;
		s->broken |= channel_put(s->child.channel, MESSAGE_ROUTER_DROP, &r->session, sizeof(r->session)) < 0;
		station_router_end(s, r, "its file was taken away");
	}
}

static void station_second(void *context, uint32_t events)
{
	struct station *s = context;
	int64_t now = clock_boot_ns();
	if (s->held.length) {
		station_keep(s);
		if (!s->held.length && loop_watch(s->loop, channel_descriptor(s->child.channel), EPOLLIN,
						  (struct loop_handler){station_heard, s}) < 0)
			s->error = -errno;
	}
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		if (s->routers[i].session)
			station_router_index(s, &s->routers[i]);
	if (s->child.channel)
		station_look_folder(s);
	station_look_disk(s, events);
	station_tell_refused(s, now);
	(void)loop_at(s->loop, now + NS_PER_S, (struct loop_handler){station_second, s});
}

static int station_watch(struct station *s)
{
	s->loop = loop_create();
	if (!s->loop)
		return -errno;
	int code = stop_signals_open(&s->signals), disk = bmp_writer_descriptor(s->writer);
	if (code == 0)
		code = loop_watch(s->loop, s->signals.descriptor, EPOLLIN, (struct loop_handler){station_signalled, s});
	if (code == 0 && disk >= 0)
		code = loop_watch(s->loop, disk, EPOLLIN, (struct loop_handler){station_look_disk, s});
	(void)loop_at(s->loop, clock_boot_ns() + NS_PER_S, (struct loop_handler){station_second, s});
	if (s->o->for_ns > 0)
		(void)loop_at(s->loop, clock_boot_ns() + s->o->for_ns, (struct loop_handler){station_stop, s});
	return code;
}

static enum station_end station_work(struct station *s)
{
	int code = station_watch(s);
	if (code == 0)
		code = station_start(s);
	if (code == STATION_NOTHING)
		return STATION_NOTHING;
	if (code == 0 && !s->o->quiet)
		station_say(s, "listening");
	while (code >= 0 && !s->done && !s->error)
		code = loop_step(s->loop, -1);
	code = code < 0 ? code : s->error;
	if (code < 0 && code != -ECHILD) // the role has said why
		station_say(s, "%s", err_text(code));
	return code < 0 || s->lost ? STATION_FAILED : s->trouble ? STATION_TROUBLE : STATION_DONE;
}

enum station_end station_run(const struct station_options *o)
{
	struct file_error e = {0};
	struct station *s = alloc_zero(1, sizeof(*s));
	enum station_end end = STATION_NOTHING;
	s->o = o;
	s->child.watch = s->signals.descriptor = -1;
	sigprocmask(SIG_BLOCK, NULL, &s->signals.before);
	if (bmp_writer_open(o->dir, o->collector, &s->writer, &e) < 0) {
		station_say(s, "%s", e.message);
		goto out;
	}
	end = station_work(s);
	station_end_routers(s, "we stop");
	child_stop(&s->child);
	int lost = bmp_writer_close(s->writer);
	if (lost < 0) {
		station_say(s, "%s: %s", o->dir, err_text(lost));
		end = end == STATION_DONE ? STATION_TROUBLE : end;
	}
out:
	stop_signals_close(&s->signals);
	loop_free(s->loop);
	free(s);
	return end;
}
