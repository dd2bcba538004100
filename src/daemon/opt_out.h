// SPDX-License-Identifier: ISC
// The list of those who asked to be left alone: a file that anybody in charge can append to, looked at several times a second.
// What cannot be read takes nobody off the list.
#pragma once

#include "daemon/message.h"

#include <sys/stat.h>

struct opt_out {
	const char *path; // borrowed; null: there is none
	struct stat seen;
	bool there;
	bool again; // it changed and could not be read: tried again with every look
	struct plan_list list;
};

// 0; a negative error with a message: the file must be there and readable when measuring begins. A path of null: no list.
int MUST_USE opt_out_open(struct opt_out *o, const char *path, char *message, size_t size);
void opt_out_close(struct opt_out *o);
// 1: it changed; 0: it did not; negative with a message: it changed and is not readable as a whole: what could be read was added
// to what was in force.
int MUST_USE opt_out_look(struct opt_out *o, char *message, size_t size);
size_t opt_out_count(const struct opt_out *o);
int MUST_USE opt_out_tell(const struct opt_out *o, struct message_sink out);
