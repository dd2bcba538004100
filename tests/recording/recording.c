// SPDX-License-Identifier: ISC
// recording.json: what is read, what is refused with which word, and which collector wrote a file.
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/err.h"
#include "base/text.h"
#include "recording/recording.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/lacuna-recording-XXXXXX";
static char file[64];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(file, sizeof(file), "%s/recording.json", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(folder);
}

static void write_file(const char *bytes, size_t n)
{
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

struct outcome {
	struct recording rec;
	struct entity_list entities;
	struct file_error error;
	int code;
};

static void read_text(const char *text, struct outcome *o)
{
	*o = (struct outcome){0};
	write_file(text, strlen(text));
	o->code = recording_read(folder, &o->rec, &o->entities, &o->error);
}

static void drop(struct outcome *o)
{
	recording_free(&o->rec);
	entity_list_free(&o->entities);
}

static void whole(void **state)
{
	(void)state;
	struct outcome o;
	read_text(
		"{\"format\":\"lacuna-recording/1\",\"name\":\"n\",\"from\":1643144400.25,\"to\":1643144500,"
		"\"entities\":[{\"id\":\"country/KX\",\"name\":\"Kexico\",\"prefixes\":[\"198.18.0.0/22\",\"2001:db8::/"
		"32\"],"
		"\"asns\":[64512,4294967295],\"population\":25000000,\"other\":1},{\"id\":\"asn/64512\"}],"
		"\"watch\":[\"country/KX\",\"country/KY\"],\"observers\":[{},{}],\"full_feed_floor\":5,\"unknown\":{},"
		"\"collectors\":[{\"id\":\"rc\",\"files\":[\"bgp/rc-*\",\"x\"]},{\"id\":\"rc2\"}]}",
		&o);
	assert_int_equal(o.code, 0);
	assert_string_equal(o.rec.name, "n");
	assert_int_equal(o.rec.from.ns, 1643144400250000000);
	assert_int_equal(o.rec.to.ns, 1643144500 * NS_PER_S);
	assert_int_equal(o.rec.full_feed_floor, 5);
	assert_int_equal(o.rec.observers, 2);
	assert_int_equal(o.rec.collector_count, 2);
	assert_int_equal(o.rec.collectors[0].glob_count, 2);
	assert_int_equal(o.entities.count, 3);
	const struct entity *e = entity_find(&o.entities, "country/KX");
	assert_string_equal(e->name, "Kexico");
	assert_true(e->watched);
	assert_int_equal(e->range_count, 2);
	assert_int_equal(e->ranges[0].last.bytes[2], 3);
	assert_int_equal(e->asn_count, 2);
	assert_int_equal(e->asns[1], UINT32_MAX);
	assert_float_equal(e->population, 25e6, 0);
	assert_false(entity_find(&o.entities, "asn/64512")->watched);
	assert_true(entity_find(&o.entities, "country/KY")->watched);
	drop(&o);
}

static void nothing_is_needed_but_the_format(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{\"format\":\"lacuna-recording/1\"}",
		"{\"format\":\"lacuna-recording/1\",\"name\":null,\"from\":null,\"entities\":null,\"watch\":[],"
		"\"collectors\":null,\"full_feed_floor\":null,\"observers\":null}",
		"{\"format\":\"lacuna-recording/1\",\"entities\":[{\"id\":\"country/KX\",\"name\":null,\"asns\":null,"
		"\"prefixes\":null,\"population\":null}],\"collectors\":[{\"id\":\"rc\",\"files\":null}]}",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct outcome o;
		read_text(texts[i], &o);
		assert_int_equal(o.code, 0);
		assert_null(o.rec.name);
		assert_false(instant_known(o.rec.from));
		assert_int_equal(o.rec.full_feed_floor, 0);
		drop(&o);
	}
}

// The members of a recording, and the word that the message must hold.
static const char *const refused[][2] = {
	{"\"name\":7", "name"},
	{"\"from\":\"2022-01-26\"", "from"},
	{"\"to\":[]", "to"},
	{"\"from\":9.9e9", "from"},
	{"\"to\":-9.9e9", "to"},
	{"\"from\":1e300", "from"},
	{"\"observers\":3", "observers"},
	{"\"full_feed_floor\":-1", "full_feed_floor"},
	{"\"full_feed_floor\":4294967296", "full_feed_floor"},
	{"\"full_feed_floor\":\"5\"", "full_feed_floor"},
	{"\"full_feed_floor\":2.5", "full_feed_floor"},
	{"\"entities\":{}", "entities"},
	{"\"entities\":[7]", "entities[].id"},
	{"\"entities\":[{}]", "entities[].id"},
	{"\"entities\":[{\"id\":null}]", "entities[].id"},
	{"\"entities\":[{\"id\":\"KX\"}]", "entities[].id"},
	{"\"entities\":[{\"id\":\"country/\"}]", "entities[].id"},
	{"\"entities\":[{\"id\":\"country/K X\"}]", "entities[].id"},
	{"\"entities\":[{\"id\":\"country/KX\",\"name\":1}]", "entities[].name"},
	{"\"entities\":[{\"id\":\"country/KX\",\"asns\":1}]", "entities[].asns"},
	{"\"entities\":[{\"id\":\"country/KX\",\"asns\":[0]}]", "entities[].asns"},
	{"\"entities\":[{\"id\":\"country/KX\",\"asns\":[-1]}]", "entities[].asns"},
	{"\"entities\":[{\"id\":\"country/KX\",\"asns\":[4294967296]}]", "entities[].asns"},
	{"\"entities\":[{\"id\":\"country/KX\",\"asns\":[\"64512\"]}]", "entities[].asns"},
	{"\"entities\":[{\"id\":\"country/KX\",\"asns\":[1.5]}]", "entities[].asns"},
	{"\"entities\":[{\"id\":\"country/KX\",\"prefixes\":\"10.0.0.0/8\"}]", "entities[].prefixes"},
	{"\"entities\":[{\"id\":\"country/KX\",\"prefixes\":[8]}]", "entities[].prefixes"},
	{"\"entities\":[{\"id\":\"country/KX\",\"prefixes\":[\"10.0.0.1/8\"]}]", "entities[].prefixes"},
	{"\"entities\":[{\"id\":\"country/KX\",\"prefixes\":[\"10.0.0.0/33\"]}]", "entities[].prefixes"},
	{"\"entities\":[{\"id\":\"country/KX\",\"population\":\"many\"}]", "entities[].population"},
	{"\"entities\":[{\"id\":\"country/KX\",\"population\":-1}]", "entities[].population"},
	{"\"watch\":\"country/KX\"", "watch"},
	{"\"watch\":[1]", "watch"},
	{"\"watch\":[\"KX\"]", "watch"},
	{"\"collectors\":{}", "collectors"},
	{"\"collectors\":[{}]", "collectors[].id"},
	{"\"collectors\":[7]", "collectors[].id"},
	{"\"collectors\":[{\"id\":\"rc\",\"files\":\"bgp/*\"}]", "collectors[].files"},
	{"\"collectors\":[{\"id\":\"rc\",\"files\":[1]}]", "collectors[].files"},
	{"\"name\":\"a\",\"name\":\"b\"", "name"},
	{"\"from\":1e999", "not valid JSON"},
	{"\"full_feed_floor\":99999999999999999999", "not valid JSON"},
	{"\"name\":\"\\u0000\"", "not valid JSON"},
	{"\"name\":\"\xff\"", "not valid JSON"},
	{"\"name\":\"a\"} {", "not valid JSON"},
	{"\"name\":\"a\",", "not valid JSON"},
};

static void wrong_members_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct outcome o;
		struct text t = {0};
		text_printf(&t, "{\"format\":\"lacuna-recording/1\",%s}", refused[i][0]);
		read_text(text_string(&t), &o);
		if (o.code != ERR_MALFORMED || !strstr(o.error.message, refused[i][1]))
			fail_msg("%s: %d, \"%s\"", refused[i][0], o.code, o.error.message);
		assert_null(o.rec.collectors);
		assert_non_null(strstr(o.error.message, "recording.json"));
		text_free(&t);
		drop(&o);
	}
}

