// SPDX-License-Identifier: ISC
// A list of questions that grows by what the answers name, asked one after the other as the gate lets them through.
#include "check/discover.h"

#include "base/alloc.h"
#include "base/err.h"
#include "check/dns.h"
#include "os/clock.h"

#include <stdlib.h>

// DOC: why it ends
// A host is looked up once, whoever names it, and at most DISCOVER_NAMES_MAX are. A question is asked once of one server. An
// alias or a referral that is followed makes a question one step deeper, at most DISCOVER_DEPTH; a referral must also lead to a
// zone below the one that was referred to before. All questions together are bounded by DISCOVER_QUESTIONS_MAX.

#define GLUE_MAX     2	// addresses of one referral that are asked: the first may be the one that is down
#define REFERRED_MAX 13 // name servers of a referral whose glue is looked for: the most that fit an answer over UDP

struct discover_host {
	struct dns_name name;
	uint8_t role;
	uint16_t preference;
};

struct discover_question {
	struct dns_name name, zone; // zone: the last referral led to it; length 0: none did
	struct addr server;
	uint16_t type;
	uint16_t host; // of A and AAAA
	uint8_t depth;
	bool recurse;
};

struct discover {
	const struct gate *gate;
	struct check_dns *dns;
	struct addr resolver;
	uint16_t port;
	uint8_t kind;
	uint32_t timeout_ms;
	struct attempt_sink out;
	struct discover_host *hosts;
	size_t host_count;
	struct discover_question *questions;
	size_t question_count, begun;
	struct discover_found *found;
	size_t found_count, found_capacity;
	struct discover_counts counts;
	int64_t wake_ns; // the gate lets the next one through
};

struct referral { // of one answer
	struct dns_name zone;
	struct dns_name servers[REFERRED_MAX];
	size_t count;
};

// The lists

static void discover_question_put(struct discover *d, const struct discover_question *q)
{
	for (size_t i = 0; i < d->question_count; i++) {
		const struct discover_question *held = &d->questions[i];
		if (held->type == q->type && addr_equal(&held->server, &q->server) &&
		    dns_name_equal(&held->name, &q->name) && (q->type == DNS_NS || held->host == q->host))
			return;
	}
	if (q->depth > DISCOVER_DEPTH || d->question_count == DISCOVER_QUESTIONS_MAX) {
		d->counts.left_out++;
		return;
	}
	d->questions[d->question_count++] = *q;
}

static void discover_question_ask(struct discover *d, const struct dns_name *name, uint16_t type, size_t host)
{
	struct discover_question q = {
		.name = *name, .server = d->resolver, .type = type, .host = (uint16_t)host, .recurse = true};
	discover_question_put(d, &q);
}

// Its place; -1: over the limit.
static int discover_host_put(struct discover *d, const struct dns_name *name, uint8_t role, uint16_t preference)
{
	for (size_t i = 0; i < d->host_count; i++)
		if (d->hosts[i].role == role && dns_name_equal(&d->hosts[i].name, name))
			return (int)i;
	if (d->host_count == DISCOVER_NAMES_MAX) {
		d->counts.left_out++;
		return -1;
	}
	d->hosts[d->host_count] = (struct discover_host){*name, role, preference};
	discover_question_ask(d, name, DNS_A, d->host_count);
	discover_question_ask(d, name, DNS_AAAA, d->host_count);
	return (int)d->host_count++;
}

static void discover_found_put(struct discover *d, size_t host, const struct addr *address)
{
	const struct discover_host *h = &d->hosts[host];
	struct discover_found f = {.role = h->role, .preference = h->preference, .address = *address};
	dns_name_text(&h->name, f.host);
	for (size_t i = 0; i < d->found_count; i++)
		if (d->found[i].role == f.role && addr_equal(&d->found[i].address, address) &&
		    strcmp(d->found[i].host, f.host) == 0)
			return;
	if (d->found_count == DISCOVER_FOUND_MAX) {
		d->counts.left_out++;
		return;
	}
	alloc_grow((void **)&d->found, d->found_count, &d->found_capacity, sizeof(*d->found));
	d->found[d->found_count++] = f;
}

// Answers

