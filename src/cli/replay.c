// SPDX-License-Identifier: ISC
// `lacuna replay`: feeds the pipeline from files and prints what it found, for people or as JSON.
#include "cli/replay.h"

#include "base/err.h"
#include "base/json.h"
#include "cli/damage.h"
#include "cli/inputs.h"
#include "cli/moment.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "cli/watch_list.h"
#include "decode/decode.h"
#include "detect/level.h"
#include "engine/pipeline.h"
#include "report/incident.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WATCH_MAX    256
#define STRIP_CELLS  60
#define STRIPS_SHOWN 20

static const char help[] =
	"Usage: lacuna replay PATH... [--watch ENTITY]... [--json] [--until TIME] [--definition NAME]\n"
	"                     [--full-feed-floor N] [--world FILE] [--quiet]\n"
	"\n"
	"Reads BGP archives (MRT and BMP, plain or compressed, files, folders, globs) and recording folders in time\n"
	"order, and tells which watched country or network left the global routing table, when, how fast, and when it\n"
	"came back.\n"
	"\n"
	"  --watch ENTITY        country/KP, asn/131279, or 'country/*'; a recording names its own\n"
	"  --json                incidents and the quality of the data as one JSON object\n"
	"  --until TIME          stop at this time (Unix seconds or 2022-01-26T04:00:00Z): what was known then\n"
	"  --definition NAME     what 'visible' means: networks-half (default), ioda-text, bgpview, monocle, "
	"one-network\n"
	"  --full-feed-floor N   fewest prefixes of a full table (default: the definition's; a recording may give its "
	"own)\n"
	"  --world FILE          who is where (default: what 'lacuna world build' made)\n"
	"  --quiet               no progress, no notes\n"
	"\n"
	"Examples:\n"
	"  lacuna replay recordings/demo\n"
	"  lacuna replay rrc00/2022.01/ --watch country/KP\n"
	"  lacuna replay bview.20220126.0000.gz 'updates.20220126.*.gz' --watch country/KP --json\n"
	"\n"
	"Exit status: 0 done; 1 done, but input was damaged or missing (named on standard error); 2 usage; 3 nothing\n"
	"could be read; 4 out of memory or another failure of our own.\n";

struct replay {
	const char *watch[WATCH_MAX];
	size_t watch_count;
	bool json, quiet;
	struct instant until;
	const struct definition *definition;
	uint32_t full_feed_floor;
	const char *world_path;
	struct inputs in;
	struct world *world;
	struct pipeline *pipeline;
	uint64_t records, gaps;
	struct decode_counts counts;
};

static int usage(const char *message, const char *what)
{
	fprintf(stderr, "lacuna replay: %s%s%s\nTry 'lacuna replay --help'.\n", message, what ? ": " : "",
		what ? what : "");
	return 2;
}

static int parse_one(struct replay *r, int option)
{
	char *end;
	switch (option) {
	case 'w':
		if (r->watch_count == WATCH_MAX)
			return usage("too many --watch", NULL);
		r->watch[r->watch_count++] = optarg;
		return 0;
	case 'j':
		r->json = true;
		return 0;
	case 'q':
		r->quiet = true;
		return 0;
	case 'W':
		r->world_path = optarg;
		return 0;
	case 'u':
		return moment_parse(optarg, &r->until) < 0 ? usage("--until is not a time", optarg) : 0;
	case 'd':
		r->definition = definition_find(optarg);
		return r->definition ? 0 : usage("no such definition", optarg);
	case 'f':
		r->full_feed_floor = (uint32_t)strtoul(optarg, &end, 10);
		return *end || !r->full_feed_floor ? usage("--full-feed-floor is not a number", optarg) : 0;
	default:
		fprintf(stderr, "Try 'lacuna replay --help'.\n");
		return 2;
	}
}

