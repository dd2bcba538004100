// SPDX-License-Identifier: ISC
// DOC: which is which
// An incident is known by its key: the serial of the first-told of the detections that could open it, or one of the news of
// origins that it is made of. Serials are given in the order in which detectors speak, which no grid of cuts changes; so the
// id, made of the moment that this first detection names, is the same however often one looks. When two incidents that were
// told turn out to be one, the one with the earlier key goes on and the other is merged into it.
#include "incident/book.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/text.h"
#include "incident/assemble.h"
#include "incident/folds.h"
#include "model/carried.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char book_reason_flap[] = "what was seen was over within two watch intervals or a minute";
static const char book_reason_lonely[] = "one observer alone saw it, and no other kind of evidence agreed";
static const char book_reason_other[] = "what it rested on is explained by other incidents";
static const char book_reason_unwatched[] = "it is not watched any more";
static const char book_reason_merged[] = "it is part of another incident";

struct shelf { // incidents and their marks, side by side
	struct incident_list list;
	struct mark *marks;
	size_t capacity;
};

struct kin { // an incident of the entity that is looked at: where it lies
	struct instant start;
	uint32_t number;
	bool folded;
	size_t at;
	struct ties ties; // before
};

struct minute { // so many incidents of the entity were born with this minute in their id
	uint32_t entity, count;
	int64_t minute;
};

struct book {
	const struct decisions *decisions;
	const struct entity_list *entities;
	struct shelf live; // by start, then entity
	struct shelf gone; // withdrawn or merged; what was withdrawn may come back
	size_t gone_told;  // of these the first so many were told
	struct minute *minutes;
	size_t minute_count, minute_capacity;
	uint32_t numbers;
	struct folds folds;
	struct incident_list own; // book_entity()
	struct kin *kin;	  // beside it
	size_t kin_capacity;
	struct incident_list all; // book_all()
};

struct book *book_create(const struct decisions *decisions, const struct entity_list *entities)
{
	struct book *b = alloc_zero(1, sizeof(*b));
	b->decisions = decisions;
	b->entities = entities;
	folds_init(&b->folds);
	return b;
}

void book_free(struct book *b)
{
	if (!b)
		return;
	free(b->live.list.at);
	free(b->live.marks);
	free(b->gone.list.at);
	free(b->gone.marks);
	free(b->minutes);
	folds_free(&b->folds);
	free(b->own.at);
	free(b->kin);
	free(b->all.at);
	free(b);
}

static void book_shelf_add(struct shelf *s, const struct incident *n, const struct mark *m)
{
	alloc_grow((void **)&s->marks, s->list.count, &s->capacity, sizeof(*s->marks));
	if (s->list.count == s->list.capacity) { // they are large: by a quarter only
		s->list.capacity += s->list.capacity / 4 + 4;
		s->list.at = alloc_resize(s->list.at, s->list.capacity, sizeof(*s->list.at));
	}
	s->marks[s->list.count] = *m;
	s->list.at[s->list.count++] = *n;
}

static void book_shelf_remove(struct shelf *s, size_t i)
{
	size_t after = --s->list.count - i;
	memmove(s->list.at + i, s->list.at + i + 1, after * sizeof(*s->list.at));
	memmove(s->marks + i, s->marks + i + 1, after * sizeof(*s->marks));
}

static bool book_shelf_before(const struct incident *x, const struct incident *y)
{
	if (x->story.start.best.ns != y->story.start.best.ns)
		return x->story.start.best.ns < y->story.start.best.ns;
	return x->story.entity < y->story.entity;
}

// Nearly always in order already: starts seldom move.
static void book_shelf_sort(struct shelf *s)
{
	for (size_t i = 1; i < s->list.count; i++) {
		size_t to = i;
		while (to > 0 && book_shelf_before(&s->list.at[i], &s->list.at[to - 1]))
			to--;
		if (to == i)
			continue;
		struct incident n = s->list.at[i];
		struct mark m = s->marks[i];
		memmove(s->list.at + to + 1, s->list.at + to, (i - to) * sizeof(n));
		memmove(s->marks + to + 1, s->marks + to, (i - to) * sizeof(m));
		s->list.at[to] = n;
		s->marks[to] = m;
	}
}

