// SPDX-License-Identifier: ISC
// One line of a source: CSV `start,end,CC` or `start,end,asn[,name]` (RFC 4180 quoting; addresses as text or as
// decimal numbers, ranges inclusive) or the RIRs' `registry|cc|type|start|value|date|status[|...]`. A line that is
// not exactly one of these is refused: a file with other columns must not be half understood.
#include "base/err.h"
#include "base/number.h"
#include "base/when.h"
#include "world/builder.h"

#include <arpa/inet.h>

#define FIELDS_MAX 8

struct import_field {
	const char *at;
	size_t n;
};

struct fields {
	struct import_field items[FIELDS_MAX];
	size_t count; // FIELDS_MAX + 1: more than that
};

static const char import_bad_number[] = "third field is neither a country code nor a network number";

static bool import_field_is(struct import_field f, const char *word)
{
	return f.n == strlen(word) && memcmp(f.at, word, f.n) == 0;
}

static bool import_number_parse(struct import_field f, wide most, wide *ret)
{
	wide v = 0;
	if (f.n == 0 || f.n > 39)
		return false;
	for (size_t i = 0; i < f.n; i++) {
		if (f.at[i] < '0' || f.at[i] > '9')
			return false;
		unsigned digit = (unsigned)(f.at[i] - '0');
		if (v > (most - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*ret = v;
	return true;
}

static bool import_address_parse(struct import_field f, struct addr *ret)
{
	char text[INET6_ADDRSTRLEN];
	wide v;
	if (import_number_parse(f, ~(wide)0, &v)) {
		*ret = wide_addr(v, v > UINT32_MAX ? FAMILY_V6 : FAMILY_V4);
		return true;
	}
	if (f.n >= sizeof(text))
		return false;
	memcpy(text, f.at, f.n);
	text[f.n] = '\0';
	return addr_parse(text, ret) == 0;
}

// ZZ and (in statistics) an empty code are "unknown", 0.
static bool import_country_parse(struct import_field f, uint32_t *ret)
{
	if (f.n != 2)
		return false;
	unsigned a = (uint8_t)f.at[0] & ~0x20u, b = (uint8_t)f.at[1] & ~0x20u;
	if (a < 'A' || a > 'Z' || b < 'A' || b > 'Z')
		return false;
	*ret = a == 'Z' && b == 'Z' ? 0 : a << 8 | b;
	return true;
}

static bool import_asn_parse(struct import_field f, uint32_t *ret)
{
	wide v;
	if (f.n > 2 && (f.at[0] == 'A' || f.at[0] == 'a') && (f.at[1] == 'S' || f.at[1] == 's'))
		f = (struct import_field){f.at + 2, f.n - 2};
	if (!import_number_parse(f, UINT32_MAX, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static struct import_field import_trimmed(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (struct import_field){at, (size_t)(end - at)};
}

static bool import_field_put(struct fields *ret, struct import_field f)
{
	if (ret->count >= FIELDS_MAX) {
		ret->count = FIELDS_MAX + 1;
		return false;
	}
	ret->items[ret->count++] = f;
	return true;
}

static void import_fields_split(const char *line, size_t n, char separator, struct fields *ret)
{
	const char *at = line, *end = line + n;
	ret->count = 0;
	for (;;) {
		const char *stop = memchr(at, separator, (size_t)(end - at));
		if (!import_field_put(ret, import_trimmed(at, stop ? stop : end)) || !stop)
			return;
		at = stop + 1;
	}
}

// Reads a quoted field, its opening quote already passed, into room; returns what follows it, or null if unended.
static const char *import_quoted_read(const char *at, const char *end, struct text *room)
{
	for (; at < end; at++) {
		if (*at == '"' && (at + 1 == end || at[1] != '"'))
			return at + 1;
		at += *at == '"';
		text_char(room, *at);
	}
	return NULL;
}

// Returns why not, or null. Quoted fields are put into room, which must be big enough already (the line's length).
static const char *import_csv_split(const char *line, size_t n, struct text *room, struct fields *ret)
{
	const char *at = line, *end = line + n;
	ret->count = 0;
	for (;;) {
		struct import_field f;
		const char *stop;
		if (at < end && *at == '"') {
			size_t begin = room->length;
			stop = import_quoted_read(at + 1, end, room);
			if (!stop)
				return "a quoted field does not end";
			if (stop < end && *stop != ',')
				return "text after a quoted field";
			f = import_trimmed(room->bytes + begin, room->bytes + room->length);
		} else {
			stop = memchr(at, ',', (size_t)(end - at));
			stop = stop ? stop : end;
			f = import_trimmed(at, stop);
		}
		if (!import_field_put(ret, f))
			return "too many fields";
		if (stop == end)
			return NULL;
		at = stop + 1;
	}
}

static const char *import_range_parse(struct import_field start, struct import_field end, uint8_t *ret_family,
				      struct piece *ret)
{
	struct addr first, last;
	if (!import_address_parse(start, &first))
		return "start is not an address";
	if (!import_address_parse(end, &last))
		return "end is not an address";
	if (first.family != last.family)
		return "start and end are of different families";
	ret->first = wide_of_addr(&first);
	ret->last = wide_of_addr(&last);
	*ret_family = first.family;
	return ret->last < ret->first ? "end is before start" : NULL;
}

static const char *import_csv_take(struct world_builder *b, const struct fields *f, int *ret_error)
{
	if (f->count < 3)
		return "fewer than three fields";
	struct piece p = {0};
	uint8_t family = FAMILY_NONE;
	const char *why = import_range_parse(f->items[0], f->items[1], &family, &p);
	if (why)
		return why;
	if (import_country_parse(f->items[2], &p.value)) {
		if (f->count != 3)
			return "fields after the country code: not the form start,end,CC";
		*ret_error = builder_piece_add(b, WORLD_LAYER_COUNTRY, family, &p);
		return NULL;
	}
	if (!import_asn_parse(f->items[2], &p.value))
		return import_bad_number;
	if (f->count > 4)
		return "too many fields: not the form start,end,asn,name";
	*ret_error = builder_piece_add(b, WORLD_LAYER_NETWORK, family, &p);
	if (*ret_error == 0 && f->count == 4 && f->items[3].n)
		*ret_error = names_put(&b->names, p.value, f->items[3].at, f->items[3].n);
	return NULL;
}

static const char *import_csv_line(struct world_builder *b, const char *line, size_t n, int *ret_error)
{
	struct text room = {0};
	struct fields f;
	if (memchr(line, '"', n))
		text_reserve(&room, n);
	const char *why = import_csv_split(line, n, &room, &f);
	if (!why)
		why = import_csv_take(b, &f, ret_error);
	text_free(&room);
	return why;
}

static const char *import_delegated_v4(const struct import_field *f, const struct addr *start, struct piece *ret)
{
	wide count;
	if (!import_number_parse(f[4], (wide)1 << 32, &count) || count == 0)
		return "value is not a number of addresses";
	ret->first = wide_of_addr(start);
	ret->last = ret->first + count - 1;
	return ret->last > UINT32_MAX ? "range ends beyond the last address" : NULL;
}

static const char *import_delegated_v6(const struct import_field *f, const struct addr *start, struct piece *ret)
{
	wide length;
	if (!import_number_parse(f[4], 128, &length))
		return "value is not a prefix length";
	wide hosts = length == 128 ? 0 : ~(wide)0 >> (unsigned)length;
	ret->first = wide_of_addr(start);
	ret->last = ret->first | hosts;
	return ret->first & hosts ? "start has bits beyond the prefix length" : NULL;
}

static const char *import_delegated_take(struct world_builder *b, const struct import_field *f, bool v6, int *ret_error)
{
	struct piece p = {0};
	struct addr start;
	uint8_t family = v6 ? FAMILY_V6 : FAMILY_V4;
	if (f[1].n && !import_country_parse(f[1], &p.value))
		return "second field is not a country code";
	if (!import_address_parse(f[3], &start) || start.family != family)
		return "start is not an address of this type";
	const char *why = v6 ? import_delegated_v6(f, &start, &p) : import_delegated_v4(f, &start, &p);
	if (!why)
		*ret_error = builder_piece_add(b, WORLD_LAYER_COUNTRY, family, &p);
	return why;
}

// version|registry|serial|records|startdate|enddate|UTCoffset
static void import_delegated_header(struct world_builder *b, const struct import_field *f)
{
	struct instant date;
	if (world_date_parse(f[5].at, f[5].n, &date) == 0 && (!instant_known(b->stated) || date.ns > b->stated.ns))
		b->stated = date;
}

static const char *import_delegated_line(struct world_builder *b, const char *line, size_t n, int *ret_error)
{
	struct fields f;
	import_fields_split(line, n, '|', &f);
	const struct import_field *v = f.items;
	if (f.count == 6 && import_field_is(v[5], "summary"))
		return NULL;
	if (f.count < 7)
		return "fewer than seven fields";
	if (v[0].n && v[0].at[0] >= '0' && v[0].at[0] <= '9') {
		import_delegated_header(b, v);
		return NULL;
	}
	bool v4 = import_field_is(v[2], "ipv4"), v6 = import_field_is(v[2], "ipv6");
	if (!v4 && !v6 && !import_field_is(v[2], "asn"))
		return "type is none of asn, ipv4, ipv6";
	if (import_field_is(v[6], "available") || import_field_is(v[6], "reserved"))
		return NULL;
	if (!import_field_is(v[6], "allocated") && !import_field_is(v[6], "assigned"))
		return "status is none of allocated, assigned, available, reserved";
	return v4 || v6 ? import_delegated_take(b, v, v6, ret_error) : NULL;
}

const char *import_line(struct world_builder *b, const char *line, size_t n, int *ret_error)
{
	const char *bar = memchr(line, '|', n);
	const char *comma = memchr(line, ',', bar ? (size_t)(bar - line) : n);
	*ret_error = 0;
	return bar && !comma ? import_delegated_line(b, line, n, ret_error) : import_csv_line(b, line, n, ret_error);
}

int world_date_parse(const char *digits, size_t n, struct instant *ret)
{
	struct cursor c = cursor_of(digits, n);
	uint64_t year, month, day;
	if (n != 8 || !number_digits(&c, 4, &year) || !number_digits(&c, 2, &month) || !number_digits(&c, 2, &day))
		return ERR_MALFORMED;
	return when_civil((int64_t)year, (int64_t)month, (int64_t)day, 0, ret) ? 0 : ERR_MALFORMED;
}
