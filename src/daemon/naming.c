// SPDX-License-Identifier: ISC
// Names in order, their targets beside them. Files are read here, they are the operator's own; answers of the DNS are not.
#include "daemon/naming.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/text.h"
#include "daemon/name_files.h"
#include "daemon/own.h"
#include "schedule/gate.h"
#include "schedule/special.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_HOSTS  "/etc/hosts"
#define FILE_RESOLV "/etc/resolv.conf"

#define NAMING_OTHER_FAMILY GATE_ANSWERS // in place of why not: its module leaves that family out

struct naming_host {
	const char *text;    // borrowed from the plan
	uint8_t prefer;	     // enum plan_family: targets of one name that want another are another host
	size_t first, after; // its targets, in `order`
	struct addr now;     // family NONE: none yet
	bool in_file;	     // the file of hosts has it
	bool told;	     // the role knows it
	bool heard;	     // once at least, from either
	uint8_t failure;     // as it was said last
	uint8_t refused;     // enum gate_answer, as it was said last
	size_t listed;	     // addresses that the file gave in this look
	struct addr list[NAMES_ADDRESSES_MAX];
};

// ---- the list

static int naming_compare(const void *a, const void *b, void *context)
{
	const struct plan_target *targets = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int by_name = strcasecmp(targets[x].host, targets[y].host);
	int by_family = (int)targets[x].prefer - (int)targets[y].prefer;
	return by_name ? by_name : by_family ? by_family : x < y ? -1 : 1;
}

static void naming_list(struct naming *n)
{
	const struct plan *p = n->o.plan;
	n->order = alloc_zero(p->target_count + 1, sizeof(*n->order));
	for (size_t i = 0; i < p->target_count; i++)
		if (p->targets[i].host && p->targets[i].address.family == FAMILY_NONE)
			n->order[n->ordered++] = (uint32_t)i;
	qsort_r(n->order, n->ordered, sizeof(*n->order), naming_compare, p->targets);
	n->hosts = alloc_zero(n->ordered + 1, sizeof(*n->hosts));
	for (size_t i = 0; i < n->ordered; i++) {
		const char *text = p->targets[n->order[i]].host;
		uint8_t prefer = p->targets[n->order[i]].prefer;
		const struct naming_host *last = n->count ? &n->hosts[n->count - 1] : NULL;
		if (!last || strcasecmp(last->text, text) != 0 || last->prefer != prefer)
			n->hosts[n->count++] = (struct naming_host){.text = text, .prefer = prefer, .first = i};
		n->hosts[n->count - 1].after = i + 1;
	}
}

// The first host of that name.
static struct naming_host *naming_find(struct naming *n, const char *text)
{
	size_t low = 0, high = n->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcasecmp(n->hosts[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n->count && strcasecmp(n->hosts[low].text, text) == 0 ? &n->hosts[low] : NULL;
}

static int naming_gate(struct naming *n)
{
	const struct plan *p = n->o.plan;
	struct caps caps = p->lab ? caps_lab() : caps_default();
	int code = 0;
	n->gate = gate_create(&caps);
	for (size_t i = 0; i < p->allow.count && code == 0; i++)
		code = gate_allow(n->gate, &p->allow.at[i]);
	for (size_t i = 0; i < p->block.count && code == 0; i++)
		code = gate_block(n->gate, &p->block.at[i]);
	return code;
}

int naming_create(const struct naming_options *o, struct naming *ret)
{
	*ret = (struct naming){.o = *o};
	naming_list(ret);
	return ret->count ? naming_gate(ret) : 0;
}

void naming_free(struct naming *n)
{
	gate_free(n->gate);
	free(n->hosts);
	free(n->order);
	*n = (struct naming){0};
}

size_t naming_count(const struct naming *n)
{
	return n->count;
}

size_t naming_open(const struct naming *n)
{
	size_t open = 0;
	for (size_t i = 0; i < n->count; i++)
		open += !n->hosts[i].heard;
	return open;
}

// ---- what an answer means

static void naming_say(const struct naming *n, const struct naming_host *h, const char *format, ...) PRINTF_LIKE(3, 4);

static void naming_say(const struct naming *n, const struct naming_host *h, const char *format, ...)
{
	struct text line = {0};
	char words[256];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	text_untrusted(&line, h->text, strlen(h->text));
	text_put(&line, words);
	if (n->o.sink.says)
		n->o.sink.says(n->o.sink.context, text_string(&line));
	text_free(&line);
}

enum naming_way { NAMING_NO_WAY, NAMING_ROUTED, NAMING_OWN };

// How the system would go there: a connected UDP socket asks the routes, and sends nothing. What it would send from the address itself
// is ours, also where no interface lists it (a local route).
static enum naming_way naming_way_to(const struct addr *a)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(9)}, from4 = {0};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)}, from6 = {0};
	bool six = a->family == FAMILY_V6;
	memcpy(&v4.sin_addr, a->bytes, sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, a->bytes, sizeof(v6.sin6_addr));
	socklen_t size = six ? sizeof(v6) : sizeof(v4);
	struct sockaddr *to = six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	struct sockaddr *from = six ? (struct sockaddr *)&from6 : (struct sockaddr *)&from4;
	int s = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed = s >= 0 && connect(s, to, size) == 0 && getsockname(s, from, &size) == 0;
	if (s >= 0)
		close(s);
	bool own = routed && (six ? memcmp(&from6.sin6_addr, &v6.sin6_addr, sizeof(v6.sin6_addr)) == 0
				  : from4.sin_addr.s_addr == v4.sin_addr.s_addr);
	return own ? NAMING_OWN : routed ? NAMING_ROUTED : NAMING_NO_WAY;
}