static uint32_t book_minute_next(struct book *b, uint32_t entity, int64_t minute)
{
	for (size_t i = b->minute_count; i-- > 0;)
		if (b->minutes[i].entity == entity && b->minutes[i].minute == minute)
			return ++b->minutes[i].count;
	alloc_grow((void **)&b->minutes, b->minute_count, &b->minute_capacity, sizeof(*b->minutes));
	b->minutes[b->minute_count++] = (struct minute){entity, 1, minute};
	return 1;
}

// KX-20220125T2050Z-1: entity, minute in which the first of its detections (or news) began, number among those alike.
static void book_id_make(struct book *b, struct incident *n, struct instant began)
{
	const char *entity = b->entities->at[n->story.entity].id, *code = strchr(entity, '/') + 1;
	int64_t seconds = instant_seconds(began);
	time_t s = (time_t)seconds;
	struct tm tm = {0};
	gmtime_r(&s, &tm);
	char minute[32];
	strftime(minute, sizeof(minute), "%Y%m%dT%H%MZ", &tm);
	struct text t = {0};
	text_printf(&t, "%s%s-%s-%u", strncmp(entity, "asn/", 4) == 0 ? "AS" : "", code, minute,
		    book_minute_next(b, n->story.entity, seconds / 60));
	size_t length = t.length < sizeof(n->id) - 1 ? t.length : sizeof(n->id) - 1;
	memcpy(n->id, t.bytes, length);
	n->id[length] = '\0';
	text_free(&t);
}

// The first-told detection of group `of` that can open an incident; SIZE_MAX: it has none.
static size_t book_key_of(const struct dossier *d, uint32_t of)
{
	size_t found = SIZE_MAX;
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->group[i] == of && assemble_opens(&d->detections[i]) &&
		    (found == SIZE_MAX || d->detections[i].serial < d->detections[found].serial))
			found = i;
	return found;
}

// Which group is the incident of this mark; SIZE_MAX: none is.
static size_t book_found_of(const struct mark *m, const struct dossier *d, const struct assemble_groups *groups)
{
	if (m->key) {
		size_t at = dossier_find(d, m->key);
		return at != SIZE_MAX && d->group[at] ? d->group[at] - 1 : SIZE_MAX;
	}
	for (size_t i = 0; i < groups->count; i++)
		for (size_t k = 0; k < groups->at[i].origin_count; k++) {
			const struct incident_origin *o = &groups->at[i].origins[k];
			if (o->origin == m->origin && o->first.ns == m->first.ns &&
			    prefix_equal(&o->prefix, &m->prefix))
				return i;
		}
	return SIZE_MAX;
}

static const char *book_reason_of(const struct book *b, const struct mark *m, const struct dossier *d)
{
	size_t at = m->key ? dossier_find(d, m->key) : SIZE_MAX;
	if (at == SIZE_MAX)
		return book_reason_other;
	if (assemble_flap(b->decisions, d, &d->detections[at]))
		return book_reason_flap;
	return d->detections[at].signal == SIGNAL_LOSS ? book_reason_lonely : book_reason_other;
}

// Takes over what was found; what the book keeps stays. Verdict and ties are made anew before it is told.
static void book_incident_refresh(struct incident *n, const struct incident *found)
{
	n->story = found->story;
	n->facts = found->facts;
	n->reason = NULL;
	n->merged_into[0] = '\0';
}

struct book_claim { // of an incident that was told on one of those found
	bool gone;  // it lies on that shelf
	size_t at;
	uint32_t key, number;
};

static bool book_claim_earlier(const struct book_claim *a, const struct book_claim *b)
{
	if (a->gone != b->gone)
		return b->gone;
	return a->key != b->key ? a->key < b->key : a->number < b->number;
}

