// SPDX-License-Identifier: ISC
// Driver of the DNS codec: every section and every kind of rdata; names must come back from their own text as they were.
#include "drive_dns.h"

#include "base/err.h"
#include "wire/dns.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__func__, __LINE__, #what))

static _Noreturn void fail(const char *function, int line, const char *what)
{
	fprintf(stderr, "%s, line %d: not so: %s\n", function, line, what);
	abort();
}

static bool inside(const struct cursor *part, const struct cursor *whole)
{
	return part->at == part->end || (whole->at <= part->at && part->at <= part->end && part->end <= whole->end);
}

static void drive_name(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX + 1];
	struct dns_name again;
	size_t labels = 0, at = 0;
	REQUIRE(name->length >= 1);
	for (; name->bytes[at]; at += name->bytes[at] + 1u, labels++)
		REQUIRE(name->bytes[at] <= DNS_LABEL_MAX && at + name->bytes[at] + 1u < name->length);
	REQUIRE(at + 1 == name->length && labels <= 127);
	size_t n = dns_name_text(name, text);
	REQUIRE(n <= DNS_NAME_TEXT_MAX && strlen(text) == n);
	REQUIRE(dns_name_parse(text, &again) == 0);
	REQUIRE(again.length == name->length && memcmp(again.bytes, name->bytes, name->length) == 0);
	REQUIRE(dns_name_equal(name, &again) && dns_name_under(name, &again));
}

static void drive_rdata(const struct dns_message *m, const struct dns_record *r)
{
	struct addr address;
	struct dns_name name;
	struct dns_mx mx;
	struct dns_soa soa;
	struct dns_opt opt;
	int understood = 0;
	understood += dns_rdata_address(r, &address) == 0;
	if (dns_rdata_name(m, r, &name) == 0) {
		understood++;
		drive_name(&name);
	}
	if (dns_rdata_mx(m, r, &mx) == 0) {
		understood++;
		drive_name(&mx.host);
	}
	if (dns_rdata_soa(m, r, &soa) == 0) {
		understood++;
		drive_name(&soa.primary);
		drive_name(&soa.mailbox);
	}
	if (dns_rdata_opt(r, &opt) == 0) {
		understood++;
		REQUIRE(!opt.has_nsid || inside(&opt.nsid, &r->rdata));
	}
	REQUIRE(understood <= 1); // a record is of one type
}

void drive_dns(struct cursor c)
{
	struct dns_message m;
	struct dns_record r;
	uint32_t seen = 0;
	int err = dns_message_parse(c, &m), got;
	REQUIRE(err == 0 || err == ERR_MALFORMED || err == ERR_UNSUPPORTED);
	if (err)
		return;
	REQUIRE(inside(&m.records, &c));
	if (m.has_question) {
		drive_name(&m.question.name);
		struct dns_query q = {.name = m.question.name, .id = m.id, .type = m.question.type};
		REQUIRE(dns_question_answered(&m, &q) == (m.question.class == DNS_CLASS_IN));
	}
	struct dns_walk w = dns_walk_begin(&m);
	while ((got = dns_walk_next(&w, &r)) == 1) {
		REQUIRE(inside(&r.rdata, &c) && r.section < DNS_SECTION_COUNT);
		drive_name(&r.owner);
		drive_rdata(&m, &r);
		seen++;
	}
	REQUIRE(got == 0 || got == ERR_MALFORMED || got == ERR_TOO_LARGE);
	REQUIRE(got || seen == (uint32_t)m.counts[0] + m.counts[1] + m.counts[2]);
	REQUIRE(w.work <= DNS_WORK_MAX + 1);
}
