// SPDX-License-Identifier: ISC
// Whether NLRI carry path identifiers (RFC 7911) when the record's subtype may lie: archives hold ADD-PATH
// sessions recorded without the subtypes of RFC 8050, and read plainly those become prefixes nobody announced.
#include "base/err.h"
#include "decode/decode_priv.h"

#define SETTLED	   16	      // messages of one kind after which a peer needs as many of the other kind to change
#define SMALL_ID   UINT16_MAX // speakers count their path identifiers up from one
#define CLEAR_LEAD 3	      // evidence that outweighs identifiers that look like anything

// DOC: both readings are tried until a peer is settled. A field that reads one way only is evidence for that way.
// A field that reads plainly but begins with two default routes is taken for a path identifier below 65,536: no
// speaker sends one prefix twice in a message. The reading that the subtype does not state is believed only when
// the evidence for it outweighs the other, and at once only when all identifiers are small, so that damage in an
// honest session stays damage.
enum add_path_reading { READS_NEITHER = 0, READS_PLAIN = 1, READS_ADD_PATH = 2, READS_BOTH = 3 };

static bool add_path_two_defaults(struct cursor nlri)
{
	return cursor_left(&nlri) >= 5 && nlri.at[0] == 0 && nlri.at[1] == 0;
}

static enum add_path_reading add_path_readings(uint16_t afi, struct cursor nlri)
{
	bool add_path = bgp_nlri_valid(nlri, afi, true);
	bool plain = bgp_nlri_valid(nlri, afi, false) && !(add_path && add_path_two_defaults(nlri));
	return (plain ? READS_PLAIN : 0) | (add_path ? READS_ADD_PATH : 0);
}

static void add_path_learn(struct decode_peer *known, enum add_path_reading reads)
{
	uint8_t *more = reads == READS_PLAIN ? &known->plain : &known->add_path;
	uint8_t *less = reads == READS_PLAIN ? &known->add_path : &known->plain;
	if (*more < SETTLED)
		(*more)++;
	else if (*less)
		(*less)--;
}

static bool add_path_small_identifiers(uint16_t afi, struct cursor nlri)
{
	struct prefix prefix;
	uint32_t path_id = 0;
	while (bgp_nlri_next(&nlri, afi, true, &prefix, &path_id) == 1)
		if (path_id > SMALL_ID)
			return false;
	return true;
}

// Whether the reading other than the stated one may be believed.
static bool add_path_believable(const struct decode_peer *known, uint16_t afi, struct cursor nlri, bool stated)
{
	uint8_t for_it = stated ? known->plain : known->add_path, against = stated ? known->add_path : known->plain;
	if (for_it <= against)
		return false;
	return stated || for_it - against >= CLEAR_LEAD || add_path_small_identifiers(afi, nlri);
}

static int add_path_guess(struct decoder *d, struct decode_peer *known, uint16_t afi, struct cursor nlri, bool stated)
{
	enum add_path_reading reads = add_path_readings(afi, nlri);
	if (reads == READS_NEITHER)
		return ERR_MALFORMED;
	if (reads != READS_BOTH)
		add_path_learn(known, reads);
	bool other = !stated;
	if ((reads & (other ? READS_ADD_PATH : READS_PLAIN)) && add_path_believable(known, afi, nlri, stated)) {
		d->counts.of[DECODE_ADD_PATH_GUESSED]++;
		return other;
	}
	return reads & (stated ? READS_ADD_PATH : READS_PLAIN) ? stated : ERR_MALFORMED;
}

int decode_add_path(struct decoder *d, const struct decode_envelope *e, uint16_t afi, struct cursor nlri)
{
	bool stated = e->add_path[afi == BGP_AFI_IPV6];
	struct decode_peer *known = decode_peer_at(d, e->peer);
	if (!known || d->options.trust_subtypes || (e->flags & OBS_OUTGOING))
		return bgp_nlri_valid(nlri, afi, stated) ? stated : ERR_MALFORMED;
	uint8_t evidence = stated ? known->add_path : known->plain;
	if (LIKELY(evidence >= SETTLED && (stated || !add_path_two_defaults(nlri)) &&
		   bgp_nlri_valid(nlri, afi, stated)))
		return stated;
	return add_path_guess(d, known, afi, nlri, stated);
}
