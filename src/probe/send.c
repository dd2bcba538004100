// SPDX-License-Identifier: ISC
// Builds requests, stamps them just before the system call that sends them, and chooses the socket for each.
// DOC: which socket
// The packet socket knows no routes, so it takes only what the kernel itself would send to the same gateway over the same link:
// the longest prefix of the kernel's routes decides for each address. Everything else (loopback, the own link, other interfaces, no
// route at all) goes through the raw socket, where the kernel decides, and says why when it cannot. Until the gateway's link
// address is known the kernel sends too, and so learns it; later one probe in KERNEL_GAP_NS goes through the kernel, so that it
// goes on looking after that neighbour.
#include "probe/prober_priv.h"

#include "os/clock.h"

#include <errno.h>
#include <poll.h>

#define KERNEL_GAP_NS 1000000000LL
#define SEND_TRIES    4 // of a ping socket, which reports errors of earlier targets on the next one

void send_choose(struct prober *p)
{
	const struct route_table *t = &p->routes;
	p->path_usable = false;
	if (p->packet.fd < 0 || !p->routes_known || !t->simple || !t->link.up || !t->link.ethernet || !t->gateway_known)
		return;
	p->path_gateway = t->gateway;
	p->path_usable = true;
	// The Ethernet header of every place in the batch.
	for (size_t i = 0; i < BATCH_MAX; i++) {
		uint8_t *link = p->batch.bytes[i];
		memcpy(link, t->gateway_mac, 6);
		memcpy(link + 6, t->link.mac, 6);
		link[12] = 0x08; // IPv4
		link[13] = 0x00;
	}
}

static bool send_by_packet(struct prober *p, const struct addr *target, int64_t now)
{
	if (!p->path_usable)
		return false;
	const struct route *r = route_find(&p->routes, v4_number(target->bytes));
	if (!r || r->kind != ROUTE_GATEWAY || r->gateway != p->path_gateway || r->interface != p->routes.link.interface)
		return false;
	if (now - p->last_kernel < KERNEL_GAP_NS)
		return true;
	p->last_kernel = now;
	return false;
}

static const struct outlet *send_outlet_for(struct prober *p, const struct addr *target, int64_t now)
{
	if (target->family == FAMILY_V6)
		return &p->echo6;
	return send_by_packet(p, target, now) ? &p->packet : &p->echo4;
}

// Whether the same packet should be tried once more.
static bool send_try_again(struct prober *p, const struct outlet *way, int error)
{
	if (error == EAGAIN) {
		struct pollfd room = {.fd = way->fd, .events = POLLOUT};
		return poll(&room, 1, 1) == 1;
	}
	if (way->mode != ATTEMPT_PING)
		return false;
	outlet_read_errors(p, way);
	return true;
}

void send_flush(struct prober *p)
{
	struct send_batch *b = &p->batch;
	unsigned tries = 0;
	for (size_t at = 0; at < b->used;) {
		int n = sendmmsg(b->way->fd, b->messages + at, (unsigned)(b->used - at), MSG_DONTWAIT);
		int error = n > 0 ? 0 : errno;
		if (n > 0) {
			at += (size_t)n;
			p->counts.sent += (uint64_t)n;
			tries = 0;
		} else if (error != EINTR && (++tries >= SEND_TRIES || !send_try_again(p, b->way, error))) {
			judge_local(p, b->serials[at++], error);
			tries = 0;
		}
	}
	b->used = 0;
}

static void send_address_message(struct send_batch *b, size_t at, const struct addr *target, size_t length)
{
	struct msghdr *m = &b->messages[at].msg_hdr;
	const struct outlet *way = b->way;
	size_t head = target->family == FAMILY_V6 ? ECHO_IP6_BYTES : ECHO_IP4_BYTES;
	size_t skip = way->mode == ATTEMPT_PACKET ? 0 : LINK_BYTES;
	if (way->mode == ATTEMPT_PING || target->family == FAMILY_V6)
		skip += head; // the kernel writes the IP header
	b->parts[at] = (struct iovec){b->bytes[at] + skip, LINK_BYTES + length - skip};
	*m = (struct msghdr){.msg_iov = &b->parts[at], .msg_iovlen = 1};
	if (way->mode == ATTEMPT_PACKET)
		return;
	m->msg_name = &b->names[at];
	if (target->family == FAMILY_V6) {
		b->names[at].v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
		memcpy(&b->names[at].v6.sin6_addr, target->bytes, 16);
		m->msg_namelen = sizeof(b->names[at].v6);
	} else {
		b->names[at].v4 = (struct sockaddr_in){.sin_family = AF_INET};
		memcpy(&b->names[at].v4.sin_addr, target->bytes, 4);
		m->msg_namelen = sizeof(b->names[at].v4);
	}
}

static const struct echo_template *send_template_for(const struct prober *p, const struct outlet *way)
{
	if (way->family == FAMILY_V6)
		return &p->request6;
	return way->mode == ATTEMPT_PACKET ? &p->request4 : &p->request_any;
}

void send_nothing(struct prober *p, const struct prober_item *item, int error)
{
	uint64_t serial = p->pending.tail;
	struct pending_slot *s = pending_next(&p->pending, &item->address);
	if (!s)
		return; // the caller has looked whether there is room
	s->stamp = prober_stamp(p);
	s->index = item->index;
	s->number = item->number;
	s->op = item->op;
	s->port = item->port;
	s->mode = (unsigned)p->mode & 15u;
	judge_local(p, serial, error);
}

int send_item(struct prober *p, const struct prober_item *item)
{
	struct send_batch *b = &p->batch;
	uint64_t serial = p->pending.tail;
	struct pending_slot *s = pending_next(&p->pending, &item->address);
	if (!s)
		return 0;
	s->stamp = prober_stamp(p);
	const struct outlet *way = send_outlet_for(p, &item->address, s->stamp);
	s->index = item->index;
	s->number = item->number;
	s->op = item->op;
	s->mode = way->mode & 15u;
	if (way->fd < 0) {
		judge_local(p, serial, EAFNOSUPPORT);
		return 1;
	}
	if (b->used && b->way != way) {
		send_flush(p);
		s->stamp = prober_stamp(p);
	}
	b->way = way;
	struct cookie_claim claim = {.target = item->address, .stamp = s->stamp, .index = s->index};
	claim.serial = (uint32_t)serial;
	claim.epoch = (uint32_t)(serial >> 32);
	uint64_t cookie = cookie_of(&p->key, &claim);
	struct echo_request r = {.target = item->address, .seq = (uint16_t)serial, .ip_id = (uint16_t)cookie | 1};
	r.body = (struct echo_body){s->stamp, claim.serial, s->index, cookie};
	size_t length = echo_build(send_template_for(p, way), &r, b->bytes[b->used] + LINK_BYTES);
	send_address_message(b, b->used, &item->address, length);
	b->serials[b->used++] = serial;
	if (b->used >= p->batch_size)
		send_flush(p);
	return 1;
}
