// SPDX-License-Identifier: ISC
// A pattern and a text, a line each: what is taken finds without harm, the same each time, and its groups lie in the whole.
#include "target.h"

#include "base/pattern.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[PATTERN_TEXT_MAX + 2];
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	size_t n = line ? (size_t)(line - data) : size;
	const char *why = NULL;
	n = n < sizeof(text) - 1 ? n : sizeof(text) - 1;
	if (n)
		memcpy(text, data, n);
	text[n] = '\0';
	struct pattern *p = pattern_create(text, &why);
	if (!p != !!why)
		abort();
	if (!p)
		return 0;
	struct cursor in = line ? cursor_of(line + 1, (size_t)(data + size - line - 1)) : cursor_of(NULL, 0);
	if (cursor_left(&in) > 4096)
		in.end = in.at + 4096;
	struct pattern_match m;
	bool found = pattern_find(p, in, &m);
	if (found != pattern_find(p, in, NULL))
		abort();
	for (int i = 0; found && i < PATTERN_GROUPS; i++)
		if (m.from[i] >= 0 && m.to[i] >= 0 &&
		    (m.from[i] < m.from[0] || m.to[i] > m.to[0] || m.from[i] > m.to[i] ||
		     m.to[i] > (int32_t)cursor_left(&in)))
			abort();
	pattern_free(p);
	return 0;
}
