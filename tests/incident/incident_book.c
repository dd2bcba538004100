// SPDX-License-Identifier: ISC
// Which incident is which: ids are born once, revisions rise by one, what turns out to be none is withdrawn, what turns out
// to be one is merged, what is over for long is sealed; and however often one looks, the last look says the same.
#include "../unit/unit.h"
// Tests: src/incident/book.c src/incident/folds.c

#include "base/alloc.h"
#include "base/hash.h"
#include "incident/book.h"
#include "incident/story.h"

#include <stdlib.h>

#define T0 1643143836 // 2022-01-25T20:50:36Z

struct house {
	struct entity_list entities;
	struct dossier d;
	struct book *book;
	size_t groups; // of the last look
};

static void house_open(struct house *h, const char *id)
{
	*h = (struct house){0};
	assert_non_null(entity_add(&h->entities, id));
	h->book = book_create(NULL, &h->entities);
}

static void house_close(struct house *h)
{
	dossier_free(&h->d);
	book_free(h->book);
	entity_list_free(&h->entities);
}

static struct instant at(double s)
{
	return (struct instant){(int64_t)T0 * NS_PER_S + (int64_t)(s * 1e9)};
}

static struct moment moment(double s)
{
	return (struct moment){at(s), instant_after(at(s), -NS_PER_S), instant_after(at(s), NS_PER_S), 0.9};
}

// A detection of one signal; end < 0: still going on. Told again it goes on or ends.
static void event(struct house *h, uint8_t signal, double start, double end)
{
	struct detection d = {
		.signal = signal, .start = moment(start), .baseline = 100, .lowest = 40, .of_networks = 10};
	d.end = end < 0 ? (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0} : moment(end);
	dossier_detection(&h->d, &d);
}

static void take(struct house *h)
{
	struct story_input in = {.dossier = &h->d, .entities = &h->entities, .since = INSTANT_NONE};
	struct assemble_groups groups;
	assemble_entity(&(struct assemble_input){&h->d, &h->entities, NULL, NULL, NULL, NULL}, &groups);
	struct incident *found = alloc_zero(groups.count, sizeof(*found));
	for (size_t i = 0; i < groups.count; i++)
		found[i].story = story_of(&in, &groups.at[i]);
	book_take(h->book, &h->d, &groups, found);
	h->groups = groups.count;
	free(found);
	assemble_free(&groups);
}

static size_t count(struct house *h)
{
	return book_incidents(h->book)->count;
}

static const struct incident *incident(struct house *h, size_t i)
{
	assert_true(i < count(h));
	return &book_incidents(h->book)->at[i];
}

// Tells all that is due, with the number of signals and the state as the document.
static void tell(struct house *h)
{
	for (size_t i = 0; i < count(h); i++)
		if (book_due(h->book, i)) {
			const struct incident *n = incident(h, i);
			struct hash_wide digest = {n->story.signal_count,
						   n->story.state * 2u + instant_known(n->story.end.best)};
			(void)book_told(h->book, i, digest);
		}
}

static void test_ids(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	event(&h, SIGNAL_ROUTES, 0, 8);
	event(&h, SIGNAL_ROUTES, 100, 140);
	event(&h, SIGNAL_ROUTES, 240, 248);
	take(&h);
	assert_int_equal(count(&h), 3);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2050Z-1");
	assert_string_equal(incident(&h, 1)->id, "KX-20220125T2052Z-1");
	assert_string_equal(incident(&h, 2)->id, "KX-20220125T2054Z-1");
	house_close(&h);
	house_open(&h, "asn/64512");
	h.d.width_ns = NS_PER_S; // probed each second: ten seconds apart are two
	event(&h, SIGNAL_ROUTES, 0, 4);
	event(&h, SIGNAL_ROUTES, 14.5, 20);
	event(&h, SIGNAL_ROUTES, 24, 30);
	take(&h);
	assert_int_equal(count(&h), 2);
	assert_string_equal(incident(&h, 0)->id, "AS64512-20220125T2050Z-1");
	assert_string_equal(incident(&h, 1)->id, "AS64512-20220125T2050Z-2");
	house_close(&h);
}

// How far apart two losses of routes are one incident, by the watch interval; 0: nobody probes.
static void test_what_follows_closely_is_one(void **state)
{
	static const struct {
		double width, gap;
		size_t incidents;
	} rows[] = {{1, 9.5, 1}, {1, 10.5, 2}, {20, 99, 1}, {20, 101, 2}, {0, 59, 1}, {0, 61, 2}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct house h;
		house_open(&h, "country/KX");
		h.d.width_ns = (int64_t)(rows[i].width * 1e9);
		event(&h, SIGNAL_ROUTES, 0, 300);
		event(&h, SIGNAL_ROUTES, 300 + rows[i].gap, 600);
		take(&h);
		assert_int_equal(count(&h), rows[i].incidents);
		house_close(&h);
	}
}

