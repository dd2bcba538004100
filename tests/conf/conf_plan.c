// SPDX-License-Identifier: ISC
// Plans: what files add to them, what a refused file leaves behind, limits, and messages that fit.
#include "../unit/unit.h"

#include "print.h"

#include "base/attr.h"
#include "base/err.h"
#include "conf/blackbox.h"
#include "conf/file.h"
#include "conf/plan.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/lacuna-conf-XXXXXX";
static char path[80];
static struct plan plan;
static struct plan_error error;

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int begin(void **state)
{
	(void)state;
	plan_init(&plan);
	error.text[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	plan_free(&plan);
	unlink(path);
	return 0;
}

static const char *write_file(const char *name, const char *text)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	return path;
}

static void beginning(void **state)
{
	(void)state;
	assert_false(plan.probing || plan.lab || plan.acknowledged);
	assert_int_equal(plan.observers, 1);
	assert_null(plan.contact);
	assert_int_equal(plan.total_per_s, 0);
	plan_free(NULL);
	blackbox_free(NULL);
}

static void full(void **state)
{
	(void)state;
	plan.target_count = PLAN_TARGETS_MAX;
	assert_null(plan_target_add(&plan));
	assert_int_equal(plan_word(&plan, "198.18.0.1", &error), ERR_MALFORMED);
	assert_string_equal(error.text, "198.18.0.1: more than 1000000 targets");
	plan.target_count = 0;
}

// A list is taken whole or not at all.
static void half_a_list(void **state)
{
	(void)state;
	assert_int_equal(plan_list_read(&plan.allow, write_file("a", "198.18.0.0/15\n203.0.113.0/24\n"), &error), 0);
	assert_int_equal(plan.allow.count, 2);
	assert_int_equal(plan_list_read(&plan.allow, write_file("a", "192.0.2.0/24\n192.0.2.1/24\n"), &error),
			 ERR_MALFORMED);
	assert_int_equal(plan.allow.count, 2);
	assert_non_null(strstr(error.text, "/a:2: '192.0.2.1/24' has bits behind"));
	assert_int_equal(plan_list_read(&plan.allow, write_file("a", ""), &error), 0);
	assert_int_equal(plan.allow.count, 2);
}

// An opt-out behind a slip of the pen counts all the same.
static void a_list_with_slips(void **state)
{
	(void)state;
	const char *text = "192.0.2.0/24\nplease\n192.0.2.1/24\n203.0.113.7\n";
	assert_int_equal(plan_list_salvage(&plan.block, write_file("o", text), &error), ERR_MALFORMED);
	assert_non_null(strstr(error.text, "/o:2: 'please'"));
	assert_int_equal(plan.block.count, 2);
	assert_int_equal(plan.block.at[1].length, 32);
	unlink(path);
	assert_int_equal(plan_list_salvage(&plan.block, path, &error), ERR_NOT_FOUND);
	assert_int_equal(plan.block.count, 2);
}

static void files_that_are_none(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(plan_list_read(&plan.allow, path, &error), ERR_MALFORMED); // and does not wait for a writer
	assert_non_null(strstr(error.text, "is not a plain file"));
	unlink(path);
	assert_int_equal(plan_list_read(&plan.allow, path, &error), ERR_NOT_FOUND);
	assert_int_equal(plan_read(&plan, path, &error), ERR_NOT_FOUND);
	assert_int_equal(plan_inventory(&plan, path, NULL, &error), ERR_NOT_FOUND);
	assert_int_equal(plan_recording(&plan, path, &error), ERR_NOT_FOUND);
	write_file("large", "");
	assert_int_equal(truncate(path, (off_t)PLAN_FILE_MAX + 1), 0);
	assert_int_equal(plan_list_read(&plan.allow, path, &error), ERR_TOO_LARGE);
	assert_non_null(strstr(error.text, "larger than the 64 MiB that are read"));
	assert_int_equal(plan_read(&plan, path, &error), ERR_TOO_LARGE);
	assert_int_equal(plan_census(&plan, path, &error), ERR_TOO_LARGE);
}