static void book_claims_of(const struct shelf *s, bool gone, const struct dossier *d,
			   const struct assemble_groups *groups, struct book_claim *best)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct mark *m = &s->marks[i];
		if (m->entity != d->entity || m->sealed || s->list.at[i].merged_into[0])
			continue;
		size_t which = book_found_of(m, d, groups);
		struct book_claim claim = {gone, i, m->key, m->number};
		if (which < groups->count && (best[which].at == SIZE_MAX || book_claim_earlier(&claim, &best[which])))
			best[which] = claim;
	}
}

static void book_withdraw(struct book *b, size_t i, const char *reason, const char *into)
{
	struct incident *n = &b->live.list.at[i];
	n->reason = reason;
	size_t length = strlen(into);
	memcpy(n->merged_into, into, length < sizeof(n->merged_into) ? length + 1 : 0);
	if (b->live.marks[i].told)
		book_shelf_add(&b->gone, n, &b->live.marks[i]);
	book_shelf_remove(&b->live, i);
}

void book_withdraw_all(struct book *b, uint32_t entity)
{
	for (size_t i = b->live.list.count; i-- > 0;)
		if (b->live.marks[i].entity == entity && b->live.list.at[i].story.state != INCIDENT_CLOSED)
			book_withdraw(b, i, book_reason_unwatched, "");
}

static size_t book_live_of(const struct book *b, uint32_t number)
{
	size_t i = 0;
	while (b->live.marks[i].number != number)
		i++;
	return i;
}

// Those that were told and are not what was found, or only a part of one that another goes on as.
static void book_others_withdraw(struct book *b, const struct dossier *d, const struct assemble_groups *groups,
				 const struct book_claim *best)
{
	for (size_t i = b->live.list.count; i-- > 0;) {
		const struct mark *m = &b->live.marks[i];
		if (m->entity != d->entity || m->sealed)
			continue;
		size_t which = book_found_of(m, d, groups);
		if (which >= groups->count)
			book_withdraw(b, i, book_reason_of(b, m, d), "");
		else if (best[which].number != m->number)
			book_withdraw(b, i, book_reason_merged,
				      b->live.list.at[book_live_of(b, best[which].number)].id);
	}
}

static bool book_same_origin(const struct incident *one, const struct incident_origin *o)
{
	for (size_t k = 0; k < one->story.origin_count && one->story.by_origins; k++)
		if (one->story.origins[k].origin == o->origin && one->story.origins[k].first.ns == o->first.ns &&
		    prefix_equal(&one->story.origins[k].prefix, &o->prefix))
			return true;
	return false;
}

static bool book_folded_already(const struct book *b, const struct incident *n)
{
	const struct fold *f = folds_of(&b->folds, n->story.entity);
	struct incident one;
	for (size_t i = 0; f && i < f->count; i++) {
		if (!f->at[i].origins)
			continue;
		folds_open(&f->at[i], &one);
		if (book_same_origin(&one, &n->story.origins[0]))
			return true;
	}
	return false;
}

static bool book_sealed_already(const struct book *b, const struct incident *n)
{
	for (size_t i = 0; i < b->live.list.count && n->story.by_origins; i++) {
		const struct mark *m = &b->live.marks[i];
		const struct incident *one = &b->live.list.at[i];
		if (!m->sealed || m->entity != n->story.entity)
			continue;
		if (book_same_origin(one, &n->story.origins[0]))
			return true;
	}
	return n->story.by_origins && book_folded_already(b, n);
}

static void book_incident_open(struct book *b, const struct dossier *d, const struct incident *found, size_t which)
{
	struct incident n = found[which];
	size_t key = book_key_of(d, (uint32_t)which + 1);
	struct mark m = {.entity = d->entity, .number = ++b->numbers, .due = true};
	struct instant began = n.story.start.best;
	n.revision = 0;
	if (key != SIZE_MAX) {
		m.key = d->detections[key].serial;
		began = d->detections[key].start.best;
	} else if (n.story.by_origins) {
		m.prefix = n.story.origins[0].prefix;
		m.origin = n.story.origins[0].origin;
		m.first = began = n.story.origins[0].first;
	}
	book_id_make(b, &n, began);
	book_shelf_add(&b->live, &n, &m);
}

