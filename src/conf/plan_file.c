// SPDX-License-Identifier: ISC
// lacuna.yml: its keys in one table, and how they become a plan. Files that it names are read where all that they may refer to
// (modules, entities) is known.
#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "conf/file.h"
#include "conf/plan_priv.h"
#include "conf/scalar.h"
#include "conf/schema.h"
#include "conf/target_words.h"
#include "conf/yaml.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define OBSERVERS_SHARED 64	 // as many as a share of 500 a second still makes sense for
#define RATE_MOST	 1000000 // what a sender can do at all
#define RATE_HARD	 10000	 // not more without acknowledge_rate (decided for all senders in schedule/caps.h)
#define WATCH_LEAST	 10000	 // ms; faster only in the lab
#define DAY_MS		 86400000
#define GLOB_MOST	 1024 // files that one pattern may name

struct observer_words {
	const char *id;
	uint32_t asn;
};

struct written { // as it stands in the file; text is borrowed from the tree
	struct plan *plan;
	const char *path;
	bool probing, acknowledged, lab;
	const char *contact, *identity, *interface;
	const char *opt_out_file, *blackbox, *recording; // checked here, read by their keys
	struct observer_words observer;
	uint32_t observers, rate, watch_ms;
	// nodes of what is read later
	uint32_t allow, block, allow_files, block_files, file_sd, inventory, census, entities, targets, controls;
	char lost[sizeof(((struct plan_error *)0)->text)]; // what was wrong with the first list that could not be read
};

struct target_words {
	const char *address, *host, *url;
	struct target_words_words ask;
};

struct entity_words {
	const char *id, *name;
	uint32_t prefixes, asns;
	double population;
};

struct sd_words {
	uint32_t files;
	const char *module;
	struct written *written;
};

#define AT(member) .offset = offsetof(struct written, member)

static const struct schema_row plan_file_observer_rows[] = {
	{.key = "id",
	 .type = SCHEMA_TEXT,
	 .offset = offsetof(struct observer_words, id),
	 .low = 1,
	 .high = 64,
	 .sample = "vp1",
	 .help = "Name of this observer in all its records"},
	{.key = "asn",
	 .type = SCHEMA_NUMBER,
	 .offset = offsetof(struct observer_words, asn),
	 .low = 1,
	 .high = UINT32_MAX,
	 .sample = "64500",
	 .help = "AS number of the network that it stands in: two observers in one network count as one"},
};
static const struct schema plan_file_observer_schema = {plan_file_observer_rows, ARRAY_LEN(plan_file_observer_rows),
							false};

static const struct schema_row plan_file_sd_rows[] = {
	{.key = "files",
	 .type = SCHEMA_LATER,
	 .required = true,
	 .offset = offsetof(struct sd_words, files),
	 .sample = "[targets/*.json]",
	 .help = "Files in the form of Prometheus' file_sd, .json, .yml or .yaml; * stands for any name"},
	{.key = "module",
	 .type = SCHEMA_TEXT,
	 .offset = offsetof(struct sd_words, module),
	 .low = 1,
	 .high = 255,
	 .sample = "http_2xx",
	 .help = "Module of the blackbox file for targets whose labels name neither module nor kind"},
};
static const struct schema plan_file_sd_schema = {plan_file_sd_rows, ARRAY_LEN(plan_file_sd_rows), false};

