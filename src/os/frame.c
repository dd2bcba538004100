// SPDX-License-Identifier: ISC
// One datagram a frame: four bytes of kind and count, then the payload.
#include "os/frame.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"

#include <errno.h>
#include <poll.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct frame_head {
	uint16_t kind;
	uint16_t count; // FRAME_CREDIT: frames that were worked off
};

struct channel {
	int descriptor;
	uint32_t credits;		       // of this end as the sender
	uint16_t worked;		       // credited frames received since the last FRAME_CREDIT
	bool owes;			       // the last frame given was a credited one
	bool files;			       // descriptors are taken
	_Alignas(16) uint8_t bytes[FRAME_MAX]; // receivers read arrays of structs in place
};

int channel_pair(int ret[2])
{
	int pair[2], size = 4 * FRAME_MAX;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		// A smaller buffer is only slower.
		(void)!setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		ret[i] = pair[i];
	}
	return 0;
}

struct channel *channel_create(int descriptor)
{
	struct channel *c = alloc_zero(1, sizeof(*c));
	c->descriptor = descriptor;
	c->credits = CHANNEL_WINDOW;
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	close(c->descriptor);
	free(c);
}

int channel_descriptor(const struct channel *c)
{
	return c->descriptor;
}

bool channel_may_put(const struct channel *c)
{
	return c->credits > 0;
}

union file_room { // beside a frame, one descriptor
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void frame_file_attach(struct msghdr *m, union file_room *room, int file)
{
	*room = (union file_room){0};
	m->msg_control = room->bytes;
	m->msg_controllen = sizeof(room->bytes);
	struct cmsghdr *head = CMSG_FIRSTHDR(m);
	*head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(file))};
	memcpy(CMSG_DATA(head), &file, sizeof(file));
}

static int frame_file_detach(struct msghdr *m)
{
	int file = -1;
	struct cmsghdr *head = m->msg_controllen ? CMSG_FIRSTHDR(m) : NULL;
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(file)))
		memcpy(&file, CMSG_DATA(head), sizeof(file));
	return file;
}

static int frame_send_message(struct channel *c, const struct msghdr *m)
{
	for (;;) {
		if (sendmsg(c->descriptor, m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno == EINTR)
			continue;
		if (errno == ECONNRESET)
			return -EPIPE;
		return errno == ENOBUFS ? -EAGAIN : -errno;
	}
}

static int frame_send(struct channel *c, struct frame_head head, const void *bytes, size_t length)
{
	struct iovec parts[2] = {{&head, sizeof(head)}, {(void *)(uintptr_t)bytes, length}};
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = length ? 2 : 1};
	return frame_send_message(c, &m);
}

int channel_put_file(struct channel *c, uint16_t kind, int file)
{
	struct frame_head head = {.kind = kind};
	struct iovec part = {&head, sizeof(head)};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	union file_room room;
	frame_file_attach(&m, &room, file);
	return frame_send_message(c, &m);
}

void channel_take_files(struct channel *c)
{
	c->files = true;
}

int channel_put(struct channel *c, uint16_t kind, const void *bytes, size_t length)
{
	must(bytes || !length);
	if (length > FRAME_MAX)
		return -EMSGSIZE;
	bool credited = kind >= FRAME_CREDITED;
	if (credited && !c->credits)
		return -EAGAIN;
	int code = frame_send(c, (struct frame_head){.kind = kind}, bytes, length);
	if (code == 0 && credited)
		c->credits--;
	return code;
}

static int64_t frame_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int channel_put_wait(struct channel *c, uint16_t kind, const void *bytes, size_t length, int timeout_ms)
{
	must(bytes || !length);
	int64_t end = frame_now_ms() + timeout_ms;
	for (;;) {
		int code = channel_put(c, kind, bytes, length);
		if (code != -EAGAIN)
			return code;
		int64_t left = end - frame_now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		struct pollfd p = {.fd = c->descriptor, .events = POLLOUT};
		// A peer without room makes no event on some kernels: look again after a while in any case.
		poll(&p, 1, left < 20 ? (int)left : 20);
	}
}

// The credits of what was worked off, in few frames.
static int frame_give_back(struct channel *c)
{
	if (c->owes) {
		c->owes = false;
		c->worked++;
	}
	if (c->worked < CHANNEL_WINDOW / 2)
		return 0;
	int code = frame_send(c, (struct frame_head){.kind = FRAME_CREDIT, .count = c->worked}, NULL, 0);
	if (code == 0)
		c->worked = 0;
	return code == -EAGAIN || code == -EPIPE ? 0 : code; // tried again with the next frame
}

static ssize_t frame_receive(struct channel *c, struct frame_head *ret, int *ret_file)
{
	union file_room room;
	struct iovec parts[2] = {{ret, sizeof(*ret)}, {c->bytes, sizeof(c->bytes)}};
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;
	do {
		m.msg_control = c->files ? room.bytes : NULL;
		m.msg_controllen = c->files ? sizeof(room.bytes) : 0;
		n = recvmsg(c->descriptor, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? 0 : -errno;
	*ret_file = frame_file_detach(&m);
	return m.msg_flags & MSG_TRUNC || (n && n < (ssize_t)sizeof(*ret)) ? ERR_MALFORMED : n;
}

int channel_get(struct channel *c, struct frame *ret)
{
	int code = frame_give_back(c);
	if (code < 0)
		return code;
	for (;;) {
		struct frame_head head = {0};
		int file = -1;
		ssize_t n = frame_receive(c, &head, &file);
		if (n == -EAGAIN)
			return 0;
		if (file >= 0 && (n <= 0 || head.kind == FRAME_CREDIT)) { // nobody would get it
			close(file);
			file = -1;
		}
		if (n <= 0)
			return n ? (int)n : -EPIPE;
		if (head.kind == FRAME_CREDIT) {
			c->credits += head.count;
			continue;
		}
		c->owes = head.kind >= FRAME_CREDITED;
		*ret = (struct frame){
			.kind = head.kind, .bytes = c->bytes, .length = (size_t)n - sizeof(head), .file = file};
		return 1;
	}
}

int channel_wait(const struct channel *c, int timeout_ms)
{
	struct pollfd p = {.fd = c->descriptor, .events = POLLIN};
	int n = poll(&p, 1, timeout_ms);
	return n < 0 && errno != EINTR ? -errno : n > 0;
}