static struct book_claim *book_claims_none(size_t count)
{
	struct book_claim *best = alloc_zero(count, sizeof(*best));
	for (size_t i = 0; i < count; i++)
		best[i].at = SIZE_MAX;
	return best;
}

// Those of the entity that may still change come back to the shelf.
static void book_wake(struct book *b, uint32_t entity)
{
	struct fold *f = folds_of(&b->folds, entity);
	struct incident n;
	size_t kept = 0, count = f ? f->count : 0;
	for (size_t i = 0; i < count; i++) {
		struct folded *one = &f->at[i];
		if (one->mark.sealed) {
			f->at[kept++] = *one;
			continue;
		}
		folds_open(one, &n);
		book_shelf_add(&b->live, &n, &one->mark);
		free(one->bytes);
	}
	if (kept == count)
		return;
	f->count = kept;
	book_shelf_sort(&b->live);
}

void book_told_as(struct book *b, const struct dossier *d, const struct assemble_groups *groups,
		  const struct incident **ret)
{
	book_wake(b, d->entity);
	struct book_claim *best = book_claims_none(groups->count);
	book_claims_of(&b->live, false, d, groups, best);
	for (size_t i = 0; i < groups->count; i++)
		ret[i] = best[i].at == SIZE_MAX ? NULL : &b->live.list.at[best[i].at];
	free(best);
}

void book_take(struct book *b, const struct dossier *d, const struct assemble_groups *groups,
	       const struct incident *found)
{
	book_wake(b, d->entity);
	struct book_claim *best = book_claims_none(groups->count);
	book_claims_of(&b->live, false, d, groups, best);
	book_claims_of(&b->gone, true, d, groups, best);
	for (size_t i = groups->count; i-- > 0;) { // what comes back, from the end: places before it stay
		if (best[i].at == SIZE_MAX || !best[i].gone)
			continue;
		size_t at = best[i].at;
		if (at < b->gone_told)
			b->gone_told--;
		book_shelf_add(&b->live, &b->gone.list.at[at], &b->gone.marks[at]);
		struct mark *back = &b->live.marks[b->live.list.count - 1];
		back->digest.a = ~back->digest.a; // whatever it says now is news
		back->inputs = (struct hash_wide){0};
		book_shelf_remove(&b->gone, at);
		for (size_t k = 0; k < groups->count; k++)
			if (best[k].gone && best[k].at != SIZE_MAX && best[k].at > at)
				best[k].at--;
		best[i].gone = false;
		best[i].at = b->live.list.count - 1;
	}
	book_others_withdraw(b, d, groups, best);
	for (size_t i = 0; i < groups->count; i++) {
		if (!instant_known(found[i].story.start.best))
			continue;
		if (best[i].at == SIZE_MAX) {
			if (!book_sealed_already(b, &found[i]))
				book_incident_open(b, d, found, i);
			continue;
		}
		size_t at = book_live_of(b, best[i].number);
		book_incident_refresh(&b->live.list.at[at], &found[i]);
		b->live.marks[at].due = true;
	}
	book_shelf_sort(&b->live);
	free(best);
}

struct incident_list *book_incidents(struct book *b)
{
	return &b->live.list;
}

bool book_due(const struct book *b, size_t i)
{
	must(i < b->live.list.count);
	return b->live.marks[i].due;
}

const char *book_news_name(enum book_news news)
{
	static const char *const names[BOOK_NEWS_COUNT] = {"same", "opened", "changed", "ended", "merged", "withdrawn"};
	must((size_t)news < ARRAY_LEN(names));
	return names[news];
}

