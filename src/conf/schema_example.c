// SPDX-License-Identifier: ISC
// Prints a table of keys as part of a manual page, and as an example that can be read again: what has a default stands as it is, the rest is commented out
// ("#key: value", where prose has "# " and a word).
#include "conf/schema.h"

#include "base/attr.h"
#include "conf/scalar.h"

#include <string.h>

#define PROSE_WIDTH 100

struct printer {
	struct text *out;
	bool commented; // the part of the top key that is printed now
};

void schema_bounds(struct text *out, const struct schema_row *row)
{
	switch ((enum schema_type)row->type) {
	case SCHEMA_SWITCH:
		text_put(out, "on or off");
		return;
	case SCHEMA_NUMBER:
	case SCHEMA_REAL:
		text_put(out, row->type == SCHEMA_REAL ? "a number from " : "a whole number from ");
		text_u64(out, row->low);
		text_put(out, " to ");
		text_u64(out, row->high);
		return;
	case SCHEMA_DURATION:
		text_put(out, "a time from ");
		scalar_duration_print(out, row->low);
		text_put(out, " to ");
		scalar_duration_print(out, row->high);
		return;
	case SCHEMA_TEXT:
		text_put(out, "one line of text");
		if (row->high)
			text_printf(out, " of %s%u bytes", row->low ? "1 to " : "at most ", (unsigned)row->high);
		return;
	case SCHEMA_HOST:
		text_put(out, "a name such as www.example.net");
		return;
	case SCHEMA_ADDRESS:
		text_put(out, "an address");
		return;
	case SCHEMA_ENUM:
		for (size_t i = 0; row->words[i]; i++)
			text_printf(out, "%s%s", !i ? "" : row->words[i + 1] ? ", " : " or ", row->words[i]);
		return;
	case SCHEMA_LIST:
	case SCHEMA_LATER:
		text_put(out, "a list");
		return;
	case SCHEMA_MAP:
	case SCHEMA_TABLE:
		text_put(out, "a map");
		return;
	case SCHEMA_ANY:
		text_put(out, "any value");
		return;
	}
}

static void schema_example_begin_line(const struct printer *p, unsigned indent)
{
	if (p->commented)
		text_char(p->out, '#');
	for (unsigned i = 0; i < indent; i++)
		text_put(p->out, "  ");
}

// Words behind "# ", broken before they pass the width.
static void schema_example_put_prose(const struct printer *p, unsigned indent, const char *words)
{
	size_t used = 0;
	while (*words) {
		size_t n = strcspn(words, " ");
		if (used && used + 1 + n > PROSE_WIDTH) {
			text_char(p->out, '\n');
			used = 0;
		}
		if (used) {
			text_char(p->out, ' ');
		} else {
			schema_example_begin_line(p, indent);
			text_put(p->out, "# ");
		}
		text_bytes(p->out, words, n);
		used += n + 1;
		words += n + (words[n] == ' ');
	}
	text_char(p->out, '\n');
}

static bool schema_example_has_value(const struct schema_row *row)
{
	return row->standard || row->sample || row->sub;
}

// The sentence and, in brackets, what may be written.
static void schema_example_put_words(struct text *words, const struct schema_row *row)
{
	text_printf(words, "%s (", row->help);
	schema_bounds(words, row);
	if (row->standard)
		text_printf(words, "; default %s)", row->standard);
	else
		text_put(words, row->required ? "; needed)" : ")");
}

// The sentence; a key that the example does not set is named before it.
static void schema_example_put_help(const struct printer *p, const struct schema_row *row, unsigned indent)
{
	struct text words = {0};
	if (!schema_example_has_value(row))
		text_printf(&words, "%s: ", row->key);
	schema_example_put_words(&words, row);
	schema_example_put_prose(p, indent, text_string(&words));
	text_free(&words);
}

static void schema_example_put_rows(struct printer *p, const struct schema *s, unsigned indent, bool dash);

// Returns whether a line with the key was printed; `dash`: it begins an item of a list.
static bool schema_example_put_row(struct printer *p, const struct schema_row *row, unsigned indent, bool dash)
{
	schema_example_put_help(p, row, indent);
	p->commented = indent ? p->commented : !row->standard;
	if (schema_example_has_value(row)) {
		schema_example_begin_line(p, dash ? indent - 1 : indent);
		text_printf(p->out, "%s%s:", dash ? "- " : "", row->key);
		if (!row->sub)
			text_printf(p->out, " %s", row->sample ? row->sample : row->standard);
		text_char(p->out, '\n');
	}
	bool list = row->type == SCHEMA_LIST || row->type == SCHEMA_LATER;
	if (row->sub)
		schema_example_put_rows(p, row->sub, indent + (list ? 2 : 1), list);
	return schema_example_has_value(row);
}

// Tables are no deeper than they are written, so is this recursion.
static void schema_example_put_rows(struct printer *p, const struct schema *s, unsigned indent, bool dash)
{
	for (size_t i = 0; i < s->count; i++) {
		if (!indent) {
			p->commented = false;
			text_char(p->out, '\n');
		}
		dash = !schema_example_put_row(p, &s->rows[i], indent, dash) && dash;
	}
}

void schema_example(struct text *out, const struct schema *s)
{
	struct printer p = {.out = out};
	schema_example_put_rows(&p, s, 0, false);
}

// What means something to scdoc is escaped.
static void schema_example_put_escaped(struct text *out, const char *words)
{
	for (; *words; words++) {
		if (strchr("*_\\[]#+", *words))
			text_char(out, '\\');
		text_char(out, *words);
	}
}

static void schema_example_put_paragraphs(struct text *out, const struct schema *s, const char *before)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct schema_row *row = &s->rows[i];
		bool list = row->type == SCHEMA_LIST || row->type == SCHEMA_LATER;
		struct text name = {0}, words = {0};
		text_printf(&name, "%s%s", before, row->key);
		schema_example_put_words(&words, row);
		text_put(out, "\n*");
		schema_example_put_escaped(out, text_string(&name));
		text_put(out, "*\n\t");
		schema_example_put_escaped(out, text_string(&words));
		text_char(out, '\n');
		text_put(&name, list ? "[]." : ".");
		if (row->sub)
			schema_example_put_paragraphs(out, row->sub, text_string(&name));
		text_free(&name);
		text_free(&words);
	}
}

void schema_reference(struct text *out, const struct schema *s)
{
	schema_example_put_paragraphs(out, s, "");
}