static const struct schema_row plan_file_entity_rows[] = {
	{.key = "id",
	 .type = SCHEMA_TEXT,
	 .required = true,
	 .offset = offsetof(struct entity_words, id),
	 .low = 1,
	 .high = ENTITY_ID_MAX,
	 .sample = "country/KX",
	 .help = "What is watched: country/ and its code, asn/ and its number, region/ and any word"},
	{.key = "name",
	 .type = SCHEMA_TEXT,
	 .offset = offsetof(struct entity_words, name),
	 .low = 1,
	 .high = 255,
	 .sample = "Kexico",
	 .help = "Its name for people"},
	{.key = "prefixes",
	 .type = SCHEMA_LATER,
	 .offset = offsetof(struct entity_words, prefixes),
	 .sample = "[198.18.0.0/22]",
	 .help = "Its address space"},
	{.key = "asns",
	 .type = SCHEMA_LATER,
	 .offset = offsetof(struct entity_words, asns),
	 .sample = "[64512]",
	 .help = "Its networks"},
	{.key = "population",
	 .type = SCHEMA_REAL,
	 .offset = offsetof(struct entity_words, population),
	 .high = 20000000000,
	 .sample = "25000000",
	 .help = "People who live there"},
};
static const struct schema plan_file_entity_schema = {plan_file_entity_rows, ARRAY_LEN(plan_file_entity_rows), false};

#define ASK(name, kind_of_value, member, most)                                                                         \
	.key = name, .type = kind_of_value, .offset = offsetof(struct target_words, member), .high = most

static const struct schema_row plan_file_target_rows[] = {
	{ASK("address", SCHEMA_TEXT, address, 64), .low = 1, .sample = "198.18.1.10",
	 .help = "Address, with a port where kind is tcp"},
	{ASK("host", SCHEMA_TEXT, host, 300), .low = 1,
	 .help = "In place of address: a name; it is looked up anew within its time to live (30 s to 1 h), followed where it moves, and never followed to loopback, private or special addresses or our own"},
	{ASK("url", SCHEMA_TEXT, url, 1024), .low = 1,
	 .help = "In place of address: http://, https://, dns://SERVER/NAME?SOA, smtp://, tls:// or tcp://; paths other than / of your own allow list only"},
	{ASK("kind", SCHEMA_TEXT, ask.kind, 16), .low = 1, .sample = "dns",
	 .help = "How it is asked: " KIND_WORDS "; without it a port means tcp, no port a ping"},
	{ASK("module", SCHEMA_TEXT, ask.module, 255), .low = 1,
	 .help = "In place of kind: a module of the blackbox file"},
	{ASK("name", SCHEMA_HOST, ask.name, 0), .sample = "example.kx",
	 .help = "The name to ask for: of the DNS question, Host and SNI"},
	{ASK("qtype", SCHEMA_TEXT, ask.qtype, 16), .low = 1, .sample = "SOA",
	 .help = "DNS type to ask for; SOA unless set"},
	{ASK("port", SCHEMA_NUMBER, ask.port, 65535), .low = 1, .sample = "53",
	 .help = "Port, where it is not the usual one"},
	{ASK("entity", SCHEMA_TEXT, ask.entity, ENTITY_ID_MAX), .low = 1, .sample = "country/KX",
	 .help = "Whose it is"},
	{ASK("institution", SCHEMA_TEXT, ask.institution, 255), .low = 1, .sample = "registry",
	 .help = "Who runs it, for reports"},
	{ASK("asn", SCHEMA_NUMBER, ask.network, UINT32_MAX), .low = 1, .sample = "64512",
	 .help = "AS number of its network"},
	{ASK("interval", SCHEMA_DURATION, ask.interval_ms, DAY_MS), .low = 1000, .sample = "60s",
	 .help = "Time between two questions; the sender's least times by kind hold in any case"},
	{ASK("timeout", SCHEMA_DURATION, ask.timeout_ms, 60000), .low = 100, .sample = "5s",
	 .help = "How long to wait for an answer"},
};
static const struct schema plan_file_target_schema = {plan_file_target_rows, ARRAY_LEN(plan_file_target_rows), false};