// 0: go on; else the exit status + 1.
static int parse(struct replay *r, int argc, char **argv)
{
	static const struct option options[] = {
		{"watch", required_argument, NULL, 'w'},
		{"json", no_argument, NULL, 'j'},
		{"until", required_argument, NULL, 'u'},
		{"definition", required_argument, NULL, 'd'},
		{"world", required_argument, NULL, 'W'},
		{"quiet", no_argument, NULL, 'q'},
		{"full-feed-floor", required_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jqh", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		int code = parse_one(r, option);
		if (code)
			return code + 1;
	}
	return optind == argc ? usage("name at least one file or folder", NULL) + 1 : 0;
}

static int add_paths(struct replay *r, int n, char **paths)
{
	int failed = 0;
	for (int i = 0; i < n; i++)
		failed += inputs_add(&r->in, paths[i]) < 0;
	if (feed_source_count(r->in.feed) == 0) {
		if (!failed)
			fprintf(stderr, "lacuna replay: no MRT or BMP file found\n");
		return failed || !r->in.recordings ? 3 : 1;
	}
	r->gaps += (uint64_t)failed;
	return 0;
}

static int add_watched(struct replay *r)
{
	int code = r->watch_count || r->world_path ? world_open(r->world_path, &r->world) : 0;
	if (code < 0 && r->world_path) {
		fprintf(stderr, "lacuna replay: %s: %s\n", r->world_path, err_text(code));
		return 3;
	}
	for (size_t i = 0; i < r->watch_count; i++) {
		code = watch_add(&r->in.entities, r->world, r->watch[i]);
		if (code < 0)
			return code == ERR_USAGE ? 2 : 3;
	}
	for (size_t i = 0; i < r->in.entities.count; i++)
		if (r->in.entities.at[i].watched)
			return 0;
	return usage("nothing to watch: name a country or network with --watch", NULL);
}

static int run(struct replay *r)
{
	struct decode_options options = {0};
	struct obs_sink sink = {pipeline_take, r->pipeline};
	struct decoder *d = decoder_create(r->in.peers, &options, sink);
	struct progress progress;
	struct record record;
	int code;
	progress_begin(&progress, r->quiet);
	while ((code = feed_next(r->in.feed, &record)) > 0) {
		if (instant_known(r->until) && instant_known(record.time) && record.time.ns > r->until.ns)
			break;
		if (record.kind == RECORD_GAP) {
			r->gaps++;
			damage_say(r->in.feed, &record);
		}
		r->records += record.kind == RECORD_MRT || record.kind == RECORD_BMP;
		if (decoder_take(d, &record) < 0)
			break;
		if (r->records % 4096 == 0) {
			uint64_t done, total;
			feed_progress(r->in.feed, &done, &total);
			progress_at(&progress, done, total);
		}
	}
	decoder_flush(d);
	progress_end(&progress);
	pipeline_finish(r->pipeline);
	r->counts = *decoder_counts(d);
	decoder_free(d);
	return code < 0 ? code : 0;
}

// Watched entities; or only those of which nothing can be said.
static size_t count_watched(const struct replay *r, bool unobservable)
{
	size_t n = 0;
	for (uint32_t e = 0; e < r->in.entities.count; e++)
		n += r->in.entities.at[e].watched && !(unobservable && pipeline_judged(r->pipeline, e));
	return n;
}

static void put_quality(struct json *j, const struct replay *r)
{
	json_key(j, "quality");
	json_open(j, '{');
	json_key(j, "sources");
	json_int(j, (int64_t)feed_source_count(r->in.feed));
	json_key(j, "watched");
	json_int(j, (int64_t)count_watched(r, false));
	json_key(j, "unobservable");
	json_int(j, (int64_t)count_watched(r, true));
	json_key(j, "gaps");
	json_int(j, (int64_t)r->gaps);
	for (int i = 0; i < DECODE_COUNT; i++) {
		json_key(j, decode_count_name((enum decode_count)i));
		json_int(j, (int64_t)r->counts.of[i]);
	}
	json_close(j, '}');
}

static void print_json(const struct replay *r, const struct incident_view *v)
{
	struct text t = {0};
	struct json j = {.out = &t};
	json_open(&j, '{');
	json_key(&j, "incidents");
	json_open(&j, '[');
	for (size_t i = 0; i < v->incidents->count; i++) {
		if (i)
			text_char(&t, ',');
		incident_json(&t, v, &v->incidents->at[i]);
	}
	json_close(&j, ']');
	put_quality(&j, r);
	json_close(&j, '}');
	text_char(&t, '\n');
	fwrite(t.bytes, 1, t.length, stdout);
	text_free(&t);
}

// The rows of one entity on the common axis; returns how many.
static size_t put_strip_rows(struct text *t, const struct replay *r, const struct incident_view *v, uint32_t entity)
{
	static const char *const names[STRIP_COUNT] = {[STRIP_ROUTES] = "routes",
						       [STRIP_HOSTS] = "hosts",
						       [STRIP_SERVICES] = "services",
						       [STRIP_LATENCY] = "speed"};
	const struct dossier *d = pipeline_dossier(r->pipeline, entity);
	struct strip_view strip = {d->routes, d->route_count, d->routes_baseline, d->bins, d->bin_count};
	size_t rows = 0;
	for (int kind = 0; kind < STRIP_COUNT; kind++) {
		size_t before = t->length;
		text_printf(t, "%-12s %-9s", rows ? "" : v->entities->at[entity].id, names[kind]);
		if (strip_text(t, v, &strip, (enum strip_kind)kind, STRIP_CELLS)) {
			text_char(t, '\n');
			rows++;
		} else {
			t->length = before;
		}
	}
	return rows;
}

static void put_strips(struct text *t, const struct replay *r, const struct incident_view *v)
{
	size_t shown = 0;
	for (uint32_t e = 0; e < v->entities->count && shown < STRIPS_SHOWN; e++)
		if (v->entities->at[e].watched)
			shown += put_strip_rows(t, r, v, e);
	if (!shown)
		return;
	struct text from = {0}, to = {0};
	text_utc(&from, (struct instant){instant_seconds(v->first) * NS_PER_S});
	text_utc(&to, (struct instant){instant_seconds(v->last) * NS_PER_S});
	text_printf(t, "%-22s%s%*s\n\n", "", text_string(&from), STRIP_CELLS - (int)from.length, text_string(&to));
	text_free(&from);
	text_free(&to);
}

static void print_story(const struct replay *r, const struct incident_view *v)
{
	struct text t = {0};
	struct table_totals totals;
	table_totals(routes_table(pipeline_routes(r->pipeline)), &totals);
	if (r->in.name) {
		text_untrusted(&t, r->in.name, strlen(r->in.name));
		text_char(&t, '\n');
	}
	text_printf(&t, "%zu files, %llu records, %u peers at %u collectors, %u full-feed networks at the end\n\n",
		    feed_source_count(r->in.feed), (unsigned long long)r->records, totals.peers,
		    collector_count(r->in.peers),
		    totals.networks[0] > totals.networks[1] ? totals.networks[0] : totals.networks[1]);
	put_strips(&t, r, v);
	for (size_t i = 0; i < v->incidents->count; i++) {
		incident_text(&t, v, &v->incidents->at[i]);
		text_char(&t, '\n');
	}
	size_t watched = count_watched(r, false), unobservable = count_watched(r, true);
	if (!v->incidents->count && unobservable < watched)
		text_put(&t, "No watched country or network fell off the Internet.\n");
	if (unobservable)
		text_printf(&t,
			    "Nothing can be said of %zu of the %zu watched: the data never held the tables of %.0f "
			    "full-feed "
			    "networks, or almost none of their space. Add a RIB dump, or lower --full-feed-floor for a "
			    "small "
			    "network.\n",
			    unobservable, watched, level_threshold(LEVEL_NETWORKS_MIN)->value);
	blind_text(&t, v);
	fwrite(t.bytes, 1, t.length, stdout);
	text_free(&t);
}

static int replay(struct replay *r, int n, char **paths)
{
	int status = add_paths(r, n, paths);
	if (status)
		return status;
	status = add_watched(r);
	if (status)
		return status;
	struct pipeline_options options = {
		.peers = r->in.peers,
		.targets = r->in.targets,
		.entities = &r->in.entities,
		.definition = r->definition,
		.full_floor = r->full_feed_floor ? r->full_feed_floor : r->in.full_feed_floor,
	};
	r->pipeline = pipeline_create(&options);
	int code = run(r);
	if (code < 0) {
		fprintf(stderr, "lacuna replay: %s\n", err_text(code));
		return 4;
	}
	if (!r->records) {
		fprintf(stderr, "lacuna replay: no record could be read\n");
		return 3;
	}
	struct incident_view view = {
		.entities = &r->in.entities,
		.incidents = pipeline_incidents(r->pipeline),
		.blind = pipeline_blind(r->pipeline),
		.targets = r->in.targets,
		.peers = r->in.peers,
		.definition = r->definition->name,
		.definition_says = r->definition->says,
		.version = LACUNA_VERSION,
		.first = pipeline_first(r->pipeline),
		.last = pipeline_last(r->pipeline),
	};
	if (r->json)
		print_json(r, &view);
	else
		print_story(r, &view);
	bool damaged = r->gaps || r->in.unread_kinds || r->counts.of[DECODE_MALFORMED] ||
		       r->counts.of[DECODE_MALFORMED_UPDATE];
	return damaged ? 1 : 0;
}

int cli_replay(int argc, char **argv)
{
	struct replay r = {.until = INSTANT_NONE, .definition = definition_default()};
	int status = parse(&r, argc, argv);
	if (status)
		return status - 1;
	inputs_init(&r.in);
	status = replay(&r, argc - optind, argv + optind);
	pipeline_free(r.pipeline);
	inputs_free(&r.in);
	world_free(r.world);
	return status;
}

// Where the shipped recording is: $LACUNA_DEMO, beside the sources, beside the installation.
static bool demo_find(struct text *path)
{
	static const char *const beside[] = {"/../../../recordings/demo", "/../share/lacuna/recordings/demo"};
	const char *named = getenv("LACUNA_DEMO");
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (named) {
		text_put(path, named);
		return access(named, R_OK) == 0;
	}
	program[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		text_clear(path);
		text_printf(path, "%s%s", program, beside[i]);
		if (access(text_string(path), R_OK) == 0)
			return true;
	}
	return false;
}

int cli_demo(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs("Usage: lacuna demo\n\nReplays the recording that is shipped with the program: a small country "
		      "in a lab of "
		      "real routers falls off\nthe Internet and comes back.\n",
		      stdout);
		return 0;
	}
	struct text path = {0};
	if (!demo_find(&path)) {
		fprintf(stderr, "lacuna demo: the shipped recording is not there; set LACUNA_DEMO to its folder\n");
		text_free(&path);
		return 3;
	}
	char *arguments[] = {argv[0], (char *)text_string(&path), NULL};
	int status = cli_replay(2, arguments);
	text_free(&path);
	return status;
}
