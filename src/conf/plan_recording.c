// SPDX-License-Identifier: ISC
// A recording's entities, targets and observers as a plan: what was measured then can be measured again.
#include "base/alloc.h"
#include "base/err.h"
#include "conf/file.h"
#include "conf/target_words.h"
#include "recording/record_text.h"
#include "recording/recording.h"

#include <string.h>
#include <sys/stat.h>

struct into {
	struct plan *plan;
	uint32_t observers;
	uint64_t left_out;
};

static void plan_recording_take_observer(void *context, const char *id, uint32_t asn)
{
	struct into *to = context;
	to->observers++;
	if (to->plan->observer && strcmp(to->plan->observer, id) == 0 && !to->plan->observer_asn)
		to->plan->observer_asn = asn;
}

static const char *plan_recording_take_target(void *context, const struct target *listed, const struct kind_row *kind)
{
	struct into *to = context;
	if (kind && kind->op == PROBE_TCP_CONNECT) { // to which port is nowhere said
		to->left_out++;
		return NULL;
	}
	char entity[ENTITY_ID_MAX + 1] = "";
	if (listed->entity != ENTITY_NONE) // a copy: the list may move
		memcpy(entity, to->plan->entities.at[listed->entity].id, sizeof(entity));
	const struct target_words_words words = {
		.name = listed->name, .institution = listed->institution, .entity = entity[0] ? entity : NULL};
	return target_words_add_known(to->plan, &listed->address, kind ? kind : kind_of("host"), &words);
}

int plan_recording(struct plan *p, const char *path, struct plan_error *e)
{
	struct into into = {.plan = p};
	const struct recording_sink to = {.context = &into,
					  .entities = true,
					  .observer = plan_recording_take_observer,
					  .target = plan_recording_take_target};
	struct text file = {0};
	struct stat st;
	text_put(&file, path);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		text_put(&file, "/recording.json");
	struct file_error error = {0};
	int code = recording_each(text_string(&file), &to, &p->entities, &error);
	text_free(&file);
	if (code < 0)
		file_say(e, "%s", error.message);
	if (code == 0 && into.left_out)
		text_printf(&p->notes, "recording.json: %llu targets of kind tcp have no port, and are left out\n",
			    (unsigned long long)into.left_out);
	if (code == 0 && into.observers > p->observers)
		p->observers = into.observers;
	return code;
}

void plan_scope(const struct plan *p, struct record_scope *ret)
{
	*ret = (struct record_scope){
		.entities = &p->entities,
		.observer = p->observer ? p->observer : "local",
		.observer_asn = p->observer_asn,
		.targets = alloc_zero(p->target_count, sizeof(*ret->targets)),
		.target_count = p->target_count,
	};
	for (size_t i = 0; i < p->target_count; i++) {
		const struct plan_target *t = &p->targets[i];
		ret->targets[i] = (struct record_target){t->address, t->entity, t->name, t->institution,
							 kind_word(t->op, t->kind, t->flags)};
	}
}
