// SPDX-License-Identifier: ISC
// One loop over the ends of two roles, a few timers and the signals that end it.
#include "daemon/measure.h"

#include "base/alloc.h"
#include "base/err.h"
#include "daemon/division.h"
#include "daemon/name_files.h"
#include "daemon/naming.h"
#include "daemon/opt_out.h"
#include "daemon/own.h"
#include "os/child.h"
#include "os/clock.h"
#include "os/loop.h"
#include "os/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define READY_MS	10000		// a role opens its sockets within this
#define SAY_MS		30000		// a role takes what it is told within this
#define STOP_NS		(15 * NS_PER_S) // after the word to stop: what is under way is decided, or given up
#define OPT_OUT_NS	(NS_PER_S / 4)	// how often the opt-out list is looked at
#define RENEWED_NS	(2 * NS_PER_S)	// between two looks whether the lists of targets changed
#define RESTART_NS	NS_PER_S	// first pause before a role is started again; doubles
#define RESTART_MOST_NS (64 * NS_PER_S)
#define OWN_NS		(10 * NS_PER_S) // how often our own addresses are told to who sends
#define NAMES_NS	NS_PER_S	// how often the files are looked at that say where names lead
#define FRAMES_AT_ONCE	64		// of one role before the other is heard

struct measure;

static const struct message_health measure_well = {.state = "ok"};

struct measure_side { // one role and what the parent knows of it
	struct measure *measure;
	const char *role;
	unsigned kinds; // enum division_kind
	struct child child;
	bool wanted, done;
	unsigned deaths;
	int64_t pause_ns, started_ns;
	struct instant last;		      // newest sign of life
	struct message_health health;	      // as it said, or as its death says
	struct message_counts counts, before; // of this life; of earlier ones
};

struct measure {
	const struct measure_options *o;
	struct loop *loop;
	struct division division;
	struct opt_out *opt_out, own_opt_out; // the options' one, or this
	struct naming naming;		      // of a run for ever
	struct name_files name_files;	      // for redirects
	struct measure_side sides[3];
	struct stop_signals signals;
	bool stopping, told;
	int error;
	unsigned deaths;
	struct message_health said; // of the observer, to the sink
};

static void measure_say(struct measure *m, const char *format, ...) PRINTF_LIKE(2, 3);

static void measure_say(struct measure *m, const char *format, ...)
{
	char line[512];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (m->o->sink.says)
		m->o->sink.says(m->o->sink.context, line);
}

static int measure_tell(void *context, enum message kind, const void *bytes, size_t length)
{
	struct measure_side *s = context;
	return channel_put_wait(s->child.channel, (uint16_t)kind, bytes, length, SAY_MS);
}

static struct message_sink measure_teller(struct measure_side *s)
{
	return (struct message_sink){measure_tell, s};
}

// The answer to the setup: sockets are open and privileges gone, or why not.
static int measure_await_ready(struct measure *m, struct measure_side *s)
{
	struct frame f;
	struct message_ready ready;
	int code = channel_wait(s->child.channel, READY_MS);
	if (code > 0)
		code = channel_get(s->child.channel, &f);
	if (code <= 0) {
		int status;
		char how[96] = "no answer";
		if (code == -EPIPE && child_wait(&s->child, 1000, &status) == 1)
			child_end_text(status, how, sizeof(how));
		measure_say(m,
			    "%s: %s at its start; it needs /proc, and memory and descriptors as ulimit -a shows them",
			    s->role, how);
		return code < 0 ? code : -ETIMEDOUT;
	}
	if (f.kind == MESSAGE_ERROR) {
		measure_say(m, "%s: %.*s", s->role, (int)f.length, (const char *)f.bytes);
		return -ECHILD;
	}
	if (f.kind != MESSAGE_READY || f.length != sizeof(ready))
		return ERR_MALFORMED;
	memcpy(&ready, f.bytes, sizeof(ready));
	ready.why[sizeof(ready.why) - 1] = '\0';
	if (m->o->sink.ready)
		m->o->sink.ready(m->o->sink.context, s->role, &ready);
	return 0;
}

static int measure_badness(const struct message_health *h)
{
	return strcmp(h->state, "ok") == 0 ? 0 : strcmp(h->state, "blind") == 0 ? 2 : 1;
}

