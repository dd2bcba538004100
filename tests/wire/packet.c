// SPDX-License-Identifier: ISC
// Builds packets from hex and lays them against a forbidden page.
#include "packet.h"

#include <sys/mman.h>
#include <unistd.h>

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	assert_in_range(c, 'a', 'f');
	return (unsigned)(c - 'a') + 10;
}

void packet_hex(struct packet *p, const char *hex)
{
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert_true(hex[1] != '\0' && p->length < PACKET_MAX);
		p->bytes[p->length++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
		hex++;
	}
}

void packet_fill(struct packet *p, uint8_t byte, size_t count)
{
	assert_true(PACKET_MAX - p->length >= count);
	memset(p->bytes + p->length, byte, count);
	p->length += count;
}

void packet_u16(struct packet *p, unsigned value)
{
	packet_fill(p, (uint8_t)(value >> 8), 1);
	packet_fill(p, (uint8_t)value, 1);
}

void packet_u32(struct packet *p, uint32_t value)
{
	packet_u16(p, value >> 16);
	packet_u16(p, value & 0xffff);
}

void packet_bytes(struct packet *p, const struct packet *more)
{
	assert_true(PACKET_MAX - p->length >= more->length);
	memcpy(p->bytes + p->length, more->bytes, more->length);
	p->length += more->length;
}

void packet_message(struct packet *p, uint8_t type, const struct packet *body)
{
	packet_fill(p, 0xff, 16);
	packet_u16(p, (unsigned)body->length + BGP_HEADER_BYTES);
	packet_fill(p, type, 1);
	packet_bytes(p, body);
}

static void sized_hex(struct packet *p, const char *hex)
{
	static struct packet part;
	part.length = 0;
	packet_hex(&part, hex);
	packet_u16(p, (unsigned)part.length);
	packet_bytes(p, &part);
}

void packet_update(struct packet *p, const char *withdrawn, const struct packet *attributes, const char *announced)
{
	sized_hex(p, withdrawn);
	packet_u16(p, (unsigned)attributes->length);
	packet_bytes(p, attributes);
	packet_hex(p, announced);
}

struct cursor packet_guarded(const void *bytes, size_t length)
{
	static uint8_t *wall;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (PACKET_MAX + page) / page * page;
	if (!wall) {
		uint8_t *pages = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_true(pages != MAP_FAILED);
		wall = pages + room;
		assert_int_equal(mprotect(wall, page, PROT_NONE), 0);
	}
	assert_true(length <= room);
	memmove(wall - length, bytes, length);
	return (struct cursor){wall - length, wall};
}

struct cursor packet_cursor(const struct packet *p)
{
	return packet_guarded(p->bytes, p->length);
}

struct cursor packet_of(const char *hex)
{
	static struct packet p;
	p.length = 0;
	packet_hex(&p, hex);
	return packet_cursor(&p);
}