bool book_unchanged(struct book *b, size_t i, struct hash_wide inputs)
{
	must(i < b->live.list.count);
	struct mark *m = &b->live.marks[i];
	bool same = m->told && hash_wide_same(m->inputs, inputs);
	m->inputs = inputs;
	m->due &= !same;
	return same;
}

enum book_news book_told(struct book *b, size_t i, struct hash_wide digest)
{
	must(i < b->live.list.count);
	struct mark *m = &b->live.marks[i];
	struct incident *n = &b->live.list.at[i];
	bool over = n->story.state == INCIDENT_CLOSED, first = !m->told,
	     same = m->told && hash_wide_same(m->digest, digest);
	enum book_news news = first ? BOOK_OPENED : over && !m->over ? BOOK_ENDED : BOOK_CHANGED;
	m->due = false;
	if (same)
		return BOOK_SAME;
	m->told = true;
	m->over = over;
	m->digest = digest;
	n->revision++;
	return news;
}

const struct incident *book_withdrawn(struct book *b, enum book_news *ret_news)
{
	if (b->gone_told == b->gone.list.count)
		return NULL;
	struct incident *n = &b->gone.list.at[b->gone_told++];
	n->revision++;
	*ret_news = n->merged_into[0] ? BOOK_MERGED : BOOK_WITHDRAWN;
	return n;
}

// What was withdrawn comes back only while the detection is kept that it was of; what was merged never does.
static void book_withdrawn_retire(struct book *b, const struct dossier *d)
{
	for (size_t i = b->gone_told; i-- > 0;) {
		const struct mark *m = &b->gone.marks[i];
		bool for_ever = b->gone.list.at[i].merged_into[0] || (m->key && dossier_find(d, m->key) == SIZE_MAX);
		if (m->entity != d->entity || !for_ever)
			continue;
		book_shelf_remove(&b->gone, i);
		b->gone_told--;
	}
}

void book_seal(struct book *b, const struct dossier *d, struct instant before, bool *ret_done, size_t groups)
{
	book_withdrawn_retire(b, d);
	book_wake(b, d->entity);
	for (size_t i = 0; i < b->live.list.count; i++) {
		const struct incident *n = &b->live.list.at[i];
		struct mark *m = &b->live.marks[i];
		bool over = n->story.state == INCIDENT_CLOSED && n->story.end.best.ns < before.ns;
		size_t at = m->key ? dossier_find(d, m->key) : SIZE_MAX;
		if (m->entity != d->entity || m->sealed || !over)
			continue;
		for (size_t k = 0; k < n->story.signal_count && over; k++)
			over = instant_known(n->story.signals[k].end.best) &&
			       n->story.signals[k].end.best.ns < before.ns;
		m->sealed = over;
		if (over && at != SIZE_MAX && d->group[at] < groups)
			ret_done[d->group[at]] = true;
	}
}

// ---- what is over ----

// Whether it can be put away: it stays as it is, or nothing is expected of it unless its entity has news.
static bool book_rests(const struct book *b, size_t i, struct instant quiet)
{
	const struct mark *m = &b->live.marks[i];
	const struct story *s = &b->live.list.at[i].story;
	if (!m->told || m->due)
		return false;
	return m->sealed || (s->state == INCIDENT_CLOSED && s->start.best.ns < quiet.ns && !book_open(b, m->entity));
}

// What rests leaves the shelf.
static void book_fold(struct book *b, struct instant quiet)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->live.list.count; i++) {
		const struct mark *m = &b->live.marks[i];
		if (book_rests(b, i, quiet)) { // what moved up is still there as well, which does no harm
			folds_add(&b->folds, &b->live.list.at[i], m);
			continue;
		}
		if (kept != i) {
			b->live.list.at[kept] = b->live.list.at[i];
			b->live.marks[kept] = b->live.marks[i];
		}
		kept++;
	}
	b->live.list.count = kept;
	alloc_shrink((void **)&b->live.list.at, kept, &b->live.list.capacity, sizeof(*b->live.list.at));
	alloc_shrink((void **)&b->live.marks, kept, &b->live.capacity, sizeof(*b->live.marks));
	alloc_shrink((void **)&b->own.at, 0, &b->own.capacity, sizeof(*b->own.at));
}

