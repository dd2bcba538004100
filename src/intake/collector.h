// SPDX-License-Identifier: ISC
// Which collector a file of an archive is of, by its path: archives name their collectors in many ways (RIPE RIS, RouteViews, CAIDA's
// broker, PCH, Isolario, caches of other tools), and none is written in the files.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COLLECTOR_NAME_MAX 127 // bytes

struct collector_guess {
	char name[COLLECTOR_NAME_MAX + 1]; // empty: nothing in the path says it
	bool known;			   // it is the archive's own name for it: one collector wherever the file lies
	size_t folder; // bytes of the path up to the end of the folder that gave the name; 0: the file's name did
};

// A folder of a table and one of updates, of a month or a day, are of the same collector.
void collector_guess(const char *path, struct collector_guess *ret);

// Whether the word says what a file holds, and not whose it is: "updates", "RIBS", "2023.11", "bgpdata".
bool collector_word_generic(const char *word, size_t n);

// The last `folders` folders of the first `n` bytes of the path, which tell two collectors of one name apart: "b/data".
void collector_longer_name(const char *path, size_t n, int folders, char ret[COLLECTOR_NAME_MAX + 1]);
