// SPDX-License-Identifier: ISC
// CSV (RFC 4180) of labelled outages; dates as spreadsheets write them.
#include "reference/labels.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/number.h"
#include "base/numbers.h"
#include "base/when.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 32
#define FIELD_MAX  256 // bytes that are kept of a field; the rest says nothing here

struct labels_row {
	char field[FIELDS_MAX][FIELD_MAX];
	size_t fields;
	unsigned line;
};

struct labels_reader {
	struct cursor rest;
	unsigned line;
	struct labels_row row;
};

enum column {
	COLUMN_BEGIN,
	COLUMN_END,
	COLUMN_COUNTRY,
	COLUMN_SCOPE,
	COLUMN_CAUSE,
	COLUMN_FLAGS,
	COLUMN_COUNT = COLUMN_FLAGS + LABEL_SIGNALS
};

struct layout {
	const char *names[COLUMN_COUNT];
	bool shutdowns_only;
};

static const struct layout labels_layouts[] = {
	{{"begin", "end", "country", "scope", "cause", "bgp_visible", "probing_visible", "telescope_visible"}, false},
	{{"start_date", "end_date", "country", "geo_scope", "actual_cause", NULL, NULL, NULL}, true},
};

// One field; a quoted one may hold commas, line ends and doubled quotes. Returns what ended it: ',', '\n' or -1.
static int labels_field_next(struct labels_reader *r, char *into)
{
	size_t n = 0;
	bool quoted = r->rest.at < r->rest.end && *r->rest.at == '"';
	r->rest.at += quoted;
	while (r->rest.at < r->rest.end) {
		char c = (char)*r->rest.at++;
		bool doubled = quoted && c == '"' && r->rest.at < r->rest.end && *r->rest.at == '"';
		r->line += c == '\n';
		if (quoted && c == '"' && !doubled) {
			quoted = false;
			continue;
		}
		r->rest.at += doubled;
		if (!quoted && (c == ',' || c == '\n')) {
			into[n] = '\0';
			return c;
		}
		if (n + 1 < FIELD_MAX && c != '\r')
			into[n++] = c;
	}
	into[n] = '\0';
	return -1;
}

static bool labels_row_next(struct labels_reader *r)
{
	char spare[FIELD_MAX] = "";
	if (r->rest.at >= r->rest.end)
		return false;
	r->row.fields = 0;
	r->row.line = r->line;
	for (int ended = ','; ended == ',';) {
		bool room = r->row.fields < FIELDS_MAX;
		ended = labels_field_next(r, room ? r->row.field[r->row.fields] : spare);
		r->row.fields++;
	}
	return true;
}

static void labels_trimmed(const char *text, char *ret, size_t size)
{
	size_t n = 0;
	while (isspace((unsigned char)*text))
		text++;
	for (; *text && n + 1 < size; text++)
		ret[n++] = (char)tolower((unsigned char)*text);
	while (n > 0 && isspace((unsigned char)ret[n - 1]))
		n--;
	ret[n] = '\0';
}

static struct instant labels_moment(long year, long month, long day, long second_of_day)
{
	struct instant t = INSTANT_NONE;
	if (year < 1990 || year > 2100 || second_of_day >= 86400 || !when_civil(year, month, day, second_of_day, &t))
		return INSTANT_NONE;
	return t;
}

static long labels_month_of(const char *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (long m = 0; m < 12; m++)
		if (strncmp(word, names + 3 * m, 3) == 0)
			return m + 1;
	return 0;
}

// A number of at most `most` digits; -1: none. Moves on.
static long labels_number_next(const char **at, size_t most)
{
	while (**at == ' ')
		++*at;
	struct cursor c = cursor_of(*at, strnlen(*at, most));
	uint64_t value;
	if (!number_u64(&c, UINT32_MAX, &value))
		return -1;
	*at = (const char *)c.at;
	return (long)value;
}

static bool labels_mark_next(const char **at, char mark)
{
	if (**at != mark)
		return false;
	++*at;
	return true;
}