// Small values fill a file of JSON with more than its bytes let expect.
static void json_of_many_values(void **state)
{
	(void)state;
	struct text t = {0};
	text_put(&t, "[{}");
	for (int i = 0; i < 2000000; i++)
		text_put(&t, ",{}");
	text_char(&t, ']');
	assert_int_equal(plan_file_sd(&plan, write_file("v.json", text_string(&t)), &error), ERR_MALFORMED);
	assert_non_null(strstr(error.text, "too many values for one file"));
	text_free(&t);
}

// What is ignored of a module is said once, however many targets use it.
// A module that no check can stand for costs its targets, each named; the others are measured.
static void one_module(void **state)
{
	(void)state;
	const char *modules =
		"modules: {a: {prober: icmp, icmp: {ttl: 5}}, b: {prober: icmp}, c: {}, d: {prober: http}}\n";
	assert_int_equal(plan_blackbox(&plan, write_file("b.yml", modules), &error), 0);
	assert_int_equal(plan.notes.length, 0); // nobody asked for them yet
	write_file("b.json", "[{\"targets\":[\"198.18.0.1\"],\"labels\":{\"module\":\"a\"}},"
			     "{\"targets\":[\"198.18.0.2\"],\"labels\":{\"module\":\"b\"}},"
			     "{\"targets\":[\"198.18.0.3\",\"198.18.0.4\"],\"labels\":{\"module\":\"d\"}},"
			     "{\"targets\":[\"198.18.0.5\"],\"labels\":{\"module\":\"c\"}}]");
	assert_int_equal(plan_file_sd(&plan, path, &error), 0);
	assert_int_equal(plan.target_count, 3);
	assert_int_equal(plan.targets[0].address.bytes[3], 2);
	assert_int_equal(plan.manner_count, 1); // of both targets of d
	assert_int_equal(plan.targets[1].manner, 1);
	assert_int_equal(plan.targets[2].manner, 1);
	assert_non_null(strstr(text_string(&plan.notes),
			       "[0].targets[0]: '198.18.0.1': not measured: module 'a' asks for more: "));
	assert_non_null(
		strstr(text_string(&plan.notes), "b.yml:1: modules.a.icmp.ttl: no check of this version does that\n"));
	assert_non_null(strstr(text_string(&plan.notes), "modules.c: the key 'prober' is missing\n"));
}

static void a_refused_blackbox_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(plan_blackbox(&plan, write_file("b.yml", "modules: {a: {prober: icmp}}\n"), &error), 0);
	assert_int_equal(plan_blackbox(&plan, write_file("b.yml", "modules: [b]\n"), &error), ERR_MALFORMED);
	assert_int_equal(plan_blackbox(&plan, write_file("b.yml", "modules: {b: {prober: icmp\n"), &error),
			 ERR_MALFORMED);
	assert_non_null(blackbox_find(plan.modules, "a"));
	assert_null(blackbox_find(plan.modules, "b"));
}

static void long_messages(void **state)
{
	(void)state;
	struct text t = {0};
	text_put(&t, "? \"");
	for (int i = 0; i < 300; i++)
		text_put(&t, "ä\\u2014");
	text_put(&t, "\"\n: x\n");
	assert_int_equal(plan_read(&plan, write_file("l.yml", text_string(&t)), &error), ERR_MALFORMED);
	size_t n = strnlen(error.text, sizeof(error.text));
	assert_true(n > 100 && n < sizeof(error.text));
	text_free(&t);
	for (int cut = 0; cut < 4; cut++) { // no character of three bytes is cut in two
		char long_path[600];
		memset(long_path, 'x', 200);
		long_path[200] = '\0';
		file_wrong(&error, long_path, 7,
			   "%.*s—————————————————————————————————————————————————————————————————————————"
			   "————————————————————————————————————————————————————————",
			   cut, "yyyy");
		n = strnlen(error.text, sizeof(error.text));
		assert_true(n < sizeof(error.text));
		assert_memory_equal(error.text + n - 3, "—", 3);
	}
}

