// SPDX-License-Identifier: ISC
// What recording.json says of observers and targets, and what the attempts on them then are.
#include "lines.h"

#include "../feed/files.h"

#include "base/err.h"
#include "recording/recording.h"

static struct heard_lines *h;
static struct file_error error;

static int begin(void **state)
{
	(void)state;
	h = lines_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	lines_end(h);
	return 0;
}

static int read_json(const char *members)
{
	static unsigned turn;
	char name[64], file[80], json[2000];
	snprintf(name, sizeof(name), "recording-%u", turn++);
	snprintf(file, sizeof(file), "%s/recording.json", name);
	int n = snprintf(json, sizeof(json), "{\"format\":\"lacuna-recording/1\",%s}", members);
	const char *folder = file_folder(name);
	file_write(file, json, (size_t)n);
	return recording_targets(folder, h->targets, &h->entities, &error);
}

static const struct target *asked(const char *address, uint8_t op, const char *name)
{
	struct addr a;
	assert_int_equal(addr_parse(address, &a), 0);
	return target_at(h->targets, target_id(h->targets, &a, op, name, name ? strlen(name) : 0));
}

// Who is watched may change while it runs: a target that was nobody's is somebody's then.
static void test_refresh(void **state)
{
	(void)state;
	struct prefix p;
	uint32_t nobodys =
		target_id(h->targets, &asked("203.0.113.77", PROBE_ICMP_ECHO, NULL)->address, PROBE_ICMP_ECHO, NULL, 0);
	assert_int_equal(target_at(h->targets, nobodys)->kind, TARGET_UNLISTED);
	assert_int_equal(prefix_parse("203.0.113.0/24", &p), 0);
	entity_prefix_add(entity_add(&h->entities, "country/QQ"), &p);
	target_refresh(h->targets);
	assert_int_equal(target_at(h->targets, nobodys)->kind, TARGET_HOST);
	assert_string_equal(h->entities.at[target_at(h->targets, nobodys)->entity].id, "country/QQ");
}

static void test_targets(void **state)
{
	(void)state;
	assert_int_equal(read_json("\"observers\":[{\"id\":\"vp1\",\"asn\":65001},{\"id\":\"vp2\"}],\"targets\":["
				   "{\"address\":\"198.18.2.10\",\"entity\":\"country/KX\",\"kind\":\"host\"},"
				   "{\"address\":\"192.0.2.7\",\"entity\":\"country/XX\",\"kind\":\"dns\",\"name\":"
				   "\"www.example.kx\",\"institution\":\"registry\"},"
				   "{\"address\":\"198.51.100.2\",\"entity\":\"country/KX\",\"kind\":\"border\"},"
				   "{\"address\":\"203.0.113.10\",\"kind\":\"control\"}]"),
			 0);
	assert_int_equal(observer_count(h->targets), 2);
	assert_string_equal(observer_at(h->targets, 0)->id, "vp1");
	assert_int_equal(observer_at(h->targets, 0)->asn, 65001);
	assert_int_equal(observer_at(h->targets, 1)->asn, 0);
	assert_int_equal(asked("198.18.2.10", PROBE_ICMP_ECHO, NULL)->kind, TARGET_HOST);
	assert_int_equal(asked("203.0.113.10", PROBE_HTTP, NULL)->kind, TARGET_CONTROL);
	assert_int_equal(asked("203.0.113.10", PROBE_ICMP_ECHO, NULL)->entity, ENTITY_NONE);
	const struct target *border = asked("198.51.100.2", PROBE_ICMP_ECHO, NULL);
	assert_int_equal(border->kind, TARGET_BORDER);
	assert_int_equal(border->entity, 0);
	const struct target *dns = asked("192.0.2.7", PROBE_DNS, "www.example.kx");
	assert_int_equal(dns->kind, TARGET_SERVICE);
	assert_string_equal(h->entities.at[dns->entity].id, "country/XX");
	assert_string_equal(dns->institution, "registry");
}

static void refuse(const char *members, const char *member)
{
	assert_int_equal(read_json(members), ERR_MALFORMED);
	if (!strstr(error.message, member))
		fail_msg("%s: %s", members, error.message);
}

static void test_refused(void **state)
{
	(void)state;
	refuse("\"observers\":{}", "observers: not a list");
	refuse("\"observers\":[7]", "observers[].id: missing");
	refuse("\"observers\":[{\"id\":\"\"}]", "observers[].id: missing");
	refuse("\"observers\":[{\"id\":\"a\",\"asn\":4294967296}]", "observers[].asn");
	refuse("\"observers\":[{\"id\":\"a\",\"asn\":\"1\"}]", "observers[].asn");
	refuse("\"targets\":[{}]", "targets[].address");
	refuse("\"targets\":[{\"address\":\"1.2.3\"}]", "targets[].address");
	refuse("\"targets\":[{\"address\":\"1.2.3.4\",\"kind\":\"ftp\"}]", "targets[].kind");
	refuse("\"targets\":[{\"address\":\"1.2.3.4\",\"entity\":\"KX\"}]", "targets[].entity");
	refuse("\"targets\":[{\"address\":\"1.2.3.4\",\"name\":1}]", "targets[].name");
	assert_int_equal(read_json("\"targets\":[{\"address\":\"1.2.3.4\"}],\"other\":1"), 0);
	assert_int_equal(recording_targets("/dev/null", h->targets, &h->entities, &error), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_targets, begin, end),
		cmocka_unit_test_setup_teardown(test_refresh, begin, end),
		cmocka_unit_test_setup_teardown(test_refused, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
