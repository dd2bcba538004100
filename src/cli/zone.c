// SPDX-License-Identifier: ISC
// Looks a zone up at one resolver, the way an operator would write its targets down by hand.
#include "cli/zone.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/version.h"
#include "cli/say.h"
#include "daemon/zone_lookup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NAMED_MAX 16

// The first name server of resolv.conf(5).
static int zone_system_resolver(struct addr *ret)
{
	char line[512];
	FILE *f = fopen("/etc/resolv.conf", "re");
	int code = ERR_NOT_FOUND;
	while (f && code < 0 && fgets(line, sizeof(line), f)) {
		static const char word[] = "nameserver";
		if (strncmp(line, word, sizeof(word) - 1) != 0)
			continue;
		char *at = line + sizeof(word) - 1;
		at += strspn(at, " \t");
		at[strcspn(at, " \t\r\n%")] = '\0';
		code = addr_parse(at, ret);
	}
	if (f)
		fclose(f);
	return code;
}

// Letters, digits, hyphens, underscores and dots. A name in the DNS may hold any byte, and whoever runs the zone chooses it: what
// is none of these is neither sent nor written into a configuration.
static bool zone_is_plain(const char *name)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	return name[strspn(name, fine)] == '\0';
}

// How what was found is asked, as a configuration says it.
static const struct {
	uint8_t op, kind;
	const char *word;
} zone_asked[] = {
	[DISCOVER_NS] = {PROBE_DNS, TARGET_SERVICE, "dns"},
	[DISCOVER_MX] = {PROBE_SMTP, TARGET_SERVICE, "smtp"},
	[DISCOVER_NAME] = {PROBE_ICMP_ECHO, TARGET_HOST, "host"}, // an address says nothing of what is served there
};

static bool zone_is_wanted(const struct plan *p, const struct discover_found *f, bool list)
{
	if (f->role >= ARRAY_LEN(zone_asked) || (f->role == DISCOVER_NAME && !list))
		return false;
	for (size_t i = 0; i < p->target_count; i++)
		if (p->targets[i].op == zone_asked[f->role].op && addr_equal(&p->targets[i].address, &f->address))
			return false;
	return true;
}

// Name servers are asked for the zone, others by their own name.
static const char *zone_asked_name(const struct discover_found *f, const char *zone)
{
	const char *name = f->role == DISCOVER_NS ? zone : f->host;
	return f->role != DISCOVER_NAME && zone_is_plain(name) ? name : NULL;
}

static void zone_add(struct plan *p, const struct discover_found *f, const char *zone)
{
	struct plan_target *t = plan_target_add(p);
	if (!t)
		return;
	const char *name = zone_asked_name(f, zone);
	t->address = f->address;
	t->op = zone_asked[f->role].op;
	t->kind = zone_asked[f->role].kind;
	t->name = name ? alloc_copy(name) : NULL;
	t->host = alloc_copy(zone_is_plain(f->host) ? f->host : zone); // a name led there, nobody typed it
}

static void zone_print(struct measure_command *m, const struct discover_found *f, const char *zone)
{
	struct text *t = &m->out;
	const char *name = zone_asked_name(f, zone);
	text_put(t, "  - {address: \"");
	text_addr(t, &f->address);
	text_printf(t, "\", kind: %s", zone_asked[f->role].word);
	if (name)
		text_printf(t, ", name: \"%s\"", name);
	text_put(t, "} # ");
	text_untrusted(t, f->host, strlen(f->host));
	text_char(t, '\n');
}

static int zone_resolver_of(const struct measure_command *m, const struct zone_wish *w, struct addr *ret)
{
	if (w->resolver && addr_parse(w->resolver, ret) < 0)
		return measure_command_usage(m, "--resolver wants an address", w->resolver);
	if (!w->resolver && zone_system_resolver(ret) < 0)
		return measure_command_usage(m, "no resolver is set up here: name one with --resolver", NULL);
	return 0;
}

int zone_targets(struct measure_command *m, const struct zone_wish *w)
{
	struct zone_lookup l = {.zone = w->zone,
				.lab = m->plan.lab,
				.timeout_ms = m->options.timeout_ms,
				.block = &m->plan.block,
				.opt_out_file = m->plan.opt_out_file,
				.version = LACUNA_VERSION};
	char message[256] = "";
	size_t left_out = 0;
	int status = zone_resolver_of(m, w, &l.resolver);
	if (status)
		return status;
	if (!zone_is_plain(w->zone))
		return measure_command_usage(m, "--zone wants a name of letters, digits, hyphens and dots", w->zone);
	if (!m->quiet)
		say_line("looking for the servers of %s, a question a second ...", w->zone);
	if (zone_lookup_zone(&l, message, sizeof(message)) < 0) {
		say_line("lacuna check: %s: %s", w->zone, message);
		return 3;
	}
	if (w->list)
		text_put(&m->out, "targets:\n");
	for (size_t i = 0; i < l.count; i++) {
		bool wanted = zone_is_wanted(&m->plan, &l.found[i], w->list);
		left_out += wanted && m->plan.target_count == NAMED_MAX && !w->list;
		if (!wanted || (m->plan.target_count == NAMED_MAX && !w->list))
			continue;
		zone_add(&m->plan, &l.found[i], w->zone);
		if (w->list)
			zone_print(m, &l.found[i], w->zone);
	}
	if (!m->quiet || !l.count)
		say_line("%s: %zu servers and addresses, %llu questions, %llu of them without an answer of use%s%s",
			 w->zone, l.count, (unsigned long long)l.questions, (unsigned long long)l.failed,
			 l.failed ? ", the last of these: " : "", l.failed ? probe_failure_name(l.failure) : "");
	if (l.refused)
		say_line(
			"%s: %llu more addresses are left out: the zone leads to loopback, private, special addresses, or our own",
			w->zone, (unsigned long long)l.refused);
	if (left_out)
		say_line(
			"%zu more servers are left out: at most %d can be asked by name; --list writes them for a configuration",
			left_out, NAMED_MAX);
	zone_lookup_free(&l);
	return m->plan.target_count ? 0 : 3;
}
