// SPDX-License-Identifier: ISC
// One table of commands.
#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/number.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/bgp.h"
#include "cli/check.h"
#include "cli/commit.h"
#include "cli/evaluate.h"
#include "cli/explain.h"
#include "cli/log.h"
#include "cli/probe.h"
#include "cli/record.h"
#include "cli/replay.h"
#include "cli/say.h"
#include "cli/world.h"
#include "daemon/roles.h"
#include "intake/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *says;
} main_commands[] = {
	{"demo", cli_demo, "replay the shipped recording and tell the story"},
	{"replay", cli_replay,
	 "replay archives and recordings: who left the routing table, when, and when it came back"},
	{"explain", cli_explain, "why: causes ranked with the evidence for and against, and what is not known"},
	{"evaluate", cli_evaluate, "replay recordings and compare with what really happened"},
	{"bgp", cli_bgp, "read MRT and BMP archives: text like bgpdump -m and bgpreader -e, JSON, counts, state"},
	{"probe", cli_probe, "ping addresses, names and prefixes: who answers, how fast, and who says no"},
	{"check", cli_check, "ask services (DNS, HTTP, TLS, SMTP, TCP) and tell how exactly they fail"},
	{"record", cli_record, "measure what a configuration lists, into a recording that replay reads"},
	{"log", cli_log, "what stands in an event log: check it, print it, export it"},
	{"world", cli_world, "who is where: build and ask the country and network data"},
};

static void main_overview(FILE *out)
{
	struct text t = {0};
	text_put(&t, "Usage: lacuna COMMAND [ARGUMENT...]\n\n"
		     "Lacuna sees when a country or a network falls off the Internet.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(main_commands); i++)
		text_printf(&t, "  %-9s %s\n", main_commands[i].name, main_commands[i].says);
	text_put(&t, "  help      this text, or that of a command\n\nOptions: --version, --help\n");
	if (out == stdout)
		screen_help(text_string(&t));
	else
		fwrite(t.bytes, 1, t.length, out);
	text_free(&t);
}

static const struct command *main_command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(main_commands); i++)
		if (strcmp(main_commands[i].name, name) == 0)
			return &main_commands[i];
	return NULL;
}

static int main_unknown(const char *name)
{
	say_line("lacuna: no command '%s'", name);
	say_line("Try 'lacuna help'.");
	return 2;
}

static int main_help(int argc, char **argv)
{
	const struct command *c = argc > 2 ? main_command_find(argv[2]) : NULL;
	if (!c && argc > 2 && strcmp(argv[2], "help") != 0)
		return main_unknown(argv[2]);
	if (!c) {
		main_overview(stdout);
		return 0;
	}
	char *arguments[] = {argv[2], (char *)"--help", NULL};
	return c->run(2, arguments);
}

static int main_run(int argc, char **argv)
{
	if (argc < 2) {
		main_overview(stderr);
		return 2;
	}
	if (strncmp(argv[1], "--role=", strlen("--role=")) == 0) // how the program starts its own processes
		return role_main(argv[1] + strlen("--role="));
	if (strcmp(argv[1], "--version") == 0) {
		puts(*LACUNA_COMMIT ? "lacuna " LACUNA_VERSION " (commit " LACUNA_COMMIT ")"
				    : "lacuna " LACUNA_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return main_help(argc, argv);
	const struct command *c = main_command_find(argv[1]);
	if (!c)
		return main_unknown(argv[1]);
	static char name[32]; // as getopt() speaks of it
	snprintf(name, sizeof(name), "lacuna %s", c->name);
	argv[1] = name;
	return c->run(argc - 1, argv + 1);
}

// Whoever read standard output has closed it.
static bool main_reader_gone(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

// An answer that did not arrive is no success; a reader who has read enough is no failure.
static int main_written(int status)
{
	errno = 0;
	bool whole = fflush(stdout) == 0 && !ferror(stdout);
	int error = errno;
	if (whole || status > 1 || error == EPIPE || main_reader_gone())
		return status;
	say_line("lacuna: standard output: %s", error ? err_text(-error) : "not all could be written");
	return 4;
}

// A descriptor that was closed before us would become that of a recording or a channel, and messages would be written into it.
// What stands in its place can be read at most, so that what is written to it fails as it should.
static void main_hold_standard(void)
{
	for (int fd = open("/", O_RDONLY | O_CLOEXEC); fd >= 0; fd = open("/", O_RDONLY | O_CLOEXEC))
		if (fd > STDERR_FILENO) {
			close(fd);
			return;
		}
}

int main(int argc, char **argv)
{
	main_hold_standard();
	uint64_t nth;
	const char *fail = getenv("LACUNA_FAIL_ALLOC"); // tests only: the n-th allocation fails
	if (fail)
		alloc_fail_at(number_of_text(fail, UINT32_MAX, &nth) ? nth : 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); // a limit of file size is told like a full disk
	return main_written(main_run(argc, argv));
}