// The hosts that answered most often stay.
static void best_hosts(void **state)
{
	(void)state;
	struct text t = {0};
	uint64_t seed = unit_seed();
	uint8_t share[256];
	text_put(&t, "{\"block\":\"198.18.3.0/24\",\"entity\":\"country/KX\",\"hosts\":{");
	for (int i = 0; i < 256; i++) {
		share[i] = (uint8_t)(unit_random(&seed) % 100);
		text_printf(&t, "%s\"%d\":0.%02d", i ? "," : "", i, share[i]);
	}
	text_put(&t, "}}\n");
	assert_int_equal(plan_census(&plan, write_file("c", text_string(&t)), &error), 0);
	text_free(&t);
	assert_int_equal(plan.block_count, 1);
	const struct plan_block *b = &plan.blocks[0];
	assert_int_equal(b->count, PLAN_BLOCK_HOSTS);
	unsigned better = 0;
	uint8_t least = 100;
	for (size_t k = 0; k < PLAN_BLOCK_HOSTS; k++)
		least = share[b->low[k]] < least ? share[b->low[k]] : least;
	for (int i = 0; i < 256; i++)
		better += share[i] > least;
	assert_true(better < PLAN_BLOCK_HOSTS);
}

static void words(void **state)
{
	(void)state;
	static const char *const right[] = {"127.0.0.1",
					    "http://127.0.0.1:8080/",
					    "dns://192.0.2.53/example.kx?SOA",
					    "smtp://mail.example.kx",
					    "tls://198.18.0.1",
					    "tcp://[2001:db8::1]:22",
					    "www.example.kx"};
	struct text t = {0};
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		assert_int_equal(plan_word(&plan, right[i], &error), 0);
		print_target(&t, &plan.targets[i]);
	}
	assert_string_equal(text_string(&t), "target icmp_echo host 127.0.0.1\n"
					     "target http_round_trip service 127.0.0.1 port=8080\n"
					     "target dns_round_trip service 192.0.2.53 name=example.kx qtype=6\n"
					     "target smtp_banner service host=mail.example.kx name=mail.example.kx\n"
					     "target tls_handshake service 198.18.0.1\n"
					     "target tcp_connect service 2001:db8::1 port=22\n"
					     "target icmp_echo host host=www.example.kx\n");
	text_free(&t);
	assert_int_equal(plan_word(&plan, "dns://192.0.2.53/", &error), ERR_MALFORMED);
	assert_int_equal(plan_word(&plan, "tcp://198.18.0.1", &error), ERR_MALFORMED);
	assert_int_equal(plan_word(&plan, "\033[2J", &error), ERR_MALFORMED);
	assert_null(strchr(error.text, '\033'));
	assert_int_equal(plan.target_count, ARRAY_LEN(right));
}

// 39 hosts of a country, as a scan left them; ports that are no check are dropped and counted.
static void a_real_inventory(void **state)
{
	(void)state;
	char file[4200];
	const char *shared = getenv("LACUNA_SHARED");
	snprintf(file, sizeof(file), "%s/fixtures/kp/nk-scans-2021.hosts.ndjson", shared ? shared : "");
	if (!shared || access(file, R_OK) != 0)
		skip();
	uint64_t dropped = 0;
	assert_int_equal(plan_inventory(&plan, file, &dropped, &error), 0);
	assert_int_equal(plan.target_count, 76);
	assert_int_equal(dropped, 43);
	for (size_t i = 0; i < plan.target_count; i++) {
		assert_string_equal(plan.targets[i].entity, "country/KP");
		assert_int_equal(plan.targets[i].port, 0);
	}
	assert_int_equal(plan.entities.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(beginning, begin, end),
		cmocka_unit_test_setup_teardown(full, begin, end),
		cmocka_unit_test_setup_teardown(half_a_list, begin, end),
		cmocka_unit_test_setup_teardown(a_list_with_slips, begin, end),
		cmocka_unit_test_setup_teardown(files_that_are_none, begin, end),
		cmocka_unit_test_setup_teardown(json_of_many_values, begin, end),
		cmocka_unit_test_setup_teardown(one_module, begin, end),
		cmocka_unit_test_setup_teardown(a_refused_blackbox_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(long_messages, begin, end),
		cmocka_unit_test_setup_teardown(best_hosts, begin, end),
		cmocka_unit_test_setup_teardown(words, begin, end),
		cmocka_unit_test_setup_teardown(a_real_inventory, begin, end),
	};
	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
