// SPDX-License-Identifier: ISC
// From the text of a pattern to nodes. Recursion is as deep as groups stand in each other, which is bounded.
#include "base/pattern_parse.h"

#include "base/attr.h"

#include <string.h>

#define DEPTH_MAX   64 // groups in each other
#define REPEAT_MOST 1000
#define REPLACEMENT 0xfffd
#define NONE	    (-1)

struct pattern_reader {
	struct pattern_tree *tree;
	struct cursor at;
	const char *why;
	unsigned depth;
	bool fold, lines, dot_all, lazy; // the flags i, m, s and U
	bool quoted;			 // between \Q and \E all stands for itself
};

static int pattern_parse_group(struct pattern_reader *r);

uint32_t pattern_character(struct cursor *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t byte = 0;
	if (!cursor_u8(c, &byte) || byte < 0x80)
		return byte;
	unsigned n = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
	uint32_t value = n ? byte & (0x7fu >> n) : 0;
	if (!n || cursor_left(c) < n - 1)
		return REPLACEMENT;
	for (unsigned i = 0; i < n - 1; i++) {
		if ((c->at[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		value = value << 6 | (c->at[i] & 0x3fu);
	}
	if (value < least[n] || value > PATTERN_LAST || (value >= 0xd800 && value < 0xe000))
		return REPLACEMENT;
	return cursor_skip(c, n - 1) ? value : REPLACEMENT;
}

static int pattern_parse_refuse(struct pattern_reader *r, const char *why)
{
	r->why = r->why ? r->why : why;
	return NONE;
}

static bool pattern_parse_at(const struct pattern_reader *r, char byte)
{
	return cursor_left(&r->at) && *r->at.at == (uint8_t)byte;
}

static bool pattern_parse_take(struct pattern_reader *r, const char *word)
{
	size_t n = strlen(word);
	return cursor_left(&r->at) >= n && memcmp(r->at.at, word, n) == 0 && cursor_skip(&r->at, n);
}

static int pattern_parse_node_add(struct pattern_reader *r, struct pattern_node node)
{
	struct pattern_tree *t = r->tree;
	if (t->count == PATTERN_NODES)
		return pattern_parse_refuse(r, "it is too long");
	t->nodes[t->count] = node;
	return (int)t->count++;
}

// ---- classes

static bool pattern_parse_range_add(struct pattern_reader *r, uint32_t low, uint32_t high)
{
	struct pattern_tree *t = r->tree;
	if (t->range_count + 1 >= PATTERN_RANGES) {
		(void)pattern_parse_refuse(r, "it is too long");
		return false;
	}
	t->ranges[t->range_count++] = (struct pattern_range){low, high};
	return true;
}

// The other case of the letters in the range: those of ASCII, and the two beyond it that fold to them.
static bool pattern_parse_fold_add(struct pattern_reader *r, uint32_t low, uint32_t high)
{
	bool added = true;
	for (uint32_t c = low > 'A' ? low : 'A'; c <= 'z' && c <= high && added; c++)
		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			added = pattern_parse_range_add(r, c ^ 0x20, c ^ 0x20);
	if ((low <= 'k' && high >= 'k') || (low <= 'K' && high >= 'K'))
		added = added && pattern_parse_range_add(r, 0x212a, 0x212a);
	if ((low <= 's' && high >= 's') || (low <= 'S' && high >= 'S'))
		added = added && pattern_parse_range_add(r, 0x17f, 0x17f);
	return added;
}

static bool pattern_parse_span(struct pattern_reader *r, uint32_t low, uint32_t high)
{
	if (r->fold && high >= 0x80 && high != PATTERN_LAST) {
		(void)pattern_parse_refuse(r, "letters beyond ASCII without regard to case are not read here");
		return false;
	}
	return pattern_parse_range_add(r, low, high) && (!r->fold || pattern_parse_fold_add(r, low, high));
}

static void pattern_parse_sort(struct pattern_range *at, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && at[k].low < at[k - 1].low; k--) {
			struct pattern_range held = at[k];
			at[k] = at[k - 1];
			at[k - 1] = held;
		}
}

// Turns the ranges from `first` on into those between them.
static bool pattern_parse_negate(struct pattern_reader *r, size_t first)
{
	struct pattern_tree *t = r->tree;
	size_t n = t->range_count - first;
	uint32_t next = 0;
	pattern_parse_sort(t->ranges + first, n);
	for (size_t i = 0; i < n; i++) {
		struct pattern_range one = t->ranges[first + i];
		if (one.low > next && !pattern_parse_range_add(r, next, one.low - 1))
			return false;
		next = one.high >= next ? one.high + 1 : next;
	}
	if (next <= PATTERN_LAST && !pattern_parse_range_add(r, next, PATTERN_LAST))
		return false;
	size_t left = t->range_count - first - n;
	memmove(t->ranges + first, t->ranges + first + n, left * sizeof(*t->ranges));
	t->range_count = first + left;
	return true;
}

static const struct {
	const char *name;
	struct pattern_range ranges[4];
	size_t count;
} pattern_parse_named[] = {
	{"d", {{'0', '9'}}, 1},
	{"w", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
	{"s", {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}, 3},
	{"[:alnum:]", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, 3},
	{"[:alpha:]", {{'A', 'Z'}, {'a', 'z'}}, 2},
	{"[:ascii:]", {{0, 0x7f}}, 1},
	{"[:blank:]", {{'\t', '\t'}, {' ', ' '}}, 2},
	{"[:cntrl:]", {{0, 0x1f}, {0x7f, 0x7f}}, 2},
	{"[:digit:]", {{'0', '9'}}, 1},
	{"[:graph:]", {{'!', '~'}}, 1},
	{"[:lower:]", {{'a', 'z'}}, 1},
	{"[:print:]", {{' ', '~'}}, 1},
	{"[:punct:]", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, 4},
	{"[:space:]", {{'\t', '\r'}, {' ', ' '}}, 2},
	{"[:upper:]", {{'A', 'Z'}}, 1},
	{"[:word:]", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
	{"[:xdigit:]", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, 3},
};

static bool pattern_parse_named_add(struct pattern_reader *r, size_t which, bool negated)
{
	size_t first = r->tree->range_count;
	for (size_t i = 0; i < pattern_parse_named[which].count; i++)
		if (!pattern_parse_span(r, pattern_parse_named[which].ranges[i].low,
					pattern_parse_named[which].ranges[i].high))
			return false;
	return !negated || pattern_parse_negate(r, first);
}

// \d, \D, ... where the reader stands behind the '\'. False: none of them, or it was refused.
static bool pattern_parse_shorthand(struct pattern_reader *r)
{
	uint8_t letter = cursor_left(&r->at) ? *r->at.at : 0;
	for (size_t i = 0; i < 3; i++) {
		uint8_t name = (uint8_t)pattern_parse_named[i].name[0];
		if (letter != name && letter != (name ^ 0x20))
			continue;
		return cursor_skip(&r->at, 1) && pattern_parse_named_add(r, i, letter != name);
	}
	return false;
}

static int pattern_parse_hex(uint8_t c)
{
	uint8_t lower = c | 0x20;
	if (c >= '0' && c <= '9')
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : NONE;
}

// \x41 or \x{1F600}, behind the 'x'.
static int64_t pattern_parse_escape_hex(struct pattern_reader *r)
{
	bool braced = pattern_parse_take(r, "{");
	uint32_t value = 0;
	unsigned digits = 0;
	uint8_t byte;
	while ((braced || digits < 2) && cursor_left(&r->at) && pattern_parse_hex(*r->at.at) >= 0 && digits < 8 &&
	       cursor_u8(&r->at, &byte)) {
		value = value << 4 | (uint32_t)pattern_parse_hex(byte);
		digits++;
	}
	if (!digits || (!braced && digits != 2) || (braced && !pattern_parse_take(r, "}")) || value > PATTERN_LAST)
		return pattern_parse_refuse(r, "what stands behind \\x is no character");
	return value;
}

// A single character behind a '\'; below 0: refused.
static int64_t pattern_parse_escape(struct pattern_reader *r)
{
	static const char letters[] = "aftnrv", means[] = "\a\f\t\n\r\v";
	uint8_t c;
	if (!cursor_u8(&r->at, &c))
		return pattern_parse_refuse(r, "a '\\' stands at its end");
	const char *at = memchr(letters, c, sizeof(letters) - 1);
	if (at)
		return means[at - letters];
	if (c == 'x')
		return pattern_parse_escape_hex(r);
	bool word = pattern_parse_hex(c) >= 0 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
	if (c == '0') {
		uint32_t value = 0;
		for (int i = 0; i < 2 && cursor_left(&r->at) && *r->at.at >= '0' && *r->at.at <= '7'; i++) {
			value = value * 8 + (uint32_t)(*r->at.at - '0');
			r->at.at++;
		}
		return value;
	}
	return word ? pattern_parse_refuse(r, c == 'p' || c == 'P' ? "classes of Unicode (\\p) are not read here"
								   : "an escape in it is not known")
		    : c;
}

static int pattern_parse_class_node(struct pattern_reader *r, size_t first)
{
	return r->why ? NONE
		      : pattern_parse_node_add(r, (struct pattern_node){.kind = PATTERN_CLASS,
									.from = (uint16_t)first,
									.to = (uint16_t)r->tree->range_count});
}

static bool pattern_parse_posix(struct pattern_reader *r)
{
	for (size_t i = 3; i < ARRAY_LEN(pattern_parse_named); i++) {
		char negated[16] = "[:^";
		memcpy(negated + 3, pattern_parse_named[i].name + 2, strlen(pattern_parse_named[i].name) - 1);
		bool plain = pattern_parse_take(r, pattern_parse_named[i].name);
		if (plain || pattern_parse_take(r, negated))
			return pattern_parse_named_add(r, i, !plain);
	}
	return false;
}

// One character of a class, or the beginning of a range.
static int64_t pattern_parse_class_one(struct pattern_reader *r)
{
	if (pattern_parse_take(r, "\\"))
		return pattern_parse_escape(r);
	return cursor_left(&r->at) ? (int64_t)pattern_character(&r->at) : pattern_parse_refuse(r, "a ']' is missing");
}

static bool pattern_parse_class_item(struct pattern_reader *r)
{
	struct cursor before = r->at;
	if (pattern_parse_at(r, '[') && pattern_parse_posix(r))
		return true;
	if (!r->why && pattern_parse_take(r, "[:") && memchr(r->at.at, ':', cursor_left(&r->at)))
		(void)pattern_parse_refuse(r, "a class such as [:word:] in it is not known");
	r->at = before;
	if (pattern_parse_take(r, "\\") && pattern_parse_shorthand(r))
		return true;
	if (r->why)
		return false;
	r->at = before;
	int64_t low = pattern_parse_class_one(r), high = low;
	struct cursor dash = r->at;
	if (low >= 0 && pattern_parse_take(r, "-")) {
		if (pattern_parse_at(r, ']'))
			r->at = dash;
		else
			high = pattern_parse_class_one(r);
	}
	if (low < 0 || high < low)
		(void)pattern_parse_refuse(r, "a range in it runs backwards");
	return !r->why && pattern_parse_span(r, (uint32_t)low, (uint32_t)high);
}

static int pattern_parse_class(struct pattern_reader *r)
{
	size_t first = r->tree->range_count;
	bool negated = pattern_parse_take(r, "^"), begun = false;
	while (!r->why && (!begun || !pattern_parse_take(r, "]"))) {
		if (!cursor_left(&r->at))
			return pattern_parse_refuse(r, "a ']' is missing");
		if (!pattern_parse_class_item(r))
			return NONE;
		begun = true;
	}
	if (negated && !r->why && !pattern_parse_negate(r, first))
		return NONE;
	return pattern_parse_class_node(r, first);
}

// ---- pieces

static int pattern_parse_literal(struct pattern_reader *r, int64_t c)
{
	size_t first = r->tree->range_count;
	return c < 0 || !pattern_parse_span(r, (uint32_t)c, (uint32_t)c) ? NONE : pattern_parse_class_node(r, first);
}

static int pattern_parse_dot(struct pattern_reader *r)
{
	size_t first = r->tree->range_count;
	bool added = r->dot_all ? pattern_parse_range_add(r, 0, PATTERN_LAST)
				: pattern_parse_range_add(r, 0, '\n' - 1) &&
					  pattern_parse_range_add(r, '\n' + 1, PATTERN_LAST);
	return added ? pattern_parse_class_node(r, first) : NONE;
}

static int pattern_parse_node_of(struct pattern_reader *r, uint8_t kind)
{
	return pattern_parse_node_add(r, (struct pattern_node){.kind = kind});
}

static int pattern_parse_join(struct pattern_reader *r, uint8_t kind, int left, int right)
{
	if (left < 0 || right < 0)
		return NONE;
	return pattern_parse_node_add(
		r, (struct pattern_node){.kind = kind, .left = (uint16_t)left, .right = (uint16_t)right});
}

static int pattern_parse_behind_backslash(struct pattern_reader *r)
{
	static const struct {
		const char *word;
		uint8_t kind;
	} places[] = {{"A", PATTERN_BEGIN_TEXT},
		      {"z", PATTERN_END_TEXT},
		      {"b", PATTERN_BOUNDARY},
		      {"B", PATTERN_NO_BOUNDARY}};
	size_t first = r->tree->range_count;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (pattern_parse_take(r, places[i].word))
			return pattern_parse_node_of(r, places[i].kind);
	if (pattern_parse_shorthand(r))
		return pattern_parse_class_node(r, first);
	return r->why ? NONE : pattern_parse_literal(r, pattern_parse_escape(r));
}

static int pattern_parse_flags(struct pattern_reader *r)
{
	bool on = true, any = false;
	uint8_t c;
	while (cursor_u8(&r->at, &c) && c != ')' && c != ':') {
		any = true;
		if (c == '-' && on)
			on = false;
		else if (c == 'i')
			r->fold = on;
		else if (c == 'm')
			r->lines = on;
		else if (c == 's')
			r->dot_all = on;
		else if (c == 'U')
			r->lazy = on;
		else
			return pattern_parse_refuse(r, "a flag behind (? is not known");
	}
	if (r->at.at[-1] != ')' && r->at.at[-1] != ':')
		return pattern_parse_refuse(r, "a ')' is missing");
	return !any && r->at.at[-1] == ')' ? pattern_parse_refuse(r, "nothing stands between (? and )") : r->at.at[-1];
}

static int pattern_parse_close(struct pattern_reader *r, int inner)
{
	if (inner < 0)
		return NONE;
	return pattern_parse_take(r, ")") ? inner : pattern_parse_refuse(r, "a ')' is missing");
}

// Flags hold to the end of the group that they stand in.
static int pattern_parse_open(struct pattern_reader *r)
{
	struct pattern_reader held = *r;
	int inner;
	bool named = pattern_parse_take(r, "?P<") || pattern_parse_take(r, "?<");
	if (named) {
		const uint8_t *end = memchr(r->at.at, '>', cursor_left(&r->at));
		if (!end || end == r->at.at || !cursor_skip(&r->at, (size_t)(end - r->at.at) + 1))
			return pattern_parse_refuse(r, "the name of a group is missing");
	}
	if (!named && pattern_parse_take(r, "?")) {
		int mark = pattern_parse_flags(r);
		if (mark < 0)
			return NONE;
		if (mark == ')')
			return pattern_parse_node_of(r, PATTERN_EMPTY);
		inner = pattern_parse_close(r, pattern_parse_group(r));
	} else {
		if (r->tree->groups + 1 == PATTERN_GROUPS)
			return pattern_parse_refuse(r, "more than 15 groups");
		int16_t number = (int16_t)++r->tree->groups;
		inner = pattern_parse_close(r, pattern_parse_group(r));
		if (inner >= 0)
			inner = pattern_parse_node_add(
				r,
				(struct pattern_node){.kind = PATTERN_GROUP, .left = (uint16_t)inner, .low = number});
	}
	r->fold = held.fold;
	r->lines = held.lines;
	r->dot_all = held.dot_all;
	r->lazy = held.lazy;
	return inner;
}

static int pattern_parse_piece(struct pattern_reader *r)
{
	uint8_t c = *r->at.at;
	if (c >= 0x80 || !strchr("\\[(.^$", c))
		return pattern_parse_literal(r, pattern_character(&r->at));
	r->at.at++;
	switch (c) {
	case '\\':
		return pattern_parse_behind_backslash(r);
	case '[':
		return pattern_parse_class(r);
	case '(':
		return pattern_parse_open(r);
	case '.':
		return pattern_parse_dot(r);
	case '^':
		return pattern_parse_node_of(r, r->lines ? PATTERN_BEGIN_LINE : PATTERN_BEGIN_TEXT);
	default:
		return pattern_parse_node_of(r, r->lines ? PATTERN_END_LINE : PATTERN_END_TEXT);
	}
}

static bool pattern_parse_number(struct pattern_reader *r, int16_t *ret)
{
	int value = 0, digits = 0;
	while (cursor_left(&r->at) && *r->at.at >= '0' && *r->at.at <= '9' && digits < 5) {
		value = value * 10 + (*r->at.at++ - '0');
		digits++;
	}
	*ret = (int16_t)(value <= REPEAT_MOST ? value : REPEAT_MOST + 1);
	return digits;
}

// {2}, {2,} or {2,5}. False: not so, and then it stands for itself; the reader is where it was.
static bool pattern_parse_counted(struct pattern_reader *r, int16_t *ret_low, int16_t *ret_high)
{
	struct cursor before = r->at;
	*ret_low = 0;
	bool good = pattern_parse_take(r, "{") && pattern_parse_number(r, ret_low);
	*ret_high = *ret_low;
	if (good && pattern_parse_take(r, ",") && !pattern_parse_number(r, ret_high))
		*ret_high = -1;
	if (!good || !pattern_parse_take(r, "}")) {
		r->at = before;
		return false;
	}
	return true;
}

static bool pattern_parse_times(struct pattern_reader *r, int16_t *ret_low, int16_t *ret_high)
{
	static const struct {
		const char *word;
		int16_t low, high;
	} signs[] = {{"*", 0, -1}, {"+", 1, -1}, {"?", 0, 1}};
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (pattern_parse_take(r, signs[i].word)) {
			*ret_low = signs[i].low;
			*ret_high = signs[i].high;
			return true;
		}
	return pattern_parse_counted(r, ret_low, ret_high);
}

// The piece, as often as what stands behind it says.
static int pattern_parse_times_of(struct pattern_reader *r, int piece)
{
	int16_t low, high;
	bool again = false;
	while (piece >= 0 && pattern_parse_times(r, &low, &high)) {
		if (again)
			return pattern_parse_refuse(r, "a repetition of a repetition");
		if (low > REPEAT_MOST || high > REPEAT_MOST || (high >= 0 && high < low))
			return pattern_parse_refuse(r, "a repetition counts too far, or backwards");
		bool lazy = pattern_parse_take(r, "?") != r->lazy;
		piece = pattern_parse_node_add(r, (struct pattern_node){.kind = PATTERN_REPEAT,
									.left = (uint16_t)piece,
									.low = low,
									.high = high,
									.lazy = lazy});
		again = true;
	}
	return piece;
}

static int pattern_parse_repeated(struct pattern_reader *r)
{
	int16_t low, high;
	if (r->quoted) {
		int one = pattern_parse_literal(r, pattern_character(&r->at));
		r->quoted = !pattern_parse_take(r, "\\E");
		return r->quoted ? one : pattern_parse_times_of(r, one);
	}
	if (strchr("*+?", *r->at.at) || pattern_parse_counted(r, &low, &high))
		return pattern_parse_refuse(r, "a repetition repeats nothing");
	return pattern_parse_times_of(r, pattern_parse_piece(r));
}

static int pattern_parse_sequence(struct pattern_reader *r)
{
	int whole = pattern_parse_node_of(r, PATTERN_EMPTY);
	while (whole >= 0 && cursor_left(&r->at) &&
	       (r->quoted || (!pattern_parse_at(r, '|') && !pattern_parse_at(r, ')')))) {
		if (r->quoted ? pattern_parse_take(r, "\\E") : pattern_parse_take(r, "\\Q"))
			r->quoted = !r->quoted;
		else
			whole = pattern_parse_join(r, PATTERN_BOTH, whole, pattern_parse_repeated(r));
	}
	return whole;
}

// What stands in a group, or the whole: sequences with '|' between them.
static int pattern_parse_group(struct pattern_reader *r)
{
	if (r->depth == DEPTH_MAX)
		return pattern_parse_refuse(r, "groups stand inside each other too deep");
	r->depth++;
	int whole = pattern_parse_sequence(r);
	while (whole >= 0 && pattern_parse_take(r, "|"))
		whole = pattern_parse_join(r, PATTERN_EITHER, whole, pattern_parse_sequence(r));
	r->depth--;
	return whole;
}

int pattern_parse(const char *text, struct pattern_tree *ret, const char **ret_why)
{
	struct pattern_reader r = {.tree = ret, .at = cursor_of(text, strlen(text))};
	ret->count = ret->range_count = ret->groups = 0;
	int root = strlen(text) > PATTERN_TEXT_MAX ? pattern_parse_refuse(&r, "it is longer than 1024 bytes")
						   : pattern_parse_group(&r);
	if (root >= 0 && cursor_left(&r.at))
		root = pattern_parse_refuse(&r, "a ')' stands there too much");
	*ret_why = r.why;
	return r.why ? NONE : root;
}
