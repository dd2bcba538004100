// SPDX-License-Identifier: ISC
// The command `lacuna world` from outside: exit status, standard output, standard error. npm is played by a script,
// so that no test needs the network. $WORLD_COMMAND is the program.
// Tests: src/cli/world.c
#include "world_test.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 12

static struct workplace place;

struct outcome {
	int status;
	char *out, *err;
};

static void outcome_free(struct outcome *o)
{
	free(o->out);
	free(o->err);
}

static void child_run(const char *program, const char *const *arguments, const char *out, const char *err)
{
	const char *argv[ARGUMENTS_MAX + 2] = {"world"};
	for (size_t i = 0; arguments[i] && i < ARGUMENTS_MAX; i++)
		argv[i + 1] = arguments[i];
	int o = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), e = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (o >= 0 && e >= 0 && dup2(o, STDOUT_FILENO) >= 0 && dup2(e, STDERR_FILENO) >= 0)
		execv(program, (char *const *)argv);
	_exit(127);
}

static struct outcome run(const char *const *arguments)
{
	const char *program = getenv("WORLD_COMMAND");
	struct outcome o = {0};
	if (!program) {
		print_message("WORLD_COMMAND is not set: no program to test\n");
		skip();
	}
	char *out = workplace_path(&place, "out"), *err = workplace_path(&place, "err");
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		child_run(program, arguments, out, err);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	o.status = WEXITSTATUS(status);
	o.out = workplace_read(out, NULL);
	o.err = workplace_read(err, NULL);
	free(out);
	free(err);
	return o;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("not said: %s\nbut: %s", part, text);
}

static void file_put(const char *name, const char *text)
{
	free(workplace_file(&place, name, text, strlen(text)));
}

// A home folder of its own below the workplace, the workplace first in PATH, sources in it.
static int home_make(void **state)
{
	(void)state;
	struct text path = {0};
	workplace_make(&place);
	text_printf(&path, "%s/bin:%s", place.folder, getenv("PATH"));
	setenv("PATH", text_string(&path), 1);
	setenv("HOME", place.folder, 1);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("LACUNA_WORLD");
	assert_int_equal(chdir(place.folder), 0);
	assert_int_equal(mkdir("bin", 0700), 0);
	file_put("asn-country-ipv4.csv", "175.45.176.0,175.45.179.255,KP\n10.0.0.0,10.0.2.255,AA\n");
	file_put("asn-country-ipv6.csv", "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,KP\n");
	file_put("asn-ipv4.csv", "175.45.176.0,175.45.179.255,131279,\"Star \x1b[31m \"\"X\"\"\"\n");
	file_put("asn-ipv6.csv", "2001:db8::,2001:db8::ffff,64500,Six\n");
	text_free(&path);
	return 0;
}

static int home_remove(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", "--", place.folder, NULL);
		_exit(127);
	}
	return child > 0 && waitpid(child, NULL, 0) == child ? 0 : -1;
}

// npm that packs the CSV files of the workplace under two package names, if the file "online" is there.
static const char npm_script[] =
	"#!/bin/sh\n"
	"[ -e \"$HOME/online\" ] || { echo 'npm: no network' >&2; exit 1; }\n"
	"while [ \"$1\" != --pack-destination ]; do shift; done\n"
	"version=$(cat \"$HOME/online\")\n"
	"mkdir -p \"$HOME/package\" && cp \"$HOME\"/*.csv \"$HOME/package\" &&\n"
	"tar -czf \"$2/ip-location-db-asn-$version.tgz\" -C \"$HOME\" package/asn-ipv4.csv package/asn-ipv6.csv &&\n"
	"tar -czf \"$2/ip-location-db-asn-country-$version.tgz\" -C \"$HOME\" package/asn-country-ipv4.csv "
	"package/asn-country-ipv6.csv\n";

static void npm_put(bool there)
{
	unlink("bin/npm");
	if (!there)
		return;
	file_put("bin/npm", npm_script);
	assert_int_equal(chmod("bin/npm", 0700), 0);
}

static void usage(void **state)
{
	(void)state;
	static const char *const wrong[][3] = {
		{"nothing"},
		{"build", "--what"},
		{"lookup"},
		{"lookup", "1.2.3"},
		{"lookup", "KPX"},
		{"lookup", "asn/01"},
		{"lookup", "10.0.0.0/8"},
		{"info", "x"},
		{"build", "--date=1"},
		{"lookup", "KP", "--what"},
		{"lookup", "ASX"},
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct outcome o = RUN(wrong[i][0], wrong[i][1], wrong[i][2]);
		assert_int_equal(o.status, 2);
		assert_string_equal(o.out, "");
		says(o.err, "--help");
		outcome_free(&o);
	}
	struct outcome o = RUN("--help");
	assert_int_equal(o.status, 0);
	says(o.out, "Usage: lacuna world build");
	outcome_free(&o);
	o = run((const char *const[]){NULL});
	assert_int_equal(o.status, 2);
	outcome_free(&o);
}

