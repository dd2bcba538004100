// SPDX-License-Identifier: ISC
// `lacuna check`: asks the services that the command line names.
#include "cli/check.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/measure_command.h"
#include "cli/say.h"
#include "cli/zone.h"
#include "intake/screen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char check_help[] =
	"Usage: lacuna check TARGET... [OPTION]...\n"
	"\n"
	"Asks services and tells how they answered, how long each phase took, and how exactly those failed that did: "
	"by\n"
	"operation and reason, with the router that said so where one did. What our own side broke is a local fault.\n"
	"\n"
	"Targets:\n"
	"  http://HOST[:PORT]/  https://HOST[:PORT]/     GET /; other paths of your own --allowlist-file\n"
	"  dns://SERVER[:PORT]/NAME[?TYPE]               SOA unless said otherwise; without recursion\n"
	"  smtp://HOST[:PORT]  tls://HOST[:PORT]  tcp://HOST:PORT\n"
	"\n" MEASURE_COMMAND_HELP
	"  --zone NAME           its name servers (TCP where UDP is silent) and mail servers\n"
	"  --resolver ADDRESS    who is asked for them (the system's)\n"
	"  --list                print them as targets for lacuna.yml instead of asking them\n"
	"  --modules FILE        blackbox.yml of Prometheus' blackbox_exporter\n"
	"  --module NAME         ask as this module of it says; targets may then be bare\n"
	"\n"
	"Examples:\n"
	"  lacuna check http://127.0.0.1:8080/\n"
	"  lacuna check dns://192.0.2.53/example.net smtp://mail.example.net --json\n"
	"  lacuna check --zone example.net --list >> lacuna.yml\n"
	"  lacuna check --modules blackbox.yml --module http_2xx www.example.net\n"
	"\n"
	"Exit status: 0 all answered; 1 one did not; 2 usage; 3 nothing could be asked; 4 a failure of our own.\n";

struct modules {
	const char *file, *name;
	struct zone_wish zone;
};

static int check_parse(struct measure_command *m, struct modules *x, int argc, char **argv)
{
	static const struct option options[] = {
		MEASURE_COMMAND_OPTIONS,
		{"modules", required_argument, NULL, MEASURE_COMMAND_NEXT},
		{"module", required_argument, NULL, MEASURE_COMMAND_NEXT + 1},
		{"zone", required_argument, NULL, MEASURE_COMMAND_NEXT + 2},
		{"resolver", required_argument, NULL, MEASURE_COMMAND_NEXT + 3},
		{"list", no_argument, NULL, MEASURE_COMMAND_NEXT + 4},
		{NULL, 0, NULL, 0},
	};
	int option, status = 0;
	while (status == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			screen_help(check_help);
			return -1;
		}
		if (option == MEASURE_COMMAND_NEXT + 1)
			x->name = optarg;
		else if (option == MEASURE_COMMAND_NEXT)
			x->file = optarg;
		else if (option == MEASURE_COMMAND_NEXT + 2)
			x->zone.zone = optarg;
		else if (option == MEASURE_COMMAND_NEXT + 3)
			x->zone.resolver = optarg;
		else if (option == MEASURE_COMMAND_NEXT + 4)
			x->zone.list = true;
		else
			status = measure_command_option(m, option, optarg);
	}
	return status;
}

static int check_modules_read(struct measure_command *m, const struct modules *x)
{
	struct plan_error e;
	if (!x->name && !x->file)
		return 0;
	if (!x->name || !x->file)
		return measure_command_usage(m, "--module and --modules go together", NULL);
	if (plan_blackbox(&m->plan, x->file, &e) == 0)
		return 0;
	say_line("lacuna check: %s", e.text);
	return 3;
}

// Whom to ask comes from the word; how, from the module where one is named.
static int check_word(struct measure_command *m, const struct modules *x, const char *text)
{
	struct plan_error e;
	if (plan_word_as(&m->plan, text, x->name, &e) < 0)
		return measure_command_usage(m, e.text, NULL);
	return m->plan.targets[m->plan.target_count - 1].op == PROBE_ICMP_ECHO && !x->name
		       ? measure_command_usage(
				 m, "no service: write http://, dns:// and the like before it, or use 'lacuna probe'",
				 text)
		       : 0;
}

int cli_check(int argc, char **argv)
{
	struct measure_command m;
	struct modules x = {0};
	measure_command_init(&m, "check");
	m.options.rounds = 1;
	m.options.interval_ms = 1000;
	int status = check_parse(&m, &x, argc, argv);
	if (status == 0 && optind == argc && !x.zone.zone)
		status = measure_command_usage(&m, "no target", NULL);
	if (status == 0)
		status = check_modules_read(&m, &x);
	for (int i = optind; i < argc && status == 0; i++)
		status = check_word(&m, &x, argv[i]);
	measure_command_notes(&m);
	if (status == 0 && x.zone.zone)
		status = zone_targets(&m, &x.zone);
	if (status == 0 && x.zone.list) {
		fwrite(m.out.bytes, 1, m.out.length, stdout);
	} else if (status == 0) {
		int unresolved = measure_command_resolve(&m);
		status = m.plan.target_count ? measure_command_run(&m) : 3;
		status = status == 0 ? unresolved : status;
	}
	measure_command_free(&m);
	return status < 0 ? 0 : status;
}
