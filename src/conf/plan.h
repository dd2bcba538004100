// SPDX-License-Identifier: ISC
// What is to be measured, by whom and under which rules: the written configuration (lacuna.yml), Prometheus file_sd lists,
// blackbox.yml modules, inventories of hosts, allow and block lists. Returns checked values, applies and logs nothing, resolves
// no names. Every message names file, line, what is wrong and how to mend it.
#pragma once

#include "base/attr.h"
#include "base/text.h"
#include "model/entity.h"
#include "model/manner.h"
#include "model/probe.h"
#include "model/target.h"
#include "net/prefix.h"

#define PLAN_TARGETS_MAX 1000000
#define PLAN_FILE_MAX	 (64u << 20) // bytes of one list; a million targets are less
#define PLAN_BLOCK_HOSTS 16
#define PLAN_BLOCKS_MAX	 6000000 // /24s that answer are 5.3 million
#define PLAN_CONTACT_MAX 39	 // bytes that a ping has room for beside its cookie

struct plan_target {
	struct addr address;		  // family NONE: `host` must be resolved
	char *host;			  // name to resolve; null where the address is given
	char *name;			  // asked name: query name, Host, SNI; null: the address
	char *entity;			  // "country/KP"; null for controls and unlisted targets
	char *institution;		  // or null
	uint8_t op;			  // enum probe_op
	uint8_t kind;			  // enum target_kind
	uint16_t flags;			  // enum check_flag
	uint16_t port;			  // 0: the usual one
	uint16_t qtype;			  // DNS; 0: SOA
	uint8_t prefer;			  // enum plan_family
	uint32_t network;		  // AS number; 0 unknown
	uint32_t interval_ms, timeout_ms; // 0: the usual ones
	uint32_t manner;		  // of plan.manners, from 1; 0: as op and flags say
	char *path;			  // HTTP, with what stands behind '?'; null: /
};

enum plan_family {	 // of the addresses that a name leads to, which is asked
	PLAN_ANY_FAMILY, // IPv6 where there is a way, else IPv4
	PLAN_V4_FIRST,
	PLAN_V4_ONLY,
	PLAN_V6_ONLY,
};

struct plan_block {	// a /24 of the census with hosts that answered before
	uint32_t block; // the address without its last byte
	uint32_t network;
	uint32_t entity; // index into plan.entities
	uint8_t count;
	uint8_t low[PLAN_BLOCK_HOSTS];		// last byte
	uint8_t availability[PLAN_BLOCK_HOSTS]; // in 256ths
};

struct plan_list { // of prefixes
	struct prefix *at;
	size_t count, capacity;
};

struct plan {
	bool probing;	// `probing: on` was written; a sender refuses to start without it and without `contact`
	char *contact;	// mail address or URL; null: none
	char *identity; // name of the operator for User-Agent and EHLO; null: none
	char *observer; // id of this observer; null: "local"
	uint32_t observer_asn;
	uint32_t observers;   // that share this configuration; the caps are divided among them; at least 1
	uint32_t total_per_s; // 0: default
	bool acknowledged;    // may pass the hard ceiling
	bool lab;
	uint32_t watch_interval_ms; // 0: 20 s
	char *interface;	    // null: by the route
	char *opt_out_file;	    // read again when it changes; null: none
	struct plan_list allow, block;
	struct plan_target *targets;
	size_t target_count, target_capacity;
	struct manner *manners; // of modules that targets use
	size_t manner_count, manner_capacity;
	struct plan_block *blocks;
	size_t block_count, block_capacity;
	struct entity_list entities;
	struct blackbox *modules; // of blackbox.yml; null: none was read
	char **lists;		  // of file_sd: paths, or patterns of them
	size_t list_count, list_capacity;
	bool list_lost; // one of them could not be read
	// Lines for the operator: what of the files is left out or not followed. Text from outside in them is escaped.
	struct text notes;
};

struct plan_error {
	// "lacuna.yml:12: unknown key 'contct' (did you mean 'contact'?)"; names from the file are escaped
	char text[512];
};

void plan_init(struct plan *p);
void plan_free(struct plan *p);

// After an error of any reader below the plan may hold a part of what was read, and is to be freed, not used; lists excepted.
//
// lacuna.yml; files that it names are read too, relative to its folder. What is listed twice is kept once.
// 0, ERR_MALFORMED, ERR_NOT_FOUND, ERR_TOO_LARGE, -errno.
int MUST_USE plan_read(struct plan *p, const char *path, struct plan_error *e);
// blackbox.yml, for the targets that are read after it. A second one replaces the first.
int MUST_USE plan_blackbox(struct plan *p, const char *path, struct plan_error *e);
// Prometheus file_sd (JSON or YAML): targets with labels; the label `module` names one of plan_blackbox().
int MUST_USE plan_file_sd(struct plan *p, const char *path, struct plan_error *e);
// How the files of file_sd look, by their times and sizes: another number when one changed, came or went.
uint64_t plan_lists_stamp(const struct plan *p);
// Takes over who is asked, by which modules, and the entities and notes of a plan that was read anew; the rules of the old one stay. `from`
// is freed.
void plan_renew(struct plan *p, struct plan *from);
// Inventory: NDJSON {"address":…,"entity":…,"kinds":[…],"ports":[…]}; what is not ping or port 25, 53, 80,
// 443 is dropped, and counted (ret_dropped may be null).
int MUST_USE plan_inventory(struct plan *p, const char *path, uint64_t *ret_dropped, struct plan_error *e);
// recording.json of formats: entities, targets, observers.
int MUST_USE plan_recording(struct plan *p, const char *path, struct plan_error *e);
// The other way: what a recording that follows this plan says of itself. Borrows from the plan; release with free(ret->targets).
struct record_scope;
void plan_scope(const struct plan *p, struct record_scope *ret);
// One prefix or address a line, '#' begins a comment (zmap's form). An address counts as /32 or /128.
int MUST_USE plan_list_read(struct plan_list *l, const char *path, struct plan_error *e);
// The same, but lines that are wrong are left out: ERR_MALFORMED tells the first of them, and the others count. For lists where
// too much is better than nothing.
int MUST_USE plan_list_salvage(struct plan_list *l, const char *path, struct plan_error *e);
// Census: {"block":"198.18.3.0/24","entity":"country/KX","asn":64512,"hosts":{"10":0.97,"20":0.4}} a line, or trinarkular's JSON.
int MUST_USE plan_census(struct plan *p, const char *path, struct plan_error *e);

// A target from words of a command line: "127.0.0.1", "http://127.0.0.1:8080/", "dns://192.0.2.53/example.kx?SOA",
// "smtp://…", "tls://…", "tcp://…:22"; a bare address or name means ping.
int MUST_USE plan_word(struct plan *p, const char *word, struct plan_error *e);
// The same, asked as a module of plan_blackbox() says; null: as the word itself says.
int MUST_USE plan_word_as(struct plan *p, const char *word, const char *module, struct plan_error *e);

// A mail address or URL that those who are probed can use, and that a ping has room for.
bool plan_contact_valid(const char *text);
// The name of a host, as User-Agent and EHLO give it.
bool plan_identity_valid(const char *text);

void plan_target_drop(struct plan_target *t); // frees what it holds
// Adds an empty target; null when full.
struct plan_target *plan_target_add(struct plan *p);
// An example lacuna.yml with every key, its bounds, default and one sentence, from the schema table: probing is off in it.
void plan_example(struct text *out);
// The same keys as paragraphs of lacuna.yml(5), in the form of scdoc.
void plan_reference(struct text *out);
