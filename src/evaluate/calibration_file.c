// SPDX-License-Identifier: ISC
// data/ratios.csv, written anew: comments, expert rates and sources stay, counts and sharpness are the fitted ones.
#include "evaluate/calibration.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"
#include "diagnose/causes.h"
#include "diagnose/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 8
#define LINE_BYTES 400

struct calibration_line { // of the old file
	char text[LINE_BYTES + 1];
	char *field[FIELDS_MAX];
	size_t fields;
};

struct calibration_file_rows { // source and weight of the pairs that have a line
	char source[CAUSE_COUNT][EVIDENCE_COUNT][32];
};

static bool calibration_file_line_next(const char **at, const char *end, struct calibration_line *ret)
{
	if (*at >= end)
		return false;
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));
	size_t n = (size_t)((stop ? stop : end) - *at);
	size_t kept = n < LINE_BYTES ? n : LINE_BYTES;
	memcpy(ret->text, *at, kept);
	ret->text[kept] = '\0';
	*at = stop ? stop + 1 : end;
	return true;
}

static void calibration_file_fields_split(struct calibration_line *l)
{
	char *at = l->text;
	l->fields = 0;
	while (at && l->fields < FIELDS_MAX) {
		l->field[l->fields++] = at;
		at = strchr(at, ',');
		if (at)
			*at++ = '\0';
	}
}

static void calibration_file_put_ratio(struct text *out, const struct calibration_file_rows *rows,
				       const struct ratios *r, int cause, int evidence)
{
	const struct ratio *one = &r->at[cause][evidence];
	const char *source = rows->source[cause][evidence];
	if (!source[0] && !(one->answered > 0))
		return;
	text_printf(out, "ratio,%s,%s,%g,%g,%.4g,%.4g,%s\n", cause_row((uint8_t)cause)->word,
		    evidence_row((uint8_t)evidence)->name, one->expert, one->weight, one->yes, one->answered,
		    source[0] ? source : "usual");
}

// First pass: what is there. The line of the first damage, or 0.
static unsigned calibration_file_rows_read(const struct text *old, struct calibration_file_rows *rows,
					   unsigned *version)
{
	const char *at = old->bytes, *end = old->bytes + old->length;
	struct calibration_line l;
	uint64_t given;
	for (unsigned number = 1; calibration_file_line_next(&at, end, &l); number++) {
		if (!l.text[0] || l.text[0] == '#')
			continue;
		calibration_file_fields_split(&l);
		bool ratio = strcmp(l.field[0], "ratio") == 0 && l.fields == 8;
		bool usual = strcmp(l.field[0], "usual") == 0 && l.fields == 4 && evidence_of(l.field[1]) >= 0;
		int cause = ratio ? cause_of(l.field[1]) : -1, evidence = ratio ? evidence_of(l.field[2]) : -1;
		if (ratio && cause >= 0 && evidence >= 0) {
			snprintf(rows->source[cause][evidence], sizeof(rows->source[0][0]), "%s", l.field[7]);
			continue;
		}
		if (strcmp(l.field[0], "version") == 0 && l.fields == 2)
			*version = number_of_text(l.field[1], UINT32_MAX, &given) ? (unsigned)given : 0;
		else if (!usual && !(strcmp(l.field[0], "sharpness") == 0 && l.fields == 2))
			return number;
	}
	return 0;
}

static void calibration_file_write_anew(const struct text *old, const struct calibration_file_rows *rows,
					const struct ratios *r, unsigned version, struct text *out)
{
	const char *at = old->bytes, *end = old->bytes + old->length;
	struct calibration_line l, whole;
	while (calibration_file_line_next(&at, end, &l)) {
		whole = l;
		calibration_file_fields_split(&l);
		if (strcmp(l.field[0], "version") == 0) {
			text_printf(out, "version,%u\n", version);
		} else if (strcmp(l.field[0], "sharpness") == 0) {
			text_printf(out, "sharpness,%g\n", r->sharpness);
		} else if (strcmp(l.field[0], "ratio") != 0) {
			text_printf(out, "%s\n", whole.text);
		}
		for (int c = 0; strcmp(l.field[0], "usual") == 0 && c < CAUSE_COUNT; c++)
			calibration_file_put_ratio(out, rows, r, c, evidence_of(l.field[1]));
	}
}

int calibration_ratios(const struct text *old, const struct ratios *fitted, struct text *out, unsigned *ret_line)
{
	struct calibration_file_rows *rows = alloc_zero(1, sizeof(*rows));
	unsigned version = 0;
	if (!old->length) {
		*ret_line = 1; // a table has at least its version
		free(rows);
		return ERR_MALFORMED;
	}
	*ret_line = calibration_file_rows_read(old, rows, &version);
	if (*ret_line) {
		free(rows);
		return ERR_MALFORMED;
	}
	calibration_file_write_anew(old, rows, fitted, version, out);
	if (out->length != old->length || memcmp(out->bytes, old->bytes, old->length) != 0) {
		text_clear(out);
		calibration_file_write_anew(old, rows, fitted, version + 1, out);
	}
	free(rows);
	return 0;
}