// "wednesday, november 27, 2019, 5:50:00 pm"; seconds may be missing. Lower case.
static struct instant labels_spelt_date(const char *text)
{
	const char *at = strchr(text, ',');
	if (!at || *++at != ' ')
		return INSTANT_NONE;
	long month = labels_month_of(++at), second = 0;
	while (isalpha((unsigned char)*at))
		at++;
	long day = labels_number_next(&at, 2), year = labels_mark_next(&at, ',') ? labels_number_next(&at, 4) : -1;
	long hour = labels_mark_next(&at, ',') ? labels_number_next(&at, 2) : -1,
	     minute = labels_mark_next(&at, ':') ? labels_number_next(&at, 2) : -1;
	if (labels_mark_next(&at, ':'))
		second = *at == ' ' ? 0 : labels_number_next(&at, 2); // "12:30: am" was seen
	while (*at == ' ')
		at++;
	bool half = (*at == 'a' || *at == 'p') && at[1] == 'm';
	if (!half || hour < 1 || hour > 12 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return INSTANT_NONE;
	return labels_moment(year, month, day, (hour % 12 + (*at == 'p' ? 12 : 0)) * 3600 + minute * 60 + second);
}

static struct instant labels_date_of(const char *field)
{
	char text[FIELD_MAX];
	labels_trimmed(field, text, sizeof(text));
	const char *at = text;
	long year = labels_number_next(&at, 4), month = labels_mark_next(&at, '-') ? labels_number_next(&at, 2) : -1;
	long day = labels_mark_next(&at, '-') ? labels_number_next(&at, 2) : -1;
	return day > 0 ? labels_moment(year, month, day, 0) : labels_spelt_date(text);
}

static uint8_t labels_flag_of(const char *field)
{
	char text[16];
	labels_trimmed(field, text, sizeof(text));
	if (strcmp(text, "true") == 0 || strcmp(text, "ture") == 0 || strcmp(text, "yes") == 0)
		return LABEL_SEEN;
	return strcmp(text, "false") == 0 || strcmp(text, "no") == 0 ? LABEL_NOT_SEEN : LABEL_SEEN_UNKNOWN;
}

static bool labels_ordered_of(const char *cause)
{
	return strncmp(cause, "government", 10) == 0 || strncmp(cause, "exam", 4) == 0;
}

static void labels_reject(struct labels *l, enum label_reject why, unsigned line)
{
	if (!l->rejected[why]++)
		l->first[why] = line;
}

static bool labels_fill(struct labels *l, const struct labels_row *row, const int *places, struct label *ret)
{
	char cause[FIELD_MAX], scope[FIELD_MAX];
	*ret = (struct label){.begin = labels_date_of(row->field[places[COLUMN_BEGIN]])};
	if (!instant_known(ret->begin)) {
		labels_reject(l, REJECT_BEGIN, row->line);
		return false;
	}
	labels_trimmed(row->field[places[COLUMN_COUNTRY]], ret->country, sizeof(ret->country));
	if (!ret->country[0]) {
		labels_reject(l, REJECT_COUNTRY, row->line);
		return false;
	}
	ret->end = labels_date_of(row->field[places[COLUMN_END]]);
	if (!instant_known(ret->end))
		labels_reject(l, REJECT_END, row->line);
	if (instant_known(ret->end) && ret->end.ns < ret->begin.ns) {
		labels_reject(l, REJECT_ORDER, row->line);
		ret->end = INSTANT_NONE;
	}
	labels_trimmed(row->field[places[COLUMN_SCOPE]], scope, sizeof(scope));
	labels_trimmed(row->field[places[COLUMN_CAUSE]], cause, sizeof(cause));
	ret->national = strncmp(scope, "country", 7) == 0 || strncmp(scope, "national", 8) == 0;
	ret->caused = cause[0] && strcmp(cause, "unknown") != 0;
	ret->ordered = l->shutdowns_only || labels_ordered_of(cause);
	for (int s = 0; s < LABEL_SIGNALS; s++) {
		int place = places[COLUMN_FLAGS + s];
		ret->seen[s] = place < 0 ? LABEL_SEEN_UNKNOWN : labels_flag_of(row->field[place]);
		if (place >= 0 && ret->seen[s] == LABEL_SEEN_UNKNOWN)
			labels_reject(l, REJECT_FLAG, row->line);
	}
	return true;
}

// Where each column of the layout is; false: this is another list.
static bool labels_places_of(const struct layout *layout, const struct labels_row *head, int *places)
{
	for (int c = 0; c < COLUMN_COUNT; c++) {
		places[c] = -1;
		for (size_t i = 0; layout->names[c] && i < head->fields && i < FIELDS_MAX; i++)
			if (strcmp(head->field[i], layout->names[c]) == 0)
				places[c] = (int)i;
		if (layout->names[c] && places[c] < 0)
			return false;
	}
	return true;
}

static int labels_by_begin(const void *a, const void *b)
{
	const struct label *x = a, *y = b;
	int order = numbers_by_instant(&x->begin, &y->begin);
	order = order ? order : strcmp(x->country, y->country);
	return order ? order : (int)y->national - (int)x->national;
}

// The same beginning, country and scope: listed twice.
static void labels_twice_drop(struct labels *l)
{
	size_t kept = 0;
	if (l->count)
		qsort(l->at, l->count, sizeof(*l->at), labels_by_begin);
	for (size_t i = 0; i < l->count; i++) {
		if (kept && l->at[i].national && labels_by_begin(&l->at[kept - 1], &l->at[i]) == 0)
			labels_reject(l, REJECT_TWICE, 0);
		else
			l->at[kept++] = l->at[i];
	}
	l->count = kept;
}

int labels_read(struct cursor bytes, struct labels *ret)
{
	struct labels_reader *r = alloc_zero(1, sizeof(*r));
	int places[COLUMN_COUNT], code = ERR_MALFORMED;
	*ret = (struct labels){0};
	*r = (struct labels_reader){.rest = bytes, .line = 1};
	if (labels_row_next(r))
		for (size_t i = 0; i < sizeof(labels_layouts) / sizeof(*labels_layouts) && code < 0; i++)
			if (labels_places_of(&labels_layouts[i], &r->row, places)) {
				ret->shutdowns_only = labels_layouts[i].shutdowns_only;
				code = 0;
			}
	size_t fields = r->row.fields;
	while (code == 0 && labels_row_next(r)) {
		struct label one;
		bool blank = r->row.fields == 1 && !r->row.field[0][0];
		if (blank)
			continue;
		ret->rows++;
		if (r->row.fields != fields)
			labels_reject(ret, REJECT_FIELDS, r->row.line);
		else if (labels_fill(ret, &r->row, places, &one)) {
			alloc_grow((void **)&ret->at, ret->count, &ret->capacity, sizeof(*ret->at));
			ret->at[ret->count++] = one;
		}
		code = ret->count > LABELS_MAX ? ERR_TOO_LARGE : 0;
	}
	free(r);
	if (code < 0)
		labels_free(ret);
	else
		labels_twice_drop(ret);
	return code;
}

void labels_free(struct labels *l)
{
	free(l->at);
	*l = (struct labels){0};
}

bool label_reject_costs_row(enum label_reject r)
{
	must(r < REJECT_COUNT);
	return r < REJECT_ORDER;
}

const char *label_reject_name(enum label_reject r)
{
	must(r < REJECT_COUNT);
	static const char *const names[REJECT_COUNT] = {
		[REJECT_FIELDS] = "not as many fields as the heading",
		[REJECT_BEGIN] = "begin cannot be read",
		[REJECT_COUNTRY] = "no country",
		[REJECT_TWICE] = "listed twice",
		[REJECT_ORDER] = "ends before it begins: end not known",
		[REJECT_END] = "end cannot be read: not known",
		[REJECT_FLAG] = "a flag is no truth value: not known",
	};
	return names[r];
}
