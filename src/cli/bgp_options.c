// SPDX-License-Identifier: ISC
// Reads the command line of `lacuna bgp`; every refusal names the option, what is wrong with its value and what
// would be right.
#include "cli/bgp_options.h"

#include "base/err.h"
#include "base/when.h"
#include "cli/say.h"
#include "intake/inputs.h"
#include "intake/screen.h"
#include "world/world.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE   2
#define EXIT_NO_DATA 3

enum option_code {
	OPTION_JSON = 256,
	OPTION_COUNT,
	OPTION_STATE,
	OPTION_PREFIX,
	OPTION_EXACT,
	OPTION_MORE,
	OPTION_LESS,
	OPTION_PEER,
	OPTION_EXCLUDE_PEER,
	OPTION_EXCLUDE_COLLECTOR,
	OPTION_ORIGIN,
	OPTION_AS,
	OPTION_COMMUNITY,
	OPTION_TYPE,
	OPTION_FROM,
	OPTION_UNTIL,
	OPTION_COUNTRY,
	OPTION_NETWORK,
	OPTION_ALL_VIEWS,
	OPTION_NO_GUESS,
	OPTION_COLLECTOR,
};

static const struct option bgp_options_table[] = {
	{"json", no_argument, NULL, OPTION_JSON},
	{"count", no_argument, NULL, OPTION_COUNT},
	{"state", no_argument, NULL, OPTION_STATE},
	{"prefix", required_argument, NULL, OPTION_PREFIX},
	{"exact", no_argument, NULL, OPTION_EXACT},
	{"more", no_argument, NULL, OPTION_MORE},
	{"less", no_argument, NULL, OPTION_LESS},
	{"peer", required_argument, NULL, OPTION_PEER},
	{"exclude-peer", required_argument, NULL, OPTION_EXCLUDE_PEER},
	{"exclude-collector", required_argument, NULL, OPTION_EXCLUDE_COLLECTOR},
	{"origin", required_argument, NULL, OPTION_ORIGIN},
	{"as", required_argument, NULL, OPTION_AS},
	{"community", required_argument, NULL, OPTION_COMMUNITY},
	{"type", required_argument, NULL, OPTION_TYPE},
	{"from", required_argument, NULL, OPTION_FROM},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"country", required_argument, NULL, OPTION_COUNTRY},
	{"network", required_argument, NULL, OPTION_NETWORK},
	{"all-views", no_argument, NULL, OPTION_ALL_VIEWS},
	{"no-guess", no_argument, NULL, OPTION_NO_GUESS},
	{"collector", required_argument, NULL, OPTION_COLLECTOR},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static const char bgp_options_help[] =
	"Usage: lacuna bgp PATH... [-m | -e | --json | --count | --state] [FILTER]...\n\n"
	"Reads MRT (BGP, TABLE_DUMP, TABLE_DUMP_V2, BGP4MP, BGP4MP_ET), BMP and lines of RIS Live: plain, gzip, bzip2,\n"
	"xz or zstd, told by content. A PATH is a file, a folder or a pattern; several are merged in time order. Damage costs the\n"
	"damaged bytes only, is named on standard error, and makes the exit status 1.\n\n"
	"Output\n"
	"  -m               one line an element, as `bgpdump -m` (default)\n"
	"  -e               one line an element, as `bgpreader -e`\n"
	"  --json           one JSON object a line; with --count one object\n"
	"  --count          what the files hold, in numbers\n"
	"  --state          build the routing table and print its totals\n"
	"  -q, --quiet      no progress bar\n"
	"  --all-views      BMP: every view of a peer, not only the one that is followed\n"
	"  --collector N=P  files below the folder or of the pattern P are of collector N; else their paths say it\n"
	"  --no-guess       path identifiers (ADD-PATH) only where the record says so, as bgpdump does\n\n"
	"Filters (values of one option are alternatives; different options must all hold)\n"
	"  --prefix P       this prefix; with --more also its parts, with --less also what covers it\n"
	"  --peer A         from this peer: an address or an AS number\n"
	"  --exclude-peer A         not from this peer: an address or an AS number\n"
	"  --exclude-collector NAME not from this collector, as --json names it\n"
	"  --origin N       announced by this network\n"
	"  --as N           with this network anywhere in the path\n"
	"  --community C    A:B or (large) A:B:C; `*` stands for any part; or a name: blackhole\n"
	"  --type T         A announce, W withdraw, B table entry, S change of state; several: AW\n"
	"  --from T, --until T   2022-01-25T20:50:00Z, 2022-01-25 or Unix seconds; until is exclusive\n"
	"  --country CC     prefixes of this country, by the world data (`lacuna world build`)\n"
	"  --network N      prefixes of this network, by the world data\n\n"
	"Examples\n"
	"  lacuna bgp rib.20220125.mrt.bz2 --origin 131279\n"
	"  lacuna bgp updates/ --prefix 175.45.176.0/22 --more --type AW --json\n"
	"  lacuna bgp updates/ --country KP --from 2022-01-25 --until 2022-01-27 -e\n\n"
	"Exit status: 0 done; 1 done, but something is damaged, missing or not supported and is named on standard error;\n"
	"2 usage; 3 nothing could be read; 4 out of memory or another failure of our own.\n";

