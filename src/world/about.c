// SPDX-License-Identifier: ISC
// The data file itself: sources, attribution, date, size.
#include "base/must.h"
#include "world/answer.h"

#include <string.h>

int64_t world_age_days(const struct world *w, struct instant now)
{
	must(instant_known(now));
	struct instant from = instant_known(world_data_time(w)) ? world_data_time(w) : world_built(w);
	return (instant_seconds(now) - instant_seconds(from)) / 86400;
}

void world_about_json(const struct world *w, struct text *out)
{
	struct world_counts n = world_count(w);
	struct json j = {.out = out};
	json_open(&j, '{');
	json_key(&j, "format");
	json_string(&j, "lacuna-world-info/1");
	json_key(&j, "file");
	json_string(&j, world_path(w));
	json_key(&j, "bytes");
	json_int(&j, (int64_t)n.bytes);
	json_key(&j, "built");
	json_instant(&j, world_built(w), 0);
	json_key(&j, "data_time");
	json_instant(&j, world_data_time(w), 0);
	json_key(&j, "v4_ranges");
	json_int(&j, (int64_t)n.v4_ranges);
	json_key(&j, "v6_ranges");
	json_int(&j, (int64_t)n.v6_ranges);
	json_key(&j, "countries");
	json_int(&j, (int64_t)n.countries);
	json_key(&j, "networks");
	json_int(&j, (int64_t)n.networks);
	json_key(&j, "attribution");
	json_string(&j, world_attribution(w));
	json_close(&j, '}');
	text_char(out, '\n');
}

void world_about_text(const struct world *w, struct instant now, struct text *out)
{
	must(w && out);
	struct world_counts n = world_count(w);
	text_put(out, "file         ");
	text_untrusted(out, world_path(w), strlen(world_path(w)));
	text_printf(out, " (%.1f MB)\nbuilt        ", (double)n.bytes / 1e6);
	text_utc(out, world_built(w));
	text_put(out, "\ndata of      ");
	if (instant_known(world_data_time(w)))
		text_utc(out, world_data_time(w));
	else
		text_put(out, "not stated by its sources");
	text_printf(out, " (%lld days ago%s)\n", (long long)world_age_days(w, now),
		    instant_known(world_data_time(w)) ? "" : ", counted from building");
	text_printf(out, "ranges       %llu IPv4, %llu IPv6\n", (unsigned long long)n.v4_ranges,
		    (unsigned long long)n.v6_ranges);
	text_printf(out, "entities     %llu countries, %llu networks\nattribution  ", (unsigned long long)n.countries,
		    (unsigned long long)n.networks);
	const char *attribution = world_attribution(w);
	attribution = *attribution ? attribution : "none stated";
	text_untrusted(out, attribution, strlen(attribution));
	text_char(out, '\n');
}
