// SPDX-License-Identifier: ISC
// Messages of the DNS: writes the question (RFC 1035 4.1, EDNS0 of RFC 6891 with the NSID option of RFC 5001), reads header,
// question, the records of all sections one after the other, and what is in those that matter here.
#include "wire/dns.h"

#include "base/err.h"

#define FLAG_QR	    0x8000u
#define FLAG_AA	    0x0400u
#define FLAG_TC	    0x0200u
#define FLAG_RD	    0x0100u
#define FLAG_RA	    0x0080u
#define OPT_FLAG_DO 0x8000u

static uint8_t *dns_put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

size_t dns_query_write(const struct dns_query *q, uint8_t ret[DNS_QUERY_MAX])
{
	uint8_t *at = dns_put_u16(ret, q->id);
	at = dns_put_u16(at, q->recurse ? FLAG_RD : 0);
	at = dns_put_u16(at, 1); // questions
	at = dns_put_u16(at, 0);
	at = dns_put_u16(at, 0);
	at = dns_put_u16(at, !q->plain);
	memcpy(at, q->name.bytes, q->name.length);
	at = dns_put_u16(at + q->name.length, q->type);
	at = dns_put_u16(at, DNS_CLASS_IN);
	if (q->plain)
		return (size_t)(at - ret);
	*at++ = 0; // OPT: owned by the root
	at = dns_put_u16(at, DNS_OPT);
	at = dns_put_u16(at, DNS_UDP_SIZE);
	at = dns_put_u16(at, 0); // extended rcode, version 0
	at = dns_put_u16(at, 0); // no flags
	at = dns_put_u16(at, 4);
	at = dns_put_u16(at, DNS_OPTION_NSID);
	at = dns_put_u16(at, 0);
	return (size_t)(at - ret);
}

static int dns_question_read(struct cursor whole, struct cursor *c, struct dns_question *ret)
{
	uint32_t work = 0;
	int err = dns_name_read(whole, c, &work, &ret->name);
	if (!err && (!cursor_u16(c, &ret->type) || !cursor_u16(c, &ret->class)))
		err = ERR_MALFORMED;
	return err;
}

int dns_message_parse(struct cursor whole, struct dns_message *ret)
{
	struct dns_message m;
	struct cursor c = whole;
	uint16_t flags, questions;
	if (!cursor_u16(&c, &m.id) || !cursor_u16(&c, &flags) || !cursor_u16(&c, &questions))
		return ERR_MALFORMED;
	for (size_t i = 0; i < DNS_SECTION_COUNT; i++)
		if (!cursor_u16(&c, &m.counts[i]))
			return ERR_MALFORMED;
	if (questions > 1)
		return ERR_UNSUPPORTED;
	m.whole = whole;
	m.response = flags & FLAG_QR;
	m.aa = flags & FLAG_AA;
	m.tc = flags & FLAG_TC;
	m.rd = flags & FLAG_RD;
	m.ra = flags & FLAG_RA;
	m.opcode = flags >> 11 & 15;
	m.rcode = flags & 15;
	m.has_question = questions;
	m.question = (struct dns_question){0};
	if (questions && dns_question_read(whole, &c, &m.question) < 0)
		return ERR_MALFORMED;
	m.records = c;
	*ret = m;
	return 0;
}

bool dns_question_answered(const struct dns_message *m, const struct dns_query *asked)
{
	return m->id == asked->id && m->has_question && m->question.type == asked->type &&
	       m->question.class == DNS_CLASS_IN && dns_name_equal(&m->question.name, &asked->name);
}

struct dns_walk dns_walk_begin(const struct dns_message *m)
{
	return (struct dns_walk){.message = m, .at = m->records, .left = m->counts[DNS_ANSWER]};
}

