// SPDX-License-Identifier: ISC
// AS paths: segments, the merge of AS_PATH with AS4_PATH (RFC 6793, 4.2.3), the flat form. Refuses unknown
// segment types and empty segments (RFC 7606, 7.2).
#include "wire/aspath.h"

#include "base/err.h"

#define NO_MERGE UINT32_MAX

static inline bool aspath_segment_read(struct cursor *c, uint8_t as_bytes, struct aspath_segment *ret)
{
	ret->as_bytes = as_bytes;
	return cursor_u8(c, &ret->type) && ret->type >= ASPATH_SET && ret->type <= ASPATH_CONFED_SET &&
	       cursor_u8(c, &ret->count) && ret->count && cursor_sub(c, (size_t)ret->count * as_bytes, &ret->asns);
}

int aspath_next(struct cursor *path, uint8_t as_bytes, struct aspath_segment *ret)
{
	struct cursor at = *path;
	struct aspath_segment segment;
	if (!cursor_left(&at))
		return 0;
	if (!aspath_segment_read(&at, as_bytes, &segment))
		return ERR_MALFORMED;
	*path = at;
	*ret = segment;
	return 1;
}

bool aspath_valid(struct cursor path, uint8_t as_bytes)
{
	struct aspath_segment segment;
	while (cursor_left(&path))
		if (!aspath_segment_read(&path, as_bytes, &segment))
			return false;
	return true;
}

// Whether AS 0 is among `count` numbers at `at`.
static inline bool aspath_zero_among(const uint8_t *at, unsigned count, uint8_t as_bytes)
{
	uint32_t wide;
	uint16_t narrow;
	for (unsigned i = 0; as_bytes == 4 && i < count; i++, at += sizeof(wide)) {
		memcpy(&wide, at, sizeof(wide));
		if (UNLIKELY(!wide))
			return true;
	}
	for (unsigned i = 0; as_bytes == 2 && i < count; i++, at += sizeof(narrow)) {
		memcpy(&narrow, at, sizeof(narrow));
		if (UNLIKELY(!narrow))
			return true;
	}
	return false;
}

// Runs once an UPDATE: one walk, plain loads.
bool aspath_valid_without_zero(struct cursor path, uint8_t as_bytes)
{
	struct aspath_segment segment;
	while (cursor_left(&path))
		if (!aspath_segment_read(&path, as_bytes, &segment) ||
		    aspath_zero_among(segment.asns.at, segment.count, as_bytes))
			return false;
	return true;
}

size_t aspath_of_secure(struct cursor secure, uint8_t *room, size_t size)
{
	const size_t head = 2, width = 4;
	uint8_t prepended, flags, asn[4];
	size_t at = 0;
	while (cursor_u8(&secure, &prepended) && cursor_u8(&secure, &flags) &&
	       cursor_bytes(&secure, asn, sizeof(asn))) {
		size_t length = head + width * prepended;
		if (!prepended) // a transparent route server
			continue;
		if (size - at < length)
			break;
		room[at] = flags & 0x80 ? ASPATH_CONFED_SEQUENCE : ASPATH_SEQUENCE; // Confed_Segment
		room[at + 1] = prepended;
		for (size_t i = 0; i < prepended; i++)
			memcpy(room + at + head + width * i, asn, width);
		at += length;
	}
	return at;
}

bool aspath_asn(struct aspath_segment *segment, uint32_t *ret)
{
	uint16_t narrow;
	if (segment->as_bytes == 4)
		return cursor_u32(&segment->asns, ret);
	if (!cursor_u16(&segment->asns, &narrow))
		return false;
	*ret = narrow;
	return true;
}

static bool aspath_confed(const struct aspath_segment *segment)
{
	return segment->type == ASPATH_CONFED_SEQUENCE || segment->type == ASPATH_CONFED_SET;
}

// How long a path counts (RFC 4271, 9.1.2.2; RFC 5065, 5.3): a set is 1, confederation segments are 0.
static uint32_t aspath_path_length(struct cursor path, uint8_t as_bytes)
{
	struct aspath_segment segment = {0};
	uint32_t length = 0;
	while (aspath_next(&path, as_bytes, &segment) == 1)
		length += segment.type == ASPATH_SET ? 1 : segment.type == ASPATH_SEQUENCE ? segment.count : 0;
	return length;
}