// The roles are one observer, which is as its worst is: who sees again must not speak for the other. Says what changed.
static void measure_tell_health(struct measure *m, struct measure_side *s, const struct message_health *now)
{
	s->health = *now;
	const struct message_health *worst = now;
	for (size_t i = 0; i < ARRAY_LEN(m->sides); i++)
		if (measure_badness(&m->sides[i].health) > measure_badness(worst))
			worst = &m->sides[i].health;
	if (strcmp(worst->state, m->said.state) == 0 && strcmp(worst->why, m->said.why) == 0)
		return;
	m->said = *worst;
	if (worst != now) // that began earlier and was told then; from now on it is all there is to tell
		m->said.time = m->said.from = now->time;
	if (m->o->sink.health)
		m->o->sink.health(m->o->sink.context, &m->said);
}

static void measure_heard(void *context, uint32_t events);

static bool measure_measures(const struct measure_side *s)
{
	return s->kinds != DIVISION_RESOLVE;
}

static int measure_side_tell(struct measure *m, struct measure_side *s)
{
	int code = division_lists(&m->division, s->kinds, measure_teller(s));
	if (code == 0)
		code = opt_out_tell(m->opt_out, measure_teller(s));
	if (code == 0 && s->kinds & DIVISION_CHECK && division_follows(&m->division))
		code = name_files_tell(measure_teller(s));
	if (code == 0 && !measure_measures(s))
		code = naming_tell(&m->naming, true, measure_teller(s));
	return code ? code : measure_tell(s, MESSAGE_START, NULL, 0);
}

static int measure_side_start(struct measure *m, struct measure_side *s)
{
	int code = child_start(&s->child, s->role);
	if (code < 0) {
		measure_say(m, "%s: cannot be started: %s", s->role, err_text(code));
		return code;
	}
	s->last = clock_utc();
	s->started_ns = clock_boot_ns();
	code = division_setup(&m->division, s->kinds, s->deaths > 0 || m->o->again, measure_teller(s));
	if (code == 0)
		code = measure_await_ready(m, s);
	if (code == 0)
		code = measure_side_tell(m, s);
	if (code == 0)
		code = loop_watch(m->loop, channel_descriptor(s->child.channel), EPOLLIN,
				  (struct loop_handler){measure_heard, s});
	if (code < 0)
		child_stop(&s->child);
	return code;
}

static void measure_pause_longer(struct measure_side *s)
{
	s->pause_ns = s->pause_ns * 2 < RESTART_MOST_NS ? s->pause_ns * 2 : RESTART_MOST_NS;
}

static void measure_restart(void *context, uint32_t events)
{
	struct measure_side *s = context;
	(void)events;
	if (s->measure->stopping)
		return;
	if (measure_side_start(s->measure, s) == 0) {
		if (!measure_measures(s))
			return;
		struct message_health again = measure_well;
		again.time = again.from = clock_utc();
		measure_tell_health(s->measure, s, &again);
		return;
	}
	measure_pause_longer(s);
	loop_at(s->measure->loop, clock_boot_ns() + s->pause_ns, (struct loop_handler){measure_restart, s});
}

static void measure_add_counts(uint64_t *to, const uint64_t *from, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(*to); i++)
		to[i] += from[i];
}

static void measure_message_counts_add(struct message_counts *to, const struct message_counts *from)
{
	int64_t lag = to->probe.lag_most_ns > from->probe.lag_most_ns ? to->probe.lag_most_ns : from->probe.lag_most_ns;
	measure_add_counts((uint64_t *)to, (const uint64_t *)from, sizeof(*to));
	to->probe.lag_most_ns = lag;
}

// A role ended before it was done: we were blind from its last sign of life on, and say so before it starts again.
static void measure_died(struct measure_side *s)
{
	struct measure *m = s->measure;
	char how[96] = "gone";
	int status;
	loop_unwatch(m->loop, channel_descriptor(s->child.channel));
	if (child_wait(&s->child, 1000, &status) == 1)
		child_end_text(status, how, sizeof(how));
	child_stop(&s->child);
	measure_message_counts_add(&s->before, &s->counts);
	s->counts = (struct message_counts){0};
	if (m->stopping) {
		s->done = true;
		return;
	}
	m->deaths++;
	s->deaths++;
	measure_say(m, "%s: %s", s->role, how);
	// Without names what is measured goes on where it was.
	struct message_health h = {.time = clock_utc(), .from = s->last, .state = "blind", .why = "role_died"};
	if (measure_measures(s))
		measure_tell_health(m, s, &h);
	if (!m->o->persist) {
		m->error = -ECHILD;
		s->done = true;
		return;
	}
	// One that dies again and again is started less and less often.
	if (s->pause_ns && clock_boot_ns() - s->started_ns < RESTART_MOST_NS)
		measure_pause_longer(s);
	else
		s->pause_ns = RESTART_NS;
	loop_at(m->loop, clock_boot_ns() + s->pause_ns, (struct loop_handler){measure_restart, s});
}