// Loss that one observer alone sees is told with a second kind of evidence beside it, not without.
static void test_one_observer_alone(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	struct detection loss = {.signal = SIGNAL_LOSS, .start = moment(0), .end = moment(100), .of_networks = 1};
	dossier_detection(&h.d, &loss);
	take(&h);
	assert_int_equal(count(&h), 0);
	event(&h, SIGNAL_SERVICE_DNS, 20, 80);
	take(&h);
	assert_int_equal(count(&h), 1);
	house_close(&h);
}

// Latency announces what fails within sixty intervals; what rose before that is another matter. The start lies between the two where
// they are as near as overload makes them, and else where something failed. Slow checks may be one server's: they make it wider only.
static void test_how_early_signs_may_be(void **state)
{
	static const struct {
		uint8_t sign;
		int lead, best, from;
		size_t signals;
	} rows[] = {{SIGNAL_LATENCY, 20, 0, 0, 2},   {SIGNAL_LATENCY, 30, 30, 30, 2}, {SIGNAL_LATENCY, 55, 55, 55, 2},
		    {SIGNAL_LATENCY, 65, 65, 65, 1}, {SIGNAL_CONNECT, 20, 20, 0, 2},  {SIGNAL_CONNECT, 37, 37, 37, 2}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct house h;
		house_open(&h, "country/KX");
		h.d.width_ns = NS_PER_S;
		event(&h, rows[i].sign, 0, 200);
		event(&h, SIGNAL_LOSS, rows[i].lead, 200);
		take(&h);
		assert_int_equal(count(&h), 1);
		const struct story *s = &incident(&h, 0)->story;
		assert_int_equal(s->signal_count, rows[i].signals);
		assert_int_equal(s->start.best.ns, at(rows[i].best).ns);
		assert_int_equal(s->start.from.ns, moment(rows[i].from).from.ns);
		assert_int_equal(s->start.to.ns, moment(rows[i].lead).to.ns);
		house_close(&h);
	}
}

static void test_not_sealed_before_it_is_long_over(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, 100);
	take(&h);
	tell(&h);
	bool done[2] = {true, false};
	book_seal(h.book, &h.d, at(99), done, 2);
	assert_false(done[1]);
	book_seal(h.book, &h.d, at(101), done, 2);
	assert_true(done[1]);
	house_close(&h);
}

static void test_long_ids_fit(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	struct entity *e = &h.entities.at[0];
	memset(e->id, 'a', ENTITY_ID_MAX);
	e->id[1] = '/';
	event(&h, SIGNAL_ROUTES, 0, 10);
	take(&h);
	assert_string_equal(incident(&h, 0)->id + ENTITY_ID_MAX - 2, "-20220125T2050Z-1");
	house_close(&h);
}

// The id is that of its first-told detection, though latency that is confirmed later dates the start back over the minute.
static void test_id_stays_when_the_start_moves(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_LOSS, 30, -1);
	take(&h);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2051Z-1");
	tell(&h);
	event(&h, SIGNAL_LATENCY, 10, -1);
	take(&h);
	assert_int_equal(incident(&h, 0)->story.start.best.ns, at(10).ns);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2051Z-1");
	tell(&h);
	assert_int_equal(incident(&h, 0)->revision, 2);
	house_close(&h);
}

static void test_revisions_rise_with_the_document_alone(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	event(&h, SIGNAL_ROUTES, 0, -1);
	take(&h);
	assert_true(book_due(h.book, 0));
	assert_int_equal(book_told(h.book, 0, (struct hash_wide){7, 0}), BOOK_OPENED);
	assert_int_equal(incident(&h, 0)->revision, 1);
	assert_false(book_due(h.book, 0));
	take(&h);
	assert_true(book_due(h.book, 0));
	assert_int_equal(book_told(h.book, 0, (struct hash_wide){7, 0}), BOOK_SAME);
	assert_int_equal(incident(&h, 0)->revision, 1);
	take(&h);
	assert_int_equal(book_told(h.book, 0, (struct hash_wide){8, 0}), BOOK_CHANGED);
	event(&h, SIGNAL_ROUTES, 0, 35);
	take(&h);
	assert_int_equal(book_told(h.book, 0, (struct hash_wide){9, 0}), BOOK_ENDED);
	assert_int_equal(incident(&h, 0)->revision, 3);
	house_close(&h);
}

