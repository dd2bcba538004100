// SPDX-License-Identifier: ISC
// Patterns by the place of their part.
#include "check/manner.h"

#include "base/alloc.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

// The pattern in the text of a part; null: that kind has none.
static const char *manner_pattern_of(const struct manner_part *p)
{
	const char *behind = strchr(p->text, '\n');
	switch (p->kind) {
	case MANNER_BODY:
	case MANNER_BODY_NOT:
	case MANNER_EXPECT:
		return p->text;
	case MANNER_FIELD:
	case MANNER_FIELD_NOT:
		return behind ? behind + 1 : "";
	default:
		return NULL;
	}
}

int check_manner_create(const struct manner *m, struct check_manner **ret)
{
	if (!manner_sound(m))
		return ERR_MALFORMED;
	struct check_manner *made = alloc_zero(1, sizeof(*made));
	struct manner_part p;
	size_t i = 0;
	int code = 0;
	made->as = *m;
	for (size_t at = 0; code == 0 && manner_next(m, &at, &p); i++) {
		const char *why = NULL, *text = manner_pattern_of(&p);
		if (!text)
			continue;
		made->patterns[i] = pattern_create(text, &why);
		code = made->patterns[i] ? 0 : ERR_MALFORMED;
	}
	if (code < 0)
		check_manner_free(made);
	else
		*ret = made;
	return code;
}

void check_manner_free(struct check_manner *m)
{
	for (size_t i = 0; m && i < MANNER_PARTS; i++)
		pattern_free(m->patterns[i]);
	free(m);
}
