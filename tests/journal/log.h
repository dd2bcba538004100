// SPDX-License-Identifier: ISC
// A folder for logs that goes away again, and what a log says as text, a record a line.
#pragma once

#include "../model/random_batch.h"

#include "base/text.h"
#include "journal/reader.h"

struct log_folder {
	char path[64];
};

void log_begin(struct log_folder *f);
void log_end(struct log_folder *f);
void log_copy(const struct log_folder *from, struct log_folder *ret); // a new folder with the same files
void log_path(const struct log_folder *f, const char *name, char ret[256]);
long log_size(const struct log_folder *f, const char *name);
// Names of the segments; static, the next call forgets them.
size_t log_segments(const struct log_folder *f, const char *const **ret);

// Appends a random record; its line as log_read says it goes to `said`. What journal_append… said.
int log_append(struct journal *j, struct random_batch *r, struct text *said);

struct log_heard {
	struct text said, damage; // `file offset bytes after before torn` a line
	struct journal_totals totals;
};

int log_read(const struct log_folder *f, struct log_heard *ret); // the whole log; 0 or an error
void log_heard_end(struct log_heard *h);