static int bgp_options_refuse(const char *option, const char *value, const char *wanted)
{
	struct text t = {0};
	text_untrusted(&t, value, strlen(value));
	fprintf(stderr, "lacuna bgp: --%s: '%s' is not %s\n", option, text_string(&t), wanted);
	text_free(&t);
	return EXIT_USAGE;
}

// Prefixes of a country or network, out of the world data.
static int bgp_options_add_range(void *context, const struct world_range *r)
{
	bgp_filter_range(context, &r->first, &r->last);
	return 0;
}

static int bgp_options_entity_read(struct bgp_options *o, bool country, const char *value)
{
	char entity[32], digits[24] = "";
	struct world *world;
	size_t n = strlen(value);
	bool good = country ? n == 2 && isalpha((unsigned char)value[0]) && isalpha((unsigned char)value[1])
			    : n < 16 && strspn(value + 2 * (strncasecmp(value, "as", 2) == 0), "0123456789") > 0;
	if (!good)
		return bgp_options_refuse(country ? "country" : "network", value,
					  country ? "a country code of two letters, such as KP"
						  : "an AS number, such as 131279");
	for (size_t i = 0; i < n; i++)
		digits[i] = (char)toupper((unsigned char)value[i]);
	snprintf(entity, sizeof(entity), "%s%s", country ? "country/" : "asn/",
		 !country && digits[0] == 'A' ? digits + 2 : digits);
	int error = world_open(NULL, &world);
	if (error < 0) {
		fprintf(stderr, "lacuna bgp: no world data (%s); make it with `lacuna world build`\n", err_text(error));
		return EXIT_NO_DATA;
	}
	bgp_filter_by_range(&o->filter);
	error = world_ranges(world, entity, bgp_options_add_range, &o->filter);
	if (error >= 0)
		say_line("lacuna bgp: the addresses of %s are by world data: %s", entity, world_attribution(world));
	world_free(world);
	if (error < 0)
		fprintf(stderr, "lacuna bgp: the world data holds no addresses of %s\n", entity);
	return error < 0 ? EXIT_NO_DATA : -1;
}

static int bgp_options_collector_read(struct bgp_options *o, const char *value)
{
	struct inputs judge = {0}; // of whether it is one
	if (o->collector_count == ARRAY_LEN(o->collectors) || inputs_collector_rule(&judge, value) < 0)
		return bgp_options_refuse("collector", value, "NAME=PATH, or there are too many of them");
	o->collectors[o->collector_count++] = value;
	return -1;
}