// What was told and is over within two intervals was a flap; when it comes back as a part of something longer it is the same.
static void test_withdrawn_and_back(void **state)
{
	(void)state;
	struct house h;
	enum book_news news;
	house_open(&h, "country/KX");
	h.d.width_ns = 20 * NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, -1);
	take(&h);
	tell(&h);
	event(&h, SIGNAL_ROUTES, 0, 12);
	take(&h);
	assert_int_equal(count(&h), 0);
	const struct incident *n = book_withdrawn(h.book, &news);
	assert_non_null(n);
	assert_int_equal(news, BOOK_WITHDRAWN);
	assert_int_equal(incident_state(n), INCIDENT_WITHDRAWN);
	assert_non_null(strstr(n->reason, "within two watch intervals"));
	assert_int_equal(n->revision, 2);
	assert_string_equal(n->merged_into, "");
	assert_null(book_withdrawn(h.book, &news));
	event(&h, SIGNAL_ROUTES, 25, -1); // within the interval after it
	take(&h);
	assert_int_equal(count(&h), 1);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2050Z-1");
	tell(&h);
	assert_int_equal(incident(&h, 0)->revision, 3);
	assert_null(book_withdrawn(h.book, &news));
	house_close(&h);
}

static void test_a_number_is_never_used_again(void **state)
{
	(void)state;
	struct house h;
	enum book_news news;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_LOSS, 0, -1);
	take(&h);
	tell(&h);
	event(&h, SIGNAL_LOSS, 0, 1); // a flap
	take(&h);
	assert_non_null(book_withdrawn(h.book, &news));
	event(&h, SIGNAL_LOSS, 20, -1); // in the same minute, another
	take(&h);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2050Z-2");
	house_close(&h);
}

static void test_merged(void **state)
{
	(void)state;
	struct house h;
	enum book_news news;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, 10);
	event(&h, SIGNAL_SERVICE_DNS, 30, -1);
	take(&h);
	assert_int_equal(count(&h), 2);
	tell(&h);
	event(&h, SIGNAL_LOSS, 5, -1); // told late: it bridges the two
	take(&h);
	assert_int_equal(count(&h), 1);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2050Z-1");
	const struct incident *n = book_withdrawn(h.book, &news);
	assert_int_equal(news, BOOK_MERGED);
	assert_string_equal(n->merged_into, "KX-20220125T2050Z-1");
	assert_string_equal(n->id, "KX-20220125T2051Z-1");
	assert_int_equal(n->revision, 2);
	house_close(&h);
}

static void test_never_told_never_withdrawn(void **state)
{
	(void)state;
	struct house h;
	enum book_news news;
	house_open(&h, "country/KX");
	h.d.width_ns = 20 * NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, -1);
	take(&h); // taken, and not told
	event(&h, SIGNAL_ROUTES, 0, 12);
	take(&h);
	assert_int_equal(count(&h), 0);
	assert_null(book_withdrawn(h.book, &news));
	house_close(&h);
}

static void test_sealed_and_retired(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, 100);
	event(&h, SIGNAL_ROUTES, 5000, -1);
	take(&h);
	tell(&h);
	bool done[3] = {true, false, false};
	book_seal(h.book, &h.d, at(4000), done, 3);
	assert_true(done[1]);
	assert_false(done[2]);
	dossier_retire(&h.d, done, at(4000), at(4000));
	assert_int_equal(h.d.detection_count, 1);
	take(&h);
	assert_int_equal(count(&h), 2); // the sealed one stands as it was
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2050Z-1");
	assert_true(book_open(h.book, 0));
	event(&h, SIGNAL_ROUTES, 5000, 5100);
	take(&h);
	tell(&h);
	assert_false(book_open(h.book, 0));
	book_retire(h.book, at(-9000), at(3000), NULL, NULL);
	assert_int_equal(count(&h), 1);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2213Z-1");
	house_close(&h);
}

static void gone_count(void *context, const struct incident *n)
{
	size_t *gone = context;
	assert_string_equal(n->id, "KX-20220125T2050Z-1");
	assert_string_equal(n->ties.campaign, "KX-c");
	++*gone;
}

