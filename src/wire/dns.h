// SPDX-License-Identifier: ISC
// DNS messages (RFC 1035, 6891, 5001): builds a question, reads an answer. Refuses what RFC 1035 forbids and what only costs
// time: pointers that do not lead strictly backwards, labels over 63 bytes, names over 255, lengths past their parent's end,
// counts that promise more than there is, more work than DNS_WORK_MAX. Pure, no allocation.
#pragma once

#include "base/cursor.h"
#include "net/prefix.h"

#define DNS_HEADER_BYTES  12
#define DNS_LABEL_MAX	  63
#define DNS_NAME_MAX	  255	// bytes on the wire, the root's included
#define DNS_NAME_TEXT_MAX 1020	// characters: every byte as \DDD at worst
#define DNS_UDP_SIZE	  1232	// largest answer asked for: never fragmented (DNS flag day 2020)
#define DNS_MESSAGE_MAX	  65535 // over TCP: a 16-bit length
#define DNS_QUERY_MAX	  (DNS_HEADER_BYTES + DNS_NAME_MAX + 4 + 15) // question and OPT with an empty NSID option
#define DNS_WORK_MAX	  65536 // labels and pointers of one walk: 10 for each record that fits a message of 64 KiB

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_OPT = 41,
	DNS_ANY = 255,
};

enum { DNS_CLASS_IN = 1, DNS_OPTION_NSID = 3 };

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
};

enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL, DNS_SECTION_COUNT };

struct dns_name {		     // labels as on the wire, without compression
	uint8_t length;		     // the root's zero byte included; 0: no name
	uint8_t bytes[DNS_NAME_MAX]; // behind `length` anything
};

struct dns_question {
	struct dns_name name;
	uint16_t type, class;
};

struct dns_query {
	struct dns_name name;
	uint16_t id, type;
	bool recurse; // RD
	bool plain;   // without EDNS
};

struct dns_message {
	struct cursor whole; // what pointers count from
	uint16_t id;
	bool response, aa, tc, rd, ra;
	uint8_t opcode;
	uint8_t rcode; // its lower four bits, see struct dns_opt
	uint16_t counts[DNS_SECTION_COUNT];
	bool has_question; // some servers send an error without
	struct dns_question question;
	struct cursor records; // from the answer section on
};

struct dns_record {
	struct dns_name owner;
	enum dns_section section;
	uint16_t type, class;
	uint32_t ttl;
	struct cursor rdata;
};

struct dns_walk {
	const struct dns_message *message;
	struct cursor at;
	uint8_t section;
	uint16_t left; // of the section
	uint32_t work;
};

struct dns_soa {
	struct dns_name primary, mailbox;
	uint32_t serial, refresh, retry, expire, minimum;
};

struct dns_mx {
	uint16_t preference;
	struct dns_name host;
};

struct dns_opt {
	uint16_t udp_size;
	uint8_t rcode_high, version;
	bool dnssec_ok;
	bool has_nsid;
	struct cursor nsid;
};

// Text to name and back. `a\.b` is one label, `\065` a byte; a dot at the end changes nothing; "." is the root.
// 0, ERR_MALFORMED (empty labels, a broken escape) or ERR_TOO_LARGE.
int MUST_USE dns_name_parse(const char *text, struct dns_name *ret);
// Printable ASCII only, without a dot at the end; "." for the root. Returns the length.
size_t dns_name_text(const struct dns_name *name, char ret[DNS_NAME_TEXT_MAX + 1]);
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);      // ASCII case is ignored
bool dns_name_under(const struct dns_name *name, const struct dns_name *top); // equal counts
// Reads a name at c, which is inside of `whole`. 0 or ERR_MALFORMED; *work counts labels and pointers, ERR_TOO_LARGE when it
// passes DNS_WORK_MAX. *c stands behind it; on failure *ret holds anything (so do those of the functions below that read names).
int MUST_USE dns_name_read(struct cursor whole, struct cursor *c, uint32_t *work, struct dns_name *ret);

// Writes the question; the bytes written, at most DNS_QUERY_MAX.
size_t dns_query_write(const struct dns_query *q, uint8_t ret[DNS_QUERY_MAX]);

// Header and question. 0; ERR_MALFORMED; ERR_UNSUPPORTED: more than one question.
int MUST_USE dns_message_parse(struct cursor whole, struct dns_message *ret);
bool dns_question_answered(const struct dns_message *m, const struct dns_query *asked); // same id, name, type, class

struct dns_walk dns_walk_begin(const struct dns_message *m); // `m` is borrowed
// The next record of any section. 1; 0: all were read; ERR_MALFORMED, ERR_TOO_LARGE.
int MUST_USE dns_walk_next(struct dns_walk *w, struct dns_record *ret);

// What is in a record of that type; its whole rdata must be it. 0 or ERR_MALFORMED.
int MUST_USE dns_rdata_address(const struct dns_record *r, struct addr *ret);				    // A, AAAA
int MUST_USE dns_rdata_name(const struct dns_message *m, const struct dns_record *r, struct dns_name *ret); // NS, CNAME
int MUST_USE dns_rdata_mx(const struct dns_message *m, const struct dns_record *r, struct dns_mx *ret);
int MUST_USE dns_rdata_soa(const struct dns_message *m, const struct dns_record *r, struct dns_soa *ret);
int MUST_USE dns_rdata_opt(const struct dns_record *r, struct dns_opt *ret);

// Comparison of serials (RFC 1982): below 0 where a is older, above 0 where it is newer; 0 equal, or 2^31 apart (undefined).
static inline int dns_serial_compare(uint32_t a, uint32_t b)
{
	uint32_t ahead = a - b;
	return ahead == 0 || ahead == 0x80000000u ? 0 : ahead < 0x80000000u ? 1 : -1;
}
