// SPDX-License-Identifier: ISC
// Fuzz target: packets on their way to the judge of probes, through the ring that the kernel fills. Each input is acts: send a probe; the
// genuine answer to one, with some bytes changed; the error that quotes one; any packet; time goes on. Every answer is counted once,
// and none that was changed counts as one.
#include "target.h"

#include "base/cursor.h"
#include "probe/prober_priv.h"

#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))
#define BLOCK_BYTES   8192
#define HEAD_BYTES    128 // of the block and of the packet's header
#define PACKET_MOST   1500
#define ACTS_MAX      256

enum { ACT_SEND, ACT_REPLY, ACT_ERROR, ACT_PACKET, ACT_EXPIRE, ACTS };

static struct {
	struct prober prober;
	int64_t stamp;
	uint64_t given, clean; // attempts handed on; genuine answers to probes in flight
} scene;

static uint8_t block[BLOCK_BYTES] __attribute__((aligned(64)));

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_judge, line %d: not so: %s\n", line, what);
	abort();
}

// The gate of the test: everything goes.
void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns)
{
	(void)g;
	(void)a;
	(void)now_ns;
}

void gate_relax(struct gate *g, const struct addr *a)
{
	(void)g;
	(void)a;
}

enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns)
{
	(void)g;
	(void)a;
	*ret_until_ns = now_ns;
	return GATE_GO;
}

static void take(void *context, const struct attempt *batch, size_t n)
{
	(void)context;
	for (size_t i = 0; i < n; i++)
		REQUIRE(batch[i].failure < FAILURE_COUNT && (batch[i].failure || batch[i].rtt_ns >= 0));
	scene.given += n;
}

static void begin(void)
{
	struct echo_origin o = {.source = addr_v4(0xc0000201), .id = 0x4c41, .text = "noc@example.net"};
	struct prober *p = &scene.prober;
	pending_free(&p->pending);
	memset(&scene, 0, sizeof(scene));
	p->options.out.take = take;
	p->key = (struct cookie_key){1, 2};
	p->id = o.id;
	p->timeout_ns = 3000000000;
	p->ring = (struct packet_ring){.fd = -1, .pages = block, .block_bytes = BLOCK_BYTES, .blocks = 1};
	pending_make(&p->pending, 256);
	echo_template_make(&o, &p->request4);
	scene.stamp = prober_now(p);
}

// As send_item() does, without a socket.
static void send_one(uint8_t host)
{
	struct prober *p = &scene.prober;
	struct addr target = addr_v4(0xc6120000u + host);
	struct pending_slot *s = pending_next(&p->pending, &target);
	if (!s)
		return;
	s->stamp = ++scene.stamp;
	s->index = host;
	s->mode = ATTEMPT_RAW;
	s->op = PROBE_ICMP_ECHO;
}

// The request of a serial, as it was sent.
static size_t request_of(uint64_t serial, uint8_t packet[ECHO_PACKET_MAX])
{
	struct prober *p = &scene.prober;
	const struct pending_slot *s = pending_slot(&p->pending, serial);
	struct addr target = addr_v4(s->v4);
	struct cookie_claim claim = {target, s->stamp, (uint32_t)serial, (uint32_t)(serial >> 32), s->index};
	struct echo_request r = {.target = target, .seq = (uint16_t)serial};
	r.body = (struct echo_body){s->stamp, (uint32_t)serial, s->index, cookie_of(&p->key, &claim)};
	r.ip_id = (uint16_t)r.body.cookie | 1;
	return echo_build(&p->request4, &r, packet);
}

static void sum_set(uint8_t *icmp, size_t n)
{
	uint32_t sum = 0;
	icmp[2] = icmp[3] = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(icmp[i] << 8 | icmp[i + 1]);
	sum += n % 2 ? (uint32_t)icmp[n - 1] << 8 : 0;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	icmp[2] = (uint8_t)(~sum >> 8);
	icmp[3] = (uint8_t)~sum;
}

static size_t reply_make(uint64_t serial, uint8_t *packet)
{
	size_t n = request_of(serial, packet);
	uint8_t source[4];
	memcpy(source, packet + 12, 4);
	memcpy(packet + 12, packet + 16, 4);
	memcpy(packet + 16, source, 4);
	packet[ECHO_IP4_BYTES] = ECHO4_REPLY;
	sum_set(packet + ECHO_IP4_BYTES, n - ECHO_IP4_BYTES);
	return n;
}

