// SPDX-License-Identifier: ISC
// Options, names, rows and sums. Names are looked up once, before anything is sent.
#include "cli/measure_command.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"
#include "base/version.h"
#include "cli/say.h"
#include "daemon/naming.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_FLUSH  (128 << 10)
#define RESOLVE_MS 10000 // for all names together; a resolver that answers takes a moment

void measure_command_init(struct measure_command *m, const char *command)
{
	*m = (struct measure_command){.command = command, .named = true};
	plan_init(&m->plan);
	m->options = (struct measure_options){.plan = &m->plan, .version = LACUNA_VERSION};
	m->options.best = ATTEMPT_PACKET;
}

void measure_command_free(struct measure_command *m)
{
	plan_free(&m->plan);
	free(m->ranges.at);
	free(m->each);
	text_free(&m->out);
}

int measure_command_usage(const struct measure_command *m, const char *message, const char *what)
{
	say_line("lacuna %s: %s%s%s", m->command, message, what ? ": " : "", what ? what : "");
	say_line("Try 'lacuna %s --help'.", m->command);
	return 2;
}

static int measure_command_number(const struct measure_command *m, const char *argument, uint64_t most, uint64_t *ret)
{
	if (!number_of_text(argument, most, ret))
		return measure_command_usage(m, "not a number that can be used here", argument);
	return 0;
}

// Seconds with a fraction, as milliseconds.
int measure_command_seconds(const struct measure_command *m, const char *argument, uint32_t *ret_ms)
{
	double value;
	if (!number_real_of_text(argument, 0, 86400, &value) || !(value > 0))
		return measure_command_usage(m, "not a number of seconds (above 0, at most a day)", argument);
	*ret_ms = (uint32_t)(value * 1000 + 0.5);
	*ret_ms += !*ret_ms; // 0 would mean: not set
	return 0;
}

static int measure_command_list(const struct measure_command *m, struct plan_list *l, const char *path)
{
	struct plan_error e;
	if (plan_list_read(l, path, &e) == 0)
		return 0;
	say_line("lacuna %s: %s", m->command, e.text);
	return 3;
}

