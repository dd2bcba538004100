// SPDX-License-Identifier: ISC
// `lacuna world lookup`: the options of world/answer.h.
#include "base/err.h"
#include "cli/world_priv.h"
#include "world/answer.h"

#include <getopt.h>
#include <stdio.h>

struct world_lookup {
	struct world_answers answers;
	struct text out;
	bool unknown; // some argument was not in the data
};

static bool world_lookup_argument_valid(const char *argument)
{
	struct text what = {0};
	bool valid = world_answer_means(argument, &what);
	text_free(&what);
	return valid;
}

static void world_lookup_argument_answer(struct world_lookup *l, const char *argument)
{
	struct text what = {0};
	if (world_answer_means(argument, &what) && world_answer(&l->answers, text_string(&what)) < 0) {
		l->unknown = true;
		world_say("%s is not in the data", text_string(&what));
	}
	text_free(&what);
}

static int world_lookup_answers_print(struct world_lookup *l, int count, char **arguments)
{
	bool printed = true;
	struct json *j = &l->answers.writer;
	const char *attribution = world_attribution(l->answers.world);
	if (l->answers.json) {
		json_open(j, '{');
		json_key(j, "format");
		json_string(j, "lacuna-world/1");
		json_key(j, "results");
		json_open(j, '[');
	}
	for (int i = 0; i < count && printed; i++) {
		world_lookup_argument_answer(l, arguments[i]);
		printed = world_print(&l->out);
	}
	if (l->answers.json) {
		json_close(j, ']');
		json_key(j, "data_time");
		json_instant(j, world_data_time(l->answers.world), 0);
		json_key(j, "built");
		json_instant(j, world_built(l->answers.world), 0);
		json_key(j, "attribution");
		json_string(j, attribution);
		json_close(j, '}');
		text_char(&l->out, '\n');
		printed = printed && world_print(&l->out);
	} else if (*attribution) {
		struct text t = {0};
		text_untrusted(&t, attribution, strlen(attribution));
		fprintf(stderr, "%s\n", text_string(&t));
		text_free(&t);
	}
	if (!printed)
		return WORLD_EXIT_FAILED;
	return l->unknown ? WORLD_EXIT_FLAWED : WORLD_EXIT_DONE;
}

int world_command_lookup(int argc, char **argv)
{
	static const struct option options[] = {{"world", required_argument, NULL, 'w'},
						{"json", no_argument, NULL, 'j'},
						{"totals", no_argument, NULL, 't'},
						{0}};
	const char *path = NULL;
	struct world_lookup l = {0};
	l.answers.out = l.answers.writer.out = &l.out;
	optind = 0;
	for (int c; (c = getopt_long(argc, argv, "w:", options, NULL)) != -1;) {
		if (c == 'w')
			path = optarg;
		else if (c == 'j')
			l.answers.json = true;
		else if (c == 't')
			l.answers.totals = true;
		else
			return world_usage();
	}
	if (optind == argc) {
		world_say("lookup what? An address, a country (country/KP) or a network (asn/131279)");
		return world_usage();
	}
	for (int i = optind; i < argc; i++)
		if (!world_lookup_argument_valid(argv[i])) {
			world_say("%s is no address, country (country/KP) or network (asn/131279)", argv[i]);
			return world_usage();
		}
	struct world *w = NULL;
	int status = world_open_or_say(path, &w);
	if (status != WORLD_EXIT_DONE)
		return status;
	l.answers.world = w;
	status = world_lookup_answers_print(&l, argc - optind, argv + optind);
	world_age_check(w);
	text_free(&l.out);
	world_free(w);
	return status;
}