static const struct schema_row plan_file_root_rows[] = {
	{.key = "probing",
	 .type = SCHEMA_SWITCH,
	 AT(probing),
	 .standard = "off",
	 .help = "Whether anything is sent at all, whatever else is set, in a laboratory and to loopback too. Settle first what your network's policy, law and sanctions say"},
	{.key = "contact",
	 .type = SCHEMA_TEXT,
	 AT(contact),
	 .low = 0,
	 .high = PLAN_CONTACT_MAX,
	 .sample = "noc@observatory.example",
	 .help = "Mail address or URL for those who are probed; it stands in every ping and request. Nothing is sent without it"},
	{.key = "identity",
	 .type = SCHEMA_HOST,
	 AT(identity),
	 .sample = "observatory.example",
	 .help = "Name of the operator's host, for User-Agent and EHLO"},
	{.key = "observer",
	 .type = SCHEMA_TABLE,
	 AT(observer),
	 .sub = &plan_file_observer_schema,
	 .help = "Who observes here"},
	{.key = "observers",
	 .type = SCHEMA_NUMBER,
	 AT(observers),
	 .low = 1,
	 .high = OBSERVERS_SHARED,
	 .standard = "1",
	 .help = "How many observers share this configuration: each sends its share of every ceiling"},
	{.key = "rate",
	 .type = SCHEMA_NUMBER,
	 AT(rate),
	 .low = 1,
	 .high = RATE_MOST,
	 .standard = "500",
	 .help = "Packets a second in all, from all observers together; in a laboratory 10000 unless set"},
	{.key = "acknowledge_rate",
	 .type = SCHEMA_SWITCH,
	 AT(acknowledged),
	 .standard = "off",
	 .help = "Needed for a rate above 10000: those who carry and answer the packets have agreed"},
	{.key = "lab",
	 .type = SCHEMA_SWITCH,
	 AT(lab),
	 .standard = "off",
	 .help = "Only laboratory and documentation addresses are asked, up to every second"},
	{.key = "interface",
	 .type = SCHEMA_TEXT,
	 AT(interface),
	 .low = 1,
	 .high = 15,
	 .sample = "eth0",
	 .help = "Network interface to send from; without it, as the routes say"},
	{.key = "watch_interval",
	 .type = SCHEMA_DURATION,
	 AT(watch_ms),
	 .low = 1000,
	 .high = 3600000,
	 .standard = "20s",
	 .help = "Time between two pings to a target of the watch list; under 10s in the lab only"},
	{.key = "allow",
	 .type = SCHEMA_LATER,
	 AT(allow),
	 .sample = "[198.18.0.0/15]",
	 .help = "Prefixes that may be asked; what is in no allow list is not. A name may lead to loopback only where one of them holds it"},
	{.key = "block",
	 .type = SCHEMA_LATER,
	 AT(block),
	 .sample = "[198.18.7.0/24]",
	 .help = "Prefixes that must not be asked"},
	{.key = "allowlist_files",
	 .type = SCHEMA_LATER,
	 AT(allow_files),
	 .sample = "[allow.txt]",
	 .help = "Files of prefixes that may be asked, one a line, # begins a comment"},
	{.key = "blocklist_files",
	 .type = SCHEMA_LATER,
	 AT(block_files),
	 .sample = "[block.txt]",
	 .help = "Files of prefixes that must not be asked"},
	{.key = "opt_out_file",
	 .type = SCHEMA_TEXT,
	 AT(opt_out_file),
	 .low = 1,
	 .high = 4000,
	 .sample = "opt-out.txt",
	 .help = "File of prefixes whose owners asked to be left alone; a change is followed within a second. One that is emptied takes nobody off it, unless a line of it is '# none'"},
	{.key = "blackbox",
	 .type = SCHEMA_TEXT,
	 AT(blackbox),
	 .low = 1,
	 .high = 4000,
	 .sample = "blackbox.yml",
	 .help = "Modules in the form of Prometheus' blackbox_exporter"},
	{.key = "entities",
	 .type = SCHEMA_LATER,
	 AT(entities),
	 .sub = &plan_file_entity_schema,
	 .help = "What is watched"},
	{.key = "targets",
	 .type = SCHEMA_LATER,
	 AT(targets),
	 .sub = &plan_file_target_schema,
	 .help = "What is asked, one by one"},
	{.key = "controls",
	 .type = SCHEMA_LATER,
	 AT(controls),
	 .sample = "[203.0.113.10, 203.0.113.20]",
	 .help = "Addresses outside of everything watched: when they do not answer either, this observer is at fault"},
	{.key = "file_sd", .type = SCHEMA_LATER, AT(file_sd), .sub = &plan_file_sd_schema, .help = "Lists of targets"},
	{.key = "inventory",
	 .type = SCHEMA_LATER,
	 AT(inventory),
	 .sample = "[hosts.ndjson]",
	 .help = "Files of hosts, one JSON object a line; ping and ports 25, 53, 80 and 443 are taken from them"},
	{.key = "census",
	 .type = SCHEMA_LATER,
	 AT(census),
	 .sample = "[census.ndjson]",
	 .help = "Files of /24 blocks with the hosts that answered before"},
	{.key = "recording",
	 .type = SCHEMA_TEXT,
	 AT(recording),
	 .low = 1,
	 .high = 4000,
	 .sample = "recording.json",
	 .help = "A recording whose entities and targets are measured again"},
};
static const struct schema plan_file_root_schema = {plan_file_root_rows, ARRAY_LEN(plan_file_root_rows), false};

