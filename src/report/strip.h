// SPDX-License-Identifier: ISC
// Strips of time: a line each for routes, hosts, services, speed and series of an entity, all on one axis.
#pragma once

#include "base/attr.h"
#include "model/dossier.h"
#include "report/incident.h"
#include "report/layout.h"

#define STRIP_ROUTES UINT32_MAX // beside DOSSIER_HOSTS and its like, and the numbers of series

// Cells of a strip, which fits the columns of the view.
unsigned strip_cells(const struct incident_view *v);

// The cells of one strip, from the first to the last moment of the data, each as tall as the lowest share of the usual that was left in
// it: visible /24s, answering hosts, answering services, values of a series; of speed, usual ÷ round-trip time ('·' where nothing was
// known, '_' for none). False, and nothing, where there is no data of it.
bool strip_text(struct text *t, const struct incident_view *v, const struct dossier *d, uint32_t of);

// All strips of an entity below its name. Returns how many; nothing where there is none.
size_t strip_entity(struct text *t, const struct incident_view *v, const struct dossier *d);

// Below all strips: from when to when, and what the cells mean.
void strip_legend(struct text *t, const struct incident_view *v);