static int book_kin_compare(const void *a, const void *b)
{
	const struct kin *x = a, *y = b;
	if (x->start.ns != y->start.ns)
		return x->start.ns < y->start.ns ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void book_kin_add(struct book *b, size_t count, const struct kin *one)
{
	alloc_grow((void **)&b->kin, count, &b->kin_capacity, sizeof(*b->kin));
	b->kin[count] = *one;
}

struct incident_list *book_entity(struct book *b, uint32_t entity)
{
	const struct fold *f = folds_of(&b->folds, entity);
	size_t count = 0;
	for (size_t i = 0; f && i < f->count; i++) {
		struct kin one = {.start = f->at[i].start, .number = f->at[i].mark.number, .folded = true, .at = i};
		book_kin_add(b, count++, &one);
	}
	for (size_t i = 0; i < b->live.list.count; i++) {
		struct kin one = {.number = b->live.marks[i].number, .at = i};
		if (b->live.marks[i].entity != entity)
			continue;
		one.start = b->live.list.at[i].story.start.best;
		book_kin_add(b, count++, &one);
	}
	if (count)
		qsort(b->kin, count, sizeof(*b->kin), book_kin_compare);
	b->own.count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == b->own.capacity) {
			b->own.capacity += b->own.capacity / 4 + 4;
			b->own.at = alloc_resize(b->own.at, b->own.capacity, sizeof(*b->own.at));
		}
		struct incident *n = &b->own.at[b->own.count++];
		if (f && b->kin[i].folded)
			folds_open(&f->at[b->kin[i].at], n);
		else
			*n = b->live.list.at[b->kin[i].at];
		b->kin[i].ties = n->ties;
	}
	return &b->own;
}

void book_tied(struct book *b, uint32_t entity)
{
	for (size_t i = 0; i < b->own.count; i++) {
		const struct kin *k = &b->kin[i];
		const struct incident *n = &b->own.at[i];
		if (!k->folded)
			b->live.list.at[k->at].ties = n->ties;
		else if (memcmp(&k->ties, &n->ties, sizeof(k->ties)) != 0)
			folds_change(&b->folds, &folds_of(&b->folds, entity)->at[k->at], n);
	}
}

static int book_all_compare(const void *a, const void *b)
{
	const struct incident *x = a, *y = b;
	return book_shelf_before(x, y) ? -1 : book_shelf_before(y, x);
}

struct incident_list *book_all(struct book *b)
{
	b->all.count = 0;
	size_t count = b->live.list.count + folds_total(&b->folds);
	b->all.at = alloc_resize(b->all.at, count + 1, sizeof(*b->all.at));
	for (size_t e = 0; e < b->folds.count; e++)
		for (size_t i = 0; i < b->folds.of[e].count; i++)
			folds_open(&b->folds.of[e].at[i], &b->all.at[b->all.count++]);
	for (size_t i = 0; i < b->live.list.count; i++)
		b->all.at[b->all.count++] = b->live.list.at[i];
	if (count)
		qsort(b->all.at, count, sizeof(*b->all.at), book_all_compare); // glibc's keeps the order of equal ones
	return &b->all;
}

struct instant book_needed_since(const struct book *b, uint32_t entity, struct instant now)
{
	struct instant since = now;
	for (size_t i = 0; i < b->live.list.count; i++) {
		const struct story *s = &b->live.list.at[i].story;
		if (b->live.marks[i].entity == entity && s->state != INCIDENT_CLOSED && s->start.from.ns < since.ns)
			since = s->start.from;
	}
	return since;
}

bool book_open(const struct book *b, uint32_t entity)
{
	for (size_t i = b->live.list.count; i-- > 0;)
		if (b->live.marks[i].entity == entity && b->live.list.at[i].story.state != INCIDENT_CLOSED)
			return true;
	return false;
}