void plan_example(struct text *out)
{
	text_put(out,
		 "# lacuna.yml: what is measured, by whom and under which rules. Keys in comments have no default.\n");
	schema_example(out, &plan_file_root_schema);
}

static void plan_file_set_text(char **to, const char *text)
{
	if (!text || !*text)
		return;
	free(*to);
	*to = alloc_copy(text);
}

void plan_reference(struct text *out)
{
	schema_reference(out, &plan_file_root_schema);
}

// The path of a file that the configuration names; freed by the caller.
static bool plan_file_path(struct schema_reader *r, uint32_t node, struct text *ret)
{
	const char *name = schema_scalar(r, node);
	if (name && *name)
		file_beside(ret, r->path, name);
	else if (name)
		(void)schema_wrong(r, node, "the name of a file is empty");
	return name && *name;
}

typedef int read_file(struct written *w, const char *path, struct plan_error *e);

static int plan_file_with_file(struct schema_reader *r, uint32_t node, struct written *w, read_file *read)
{
	struct text path = {0};
	int code = ERR_MALFORMED;
	if (plan_file_path(r, node, &path))
		code = read(w, text_string(&path), r->error);
	if (code == ERR_NOT_FOUND)
		(void)schema_wrong(r, node, "there is no file '%.200s'", text_string(&path));
	text_free(&path);
	return code;
}

static int plan_file_read_allow(struct written *w, const char *path, struct plan_error *e)
{
	return plan_list_above(&w->plan->allow, path, PLAN_ALLOW_SHORTEST, e);
}

static int plan_file_read_block(struct written *w, const char *path, struct plan_error *e)
{
	return plan_list_read(&w->plan->block, path, e);
}

static int plan_file_read_inventory(struct written *w, const char *path, struct plan_error *e)
{
	uint64_t dropped = 0;
	int code = plan_inventory(w->plan, path, &dropped, e);
	if (code == 0 && dropped) {
		text_untrusted(&w->plan->notes, path, strlen(path));
		text_printf(&w->plan->notes,
			    ": %llu ports and kinds other than ping, 25, 53, 80 and 443 are left out\n",
			    (unsigned long long)dropped);
	}
	return code;
}

static int plan_file_read_census(struct written *w, const char *path, struct plan_error *e)
{
	return plan_census(w->plan, path, e);
}

static int plan_file_read_blackbox(struct written *w, const char *path, struct plan_error *e)
{
	return plan_blackbox(w->plan, path, e);
}

static int plan_file_read_recording(struct written *w, const char *path, struct plan_error *e)
{
	return plan_recording(w->plan, path, e);
}

// Whoever opted out must be known before the first packet: the file is there and right, although it is read again later.
static int plan_file_read_opt_out(struct written *w, const char *path, struct plan_error *e)
{
	struct plan_list l = {0};
	int code = plan_list_read(&l, path, e);
	if (code == 0)
		plan_file_set_text(&w->plan->opt_out_file, path);
	free(l.at);
	return code;
}