static void other_files_are_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"7",
		"\"lacuna-recording/1\"",
		"{}",
		"{\"format\":1}",
		"{\"format\":\"lacuna-recording/2\"}",
		"{\"format\":\"lacuna-recording/1\"",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct outcome o;
		read_text(texts[i], &o);
		assert_int_equal(o.code, ERR_MALFORMED);
		assert_true(o.error.message[0]);
		drop(&o);
	}
}

static void depth_and_size_have_an_end(void **state)
{
	(void)state;
	struct outcome o;
	struct text t = {0};
	text_put(&t, "{\"format\":\"lacuna-recording/1\",\"deep\":");
	for (unsigned i = 0; i < 200000; i++)
		text_char(&t, '[');
	read_text(text_string(&t), &o);
	assert_int_equal(o.code, ERR_MALFORMED);
	drop(&o);
	text_free(&t);
	assert_int_equal(truncate(file, RECORDING_JSON_MAX + 1), 0);
	o = (struct outcome){0};
	o.code = recording_read(folder, &o.rec, &o.entities, &o.error);
	assert_int_equal(o.code, ERR_MALFORMED);
	assert_non_null(strstr(o.error.message, "larger"));
	drop(&o);
}

static void what_is_no_file(void **state)
{
	(void)state;
	struct outcome o = {0};
	unlink(file);
	assert_int_equal(recording_read(folder, &o.rec, &o.entities, &o.error), ERR_NOT_FOUND);
	assert_int_equal(recording_read("/dev/null", &o.rec, &o.entities, &o.error), ERR_NOT_FOUND);
	assert_int_equal(mkdir(file, 0700), 0);
	assert_true(recording_read(folder, &o.rec, &o.entities, &o.error) < 0);
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0); // nobody writes: must not wait
	assert_true(recording_read(folder, &o.rec, &o.entities, &o.error) < 0);
	assert_int_equal(unlink(file), 0);
	write_file("{\n7", 3);
	assert_int_equal(recording_read(folder, &o.rec, &o.entities, &o.error), ERR_MALFORMED);
	assert_int_equal(o.error.line, 2);
	assert_string_equal(o.error.file, file);
	drop(&o);
}

