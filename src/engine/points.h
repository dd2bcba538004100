// SPDX-License-Identifier: ISC
// Hands on each value as it is judged. Nobody outside the engine includes it.
#pragma once

#include "engine/pipeline_priv.h"

void points_sample(const struct pipeline *p, const struct sample *s); // after the level took it
void points_pulse(const struct pipeline *p, uint32_t entity);	      // after reachability took it
void points_value(const struct pipeline *p, const struct obs *o,
		  const struct series_watch *w); // after the series took it
void points_finish(const struct pipeline *p);	 // the data ended: where nobody has looked since, that is a value too