int dns_walk_next(struct dns_walk *w, struct dns_record *ret)
{
	struct cursor c = w->at;
	uint16_t length;
	while (!w->left) {
		if (w->section + 1 >= DNS_SECTION_COUNT)
			return 0;
		w->left = w->message->counts[++w->section];
	}
	int err = dns_name_read(w->message->whole, &c, &w->work, &ret->owner);
	if (err)
		return err;
	if (!cursor_u16(&c, &ret->type) || !cursor_u16(&c, &ret->class) || !cursor_u32(&c, &ret->ttl) ||
	    !cursor_u16(&c, &length) || !cursor_sub(&c, length, &ret->rdata))
		return ERR_MALFORMED;
	ret->section = (enum dns_section)w->section;
	w->at = c;
	w->left--;
	return 1;
}

int dns_rdata_address(const struct dns_record *r, struct addr *ret)
{
	struct cursor c = r->rdata;
	uint8_t bytes[16];
	uint32_t number;
	if (r->class != DNS_CLASS_IN)
		return ERR_MALFORMED;
	if (r->type == DNS_A && cursor_left(&c) == 4 && cursor_u32(&c, &number)) {
		*ret = addr_v4(number);
		return 0;
	}
	if (r->type == DNS_AAAA && cursor_left(&c) == 16 && cursor_bytes(&c, bytes, 16)) {
		*ret = addr_v6(bytes);
		return 0;
	}
	return ERR_MALFORMED;
}

// A name that is all there is left.
static int dns_last_name(const struct dns_message *m, struct cursor *c, struct dns_name *ret)
{
	struct dns_name name;
	uint32_t work = 0;
	int err = dns_name_read(m->whole, c, &work, &name);
	if (err || cursor_left(c))
		return ERR_MALFORMED;
	*ret = name;
	return 0;
}

int dns_rdata_name(const struct dns_message *m, const struct dns_record *r, struct dns_name *ret)
{
	struct cursor c = r->rdata;
	return r->type == DNS_NS || r->type == DNS_CNAME ? dns_last_name(m, &c, ret) : ERR_MALFORMED;
}

int dns_rdata_mx(const struct dns_message *m, const struct dns_record *r, struct dns_mx *ret)
{
	struct cursor c = r->rdata;
	uint16_t preference;
	if (r->type != DNS_MX || !cursor_u16(&c, &preference) || dns_last_name(m, &c, &ret->host) < 0)
		return ERR_MALFORMED;
	ret->preference = preference;
	return 0;
}

int dns_rdata_soa(const struct dns_message *m, const struct dns_record *r, struct dns_soa *ret)
{
	struct dns_soa s;
	struct cursor c = r->rdata;
	uint32_t work = 0;
	if (r->type != DNS_SOA || dns_name_read(m->whole, &c, &work, &s.primary) < 0 ||
	    dns_name_read(m->whole, &c, &work, &s.mailbox) < 0)
		return ERR_MALFORMED;
	if (!cursor_u32(&c, &s.serial) || !cursor_u32(&c, &s.refresh) || !cursor_u32(&c, &s.retry) ||
	    !cursor_u32(&c, &s.expire) || !cursor_u32(&c, &s.minimum) || cursor_left(&c))
		return ERR_MALFORMED;
	*ret = s;
	return 0;
}

int dns_rdata_opt(const struct dns_record *r, struct dns_opt *ret)
{
	struct dns_opt o = {
		.udp_size = r->class, .rcode_high = (uint8_t)(r->ttl >> 24), .version = (uint8_t)(r->ttl >> 16)};
	struct cursor c = r->rdata, value;
	uint16_t code, length;
	if (r->type != DNS_OPT || r->owner.length != 1)
		return ERR_MALFORMED;
	o.dnssec_ok = r->ttl & OPT_FLAG_DO;
	while (cursor_left(&c)) {
		if (!cursor_u16(&c, &code) || !cursor_u16(&c, &length) || !cursor_sub(&c, length, &value))
			return ERR_MALFORMED;
		if (code == DNS_OPTION_NSID && !o.has_nsid) {
			o.has_nsid = true;
			o.nsid = value;
		}
	}
	*ret = o;
	return 0;
}
