// SPDX-License-Identifier: ISC
// `lacuna world build`: from the default sources or from given files to the data file. Nothing is written unless
// every file could be read: a half-filled file in the place of a good one would be worse than none.
#include "world/build.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/world_priv.h"
#include "world/fetch.h"
#include "world/make.h"

#include <getopt.h>
#include <stdio.h>
#include <time.h>

struct build {
	const char *output, *attribution;
	struct instant date;
	bool offline, quiet;
};

static void world_build_outcome_say(const struct build *o, const char *path)
{
	struct world *w = NULL;
	if (o->quiet || world_open_or_say(path, &w) != WORLD_EXIT_DONE)
		return;
	struct world_counts n = world_count(w);
	struct text date = {0};
	if (instant_known(world_data_time(w))) {
		text_put(&date, "data of ");
		text_utc(&date, world_data_time(w));
	} else {
		text_put(&date, "date of the data not stated (--date sets it)");
	}
	world_say("wrote %s: %.1f MB, %llu IPv4 and %llu IPv6 ranges, %llu countries, %llu networks, %s", path,
		  (double)n.bytes / 1e6, (unsigned long long)n.v4_ranges, (unsigned long long)n.v6_ranges,
		  (unsigned long long)n.countries, (unsigned long long)n.networks, text_string(&date));
	if (n.countries == 0)
		world_say("note: no source said countries; they stay unknown");
	if (n.networks == 0)
		world_say("note: no source said networks; they stay unknown");
	world_age_check(w);
	text_free(&date);
	world_free(w);
}

static int world_build_file_write(const struct build *o, struct world_builder *b)
{
	struct text path = {0};
	int status = WORLD_EXIT_DONE;
	if (o->output)
		text_put(&path, o->output);
	else if (world_place_own(&path) < 0) {
		world_say("no home folder is known (HOME is not set): say where to put the file with -o FILE");
		return WORLD_EXIT_USAGE;
	}
	int result = o->output ? 0 : world_folders_make(text_string(&path));
	if (result == 0)
		result = world_builder_write(b, text_string(&path), instant_of(time(NULL), 0));
	if (result < 0) {
		world_say("cannot write %s: %s; choose another place with -o FILE", text_string(&path),
			  err_text(result));
		status = WORLD_EXIT_FAILED;
	} else {
		world_build_outcome_say(o, text_string(&path));
	}
	text_free(&path);
	return status;
}

static int world_build_files(struct build *o, char **files, int count, int status)
{
	struct world_builder *b = world_builder_create();
	bool whole = true;
	for (int i = 0; i < count; i++)
		whole = world_make_add(b, files[i], &world_notices) == 0 && whole;
	world_builder_about(b, o->attribution, o->date);
	if (!whole || world_builder_ranges(b) == 0) {
		world_say("nothing was written");
		world_builder_free(b);
		return WORLD_EXIT_NOTHING;
	}
	int written = world_build_file_write(o, b);
	if (written != WORLD_EXIT_DONE)
		status = written;
	else if (world_builder_bad_lines(b) > 0)
		status = WORLD_EXIT_FLAWED;
	world_builder_free(b);
	return status;
}

static int world_build_given(struct build *o, char **files, int count)
{
	struct text attribution = {0};
	if (o->output && world_make_overwrites(o->output, files, count)) {
		world_say("-o %s is one of the files it would be made from; nothing was written", o->output);
		return WORLD_EXIT_USAGE;
	}
	world_make_attribution(files, count, &attribution);
	if (!o->attribution)
		o->attribution = text_string(&attribution);
	int status = world_build_files(o, files, count, WORLD_EXIT_DONE);
	text_free(&attribution);
	return status;
}

static int world_build_default(struct build *o)
{
	struct world_sources s;
	int code = world_sources_fetch(o->offline, o->quiet, &world_notices, &s);
	int status = code == ERR_USAGE	     ? WORLD_EXIT_USAGE
		     : code == ERR_NOT_FOUND ? WORLD_EXIT_NOTHING
		     : code < 0		     ? WORLD_EXIT_FAILED
		     : code		     ? WORLD_EXIT_FLAWED
					     : WORLD_EXIT_DONE;
	if (code >= 0) {
		char *files[ARRAY_LEN(s.files)];
		for (size_t i = 0; i < ARRAY_LEN(s.files); i++)
			files[i] = (char *)text_string(&s.files[i]);
		struct text attribution = {0};
		text_printf(&attribution, WORLD_ATTRIBUTION "; made from %s", text_string(&s.about));
		if (!o->attribution)
			o->attribution = text_string(&attribution);
		if (!instant_known(o->date))
			o->date = s.date;
		status = world_build_files(o, files, (int)ARRAY_LEN(files), status);
		text_free(&attribution);
	}
	world_sources_free(&s);
	return status;
}

static bool world_build_option_take(struct build *o, int c)
{
	if (c == 'o')
		o->output = optarg;
	else if (c == 'f')
		o->offline = true;
	else if (c == 'a')
		o->attribution = optarg;
	else if (c == 'q')
		o->quiet = true;
	else if (c != 'd')
		return false;
	else if (world_date_parse(optarg, strlen(optarg), &o->date) < 0) {
		world_say("--date: %s is no date of the form YYYYMMDD", optarg);
		return false;
	}
	return true;
}

int world_command_build(int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'}, {"offline", no_argument, NULL, 'f'},
		{"date", required_argument, NULL, 'd'},	  {"attribution", required_argument, NULL, 'a'},
		{"quiet", no_argument, NULL, 'q'},	  {0}};
	struct build o = {.date = INSTANT_NONE};
	optind = 0;
	for (int c; (c = getopt_long(argc, argv, "o:q", options, NULL)) != -1;)
		if (!world_build_option_take(&o, c))
			return world_usage();
	return optind < argc ? world_build_given(&o, argv + optind, argc - optind) : world_build_default(&o);
}