// What is sealed and told is folded: it is counted, tied and found by its start as before, and handed on when it goes.
static void test_folded(void **state)
{
	(void)state;
	struct house h;
	size_t gone = 0;
	bool done[3] = {true, false, false};
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, 100);
	event(&h, SIGNAL_ROUTES, 5000, -1);
	take(&h);
	tell(&h);
	struct incident before = *incident(&h, 0);
	book_seal(h.book, &h.d, at(4000), done, 3);
	dossier_retire(&h.d, done, at(4000), at(4000));
	book_retire(h.book, at(-9000), at(-4000), gone_count, &gone);
	assert_int_equal(count(&h), 1); // the other is folded
	assert_int_equal(gone, 0);
	const struct incident_list *all = book_all(h.book);
	assert_int_equal(all->count, 2);
	assert_memory_equal(&all->at[0], &before, sizeof(before));
	assert_string_equal(all->at[1].id, "KX-20220125T2213Z-1");
	struct incident_list *own = book_entity(h.book, 0);
	assert_int_equal(own->count, 2);
	memcpy(own->at[0].ties.campaign, "KX-c", sizeof("KX-c"));
	memcpy(own->at[1].ties.campaign, "KX-c", sizeof("KX-c"));
	book_tied(h.book, 0);
	own = book_entity(h.book, 0);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(own->at[i].ties.campaign, "KX-c");
	assert_string_equal(incident(&h, 0)->ties.campaign, "KX-c");
	assert_int_equal(book_entity(h.book, 7)->count, 0); // of whom nothing was told
	assert_int_equal(book_needed_since(h.book, 0, at(6000)).ns, at(4999).ns);
	book_retire(h.book, at(-9000), at(3000), gone_count, &gone);
	assert_int_equal(gone, 1);
	assert_int_equal(book_all(h.book)->count, 1);
	book_retire(h.book, at(-9000), at(3000), gone_count, &gone);
	assert_int_equal(gone, 1);
	house_close(&h);
}

// What is over, but not sealed, rests folded until its entity has news: then it changes as if it had never been put away.
static void test_resting(void **state)
{
	(void)state;
	struct house h;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, 100);
	take(&h);
	tell(&h);
	book_retire(h.book, at(-1), at(-9000), NULL, NULL);
	assert_int_equal(book_incidents(h.book)->count, 1); // it began later
	book_retire(h.book, at(1), at(9000), NULL, NULL);
	assert_int_equal(book_incidents(h.book)->count, 0); // rests, and is not forgotten
	assert_int_equal(book_all(h.book)->count, 1);
	event(&h, SIGNAL_ROUTES, 0, 120);
	take(&h);
	tell(&h);
	assert_int_equal(count(&h), 1);
	assert_string_equal(incident(&h, 0)->id, "KX-20220125T2050Z-1");
	assert_int_equal(incident(&h, 0)->revision, 1);
	assert_int_equal(incident(&h, 0)->story.end.best.ns, at(120).ns);
	event(&h, SIGNAL_ROUTES, 5000, -1);
	take(&h);
	tell(&h);
	book_retire(h.book, at(4000), at(-9000), NULL, NULL);
	assert_int_equal(count(&h), 2); // while anything of the entity is open nothing rests
	event(&h, SIGNAL_ROUTES, 5000, 5100);
	take(&h);
	tell(&h);
	book_retire(h.book, at(6000), at(-9000), NULL, NULL);
	assert_int_equal(book_incidents(h.book)->count, 0);
	bool done[3] = {true, false, false};
	book_seal(h.book, &h.d, at(4000), done, 3);
	assert_true(done[1]); // what rests is found
	assert_false(done[2]);
	house_close(&h);
}

// What is open and was told is withdrawn; what is over stays; what was never told vanishes.
static void test_watched_no_longer(void **state)
{
	(void)state;
	struct house h;
	enum book_news news;
	house_open(&h, "country/KX");
	h.d.width_ns = NS_PER_S;
	event(&h, SIGNAL_ROUTES, 0, 100);
	event(&h, SIGNAL_ROUTES, 5000, -1);
	take(&h);
	tell(&h);
	book_withdraw_all(h.book, 1); // another
	assert_null(book_withdrawn(h.book, &news));
	book_withdraw_all(h.book, 0);
	const struct incident *n = book_withdrawn(h.book, &news);
	assert_non_null(n);
	assert_int_equal(news, BOOK_WITHDRAWN);
	assert_string_equal(n->id, "KX-20220125T2213Z-1");
	assert_int_equal(n->revision, 2);
	assert_null(book_withdrawn(h.book, &news));
	assert_int_equal(count(&h), 1);
	event(&h, SIGNAL_ROUTES, 9000, -1);
	take(&h);
	book_withdraw_all(h.book, 0); // back by that look, and told as such; the other was never told
	assert_non_null(book_withdrawn(h.book, &news));
	assert_null(book_withdrawn(h.book, &news));
	house_close(&h);
}