static void nothing_there_yet(void **state)
{
	(void)state;
	if (access("/usr/share/lacuna/world.bin", F_OK) == 0) {
		print_message("this machine has world data installed: nothing to test\n");
		skip();
	}
	struct outcome o = RUN("lookup", "KP");
	assert_int_equal(o.status, 3);
	says(o.err, "lacuna world build");
	outcome_free(&o);
}

static void build_and_lookup(void **state)
{
	(void)state;
	struct outcome o = RUN("build", "-o", "w.bin", "--date", "20240102", "asn-country-ipv4.csv",
			       "asn-country-ipv6.csv", "asn-ipv4.csv", "asn-ipv6.csv");
	assert_int_equal(o.status, 0);
	says(o.err, "2 IPv4 and 2 IPv6 ranges, 2 countries, 2 networks, data of 2024-01-02T00:00:00Z");
	says(o.err, "days old");
	outcome_free(&o);
	o = RUN("lookup", "-w", "w.bin", "175.45.178.1", "kp", "AS131279", "10.0.1.1");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "175.45.178.1\n"
				   "  country  KP\n"
				   "  network  AS131279 Star ?[31m \"X\"\n"
				   "  range    175.45.176.0/22\n"
				   "country/KP North Korea\n"
				   "  175.45.176.0/22\n"
				   "  2001:db8::/48\n"
				   "  IPv4: 1 range, 1 prefix, 1024 addresses, 4.00 x /24\n"
				   "  IPv6: 1 range, 1 prefix, 1.00 x /48\n"
				   "  networks: 2\n"
				   "asn/131279 Star ?[31m \"X\"\n"
				   "  175.45.176.0/22\n"
				   "  IPv4: 1 range, 1 prefix, 1024 addresses, 4.00 x /24\n"
				   "  IPv6: none\n"
				   "  countries: KP\n"
				   "10.0.1.1\n"
				   "  country  AA\n"
				   "  network  unknown\n"
				   "  range    10.0.0.0/23 10.0.2.0/24\n");
	says(o.err, "RouteViews");
	says(o.err, "https://db-ip.com");
	says(o.err, "NRO");
	says(o.err, "days old");
	outcome_free(&o);
}

static void lookup_json(void **state)
{
	(void)state;
	struct outcome o = RUN("lookup", "-w", "w.bin", "--json", "asn/131279", "2001:db8::1", "9.9.9.9");
	assert_int_equal(o.status, 1);
	says(o.err, "9.9.9.9 is not in the data");
	says(o.out, "{\"format\":\"lacuna-world/1\",\"results\":[{\"entity\":\"asn/131279\","
		    "\"name\":\"Star \\u001b[31m \\\"X\\\"\",\"prefix_list\":[\"175.45.176.0/22\"],"
		    "\"v4\":{\"ranges\":1,\"prefixes\":1,\"addresses\":1024,\"blocks24\":4.000},"
		    "\"v6\":{\"ranges\":0,\"prefixes\":0,\"blocks48\":0.000},\"networks\":1,\"countries\":[\"KP\"]},"
		    "{\"address\":\"2001:db8::1\",\"country\":\"KP\",\"asn\":64500,\"name\":\"Six\","
		    "\"first\":\"2001:db8::\",\"last\":\"2001:db8::ffff\",\"prefix_list\":[\"2001:db8::/112\"]},"
		    "{\"address\":\"9.9.9.9\",\"country\":null,\"asn\":null,\"name\":null,\"first\":null,"
		    "\"last\":null,\"prefix_list\":[]}],\"data_time\":1704153600,\"built\":");
	outcome_free(&o);
	o = RUN("lookup", "-w", "w.bin", "--totals", "KP", "ZW");
	assert_int_equal(o.status, 1);
	says(o.err, "country/ZW is not in the data");
	assert_null(strstr(o.out, "175.45"));
	says(o.out, "1024 addresses");
	outcome_free(&o);
}

static void info(void **state)
{
	(void)state;
	struct outcome o = RUN("info", "-w", "w.bin");
	assert_int_equal(o.status, 0);
	says(o.out, "data of      2024-01-02T00:00:00Z");
	says(o.out, "2 countries, 2 networks");
	outcome_free(&o);
	o = RUN("info", "--world=w.bin", "--json");
	assert_int_equal(o.status, 0);
	says(o.out, "\"data_time\":1704153600,\"v4_ranges\":2,\"v6_ranges\":2,\"countries\":2,\"networks\":2,");
	outcome_free(&o);
}

