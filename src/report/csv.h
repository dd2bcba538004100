// SPDX-License-Identifier: ISC
// Tables as RFC 4180 has them: lines end with CR LF, a field with a comma, a quote or a line break stands in quotes. Numbers have fixed
// digits, unknown is an empty field. Times stand twice: for people (UTC, RFC 3339) and as Unix seconds.
#pragma once

#include "base/text.h"
#include "model/point.h"
#include "report/incident.h"

#define CSV_SERIES_HEAD "time_utc,time,entity,signal,unit,value,expected,state,blind,witnesses\r\n"

// Heads of the two tables; and a row of each.
void csv_series_head(struct text *t);
void csv_series_row(struct text *t, const struct entity_list *entities, const struct point *one);
void csv_incidents_head(struct text *t);
void csv_incidents_row(struct text *t, const struct incident_view *v, const struct incident *n);
