// SPDX-License-Identifier: ISC
// Whether NLRI carry path identifiers (RFC 7911) when the record's subtype may lie: archives hold ADD-PATH
// sessions recorded without the subtypes of RFC 8050, and read plainly those become prefixes nobody announced.
#include "base/err.h"
#include "decode/decode_priv.h"

#define SETTLED 16 // messages of one kind after which a peer needs as many of the other kind to change

// DOC: both readings are tried until a peer is settled. A field that reads one way only is evidence for that way.
// A field that reads plainly but begins with two default routes is taken for a path identifier below 65,536: no
// speaker sends one prefix twice in a message. The reading that the subtype does not state is believed only when
// the evidence for it outweighs the other, so that damage in an honest session stays damage.
enum reading { READS_NEITHER = 0, READS_PLAIN = 1, READS_ADD_PATH = 2, READS_BOTH = 3 };

static bool two_defaults(struct cursor nlri)
{
	return cursor_left(&nlri) >= 5 && nlri.at[0] == 0 && nlri.at[1] == 0;
}

static enum reading readings(uint16_t afi, struct cursor nlri)
{
	bool add_path = bgp_nlri_valid(nlri, afi, true);
	bool plain = bgp_nlri_valid(nlri, afi, false) && !(add_path && two_defaults(nlri));
	return (plain ? READS_PLAIN : 0) | (add_path ? READS_ADD_PATH : 0);
}

static void learn(struct decode_peer *known, enum reading reads)
{
	uint8_t *more = reads == READS_PLAIN ? &known->plain : &known->add_path;
	uint8_t *less = reads == READS_PLAIN ? &known->add_path : &known->plain;
	if (*more < SETTLED)
		(*more)++;
	else if (*less)
		(*less)--;
}

static int guess(struct decoder *d, struct decode_peer *known, enum reading reads, bool stated)
{
	if (reads == READS_NEITHER)
		return ERR_MALFORMED;
	if (reads != READS_BOTH)
		learn(known, reads);
	bool leaning = known->plain == known->add_path ? stated : known->add_path > known->plain;
	bool want = leaning;
	if (!(reads & (want ? READS_ADD_PATH : READS_PLAIN))) {
		// It reads only the way this peer does not use: damage, unless the subtype says so.
		if (want == stated)
			return ERR_MALFORMED;
		want = stated;
	}
	if (want != stated)
		d->counts.of[DECODE_ADD_PATH_GUESSED]++;
	return want;
}

int decode_add_path(struct decoder *d, const struct decode_envelope *e, uint16_t afi, struct cursor nlri)
{
	bool stated = e->add_path[afi == BGP_AFI_IPV6];
	struct decode_peer *known = decode_peer_at(d, e->peer);
	if (e->add_path_sure || !known || d->options.trust_subtypes)
		return bgp_nlri_valid(nlri, afi, stated) ? stated : ERR_MALFORMED;
	uint8_t evidence = stated ? known->add_path : known->plain;
	if (LIKELY(evidence >= SETTLED && (stated || !two_defaults(nlri)) && bgp_nlri_valid(nlri, afi, stated)))
		return stated;
	return guess(d, known, readings(afi, nlri), stated);
}