static int plan_file_take_allow_file(struct schema_reader *r, uint32_t node, void *to)
{
	return plan_file_with_file(r, node, to, plan_file_read_allow);
}

static int plan_file_take_block(struct schema_reader *r, uint32_t node, void *to)
{
	return plan_file_with_file(r, node, to, plan_file_read_block);
}

static int plan_file_take_inventory(struct schema_reader *r, uint32_t node, void *to)
{
	return plan_file_with_file(r, node, to, plan_file_read_inventory);
}

static int plan_file_take_census(struct schema_reader *r, uint32_t node, void *to)
{
	return plan_file_with_file(r, node, to, plan_file_read_census);
}

static int plan_file_take_allow(struct schema_reader *r, uint32_t node, void *to)
{
	struct plan_list *l = to;
	int code = schema_take_prefix(r, node, to);
	if (code == 0 && l->at[l->count - 1].length < PLAN_ALLOW_SHORTEST)
		return schema_wrong(r, node, "'%.80s' allows too much: prefixes shorter than /8 are not taken here",
				    tree_text(r->tree, node));
	return code;
}

// A list that cannot be read costs its own targets. What is wrong with the first of them is kept: it is the error where nothing else is
// listed.
static void plan_file_list_lost(struct written *w, const struct schema_reader *r, int *code)
{
	if (*code == 0 || w->plan->target_count >= PLAN_TARGETS_MAX)
		return;
	plan_note(w->plan, "%s", r->error->text);
	if (!w->lost[0])
		snprintf(w->lost, sizeof(w->lost), "%s", r->error->text);
	*code = 0;
}

static int plan_file_read_sd(struct schema_reader *r, uint32_t node, const struct sd_words *s, const char *pattern)
{
	glob_t found = {0};
	struct plan *p = s->written->plan;
	int code = 0, matched = glob(pattern, GLOB_NOMAGIC, NULL, &found);
	alloc_grow((void **)&p->lists, p->list_count, &p->list_capacity, sizeof(*p->lists));
	p->lists[p->list_count++] = alloc_copy(pattern);
	if (matched != 0) {
		code = schema_wrong(r, node, "no file is of the form '%.200s'", pattern);
		plan_file_list_lost(s->written, r, &code);
	} else if (found.gl_pathc > GLOB_MOST) {
		code = schema_wrong(r, node, "more than 1024 files are of that form");
	}
	for (size_t i = 0; matched == 0 && code == 0 && i < found.gl_pathc; i++) {
		code = plan_file_sd_as(p, found.gl_pathv[i], s->module, r->error);
		if (code == ERR_NOT_FOUND)
			(void)schema_wrong(r, node, "there is no file '%.200s'", pattern);
		p->list_lost |= code < 0;
		plan_file_list_lost(s->written, r, &code);
	}
	globfree(&found);
	return code;
}

static int plan_file_take_sd_file(struct schema_reader *r, uint32_t node, void *to)
{
	struct text path = {0};
	int code = ERR_MALFORMED;
	if (plan_file_path(r, node, &path))
		code = plan_file_read_sd(r, node, to, text_string(&path));
	text_free(&path);
	return code;
}

static int plan_file_take_sd(struct schema_reader *r, uint32_t node, void *to)
{
	struct sd_words s = {.written = to};
	int code = schema_read(r, node, &plan_file_sd_schema, &s);
	return code < 0 ? code : schema_list(r, "files", s.files, plan_file_take_sd_file, &s);
}

static int plan_file_take_asn(struct schema_reader *r, uint32_t node, void *to)
{
	uint32_t asn;
	int code = schema_number(r, node, 1, UINT32_MAX, &asn);
	if (code == 0)
		entity_asn_add(to, asn);
	return code;
}

static int plan_file_take_entity_prefix(struct schema_reader *r, uint32_t node, void *to)
{
	struct plan_list one = {0};
	int code = schema_take_prefix(r, node, &one);
	if (code == 0)
		entity_prefix_add(to, &one.at[0]);
	free(one.at);
	return code;
}

