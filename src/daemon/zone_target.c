// SPDX-License-Identifier: ISC
// What was found of a zone, as targets.
#include "daemon/zone_target.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"

#include <stdio.h>
#include <string.h>

int zone_system_resolver(struct addr *ret)
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

bool zone_is_plain(const char *name)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	return name[strspn(name, fine)] == '\0';
}

// How what was found is asked, as a configuration says it.
static const struct {
	uint8_t op, kind;
	const char *word;
} zone_target_asked[] = {
	[DISCOVER_NS] = {PROBE_DNS, TARGET_SERVICE, "dns"},
	[DISCOVER_MX] = {PROBE_SMTP, TARGET_SERVICE, "smtp"},
	[DISCOVER_NAME] = {PROBE_ICMP_ECHO, TARGET_HOST, "host"}, // an address says nothing of what is served there
};

bool zone_target_wanted(const struct plan *p, const struct discover_found *f, bool list)
{
	if (f->role >= ARRAY_LEN(zone_target_asked) || (f->role == DISCOVER_NAME && !list))
		return false;
	for (size_t i = 0; i < p->target_count; i++)
		if (p->targets[i].op == zone_target_asked[f->role].op &&
		    addr_equal(&p->targets[i].address, &f->address))
			return false;
	return true;
}

// Name servers are asked for the zone, others by their own name.
static const char *zone_target_name(const struct discover_found *f, const char *zone)
{
	const char *name = f->role == DISCOVER_NS ? zone : f->host;
	return f->role != DISCOVER_NAME && zone_is_plain(name) ? name : NULL;
}

void zone_target_add(struct plan *p, const struct discover_found *f, const char *zone)
{
	must(f->role < ARRAY_LEN(zone_target_asked));
	struct plan_target *t = plan_target_add(p);
	if (!t)
		return;
	const char *name = zone_target_name(f, zone);
	t->address = f->address;
	t->op = zone_target_asked[f->role].op;
	t->kind = zone_target_asked[f->role].kind;
	t->name = name ? alloc_copy(name) : NULL;
	t->host = alloc_copy(zone_is_plain(f->host) ? f->host : zone); // a name led there, nobody typed it
}

void zone_target_text(struct text *t, const struct discover_found *f, const char *zone)
{
	must(f->role < ARRAY_LEN(zone_target_asked));
	const char *name = zone_target_name(f, zone);
	text_put(t, "  - {address: \"");
	text_addr(t, &f->address);
	text_printf(t, "\", kind: %s", zone_target_asked[f->role].word);
	if (name)
		text_printf(t, ", name: \"%s\"", name);
	text_put(t, "} # ");
	text_untrusted(t, f->host, strlen(f->host));
	text_char(t, '\n');
}
