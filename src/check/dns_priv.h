// SPDX-License-Identifier: ISC
// What the files of the DNS engine share: dns.c (order and time), dns_udp.c (batches and error queues), dns_tcp.c (streams).
#pragma once

#include "check/dns.h"
#include "check/dns_icmp.h"
#include "check/dns_table.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define DNS_SOCKETS 8	  // a family: an off-path forger must guess port and id of 2^19 at least
#define DNS_BATCH   32	  // small enough that the stamp of its first packet fits its last
#define DNS_ROOM    4096  // bytes of a UDP answer that are read; what is longer ignores what was asked for (1232)
#define DNS_GUESSES 32	  // misfits at its socket before a question's answer is no longer believed: 32 of 65,536 ids
#define DNS_PLAIN   4096  // servers without EDNS that are remembered
#define DNS_RECENT  32768 // decided questions that are remembered, to tell late and second answers from forged ones

enum { DNS_SIDE_UDP, DNS_SIDE_TCP, DNS_SIDE_TIMER }; // who an event is for

struct dns_socket {
	int descriptor;
	uint8_t family;
	uint32_t mismatched; // answers that fitted no question, so far
	uint32_t icmp_mismatched;
	uint32_t drops;	    // of its receive buffer, when last looked
	int64_t dropped_ns; // when they last grew; boot time
};

struct dns_queue { // of one family
	uint16_t *slots;
	size_t first, count;
};

struct dns_recent {
	uint64_t key; // 0: none
	int64_t sent_utc_ns;
	uint32_t index;
	uint16_t number;
};

struct dns_buffers { // one batch each way
	struct mmsghdr out[DNS_BATCH], in[DNS_BATCH];
	struct iovec out_at[DNS_BATCH], in_at[DNS_BATCH];
	struct sockaddr_storage to[DNS_BATCH], from[DNS_BATCH];
	uint8_t query[DNS_BATCH][DNS_QUERY_MAX];
	uint8_t answer[DNS_BATCH][DNS_ROOM];
	uint8_t control[DNS_BATCH][128];
};

struct dns_plain {    // a server that does not know EDNS
	uint64_t key; // 0: none
	int64_t since_ns;
};

struct dns_unheard { // decided without a message; the listener hears of it at the next poll
	struct attempt attempt;
	struct dns_query query;
};

struct dns_arrival { // a UDP packet
	struct addr from;
	uint16_t port, id;
	uint8_t ttl;	  // 0 not known
	int64_t stamp_ns; // the kernel's, UTC; 0 not known
};

struct check_dns {
	struct gate *gate;
	struct fault_route *route;
	struct attempt_sink out;
	struct check_dns_listener listener;
	struct check_counts counts;
	struct dns_table *table;
	struct dns_socket sockets[2 * DNS_SOCKETS]; // IPv4 first
	struct dns_queue queues[2];
	struct dns_buffers *buffers;
	struct dns_recent *recent;
	struct dns_plain *plain;
	struct dns_unheard *unheard;
	size_t unheard_count, unheard_capacity;
	struct attempt *decided;
	size_t decided_count, decided_capacity;
	uint8_t random[256]; // no more: getrandom() gives so much whole, or fails for good
	size_t random_left;
	int events, timer;
	int64_t timer_ns; // when it fires; 0: not set
	uint32_t streams;
	bool stalled; // the system takes no packets for now
	bool more;    // a socket holds answers that have not been read: nothing times out meanwhile
};

uint16_t dns_random(struct check_dns *d);
socklen_t dns_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret);
// Address and port of a socket address; family FAMILY_NONE for other families.
struct addr dns_addr(const struct sockaddr_storage *from, uint16_t *ret_port);

// Nanoseconds since it was sent: by the kernel's stamp of the receipt (UTC) where there is one and it can be true.
int64_t dns_elapsed(const struct dns_pending *p, int64_t stamp_ns, int64_t now_ns);
// An answer that nobody waits for. False: not to a question that was decided of late either.
bool dns_late(struct check_dns *d, size_t socket, const struct dns_arrival *arrived);

// Ends a question. `answer` is what decided it, or null. Its place is free afterwards.
void dns_decide(struct check_dns *d, struct dns_pending *p, const struct dns_message *answer);
// An answer that may have been guessed decides nothing: the question goes on over TCP.
void dns_distrust(struct check_dns *d, struct dns_pending *p);
void dns_fail(struct check_dns *d, struct dns_pending *p, uint8_t failure);
void dns_fail_local(struct check_dns *d, struct dns_pending *p, int error);
// An error came from outside, as the error queue has it.
void dns_fail_icmp(struct check_dns *d, struct dns_pending *p, const struct dns_icmp *icmp);

int dns_udp_open(struct check_dns *d);
void dns_udp_send(struct check_dns *d); // what is queued, as far as the system takes it
void dns_udp_event(struct check_dns *d, size_t which, uint32_t events);
void dns_udp_drops(struct check_dns *d, size_t which, int64_t now_ns);

void dns_tcp_begin(struct check_dns *d, struct dns_pending *p);
void dns_tcp_event(struct check_dns *d, uint16_t slot, uint32_t events);
void dns_tcp_close(struct check_dns *d, struct dns_pending *p);
