// SPDX-License-Identifier: ISC
// What the parts of the engine share: a slot a check, its state, and what a step of it answers. A check is a row of steps
// (check/steps.c, http.c, smtp.c) that move on as far as the socket lets them; check.c calls them when epoll or a deadline says so.
#pragma once

#include "check/check.h"
#include "check/deadlines.h"
#include "check/fault.h"
#include "check/names.h"
#include "check/tls.h"
#include "wire/http1.h"
#include "wire/smtp.h"

#define CHECK_TLS_MAX	   4096		// of the checks in flight; each takes some 50 KB
#define CHECK_BODY_MAX	   (1u << 20)	// of an answer that is read, and thrown away; more says nothing more
#define CHECK_RECEIVED_MAX (2u << 20)	// bytes in all, of TLS too: nobody keeps us reading
#define CHECK_BUFFER	   32768	// one read; holds a TLS record
#define CHECK_TIMEOUT_MAX  120000	// ms; a slot must come back
#define CHECK_KEPT_MAX	   65536	// of a body or a conversation: patterns see no more
#define CHECK_HOPS_MAX	   10		// redirects that are followed, as browsers and others do
#define CHECK_LINGER_NS	   1000000000LL // SMTP: so long the answer to QUIT is waited for
#define CHECK_AGENT_MAX	   512

enum check_state {
	CHECK_FREE,
	CHECK_CONNECT,
	CHECK_TLS,
	CHECK_HTTP_SEND,
	CHECK_HTTP_HEAD,
	CHECK_HTTP_BODY,
	CHECK_SMTP_BANNER,
	CHECK_SMTP_EHLO_SEND,
	CHECK_SMTP_EHLO,
	CHECK_SMTP_STARTTLS_SEND,
	CHECK_SMTP_STARTTLS,
	CHECK_SMTP_QUIT_SEND,
	CHECK_SMTP_LINGER, // the attempt has been handed on
	CHECK_TALK_EXPECT, // a conversation: a line is waited for
	CHECK_TALK_SEND,
	CHECK_LOOKUP, // where a redirect's name leads is being asked
	CHECK_HOP,    // the gate holds a redirect's connection back
	CHECK_STATES
};

enum check_step {  // what a step answers
	STEP_WAIT, // for the socket
	STEP_ON,   // to the next state, at once
	STEP_END,  // attempt.failure says how
};

enum stream_answer {
	STREAM_WAIT,   // for the socket
	STREAM_OK,     // done, or some bytes
	STREAM_END,    // the peer has closed
	STREAM_FAILED, // attempt.failure says how
};

struct check_slot {
	struct attempt attempt;
	SSL *tls;
	int descriptor; // -1 none
	uint8_t state;	// enum check_state
	bool named;	// `name` is a name, not the text of the address
	bool readable;	// there may be something to read: edge-triggered epoll tells once
	bool hung_up;	// after what is there the stream ends
	bool connected;
	bool reported;
	bool wants_tls;	   // counts among CHECK_TLS_MAX
	bool old_greeting; // SMTP: HELO, for EHLO was not known
	bool onward;	   // a redirect led to another host
	bool too_long;	   // of a body with patterns: more than is kept
	uint8_t kind;	   // enum gate_kind
	uint8_t hops;	   // redirects followed
	uint16_t flags;
	uint16_t asked_port; // of the target; attempt.port and .target are those of the hop meanwhile
	uint32_t network;
	uint64_t fields_seen, fields_found; // by part: a header of that name came; it held the pattern
	struct addr asked;
	const struct check_manner *manner; // null: op and flags say all
	int64_t end_ns;			   // when the time is over
	int32_t spent_us[PHASE_COUNT];	   // by hops before
	uint8_t *kept;			   // owned: of a body, or of the lines of a conversation
	size_t kept_count;
	char *say; // owned: the line that is on its way out
	size_t say_length;
	bool heard;    // a line of a conversation
	bool own_host; // a Host of the manner holds: no redirect has named a host yet
	size_t talk;   // where in the manner's parts the conversation stands
	unsigned talk_part;
	uint32_t generation; // events of an earlier use of the slot are stale
	uint32_t next_free;
	int64_t began_ns, phase_ns;
	size_t sent; // of the message that is on its way out
	uint64_t received, body_bytes;
	union {
		struct http1_head head;
		struct http1_body body;
		struct smtp_reply reply;
	} at;
	char name[CHECK_NAME_MAX + 1];
	char path[MANNER_PATH_MAX + 1]; // empty: /
};

