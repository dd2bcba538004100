// SPDX-License-Identifier: ISC
// What the files of this room share: the prober and its parts.
// DOC: time
// Everything inside goes by one clock that never steps: boot time plus what UTC was ahead of it when the prober was opened. The
// kernel stamps what it receives in UTC; `step_ns`, looked at on every poll, takes a step of UTC out of these stamps and puts it
// into the times that are handed on.
#pragma once

#include "probe/pending.h"
#include "probe/prober.h"
#include "probe/route.h"
#include "wire/cookie.h"
#include "wire/echo.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define BATCH_MAX	32  // packets of one system call: more would let stamps age
#define READ_MAX	64  // packets read with one system call
#define READ_BYTES	640 // an ICMP error quotes at most 576 bytes over IPv4 (RFC 1812, 4.3.2.3)
#define OUT_MAX		64
#define NO_CONNECTION	UINT16_MAX
#define CONNECTIONS_MAX 1024	   // open TCP connects: below the usual limit of descriptors
#define LINK_BYTES	14	   // Ethernet header
#define GRACE_NS	50000000LL // what was received in time may lie in a buffer so long before it is read

struct packet_ring { // TPACKET_V3
	int fd;	     // -1: none
	uint8_t *pages;
	size_t block_bytes, blocks, next;
	uint64_t drops;
};

struct outlet {	      // a socket that sends echo requests of one family
	int fd;	      // -1: none
	uint8_t mode; // enum attempt_mode
	uint8_t family;
	uint16_t id;
	bool deaf; // gives no answers: the ring has them
};

struct send_batch { // requests that leave with the next system call, all by one outlet
	const struct outlet *way;
	size_t used;
	uint64_t serials[BATCH_MAX];
	struct mmsghdr messages[BATCH_MAX];
	struct iovec parts[BATCH_MAX];
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} names[BATCH_MAX];
	uint8_t bytes[BATCH_MAX][LINK_BYTES + ECHO_PACKET_MAX + 2];
};

struct inbox { // buffers of recvmmsg
	struct mmsghdr messages[READ_MAX];
	struct iovec parts[READ_MAX];
	struct sockaddr_in6 names[READ_MAX];
	_Alignas(8) uint8_t control[READ_MAX][128];
	uint8_t bytes[READ_MAX][READ_BYTES];
};

struct connection {
	int fd; // -1: free
	uint64_t serial;
};

struct connections {
	int epoll;
	struct connection at[CONNECTIONS_MAX];
	uint16_t free[CONNECTIONS_MAX];
	size_t free_count;
};

struct prober {
	struct prober_options options;
	enum attempt_mode mode;
	struct cookie_key key;
	uint16_t id;
	int64_t timeout_ns, tick_ns;
	size_t batch_size;
	int64_t ahead_ns; // UTC minus boot time at the beginning
	int64_t step_ns;  // what UTC has stepped since
	int64_t last_stamp, last_read, last_kernel, last_routes, last_news, last_drops;
	int64_t last_dark;   // when our link was last seen without carrier
	int64_t last_failed; // when the kernel was last seen to have asked the gateway in vain
	struct pending pending;
	struct prober_counts counts;
	struct echo_template request4, request6,
		request_any; // IPv4 from our address, IPv6, IPv4 from whichever the kernel takes
	struct outlet packet, echo4, echo6;
	struct packet_ring ring;
	struct route_table routes;
	bool routes_known, routes_old;
	bool path_usable; // to the gateway of `toward`, by the packet socket
	uint32_t path_gateway;
	struct addr path_source; // IPv4, of packets that we write whole
	bool backed_off;	 // the gate was told of a prohibition
	struct send_batch batch;
	struct inbox inbox;
	struct connections connections;
	struct attempt out[OUT_MAX];
	size_t out_used;
};

struct arrival {       // when and how an answer came
	int64_t stamp; // prober's clock
	uint8_t ttl;
	uint16_t id; // that requests of this outlet carry
};

// prober.c
int64_t prober_now(const struct prober *p);
int64_t prober_of_utc(const struct prober *p, int64_t utc_ns); // kernel stamp to the prober's clock; 0: now
int64_t prober_stamp(struct prober *p);			       // now, later than any stamp before
void prober_give(struct prober *p, const struct attempt *a);
void prober_flush(struct prober *p);
struct attempt prober_attempt(const struct prober *p, uint64_t serial);

// judge.c: what an answer means for its probe.
void judge_answer(struct prober *p, struct echo_answer *a, const struct arrival *how);
void judge_damaged(struct prober *p, const struct arrival *how);
void judge_local(struct prober *p, uint64_t serial, int error); // it was not even sent
void judge_expired(struct prober *p, int64_t now);

// send.c
int send_item(struct prober *p, const struct prober_item *item);		// 1 taken, 0 no room now
void send_nothing(struct prober *p, const struct prober_item *item, int error); // leaves a local fault
void send_flush(struct prober *p);
void send_choose(struct prober *p); // after routes were read

// outlet.c: raw and ping sockets.
int MUST_USE outlet_open(struct prober *p, enum attempt_mode mode, uint8_t family, struct outlet *ret);
int MUST_USE outlet_open_sender(struct prober *p, struct outlet *ret); // raw, IPv4, deaf
int MUST_USE outlet_bind(const struct prober *p, int fd);
void outlet_read(struct prober *p, const struct outlet *o);
void outlet_read_errors(struct prober *p, const struct outlet *o);
uint64_t outlet_drops(const struct outlet *o);

// ring.c: packet sockets.
int MUST_USE ring_open(struct prober *p, int interface);
void ring_close(struct packet_ring *r);
bool ring_read(struct prober *p);
uint64_t ring_drops(struct packet_ring *r);

// connect.c
int MUST_USE connect_open(struct connections *c);
void connect_close(struct connections *c);
int connect_item(struct prober *p, const struct prober_item *item); // as send_item()
void connect_read(struct prober *p);
void connect_drop(struct prober *p, struct pending_slot *s); // its time is over
