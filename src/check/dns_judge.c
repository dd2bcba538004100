// SPDX-License-Identifier: ISC
// From message to outcome: authority, rcode, and whether what was asked for is there. The answer section is really walked, along
// CNAMEs that lead from the asked name.
#include "check/dns_judge.h"

#include "base/err.h"

// DOC: what counts as what
// An authority that is asked without recursion must say AA. NOERROR or NXDOMAIN without it is lame: the server does not have
// the zone. So is NOERROR without an answer that only names other name servers (a referral, most often to the root), whatever
// its AA bit. A CNAME at the asked name is an answer of an authority, for the rest may lie in another zone; a resolver has to
// follow it to the end. An answer cut for UDP (TC) need not hold anything: the server is alive, the rest is asked over TCP.

struct found {		      // what a walk found
	struct dns_name want; // asked name, or what its CNAMEs lead to
	bool answered, alias, soa, referral, opt;
	uint32_t serial;
	struct dns_opt edns;
};

static int dns_judge_answer_take(const struct dns_message *m, const struct dns_record *r, struct found *f)
{
	struct dns_soa soa;
	if (r->class != DNS_CLASS_IN || !dns_name_equal(&r->owner, &f->want))
		return 0;
	// RFC 1035 3.2.3: '*' asks for all records, so any of the name is an answer.
	if (r->type == m->question.type || m->question.type == DNS_ANY) {
		f->answered = true;
		if (r->type != DNS_SOA)
			return 0;
		if (dns_rdata_soa(m, r, &soa) < 0)
			return ERR_MALFORMED;
		f->soa = true;
		f->serial = soa.serial;
		return 0;
	}
	if (r->type != DNS_CNAME)
		return 0;
	f->alias = true;
	return dns_rdata_name(m, r, &f->want);
}

static int dns_judge_authority_take(const struct dns_message *m, const struct dns_record *r, struct found *f)
{
	struct dns_soa soa;
	f->referral |= r->type == DNS_NS;
	if (r->type != DNS_SOA || f->soa || f->answered || !dns_name_under(&f->want, &r->owner))
		return 0;
	if (dns_rdata_soa(m, r, &soa) < 0)
		return ERR_MALFORMED;
	f->soa = true;
	f->serial = soa.serial;
	return 0;
}

static int dns_judge_additional_take(const struct dns_record *r, struct found *f)
{
	if (r->type != DNS_OPT)
		return 0;
	if (f->opt) // RFC 6891 6.1.1: one at most
		return ERR_MALFORMED;
	f->opt = true;
	return dns_rdata_opt(r, &f->edns);
}

static int dns_judge_find(const struct dns_message *m, struct found *f)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	int got;
	f->want = m->question.name;
	while ((got = dns_walk_next(&w, &r)) == 1) {
		int err = r.section == DNS_ANSWER      ? dns_judge_answer_take(m, &r, f)
			  : r.section == DNS_AUTHORITY ? dns_judge_authority_take(m, &r, f)
						       : dns_judge_additional_take(&r, f);
		if (err)
			return err;
	}
	return got;
}

static uint8_t dns_judge_without_error(const struct dns_message *m, bool recurse, const struct found *f)
{
	if (m->tc) // some challenge by it, without authority
		return FAILURE_NONE;
	if (recurse)
		return f->answered ? FAILURE_NONE : FAILURE_DNS_NO_ANSWER;
	if (!m->aa)
		return FAILURE_DNS_LAME;
	if (f->answered || f->alias)
		return FAILURE_NONE;
	return f->referral && !f->soa ? FAILURE_DNS_LAME : FAILURE_DNS_NO_ANSWER;
}

static uint8_t dns_judge_failure_of(const struct dns_message *m, bool recurse, const struct found *f, int rcode)
{
	switch (rcode) {
	case DNS_NOERROR:
		return dns_judge_without_error(m, recurse, f);
	case DNS_NXDOMAIN:
		return m->aa || recurse ? FAILURE_DNS_NXDOMAIN : FAILURE_DNS_LAME;
	case DNS_SERVFAIL:
		return FAILURE_DNS_SERVFAIL;
	case DNS_REFUSED:
		return FAILURE_DNS_REFUSED;
	default:
		return FAILURE_DNS_MISBEHAVING;
	}
}

// As sent where it is printable, else hexadecimal; what is too long is cut.
static void dns_judge_nsid_text(struct cursor c, char ret[ATTEMPT_NSID_MAX + 1])
{
	static const char digits[] = "0123456789abcdef";
	struct cursor look = c;
	bool printable = true;
	uint8_t byte;
	size_t used = 0;
	while (cursor_u8(&look, &byte))
		printable &= byte >= ' ' && byte < 0x7f;
	while (used + !printable < ATTEMPT_NSID_MAX && cursor_u8(&c, &byte)) {
		if (!printable)
			ret[used++] = digits[byte >> 4];
		ret[used++] = printable ? (char)byte : digits[byte & 15];
	}
	ret[used] = 0;
}

void dns_judge(const struct dns_message *m, const struct dns_query *asked, uint32_t rcodes, struct attempt *a)
{
	struct found f = {0};
	int err = dns_judge_find(m, &f);
	int rcode = m->rcode | (f.opt ? f.edns.rcode_high << 4 : 0);
	a->rcode = (int16_t)rcode;
	a->dns_flags |=
		(uint8_t)((m->aa ? ATTEMPT_DNS_AA : 0) | (m->tc ? ATTEMPT_DNS_TC : 0) | (f.soa ? ATTEMPT_DNS_SOA : 0));
	a->serial = f.soa ? f.serial : 0;
	if (f.opt && f.edns.has_nsid)
		dns_judge_nsid_text(f.edns.nsid, a->nsid);
	if (m->opcode || !m->response || (err < 0 && !m->tc))
		a->failure = FAILURE_DNS_MISBEHAVING;
	else if (!m->has_question && rcode == DNS_NOERROR)
		a->failure = FAILURE_DNS_MISBEHAVING;
	else if (rcodes && rcode < 32 && rcodes >> rcode & 1)
		a->failure = FAILURE_NONE;
	else if (rcodes && rcode == DNS_NOERROR)
		a->failure = FAILURE_UNEXPECTED;
	else
		a->failure = dns_judge_failure_of(m, asked->recurse || rcodes, &f, rcode);
}

int dns_judge_soa(const struct dns_message *m, struct dns_soa *ret)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	while (dns_walk_next(&w, &r) == 1)
		if (r.section != DNS_ADDITIONAL && r.type == DNS_SOA && dns_name_under(&m->question.name, &r.owner) &&
		    dns_rdata_soa(m, &r, ret) == 0)
			return 0;
	return ERR_NOT_FOUND;
}
