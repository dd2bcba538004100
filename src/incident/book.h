// SPDX-License-Identifier: ISC
// The book of incidents. At a cut the detections of an entity are assembled anew from all that is known by then; the book
// says which of the outcome is which incident that was told before, and keeps of each what must not change: its id, born
// when it is first told and never used again, and its revision, which rises by one whenever its document differs. An
// incident that turns out to be none is withdrawn, one that turns out to be a part of another is merged into it; neither
// vanishes. Pure.
#pragma once

#include "base/hash.h"
#include "incident/assemble.h"

struct carry; // base/carry.h

struct book;

// Borrowed. `decisions`: of the run; null: the table's.
struct book *book_create(const struct decisions *decisions, const struct entity_list *entities);
void book_free(struct book *b);

// As which incident, of those that stand, each group of the dossier's entity was told before: into `ret`, by group; null: as
// none so far. Borrowed until the next book_take().
void book_told_as(struct book *b, const struct dossier *d, const struct assemble_groups *groups,
		  const struct incident **ret);

// What was assembled of the dossier's entity; `found`: story and facts of each group, in their order. The book keeps ids and
// revisions and takes over the rest; every incident of the entity is due for telling now.
void book_take(struct book *b, const struct dossier *d, const struct assemble_groups *groups,
	       const struct incident *found);

// The incidents that stand and can still change, in order of start, then entity. Borrowed until the next book_take() or
// book_retire().
struct incident_list *book_incidents(struct book *b);

// All that stand, those too that are over and kept folded; made anew at each call. Borrowed until the next one, or
// book_retire().
struct incident_list *book_all(struct book *b);

// All of one entity that stand, as copies in order of start: to be tied with each other (incident/ties.h). book_tied() then
// takes the ties over. Borrowed until the next call of either.
struct incident_list *book_entity(struct book *b, uint32_t entity);
void book_tied(struct book *b, uint32_t entity);

// Begin, as early as it may have been, of the first incident of the entity that is not over; `now`: there is none.
struct instant book_needed_since(const struct book *b, uint32_t entity, struct instant now);

// Whether the incident was looked at since it was last told; `i` counts in book_incidents().
bool book_due(const struct book *b, size_t i);

enum book_news { BOOK_SAME, BOOK_OPENED, BOOK_CHANGED, BOOK_ENDED, BOOK_MERGED, BOOK_WITHDRAWN, BOOK_NEWS_COUNT };
const char *book_news_name(enum book_news news); // "opened", …

// Whether all that its document is made of, `inputs`, is what it was when it was last told: then it is not due any more.
bool book_unchanged(struct book *b, size_t i, struct hash_wide inputs);

// Tells of a digest of the document, revision left out: BOOK_SAME when it is that which was told last; else the incident's
// revision rises by one. `ended`: it is over now and was not when it was last told.
enum book_news book_told(struct book *b, size_t i, struct hash_wide digest);

// Those that were withdrawn or merged at this cut and have not been told as such: each once. Null: no more. Borrowed
// until the next call.
const struct incident *book_withdrawn(struct book *b, enum book_news *ret_news);

// The entity is not watched any more: those of its incidents that were told and are not over are withdrawn.
void book_withdraw_all(struct book *b, uint32_t entity);

// Marks in `ret_done` (by group of the dossier, room for `groups`) the incidents of the entity that were over before
// `before`: what they were made of can be forgotten, they stay as they are.
void book_seal(struct book *b, const struct dossier *d, struct instant before, bool *ret_done, size_t groups);

// Whether the entity has an incident that is not over.
bool book_open(const struct book *b, uint32_t entity);

// Folds what was told and is sealed, or is over, began before `quiet` and is of an entity with nothing open: some two
// kilobytes each. Forgets of what is sealed what was over before `before`; each is handed to gone() first, which may be null.
void book_retire(struct book *b, struct instant quiet, struct instant before,
		 void (*gone)(void *context, const struct incident *n), void *context);
// All of it into an empty one. What is of an entity that is gone is left out.
void book_carry(struct carry *c, struct book *b);