// NS and MX of the zone: hosts. The parent's view of the name servers, in the authority section of a referral, counts too: the
// child's servers may be the ones that are down.
static void discover_hosts_take(struct discover *d, const struct discover_question *q, const struct dns_message *m)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	struct dns_name name;
	struct dns_mx mx;
	while (dns_walk_next(&w, &r) == 1) {
		if (r.section == DNS_ADDITIONAL || r.class != DNS_CLASS_IN || !dns_name_equal(&r.owner, &q->name))
			continue;
		if (r.type == DNS_NS && q->type == DNS_NS && dns_rdata_name(m, &r, &name) == 0)
			discover_host_put(d, &name, DISCOVER_NS, 0);
		if (r.type == DNS_MX && q->type == DNS_MX && dns_rdata_mx(m, &r, &mx) == 0 && mx.host.length > 1)
			discover_host_put(d, &mx.host, DISCOVER_MX,
					  mx.preference); // "." says that it takes no mail: RFC 7505
	}
}

// Glue of name servers that are looked for.
static void discover_glue_take(struct discover *d, const struct dns_message *m)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	struct addr address;
	while (dns_walk_next(&w, &r) == 1) {
		if (r.section != DNS_ADDITIONAL || dns_rdata_address(&r, &address) < 0)
			continue;
		for (size_t i = 0; i < d->host_count; i++)
			if (d->hosts[i].role == DISCOVER_NS && dns_name_equal(&d->hosts[i].name, &r.owner))
				discover_found_put(d, i, &address);
	}
}

// A and AAAA; an alias whose end is not in the answer is asked for. False: nothing of this was there.
static bool discover_addresses_take(struct discover *d, const struct discover_question *q, const struct dns_message *m)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	struct addr address;
	struct dns_name want = q->name;
	bool some = false, alias = false;
	while (dns_walk_next(&w, &r) == 1) {
		if (r.section != DNS_ANSWER || !dns_name_equal(&r.owner, &want))
			continue;
		if (r.type == q->type && dns_rdata_address(&r, &address) == 0) {
			discover_found_put(d, q->host, &address);
			some = true;
		}
		if (r.type == DNS_CNAME && !some && dns_rdata_name(m, &r, &want) == 0)
			alias = true;
	}
	if (alias && !some) {
		struct discover_question next = *q;
		next.name = want;
		next.zone.length = 0;
		next.server = d->resolver;
		next.recurse = true;
		next.depth++;
		discover_question_put(d, &next);
	}
	return some || alias;
}

// A referral to a zone that holds the name and lies below the last one.
static bool discover_referral_of(const struct dns_message *m, const struct discover_question *q, struct referral *ret)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	ret->count = 0;
	while (dns_walk_next(&w, &r) == 1) {
		if (r.section == DNS_ANSWER)
			return false;
		if (r.section != DNS_AUTHORITY || r.type != DNS_NS || ret->count == REFERRED_MAX)
			continue;
		if (!dns_name_under(&q->name, &r.owner) || r.owner.length <= q->zone.length || r.owner.length <= 1)
			return false; // sideways or up
		if (dns_rdata_name(m, &r, &ret->servers[ret->count]) == 0)
			ret->zone = ret->count++ ? ret->zone : r.owner;
	}
	return ret->count && !m->aa;
}

static bool discover_referral_names(const struct referral *r, const struct dns_name *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (dns_name_equal(&r->servers[i], name))
			return true;
	return false;
}

// Asks the same question where the referral leads to. False: it was none, or without glue.
static bool discover_referral_follow(struct discover *d, const struct discover_question *asked,
				     const struct dns_message *m)
{
	struct discover_question next = *asked;
	struct referral to;
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	size_t followed = 0;
	if (!discover_referral_of(m, asked, &to))
		return false;
	next.zone = to.zone;
	next.recurse = false;
	next.depth++;
	while (followed < GLUE_MAX && dns_walk_next(&w, &r) == 1) {
		if (r.section != DNS_ADDITIONAL || dns_rdata_address(&r, &next.server) < 0 ||
		    !discover_referral_names(&to, &r.owner))
			continue;
		discover_question_put(d, &next);
		followed++;
	}
	return followed;
}

static void discover_answer_take(void *context, struct attempt *a, const struct dns_query *asked,
				 const struct dns_message *m)
{
	struct discover *d = context;
	(void)asked;
	bool cut = a->dns_flags & ATTEMPT_DNS_TC && !(a->dns_flags & ATTEMPT_DNS_TCP);
	if (cut || a->failure == FAILURE_LATE_OR_DUP || a->index >= d->question_count)
		return; // asked again over TCP
	struct discover_question q = d->questions[a->index];
	if (!m || m->rcode != DNS_NOERROR) {
		d->counts.failed += a->failure != FAILURE_DNS_NXDOMAIN;
		return;
	}
	bool of_zone = q.type == DNS_NS || q.type == DNS_MX;
	if (of_zone)
		discover_hosts_take(d, &q, m);
	discover_glue_take(d, m);
	bool known = !of_zone && discover_addresses_take(d, &q, m);
	bool followed = !known && discover_referral_follow(d, &q, m);
	d->counts.failed += !known && !followed && a->failure != FAILURE_NONE && a->failure != FAILURE_DNS_NO_ANSWER;
}

