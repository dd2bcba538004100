// SPDX-License-Identifier: ISC
// Names are compared as words in lower-case ASCII, without blanks, marks and "the".
#include "model/country.h"

#include "base/attr.h"
#include "base/latin.h"
#include "base/text.h"

#include <string.h>

struct country {
	const char *code, *long_code, *name, *others; // others: parted by '|'
};

#include "model/countries_data.h"

#define NAME_MAX     96 // of a name as it is compared; longer ones are nobody's
#define ALIKE_LEAST  4	// letters: shorter words are part of too many names
#define TYPING_MOST  2	// letters that may be wrong, missing or too many
#define TYPING_LEAST 5	// letters of what may hold such

struct country_words { // a name as it is compared
	char bytes[NAME_MAX + 1];
	size_t length, word; // word: where the one that is being read begins
	bool odd;	     // something in it has no place in a name
};

static void country_word_end(struct country_words *w)
{
	const char *word = w->bytes + w->word;
	size_t n = w->length - w->word;
	if (n == 3 && memcmp(word, "the", 3) == 0) {
		w->length = w->word;
	} else if (n == 5 && memcmp(word, "saint", 5) == 0) {
		memcpy(w->bytes + w->word, "st", 2);
		w->length = w->word + 2;
	}
	w->word = w->length;
}

static void country_words_add(struct country_words *w, const char *plain)
{
	for (; *plain; plain++) {
		bool capital = *plain >= 'A' && *plain <= 'Z';
		if (w->length == NAME_MAX)
			w->odd = true;
		else
			w->bytes[w->length++] = capital ? (char)(*plain | 0x20) : *plain;
	}
}

static void country_words_take(struct country_words *w, const uint8_t *p, size_t n)
{
	char one[2] = {(char)*p, '\0'};
	uint32_t code = latin_code(p, n);
	const char *plain = n > 1 ? latin_plain(code) : one;
	bool letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
	if (n > 1 ? plain != NULL : letter) {
		country_words_add(w, plain);
	} else if (*p == '&') {
		country_word_end(w);
		country_words_add(w, "and");
		country_word_end(w);
	} else if (n > 1) {
		w->odd |= code != 0x2019; // an apostrophe
	} else if (*p != '.' && *p != '\'') {
		country_word_end(w);
	}
}

static void country_words_read(struct country_words *w, const char *name, size_t n)
{
	*w = (struct country_words){0};
	while (n) {
		size_t take = text_showable((const uint8_t *)name, n);
		if (take)
			country_words_take(w, (const uint8_t *)name, take);
		w->odd |= !take;
		take = take ? take : 1;
		name += take;
		n -= take;
	}
	country_word_end(w);
	w->bytes[w->length] = '\0';
}

const char *country_name(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(countries); i++)
		if (strcmp(countries[i].code, code) == 0)
			return countries[i].name;
	return NULL;
}

// Calls for each name of a row, the shown one first, until one call is true; whether one was.
static bool country_any_name(const struct country *c, bool (*is)(const void *context, const struct country_words *name),
			     const void *context)
{
	struct country_words name;
	country_words_read(&name, c->name, strlen(c->name));
	if (is(context, &name))
		return true;
	for (const char *at = c->others; *at;) {
		size_t n = strcspn(at, "|");
		country_words_read(&name, at, n);
		if (is(context, &name))
			return true;
		at += n + (at[n] == '|');
	}
	return false;
}

static bool country_is_same(const void *context, const struct country_words *name)
{
	const struct country_words *asked = context;
	return strcmp(asked->bytes, name->bytes) == 0;
}

bool country_of_name(const char *name, char ret_code[COUNTRY_CODE_SIZE])
{
	struct country_words asked, code;
	country_words_read(&asked, name, strlen(name));
	for (size_t i = 0; i < ARRAY_LEN(countries) && asked.length && !asked.odd; i++) {
		const struct country *c = &countries[i];
		country_words_read(&code, c->long_code, strlen(c->long_code));
		if (!country_is_same(&asked, &code) && !country_any_name(c, country_is_same, &asked))
			continue;
		memcpy(ret_code, c->code, COUNTRY_CODE_SIZE);
		return true;
	}
	return false;
}

static size_t country_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

// Letters to put in, take out or replace until one is the other (Levenshtein).
static size_t country_distance(const struct country_words *a, const struct country_words *b)
{
	size_t row[NAME_MAX + 1];
	for (size_t k = 0; k <= b->length; k++)
		row[k] = k;
	for (size_t i = 1; i <= a->length; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t k = 1; k <= b->length; k++) {
			size_t replaced = corner + (a->bytes[i - 1] != b->bytes[k - 1]);
			corner = row[k];
			row[k] = country_least(replaced, country_least(row[k], row[k - 1]) + 1);
		}
	}
	return row[b->length];
}

static bool country_is_part(const void *context, const struct country_words *name)
{
	const struct country_words *asked = context;
	return asked->length >= ALIKE_LEAST && strstr(name->bytes, asked->bytes);
}

static bool country_is_typed(const void *context, const struct country_words *name)
{
	const struct country_words *asked = context;
	return asked->length >= TYPING_LEAST && country_distance(asked, name) <= TYPING_MOST;
}

size_t country_like(const char *name, char ret_codes[][COUNTRY_CODE_SIZE], size_t most)
{
	struct country_words asked;
	size_t found = 0;
	country_words_read(&asked, name, strlen(name));
	for (int typed = 0; typed < 2 && !found && !asked.odd; typed++)
		for (size_t i = 0; i < ARRAY_LEN(countries) && found < most; i++)
			if (country_any_name(&countries[i], typed ? country_is_typed : country_is_part, &asked))
				memcpy(ret_codes[found++], countries[i].code, COUNTRY_CODE_SIZE);
	return found;
}
