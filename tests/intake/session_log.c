// SPDX-License-Identifier: ISC
// A session keeps what its engine takes; a replay of that log, which knows nothing else, finds the same incidents, byte for byte.
#include "../unit/unit.h"

#include "base/json.h"
#include "intake/run.h"
#include "journal/configuration.h"
#include "journal/reader.h"

#include <string.h>
#include <unistd.h>

static void incidents_text(struct text *t, const struct incident_view *v)
{
	text_clear(t);
	for (size_t i = 0; i < v->incidents->count; i++) {
		incident_json(t, v, &v->incidents->at[i]);
		text_char(t, '\n');
	}
	(void)text_string(t);
}

struct again { // an engine that is fed from a log
	struct entity_list entities;
	struct peer_table *peers;
	struct target_table *targets;
	struct registry *registry;
	struct pipeline *pipeline;
	const struct intake_run *session;
	struct journal_configured configured;
};

static int on_configuration(void *context, size_t log, struct cursor text)
{
	(void)log;
	struct again *a = context;
	uint64_t line;
	assert_int_equal(journal_configuration_read(text, &a->entities, a->targets, &a->configured, &line), 0);
	struct pipeline_options options = {
		.decisions = &a->session->decisions,
		.known = a->session->precedents.at,
		.known_count = a->session->precedents.count,
		.peers = a->peers,
		.targets = a->targets,
		.entities = &a->entities,
		.definition = a->session->definition,
		.full_floor = a->configured.full_floor,
	};
	a->pipeline = pipeline_create(&options);
	struct registry_options into = {.peers = a->peers, .targets = a->targets, .entities = &a->entities};
	into.out = (struct batch_sink){pipeline_take, a->pipeline};
	a->registry = registry_create(&into);
	return 0;
}

static struct batch_sink sender(void *context)
{
	struct again *a = context;
	assert_non_null(a->registry);
	return registry_sender(a->registry);
}

static void a_replay_of_the_log_is_the_same(void **state)
{
	(void)state;
	char dir[] = "/tmp/lacuna-session-XXXXXX", file[128], *path = getenv("LACUNA_DEMO");
	struct intake_run *s = calloc(1, sizeof(*s));
	struct text live = {0}, replayed = {0};
	struct incident_view view;
	assert_true(s && path && mkdtemp(dir));
	static const struct notice_sink nobody = {0};
	run_init(s, "test", &nobody);
	s->log_dir = dir;
	s->quiet = true;
	assert_int_equal(run_paths(s, 1, &path), 0);
	run_view(s, &view);
	incidents_text(&live, &view);
	assert_true(view.incidents->count >= 3);

	struct again a = {.peers = peer_table_create(), .session = s};
	a.targets = target_table_create(&a.entities);
	struct journal_target target = {
		.sender = sender, .sender_context = &a, .configuration = on_configuration, .context = &a};
	struct journal_totals totals;
	assert_int_equal(journal_replay(1, (char *[]){dir}, &target, &totals), 0);
	assert_int_equal(totals.damages + totals.unreadable, 0);
	pipeline_finish(a.pipeline);
	assert_string_equal(a.configured.parameters, s->parameters_digest);
	view.entities = &a.entities;
	view.incidents = pipeline_incidents(a.pipeline);
	view.blind = pipeline_blind(a.pipeline);
	view.peers = a.peers;
	view.targets = a.targets;
	view.first = pipeline_first(a.pipeline);
	view.last = pipeline_last(a.pipeline);
	incidents_text(&replayed, &view);
	assert_string_equal(replayed.bytes, live.bytes);

	pipeline_free(a.pipeline);
	registry_free(a.registry);
	peer_table_free(a.peers);
	target_table_free(a.targets);
	entity_list_free(&a.entities);
	journal_configured_free(&a.configured);
	text_free(&live);
	text_free(&replayed);
	run_free(s);
	free(s);
	snprintf(file, sizeof(file), "%s/0000000001" JOURNAL_SUFFIX, dir);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_replay_of_the_log_is_the_same)};
	return cmocka_run_group_tests_name("session_log", tests, NULL, NULL);
}