// What an address of a family is worth, by what is preferred: 0 (not wanted) to 3.
static int naming_family_worth(uint8_t prefer, uint8_t family)
{
	bool six = family == FAMILY_V6;
	switch (prefer) {
	case PLAN_V4_FIRST:
		return six ? 2 : 3;
	case PLAN_V4_ONLY:
		return six ? 0 : 3;
	case PLAN_V6_ONLY:
		return six ? 3 : 0;
	default:
		return six ? 3 : 2;
	}
}

// What an address is worth; 0: it may not be asked, and *ret_why says why. The one that was stays, as long as it is among them; else the
// preferred family (IPv6 unless said otherwise) where there is a route, else the other, else any.
static int naming_worth(const struct naming *n, const struct naming_host *h, const struct addr *a,
			enum gate_answer *ret_why)
{
	enum gate_answer answer = gate_admits(n->gate, a, n->o.named ? GATE_NAMED_FOUND : GATE_WATCH_FOUND);
	enum naming_way way = answer == GATE_GO ? naming_way_to(a) : NAMING_NO_WAY;
	// In a laboratory all may be on one machine; loopback was judged already.
	bool own = way == NAMING_OWN && !n->o.plan->lab && !special_loopback(a);
	if (answer != GATE_GO || own) {
		*ret_why = own ? GATE_SPECIAL : answer;
		return 0;
	}
	int worth = naming_family_worth(h->prefer, a->family);
	if (!worth) {
		*ret_why = NAMING_OTHER_FAMILY;
		return 0;
	}
	if (addr_equal(a, &h->now))
		return 4;
	return way == NAMING_NO_WAY ? 1 : worth;
}

// GATE_GO and the one that is asked, or why none of them may be.
static enum gate_answer naming_pick(const struct naming *n, const struct naming_host *h, const struct addr *list,
				    size_t count, struct addr *ret)
{
	enum gate_answer why = GATE_UNLISTED;
	int best = 0;
	for (size_t i = 0; i < count; i++) {
		int worth = naming_worth(n, h, &list[i], &why);
		if (worth > best) {
			best = worth;
			*ret = list[i];
		}
	}
	return best ? GATE_GO : why;
}

static void naming_move(struct naming *n, struct naming_host *h, const struct addr *to)
{
	struct text was = {0}, now = {0};
	if (addr_equal(&h->now, to))
		return;
	text_addr(&now, to);
	if (h->now.family != FAMILY_NONE) {
		text_addr(&was, &h->now);
		naming_say(n, h, " moved from %s to %s", text_string(&was), text_string(&now));
	}
	h->now = *to;
	for (size_t i = h->first; i < h->after; i++)
		n->o.sink.moved(n->o.sink.context, n->order[i], to);
	text_free(&was);
	text_free(&now);
}

static const char *naming_refusal(enum gate_answer why)
{
	if (why == NAMING_OTHER_FAMILY)
		return "which is of the family of addresses that its module leaves out";
	if (why == GATE_SPECIAL)
		return "which is loopback, private, our own or special (write the address itself where it is meant)";
	return gate_answer_name(why);
}

