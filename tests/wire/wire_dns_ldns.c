// SPDX-License-Identifier: ISC
// DNS against another implementation, ldns: messages that ldns writes (random, compressed) are read as they were meant, and
// whatever bytes both take, after random damage, both read as the same.
#include "packet.h"

#include "wire/dns.h"

#include <ldns/ldns.h>

#define MESSAGES  300
#define MUTATIONS 200

static uint64_t seed;

static size_t pick(size_t n)
{
	return (size_t)(unit_random(&seed) >> 20) % n;
}

// One to four labels that often share an end, so that there is something to compress.
static void random_name(struct text *t)
{
	static const char *const labels[] = {
		"a",	 "ns1",	  "example",
		"mail",	 "x\\.y", "\\001\\255",
		"UPPER", "lower", "a-label-of-some-length-to-make-it-longer-than-most-of-them"};
	static const char *const ends[] = {"kx.", "example.kx.", "a.b.c.d.kx.", "."};
	for (size_t n = pick(3); n > 0; n--) {
		text_put(t, labels[pick(ARRAY_LEN(labels) - 1 + (n == 1))]);
		text_char(t, '.');
	}
	const char *end = ends[pick(ARRAY_LEN(ends))];
	if (strcmp(end, ".") != 0 || !t->length || t->bytes[t->length - 1] != '.')
		text_put(t, end);
}

static void random_rr(struct text *t)
{
	random_name(t);
	text_printf(t, " %u IN ", (unsigned)pick(100000));
	switch (pick(7)) {
	case 0:
		text_printf(t, "A 198.18.%u.%u", (unsigned)pick(256), (unsigned)pick(256));
		break;
	case 1:
		text_printf(t, "AAAA 2001:db8::%x", (unsigned)pick(65536));
		break;
	case 2:
		text_put(t, "NS ");
		random_name(t);
		break;
	case 3:
		text_put(t, "CNAME ");
		random_name(t);
		break;
	case 4:
		text_printf(t, "MX %u ", (unsigned)pick(65536));
		random_name(t);
		break;
	case 5:
		text_put(t, "TXT \"some text\" \"\"");
		break;
	default:
		text_put(t, "SOA ");
		random_name(t);
		text_char(t, ' ');
		random_name(t);
		text_printf(t, " %u %u 600 %u 300", (unsigned)unit_random(&seed), (unsigned)pick(100000),
			    (unsigned)pick(1000000));
	}
}

static void random_section(ldns_pkt *pkt, ldns_pkt_section section)
{
	for (size_t n = pick(6); n > 0; n--) {
		struct text t = {0};
		ldns_rr *rr = NULL;
		random_rr(&t);
		ldns_status status = ldns_rr_new_frm_str(&rr, text_string(&t), 60, NULL, NULL);
		if (status != LDNS_STATUS_OK)
			fail_msg("%s: %s", text_string(&t), ldns_get_errorstr_by_id(status));
		assert_true(ldns_pkt_push_rr(pkt, section, rr));
		text_free(&t);
	}
}

static ldns_pkt *random_message(void)
{
	struct text t = {0};
	ldns_pkt *pkt = ldns_pkt_new();
	random_name(&t);
	ldns_rdf *name = ldns_dname_new_frm_str(text_string(&t));
	assert_non_null(name);
	ldns_rr *question = ldns_rr_new();
	ldns_rr_set_question(question, true);
	ldns_rr_set_owner(question, name);
	ldns_rr_set_type(question, (ldns_rr_type)(1 + pick(40)));
	ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
	ldns_pkt_push_rr(pkt, LDNS_SECTION_QUESTION, question);
	ldns_pkt_set_id(pkt, (uint16_t)pick(65536));
	ldns_pkt_set_qr(pkt, true);
	ldns_pkt_set_aa(pkt, pick(2));
	ldns_pkt_set_tc(pkt, pick(2));
	ldns_pkt_set_rd(pkt, pick(2));
	ldns_pkt_set_ra(pkt, pick(2));
	ldns_pkt_set_rcode(pkt, (uint8_t)pick(6));
	random_section(pkt, LDNS_SECTION_ANSWER);
	random_section(pkt, LDNS_SECTION_AUTHORITY);
	random_section(pkt, LDNS_SECTION_ADDITIONAL);
	if (pick(2)) {
		static const uint8_t nsid[] = {0, 3, 0, 4, 'n', 's', '1', 0xff};
		ldns_pkt_set_edns_udp_size(pkt, 1232);
		ldns_pkt_set_edns_data(pkt, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, sizeof(nsid), nsid));
	}
	text_free(&t);
	return pkt;
}