static int plan_file_take_entity(struct schema_reader *r, uint32_t node, void *to)
{
	struct written *w = to;
	struct entity_words words = {.population = 0};
	int code = schema_read(r, node, &plan_file_entity_schema, &words);
	if (code < 0)
		return code;
	size_t before = w->plan->entities.count;
	struct entity *e = entity_add(&w->plan->entities, words.id);
	if (!e)
		return schema_wrong(r, node, "id: '%.80s' is not of the form country/KX or asn/64512", words.id);
	if (w->plan->entities.count == before && e->watched)
		return schema_wrong(r, node, "id: '%.80s' is there twice", words.id);
	e->watched = true;
	e->population = words.population > 0 ? words.population : e->population;
	if (words.name && !e->name)
		e->name = alloc_copy(words.name);
	code = schema_list(r, "prefixes", words.prefixes, plan_file_take_entity_prefix, e);
	return code < 0 ? code : schema_list(r, "asns", words.asns, plan_file_take_asn, e);
}

// What would be an error elsewhere, said of one target.
static void plan_file_note(const struct schema_reader *r, uint32_t node, struct plan *p, const char *what)
{
	struct plan_error e;
	struct schema_reader inner = *r;
	inner.error = &e;
	(void)schema_wrong(&inner, node, "%s", what);
	plan_note(p, "%s", e.text);
}

static int plan_file_take_target(struct schema_reader *r, uint32_t node, void *to)
{
	struct written *w = to;
	struct target_words words = {0};
	struct text why = {0};
	int code = schema_read(r, node, &plan_file_target_schema, &words);
	if (code < 0)
		return code;
	if (!!words.address + !!words.host + !!words.url != 1)
		return schema_wrong(r, node, "one of 'address', 'host' and 'url' belongs here");
	words.ask.place = words.address ? words.address : words.host ? words.host : words.url;
	const char *wrong = target_words_add(w->plan, &words.ask, &why);
	if (wrong && target_words_unmeasured(w->plan, &words.ask))
		plan_file_note(r, node, w->plan, wrong);
	else if (wrong)
		code = schema_wrong(r, node, "%s", wrong);
	text_free(&why);
	return code;
}

static int plan_file_take_control(struct schema_reader *r, uint32_t node, void *to)
{
	struct written *w = to;
	struct addr a;
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	const char *wrong = scalar_address(text, &a);
	if (wrong)
		return schema_wrong(r, node, "'%.80s' %s", text, wrong);
	wrong = target_words_add_known(w->plan, &a, kind_of("control"), &(struct target_words_words){.place = text});
	return wrong ? schema_wrong(r, node, "%s", wrong) : 0;
}

bool plan_contact_valid(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c >= 0x7f || c - text >= PLAN_CONTACT_MAX)
			return false;
	const char *at = strchr(text, '@');
	bool mail = at && at > text && scalar_host(at + 1);
	return mail || strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

// What is wrong with values that each are fine; the key in *ret_key.
static const char *plan_file_clash(const struct written *w, const char **ret_key)
{
	*ret_key = "contact";
	if (w->contact && *w->contact && !plan_contact_valid(w->contact))
		return "neither a mail address nor a URL";
	*ret_key = "probing";
	if (w->probing && !w->lab && !(w->contact && *w->contact))
		return "'on' needs a 'contact': those who are probed must be able to ask who does";
	*ret_key = "rate";
	if (w->rate > RATE_HARD && !w->acknowledged)
		return "above 10000 only with 'acknowledge_rate: on'";
	*ret_key = "watch_interval";
	if (w->watch_ms && w->watch_ms < WATCH_LEAST && !w->lab)
		return "under 10s only with 'lab: on'";
	return NULL;
}

static uint32_t plan_file_node_of(const struct tree *t, const char *key)
{
	for (uint32_t at = tree_first(t, TREE_ROOT); at; at = tree_next(t, tree_next(t, at)))
		if (strcmp(tree_text(t, at), key) == 0)
			return at;
	return TREE_ROOT;
}

