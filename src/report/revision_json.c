// SPDX-License-Identifier: ISC
// Revision → JSON. The document is put in as it is: it was written once, by the engine.
#include "report/revision.h"

#include "base/json.h"

void revision_json(struct text *t, const struct revision *r)
{
	struct json writer = {.out = t}, *j = &writer;
	json_open(j, '{');
	json_key(j, "cut");
	json_instant(j, r->cut, 3);
	json_key(j, "change");
	json_string(j, r->change);
	json_key(j, "late");
	json_open(j, '[');
	for (size_t i = 0; i < r->late_count; i++)
		json_string(j, r->late[i]);
	json_close(j, ']');
	json_key(j, "incident");
	text_bytes(t, r->document, r->document_length);
	json_close(j, '}');
}