static void measure_take_health(struct measure_side *s, const struct frame *f)
{
	struct message_health h;
	memcpy(&h, f->bytes, sizeof(h));
	h.state[sizeof(h.state) - 1] = h.why[sizeof(h.why) - 1] = '\0';
	measure_tell_health(s->measure, s, &h);
}

// A role reads what strangers send, so what it hands on is looked at before anything is written.
static void measure_take_attempts(struct measure_side *s, const struct frame *f)
{
	const struct attempt *all = (const struct attempt *)(const void *)f->bytes;
	const struct measure_sink *sink = &s->measure->o->sink;
	size_t n = f->length / sizeof(*all);
	for (size_t i = 0; i < n; i++)
		if (!attempt_sound(&all[i])) {
			measure_say(s->measure, "%s: hands on what is no attempt; it is left out", s->role);
			return;
		}
	if (sink->attempts)
		sink->attempts(sink->context, all, n);
}

// Where a name led: to who asks there, and to the plan's owner.
static void measure_moved(void *context, uint32_t target, const struct addr *to)
{
	struct measure *m = context;
	struct message_moved moved = {.index = target, .address = *to};
	unsigned kind = division_kind_of(&m->o->plan->targets[target]);
	if (m->o->sink.moved)
		m->o->sink.moved(m->o->sink.context, target, to);
	for (size_t i = 0; i < ARRAY_LEN(m->sides); i++) {
		struct measure_side *s = &m->sides[i];
		if (s->kinds & kind && s->wanted && !s->done && s->child.channel &&
		    measure_tell(s, MESSAGE_MOVED, &moved, sizeof(moved)) < 0)
			measure_say(m, "%s: could not be told where a name leads", s->role);
	}
}

static void measure_looked(void *context, const struct attempt *a, const char *name)
{
	struct measure *m = context;
	if (m->o->sink.looked)
		m->o->sink.looked(m->o->sink.context, a, name);
}

static void measure_naming_says(void *context, const char *line)
{
	measure_say(context, "%s", line);
}

static void measure_take_named(struct measure_side *s, const struct frame *f)
{
	struct names_answer a;
	memcpy(&a, f->bytes, sizeof(a));
	naming_take(&s->measure->naming, &a);
}

static void measure_take(struct measure_side *s, const struct frame *f)
{
	struct measure *m = s->measure;
	const struct measure_sink *sink = &m->o->sink;
	s->last = clock_utc();
	if (f->kind == MESSAGE_ATTEMPTS) {
		measure_take_attempts(s, f);
	} else if (f->kind == MESSAGE_HEALTH && f->length == sizeof(struct message_health)) {
		measure_take_health(s, f);
	} else if (f->kind == MESSAGE_NAMED && f->length == sizeof(struct names_answer) && !measure_measures(s)) {
		measure_take_named(s, f);
	} else if (f->kind == MESSAGE_SAVE) {
		division_resume(&m->division, f->bytes, f->length);
		if (sink->saved)
			sink->saved(sink->context, f->bytes, f->length);
	} else if (f->kind == MESSAGE_ERROR) {
		measure_say(m, "%s: %.*s", s->role, (int)f->length, (const char *)f->bytes);
	} else if ((f->kind == MESSAGE_COUNTS || f->kind == MESSAGE_DONE) && f->length == sizeof(s->counts)) {
		memcpy(&s->counts, f->bytes, sizeof(s->counts));
		s->done = f->kind == MESSAGE_DONE;
	}
}

static void measure_heard(void *context, uint32_t events)
{
	struct measure_side *s = context;
	struct frame f;
	(void)events;
	for (int i = 0; i < FRAMES_AT_ONCE; i++) {
		int code = channel_get(s->child.channel, &f);
		if (code == 0)
			return;
		if (code < 0) {
			measure_died(s);
			return;
		}
		measure_take(s, &f);
		if (s->done) {
			loop_unwatch(s->measure->loop, channel_descriptor(s->child.channel));
			child_stop(&s->child);
			return;
		}
	}
}

static void measure_give_up(void *context, uint32_t events)
{
	struct measure *m = context;
	(void)events;
	for (size_t i = 0; i < ARRAY_LEN(m->sides); i++)
		if (m->sides[i].wanted && !m->sides[i].done) {
			measure_say(m, "%s: does not end, stopped", m->sides[i].role);
			m->sides[i].done = true;
		}
}

