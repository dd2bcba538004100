// SPDX-License-Identifier: ISC
// Who asks: User-Agent and EHLO name the operator. Who names none asks nobody but ourselves and laboratory ranges.
#include "check/engine.h"

#include <errno.h>
#include <stdio.h>

int check_identity_set(struct check *c, const struct check_options *o)
{
	const char *version = o->version ? o->version : "0", *who = o->identity ? o->identity : "";
	const char *contact = o->contact ? o->contact : "", *between = *who && *contact ? "; " : "";
	bool named = *who || *contact;
	int n = snprintf(c->agent, sizeof(c->agent), "Lacuna/%s%s%s%s%s%s%s", version, named ? " (" : "", who, between,
			 *contact ? "+" : "", contact, named ? ")" : "");
	if (n < 0 || (size_t)n >= sizeof(c->agent) || !http1_value_valid(c->agent))
		return -EINVAL;
	if (strpbrk(who, "()") || strpbrk(contact, "()"))
		return -EINVAL;
	n = snprintf(c->ehlo, sizeof(c->ehlo), "%s", *who ? who : "localhost");
	c->anonymous = !*who;
	return n < 0 || (size_t)n >= sizeof(c->ehlo) || !smtp_name_valid(c->ehlo) ? -EINVAL : 0;
}

bool check_identity_admits(const struct check *c, const struct addr *to)
{
	// Loopback, RFC 1918, benchmarks (RFC 2544), documentation (RFC 5737, 3849), unique local (RFC 4193).
	static const struct prefix open[] = {
		{{127}, FAMILY_V4, 8},
		{{10}, FAMILY_V4, 8},
		{{172, 16}, FAMILY_V4, 12},
		{{192, 168}, FAMILY_V4, 16},
		{{198, 18}, FAMILY_V4, 15},
		{{192, 0, 2}, FAMILY_V4, 24},
		{{198, 51, 100}, FAMILY_V4, 24},
		{{203, 0, 113}, FAMILY_V4, 24},
		{{[15] = 1}, FAMILY_V6, 128},
		{{0xfc}, FAMILY_V6, 7},
		{{0x20, 0x01, 0x0d, 0xb8}, FAMILY_V6, 32},
	};
	for (size_t i = 0; c->anonymous && i < ARRAY_LEN(open); i++)
		if (prefix_has(&open[i], to))
			return true;
	return !c->anonymous;
}