// The error of a router that quotes so much of the ICMP request.
static size_t error_make(uint64_t serial, uint8_t quoted, uint8_t *packet)
{
	uint8_t request[ECHO_PACKET_MAX];
	size_t n = request_of(serial, request), kept = ECHO_IP4_BYTES + quoted;
	kept = kept < n ? kept : n;
	memcpy(packet, request, ECHO_IP4_BYTES);
	packet[12] ^= 1;
	uint8_t *icmp = packet + ECHO_IP4_BYTES;
	memset(icmp, 0, 8);
	icmp[0] = ECHO4_UNREACHABLE;
	icmp[1] = 1;
	memcpy(icmp + 8, request, kept);
	sum_set(icmp, 8 + kept);
	return ECHO_IP4_BYTES + 8 + kept;
}

static void receive(const uint8_t *packet, size_t n)
{
	struct tpacket_block_desc *desc = (void *)block;
	struct tpacket3_hdr *head = (void *)(block + 64);
	memset(block, 0, HEAD_BYTES);
	desc->hdr.bh1.num_pkts = 1;
	desc->hdr.bh1.offset_to_first_pkt = 64;
	head->tp_net = head->tp_mac = HEAD_BYTES - 64;
	head->tp_snaplen = (uint32_t)n;
	if (n)
		memcpy(block + HEAD_BYTES, packet, n);
	desc->hdr.bh1.block_status = TP_STATUS_USER;
	scene.prober.ring.next = 0;
	REQUIRE(ring_read(&scene.prober));
}

// An answer, then as many changes as are told: place and value, two bytes each.
static void answer(struct cursor *c, bool error)
{
	uint8_t packet[PACKET_MOST], back, changes, how[2], before[PACKET_MOST];
	struct pending *in = &scene.prober.pending;
	if (!cursor_u8(c, &back) || !cursor_u8(c, &changes) || !in->tail)
		return;
	uint64_t serial = in->tail - 1 - back % in->tail;
	size_t n = error ? error_make(serial, changes % 64, packet) : reply_make(serial, packet);
	memcpy(before, packet, n);
	for (changes &= 7; changes && cursor_bytes(c, how, 2); changes--)
		packet[how[0] % n] ^= how[1];
	const struct pending_slot *s = pending_slot(in, serial);
	bool due = s->state == SLOT_PENDING && !error;
	bool same = !memcmp(before + ECHO_IP4_BYTES + ECHO_HEAD_BYTES, packet + ECHO_IP4_BYTES + ECHO_HEAD_BYTES,
			    ECHO_BODY_BYTES);
	uint64_t recorded = scene.prober.counts.recorded;
	receive(packet, n);
	if (due && memcmp(before, packet, n) == 0)
		REQUIRE(scene.prober.counts.recorded == recorded + 1);
	if (!error && !same)
		REQUIRE(scene.prober.counts.recorded == recorded);
}

static void any_packet(struct cursor *c)
{
	uint8_t length, packet[UINT8_MAX] = {0};
	if (!cursor_u8(c, &length) || !cursor_bytes(c, packet, length < cursor_left(c) ? length : cursor_left(c)))
		return;
	receive(packet, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(data, size);
	struct prober *p = &scene.prober;
	uint8_t act, host;
	begin();
	for (int i = 0; i < ACTS_MAX && cursor_u8(&c, &act); i++) {
		if (act % ACTS == ACT_SEND && cursor_u8(&c, &host))
			send_one(host);
		else if (act % ACTS == ACT_REPLY || act % ACTS == ACT_ERROR)
			answer(&c, act % ACTS == ACT_ERROR);
		else if (act % ACTS == ACT_PACKET)
			any_packet(&c);
		else if (act % ACTS == ACT_EXPIRE)
			judge_expired(p, scene.stamp + (int64_t)(act / ACTS) * 100000000);
		prober_flush(p);
		const struct prober_counts *n = &p->counts;
		REQUIRE(n->arrived == n->recorded + n->late + n->duplicate + n->forged);
		REQUIRE(scene.given == n->arrived + n->timed_out);
	}
	return 0;
}
