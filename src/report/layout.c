// SPDX-License-Identifier: ISC
// Breaks lines between words; inside the line blanks stay as they are, so that columns do.
#include "report/layout.h"

#include "base/attr.h"
#include "base/latin.h"

#define ROOM_LEAST 24 // columns that are left for words, or they begin further left

// Bars of a strip and signs of ours in ASCII; the bars are eighths.
static const struct layout_sign {
	uint32_t code;
	const char *plain;
} layout_signs[] = {
	{0x2581, "1"},	 {0x2582, "2"},	 {0x2583, "3"},	 {0x2584, "4"},	 {0x2585, "5"},	 {0x2586, "6"},
	{0x2587, "7"},	 {0x2588, "#"},	 {0xb7, "."},	 {0x2192, "->"}, {0xb1, "+-"},	 {0xd7, "x"},
	{0x2013, "-"},	 {0x2014, "-"},	 {0x2018, "'"},	 {0x2019, "'"},	 {0x201c, "\""}, {0x201d, "\""},
	{0x2026, "..."}, {0x2265, ">="}, {0x2264, "<="}, {0xa0, " "},	 {0x202f, " "},
};

static const char *layout_plain(uint32_t code)
{
	const char *letter = latin_plain(code);
	for (size_t i = 0; i < ARRAY_LEN(layout_signs); i++)
		if (layout_signs[i].code == code)
			return layout_signs[i].plain;
	return letter ? letter : "?";
}

// Unicode's East Asian Width W and F, in blocks.
static bool layout_is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) || (c >= 0x3041 && c <= 0xa4cf) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
	       (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
	       (c >= 0x20000 && c <= 0x3fffd);
}

static size_t layout_width_of(uint32_t code)
{
	bool mark = (code >= 0x300 && code < 0x370) || (code >= 0x20d0 && code < 0x2100) || code == 0xfe0f;
	return mark ? 0 : layout_is_wide(code) ? 2 : 1;
}

// One character at `at`: its bytes and columns.
static size_t layout_next(const char *at, size_t left, size_t *ret_columns)
{
	size_t n = text_showable((const uint8_t *)at, left);
	*ret_columns = n ? layout_width_of(latin_code((const uint8_t *)at, n)) : 1;
	return n ? n : 1;
}

size_t layout_columns(const char *bytes, size_t n)
{
	size_t columns = 0, one;
	while (n) {
		size_t take = layout_next(bytes, n, &one);
		columns += one;
		bytes += take;
		n -= take;
	}
	return columns;
}

// Where a line goes on: of "  start       2026" below the 2.
static size_t layout_hang(const char *line, size_t n, const struct layout_form *l)
{
	size_t blanks = 0;
	if (l->hang)
		return l->hang == LAYOUT_NO_HANG ? 0 : l->hang;
	while (blanks < n && line[blanks] == ' ')
		blanks++;
	size_t hang = blanks >= LAYOUT_LABELS ? blanks + 2 : blanks >= 2 ? LAYOUT_LABELS : 2;
	return hang + ROOM_LEAST > l->width ? 2 : hang;
}

struct layout_line { // the one that is being written
	struct text *to;
	const struct layout_form *layout;
	size_t column, hang;
};

static void layout_begin_next(struct layout_line *w)
{
	text_char(w->to, '\n');
	for (size_t i = 0; i < w->hang; i++)
		text_char(w->to, ' ');
	w->column = w->hang;
}

static void layout_put_broken(struct layout_line *w, const char *word, size_t n)
{
	size_t one;
	for (size_t take; n; word += take, n -= take) {
		take = layout_next(word, n, &one);
		if (w->column + one > w->layout->width)
			layout_begin_next(w);
		text_bytes(w->to, word, take);
		w->column += one;
	}
}

// A word with the blanks before it, which stay unless a line begins with it.
static void layout_put_word(struct layout_line *w, const char *word, size_t n, size_t blanks)
{
	size_t columns = layout_columns(word, n), width = w->layout->width;
	bool fits = w->column + blanks + columns <= width;
	if (!fits && w->column > w->hang && w->hang + columns <= width) {
		layout_begin_next(w);
		blanks = 0;
	}
	for (size_t i = 0; i < blanks && w->column < width; i++, w->column++)
		text_char(w->to, ' ');
	layout_put_broken(w, word, n);
}

// A number and its unit are one word.
static bool layout_is_unit(const char *word, size_t n)
{
	static const char *const units[] = {"s", "min", "h", "ms", "%", "UTC", "day", "days"};
	while (n && strchr(",.;:)", word[n - 1]))
		n--;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (n == strlen(units[i]) && memcmp(word, units[i], n) == 0)
			return true;
	return false;
}

static size_t layout_word_end(const char *line, size_t from, size_t n)
{
	size_t end = from;
	while (end < n && line[end] != ' ')
		end++;
	size_t next = end + 1;
	while (next < n && line[next] != ' ')
		next++;
	bool number = end > from && line[end - 1] >= '0' && line[end - 1] <= '9';
	return number && next <= n && layout_is_unit(line + end + 1, next - end - 1) ? next : end;
}

static void layout_put_line(struct layout_line *w, const char *line, size_t n)
{
	while (n) {
		size_t blanks = 0;
		while (blanks < n && line[blanks] == ' ')
			blanks++;
		size_t end = layout_word_end(line, blanks, n);
		if (end > blanks)
			layout_put_word(w, line + blanks, end - blanks, blanks);
		line += end;
		n -= end;
	}
}

static void layout_put_plain(struct text *to, const char *bytes, size_t n)
{
	while (n) {
		size_t take = text_showable((const uint8_t *)bytes, n);
		if (*bytes == '\n' || take == 1)
			text_char(to, *bytes);
		else
			text_put(to, take ? layout_plain(latin_code((const uint8_t *)bytes, take)) : "?");
		take = take ? take : 1;
		bytes += take;
		n -= take;
	}
}

void layout_text(struct text *to, const char *bytes, size_t n, const struct layout_form *l)
{
	struct text plain = {0};
	if (l->ascii) {
		layout_put_plain(&plain, bytes, n);
		bytes = plain.bytes;
		n = plain.length;
	}
	while (n) {
		const char *end = memchr(bytes, '\n', n);
		size_t length = end ? (size_t)(end - bytes) : n;
		struct layout_line w = {to, l, 0, layout_hang(bytes, length, l)};
		if (l->width)
			layout_put_line(&w, bytes, length);
		else
			text_bytes(to, bytes, length);
		if (end)
			text_char(to, '\n');
		bytes += length + (end != NULL);
		n -= length + (end != NULL);
	}
	text_free(&plain);
}
