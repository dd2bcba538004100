// SPDX-License-Identifier: ISC
// The packet sockets: one that sends past routing and queueing discipline (PACKET_QDISC_BYPASS), and a ring that the kernel fills
// with replies (TPACKET_V3, packet_mmap in the kernel's documentation). The ring hears every interface, loopback too: each IPv4
// packet for this machine passes a handler of its protocol once, whatever bridges and bonds it came through.
#include "probe/filter.h"
#include "probe/prober_priv.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAME_BYTES 2048

// The kernel closes a block when it is full or so many ms after its first packet. The ring holds what arrives while we are kept from
// running for some 400 ms, at the wanted rate or in a flood of 100,000 forged replies a second.
static const struct shape {
	uint32_t rate; // up to
	unsigned block_bytes, blocks, close_ms;
} ring_shapes[] = {
	{1000, 16384, 512, 10},
	{10000, 16384, 512, 2},
	{UINT32_MAX, 32768, 512, 2},
};

static int ring_bind_interface(int fd, int interface, uint16_t protocol)
{
	struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_ifindex = interface};
	name.sll_protocol = __builtin_bswap16(protocol);
	return bind(fd, (struct sockaddr *)&name, sizeof(name)) ? -errno : 0;
}

static int ring_open_sender(struct prober *p, int interface)
{
	int one = 1, bytes = 8 << 20;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	p->packet = (struct outlet){.fd = fd, .mode = ATTEMPT_PACKET, .family = FAMILY_V4, .id = p->id};
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	return ring_bind_interface(fd, interface, 0);
}

static int ring_map(struct packet_ring *r, const struct shape *s)
{
	int version = TPACKET_V3;
	struct tpacket_req3 want = {
		.tp_block_size = s->block_bytes, .tp_block_nr = s->blocks, .tp_frame_size = FRAME_BYTES};
	want.tp_frame_nr = s->block_bytes / FRAME_BYTES * s->blocks;
	want.tp_retire_blk_tov = s->close_ms;
	if (setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) != 0 ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &want, sizeof(want)) != 0)
		return -errno;
	void *pages = mmap(NULL, (size_t)s->block_bytes * s->blocks, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (pages == MAP_FAILED)
		return -errno;
	r->pages = pages;
	r->block_bytes = s->block_bytes;
	r->blocks = s->blocks;
	return 0;
}

int ring_open(struct prober *p, int interface)
{
	const struct shape *s = ring_shapes;
	struct filter_want filter = {.id = p->id, .host_only = true};
	while (p->options.rate > s->rate)
		s++;
	int error = ring_open_sender(p, interface);
	if (error < 0)
		return error;
	p->ring = (struct packet_ring){.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
	if (p->ring.fd < 0)
		return -errno;
	error = filter_attach_v4(p->ring.fd, &filter);
	if (error == 0)
		error = ring_map(&p->ring, s);
	return error ? error : ring_bind_interface(p->ring.fd, 0, ETH_P_IP);
}

void ring_close(struct packet_ring *r)
{
	if (r->pages)
		munmap(r->pages, r->block_bytes * r->blocks);
	if (r->fd >= 0)
		close(r->fd);
	*r = (struct packet_ring){.fd = -1};
}

static void ring_take_packet(struct prober *p, const uint8_t *at)
{
	struct tpacket3_hdr head;
	struct echo_answer a = {0};
	memcpy(&head, at, sizeof(head));
	struct arrival how = {.id = p->id, .stamp = prober_of_utc(p, (int64_t)head.tp_sec * NS_PER_S + head.tp_nsec)};
	size_t skipped = (size_t)head.tp_net - head.tp_mac;
	int got = echo_parse_packet(cursor_of(at + head.tp_net, head.tp_snaplen - skipped), &a);
	how.ttl = a.ttl;
	if (got < 0)
		judge_damaged(p, &how);
	else if (got > 0)
		judge_answer(p, &a, &how);
}

// Whether a block was taken.
bool ring_read(struct prober *p)
{
	struct packet_ring *r = &p->ring;
	bool any = false;
	for (size_t n = 0; n < r->blocks; n++) {
		struct tpacket_block_desc *block = (void *)(r->pages + r->block_bytes * r->next);
		if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		const uint8_t *at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
		for (uint32_t left = block->hdr.bh1.num_pkts; left; left--) {
			uint32_t step;
			ring_take_packet(p, at);
			memcpy(&step, at + offsetof(struct tpacket3_hdr, tp_next_offset), sizeof(step));
			at += step;
		}
		__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		r->next = (r->next + 1) % r->blocks;
		any = true;
	}
	return any;
}

// Reading the kernel's counter sets it to zero.
uint64_t ring_drops(struct packet_ring *r)
{
	struct tpacket_stats_v3 stats = {0};
	socklen_t size = sizeof(stats);
	if (r->fd >= 0 && getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
		r->drops += stats.tp_drops;
	return r->drops;
}
