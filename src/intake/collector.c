// SPDX-License-Identifier: ISC
// Names of collectors.
#include "intake/collector.h"

#include "base/attr.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct collector_part { // a run of bytes of the path
	const char *at;
	size_t n;
};

static bool collector_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool collector_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool collector_is(struct collector_part p, const char *word)
{
	return p.n == strlen(word) && !strncasecmp(p.at, word, p.n);
}

static bool collector_begins(struct collector_part p, const char *word)
{
	return p.n >= strlen(word) && !strncasecmp(p.at, word, strlen(word));
}

// Words that say what is in a dump.
static bool collector_is_kind(struct collector_part p)
{
	static const char *const kinds[] = {"updates", "update", "upds",  "rib",   "ribs",
					    "bview",   "bviews", "table", "tables"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (collector_is(p, kinds[i]))
			return true;
	return false;
}

bool collector_word_generic(const char *word, size_t n)
{
	static const char *const words[] = {"mrt",	 "bgp",	     "bmp",   "bgpdata", "data",   "dump",
					    "dumps",	 "latest",   "all",   "archive", "raw",	   "files",
					    "full",	 "snapshot", "cache", "daily",	 "hourly", "download",
					    "downloads", ".",	     "..",    "tmp"};
	struct collector_part p = {word, n};
	bool plain = true; // digits and marks: a date
	for (size_t i = 0; i < n; i++)
		plain &= collector_is_digit(word[i]) || strchr("._-T:Z", word[i]) != NULL;
	if (plain || collector_is_kind(p))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (collector_is(p, words[i]))
			return true;
	return false;
}

static void collector_put(struct collector_guess *ret, struct collector_part p)
{
	size_t n = p.n < COLLECTOR_NAME_MAX ? p.n : COLLECTOR_NAME_MAX;
	memcpy(ret->name, p.at, n);
	ret->name[n] = '\0';
}

// rrc00 of RIPE RIS, with nothing behind or before it that would make it another word.
static bool collector_find_ris(struct collector_part p, struct collector_part *ret)
{
	for (size_t i = 0; i + 5 <= p.n; i++) {
		bool before = i && (collector_is_letter(p.at[i - 1]) || collector_is_digit(p.at[i - 1]));
		bool after = i + 5 < p.n && collector_is_digit(p.at[i + 5]);
		if (before || after || strncasecmp(p.at + i, "rrc", 3) != 0 || !collector_is_digit(p.at[i + 3]) ||
		    !collector_is_digit(p.at[i + 4]))
			continue;
		*ret = (struct collector_part){p.at + i, 5};
		return true;
	}
	return false;
}

static size_t collector_word_at(struct collector_part p, size_t from)
{
	size_t n = 0;
	while (from + n < p.n && (collector_is_letter(p.at[from + n]) || collector_is_digit(p.at[from + n])))
		n++;
	return n;
}

// route-views2, route-views.sydney, route-views2.saopaulo, route-views6: more than the project's name.
static bool collector_find_routeviews(struct collector_part p, struct collector_part *ret)
{
	static const char head[] = "route-views";
	for (size_t i = 0; i + sizeof(head) <= p.n; i++) {
		if (strncasecmp(p.at + i, head, sizeof(head) - 1) != 0)
			continue;
		size_t n = sizeof(head) - 1, digits = collector_word_at(p, i + n);
		n += digits;
		size_t word = i + n < p.n && p.at[i + n] == '.' ? collector_word_at(p, i + n + 1) : 0;
		struct collector_part place = {p.at + i + n + 1, word};
		bool named = word && !collector_word_generic(place.at, word) && !collector_is(place, "routeviews") &&
			     !collector_is(place, "bz2") && !collector_is(place, "gz");
		n += named ? word + 1 : 0;
		*ret = (struct collector_part){p.at + i, n};
		return digits || named;
	}
	return false;
}

// route-collector.ams.pch.net-mrt-bgp-updates-…, and the folder of that name.
static bool collector_find_pch(struct collector_part p, struct collector_part *ret)
{
	static const char tail[] = ".pch.net";
	for (size_t i = 1; i + sizeof(tail) - 1 <= p.n; i++)
		if (!strncasecmp(p.at + i, tail, sizeof(tail) - 1)) {
			*ret = (struct collector_part){p.at, i + sizeof(tail) - 1};
			return true;
		}
	return false;
}

// Of the file's name what stands before the word that says what it holds, without marks: "rc" of rc-updates.mrt,
// "routeviews.amsix.ams" of routeviews.amsix.ams.updates.1438416600.bz2.
static bool collector_before_kind(struct collector_part file, struct collector_part *ret)
{
	for (size_t i = 0; i < file.n; i++) {
		bool begins = i == 0 || !(collector_is_letter(file.at[i - 1]) || collector_is_digit(file.at[i - 1]));
		struct collector_part word = {file.at + i, collector_word_at(file, i)};
		if (!begins || !collector_is_kind(word))
			continue;
		while (i && strchr(".-_", file.at[i - 1]))
			i--;
		*ret = (struct collector_part){file.at, i};
		return true;
	}
	return false;
}

// The projects whose names CAIDA's broker puts before those of their collectors.
static bool collector_strip_project(struct collector_part *p)
{
	static const char *const projects[] = {"routeviews.", "ris.", "caida.", "pch.", "isolario.", "bgpmon."};
	for (size_t i = 0; i < ARRAY_LEN(projects); i++)
		if (collector_begins(*p, projects[i]) && p->n > strlen(projects[i])) {
			p->at += strlen(projects[i]);
			p->n -= strlen(projects[i]);
			return true;
		}
	return false;
}

// Words at the end that say how it is written: "x-mrt-bgp".
static void collector_strip_words(struct collector_part *p)
{
	for (;;) {
		size_t n = 0;
		while (n < p->n && !strchr(".-_", p->at[p->n - 1 - n]))
			n++;
		if (!n || !collector_word_generic(p->at + p->n - n, n))
			return;
		p->n -= n;
		while (p->n && strchr(".-_", p->at[p->n - 1]))
			p->n--;
	}
}

static bool collector_known(struct collector_part p, struct collector_part *ret)
{
	return collector_find_ris(p, ret) || collector_find_routeviews(p, ret) || collector_find_pch(p, ret);
}

// What the file's name alone says.
static bool collector_of_file(struct collector_part file, struct collector_guess *ret)
{
	struct collector_part p;
	if (collector_before_kind(file, &p)) {
		ret->known = collector_strip_project(&p);
		collector_strip_words(&p);
	} else {
		p = (struct collector_part){file.at, strcspn(file.at, "-.")};
		p.n = p.n < file.n ? p.n : file.n;
	}
	if (!p.n || collector_word_generic(p.at, p.n)) {
		ret->known = false;
		return false;
	}
	collector_put(ret, p);
	return true;
}

// The folder that ends before `end`; *end moves to its begin.
static struct collector_part collector_folder_before(const char *path, size_t *end)
{
	size_t to = *end, from;
	while (to && path[to - 1] == '/')
		to--;
	for (from = to; from && path[from - 1] != '/'; from--)
		continue;
	*end = from;
	return (struct collector_part){path + from, to - from};
}

// The folder above "bgpdata" names one of RouteViews' collectors; the first of them has none.
static bool collector_of_bgpdata(struct collector_part above, struct collector_guess *ret)
{
	bool project = collector_is(above, "routeviews") || collector_is(above, "route-views") ||
		       (above.n > 4 && !strncasecmp(above.at + above.n - 4, ".org", 4));
	ret->known = true;
	if (!above.n || project || collector_word_generic(above.at, above.n))
		collector_put(ret, (struct collector_part){"route-views2", 12});
	else
		collector_put(ret, above);
	return true;
}

void collector_guess(const char *path, struct collector_guess *ret)
{
	const char *slash = strrchr(path, '/');
	struct collector_part file = {slash ? slash + 1 : path, strlen(slash ? slash + 1 : path)}, found, folder;
	size_t end = strlen(path) - file.n;
	*ret = (struct collector_guess){0};
	if (collector_known(file, &found)) {
		ret->known = true;
		collector_put(ret, found);
		return;
	}
	for (size_t at = end; at;) {
		folder = collector_folder_before(path, &at);
		if (!collector_known(folder, &found))
			continue;
		ret->known = true;
		collector_put(ret, found);
		return;
	}
	if (collector_of_file(file, ret))
		return;
	for (size_t at = end; at;) {
		size_t to = at;
		folder = collector_folder_before(path, &at);
		if (collector_is(folder, "bgpdata")) {
			size_t above = at;
			(void)collector_of_bgpdata(collector_folder_before(path, &above), ret);
			return;
		}
		if (!folder.n || collector_word_generic(folder.at, folder.n))
			continue;
		collector_put(ret, folder);
		while (to && path[to - 1] == '/')
			to--;
		ret->folder = to;
		return;
	}
}

void collector_longer_name(const char *path, size_t n, int folders, char ret[COLLECTOR_NAME_MAX + 1])
{
	size_t at = n;
	for (int i = 0; i < folders && at; i++)
		(void)collector_folder_before(path, &at);
	if (n - at > COLLECTOR_NAME_MAX)
		at = n - COLLECTOR_NAME_MAX;
	memcpy(ret, path + at, n - at);
	ret[n - at] = '\0';
}
