// SPDX-License-Identifier: ISC
// The registry of what is measured and by whom: observers, targets (one address asked in one way), and named series. Dense
// ids; decode fills it, everyone above reads it.
#pragma once

#include "model/entity.h"
#include "model/probe.h"

#define TARGETS_MAX   1000000
#define OBSERVERS_MAX 1024
#define SERIES_MAX    131072 // the detector keeps 2 KiB of each: 256 MiB
#define TARGET_NONE   UINT32_MAX
#define ENTITY_NONE   UINT32_MAX

enum target_kind { TARGET_HOST, TARGET_SERVICE, TARGET_BORDER, TARGET_CONTROL, TARGET_UNLISTED };

struct target {
	struct addr address;
	uint8_t op;		 // enum probe_op it is asked with
	uint8_t kind;		 // enum target_kind
	uint32_t entity;	 // index of its country or other watched entity; ENTITY_NONE for controls
	uint32_t unit;		 // dense number of the distinct address: the unit of the test of concurrency
	const char *name;	 // asked name, or null; text from outside; owned by the registry
	const char *institution; // or null; same
};

struct observer {
	const char *id;
	uint32_t asn; // 0 unknown
};

struct series {
	uint32_t entity;
	const char *signal; // word as the source has it: "active-probing", "bgp", …
};

struct target_table;

// `entities` is borrowed: an address that no listing names belongs to the first entity whose ranges hold it.
struct target_table *target_table_create(const struct entity_list *entities);
void target_table_free(struct target_table *t);

// From recording.json: an address is of this kind, entity and institution; name null: for every name. Before any probe is read.
void target_list(struct target_table *t, const struct target *listed, const char *service); // service "http" or null
// What was listed, in order, as target_list() took it: address, kind, entity, name, institution; *ret_service: its word, or null.
// Texts are borrowed.
size_t target_listing_count(const struct target_table *t);
struct target target_listing_at(const struct target_table *t, size_t i, const char **ret_service);
// Looks up anew whose the known targets are and what they are: after entities or listings were added while it runs.
void target_refresh(struct target_table *t);
uint16_t observer_id(struct target_table *t, const char *id,
		     size_t n); // added if new; OBSERVERS_MAX - 1 swallows the rest
void observer_asn(struct target_table *t, uint16_t observer, uint32_t asn);

// Id of (address, op, name); added if new; TARGET_NONE when TARGETS_MAX is reached. name may be null.
uint32_t target_id(struct target_table *t, const struct addr *address, uint8_t op, const char *name,
		   size_t name_length);
uint32_t series_id(struct target_table *t, uint32_t entity, const char *signal, size_t n);
// One more that nobody will be found to be: its number was given to a series whose entity is not in the list any more.
uint32_t series_gone(struct target_table *t, const char *signal, size_t n);

const struct target *target_at(const struct target_table *t, uint32_t id);
const struct observer *observer_at(const struct target_table *t, uint16_t id);
const struct series *series_at(const struct target_table *t, uint32_t id);
uint32_t target_count(const struct target_table *t);
uint16_t observer_count(const struct target_table *t);
uint32_t series_count(const struct target_table *t);
uint32_t target_units(const struct target_table *t); // distinct addresses