static void flawed_and_missing_sources(void **state)
{
	(void)state;
	struct text t = {0};
	text_put(&t, "10.0.0.0,10.0.0.255,AA\n");
	for (int i = 0; i < 15; i++)
		text_put(&t, "10.0.0.0,x,AA\n");
	file_put("flawed.csv", text_string(&t));
	text_free(&t);
	struct outcome o = RUN("build", "-o", "w2.bin", "flawed.csv");
	assert_int_equal(o.status, 1);
	says(o.err, "flawed.csv:2: end is not an address");
	says(o.err, "flawed.csv:11: ");
	assert_null(strstr(o.err, "flawed.csv:12: "));
	says(o.err, "5 more bad lines");
	says(o.err, "no source said networks");
	outcome_free(&o);
	unlink("w2.bin");
	o = RUN("build", "-o", "w2.bin", "asn-ipv4.csv", "missing.csv");
	assert_int_equal(o.status, 3);
	says(o.err, "missing.csv: No such file");
	says(o.err, "nothing was written");
	assert_int_equal(access("w2.bin", F_OK), -1);
	outcome_free(&o);
	o = RUN("build", "-o", "no/such/w.bin", "asn-ipv4.csv");
	assert_int_equal(o.status, 4);
	says(o.err, "cannot write no/such/w.bin");
	outcome_free(&o);
	o = RUN("info", "-w", "flawed.csv");
	assert_int_equal(o.status, 3);
	says(o.err, "damaged or no world file");
	outcome_free(&o);
}

static void fetching(void **state)
{
	(void)state;
	npm_put(true);
	unlink("online");
	struct outcome o = RUN("build"); // offline and nothing fetched before
	assert_int_equal(o.status, 3);
	says(o.err, "npm failed (exit status 1)");
	says(o.err, "no earlier download");
	outcome_free(&o);
	file_put("online", "2.3.2024010213");
	o = RUN("build");
	assert_int_equal(o.status, 0);
	says(o.err, "data of 2024-01-02T13:00:00Z");
	outcome_free(&o);
	o = RUN("info");
	assert_int_equal(o.status, 0);
	says(o.out, "/.local/share/lacuna/world.bin");
	says(o.out, "made from @ip-location-db/asn-country 2.3.2024010213, @ip-location-db/asn 2.3.2024010213");
	outcome_free(&o);
	file_put("online", "2.3.2024100100"); // newer: takes the older one's place
	o = RUN("build", "--quiet");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.err, "");
	outcome_free(&o);
	assert_int_equal(access(".cache/lacuna/world/ip-location-db-asn-2.3.2024100100.tgz", F_OK), 0);
	assert_int_equal(access(".cache/lacuna/world/ip-location-db-asn-2.3.2024010213.tgz", F_OK), -1);
	assert_int_equal(access(".cache/lacuna/world/new", F_OK), -1);
	unlink("online");
	o = RUN("build"); // offline with an earlier download
	assert_int_equal(o.status, 1);
	says(o.err, "going on with the last download: @ip-location-db/asn-country 2.3.2024100100");
	says(o.err, "data of 2024-10-01T00:00:00Z");
	outcome_free(&o);
	o = RUN("build", "--offline", "-q");
	assert_int_equal(o.status, 0);
	outcome_free(&o);
}

static void two_at_once_and_damaged_downloads(void **state)
{
	(void)state;
	int lock = open(".cache/lacuna/world", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(lock >= 0);
	assert_int_equal(mkdir(".cache/lacuna/world/new", 0700), 0);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	struct outcome o = RUN("build", "--offline");
	assert_int_equal(o.status, 4);
	says(o.err, "another 'lacuna world build'");
	assert_int_equal(access(".cache/lacuna/world/new", F_OK), 0); // the other's is left alone
	outcome_free(&o);
	close(lock);
	assert_int_equal(truncate(".cache/lacuna/world/ip-location-db-asn-2.3.2024100100.tgz", 40), 0);
	o = RUN("build", "--offline");
	assert_int_equal(o.status, 3);
	says(o.err, "cannot unpack");
	outcome_free(&o);
	o = RUN("info"); // the file made before is still good
	assert_int_equal(o.status, 0);
	outcome_free(&o);
}

static void without_npm_or_home(void **state)
{
	(void)state;
	char *path = alloc_copy(getenv("PATH"));
	npm_put(false);
	setenv("PATH", "bin", 1);
	struct outcome o = RUN("build");
	says(o.err, "npm is not installed");
	says(o.err, "cannot run tar");
	assert_int_equal(o.status, 3);
	outcome_free(&o);
	setenv("PATH", path, 1);
	unsetenv("HOME");
	o = RUN("build");
	assert_int_equal(o.status, 2);
	says(o.err, "HOME is not set");
	outcome_free(&o);
	o = RUN("build", "asn-ipv4.csv");
	assert_int_equal(o.status, 2);
	says(o.err, "-o FILE");
	outcome_free(&o);
	setenv("HOME", place.folder, 1);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage),
		cmocka_unit_test(nothing_there_yet),
		cmocka_unit_test(build_and_lookup),
		cmocka_unit_test(lookup_json),
		cmocka_unit_test(info),
		cmocka_unit_test(flawed_and_missing_sources),
		cmocka_unit_test(fetching),
		cmocka_unit_test(two_at_once_and_damaged_downloads),
		cmocka_unit_test(without_npm_or_home),
	};
	return cmocka_run_group_tests(tests, home_make, home_remove);
}
