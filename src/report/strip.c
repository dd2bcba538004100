// SPDX-License-Identifier: ISC
// Time strips: one cell per stretch of time, the lowest share of the usual that was left in it.
#include "report/strip.h"

#define CELLS_MOST  60
#define CELLS_LEAST 20
#define RIGHT_EDGE  1 // columns left free: some terminals break a line that ends at their edge

static double strip_routes_at(const struct dossier *d, size_t i)
{
	const struct sample *s = &d->routes[i];
	return s->of_networks >= 3 && d->routes_baseline > 0 ? (double)s->value / d->routes_baseline : -1;
}

// A route stands until it changes.
static double strip_routes_lowest(const struct dossier *d, struct instant from, struct instant to)
{
	double lowest = -1, held = -1;
	for (size_t i = 0; i < d->route_count && d->routes[i].time.ns < to.ns; i++) {
		double share = strip_routes_at(d, i);
		if (d->routes[i].time.ns < from.ns)
			held = share;
		else if (share >= 0 && (lowest < 0 || share < lowest))
			lowest = share;
	}
	return held >= 0 && (lowest < 0 || held < lowest) ? held : lowest;
}

unsigned strip_cells(const struct incident_view *v)
{
	unsigned room = v->columns > LAYOUT_LABELS + RIGHT_EDGE ? v->columns - LAYOUT_LABELS - RIGHT_EDGE : 0;
	return !v->columns || room > CELLS_MOST ? CELLS_MOST : room < CELLS_LEAST ? CELLS_LEAST : room;
}

static void strip_put_cell(struct text *t, double share)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	text_put(t, share < 0 ? "·" : share <= 0 ? "_" : bars[share >= 1 ? 7 : (int)(share * 8)]);
}

bool strip_text(struct text *t, const struct incident_view *v, const struct dossier *d, uint32_t of)
{
	const struct skyline *line = of == STRIP_ROUTES ? NULL : dossier_strip(d, of);
	unsigned cells = strip_cells(v);
	int64_t length = v->last.ns - v->first.ns;
	struct text row = {0};
	bool known = false;
	for (unsigned i = 0; i < cells && (line || (of == STRIP_ROUTES && d->route_count)); i++) {
		struct instant from = instant_of_ns(v->first.ns + length / cells * i);
		struct instant to =
			instant_of_ns(i + 1 == cells ? v->last.ns + 1 : v->first.ns + length / cells * (i + 1));
		double share = line ? skyline_lowest(line, from, to) : strip_routes_lowest(d, from, to);
		known |= share >= 0;
		strip_put_cell(&row, share);
	}
	if (known)
		text_bytes(t, row.bytes, row.length);
	text_free(&row);
	return known;
}

// What a series is called, in as many columns as a label has.
static void strip_put_label(struct text *t, const char *name)
{
	size_t before = t->length;
	text_put(t, "  ");
	text_untrusted(t, name, strlen(name));
	if (t->length - before > LAYOUT_LABELS - 1) {
		for (t->length = before + LAYOUT_LABELS - 2; (t->bytes[t->length] & 0xc0) == 0x80;)
			t->length--; // no cut inside a character
		text_char(t, '~');
	}
	for (size_t n = layout_columns(t->bytes + before, t->length - before); n < LAYOUT_LABELS; n++)
		text_char(t, ' ');
}

static bool strip_put_row(struct text *t, const struct incident_view *v, const struct dossier *d, uint32_t of,
			  const char *name)
{
	size_t before = t->length;
	strip_put_label(t, name);
	bool any = strip_text(t, v, d, of);
	if (any)
		text_char(t, '\n');
	else
		t->length = before;
	return any;
}

size_t strip_entity(struct text *t, const struct incident_view *v, const struct dossier *d)
{
	static const struct {
		uint32_t of;
		const char *name;
	} rows[] = {{STRIP_ROUTES, "routes"},
		    {DOSSIER_HOSTS, "hosts"},
		    {DOSSIER_SERVICES, "services"},
		    {DOSSIER_SPEED, "speed"}};
	size_t before = t->length, shown = 0;
	words_entity(t, &v->entities->at[d->entity]);
	text_char(t, '\n');
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		shown += strip_put_row(t, v, d, rows[i].of, rows[i].name);
	for (size_t i = 0; i < d->strip_count; i++) {
		uint32_t of = d->strips[i].of;
		const struct series *series = of < DOSSIER_SPEED && v->targets ? series_at(v->targets, of) : NULL;
		shown += series && strip_put_row(t, v, d, of, series->signal);
	}
	if (!shown)
		t->length = before;
	return shown;
}

void strip_legend(struct text *t, const struct incident_view *v)
{
	struct text from = {0}, to = {0};
	unsigned cells = strip_cells(v);
	words_clock(&from, v->zone, v->first);
	words_clock(&to, v->zone, v->last);
	bool one_line = from.length + to.length + 2 <= cells;
	if (one_line) {
		text_printf(t, "%*s%s%*s\n", LAYOUT_LABELS, "", text_string(&from), (int)(cells - from.length),
			    text_string(&to));
	} else {
		text_printf(t, "  %-12s%s\n", "from", text_string(&from));
		text_printf(t, "  %-12s%s\n", "to", text_string(&to));
	}
	text_printf(
		t,
		"  %-12sthe lowest share of the usual in each stretch of time: █ all, ▇ nearly all, ▄ half, ▁ little, _ none, · not known\n\n",
		"legend");
	text_free(&from);
	text_free(&to);
}
