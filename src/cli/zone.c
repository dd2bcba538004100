// SPDX-License-Identifier: ISC
// Looks a zone up at one resolver, the way an operator would write its targets down by hand.
#include "cli/zone.h"

#include "base/version.h"
#include "cli/say.h"
#include "daemon/zone_lookup.h"
#include "daemon/zone_target.h"

#define NAMED_MAX 16

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
		bool wanted = zone_target_wanted(&m->plan, &l.found[i], w->list);
		left_out += wanted && m->plan.target_count == NAMED_MAX && !w->list;
		if (!wanted || (m->plan.target_count == NAMED_MAX && !w->list))
			continue;
		zone_target_add(&m->plan, &l.found[i], w->zone);
		if (w->list)
			zone_target_text(&m->out, &l.found[i], w->zone);
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
