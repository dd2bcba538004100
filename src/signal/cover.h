// SPDX-License-Identifier: ISC
// How many units a changing set of intervals covers, each unit once however many intervals hold it.
#pragma once

#include <stdint.h>

struct cover;

struct cover_span { // both ends are inside
	uint64_t first, last;
};

struct cover *cover_create(void);
void cover_free(struct cover *c); // null is fine

void cover_add(struct cover *c, struct cover_span span);  // the same interval may be added more than once
void cover_drop(struct cover *c, struct cover_span span); // takes back one that was added; else nothing happens
uint64_t cover_units(struct cover *c);			  // covered by at least one interval
