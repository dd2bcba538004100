// SPDX-License-Identifier: ISC
// `lacuna log`: counts and damage of an event log, its records as lines, and its measurements as files that replay reads.
#include "cli/log.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/say.h"
#include "cli/screen.h"
#include "intake/log_export.h"
#include "journal/reader.h"
#include "report/observation.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { DONE = 0, NOT_RIGHT = 1, USAGE = 2, NOTHING_READ = 3, OWN_FAILURE = 4 };

static const char log_help[] =
	"Usage: lacuna log check [--json] DIR...\n"
	"       lacuna log cat [--json] DIR\n"
	"       lacuna log export DIR -o FOLDER\n\n"
	"An event log is what the engine took, in the order in which it took it: a folder of segments (*.lacuna-log).\n\n"
	"  check           how many records and observations, over what time, and every damage: where it is, how many\n"
	"                  bytes, which records are missing and between which times\n"
	"  cat             every observation and every cut, one a line\n"
	"  export          the same as plain files: probes/OBSERVER.ndjson and series/values.csv, which `lacuna replay`\n"
	"                  reads as a recording; routes.ndjson and log.ndjson (cuts, configuration, notes) for other programs\n\n"
	"  --json          check: one JSON object a log; cat: JSON lines\n"
	"  -o FOLDER       where to put the files; made when it is not there\n\n"
	"Examples:\n"
	"  lacuna log check /var/lib/lacuna/log\n"
	"  lacuna log cat --json /var/lib/lacuna/log | grep '\"type\":\"session\"'\n"
	"  lacuna log export /var/lib/lacuna/log -o january\n\n"
	"Exit status: 0 done; 1 done, but a log is damaged; 2 usage; 3 nothing could be read; "
	"4 out of memory or another failure\n"
	"of our own.\n";

struct log_port { // one run of the log
	struct log_reading *reading;
	struct batch_sink inner;
};

// Reads a log and understands its names. What is to be done with it stands in `batch` and `event`.
struct log_reading {
	const char *dir;
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities; // whose series the log has
	struct registry *registry;
	struct log_port **ports;
	size_t port_count, port_capacity;
	struct text out;
	bool json;
	struct log_export *export; // null: to standard output
	struct journal_totals totals;
};

static int log_usage(const char *message, const char *what)
{
	say_line("lacuna log: %s%s%s", message, what ? ": " : "", what ? what : "");
	say_line("Try 'lacuna log --help'.");
	return USAGE;
}

// ---- damage ----

static void log_say_damage(void *context, const struct journal_damage *d)
{
	struct log_reading *r = context;
	struct text t = {0};
	text_printf(&t, "lacuna log: %s/%s: ", r->dir, d->file);
	if (!d->bytes)
		text_put(&t, "records are missing before this place");
	else if (d->torn)
		text_printf(&t,
			    "%llu bytes from %llu on are no whole record: what was being written when the log stopped",
			    (unsigned long long)d->bytes, (unsigned long long)d->offset);
	else
		text_printf(&t, "bytes %llu to %llu cannot be read", (unsigned long long)d->offset,
			    (unsigned long long)(d->offset + d->bytes - 1));
	if (d->before > d->after + 1 && d->after)
		text_printf(&t, "; records %llu to %llu are lost", (unsigned long long)d->after + 1,
			    (unsigned long long)d->before - 1);
	if (instant_known(d->from)) {
		text_put(&t, "; after ");
		text_utc(&t, d->from);
	}
	if (instant_known(d->to)) {
		text_put(&t, ", before ");
		text_utc(&t, d->to);
	}
	say_line("%s", text_string(&t));
	text_free(&t);
}

// ---- reading ----

static int log_flush(struct log_reading *r)
{
	size_t n = r->out.length;
	bool whole = fwrite(r->out.bytes, 1, n, stdout) == n;
	text_clear(&r->out);
	return whole ? 0 : -EIO;
}

static int log_take(void *context, const struct batch *b)
{
	struct log_reading *r = context;
	struct observation_names names = {r->peers, r->targets, &r->entities, r->registry};
	if (r->export)
		return log_export_batch(r->export, &names, b);
	for (size_t i = 0; i < b->count; i++) {
		if (r->json)
			observation_json(&r->out, &names, b, i);
		else
			observation_text(&r->out, &names, b, i);
	}
	return log_flush(r);
}

static int log_nothing(void *context, const struct batch *b)
{
	(void)context;
	(void)b;
	return 0;
}

// Every entity that a series of the log is about is wanted.
static int log_port_take(void *context, const struct batch *b)
{
	struct log_port *p = context;
	for (size_t i = 0; i < b->name_count; i++)
		if (b->names[i].kind == NAME_SERIES)
			(void)entity_add(&p->reading->entities, batch_text(b, b->names[i].entity));
	return p->inner.take(p->inner.context, b);
}

