// SPDX-License-Identifier: ISC
// What the parent and a measuring role say to each other (os/frame.h). Payloads are plain structs of this very program.
#pragma once

#include "check/names.h"
#include "conf/plan.h"
#include "model/attempt.h"
#include "os/frame.h"
#include "probe/prober.h"
#include "schedule/caps.h"

enum message {		   // parent to role
	MESSAGE_SETUP = 1, // struct setup, or of the bmp role struct setup_bmp; first of all
	MESSAGE_ALLOW,	   // struct prefix …
	MESSAGE_BLOCK,	   // struct prefix …
	MESSAGE_OPT_OUT,   // struct prefix …; added to those of the frames since MESSAGE_OPT_OUT_BEGIN
	MESSAGE_OPT_OUT_BEGIN,
	MESSAGE_OPT_OUT_END, // now in force
	MESSAGE_TARGETS,     // struct message_target and its name …
	MESSAGE_RANGES,	     // struct prefix …: every address of them is a target
	MESSAGE_BLOCKS,	     // struct plan_block …
	MESSAGE_RESUME,	     // bytes of a saved census
	MESSAGE_START,
	MESSAGE_STOP,	     // no new attempts; finish those that are under way
	MESSAGE_ROUTER_DROP, // uint32_t: the session that is not wanted
	MESSAGE_OWN,	     // struct prefix …: all addresses of this machine, in place of those before
	MESSAGE_MOVED,	     // struct message_moved: a target has another address, or none
	MESSAGE_NAMES,	     // struct message_name …, each followed by its text: to be looked up, now and again
	MESSAGE_RESOLVERS,   // struct addr …: who is asked for names, in place of those before
	MESSAGE_MANNERS,     // struct manner …: those that targets name by their number
	MESSAGE_HOSTS_BEGIN, // what is known without asking, in place of what was: MESSAGE_HOSTS follow
	MESSAGE_HOSTS,	     // struct message_host …

	// role to parent
	MESSAGE_READY,		 // struct message_ready: sockets are open, privileges gone; of the bmp role int32_t
	MESSAGE_HEALTH,		 // struct message_health
	MESSAGE_COUNTS,		 // struct message_counts
	MESSAGE_SAVE,		 // bytes of the census, to go on from
	MESSAGE_DONE,		 // struct message_counts: nothing left to do
	MESSAGE_ERROR,		 // text: why it cannot go on
	MESSAGE_FOUND,		 // struct discover_found …
	MESSAGE_NAMED,		 // struct names_answer: what came of a name
	MESSAGE_ROUTER_BEGIN,	 // struct message_router: it begins as BMP does
	MESSAGE_ROUTER_END,	 // struct message_router
	MESSAGE_ROUTERS_REFUSED, // uint64_t: so many so far
	MESSAGE_ROUTER_REFUSED,	 // struct message_refused: one of them
	MESSAGE_ATTEMPTS = FRAME_CREDITED, // struct attempt …
	MESSAGE_ROUTER_BYTES,		   // struct message_bytes, then the bytes
};

#define MESSAGE_TEXT_MAX 160

struct setup {
	struct caps caps; // this role's share
	uint64_t seed;
	uint8_t key[16];
	char observer[64];
	char contact[128], identity[64], version[16]; // empty: none
	char interface[16];			      // empty: by the route
	struct addr source, source6, toward;
	uint32_t rate;	      // attempts a second that are wanted; 0: what the caps allow
	uint32_t rounds;      // each target so many times; 0: for ever
	uint32_t interval_ms; // between two rounds, or of the watch list
	uint32_t timeout_ms;
	uint32_t blocks;	       // of the census, so that its table is made once
	bool follows;		       // redirects: the role finds names itself
	bool persist;		       // for ever: watch list and census
	bool again;		       // started in place of one that died: what that one asked last is not known
	uint8_t best;		       // enum attempt_mode
	char zone[CHECK_NAME_MAX + 1]; // to discover
};

struct message_target { // followed by name_length and path_length bytes
	struct addr address;
	uint32_t index, network, interval_ms, timeout_ms;
	uint32_t group; // of those that stand in for each other: an entity and an operation
	uint16_t flags, port, qtype, path_length;
	uint32_t manner;  // of those of MESSAGE_MANNERS, from 1; 0: as op and flags say
	uint8_t op, kind; // enum gate_kind
	uint16_t name_length;
};

struct message_moved {
	uint32_t index;	     // of the target in the plan
	struct addr address; // family FAMILY_NONE: none yet
};

struct message_host { // a line of the file of hosts
	struct addr address;
	char name[CHECK_NAME_MAX + 1];
};

struct message_name {	// followed by `length` bytes
	uint32_t index; // handed back
	uint16_t length;
};

struct message_ready {
	uint8_t mode; // enum attempt_mode
	bool user, landlock, seccomp;
	int32_t landlock_abi;
	char why[MESSAGE_TEXT_MAX]; // why not a better mode; empty: it is the best
};

struct message_health {
	struct instant time, from;
	double loss;		 // share of its own probes or replies that it lost; 0 not known
	char state[16], why[48]; // words of model/observer.h
};

#define ROUTERS_MAX 64 // sessions at once: more than the routers of a large exchange point

struct setup_bmp {
	struct addr at; // to listen on
	uint16_t port;
};

enum router_end { ROUTER_CLOSED, ROUTER_LOST, ROUTER_IDLE };

struct message_router {
	uint32_t session; // a number of its own, from 1
	uint8_t why;	  // enum router_end
	struct addr from;
};

enum router_refusal { REFUSED_NO_BMP, REFUSED_VERSION, REFUSED_SILENT, REFUSED_FULL, REFUSED_GONE, REFUSED_KINDS };

struct message_refused {
	struct addr from;
	uint8_t why;	 // enum router_refusal
	uint8_t version; // BMP's, where that is why
};

struct message_bytes {
	uint32_t session;
	struct instant arrival;
};

struct message_counts {
	struct prober_counts probe;
	struct check_counts check;
	uint64_t refused_unlisted, refused_opted_out, refused_special;
	uint64_t rounds;   // finished
	uint64_t left_out; // of forged, late and second replies: counted by the prober, not handed on
	uint64_t skipped;  // turns of a run for ever that a target's own caps did not allow
};

// Writes targets into frames. Calls put() for each full payload; 0 or what it answered.
struct message_sink {
	int (*put)(void *context, enum message kind, const void *bytes, size_t length);
	void *context;
};

struct message_writer {
	struct message_sink out;
	enum message kind;
	size_t length;
	uint8_t bytes[FRAME_MAX];
};

// Adds one record of a kind; records are never cut. The last payload leaves with message_flush().
int MUST_USE message_add(struct message_writer *w, enum message kind, const void *head, size_t head_length);
int MUST_USE message_target_add(struct message_writer *w, const struct message_target *t, const char *name,
				const char *path);
int MUST_USE message_name_add(struct message_writer *w, uint32_t index, const char *text);
int MUST_USE message_flush(struct message_writer *w);

struct message_target_texts {
	char name[CHECK_NAME_MAX + 1], path[MANNER_PATH_MAX + 1]; // empty: none
};

// Takes the next target of a payload. False at its end or where it is cut.
struct cursor;
bool message_target_next(struct cursor *c, struct message_target *ret, struct message_target_texts *ret_texts);
