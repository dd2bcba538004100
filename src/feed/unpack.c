// SPDX-License-Identifier: ISC
// A file's bytes, decompressed on demand.
#include "feed/unpack.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "feed/codec.h"
#include "feed/feed.h"
#include "feed/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_BYTES (128u << 10)

struct unpack {
	int file;
	int error;
	bool input_over; // nothing left in the file beyond `in`
	bool over;	 // nothing left to give
	bool border;	 // between two compressed units
	bool growing;	 // the end of the file is its end for now
	bool waits;	 // there
	const struct codec *codec;
	void *state;
	struct cursor in; // what has been read and not been used, inside input
	uint64_t size, made;
	atomic_ullong read;
	uint8_t *input;
};

static void unpack_stop(struct unpack *u, int error)
{
	u->over = true;
	u->error = error;
}

// Reads once; 0 at the end of the file.
static size_t unpack_read_file(struct unpack *u, uint8_t *to, size_t room)
{
	ssize_t n;
	do {
		n = read(u->file, to, room);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		u->error = -errno;
	if (n <= 0) {
		u->input_over = true;
		return 0;
	}
	atomic_fetch_add_explicit(&u->read, (unsigned long long)n, memory_order_relaxed);
	return (size_t)n;
}

// Tries to have at least `want` bytes of input.
static void unpack_input(struct unpack *u, size_t want)
{
	size_t left = cursor_left(&u->in);
	if (left >= want || u->input_over)
		return;
	memmove(u->input, u->in.at, left);
	while (left < want && !u->input_over)
		left += unpack_read_file(u, u->input + left, INPUT_BYTES - left);
	u->in = cursor_of(u->input, left);
}

static int unpack_start(struct unpack *u)
{
	u->input = alloc_pages(INPUT_BYTES);
	u->in = cursor_of(u->input, 0);
	unpack_input(u, CODEC_HEAD_BYTES);
	u->codec = codec_find(u->in);
	if (!u->codec)
		return u->error;
	u->state = u->codec->create();
	return u->state ? u->error : -ENOMEM;
}

int unpack_open(const char *path, struct unpack **ret)
{
	bool standard = strcmp(path, FEED_STANDARD_INPUT) == 0;
	// Without O_NONBLOCK a pipe that nobody writes to would hold us up here for ever.
	int file = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0)
		return -errno;
	struct unpack *u = alloc_zero(1, sizeof(*u));
	u->file = file;
	struct stat status;
	int error = fstat(file, &status) ? -errno : S_ISDIR(status.st_mode) ? -EISDIR : 0;
	if (!error && !standard && !S_ISREG(status.st_mode))
		error = ERR_NO_FILE;
	if (!error) {
		u->size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
		(void)posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL); // advice only
		error = unpack_start(u);
	}
	if (error) {
		unpack_close(u);
		return error;
	}
	*ret = u;
	return 0;
}

void unpack_close(struct unpack *u)
{
	if (!u)
		return;
	if (u->state)
		u->codec->destroy(u->state);
	alloc_pages_free(u->input, INPUT_BYTES);
	close(u->file);
	free(u);
}

static bool unpack_is_bomb(const struct unpack *u)
{
	uint64_t used = unpack_read(u) - cursor_left(&u->in);
	return u->made > STREAM_BOMB_BYTES || (u->made > STREAM_BOMB_FREE && u->made / STREAM_BOMB_RATIO > used);
}

static bool unpack_all_zero(struct cursor c)
{
	while (c.at < c.end && !*c.at)
		c.at++;
	return c.at == c.end;
}

// At a border in a file that grows, with less than tells what follows: it is not known yet.
static bool unpack_waits(struct unpack *u, size_t want)
{
	u->waits = u->growing && u->input_over && !u->error && cursor_left(&u->in) < want;
	u->border |= u->waits;
	return u->waits;
}

// Between units: another one, the end, padding of zeros, or something that does not belong there.
static void unpack_border(struct unpack *u)
{
	unpack_input(u, CODEC_HEAD_BYTES);
	u->border = false;
	if (u->codec->matches(u->in))
		return;
	if (unpack_waits(u, CODEC_HEAD_BYTES))
		return;
	while (unpack_all_zero(u->in) && !u->input_over) {
		u->in.at = u->in.end;
		unpack_input(u, 1);
	}
	if (u->codec->matches(u->in)) // xz pads between streams
		return;
	if (unpack_waits(u, CODEC_HEAD_BYTES))
		return;
	if (u->error)
		unpack_stop(u, u->error);
	else
		unpack_stop(u, unpack_all_zero(u->in) ? 0 : ERR_MALFORMED);
}

static void unpack_step(struct unpack *u, struct codec_io *io)
{
	unpack_input(u, 1);
	size_t had = cursor_left(&u->in), room = io->room;
	io->in = u->in;
	int step = u->codec->step(u->state, io);
	u->in = io->in;
	u->made += room - io->room;
	if (unpack_is_bomb(u))
		unpack_stop(u, ERR_BOMB);
	else if (step < 0)
		unpack_stop(u, step);
	else if (step == CODEC_UNIT_END)
		u->border = true;
	else if (u->input_over && !had && io->room == room && u->growing && !u->error)
		u->waits = true;
	else if (u->input_over && !had && io->room == room)
		unpack_stop(u, u->error ? u->error : ERR_TRUNCATED);
}

static size_t unpack_plain(struct unpack *u, uint8_t *out, size_t room)
{
	size_t made = cursor_left(&u->in) < room ? cursor_left(&u->in) : room;
	memcpy(out, u->in.at, made);
	u->in.at += made;
	while (made < room && !u->input_over)
		made += unpack_read_file(u, out + made, room - made);
	u->over = u->input_over && !cursor_left(&u->in);
	u->made += made;
	return made;
}

size_t unpack_fill(struct unpack *u, uint8_t *out, size_t room)
{
	must(out && room);
	if (u->growing)
		u->input_over = u->waits = false;
	if (!u->codec)
		return unpack_plain(u, out, room);
	struct codec_io io = {.out = out, .room = room};
	while (io.room && !u->over && !u->waits) {
		if (u->border)
			unpack_border(u);
		else
			unpack_step(u, &io);
	}
	return room - io.room;
}

void unpack_growing(struct unpack *u)
{
	u->growing = true;
}

bool unpack_unlinked(const struct unpack *u)
{
	struct stat status;
	return fstat(u->file, &status) || !status.st_nlink;
}

int unpack_error(const struct unpack *u)
{
	return u->error;
}

bool unpack_compressed(const struct unpack *u)
{
	return u->codec;
}

uint64_t unpack_size(const struct unpack *u)
{
	return u->size;
}

uint64_t unpack_read(const struct unpack *u)
{
	return atomic_load_explicit(&u->read, memory_order_relaxed);
}