static void same_name(const struct dns_name *ours, const ldns_rdf *theirs)
{
	assert_int_equal(ours->length, ldns_rdf_size(theirs));
	assert_memory_equal(ours->bytes, ldns_rdf_data(theirs), ours->length);
}

static void same_rdata(const struct dns_message *m, const struct dns_record *r, const ldns_rr *theirs)
{
	struct dns_name name;
	struct dns_mx mx;
	struct dns_soa soa;
	struct addr address;
	switch (r->type) {
	case DNS_A:
	case DNS_AAAA:
		assert_int_equal(dns_rdata_address(r, &address), 0);
		assert_memory_equal(address.bytes, ldns_rdf_data(ldns_rr_rdf(theirs, 0)),
				    ldns_rdf_size(ldns_rr_rdf(theirs, 0)));
		break;
	case DNS_NS:
	case DNS_CNAME:
		assert_int_equal(dns_rdata_name(m, r, &name), 0);
		same_name(&name, ldns_rr_rdf(theirs, 0));
		break;
	case DNS_MX:
		assert_int_equal(dns_rdata_mx(m, r, &mx), 0);
		assert_int_equal(mx.preference, ldns_rdf2native_int16(ldns_rr_rdf(theirs, 0)));
		same_name(&mx.host, ldns_rr_rdf(theirs, 1));
		break;
	case DNS_SOA:
		assert_int_equal(dns_rdata_soa(m, r, &soa), 0);
		same_name(&soa.primary, ldns_rr_rdf(theirs, 0));
		same_name(&soa.mailbox, ldns_rr_rdf(theirs, 1));
		assert_int_equal(soa.serial, ldns_rdf2native_int32(ldns_rr_rdf(theirs, 2)));
		assert_int_equal(soa.refresh, ldns_rdf2native_int32(ldns_rr_rdf(theirs, 3)));
		assert_int_equal(soa.expire, ldns_rdf2native_int32(ldns_rr_rdf(theirs, 5)));
		break;
	default:
		break;
	}
}

static void same_opt(const struct dns_record *r, const ldns_pkt *theirs)
{
	struct dns_opt opt;
	if (dns_rdata_opt(r, &opt) < 0) // ldns does not look into options
		return;
	assert_int_equal(opt.udp_size, ldns_pkt_edns_udp_size(theirs));
	assert_int_equal(opt.rcode_high, ldns_pkt_edns_extended_rcode(theirs));
	assert_int_equal(opt.version, ldns_pkt_edns_version(theirs));
}

static ldns_rr_list *section_of(const ldns_pkt *p, enum dns_section section)
{
	return section == DNS_ANSWER	  ? ldns_pkt_answer(p)
	       : section == DNS_AUTHORITY ? ldns_pkt_authority(p)
					  : ldns_pkt_additional(p);
}

static bool is_opt(const struct dns_record *r)
{
	return r->section == DNS_ADDITIONAL && r->type == DNS_OPT;
}

// Whether the rdata is of a kind that we know, and all of it is used. ldns goes on behind what it used, not behind the length
// of the record, and so reads the rest of such a message as another.
static bool all_used(const struct dns_message *m, const struct dns_record *r)
{
	struct dns_name name;
	struct dns_mx mx;
	struct dns_soa soa;
	struct dns_opt opt;
	struct addr address;
	struct cursor c = r->rdata;
	uint8_t length;
	if (r->type == DNS_TXT) {
		while (cursor_u8(&c, &length) && cursor_skip(&c, length))
			continue;
		return !cursor_left(&c);
	}
	return dns_rdata_address(r, &address) == 0 || dns_rdata_name(m, r, &name) == 0 ||
	       dns_rdata_mx(m, r, &mx) == 0 || dns_rdata_soa(m, r, &soa) == 0 || dns_rdata_opt(r, &opt) == 0;
}

// Whether the whole message is one that we take, and how many OPT it has.
static bool taken(struct cursor c, struct dns_message *m, size_t *ret_opts)
{
	struct dns_record r;
	int got;
	*ret_opts = 0;
	if (dns_message_parse(c, m) < 0)
		return false;
	struct dns_walk w = dns_walk_begin(m);
	while ((got = dns_walk_next(&w, &r)) == 1 && all_used(m, &r))
		*ret_opts += is_opt(&r);
	return got == 0;
}

