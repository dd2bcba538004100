// SPDX-License-Identifier: ISC
// DNS: names as text, the question byte for byte, answers of every kind, everything that an answer can do wrong (each a row),
// every truncation, and what a message that is made to be expensive costs.
#include "../fuzz/drive_dns.h"
#include "packet.h"

#include "wire/dns.h"

static const struct {
	const char *name, *hex;
} good[] = {
	{"soa", "123484000001000100020004076578616d706c65026b780000060001c00c000600010000003c0021036e7331c00c0468"
		"6f7374c00c78c405f500000e1000000258000151800000012cc00c000200010000003c0006036e7331c00cc00c000200"
		"010000003c0006036e7332c00c036e7331c00c000100010000003c0004c6120135036e7331c00c001c00010000003c00"
		"1020010db8000000000000000000000053036e7332c00c000100010000003c0004c612023500002904d000000000000b"
		"000300076e73312e6c6162"},
	{"nxdomain", "12348403000100000001000104676f6e65076578616d706c65026b780000010001c011000600010000003c0021036e73"
		     "31c01104686f7374c011000000070000000a000000050000003c0000000500002904d000000000000b000300076e7331"
		     "2e6c6162"},
	{"mx", "123484000001000200000000076578616d706c65026b7800000f0001c00c000f00010000003c0009000a046d61696cc0"
	       "0cc00c000f00010000003c000a0014056d61696c32c00c"},
	{"alias", "12348400000100020000000003777777076578616d706c65026b780000010001c00c000500010000003c000603776562"
		  "c010c02c000100010000003c0004c6120150"},
	{"referral-up",
	 "123480000001000000010001076578616d706c65026b78000006000100000200010000003c0010016104726f6f740765"
	 "78616d706c650000002904d000000000000b000300076e73312e6c6162"},
	{"servfail", "123480020001000000000000076578616d706c65026b780000060001"},
	{"refused-bare", "123480050000000000000000"},
	{"cut", "123486000001000000000000076578616d706c65026b780000100001"},
	{"badvers", "123484000001000000000001076578616d706c65026b78000006000100002904d0010000000000"},
	{"txt-empty", "123484000001000100000000076578616d706c65026b780000100001c00c001000010000003c0000"},
};

// Refused in their records, none of which is handed on behind the fault.
static const struct {
	const char *name, *hex;
	int want;
} bad[] = {
	{"loop",
	 "123484000001000100000000076578616d706c65026b780000060001c01c000600010000003c0021036e7331c00c0468"
	 "6f7374c00c78c405f500000e1000000258000151800000012c",
	 ERR_MALFORMED},
	{"forward",
	 "123484000001000100000000076578616d706c65026b780000060001c040000600010000003c0021036e7331c00c0468"
	 "6f7374c00c78c405f500000e1000000258000151800000012c",
	 ERR_MALFORMED},
	{"ping-pong",
	 "123484000001000200000000076578616d706c65026b7800000600010161c02c001000010000003c00040162c01cc02c"
	 "001000010000003c0000",
	 ERR_MALFORMED},
	{"no-end", "123484000001000100000000076578616d706c65026b78000006000103616263", ERR_MALFORMED},
	{"rdlength", "123484000001000100000000076578616d706c65026b780000010001c00c000100010000003c01f401020304",
	 ERR_MALFORMED},
	{"counts",
	 "123484000001ffffffffffff076578616d706c65026b780000060001c00c000600010000003c0021036e7331c00c0468"
	 "6f7374c00c78c405f500000e1000000258000151800000012c",
	 ERR_MALFORMED},
};

static struct packet packet;

static struct cursor good_packet(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (strcmp(good[i].name, name) == 0)
			return packet_of(good[i].hex);
	fail_msg("no packet %s", name);
	return packet_of("");
}

static struct dns_name name_of(const char *text)
{
	struct dns_name n;
	assert_int_equal(dns_name_parse(text, &n), 0);
	return n;
}

