// SPDX-License-Identifier: ISC
// `lacuna check`: asks the services that the command line names.
#include "cli/check.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/measuring.h"
#include "cli/say.h"
#include "cli/zone.h"
#include "conf/blackbox.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: lacuna check TARGET... [OPTION]...\n"
	"\n"
	"Asks services and tells how they answered, how long each phase took, and how exactly those failed that did: "
	"by\n"
	"operation and reason, with the router that said so where one did. What our own side broke is a local fault.\n"
	"\n"
	"Targets:\n"
	"  http://HOST[:PORT]/  https://HOST[:PORT]/     GET / only\n"
	"  dns://SERVER[:PORT]/NAME[?TYPE]               SOA unless said otherwise; without recursion\n"
	"  smtp://HOST[:PORT]  tls://HOST[:PORT]  tcp://HOST:PORT\n"
	"\n" MEASURING_HELP "  --zone NAME           its name servers (TCP where UDP is silent) and mail servers\n"
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
	struct blackbox all;
	struct zone_wish zone;
};

static int parse(struct measuring *m, struct modules *x, int argc, char **argv)
{
	static const struct option options[] = {
		MEASURING_OPTIONS,
		{"modules", required_argument, NULL, MEASURING_NEXT},
		{"module", required_argument, NULL, MEASURING_NEXT + 1},
		{"zone", required_argument, NULL, MEASURING_NEXT + 2},
		{"resolver", required_argument, NULL, MEASURING_NEXT + 3},
		{"list", no_argument, NULL, MEASURING_NEXT + 4},
		{NULL, 0, NULL, 0},
	};
	int option, status = 0;
	while (status == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return -1;
		}
		if (option == MEASURING_NEXT + 1)
			x->name = optarg;
		else if (option == MEASURING_NEXT)
			x->file = optarg;
		else if (option == MEASURING_NEXT + 2)
			x->zone.zone = optarg;
		else if (option == MEASURING_NEXT + 3)
			x->zone.resolver = optarg;
		else if (option == MEASURING_NEXT + 4)
			x->zone.list = true;
		else
			status = measuring_option(m, option, optarg);
	}
	return status;
}

static int module_find(struct measuring *m, struct modules *x, const struct blackbox_module **ret)
{
	struct plan_error e;
	*ret = NULL;
	if (!x->name && !x->file)
		return 0;
	if (!x->name || !x->file)
		return measuring_usage(m, "--module and --modules go together", NULL);
	if (blackbox_read(&x->all, x->file, &e) < 0) {
		say_line("lacuna check: %s", e.text);
		return 3;
	}
	*ret = blackbox_find(&x->all, x->name);
	if (!*ret)
		return measuring_usage(m, "no such module", x->name);
	if ((*ret)->ignored)
		say_line("lacuna check: module %s: not followed by this version: %s", x->name, (*ret)->ignored);
	return 0;
}

// How to ask comes from the module, whom from the word.
static void apply(struct plan_target *t, const struct plan_target *module)
{
	t->op = module->op;
	t->flags = module->flags;
	t->qtype = module->qtype;
	t->accept_low = module->accept_low;
	t->accept_high = module->accept_high;
	t->timeout_ms = module->timeout_ms;
	if (module->name) {
		free(t->name);
		t->name = alloc_copy(module->name);
	}
}

static int word(struct measuring *m, const struct blackbox_module *module, const char *text)
{
	struct plan_error e;
	if (plan_word(&m->plan, text, &e) < 0)
		return measuring_usage(m, e.text, NULL);
	struct plan_target *t = &m->plan.targets[m->plan.target_count - 1];
	if (module)
		apply(t, &module->ask);
	return t->op == PROBE_ICMP_ECHO && !module
		       ? measuring_usage(m, "no service: write http://, dns://, … before it, or use 'lacuna probe'",
					 text)
		       : 0;
}

int cli_check(int argc, char **argv)
{
	struct measuring m;
	struct modules x = {0};
	const struct blackbox_module *module = NULL;
	measuring_init(&m, "check");
	m.options.rounds = 1;
	m.options.interval_ms = 1000;
	int status = parse(&m, &x, argc, argv);
	if (status == 0 && optind == argc && !x.zone.zone)
		status = measuring_usage(&m, "no target", NULL);
	if (status == 0)
		status = module_find(&m, &x, &module);
	for (int i = optind; i < argc && status == 0; i++)
		status = word(&m, module, argv[i]);
	if (status == 0 && x.zone.zone)
		status = zone_targets(&m, &x.zone);
	if (status == 0 && x.zone.list) {
		fwrite(m.out.bytes, 1, m.out.length, stdout);
	} else if (status == 0) {
		int unresolved = measuring_resolve(&m);
		status = m.plan.target_count ? measuring_run(&m) : 3;
		status = status == 0 ? unresolved : status;
	}
	blackbox_free(&x.all);
	measuring_free(&m);
	return status < 0 ? 0 : status;
}