struct check_dns;

struct check {
	struct gate *gate;
	struct attempt_sink out;
	struct check_finder finder;
	struct check_dns *dns;
	struct check_tls *tls;
	struct fault_route *route;
	struct check_slot *slots;
	size_t used;   // slots ever used
	uint32_t free; // 1 + the first free one; 0: take a new one
	size_t pending, tls_pending;
	struct deadlines deadlines;
	int epoll, timer;
	bool dns_ready;	  // there is something for it, if only a late answer
	int64_t armed_ns; // the timer's moment; 0 none
	int64_t event_ns; // when the events that are being handled were seen
	struct check_counts counts;
	size_t batch_count;
	struct attempt batch[64];
	char agent[CHECK_AGENT_MAX];
	bool anonymous; // no operator was named: the laboratory and ourselves only
	char ehlo[CHECK_NAME_MAX + 1];
	uint8_t raw[CHECK_BUFFER];   // as received
	uint8_t plain[CHECK_BUFFER]; // deciphered
};

// identity.c
int check_identity_set(struct check *c, const struct check_options *o); // 0 or -EINVAL
bool check_identity_admits(const struct check *c, const struct addr *to);

// stream.c: bytes through the socket, in clear or through TLS.
enum stream_answer stream_handshake(struct check *c, struct check_slot *s);
// All of the message; called again with the same after STREAM_WAIT.
enum stream_answer stream_send(struct check *c, struct check_slot *s, const void *bytes, size_t n);
enum stream_answer stream_receive(struct check *c, struct check_slot *s, struct cursor *ret);
void stream_goodbye(struct check *c, struct check_slot *s); // close_notify, where there is TLS

// steps.c
int step_connect_begin(struct check *c, struct check_slot *s); // enum check_step
int step_connect(struct check *c, struct check_slot *s, uint32_t events);
int step_run(struct check *c, struct check_slot *s); // as far as it goes; STEP_WAIT or STEP_END
int step_tls_begin(struct check *c, struct check_slot *s);
// Sends all of the message, then goes to the next state.
int step_send(struct check *c, struct check_slot *s, struct cursor message, enum check_state next);
int step_fail(struct check_slot *s, enum probe_failure f);   // sets it; STEP_END
int step_stream(struct check_slot *s, enum stream_answer a); // what a step answers to an answer that is not STREAM_OK
void step_phase_begin(struct check_slot *s);
void step_phase_end(const struct check *c, struct check_slot *s, enum attempt_phase which);

// http.c, smtp.c
int step_http_send(struct check *c, struct check_slot *s);
int step_http_head(struct check *c, struct check_slot *s);
int step_http_body(struct check *c, struct check_slot *s);
int step_smtp_reply(struct check *c, struct check_slot *s);
int step_smtp_send(struct check *c, struct check_slot *s);
int step_smtp_quit(struct check *c, struct check_slot *s); // reports, then says QUIT
int step_smtp_linger(struct check *c, struct check_slot *s);

// talk.c: a conversation by lines.
int step_talk_begin(struct check *c, struct check_slot *s);
int step_talk_expect(struct check *c, struct check_slot *s);
int step_talk_send(struct check *c, struct check_slot *s);

// hop.c: where a redirect leads, and the connection there.
int step_hop(struct check *c, struct check_slot *s, const char *location);
int step_hop_connect(struct check *c, struct check_slot *s); // the gate is asked, again
void hop_looked_up(struct check *c, struct check_slot *s, const struct names_answer *a);
void hop_name_set(struct check_slot *s, const char *name); // steps of TLS and HTTP use it from here on

uint32_t check_ticket(const struct check *c, const struct check_slot *s); // of this use of the slot
// check.c: a slot that has ended goes its way.
void check_slot_end(struct check *c, struct check_slot *s);
// check.c: hands the attempt on; the slot stays in use.
void check_report(struct check *c, struct check_slot *s);
void check_deadline(struct check *c, struct check_slot *s, int64_t at_ns);