static void same_message(const struct dns_message *m, const ldns_pkt *theirs)
{
	size_t at[DNS_SECTION_COUNT] = {0};
	struct dns_record r;
	assert_int_equal(m->id, ldns_pkt_id(theirs));
	assert_int_equal(m->response, ldns_pkt_qr(theirs));
	assert_int_equal(m->aa, ldns_pkt_aa(theirs));
	assert_int_equal(m->tc, ldns_pkt_tc(theirs));
	assert_int_equal(m->rd, ldns_pkt_rd(theirs));
	assert_int_equal(m->ra, ldns_pkt_ra(theirs));
	assert_int_equal(m->opcode, ldns_pkt_get_opcode(theirs));
	assert_int_equal(m->rcode, ldns_pkt_get_rcode(theirs) & 15);
	assert_int_equal(m->has_question, ldns_rr_list_rr_count(ldns_pkt_question(theirs)));
	if (m->has_question) {
		const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(theirs), 0);
		same_name(&m->question.name, ldns_rr_owner(question));
		assert_int_equal(m->question.type, ldns_rr_get_type(question));
		assert_int_equal(m->question.class, ldns_rr_get_class(question));
	}
	struct dns_walk w = dns_walk_begin(m);
	while (dns_walk_next(&w, &r) == 1) {
		if (is_opt(&r)) {
			same_opt(&r, theirs);
			continue;
		}
		const ldns_rr *rr = ldns_rr_list_rr(section_of(theirs, r.section), at[r.section]++);
		assert_non_null(rr);
		same_name(&r.owner, ldns_rr_owner(rr));
		assert_int_equal(r.type, ldns_rr_get_type(rr));
		assert_int_equal(r.class, ldns_rr_get_class(rr));
		assert_int_equal(r.ttl, ldns_rr_ttl(rr));
		same_rdata(m, &r, rr);
	}
	for (size_t i = 0; i < DNS_SECTION_COUNT; i++)
		assert_int_equal(at[i], ldns_rr_list_rr_count(section_of(theirs, (enum dns_section)i)));
}

static void what_ldns_writes(void **state)
{
	(void)state;
	seed = unit_seed();
	for (size_t i = 0; i < MESSAGES; i++) {
		struct dns_message m;
		size_t length, opts;
		uint8_t *wire = NULL;
		ldns_pkt *written = random_message(), *read = NULL;
		assert_int_equal(ldns_pkt2wire(&wire, written, &length), LDNS_STATUS_OK);
		assert_true(taken(packet_guarded(wire, length), &m, &opts));
		assert_true(opts <= 1);
		assert_int_equal(ldns_wire2pkt(&read, wire, length), LDNS_STATUS_OK);
		same_message(&m, read);
		ldns_pkt_free(read);
		ldns_pkt_free(written);
		free(wire);
	}
}

static void what_both_take(void **state)
{
	(void)state;
	size_t both = 0, refused = 0, stricter = 0;
	seed = unit_seed();
	for (size_t i = 0; i < MESSAGES * MUTATIONS; i++) {
		static uint8_t *wire;
		static size_t length;
		struct dns_message m;
		size_t opts;
		ldns_pkt *read = NULL;
		if (i % MUTATIONS == 0) {
			ldns_pkt *written = random_message();
			free(wire);
			assert_int_equal(ldns_pkt2wire(&wire, written, &length), LDNS_STATUS_OK);
			ldns_pkt_free(written);
		}
		size_t place = pick(length);
		uint8_t before = wire[place];
		wire[place] = (uint8_t)(pick(2) ? unit_random(&seed) >> 30 : before ^ 1u << pick(8));
		bool ours = taken(packet_guarded(wire, length), &m, &opts);
		bool theirs = ldns_wire2pkt(&read, wire, length) == LDNS_STATUS_OK;
		if (ours && theirs && opts <= 1) {
			same_message(&m, read);
			both++;
		}
		refused += !ours;
		stricter += !ours && theirs;
		if (theirs)
			ldns_pkt_free(read);
		wire[place] = before;
		if (i == MESSAGES * MUTATIONS - 1) {
			free(wire);
			wire = NULL;
		}
	}
	print_message("%zu taken by both, %zu refused by us, of those %zu taken by ldns\n", both, refused, stricter);
	assert_true(both > MESSAGES && refused > MESSAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ldns_writes),
		cmocka_unit_test(what_both_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