static void expect_collector(const struct recording *r, const char *path, const char *wanted)
{
	char name[64];
	recording_collector_of(r, path, name, sizeof(name));
	assert_string_equal(name, wanted);
}

static void collectors_of_files(void **state)
{
	(void)state;
	struct outcome o;
	read_text("{\"format\":\"lacuna-recording/1\",\"collectors\":[{\"id\":\"rc\",\"files\":[\"bgp/rc-*\",\"bgp/"
		  "rrc00/one\"]},"
		  "{\"id\":\"rc2\",\"files\":[\"bgp/*\",\"bmp/rc2.[a-z]*\"]}]}",
		  &o);
	assert_int_equal(o.code, 0);
	expect_collector(&o.rec, "bgp/rc-updates.mrt", "rc"); // the first that fits
	expect_collector(&o.rec, "bgp/other.mrt", "rc2");
	expect_collector(&o.rec, "bgp/rrc00/one", "rc");
	expect_collector(&o.rec, "bgp/rrc00/two", "rrc00"); // a star stays within its folder
	expect_collector(&o.rec, "bmp/rc2.bmp", "rc2");
	expect_collector(&o.rec, "bmp/rc3.bmp", "rc3");
	expect_collector(&o.rec, "bmp/rc3/x/y.bmp", "rc3");
	expect_collector(NULL, "bgp/route-views2/updates.20220126.0000.bz2", "route-views2");
	expect_collector(NULL, "rrc00-updates.mrt", "rrc00");
	expect_collector(NULL, "deep/er/rrc00.updates.gz", "rrc00");
	expect_collector(NULL, "bgp/rrc00.gz", "rrc00");
	expect_collector(NULL, "plain", "plain");
	expect_collector(NULL, "", "");
	expect_collector(NULL, "bgp/", "");
	drop(&o);
	char tiny[4] = "xyz", none = 'x';
	recording_collector_of(NULL, "route-views2", tiny, sizeof(tiny));
	assert_string_equal(tiny, "rou");
	recording_collector_of(NULL, "route-views2", &none, 0);
	assert_int_equal(none, 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(nothing_is_needed_but_the_format),
		cmocka_unit_test(wrong_members_are_named),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(depth_and_size_have_an_end),
		cmocka_unit_test(what_is_no_file),
		cmocka_unit_test(collectors_of_files),
	};
	return cmocka_run_group_tests_name("conf recording", tests, make_folder, drop_folder);
}