static void assert_name(const struct dns_name *name, const char *want)
{
	char text[DNS_NAME_TEXT_MAX + 1];
	assert_int_equal(dns_name_text(name, text), strlen(want));
	assert_string_equal(text, want);
}

static int walk_all(const struct dns_message *m, struct dns_record *records, size_t most, size_t *ret_count)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	int got;
	*ret_count = 0;
	while ((got = dns_walk_next(&w, &r)) == 1)
		if ((*ret_count)++ < most)
			records[*ret_count - 1] = r;
	return got;
}

static void names_as_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int want;
		const char *back;
	} rows[] = {
		{"example.kx", 0, "example.kx"},
		{"example.kx.", 0, "example.kx"},
		{"Example.KX", 0, "Example.KX"},
		{".", 0, "."},
		{"a\\.b.c", 0, "a\\.b.c"},
		{"a\\\\b", 0, "a\\\\b"},
		{"\\065\\000\\255", 0, "A\\000\\255"},
		{"\\ ", 0, "\\032"},
		{"_dmarc.x-y", 0, "_dmarc.x-y"},
		{"", ERR_MALFORMED, NULL},
		{"..", ERR_MALFORMED, NULL},
		{".a", ERR_MALFORMED, NULL},
		{"a..b", ERR_MALFORMED, NULL},
		{"a.b..", ERR_MALFORMED, NULL},
		{"a\\", ERR_MALFORMED, NULL},
		{"a\\25", ERR_MALFORMED, NULL},
		{"a\\256", ERR_MALFORMED, NULL},
		{"a\\2x5", ERR_MALFORMED, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dns_name n;
		assert_int_equal(dns_name_parse(rows[i].text, &n), rows[i].want);
		if (!rows[i].want)
			assert_name(&n, rows[i].back);
	}
}

// A name of whole labels of 63, and one more of `last`; text without a dot at the end.
static const char *long_text(size_t labels, size_t last)
{
	static char text[512];
	size_t used = 0;
	for (size_t i = 0; i <= labels; i++) {
		size_t n = i < labels ? 63 : last;
		if (i && n)
			text[used++] = '.';
		memset(text + used, 'a', n);
		used += n;
	}
	text[used] = 0;
	return text;
}

static void names_at_their_limits(void **state)
{
	(void)state;
	struct dns_name n;
	assert_int_equal(dns_name_parse(long_text(0, 63), &n), 0);
	assert_int_equal(dns_name_parse(long_text(0, 64), &n), ERR_TOO_LARGE);
	assert_int_equal(dns_name_parse(long_text(3, 61), &n), 0); // 64 * 3 + 62 + 1
	assert_int_equal(n.length, 255);
	char text[DNS_NAME_TEXT_MAX + 1];
	assert_int_equal(dns_name_text(&n, text), 253);
	assert_int_equal(dns_name_parse(long_text(3, 62), &n), ERR_TOO_LARGE);
	assert_int_equal(dns_name_parse(long_text(4, 0), &n), ERR_TOO_LARGE);
	assert_int_equal(dns_name_parse(long_text(5, 63), &n), ERR_TOO_LARGE);
	char dots[600] = "a";
	for (size_t i = 1; i < sizeof(dots) - 2; i++)
		dots[i] = i % 2 ? '.' : 'a';
	assert_int_equal(dns_name_parse(dots, &n), ERR_TOO_LARGE);
	struct dns_name most = {.length = 255}; // every byte needs four characters
	for (size_t i = 0; i < 254; i++)
		most.bytes[i] = i % 64 ? 0 : (uint8_t)(i == 192 ? 61 : 63);
	assert_int_equal(dns_name_text(&most, text), 63 * 3 * 4 + 61 * 4 + 3);
	assert_int_equal(dns_name_parse(text, &n), 0);
	assert_true(dns_name_equal(&n, &most));
}