// Nearly every path is one sequence and nothing to merge.
static inline bool aspath_single_sequence(const struct bgp_attributes *a, struct aspath_segment *ret)
{
	struct cursor path = a->as_path;
	return !cursor_left(&a->as4_path) && aspath_segment_read(&path, a->as_bytes, ret) && !cursor_left(&path) &&
	       ret->type == ASPATH_SEQUENCE;
}

void aspath_walk_begin(const struct bgp_attributes *a, struct aspath_walk *ret)
{
	*ret = (struct aspath_walk){.front = a->as_path, .front_as_bytes = a->as_bytes, .keep = NO_MERGE};
	if (LIKELY(!cursor_left(&a->as4_path)))
		return;
	uint32_t old = aspath_path_length(a->as_path, a->as_bytes), new = aspath_path_length(a->as4_path, 4);
	if (old < new)
		return;
	ret->keep = old - new;
	ret->back = a->as4_path;
}

// The part of AS_PATH that AS4_PATH does not cover. Confederation segments before or between kept ones stay.
static bool aspath_walk_front(struct aspath_walk *w, struct aspath_segment *ret)
{
	struct aspath_segment segment;
	if (aspath_next(&w->front, w->front_as_bytes, &segment) != 1)
		return false;
	if (!aspath_confed(&segment) && w->keep != NO_MERGE) {
		uint32_t most = w->keep;
		if (!most)
			return false;
		if (segment.type == ASPATH_SEQUENCE && segment.count > most) {
			segment.count = (uint8_t)most;
			segment.asns.end = segment.asns.at + (size_t)segment.count * segment.as_bytes;
		}
		w->keep -= segment.type == ASPATH_SET ? 1 : segment.count;
	}
	*ret = segment;
	return true;
}

bool aspath_walk_next(struct aspath_walk *w, struct aspath_segment *ret)
{
	if (aspath_walk_front(w, ret))
		return true;
	w->front = (struct cursor){0};
	while (aspath_next(&w->back, 4, ret) == 1)
		if (!aspath_confed(ret)) // RFC 6793, 6: such segments of an AS4_PATH are dropped
			return true;
	return false;
}

static inline void aspath_flatten_segment(struct aspath_segment segment, struct aspath *path)
{
	unsigned count = path->count, room = ASPATH_MAX - count, n = segment.count < room ? segment.count : room;
	uint32_t *out = path->asns + count;
	uint16_t narrow;
	if (segment.as_bytes == 4) {
		for (unsigned i = 0; i < n && cursor_u32(&segment.asns, &out[i]); i++)
			;
	} else {
		for (unsigned i = 0; i < n && cursor_u16(&segment.asns, &narrow); i++)
			out[i] = narrow;
	}
	path->truncated |= n < segment.count;
	path->count = (uint16_t)(count + n);
}

// Whether a path that ends in this segment has no origin that can be named: one of several, or a member of a confederation,
// which is no network to the rest of the world (RFC 6811, 2).
static bool aspath_nameless(const struct aspath_segment *segment)
{
	return (segment->type == ASPATH_SET && segment->count > 1) || aspath_confed(segment);
}

void aspath_flatten(const struct bgp_attributes *a, struct aspath *ret)
{
	struct aspath_walk walk;
	struct aspath_segment segment;
	ret->count = 0;
	ret->truncated = false;
	ret->ends_in_set = false;
	if (LIKELY(aspath_single_sequence(a, &segment))) {
		aspath_flatten_segment(segment, ret);
		return;
	}
	aspath_walk_begin(a, &walk);
	while (aspath_walk_next(&walk, &segment)) {
		aspath_flatten_segment(segment, ret);
		ret->ends_in_set = aspath_nameless(&segment);
	}
}

uint32_t aspath_origin(const struct bgp_attributes *a)
{
	struct aspath_walk walk;
	struct aspath_segment segment, last;
	uint32_t asn = 0;
	if (UNLIKELY(!aspath_single_sequence(a, &last))) {
		last.count = 0;
		aspath_walk_begin(a, &walk);
		while (aspath_walk_next(&walk, &segment))
			last = segment;
	}
	if (!last.count || aspath_nameless(&last) || !cursor_skip(&last.asns, (last.count - 1u) * last.as_bytes))
		return 0;
	return aspath_asn(&last, &asn) ? asn : 0;
}
