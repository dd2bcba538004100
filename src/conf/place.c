// SPDX-License-Identifier: ISC
// Places: the parts of URLs (RFC 3986, of which only scheme, host, port and for dns:// a name and a type are used).
#include "conf/place.h"

#include "base/attr.h"
#include "conf/scalar.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 2400 // a path of 2047 bytes and what stands before it

struct part { // of the word
	const char *at;
	size_t n;
};

static const struct {
	const char *name;
	uint16_t type;
} place_qtypes[] = {{"A", 1},	  {"NS", 2},	{"CNAME", 5},  {"SOA", 6},  {"PTR", 12},   {"MX", 15},	 {"TXT", 16},
		    {"AAAA", 28}, {"SRV", 33},	{"NAPTR", 35}, {"DS", 43},  {"RRSIG", 46}, {"NSEC", 47}, {"DNSKEY", 48},
		    {"TLSA", 52}, {"SVCB", 64}, {"HTTPS", 65}, {"SPF", 99}, {"ANY", 255},  {"CAA", 257}};

uint16_t place_qtype(const char *word)
{
	uint64_t number;
	for (size_t i = 0; i < ARRAY_LEN(place_qtypes); i++)
		if (strcasecmp(place_qtypes[i].name, word) == 0)
			return place_qtypes[i].type;
	if (strncasecmp(word, "TYPE", 4) == 0 && scalar_number(word + 4, &number) && number && number <= UINT16_MAX)
		return (uint16_t)number;
	return 0;
}

static bool place_copy_part(struct part p, char *ret)
{
	if (p.n > PLACE_NAME_MAX)
		return false;
	memcpy(ret, p.at, p.n);
	ret[p.n] = '\0';
	return true;
}

static const char *place_read_port(struct part p, uint16_t *ret)
{
	char digits[PLACE_NAME_MAX + 1];
	uint64_t value;
	if (!place_copy_part(p, digits) || !scalar_number(digits, &value) || !value || value > UINT16_MAX)
		return "a port is a whole number from 1 to 65535";
	*ret = (uint16_t)value;
	return NULL;
}

// HOST, HOST:PORT, [IPv6], [IPv6]:PORT, or IPv6 alone.
static const char *place_read_host(struct part p, struct asked_place *ret)
{
	const char *colon = memchr(p.at, ':', p.n), *close = memchr(p.at, ']', p.n);
	struct part host = p, port = {NULL, 0};
	if (p.n && p.at[0] == '[') {
		if (!close)
			return "the ']' behind the IPv6 address is missing";
		host = (struct part){p.at + 1, (size_t)(close - p.at) - 1};
		size_t rest = p.n - host.n - 2;
		if (rest && close[1] != ':')
			return "only a port may follow ']'";
		port = rest ? (struct part){close + 2, rest - 1} : port;
	} else if (colon && !memchr(colon + 1, ':', (size_t)(p.at + p.n - colon) - 1)) {
		host.n = (size_t)(colon - p.at);
		port = (struct part){colon + 1, p.n - host.n - 1};
	}
	if (!place_copy_part(host, ret->host))
		return "longer than a name can be (253 bytes)";
	const char *why = port.at ? place_read_port(port, &ret->port) : NULL;
	if (why)
		return why;
	why = scalar_address(ret->host, &ret->address);
	if (!why)
		return p.n && p.at[0] == '[' && ret->address.family != FAMILY_V6 ? "brackets are for IPv6 addresses"
										 : NULL;
	bool mapped = addr_parse(ret->host, &(struct addr){0}) == 0;
	if (mapped || p.at[0] == '[')
		return mapped ? why : "what stands in brackets is not an IPv6 address";
	return scalar_host(ret->host) && strcmp(ret->host, ".") != 0
		       ? NULL
		       : "neither an address nor a name such as www.example.net";
}

// dns://SERVER/NAME?TYPE, or ?type=TYPE as RFC 4501 has it.
static const char *place_read_question(struct part path, struct asked_place *ret)
{
	char type[PLACE_NAME_MAX + 1];
	const char *mark = memchr(path.at, '?', path.n);
	struct part name = {path.at, mark ? (size_t)(mark - path.at) : path.n};
	if (name.n && name.at[0] == '/')
		name = (struct part){name.at + 1, name.n - 1};
	if (!place_copy_part(name, ret->query) || (name.n && !scalar_host(ret->query)))
		return "what stands behind the server is not a name to ask for";
	if (!mark)
		return NULL;
	struct part word = {mark + 1, (size_t)(path.at + path.n - mark) - 1};
	if (word.n > 5 && strncasecmp(word.at, "type=", 5) == 0)
		word = (struct part){word.at + 5, word.n - 5};
	ret->qtype = place_copy_part(word, type) ? place_qtype(type) : 0;
	return ret->qtype ? NULL : "what stands behind '?' is not a type such as SOA";
}

// RFC 3986 3.3 to 3.5: what stands behind '#' is for browsers; what a request cannot hold is written as %XX.
static const char *place_read_path(struct part path, struct asked_place *ret)
{
	static const char digits[] = "0123456789ABCDEF", escaped[] = " \"<>\\^`{|}";
	const char *fragment = memchr(path.at, '#', path.n);
	size_t n = fragment ? (size_t)(fragment - path.at) : path.n, used = 0;
	if (n && path.at[0] == '?')
		ret->path[used++] = '/';
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)path.at[i];
		if (c < ' ' || c == 0x7f)
			return "a path holds no control characters";
		if (used + 3 > MANNER_PATH_MAX)
			return "its path is longer than 2047 bytes";
		bool plain = c < 0x7f && !strchr(escaped, c);
		ret->path[used++] = plain ? (char)c : '%';
		if (!plain) {
			ret->path[used++] = digits[c >> 4];
			ret->path[used++] = digits[c & 15];
		}
	}
	ret->path[used] = '\0';
	if (strcmp(ret->path, "/") == 0)
		ret->path[0] = '\0';
	return NULL;
}

static const char *place_read_url(const char *word, const char *mark, struct asked_place *ret)
{
	ret->kind = kind_of_scheme(word, (size_t)(mark - word));
	if (!ret->kind)
		return "of the schemes, these are known: http, https, dns, smtp, tls, tcp, icmp";
	const char *host = mark + 3;
	struct part authority = {host, strcspn(host, "/?#")};
	struct part path = {host + authority.n, strlen(host + authority.n)};
	if (memchr(authority.at, '@', authority.n))
		return "user names and passwords are not used: nothing is logged in to";
	const char *why = place_read_host(authority, ret);
	if (why)
		return why;
	if (ret->kind->op == PROBE_DNS)
		return place_read_question(path, ret);
	if (ret->kind->op == PROBE_HTTP)
		return place_read_path(path, ret);
	return path.n == 0 || (path.n == 1 && path.at[0] == '/')
		       ? NULL
		       : "of this kind there are no paths; leave the rest out";
}

const char *place_parse(const char *word, struct asked_place *ret)
{
	struct asked_place place = {0};
	size_t n = strlen(word);
	const char *mark = strstr(word, "://");
	if (!n || n > WORD_MAX)
		return n ? "longer than 2400 bytes" : "empty";
	const char *why = mark ? place_read_url(word, mark, &place) : place_read_host((struct part){word, n}, &place);
	if (!why)
		*ret = place;
	return why;
}
