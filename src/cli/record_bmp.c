// SPDX-License-Identifier: ISC
// `lacuna record bmp`: the options of daemon/station.h.
#include "cli/record_bmp.h"

#include "base/instant.h"
#include "base/number.h"
#include "cli/say.h"
#include "conf/place.h"
#include "daemon/station.h"
#include "intake/screen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char record_bmp_help[] =
	"Usage: lacuna record bmp ADDR:PORT -o DIR [--collector NAME] [--for SECONDS] [--quiet]\n\n"
	"Listens on this address for routers that send BMP (RFC 7854) and keeps their bytes in DIR/bmp/NAME-N.bmp, one file a\n"
	"session, with the arrival of every piece beside it (.index). 'lacuna replay DIR' reads them. Anyone who reaches the\n"
	"address can send: listen where only your routers do. ADDR is 127.0.0.1, [::1], or an address of this machine.\n\n"
	"  -o, --output DIR      the recording folder; made when it is not there, gone on with when it is\n"
	"      --collector NAME  letters, digits and _; the collector's name in the recording (default: bmp)\n"
	"      --for SECONDS     stop after; otherwise at SIGINT or SIGTERM\n"
	"  -q, --quiet           say only what is wrong\n\n"
	"Exit status: 0 done; 1 done, but the disk was full for a time or a process had to be started again; "
	"2 record_bmp_usage;\n"
	"3 cannot listen or no folder; 4 own failure.\n";

static bool record_bmp_seconds_parse(const char *word, int64_t *ret_ns)
{
	double v;
	if (!number_real_of_text(word, 0.001, 1e9, &v))
		return false;
	*ret_ns = (int64_t)(v * 1e9);
	return true;
}

// "192.0.2.1:1790", "[2001:db8::1]:1790"
static bool record_bmp_address_parse(struct station_options *s, const char *word)
{
	struct asked_place place;
	if (place_parse(word, &place) || place.kind || !place.port || place.address.family == FAMILY_NONE)
		return false;
	s->at = place.address;
	s->port = place.port;
	return true;
}

static bool record_bmp_collector_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return n && n <= 64 && !name[n];
}

static int record_bmp_usage(const char *what, const char *word)
{
	say_line("lacuna record bmp: %s%s%s", what, word ? ": " : "", word ? word : "");
	say_line("Try 'lacuna record bmp --help'.");
	return 2;
}

// 0, an exit status, or -1: all is said.
static int record_bmp_options_parse(struct station_options *s, int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'}, {"collector", required_argument, NULL, 'c'},
		{"for", required_argument, NULL, 'f'},	  {"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},	  {NULL, 0, NULL, 0},
	};
	int option;
	optind = 0;
	while ((option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1)
		switch (option) {
		case 'o':
			s->dir = optarg;
			break;
		case 'c':
			s->collector = optarg;
			break;
		case 'f':
			if (!record_bmp_seconds_parse(optarg, &s->for_ns))
				return record_bmp_usage("--for takes seconds", optarg);
			break;
		case 'q':
			s->quiet = true;
			break;
		case 'h':
			screen_help(record_bmp_help);
			return -1;
		default:
			return record_bmp_usage("see the options", NULL);
		}
	optind += optind < argc && strcmp(argv[optind], "bmp") == 0;
	if (argc - optind != 1)
		return record_bmp_usage("one ADDR:PORT to listen on", NULL);
	if (!record_bmp_address_parse(s, argv[optind]))
		return record_bmp_usage("not an ADDR:PORT", argv[optind]);
	if (!s->dir)
		return record_bmp_usage("-o DIR is missing", NULL);
	return record_bmp_collector_good(s->collector) ? 0
						       : record_bmp_usage("not a name for a collector", s->collector);
}

int cli_record_bmp(int argc, char **argv)
{
	static const int statuses[] = {
		[STATION_DONE] = 0, [STATION_TROUBLE] = 1, [STATION_NOTHING] = 3, [STATION_FAILED] = 4};
	struct station_options s = {.command = "lacuna record bmp", .notices = &say_notices, .collector = "bmp"};
	int status = record_bmp_options_parse(&s, argc, argv);
	if (status == 0)
		status = statuses[station_run(&s)];
	return status < 0 ? 0 : status;
}