static struct batch_sink log_sender(void *context)
{
	struct log_reading *r = context;
	struct log_port *p = alloc_zero(1, sizeof(*p));
	*p = (struct log_port){r, registry_sender(r->registry)};
	alloc_grow((void **)&r->ports, r->port_count, &r->port_capacity, sizeof(*r->ports));
	r->ports[r->port_count++] = p;
	return (struct batch_sink){log_port_take, p};
}

static int log_event(struct log_reading *r, const char *type, struct instant time, struct cursor text)
{
	struct json j = {.out = &r->out};
	if (r->json || r->export) {
		json_open(&j, '{');
		json_key(&j, "type");
		json_string(&j, type);
		json_key(&j, "time");
		json_instant(&j, time, 9);
		if (text.at) {
			json_key(&j, "text");
			json_string_n(&j, (const char *)text.at, cursor_left(&text));
		}
		json_close(&j, '}');
	} else {
		if (instant_known(time))
			text_utc(&r->out, time);
		else
			text_char(&r->out, '-');
		text_printf(&r->out, " %s%s", type, text.at ? " " : "");
		text_untrusted(&r->out, (const char *)text.at, cursor_left(&text));
	}
	text_char(&r->out, '\n');
	if (!r->export)
		return log_flush(r);
	int code = log_export_event(r->export, &r->out);
	text_clear(&r->out);
	return code;
}

static int log_cut(void *context, struct instant time)
{
	return log_event(context, "cut", time, (struct cursor){0});
}

static int log_configuration(void *context, struct cursor text)
{
	return log_event(context, "configuration", INSTANT_NONE, text);
}

static int log_note(void *context, struct instant time, struct cursor text)
{
	return log_event(context, "note", time, text);
}

// Reads the whole log; `shown`: its records go somewhere. 0 or an error.
static int log_read(struct log_reading *r, bool shown)
{
	struct journal_target target = {.sender = log_sender, .sender_context = r, .context = r};
	target.listener = (struct journal_listener){log_say_damage, r};
	if (shown) {
		target.cut = log_cut;
		target.configuration = log_configuration;
		target.note = log_note;
	}
	r->peers = peer_table_create();
	r->targets = target_table_create(&r->entities);
	struct registry_options into = {.peers = r->peers, .targets = r->targets, .entities = &r->entities};
	into.out = (struct batch_sink){shown ? log_take : log_nothing, r};
	r->registry = registry_create(&into);
	return journal_replay(r->dir, &target, &r->totals);
}

static void log_reading_free(struct log_reading *r)
{
	for (size_t i = 0; i < r->port_count; i++)
		free(r->ports[i]);
	free(r->ports);
	registry_free(r->registry);
	peer_table_free(r->peers);
	target_table_free(r->targets);
	entity_list_free(&r->entities);
	text_free(&r->out);
}

// The exit status of a reading that ended with this code.
static int log_status(const struct log_reading *r, int code)
{
	const struct journal_totals *t = &r->totals;
	if (code < 0) {
		say_line("lacuna log: %s: %s", r->dir,
			 code == ERR_NOT_FOUND ? "no event log is there" : err_text(code));
		return code == ERR_NOT_FOUND || code == -ENOENT || code == -ENOTDIR || code == -EACCES ? NOTHING_READ
												       : OWN_FAILURE;
	}
	if (t->unreadable)
		say_line("lacuna log: %s: %llu batches cannot be understood", r->dir,
			 (unsigned long long)t->unreadable);
	if (!t->sequence) {
		say_line("lacuna log: %s: no record could be read", r->dir);
		return NOTHING_READ;
	}
	return t->damages || t->unreadable ? NOT_RIGHT : DONE;
}

// ---- check ----

static void log_totals_json(const struct log_reading *r)
{
	const struct journal_totals *t = &r->totals;
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = {
		{"segments", t->segments},
		{"runs", t->runs},
		{"batches", t->records[JOURNAL_BATCH]},
		{"cuts", t->records[JOURNAL_CUT]},
		{"configurations", t->records[JOURNAL_CONFIGURATION]},
		{"notes", t->records[JOURNAL_NOTE]},
		{"observations", t->observations},
		{"names", t->names},
		{"bytes", t->bytes},
		{"sequence", t->sequence},
		{"damages", t->damages},
		{"damaged_bytes", t->damaged_bytes},
		{"missing_records", t->missing},
		{"batches_not_understood", t->unreadable},
		{"written_twice", t->twice},
	};
	struct text out = {0};
	struct json j = {.out = &out};
	json_open(&j, '{');
	json_key(&j, "log");
	json_string(&j, r->dir);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		json_key(&j, numbers[i].key);
		json_int(&j, (int64_t)numbers[i].value);
	}
	json_key(&j, "first");
	json_instant(&j, t->first, 9);
	json_key(&j, "last");
	json_instant(&j, t->last, 9);
	json_close(&j, '}');
	puts(text_string(&out));
	text_free(&out);
}