static void book_minutes_retire(struct book *b, int64_t before)
{
	size_t kept = 0;
	if (!b->minute_count || b->minutes[0].minute >= before) // they are nearly in order
		return;
	for (size_t i = 0; i < b->minute_count; i++)
		if (b->minutes[i].minute >= before)
			b->minutes[kept++] = b->minutes[i];
	b->minute_count = kept;
}

void book_retire(struct book *b, struct instant quiet, struct instant before,
		 void (*gone)(void *context, const struct incident *n), void *context)
{
	book_fold(b, quiet);
	b->all.count = 0;
	free(b->all.at);
	b->all.at = NULL;
	folds_retire(&b->folds, before, gone, context);
	while (b->gone_told && b->gone.list.at[0].story.start.best.ns < before.ns) {
		book_shelf_remove(&b->gone, 0);
		b->gone_told--;
	}
	book_minutes_retire(b, instant_seconds(before) / 60);
}

static void book_mark_carry(struct carry *c, struct mark *m)
{
	carry_entity(c, &m->entity);
	CARRY(c, m->number);
	CARRY(c, m->key);
	prefix_carry(c, &m->prefix);
	CARRY(c, m->origin);
	CARRY(c, m->first);
	CARRY(c, m->digest); // numbers only, as the next
	CARRY(c, m->inputs);
	CARRY(c, m->told);
	CARRY(c, m->over);
	CARRY(c, m->due);
	CARRY(c, m->sealed);
}

// Incidents of entities that are no longer watched are left out; of `counted` from the begin fewer remain then.
static void book_shelf_carry(struct carry *c, struct shelf *s, size_t *counted)
{
	size_t n = s->list.count, told = *counted;
	carry_count(c, &n, 1000);
	CARRY(c, told);
	carry_check(c, told <= n);
	if (carry_loads(c))
		*counted = told;
	for (size_t i = 0; i < n && carry_good(c); i++) {
		struct incident loaded = {0};
		struct mark loaded_mark = {0};
		struct incident *one = carry_loads(c) ? &loaded : &s->list.at[i];
		struct mark *mark = carry_loads(c) ? &loaded_mark : &s->marks[i];
		incident_carry(c, one);
		book_mark_carry(c, mark);
		carry_check(c, mark->entity == one->story.entity);
		if (carry_loads(c) && carry_good(c) && one->story.entity != CARRY_GONE)
			book_shelf_add(s, one, mark);
		else if (carry_loads(c) && i < told)
			--*counted;
	}
}

static void book_minute_carry(struct carry *c, struct minute *m)
{
	carry_entity(c, &m->entity); // where it is gone, no entity asks
	CARRY(c, m->count);
	CARRY(c, m->minute);
}

// Those that are folded, unfolded for the way.
static void book_folds_carry(struct carry *c, struct book *b)
{
	struct shelf way = {0};
	size_t none = 0;
	for (size_t e = 0; e < b->folds.count && !carry_loads(c); e++)
		for (size_t i = 0; i < b->folds.of[e].count; i++) {
			struct incident n;
			folds_open(&b->folds.of[e].at[i], &n);
			book_shelf_add(&way, &n, &b->folds.of[e].at[i].mark);
		}
	book_shelf_carry(c, &way, &none);
	for (size_t i = 0; i < way.list.count && carry_loads(c) && carry_good(c); i++)
		folds_add(&b->folds, &way.list.at[i], &way.marks[i]);
	free(way.list.at);
	free(way.marks);
}

void book_carry(struct carry *c, struct book *b)
{
	size_t none = 0;
	book_shelf_carry(c, &b->live, &none);
	book_shelf_carry(c, &b->gone, &b->gone_told);
	carry_room(c, CARRY_ARRAY(b->minutes, b->minute_count, b->minute_capacity), 16);
	for (size_t i = 0; i < b->minute_count && carry_good(c); i++)
		book_minute_carry(c, &b->minutes[i]);
	CARRY(c, b->numbers);
	book_folds_carry(c, b);
}
