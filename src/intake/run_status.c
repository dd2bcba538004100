// SPDX-License-Identifier: ISC
// How a run ended: the exit status, and a line for all that made it.
#include "intake/run.h"

#include "base/err.h"
#include "base/must.h"
#include "intake/account.h"
#include "intake/watch_list.h"
#include "intake/witness.h"

// Series of others than those watched, and of nobody else: most often the same ones under another name.
static bool run_status_strangers(const struct intake_run *s)
{
	struct text line = {0};
	const char *id;
	if (!s->decoder || !s->counts.of[DECODE_SERIES_UNKNOWN] || s->counts.of[DECODE_SERIES_VALUES])
		return false;
	text_printf(&line, "%s: no series is about what is watched; the files have series of", s->command);
	for (size_t i = 0; (id = decoder_stranger(s->decoder, i)); i++) {
		text_put(&line, i ? ", " : " ");
		text_untrusted(&line, id, strlen(id));
		const struct entity *e = watch_list_nearest(&s->in.entities, id);
		if (e)
			text_printf(&line, " (to be written %s)", e->id);
	}
	notice_line(s->notices, "%s", text_string(&line));
	text_free(&line);
	return true;
}

// What nobody looked at is no success.
static bool run_status_lacking(const struct intake_run *s)
{
	struct account a;
	if (s->growing || s->snapshot_path)
		return false; // it goes on
	account_make(s, &a);
	bool lacking = account_lacks(&a);
	account_notices(&a, s);
	account_free(&a);
	return lacking;
}

// What makes the status 1, and so is said however quiet it should be.
static bool run_status_damages(unsigned which)
{
	return which == DECODE_MALFORMED || which == DECODE_MALFORMED_UPDATE || which == DECODE_BAD_LINES ||
	       which == DECODE_PEERS_OVER;
}

int run_status(const struct intake_run *s, int code)
{
	if (code < 0 && s->resume.moved)
		notice_line(s->notices, "%s: a file is not the one that %s was written from", s->command,
			    s->resume_path);
	if (code < 0) {
		notice_line(s->notices, "%s: %s", s->command, err_text(code));
		return 4;
	}
	if (!s->records) {
		notice_line(s->notices, "%s: no record could be read", s->command);
		return 3;
	}
	// While files grow what comes late is folded in by a later revision.
	bool late = s->counts.of[DECODE_LATE_LINES] && !s->growing;
	// What makes the status 1 is said, and what is left out; each view that a router cannot show is its own affair.
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		if (s->counts.of[i] && decode_worry(i) && i != DECODE_BMP_UNUSABLE &&
		    (i == DECODE_LATE_LINES ? late : run_status_damages(i) || !s->quiet))
			notice_line(s->notices, "%s: %llu %s", s->command, (unsigned long long)s->counts.of[i],
				    decode_worry((enum decode_count)i));
	bool damaged = run_status_strangers(s) || s->gaps || s->in.left_out || s->in.empty || late;
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		damaged |= s->counts.of[i] && run_status_damages(i);
	if (exclude_any(&s->exclude) && !s->exclude.left_out)
		notice_line(s->notices,
			    "%s: nothing was left out: no peer or collector of those to be excluded said anything",
			    s->command);
	bool lacking = run_status_lacking(s);
	size_t unraised = s->growing ? 0 : witness_unraised(s);
	if (unraised)
		notice_line(
			s->notices,
			"%s: what is watched was lost %zu time%s, seen by one observer alone: whether it was an outage cannot be said",
			s->command, unraised, unraised == 1 ? "" : "s");
	return damaged || lacking || unraised ? 1 : 0;
}