static void discover_attempts_take(void *context, const struct attempt *batch, size_t n)
{
	struct discover *d = context;
	if (d->out.take)
		d->out.take(d->out.context, batch, n);
}

// The machine

static int discover_names_take(struct discover *d, const struct discover_options *o)
{
	struct dns_name name;
	int err = o->zone ? dns_name_parse(o->zone, &name) : 0;
	if (!err && o->zone) {
		discover_question_ask(d, &name, DNS_NS, 0);
		if (o->mail)
			discover_question_ask(d, &name, DNS_MX, 0);
	}
	for (size_t i = 0; i < o->name_count && !err; i++) {
		err = dns_name_parse(o->names[i], &name);
		if (!err)
			discover_host_put(d, &name, DISCOVER_NAME, 0);
	}
	return err;
}

int discover_open(const struct discover_options *o, struct discover **ret)
{
	struct discover *d = alloc_zero(1, sizeof(*d));
	struct check_options dns = {.gate = o->gate, .out = {discover_attempts_take, d}};
	d->gate = o->gate;
	d->resolver = o->resolver;
	d->port = o->port;
	d->kind = o->kind;
	d->timeout_ms = o->timeout_ms;
	d->out = o->out;
	d->hosts = alloc_zero(DISCOVER_NAMES_MAX, sizeof(*d->hosts));
	d->questions = alloc_zero(DISCOVER_QUESTIONS_MAX, sizeof(*d->questions));
	int err = o->resolver.family == FAMILY_NONE || (!o->zone && !o->name_count) ? ERR_USAGE
										    : discover_names_take(d, o);
	if (!err)
		err = check_dns_open(&dns, &d->dns);
	if (err) {
		discover_close(d);
		return err;
	}
	check_dns_listen(d->dns, (struct check_dns_listener){discover_answer_take, d});
	*ret = d;
	return 0;
}

void discover_close(struct discover *d)
{
	if (!d)
		return;
	check_dns_close(d->dns);
	free(d->hosts);
	free(d->questions);
	free(d->found);
	free(d);
}

// The resolver is the operator's choice, beside them or far away; whoever answers for a zone says where its servers are.
static uint8_t discover_kind(const struct discover *d, const struct addr *server)
{
	if (!addr_equal(server, &d->resolver))
		return gate_kind_found(d->kind);
	return gate_admits(d->gate, server, d->kind) == GATE_SPECIAL ? (uint8_t)GATE_RESOLVER : d->kind;
}

// Begins what the gate lets through.
static int discover_begin(struct discover *d)
{
	int64_t wait = 0;
	int begun = 1;
	while (d->begun < d->question_count) {
		const struct discover_question *q = &d->questions[d->begun];
		char name[DNS_NAME_TEXT_MAX + 1];
		dns_name_text(&q->name, name);
		struct check_spec s = {.op = PROBE_DNS,
				       .kind = discover_kind(d, &q->server),
				       .flags = q->recurse ? CHECK_DNS_RECURSE : 0,
				       .address = q->server,
				       .port = d->port,
				       .index = (uint32_t)d->begun,
				       .qtype = q->type,
				       .timeout_ms = d->timeout_ms,
				       .name = name};
		begun = check_dns_start(d->dns, &s, &wait);
		if (begun <= 0)
			break;
		d->begun++;
		d->counts.questions++;
	}
	d->wake_ns = begun == 0 ? clock_boot_ns() + wait : 0;
	return begun < 0 ? begun : 0;
}

int discover_poll(struct discover *d, int64_t wait_ns)
{
	int err = discover_begin(d);
	if (err < 0)
		return err;
	int64_t until_wake = d->wake_ns ? d->wake_ns - clock_boot_ns() : wait_ns;
	err = check_dns_poll(d->dns, until_wake < wait_ns ? until_wake : wait_ns);
	if (err < 0)
		return err;
	return d->begun == d->question_count && !check_dns_pending(d->dns);
}

int discover_descriptor(const struct discover *d)
{
	return check_dns_descriptor(d->dns);
}

size_t discover_result(const struct discover *d, const struct discover_found **ret)
{
	*ret = d->found;
	return d->found_count;
}

void discover_counts(const struct discover *d, struct discover_counts *ret)
{
	struct check_counts dns;
	check_dns_counts(d->dns, &dns);
	*ret = d->counts;
	ret->failed += (uint32_t)dns.refused;
}
