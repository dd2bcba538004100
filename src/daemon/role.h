// SPDX-License-Identifier: ISC
// What roles share: the end of the channel; and of those that measure, what the parent told them, their gate, and the way results go out.
// Results wait here while the parent is busy; a role whose results wait measures nothing new.
#pragma once

#include "daemon/message.h"
#include "os/clock.h"

struct census_run;

#define ROLE_HELD_MAX 8192 // attempts that may wait for the parent before nothing new is begun

struct role_target {
	struct message_target ask;
	char *name; // owned; null: the address
	char *path; // owned; null: /
};

struct role {
	struct channel *channel;
	struct setup setup;
	struct gate *gate;
	struct check_manner **manners; // owned, all; those of targets begin at 1
	size_t manner_count, manner_capacity;
	struct message_host *hosts; // what is known of names without asking
	size_t host_count, host_capacity;
	struct role_target *targets;
	size_t target_count, target_capacity;
	struct prefix *ranges;
	size_t range_count, range_capacity;
	struct census_run *census; // null: no blocks were named
	struct prefix *opt_out;	   // being received
	size_t opt_out_count, opt_out_capacity;
	struct name_lookup *names; // of the role that looks them up; null: another
	uint8_t *resume;	   // a saved census
	size_t resume_length;
	struct attempt *held; // results not yet with the parent, oldest first
	size_t held_count, held_capacity, held_from;
	int64_t flushed_ns;
	bool started, stopping;
	const char *doing;	    // for the message when it fails; null: nothing special
	char why[MESSAGE_TEXT_MAX]; // it could not begin; empty: the error says it all
};

// Any role: its end of the channel, nothing else.
void role_open(struct role *r);
// Any role: the first frame, which must be MESSAGE_SETUP of that size. 0 or a negative error: then end.
int MUST_USE role_setup(struct role *r, void *ret, size_t size);
// A role that measures: waits for the setup and makes the gate. 0, or a negative error: then end.
int MUST_USE role_begin(struct role *r); // after role_open
void role_end(struct role *r);
// Privileges are gone by now: says so, then takes lists until the start. 0 or a negative error.
int MUST_USE role_ready(struct role *r, const struct message_ready *m);

// Takes what the parent says now. 0; -EPIPE when it is gone.
int MUST_USE role_listen(struct role *r);
// Where attempts go (struct attempt_sink); the context is the role.
void role_take(void *context, const struct attempt *batch, size_t n);
// Hands on what waits, when it is enough or old enough, or `all` of it. 0; -EAGAIN: the parent is busy; -EPIPE.
int MUST_USE role_flush(struct role *r, bool all);
bool role_may_begin(const struct role *r); // results do not pile up
int MUST_USE role_say(struct role *r, enum message kind, const void *bytes,
		      size_t length);				  // waits for room, and listens
void role_health(struct role *r, const struct message_health *h); // its time is now