static void plan_file_apply(struct written *w)
{
	struct plan *p = w->plan;
	p->probing = w->probing;
	p->acknowledged = w->acknowledged;
	p->lab = w->lab;
	p->total_per_s = w->rate;
	p->watch_interval_ms = w->watch_ms;
	p->observers = w->observers ? w->observers : p->observers;
	p->observer_asn = w->observer.asn;
	plan_file_set_text(&p->contact, w->contact);
	plan_file_set_text(&p->identity, w->identity);
	plan_file_set_text(&p->observer, w->observer.id);
	plan_file_set_text(&p->interface, w->interface);
}

// A file that one key names.
static int plan_file_read_named(struct schema_reader *r, struct written *w, const char *key, read_file *read)
{
	uint32_t at = plan_file_node_of(r->tree, key), value = at == TREE_ROOT ? 0 : tree_next(r->tree, at);
	if (!value || tree_absent(r->tree, value))
		return 0;
	r->depth = 1;
	r->steps[0] = (struct schema_step){key, 0};
	int code = plan_file_with_file(r, value, w, read);
	r->depth = 0;
	return code;
}

static int plan_file_read_parts(struct schema_reader *r, struct written *w)
{
	const struct {
		const char *key;
		uint32_t node;
		schema_take *take;
		void *to;
	} parts[] = {
		{"allow", w->allow, plan_file_take_allow, &w->plan->allow},
		{"block", w->block, schema_take_prefix, &w->plan->block},
		{"allowlist_files", w->allow_files, plan_file_take_allow_file, w},
		{"blocklist_files", w->block_files, plan_file_take_block, w},
		{"entities", w->entities, plan_file_take_entity, w},
		{"targets", w->targets, plan_file_take_target, w},
		{"controls", w->controls, plan_file_take_control, w},
		{"file_sd", w->file_sd, plan_file_take_sd, w},
		{"inventory", w->inventory, plan_file_take_inventory, w},
		{"census", w->census, plan_file_take_census, w},
	};
	int code = plan_file_read_named(r, w, "blackbox", plan_file_read_blackbox);
	if (code == 0)
		code = plan_file_read_named(r, w, "opt_out_file", plan_file_read_opt_out);
	for (size_t i = 0; code == 0 && i < ARRAY_LEN(parts); i++)
		code = schema_list(r, parts[i].key, parts[i].node, parts[i].take, parts[i].to);
	return code < 0 ? code : plan_file_read_named(r, w, "recording", plan_file_read_recording);
}

// A plan that is right and yet asks nobody.
static void plan_file_note_silence(struct plan *p)
{
	if (p->probing && !p->lab && !p->allow.count && p->target_count + p->block_count)
		text_put(&p->notes, "nothing is on an allow list: of the targets, only loopback will be asked\n");
}

int plan_read(struct plan *p, const char *path, struct plan_error *e)
{
	struct tree tree = {0};
	struct written w = {.plan = p, .path = path};
	struct schema_reader r = {.tree = &tree, .path = path, .error = e};
	const char *key;
	int code = yaml_read(&tree, path, e);
	if (code == 0)
		code = schema_read(&r, TREE_ROOT, &plan_file_root_schema, &w);
	const char *why = code == 0 ? plan_file_clash(&w, &key) : NULL;
	if (why)
		code = schema_wrong(&r, plan_file_node_of(&tree, key), "%s: %s", key, why);
	if (code == 0) {
		plan_file_apply(&w);
		code = plan_file_read_parts(&r, &w);
	}
	if (code == 0 && w.lost[0] && !p->target_count && !p->block_count) {
		snprintf(e->text, sizeof(e->text), "%s", w.lost);
		code = ERR_MALFORMED;
	}
	if (code == 0) {
		e->text[0] = '\0'; // so of the lists
		plan_own_only(p);
		plan_once(p);
		plan_file_note_silence(p);
	}
	tree_free(&tree);
	return code;
}