static void names_compare(void **state)
{
	(void)state;
	static const struct {
		const char *name, *top;
		bool equal, under;
	} rows[] = {
		{"example.kx", "EXAMPLE.kx", true, true},
		{"www.example.kx", "Example.KX", false, true},
		{"wwwexample.kx", "example.kx", false, false},
		{"example.kx", "www.example.kx", false, false},
		{"a.b", ".", false, true},
		{".", ".", true, true},
		{"kx", "example.kx", false, false},
		{"a\\.b", "b", false, false},
		{"a[.kx", "a{.kx", false, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dns_name name = name_of(rows[i].name), top = name_of(rows[i].top);
		assert_int_equal(dns_name_equal(&name, &top), rows[i].equal);
		assert_int_equal(dns_name_under(&name, &top), rows[i].under);
	}
}

static void questions(void **state)
{
	(void)state;
	static const struct {
		bool recurse;
		const char *hex;
	} rows[] = {
		{false,
		 "abcd 0000 0001 0000 0000 0001 076578616d706c65026b7800 0006 0001 00 0029 04d0 00000000 0004 0003 "
		 "0000"},
		{true, "abcd 0100 0001 0000 0000 0001 076578616d706c65026b7800 0006 0001 00 0029 04d0 00000000 0004 "
		       "0003 0000"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dns_query q = {.id = 0xabcd, .type = DNS_SOA, .recurse = rows[i].recurse};
		uint8_t bytes[DNS_QUERY_MAX];
		struct dns_message m;
		struct cursor want = packet_of(rows[i].hex);
		q.name = name_of("example.kx");
		size_t n = dns_query_write(&q, bytes);
		assert_int_equal(n, cursor_left(&want));
		assert_memory_equal(bytes, want.at, n);
		assert_int_equal(dns_message_parse(cursor_of(bytes, n), &m), 0);
		assert_true(dns_question_answered(&m, &q) && !m.response && m.rd == rows[i].recurse);
	}
	struct dns_query longest = {.type = DNS_SOA, .name = name_of(long_text(3, 61))};
	uint8_t bytes[DNS_QUERY_MAX];
	assert_int_equal(dns_query_write(&longest, bytes), DNS_QUERY_MAX);
}

static void whose_answer(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_query q = {.id = 0x1234, .type = DNS_SOA, .name = name_of("ExAmPlE.kX")}, other;
	assert_int_equal(dns_message_parse(good_packet("soa"), &m), 0);
	assert_true(dns_question_answered(&m, &q));
	other = q;
	other.id++;
	assert_false(dns_question_answered(&m, &other));
	other = q;
	other.type = DNS_A;
	assert_false(dns_question_answered(&m, &other));
	other = q;
	other.name = name_of("example.ky");
	assert_false(dns_question_answered(&m, &other));
	m.question.class = 3;
	assert_false(dns_question_answered(&m, &q));
	assert_int_equal(dns_message_parse(good_packet("refused-bare"), &m), 0);
	assert_true(!m.has_question && m.rcode == DNS_REFUSED && !dns_question_answered(&m, &q));
}

static void answers(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r[8];
	struct dns_soa soa;
	struct dns_opt opt;
	struct dns_name name;
	struct addr address, want;
	size_t n;
	assert_int_equal(dns_message_parse(good_packet("soa"), &m), 0);
	assert_true(m.response && m.aa && !m.tc && m.rcode == 0 && m.opcode == 0);
	assert_int_equal(walk_all(&m, r, 8, &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(dns_rdata_soa(&m, &r[0], &soa), 0);
	assert_name(&soa.primary, "ns1.example.kx");
	assert_name(&soa.mailbox, "host.example.kx");
	assert_true(soa.serial == 2026112501 && soa.refresh == 3600 && soa.retry == 600 && soa.expire == 86400 &&
		    soa.minimum == 300);
	assert_int_equal(r[1].section, DNS_AUTHORITY);
	assert_int_equal(dns_rdata_name(&m, &r[1], &name), 0);
	assert_name(&name, "ns1.example.kx");
	assert_int_equal(r[3].section, DNS_ADDITIONAL);
	assert_int_equal(dns_rdata_address(&r[3], &address), 0);
	assert_int_equal(addr_parse("198.18.1.53", &want), 0);
	assert_true(addr_equal(&address, &want));
	assert_int_equal(dns_rdata_address(&r[4], &address), 0);
	assert_int_equal(addr_parse("2001:db8::53", &want), 0);
	assert_true(addr_equal(&address, &want));
	assert_int_equal(dns_rdata_opt(&r[6], &opt), 0);
	assert_true(opt.udp_size == 1232 && opt.has_nsid && cursor_left(&opt.nsid) == 7);
	assert_memory_equal(opt.nsid.at, "ns1.lab", 7);
	assert_int_equal(dns_rdata_soa(&m, &r[1], &soa), ERR_MALFORMED); // of another type
	assert_int_equal(dns_rdata_address(&r[0], &address), ERR_MALFORMED);

	assert_int_equal(dns_message_parse(good_packet("badvers"), &m), 0);
	assert_int_equal(walk_all(&m, r, 8, &n), 0);
	assert_int_equal(dns_rdata_opt(&r[0], &opt), 0);
	assert_true(opt.rcode_high == 1 && !opt.has_nsid);
}

static void mail_and_aliases(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r[2];
	struct dns_mx mx;
	struct dns_name name;
	struct addr address, want;
	size_t n;
	assert_int_equal(dns_message_parse(good_packet("mx"), &m), 0);
	assert_int_equal(walk_all(&m, r, 2, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(dns_rdata_mx(&m, &r[1], &mx), 0);
	assert_int_equal(mx.preference, 20);
	assert_name(&mx.host, "mail2.example.kx");
	assert_int_equal(dns_message_parse(good_packet("alias"), &m), 0);
	assert_int_equal(walk_all(&m, r, 2, &n), 0);
	assert_int_equal(dns_rdata_name(&m, &r[0], &name), 0);
	assert_name(&name, "web.example.kx");
	assert_true(dns_name_equal(&name, &r[1].owner));
	assert_int_equal(dns_rdata_address(&r[1], &address), 0);
	assert_int_equal(addr_parse("198.18.1.80", &want), 0);
	assert_true(addr_equal(&address, &want));
}

// A TXT record of no bytes at all (zmap #963 wrote 64 KiB for it).
static void empty_text(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r;
	size_t n;
	assert_int_equal(dns_message_parse(good_packet("txt-empty"), &m), 0);
	assert_int_equal(walk_all(&m, &r, 1, &n), 0);
	assert_true(n == 1 && r.type == DNS_TXT && cursor_left(&r.rdata) == 0);
}

static void what_is_refused(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r[2];
	size_t n;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		print_message("%s\n", bad[i].name);
		assert_int_equal(dns_message_parse(packet_of(bad[i].hex), &m), 0);
		assert_int_equal(walk_all(&m, r, 2, &n), bad[i].want);
		assert_true(n < 2);
	}
	assert_int_equal(dns_message_parse(packet_of(""), &m), ERR_MALFORMED);
	assert_int_equal(dns_message_parse(packet_of("1234 8400 0002 0000 0000 0000 00 0006 0001 00 0006 0001"), &m),
			 ERR_UNSUPPORTED);
	// The question points at itself, forward, and has the two forbidden kinds of label.
	assert_int_equal(dns_message_parse(packet_of("1234 8400 0001 0000 0000 0000 c00c 0006 0001"), &m),
			 ERR_MALFORMED);
	assert_int_equal(dns_message_parse(packet_of("1234 8400 0001 0000 0000 0000 c00d 0006 0001"), &m),
			 ERR_MALFORMED);
	assert_int_equal(dns_message_parse(packet_of("1234 8400 0001 0000 0000 0000 4161 00 0006 0001"), &m),
			 ERR_MALFORMED);
	assert_int_equal(dns_message_parse(packet_of("1234 8400 0001 0000 0000 0000 8161 00 0006 0001"), &m),
			 ERR_MALFORMED);
}

static void rdata_that_is_not_all(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r;
	struct dns_soa soa;
	struct dns_opt opt;
	struct dns_name name;
	struct addr address;
	size_t n;
	static const struct {
		const char *hex;
		const char *what;
	} rows[] = {
		{"1234 8400 0001 0001 0000 0000 00 0006 0001 00 0006 0001 00000000 0017 00 00 00000001 00000002 "
		 "00000003 "
		 "00000004 00000005 00",
		 "SOA with a byte behind it"},
		{"1234 8400 0001 0001 0000 0000 00 0006 0001 00 0006 0001 00000000 0015 00 00 00000001 00000002 "
		 "00000003 "
		 "00000004 000000",
		 "SOA that ends too soon"},
		{"1234 8400 0001 0001 0000 0000 00 0002 0001 00 0002 0001 00000000 0002 0000",
		 "NS with a byte behind it"},
		{"1234 8400 0001 0001 0000 0000 00 0002 0001 00 0002 0001 00000000 0000", "NS without a name"},
		{"1234 8400 0001 0001 0000 0000 00 0001 0001 00 0001 0001 00000000 0003 010203", "A of three bytes"},
		{"1234 8400 0001 0001 0000 0000 00 0001 0001 00 0001 0003 00000000 0004 01020304", "A of class CHAOS"},
		{"1234 8400 0001 0001 0000 0000 00 001c 0001 00 001c 0001 00000000 0004 01020304",
		 "AAAA of four bytes"},
		{"1234 8400 0001 0000 0000 0001 00 0006 0001 00 0029 04d0 00000000 0006 0003 0003 6e73",
		 "option too long"},
		{"1234 8400 0001 0000 0000 0001 00 0006 0001 00 0029 04d0 00000000 0003 000300",
		 "option without length"},
		{"1234 8400 0001 0000 0000 0001 00 0006 0001 0161 00 0029 04d0 00000000 0000",
		 "OPT that is not the root's"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		print_message("%s\n", rows[i].what);
		assert_int_equal(dns_message_parse(packet_of(rows[i].hex), &m), 0);
		assert_int_equal(walk_all(&m, &r, 1, &n), 0);
		assert_int_equal(n, 1);
		assert_int_equal(dns_rdata_soa(&m, &r, &soa), ERR_MALFORMED);
		assert_int_equal(dns_rdata_name(&m, &r, &name), ERR_MALFORMED);
		assert_int_equal(dns_rdata_address(&r, &address), ERR_MALFORMED);
		assert_int_equal(dns_rdata_opt(&r, &opt), ERR_MALFORMED);
	}
}

static void names_over_255(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r;
	size_t n;
	for (unsigned last = 61; last <= 62; last++) {
		packet.length = 0;
		packet_hex(&packet, "1234 8400 0001 0002 0000 0000 00 0001 0001");
		for (unsigned i = 0; i < 4; i++) { // behind the question, at 17
			unsigned length = i < 3 ? 63 : last;
			packet_fill(&packet, (uint8_t)length, 1);
			packet_fill(&packet, 'a', length);
		}
		packet_hex(&packet, "00 0001 0001 00000000 0004 01020304");
		packet_hex(&packet, "c011 0001 0001 00000000 0004 01020304"); // by a pointer too
		assert_int_equal(dns_message_parse(packet_cursor(&packet), &m), 0);
		assert_int_equal(walk_all(&m, &r, 1, &n), last == 61 ? 0 : ERR_MALFORMED);
		assert_int_equal(n, last == 61 ? 2 : 0);
	}
}

// 64 KiB of records that all point at one chain of pointers, each to a label and the next: the work is bounded.
static void highly_compressed_names(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_record r;
	packet.length = 0;
	packet_hex(
		&packet,
		"1234 8400 0001 ffff 0000 0000 00 0001 0001 00 0010 0001 00000000 01fc"); // a TXT that holds the chain
	unsigned at = (unsigned)packet.length;
	packet_hex(&packet, "0161 00 00"); // label, root
	for (unsigned i = 1; i < 127; i++) {
		packet_hex(&packet, "0161");
		packet_u16(&packet, 0xc000 | (at + 4 * (i - 1)));
	}
	while (packet.length + 12 <= 65535) {
		packet_u16(&packet, 0xc000 | (at + 4 * 126));
		packet_hex(&packet, "0010 0001 00000000 0000");
	}
	assert_int_equal(dns_message_parse(packet_cursor(&packet), &m), 0);
	struct dns_walk w = dns_walk_begin(&m);
	size_t n = 0;
	int got;
	while ((got = dns_walk_next(&w, &r)) == 1)
		n++;
	assert_int_equal(got, ERR_TOO_LARGE);
	assert_true(w.work == DNS_WORK_MAX + 1 && n > 200 && n < 300);
	assert_int_equal(r.owner.bytes[0], 1);
}

// No pointer to a pointer, however long the chain: it brings no label.
static void pointers_to_pointers(void **state)
{
	(void)state;
	struct dns_message m;
	assert_int_equal(dns_message_parse(packet_of("0161 0000 0001 0000 0000 0000 c000 0006 0001"), &m),
			 0); // into the header
	assert_name(&m.question.name, "a");
	packet.length = 0;
	packet_hex(&packet, "1234 8400 0001 0002 0000 0000 0161 00 0006 0001 c00c 0010 0001 00000000 0000");
	packet_hex(&packet, "c013 0010 0001 00000000 0000");
	struct dns_record r;
	size_t n;
	assert_int_equal(dns_message_parse(packet_cursor(&packet), &m), 0);
	assert_int_equal(walk_all(&m, &r, 1, &n), ERR_MALFORMED);
	assert_int_equal(n, 1);
}

static void every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct dns_message m;
		struct dns_record r;
		size_t n;
		packet.length = 0;
		packet_hex(&packet, good[i].hex);
		assert_int_equal(dns_message_parse(packet_cursor(&packet), &m), 0);
		assert_int_equal(walk_all(&m, &r, 0, &n), 0);
		for (size_t cut = 0; cut < packet.length; cut++) {
			struct cursor c = packet_guarded(packet.bytes, cut);
			drive_dns(c);
			bool whole = dns_message_parse(c, &m) == 0 && walk_all(&m, &r, 0, &n) == 0;
			assert_false(whole);
		}
	}
}

static void serials(void **state)
{
	(void)state;
	static const struct {
		uint32_t a, b;
		int want;
	} rows[] = {
		{1, 1, 0},	    {2, 1, 1},		 {1, 2, -1},
		{0, 0xffffffff, 1}, {0xffffffff, 0, -1}, {0x80000000, 1, 1},
		{0x80000001, 1, 0}, {0x80000002, 1, -1}, {2026112501, 2026112499, 1},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(dns_serial_compare(rows[i].a, rows[i].b), rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_text),
		cmocka_unit_test(names_at_their_limits),
		cmocka_unit_test(names_compare),
		cmocka_unit_test(questions),
		cmocka_unit_test(whose_answer),
		cmocka_unit_test(answers),
		cmocka_unit_test(mail_and_aliases),
		cmocka_unit_test(empty_text),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(rdata_that_is_not_all),
		cmocka_unit_test(names_over_255),
		cmocka_unit_test(highly_compressed_names),
		cmocka_unit_test(pointers_to_pointers),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(serials),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