static void measure_stop(void *context, uint32_t events)
{
	struct measure *m = context;
	(void)events;
	if (m->stopping)
		return;
	m->stopping = true;
	for (size_t i = 0; i < ARRAY_LEN(m->sides); i++) {
		struct measure_side *s = &m->sides[i];
		if (!s->wanted || s->done)
			continue;
		if (!s->child.channel || measure_tell(s, MESSAGE_STOP, NULL, 0) < 0)
			s->done = true;
	}
	loop_at(m->loop, clock_boot_ns() + STOP_NS, (struct loop_handler){measure_give_up, m});
}

static void measure_signalled(void *context, uint32_t events)
{
	struct measure *m = context;
	if (!stop_signals_take(&m->signals))
		return;
	m->told = true;
	measure_stop(context, events);
}

// The opt-out list is looked at; what changed is in force with the next packet.
static void measure_refresh(void *context, uint32_t events)
{
	struct measure *m = context;
	char trouble[512];
	(void)events;
	int code = opt_out_look(m->opt_out, trouble, sizeof(trouble));
	if (code < 0)
		measure_say(m, "%s", trouble);
	for (size_t i = 0; code != 0 && i < ARRAY_LEN(m->sides); i++) {
		struct measure_side *s = &m->sides[i];
		if (s->wanted && !s->done && s->child.channel && opt_out_tell(m->opt_out, measure_teller(s)) < 0)
			measure_say(m, "%s: could not be told the opt-out list", s->role);
	}
	if (code > 0)
		measure_say(m, "opt-out list read again: %zu entries in force", opt_out_count(m->opt_out));
	loop_at(m->loop, clock_boot_ns() + OPT_OUT_NS, (struct loop_handler){measure_refresh, m});
}

// Each on its own: one that is busy does not keep the others from hearing it.
static void measure_tell_own(void *context, uint32_t events)
{
	struct measure *m = context;
	(void)events;
	for (size_t i = 0; i < ARRAY_LEN(m->sides); i++) {
		struct measure_side *s = &m->sides[i];
		if (s->wanted && !s->done && s->child.channel && own_tell(measure_teller(s)) < 0)
			measure_say(m, "%s: could not be told our own addresses", s->role);
	}
	loop_at(m->loop, clock_boot_ns() + OWN_NS, (struct loop_handler){measure_tell_own, m});
}

static void measure_look_names(void *context, uint32_t events)
{
	struct measure *m = context;
	struct measure_side *s = &m->sides[2];
	(void)events;
	if (naming_look(&m->naming) && s->child.channel && !s->done &&
	    naming_tell(&m->naming, false, measure_teller(s)) < 0)
		measure_say(m, "%s: could not be told the names", s->role);
	loop_at(m->loop, clock_boot_ns() + NAMES_NS, (struct loop_handler){measure_look_names, m});
}

static void measure_look_renewed(void *context, uint32_t events)
{
	struct measure *m = context;
	if (m->stopping)
		return;
	if (m->o->sink.renewed(m->o->sink.context))
		measure_stop(context, events);
	else
		loop_at(m->loop, clock_boot_ns() + RENEWED_NS, (struct loop_handler){measure_look_renewed, m});
}

// Who follows redirects finds names itself, by the same files.
static void measure_look_name_files(void *context, uint32_t events)
{
	struct measure *m = context;
	(void)events;
	bool changed = name_files_look(&m->name_files);
	for (size_t i = 0; changed && i < ARRAY_LEN(m->sides); i++) {
		struct measure_side *s = &m->sides[i];
		if (s->kinds & DIVISION_CHECK && s->wanted && !s->done && s->child.channel &&
		    name_files_tell(measure_teller(s)) < 0)
			measure_say(m, "%s: could not be told where names lead", s->role);
	}
	loop_at(m->loop, clock_boot_ns() + NAMES_NS, (struct loop_handler){measure_look_name_files, m});
}

static bool measure_all_done(const struct measure *m)
{
	for (size_t i = 0; i < ARRAY_LEN(m->sides); i++)
		if (m->sides[i].wanted && !m->sides[i].done)
			return false;
	return true;
}

static int measure_watch_signals(struct measure *m)
{
	int code = stop_signals_open(&m->signals);
	return code < 0 ? code
			: loop_watch(m->loop, m->signals.descriptor, EPOLLIN,
				     (struct loop_handler){measure_signalled, m});
}

