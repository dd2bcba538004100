// SPDX-License-Identifier: ISC
// The forms of single values.
#include "conf/scalar.h"

#include "base/attr.h"
#include "base/number.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX  253
#define LABEL_MAX 63
#define MS_MOST	  (UINT64_MAX / 10000) // so that no step of a sum overflows

static bool scalar_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool scalar_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool scalar_switch(const char *text, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"on", true}, {"off", false}, {"true", true}, {"false", false}, {"yes", true}, {"no", false}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(words[i].word, text) == 0) {
			*ret = words[i].value;
			return true;
		}
	return false;
}

bool scalar_number(const char *text, uint64_t *ret)
{
	return !(text[0] == '0' && text[1]) && number_of_text(text, UINT64_MAX, ret);
}

bool scalar_real(const char *text, double *ret)
{
	size_t n = strlen(text);
	bool plain = n && strspn(text, "0123456789.") == n && scalar_digit(text[0]) && scalar_digit(text[n - 1]);
	return plain && number_real_of_text(text, 0, HUGE_VAL, ret);
}

static const struct {
	const char *name;
	uint64_t ms;
} scalar_units[] = {{"y", 31536000000}, {"w", 604800000}, {"d", 86400000}, {"h", 3600000},
		    {"m", 60000},	{"s", 1000},	  {"ms", 1}};

// The unit at the text; its length in *ret_length.
static uint64_t scalar_unit_at(const char *text, size_t *ret_length)
{
	size_t n = 0;
	while (scalar_letter(text[n]))
		n++;
	for (size_t i = 0; i < ARRAY_LEN(scalar_units); i++)
		if (strlen(scalar_units[i].name) == n && memcmp(scalar_units[i].name, text, n) == 0) {
			*ret_length = n;
			return scalar_units[i].ms;
		}
	return 0;
}

// Up to three digits behind a point, in thousandths; -1: not so.
static int64_t scalar_thousandths(const char **text)
{
	static const int scale[] = {1000, 100, 10, 1};
	uint64_t value;
	if (**text != '.')
		return 0;
	struct cursor c = cursor_of(*text + 1, strlen(*text + 1));
	if (!number_u64(&c, 999, &value) || (const char *)c.at - *text > 4)
		return -1;
	int64_t digits = (const char *)c.at - *text - 1;
	*text = (const char *)c.at;
	return (int64_t)value * scale[digits];
}

bool scalar_duration(const char *text, uint64_t *ret_ms)
{
	uint64_t sum = 0;
	if (strcmp(text, "0") == 0) {
		*ret_ms = 0;
		return true;
	}
	do {
		struct cursor c = cursor_of(text, strlen(text));
		uint64_t value;
		size_t length = 0;
		if (!number_u64(&c, UINT32_MAX, &value))
			return false;
		text = (const char *)c.at;
		int64_t part = scalar_thousandths(&text);
		uint64_t unit = scalar_unit_at(text, &length);
		if (part < 0 || !unit || (part && (uint64_t)part * unit % 1000))
			return false;
		sum += value * unit + (uint64_t)part * unit / 1000;
		if (sum > MS_MOST)
			return false;
		text += length;
	} while (*text);
	*ret_ms = sum;
	return true;
}

void scalar_duration_print(struct text *out, uint64_t ms)
{
	for (size_t i = 2; i < ARRAY_LEN(scalar_units); i++)
		if (ms % scalar_units[i].ms == 0 && (ms || scalar_units[i].ms == 1000)) {
			text_u64(out, ms / scalar_units[i].ms);
			text_put(out, scalar_units[i].name);
			return;
		}
}

// How long the label at the text is; 0: it is none.
static size_t scalar_label_at(const char *text)
{
	size_t n = 0;
	while (scalar_letter(text[n]) || scalar_digit(text[n]) || text[n] == '-' || text[n] == '_')
		n++;
	return n > LABEL_MAX || text[0] == '-' || (n && text[n - 1] == '-') ? 0 : n;
}

bool scalar_host(const char *text)
{
	bool named = false; // the last label begins with a letter
	if (strcmp(text, ".") == 0)
		return true;
	if (!*text || strlen(text) > HOST_MAX)
		return false;
	while (*text) {
		size_t n = scalar_label_at(text);
		if (!n || (text[n] && text[n] != '.'))
			return false;
		named = scalar_letter(*text);
		text += text[n] ? n + 1 : n;
	}
	return named;
}

static bool scalar_v4_inside(const struct addr *a)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	return a->family == FAMILY_V6 && memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

const char *scalar_address(const char *text, struct addr *ret)
{
	struct addr a;
	if (addr_parse(text, &a) < 0)
		return "is not an address such as 198.18.0.10 or 2001:db8::10";
	if (scalar_v4_inside(&a))
		return "is IPv4 inside of IPv6; write the IPv4 address";
	*ret = a;
	return NULL;
}

const char *scalar_prefix(const char *text, struct prefix *ret)
{
	char base[64];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	struct addr a;
	struct prefix p;
	if (n >= sizeof(base))
		return "is not a prefix such as 198.18.0.0/22";
	memcpy(base, text, n);
	base[n] = '\0';
	if (addr_parse(base, &a) < 0)
		return "is not a prefix such as 198.18.0.0/22, nor an address";
	if (scalar_v4_inside(&a))
		return "is IPv4 inside of IPv6; write the IPv4 prefix";
	uint64_t length = 0;
	if (slash && (!scalar_number(slash + 1, &length) || length > family_bits(a.family)))
		return "has no length from 0 to 32 (IPv6: 128) behind the '/'";
	if (prefix_parse(text, &p) < 0)
		return "has bits behind its length; write the first address of the prefix";
	*ret = p;
	return NULL;
}

bool scalar_country(const char *text, char ret[11])
{
	if (strlen(text) != 2 || !scalar_letter(text[0]) || !scalar_letter(text[1]))
		return false;
	memcpy(ret, "country/", 8);
	ret[8] = (char)(text[0] & ~0x20);
	ret[9] = (char)(text[1] & ~0x20);
	ret[10] = '\0';
	return true;
}