static void log_totals_print(const struct log_reading *r)
{
	const struct journal_totals *t = &r->totals;
	struct text out = {0};
	text_untrusted(&out, r->dir, strlen(r->dir));
	text_printf(&out, "\n  segments      %llu, of %u runs\n", (unsigned long long)t->segments, t->runs);
	text_printf(&out, "  records       %llu batches, %llu cuts, %llu configurations, %llu notes\n",
		    (unsigned long long)t->records[JOURNAL_BATCH], (unsigned long long)t->records[JOURNAL_CUT],
		    (unsigned long long)t->records[JOURNAL_CONFIGURATION],
		    (unsigned long long)t->records[JOURNAL_NOTE]);
	text_printf(&out, "  observations  %llu, with %llu names\n", (unsigned long long)t->observations,
		    (unsigned long long)t->names);
	text_printf(&out, "  bytes         %llu\n  data          ", (unsigned long long)t->bytes);
	if (instant_known(t->first)) {
		text_utc(&out, t->first);
		text_put(&out, " to ");
		text_utc(&out, t->last);
	} else {
		text_put(&out, "of no known time");
	}
	if (t->damages)
		text_printf(&out, "\n  damage        %llu places, %llu bytes, %llu records missing\n",
			    (unsigned long long)t->damages, (unsigned long long)t->damaged_bytes,
			    (unsigned long long)t->missing);
	else
		text_put(&out, "\n  damage        none\n");
	fwrite(out.bytes, 1, out.length, stdout);
	text_free(&out);
}

static int log_check(int n, char **dirs, bool json)
{
	int worst = DONE;
	for (int i = 0; i < n; i++) {
		struct log_reading r = {.dir = dirs[i]};
		int code = log_read(&r, false), status = log_status(&r, code);
		if (code == 0 && json)
			log_totals_json(&r);
		else if (code == 0)
			log_totals_print(&r);
		worst = status > worst ? status : worst;
		log_reading_free(&r);
	}
	return worst;
}

static int log_cat(const char *dir, bool json)
{
	struct log_reading r = {.dir = dir, .json = json};
	int code = log_read(&r, true);
	int status = ferror(stdout) ? DONE : log_status(&r, code); // main tells of a standard output that fails
	log_reading_free(&r);
	return status;
}

static int log_export(const char *dir, const char *folder)
{
	struct log_reading r = {.dir = dir};
	int code = log_export_begin(folder, &r.export);
	if (code < 0) {
		say_line("lacuna log: %s: %s", folder, err_text(code));
		return OWN_FAILURE;
	}
	code = log_read(&r, true);
	int wrote = log_export_end(r.export);
	if (wrote < 0)
		say_line("lacuna log: %s: %s", folder, err_text(wrote));
	int status = wrote < 0 ? OWN_FAILURE : log_status(&r, code);
	log_reading_free(&r);
	return status;
}

struct log_options {
	const char *folder;
	bool json, help;
};

static int log_parse(int argc, char **argv, struct log_options *ret)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jo:h", options, NULL)) != -1) {
		if (option == 'j')
			ret->json = true;
		else if (option == 'o')
			ret->folder = optarg;
		else if (option == 'h')
			ret->help = true;
		else
			return log_usage("that option is not known here", NULL);
	}
	return 0;
}

int cli_log(int argc, char **argv)
{
	struct log_options o = {0};
	int status = log_parse(argc, argv, &o);
	if (status)
		return status;
	if (o.help) {
		screen_help(log_help);
		return DONE;
	}
	const char *verb = optind < argc ? argv[optind] : NULL;
	int n = argc - optind - 1;
	if (!verb)
		return log_usage("say check, cat or export", NULL);
	if (n < 1)
		return log_usage("name the folder of a log", NULL);
	if (strcmp(verb, "check") == 0)
		return o.folder ? log_usage("-o belongs to export", NULL) : log_check(n, argv + optind + 1, o.json);
	if (n > 1)
		return log_usage("one log at a time", argv[optind + 2]);
	if (strcmp(verb, "cat") == 0)
		return o.folder ? log_usage("-o belongs to export", NULL) : log_cat(argv[optind + 1], o.json);
	if (strcmp(verb, "export") != 0)
		return log_usage("there is check, cat and export, not", verb);
	return o.folder ? log_export(argv[optind + 1], o.folder) : log_usage("say where to: -o FOLDER", NULL);
}