static int measure_until_done(struct measure *m)
{
	int code = 0;
	for (size_t i = 0; i < ARRAY_LEN(m->sides) && code == 0; i++) {
		struct measure_side *s = &m->sides[i];
		s->wanted =
			measure_measures(s) ? division_has_work(&m->division, s->kinds) : naming_count(&m->naming) > 0;
		if (s->wanted)
			code = measure_side_start(m, s);
	}
	if (m->sides[1].wanted && (m->o->source.family != FAMILY_NONE || m->o->plan->interface))
		measure_say(m,
			    "check: services are asked as the routes say; interface and source address are for pings");
	if (m->o->for_ns > 0)
		loop_at(m->loop, clock_boot_ns() + m->o->for_ns, (struct loop_handler){measure_stop, m});
	loop_at(m->loop, clock_boot_ns() + OWN_NS, (struct loop_handler){measure_tell_own, m});
	if (naming_count(&m->naming))
		loop_at(m->loop, clock_boot_ns() + NAMES_NS, (struct loop_handler){measure_look_names, m});
	if (division_follows(&m->division)) {
		(void)name_files_look(&m->name_files); // told when they started
		loop_at(m->loop, clock_boot_ns() + NAMES_NS, (struct loop_handler){measure_look_name_files, m});
	}
	if (m->o->sink.renewed)
		loop_at(m->loop, clock_boot_ns() + RENEWED_NS, (struct loop_handler){measure_look_renewed, m});
	if (m->o->plan->opt_out_file)
		loop_at(m->loop, clock_boot_ns() + OPT_OUT_NS, (struct loop_handler){measure_refresh, m});
	while (code == 0 && !measure_all_done(m))
		code = loop_step(m->loop, NS_PER_S);
	return code ? code : m->error;
}

// What the file of hosts knows is known before the first question; the rest is looked up beside measuring.
static int measure_begin_names(struct measure *m)
{
	struct naming_options o = {.plan = m->o->plan,
				   .named = m->o->named,
				   .sink = {measure_moved, measure_looked, measure_naming_says, m}};
	int code = m->o->persist ? naming_create(&o, &m->naming) : 0;
	if (code == 0 && naming_count(&m->naming))
		(void)naming_look(&m->naming);
	return code;
}

void measure_result_add(struct measure_result *sum, const struct measure_result *r)
{
	measure_message_counts_add(&sum->counts, &r->counts);
	sum->deaths += r->deaths;
	sum->told |= r->told;
}

int measure_run(const struct measure_options *o, struct measure_result *ret)
{
	struct measure m = {.o = o, .signals = {.descriptor = -1}, .said = measure_well};
	m.sides[0] = (struct measure_side){.role = "probe", .kinds = DIVISION_PROBE};
	m.sides[1] = (struct measure_side){.role = "check", .kinds = DIVISION_CHECK};
	m.sides[2] = (struct measure_side){.role = "resolve", .kinds = DIVISION_RESOLVE};
	char trouble[512] = "";
	for (size_t i = 0; i < ARRAY_LEN(m.sides); i++) {
		m.sides[i].measure = &m;
		m.sides[i].child.watch = -1;
		m.sides[i].health = measure_well;
	}
	sigprocmask(SIG_BLOCK, NULL, &m.signals.before);
	int code = division_create(&m.division, o, trouble, sizeof(trouble));
	m.opt_out = o->opt_out ? o->opt_out : &m.own_opt_out;
	if (code == 0 && !m.opt_out->path) // else it is kept from the plan before
		code = opt_out_open(m.opt_out, o->plan->opt_out_file, trouble, sizeof(trouble));
	if (code == 0 && (code = measure_begin_names(&m)) < 0)
		snprintf(trouble, sizeof(trouble), "the lists of who may be asked: %s", err_text(code));
	if (code < 0) {
		measure_say(&m, "%s", trouble);
		goto out;
	}
	if (m.division.checks && (o->plan->interface || o->source.family != FAMILY_NONE))
		measure_say(
			&m,
			"service checks leave as the system's routes say; the interface and source address are of pings");
	m.loop = loop_create();
	code = m.loop ? measure_watch_signals(&m) : -errno;
	if (code < 0)
		measure_say(&m, "cannot begin: %s; it needs some descriptors (ulimit -n)", err_text(code));
	if (code == 0)
		code = measure_until_done(&m);
	*ret = (struct measure_result){.deaths = m.deaths, .told = m.told};
	for (size_t i = 0; i < ARRAY_LEN(m.sides); i++) {
		measure_message_counts_add(&ret->counts, &m.sides[i].before);
		measure_message_counts_add(&ret->counts, &m.sides[i].counts);
		child_stop(&m.sides[i].child);
	}
out:
	stop_signals_close(&m.signals);
	loop_free(m.loop);
	naming_free(&m.naming);
	opt_out_close(&m.own_opt_out);
	division_free(&m.division);
	return code;
}