static int bgp_options_value_read(struct bgp_options *o, int option, const char *value)
{
	struct bgp_filter *f = &o->filter;
	switch (option) {
	case OPTION_PREFIX:
		return bgp_filter_prefix(f, value) < 0
			       ? bgp_options_refuse("prefix", value, "a prefix such as 175.45.176.0/22")
			       : -1;
	case OPTION_PEER:
		return bgp_filter_peer(f, value) < 0 ? bgp_options_refuse("peer", value, "an address or an AS number")
						     : -1;
	case OPTION_EXCLUDE_PEER:
		return bgp_filter_not_peer(f, value) < 0
			       ? bgp_options_refuse("exclude-peer", value, "an address or an AS number")
			       : -1;
	case OPTION_EXCLUDE_COLLECTOR:
		bgp_filter_not_collector(f, value);
		return -1;
	case OPTION_ORIGIN:
		return bgp_filter_origin(f, value) < 0 ? bgp_options_refuse("origin", value, "an AS number") : -1;
	case OPTION_AS:
		return bgp_filter_asn(f, value) < 0 ? bgp_options_refuse("as", value, "an AS number") : -1;
	case OPTION_COMMUNITY:
		return bgp_filter_community(f, value) < 0
			       ? bgp_options_refuse("community", value,
						    "a community such as 3356:9999, 64500:1:2 or blackhole")
			       : -1;
	case OPTION_TYPE:
		return bgp_filter_types(f, value) < 0
			       ? bgp_options_refuse("type", value, "made of the letters A, W, B and S")
			       : -1;
	case OPTION_FROM:
		return !when_typed_text(value, &f->from)
			       ? bgp_options_refuse("from", value, "a time such as 2022-01-25T20:50:00Z or 1643143800")
			       : -1;
	case OPTION_UNTIL:
		return !when_typed_text(value, &f->until)
			       ? bgp_options_refuse("until", value, "a time such as 2022-01-25T20:50:00Z or 1643143800")
			       : -1;
	case OPTION_COLLECTOR:
		return bgp_options_collector_read(o, value);
	case OPTION_COUNTRY:
	case OPTION_NETWORK:
		return bgp_options_entity_read(o, option == OPTION_COUNTRY, value);
	default:
		return EXIT_USAGE;
	}
}

static int bgp_options_take(struct bgp_options *o, int option, const char *value)
{
	switch (option) {
	case 'm':
		o->format = BGP_FORMAT_DUMP;
		return -1;
	case 'e':
		o->format = BGP_FORMAT_READER;
		return -1;
	case 'q':
		o->quiet = true;
		return -1;
	case OPTION_JSON:
		o->json = true;
		o->format = BGP_FORMAT_JSON;
		return -1;
	case OPTION_COUNT:
		o->count = true;
		return -1;
	case OPTION_STATE:
		o->state = true;
		return -1;
	case OPTION_EXACT:
		o->filter.match |= MATCH_EXACT;
		return -1;
	case OPTION_MORE:
		o->filter.match |= MATCH_MORE;
		return -1;
	case OPTION_LESS:
		o->filter.match |= MATCH_LESS;
		return -1;
	case OPTION_ALL_VIEWS:
		o->all_views = true;
		return -1;
	case OPTION_NO_GUESS:
		o->no_guess = true;
		return -1;
	case 'h':
		screen_help(bgp_options_help);
		return 0;
	default:
		return bgp_options_value_read(o, option, value);
	}
}

static int bgp_options_unknown(const char *argument, bool lacks_value)
{
	struct text t = {0};
	text_untrusted(&t, argument, strlen(argument));
	fprintf(stderr, "lacuna bgp: %s %s; see `lacuna bgp --help`\n", text_string(&t),
		lacks_value ? "needs a value" : "is no option");
	text_free(&t);
	return EXIT_USAGE;
}

int bgp_options_read(int argc, char **argv, struct bgp_options *ret)
{
	*ret = (struct bgp_options){.filter.from = INSTANT_NONE, .filter.until = INSTANT_NONE};
	int option, end = -1;
	optind = 0; // begin anew, whoever used getopt before
	opterr = 0;
	while (end < 0 && (option = getopt_long(argc, argv, ":meqh", bgp_options_table, NULL)) != -1)
		end = option == '?' || option == ':' ? bgp_options_unknown(argv[optind - 1], option == ':')
						     : bgp_options_take(ret, option, optarg);
	if (end >= 0)
		return end;
	if (optind >= argc) {
		fprintf(stderr, "lacuna bgp: no file given; see `lacuna bgp --help`\n");
		return EXIT_USAGE;
	}
	ret->paths = argv + optind;
	ret->path_count = argc - optind;
	bgp_filter_ready(&ret->filter);
	if (ret->state && !bgp_filter_empty(&ret->filter)) {
		fprintf(stderr, "lacuna bgp: --state is of whole tables: it takes no filter\n");
		return EXIT_USAGE;
	}
	return -1;
}

void bgp_options_free(struct bgp_options *o)
{
	bgp_filter_free(&o->filter);
}