static int measure_command_text_option(const struct measure_command *m, char **to, const char *argument)
{
	for (const char *at = argument; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return measure_command_usage(m, "a line of text without control characters is wanted",
						     argument);
	free(*to);
	*to = alloc_copy(argument);
	return 0;
}

static int measure_command_number_option(struct measure_command *m, int option, const char *argument)
{
	uint64_t value = 0;
	int status =
		measure_command_number(m, argument, option == MEASURE_COMMAND_SEED ? UINT64_MAX : UINT32_MAX, &value);
	if (status)
		return status;
	if (option == MEASURE_COMMAND_COUNT)
		m->options.rounds = (uint32_t)value;
	else if (option == MEASURE_COMMAND_SEED)
		m->options.seed = value;
	else
		m->plan.total_per_s = m->options.rate = (uint32_t)value;
	return option == MEASURE_COMMAND_RATE && !value ? measure_command_usage(m, "--rate wants at least 1", NULL) : 0;
}

int measure_command_option(struct measure_command *m, int option, const char *argument)
{
	switch (option) {
	case MEASURE_COMMAND_COUNT:
	case MEASURE_COMMAND_RATE:
	case MEASURE_COMMAND_SEED:
		return measure_command_number_option(m, option, argument);
	case MEASURE_COMMAND_INTERVAL:
		return measure_command_seconds(m, argument, &m->options.interval_ms);
	case MEASURE_COMMAND_TIMEOUT:
		return measure_command_seconds(m, argument, &m->options.timeout_ms);
	case MEASURE_COMMAND_JSON:
		m->json = true;
		return 0;
	case MEASURE_COMMAND_QUIET:
		m->quiet = true;
		return 0;
	case MEASURE_COMMAND_LAB:
		m->plan.lab = true;
		return 0;
	case MEASURE_COMMAND_ACKNOWLEDGE:
		m->plan.acknowledged = true;
		return 0;
	case MEASURE_COMMAND_ALLOWLIST:
		return measure_command_list(m, &m->plan.allow, argument);
	case MEASURE_COMMAND_BLOCKLIST:
		return measure_command_list(m, &m->plan.block, argument);
	case MEASURE_COMMAND_OPT_OUT:
		return measure_command_text_option(m, &m->plan.opt_out_file, argument);
	case MEASURE_COMMAND_CONTACT:
		if (!plan_contact_valid(argument))
			return measure_command_usage(m, "--contact wants a mail address or URL of at most 39 bytes",
						     argument);
		return measure_command_text_option(m, &m->plan.contact, argument);
	case MEASURE_COMMAND_IDENTITY:
		if (!plan_identity_valid(argument))
			return measure_command_usage(m, "--identity wants the name of a host", argument);
		return measure_command_text_option(m, &m->plan.identity, argument);
	case MEASURE_COMMAND_OBSERVER:
		return measure_command_text_option(m, &m->plan.observer, argument);
	case MEASURE_COMMAND_INTERFACE:
		return measure_command_text_option(m, &m->plan.interface, argument);
	case MEASURE_COMMAND_SOURCE:
		return addr_parse(argument, &m->options.source) < 0
			       ? measure_command_usage(m, "--source-ip wants an address", argument)
			       : 0;
	default:
		return measure_command_usage(m, "unknown or incomplete option", NULL);
	}
}

static void measure_command_moved(void *context, uint32_t target, const struct addr *to)
{
	struct measure_command *m = context;
	m->plan.targets[target].address = *to;
}

// Names that lead nowhere are told by their targets below; where they lead inside, here.
static void measure_command_naming_says(void *context, const char *line)
{
	struct measure_command *m = context;
	say_line("lacuna %s: %s", m->command, line);
}

static int measure_command_look_up(struct measure_command *m)
{
	struct naming names;
	struct naming_options o = {.plan = &m->plan,
				   .named = m->named && !m->ranges.count,
				   .sink = {measure_command_moved, NULL, measure_command_naming_says, m}};
	int code = naming_create(&o, &names);
	if (code == 0 && naming_count(&names))
		code = naming_once(&names, m->plan.opt_out_file, RESOLVE_MS);
	naming_free(&names);
	if (code < 0)
		say_line("lacuna %s: names cannot be looked up: %s", m->command, err_text(code));
	return code < 0;
}

int measure_command_resolve(struct measure_command *m)
{
	size_t kept = 0;
	int status = measure_command_look_up(m);
	for (size_t i = 0; i < m->plan.target_count; i++) {
		struct plan_target *t = &m->plan.targets[i];
		if (t->address.family == FAMILY_NONE) {
			say_line("lacuna %s: %s: no address", m->command, t->host ? t->host : "a target");
			plan_target_drop(t);
			status = 1;
			continue;
		}
		m->plan.targets[kept++] = *t;
	}
	m->plan.target_count = kept;
	return status;
}

void measure_command_notes(struct measure_command *m)
{
	const char *at = text_string(&m->plan.notes);
	for (size_t n; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		say_line("lacuna %s: %.*s", m->command, (int)n, at);
	}
	text_clear(&m->plan.notes);
}

static void measure_command_out_flush(struct measure_command *m)
{
	fwrite(m->out.bytes, 1, m->out.length, stdout);
	text_clear(&m->out);
}

const char *measure_command_name(const struct measure_command *m, const struct attempt *a)
{
	return a->index < m->plan.target_count ? m->plan.targets[a->index].name : NULL;
}

static void measure_command_take(void *context, const struct attempt *batch, size_t n)
{
	struct measure_command *m = context;
	const char *observer = m->plan.observer ? m->plan.observer : "local";
	for (size_t i = 0; i < n; i++) {
		const struct attempt *a = &batch[i];
		tally_take(&m->all, a);
		if (m->each && a->index < m->plan.target_count)
			tally_take(&m->each[a->index], a);
		if (m->json) {
			attempt_json(&m->out, a, observer, measure_command_name(m, a));
		} else if (!m->quiet && m->each) {
			attempt_row(&m->out, a, measure_command_name(m, a));
			text_char(&m->out, '\n');
		}
		if (m->out.length >= OUT_FLUSH)
			measure_command_out_flush(m);
	}
	measure_command_out_flush(m);
	if (m->each || n < 400)
		fflush(stdout);
	// Nobody is asked for a reader who has gone, or for a disk that takes no more.
	if (ferror(stdout) && !m->unread) {
		m->unread = true;
		raise(SIGTERM); // the ordinary way to stop
	}
}

static void measure_command_health(void *context, const struct message_health *h)
{
	struct measure_command *m = context;
	if (m->json) {
		health_report_json(&m->out,
				   &(struct health_report){.time = h->time,
							   .from = h->from,
							   .observer = m->plan.observer ? m->plan.observer : "local",
							   .state = h->state,
							   .why = h->why,
							   .loss = h->loss});
		measure_command_out_flush(m);
	}
	if (strcmp(h->state, "ok") != 0)
		say_line("lacuna %s: this observer is %s: %s", m->command, h->state, h->why);
}

void measure_command_ready(void *context, const char *role, const struct message_ready *r)
{
	static const char *const modes[ATTEMPT_MODES] = {
		[ATTEMPT_KERNEL] = "ordinary sockets",
		[ATTEMPT_PACKET] = "packet socket",
		[ATTEMPT_RAW] = "raw socket",
		[ATTEMPT_PING] = "unprivileged ping socket",
		[ATTEMPT_CONNECT] = "TCP connect in place of ping (no privilege for ping)",
	};
	struct measure_command *m = context;
	if (m->quiet)
		return;
	say_line("%s: %s%s%s%s; %s", role, r->mode < ATTEMPT_MODES ? modes[r->mode] : "?", *r->why ? " (" : "", r->why,
		 *r->why ? ")" : "", r->seccomp ? "privileges dropped" : "not sandboxed (this build cannot be)");
}

void measure_command_says(void *context, const char *line)
{
	struct measure_command *m = context;
	say_line("lacuna %s: %s", m->command, line);
}

static void measure_command_summary(struct measure_command *m)
{
	struct attempt_summary s;
	struct text what = {0};
	for (size_t i = 0; m->each && i < m->plan.target_count; i++) {
		const struct plan_target *t = &m->plan.targets[i];
		text_clear(&what);
		text_addr(&what, &t->address);
		text_printf(&what, " %s", probe_op_name(t->op));
		tally_summary(&m->each[i], &s);
		attempt_summary_row(&m->out, &s, text_string(&what));
		text_char(&m->out, '\n');
	}
	if (!m->each || m->plan.target_count > 1) {
		tally_summary(&m->all, &s);
		attempt_summary_row(&m->out, &s, "all");
		text_char(&m->out, '\n');
	}
	text_free(&what);
	measure_command_out_flush(m);
}

void measure_command_accounting(const struct measure_command *m)
{
	const struct prober_counts *p = &m->result.counts.probe;
	if (p->sent)
		say_line(
			"replies: %llu arrived = %llu recorded + %llu late + %llu duplicate + %llu forged; dropped before us: %llu",
			(unsigned long long)p->arrived, (unsigned long long)p->recorded, (unsigned long long)p->late,
			(unsigned long long)p->duplicate, (unsigned long long)p->forged,
			(unsigned long long)p->kernel_drops);
	const struct message_counts *c = &m->result.counts;
	if (c->left_out)
		say_line("replies: of the late, duplicate and forged ones %llu are counted only, %llu are kept",
			 (unsigned long long)c->left_out,
			 (unsigned long long)(p->late + p->duplicate + p->forged - c->left_out));
	if (c->skipped)
		say_line("not asked: %llu times because the caps of the target did not allow it yet",
			 (unsigned long long)c->skipped);
	if (c->refused_unlisted + c->refused_opted_out + c->refused_special)
		say_line("not asked: %llu not on the allowlist, %llu opted out, %llu special-purpose addresses",
			 (unsigned long long)c->refused_unlisted, (unsigned long long)c->refused_opted_out,
			 (unsigned long long)c->refused_special);
}

// 1: a target never answered; 4: of one our own side broke every attempt, which says nothing about it; 0.
static int measure_command_verdict(const struct measure_command *m)
{
	bool local = m->all.sent && m->all.sent == m->all.local;
	bool failed = m->all.sent && !m->all.answered && !local;
	for (size_t i = 0; m->each && i < m->plan.target_count; i++) {
		const struct tally *t = &m->each[i];
		bool broken = t->sent && t->sent == t->local;
		local |= broken;
		failed |= !t->answered && !broken;
	}
	return failed ? 1 : local ? 4 : 0;
}

int measure_command_run(struct measure_command *m)
{
	size_t targets = m->plan.target_count;
	m->options.ranges = m->ranges.at;
	m->options.range_count = m->ranges.count;
	m->options.named = m->named && !m->ranges.count;
	m->options.sink = (struct measure_sink){.attempts = measure_command_take,
						.health = measure_command_health,
						.ready = measure_command_ready,
						.says = measure_command_says,
						.context = m};
	if (targets && targets <= MEASURE_TALLY_EACH && !m->ranges.count)
		m->each = alloc_zero(targets, sizeof(*m->each));
	int code = measure_run(&m->options, &m->result);
	if (code == -EPERM)
		return 2;
	measure_command_out_flush(m);
	if (!m->json)
		measure_command_summary(m);
	if (!m->quiet)
		measure_command_accounting(m);
	if (code < 0 || m->all.sent == m->all.local) // what failed on our side was not sent
		return code < 0 ? 4 : 3;
	return measure_command_verdict(m);
}