// Random days: looked at as often as one likes, the last look says the same, ids never change and revisions rise by one.
struct day {
	struct detection events[40];
	double told[40]; // when its end is known
	size_t n;
};

static void day_make(struct day *day, uint64_t *random)
{
	static const uint8_t kinds[] = {SIGNAL_ROUTES, SIGNAL_LOSS, SIGNAL_LATENCY, SIGNAL_SERVICE_DNS,
					SIGNAL_SERVICE_HTTP};
	day->n = 5 + unit_random(random) % 35;
	double now = 0;
	for (size_t i = 0; i < day->n; i++) {
		now += (double)(unit_random(random) % 60);
		double length = (double)(unit_random(random) % (i % 3 ? 20 : 300));
		struct detection *d = &day->events[i];
		*d = (struct detection){
			.signal = kinds[unit_random(random) % ARRAY_LEN(kinds)], .baseline = 100, .lowest = 10};
		d->of_networks = (uint32_t)(1 + unit_random(random) % 2);
		d->start = moment(now - (double)(unit_random(random) % 5));
		d->end = moment(now + length);
		day->told[i] = now;
	}
}

struct told {
	char id[INCIDENT_ID_MAX];
	uint32_t revision;
};

static void told_one(const struct incident *n, struct told *told, size_t *count_told)
{
	size_t k = 0;
	while (k < *count_told && strcmp(told[k].id, n->id) != 0)
		k++;
	if (k == *count_told) {
		memcpy(told[k].id, n->id, sizeof(told[k].id));
		told[(*count_told)++].revision = 0;
	}
	assert_true(n->revision == told[k].revision || n->revision == told[k].revision + 1);
	told[k].revision = n->revision;
}

static void told_check(struct house *h, struct told *told, size_t *count_told)
{
	for (size_t i = 0; i < count(h); i++)
		told_one(incident(h, i), told, count_told);
}

static void day_play(struct day *day, uint64_t grid, struct text *ret)
{
	struct house h;
	static struct told told[200];
	size_t count_told = 0;
	enum book_news news;
	house_open(&h, "country/KX");
	h.d.width_ns = 2 * NS_PER_S;
	for (double now = 0; now < 4000; now++) {
		for (size_t i = 0; i < day->n; i++) {
			struct detection d = day->events[i];
			bool ends = d.end.best.ns == at(now).ns;
			if (day->told[i] != now && !ends)
				continue;
			if (!ends)
				d.end = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
			dossier_detection(&h.d, &d);
		}
		if ((uint64_t)now % grid && now < 3999)
			continue;
		take(&h);
		tell(&h);
		told_check(&h, told, &count_told);
		for (const struct incident *n; (n = book_withdrawn(h.book, &news));)
			told_one(n, told, &count_told);
	}
	for (size_t i = 0; i < count(&h); i++)
		text_printf(ret, "%lld %lld %zu %d\n", (long long)incident(&h, i)->story.start.best.ns,
			    (long long)incident(&h, i)->story.end.best.ns, incident(&h, i)->story.signal_count,
			    incident(&h, i)->story.state);
	house_close(&h);
}

static void test_any_grid_says_the_same(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	for (unsigned round = 0; round < 100; round++) {
		struct day day;
		struct text texts[4] = {{0}};
		static const uint64_t grids[] = {1, 7, 60, 4000};
		day_make(&day, &random);
		for (size_t i = 0; i < ARRAY_LEN(grids); i++)
			day_play(&day, grids[i], &texts[i]);
		for (size_t i = 1; i < ARRAY_LEN(grids); i++)
			assert_string_equal(text_string(&texts[i]), text_string(&texts[0]));
		for (size_t i = 0; i < ARRAY_LEN(grids); i++)
			text_free(&texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_what_follows_closely_is_one),
		cmocka_unit_test(test_one_observer_alone),
		cmocka_unit_test(test_how_early_signs_may_be),
		cmocka_unit_test(test_not_sealed_before_it_is_long_over),
		cmocka_unit_test(test_long_ids_fit),
		cmocka_unit_test(test_id_stays_when_the_start_moves),
		cmocka_unit_test(test_revisions_rise_with_the_document_alone),
		cmocka_unit_test(test_withdrawn_and_back),
		cmocka_unit_test(test_a_number_is_never_used_again),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_never_told_never_withdrawn),
		cmocka_unit_test(test_sealed_and_retired),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_resting),
		cmocka_unit_test(test_watched_no_longer),
		cmocka_unit_test(test_any_grid_says_the_same),
	};
	return cmocka_run_group_tests_name("incident book", tests, NULL, NULL);
}
