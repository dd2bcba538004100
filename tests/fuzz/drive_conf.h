// SPDX-License-Identifier: ISC
// What the fuzz targets of configuration share: the bytes become a file, which is read as one kind; what is refused has a
// message, and what is read keeps the bounds that the plan promises.
#pragma once

#include "conf/plan.h"

#include <stddef.h>

typedef int drive_read(struct plan *p, const char *path, struct plan_error *e);

// `name`: of the file, whose end may tell the reader its form.
void drive_conf(drive_read *read, const char *name, const uint8_t *data, size_t size);

// Each line is one word, and is read by itself.
void drive_conf_words(drive_read *read, const uint8_t *data, size_t size);
