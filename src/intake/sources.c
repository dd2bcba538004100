// SPDX-License-Identifier: ISC
// Files by their kind and digest.
#include "intake/sources.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "intake/digest.h"

#include <stdlib.h>
#include <string.h>

#define EVIDENCE_FILES_MAX 1000 // named in an incident

void sources_note(struct intake_run *s, const struct record *r)
{
	must(r->source < UINT32_MAX);
	bool lines = r->kind == RECORD_LINE;
	uint8_t kind = r->kind == RECORD_MRT	? SOURCE_ROUTES
		       : r->kind == RECORD_BMP	? SOURCE_BMP
		       : !lines			? 0
		       : r->form == LINE_SERIES ? SOURCE_SERIES
						: SOURCE_PROBES;
	while (kind && s->holds_count <= r->source) {
		alloc_grow((void **)&s->holds, s->holds_count, &s->holds_capacity, sizeof(*s->holds));
		s->holds[s->holds_count++] = 0;
	}
	if (kind)
		s->holds[r->source] |= kind;
}

void sources_attribution(struct world_digest *w, const char *attribution)
{
	must(attribution);
	struct text t = {0};
	text_untrusted(&t, attribution, strlen(attribution));
	size_t n = t.length < sizeof(w->attribution) - 1 ? t.length : sizeof(w->attribution) - 1;
	while (n < t.length && n > 0 && ((uint8_t)t.bytes[n] & 0xc0) == 0x80)
		n--;
	if (n)
		memcpy(w->attribution, t.bytes, n);
	w->attribution[n] = '\0';
	text_free(&t);
}

int sources_world(struct intake_run *s)
{
	if (!s->world)
		return 0;
	struct instant stated = world_data_time(s->world);
	s->world_digest.date = instant_known(stated) ? stated : world_built(s->world);
	sources_attribution(&s->world_digest, world_attribution(s->world));
	int code = digest_file(world_path(s->world), s->world_digest.sha256);
	if (code < 0)
		notice_line(s->notices, "%s: %s: %s", s->command, world_path(s->world), err_text(code));
	return code < 0 ? 3 : 0;
}

void run_inputs(struct intake_run *s)
{
	size_t n = feed_source_count(s->in.feed);
	n = n < EVIDENCE_FILES_MAX ? n : EVIDENCE_FILES_MAX;
	s->evidence = alloc_zero(n, sizeof(*s->evidence));
	s->evidence_count = n;
	for (size_t i = 0; i < n; i++) {
		const struct feed_source *source = feed_source(s->in.feed, i);
		struct evidence_file *e = &s->evidence[i];
		e->file = inputs_relative(&s->in, source->path);
		e->bytes = source->file_bytes;
		e->holds = i < s->holds_count ? s->holds[i] : 0;
		if (digest_file(source->path, e->sha256) < 0)
			e->sha256[0] = '\0';
	}
}