// A name leads somewhere. Where that may not be asked, what was known before stays.
static void naming_leads(struct naming *n, struct naming_host *h, const struct addr *list, size_t count)
{
	struct addr to;
	enum gate_answer why = naming_pick(n, h, list, count, &to);
	h->heard = true;
	if (why == GATE_GO) {
		if (h->failure || h->refused)
			naming_say(n, h, " leads somewhere again");
		h->failure = h->refused = 0;
		naming_move(n, h, &to);
		return;
	}
	if (h->refused == (uint8_t)why)
		return;
	struct text first = {0};
	text_addr(&first, &list[0]);
	h->refused = (uint8_t)why;
	naming_say(n, h, " leads to %s, %s: not asked there", text_string(&first), naming_refusal(why));
	text_free(&first);
}

void naming_take(struct naming *n, const struct names_answer *a)
{
	bool sound = a->attempt.index < n->count && a->count <= NAMES_ADDRESSES_MAX && attempt_sound(&a->attempt) &&
		     (a->count || a->attempt.failure != FAILURE_NONE);
	struct naming_host *h = sound ? &n->hosts[a->attempt.index] : NULL;
	if (!h || h->in_file)
		return;
	if (n->o.sink.looked)
		n->o.sink.looked(n->o.sink.context, &a->attempt, h->text);
	if (a->attempt.failure == FAILURE_NONE) {
		naming_leads(n, h, a->addresses, a->count);
		return;
	}
	h->heard = true;
	if (h->failure != a->attempt.failure && a->attempt.failure == FAILURE_LOCAL)
		naming_say(n, h, ": its name cannot be looked up from here: %s; it is tried again every %d s",
			   a->attempt.local_error == EACCES ? "the resolver is one that may not be asked"
							    : strerror(a->attempt.local_error),
			   NAMES_LEAST_S);
	else if (h->failure != a->attempt.failure)
		naming_say(n, h, ": its name leads nowhere: %s; it is looked up again every %d s",
			   probe_failure_name(a->attempt.failure), NAMES_LEAST_S);
	h->failure = a->attempt.failure;
}

// ---- the files

static void naming_host_take(void *context, const struct addr *a, const char *name)
{
	struct naming *n = context;
	for (struct naming_host *h = naming_find(n, name);
	     h && h < n->hosts + n->count && strcasecmp(h->text, name) == 0; h++)
		if (h->listed < NAMES_ADDRESSES_MAX)
			h->list[h->listed++] = *a;
}

static void naming_hosts_read(struct naming *n, const char *path)
{
	const struct name_files_sink to = {naming_host_take, n};
	for (size_t i = 0; i < n->count; i++)
		n->hosts[i].listed = 0;
	name_files_hosts(path, &to);
	for (size_t i = 0; i < n->count; i++) {
		struct naming_host *h = &n->hosts[i];
		h->in_file = h->listed > 0;
		if (h->in_file)
			naming_leads(n, h, h->list, h->listed);
	}
}

bool naming_look(struct naming *n)
{
	const char *hosts = n->o.hosts ? n->o.hosts : FILE_HOSTS, *resolv = n->o.resolv ? n->o.resolv : FILE_RESOLV;
	bool fresh = name_files_changed(resolv, &n->resolv_seen);
	if (fresh)
		n->resolver_count = name_files_resolvers(resolv, n->resolvers);
	if (name_files_changed(hosts, &n->hosts_seen)) {
		struct prefix *own = alloc_zero(OWN_MAX, sizeof(*own));
		// Should it fail, the senders' gates still know.
		(void)!gate_own(n->gate, own, own_addresses(own));
		free(own);
		naming_hosts_read(n, hosts);
	}
	for (size_t i = 0; i < n->count && !fresh; i++)
		fresh = !n->hosts[i].in_file && !n->hosts[i].told;
	return fresh;
}

int naming_tell(struct naming *n, bool anew, struct message_sink out)
{
	struct message_writer *w = alloc_zero(1, sizeof(*w));
	int code = out.put(out.context, MESSAGE_RESOLVERS, n->resolvers, n->resolver_count * sizeof(*n->resolvers));
	w->out = out;
	for (size_t i = 0; i < n->count && code == 0; i++) {
		struct naming_host *h = &n->hosts[i];
		if (h->in_file || (h->told && !anew))
			continue;
		code = message_name_add(w, (uint32_t)i, h->text);
		h->told = code == 0;
	}
	if (code == 0)
		code = message_flush(w);
	free(w);
	return code;
}
