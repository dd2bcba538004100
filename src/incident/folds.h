// SPDX-License-Identifier: ISC
// Incidents that are over, kept small: some two kilobytes each instead of sixteen. Part of the book; nobody else includes it.
#pragma once

#include "base/hash.h"
#include "model/incident.h"

struct mark { // what the book keeps of an incident
	uint32_t entity;
	uint32_t number; // in order of birth
	uint32_t key;	 // serial of a detection; 0: the news of an origin
	struct prefix prefix;
	uint32_t origin;
	struct instant first;	 // of the news
	struct hash_wide digest; // of what was told last
	struct hash_wide inputs; // of what that was made of; zero: told anew in any case
	bool told, over;	 // was told; as being over
	bool due, sealed;
};

struct folded { // one that is over and was told; one that is sealed stays as it is, but for its ties
	struct mark mark;
	struct instant start, end;
	bool origins; // it is made of some
	uint32_t length;
	uint8_t *bytes; // of base/sparse.h
};

struct fold { // of one entity, in order of start
	struct folded *at;
	size_t count, capacity;
};

struct folds {
	struct fold *of; // by entity
	size_t count;
	struct instant oldest; // end, or before it, of all that are sealed
	uint8_t *scratch;
};

void folds_init(struct folds *f);
void folds_free(struct folds *f);
void folds_add(struct folds *f, const struct incident *n, const struct mark *m); // copied
// Borrowed until one is added; null: of this entity there are none.
struct fold *folds_of(const struct folds *f, uint32_t entity);
void folds_open(const struct folded *one, struct incident *ret);
void folds_change(struct folds *f, struct folded *one, const struct incident *n); // it says that now
size_t folds_total(const struct folds *f);

// Forgets of what is sealed what was over before `before`; each is handed to gone() first, which may be null.
void folds_retire(struct folds *f, struct instant before, void (*gone)(void *context, const struct incident *n),
		  void *context);
