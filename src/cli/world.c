// SPDX-License-Identifier: ISC
// `lacuna world`: the choice of the subcommand, `info`, and what the others share.
#include "cli/world.h"

#include "base/err.h"
#include "cli/world_priv.h"
#include "intake/screen.h"
#include "world/answer.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <time.h>

#define OLD_DAYS 180

static const char world_help[] =
	"Usage: lacuna world build [-o FILE] [--offline] [--date YYYYMMDD] [--attribution TEXT] [--quiet] [SOURCE...]\n"
	"       lacuna world lookup [-w FILE] [--totals] [--json] WHAT...\n"
	"       lacuna world info [-w FILE] [--json]\n"
	"\n"
	"Who is where: which country and network an address belongs to, and which addresses they have.\n"
	"\n"
	"build makes the data file. Without SOURCE it fetches the npm packages @ip-location-db/asn-country and\n"
	"@ip-location-db/asn (about 24 MB; the last download is kept and used when offline). SOURCE is a CSV file\n"
	"(start,end,CC or start,end,asn,name) or delegated statistics of a regional registry; later ones win.\n"
	"  -o, --output FILE       where to put it (default: $LACUNA_WORLD, else lacuna/world.bin under\n"
	"                          $XDG_DATA_HOME or ~/.local/share)\n"
	"      --offline           do not download; use the last download\n"
	"      --date YYYYMMDD     date of the data, where the sources do not state it\n"
	"      --attribution TEXT  what to show beside results\n"
	"  -q, --quiet             say only what is wrong\n"
	"lookup answers for an address (175.45.178.1), a country (country/KP or KP) or a network (asn/131279 or\n"
	"AS131279).\n"
	"  -w, --world FILE        the data file (default: as above, then /usr/share/lacuna/world.bin)\n"
	"      --totals            for countries and networks, leave out the list of prefixes\n"
	"      --json              one JSON object\n"
	"info shows sources, attribution, date and size of the data file.\n"
	"\n"
	"Exit status: 0 done, 1 done but something is not right, 2 usage, 3 nothing could be read, 4 own failure.\n";

void world_say(const char *format, ...)
{
	struct text line = {0};
	va_list args;
	va_start(args, format);
	text_put(&line, "lacuna world: ");
	text_message(&line, format, args);
	va_end(args);
	text_char(&line, '\n');
	fwrite(line.bytes, 1, line.length, stderr);
	text_free(&line);
}

static void world_notice(void *context, const char *text)
{
	(void)context;
	world_say("%s", text);
}

const struct notice_sink world_notices = {.line = world_notice};

int world_usage(void)
{
	fputs("Try 'lacuna world --help'.\n", stderr);
	return WORLD_EXIT_USAGE;
}

bool world_print(struct text *t)
{
	bool whole = fwrite(t->bytes, 1, t->length, stdout) == t->length && fflush(stdout) == 0;
	if (!whole)
		world_say("cannot write to standard output: %s", err_text(-errno));
	text_clear(t);
	return whole;
}

int world_open_or_say(const char *path, struct world **ret)
{
	struct text place = {0};
	if (path)
		text_put(&place, path);
	if (!path && world_place_find(&place) < 0) {
		text_free(&place);
		world_say("there is no data file yet; 'lacuna world build' makes one");
		return WORLD_EXIT_NOTHING;
	}
	int result = world_open(text_string(&place), ret);
	if (result == ERR_MALFORMED)
		world_say("%s is damaged or no world file; 'lacuna world build' makes a new one", text_string(&place));
	else if (result == ERR_UNSUPPORTED)
		world_say("%s is of another version; 'lacuna world build' makes a new one", text_string(&place));
	else if (result < 0)
		world_say("cannot read %s: %s", text_string(&place), err_text(result));
	text_free(&place);
	return result < 0 ? WORLD_EXIT_NOTHING : WORLD_EXIT_DONE;
}

static struct instant world_now_instant(void)
{
	return instant_of(time(NULL), 0);
}

void world_age_check(const struct world *w)
{
	int64_t days = world_age_days(w, world_now_instant());
	if (days > OLD_DAYS)
		world_say(
			"warning: the data is %lld days old, addresses may have moved; 'lacuna world build' renews it, or takes newer files",
			(long long)days);
}

int world_command_info(int argc, char **argv)
{
	static const struct option options[] = {
		{"world", required_argument, NULL, 'w'}, {"json", no_argument, NULL, 'j'}, {0}};
	const char *path = NULL;
	bool json = false;
	optind = 0;
	for (int c; (c = getopt_long(argc, argv, "w:", options, NULL)) != -1;) {
		if (c == 'w')
			path = optarg;
		else if (c == 'j')
			json = true;
		else
			return world_usage();
	}
	if (optind < argc) {
		world_say("info takes no argument: %s", argv[optind]);
		return world_usage();
	}
	struct world *w = NULL;
	int status = world_open_or_say(path, &w);
	if (status != WORLD_EXIT_DONE)
		return status;
	struct text out = {0};
	if (json)
		world_about_json(w, &out);
	else
		world_about_text(w, world_now_instant(), &out);
	if (!world_print(&out))
		status = WORLD_EXIT_FAILED;
	world_age_check(w);
	text_free(&out);
	world_free(w);
	return status;
}

int cli_world(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(int argc, char **argv);
	} commands[] = {{"build", world_command_build}, {"lookup", world_command_lookup}, {"info", world_command_info}};
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			screen_help(world_help);
			return WORLD_EXIT_DONE; // whether it could be written main.c sees
		}
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i].word) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		world_say("no such command: %s (build, lookup or info)", argv[1]);
	else
		world_say("which command: build, lookup or info?");
	return world_usage();
}
