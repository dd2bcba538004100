// SPDX-License-Identifier: ISC
// Prints what a file of configuration is read as (status 0) or its error (status 1), for golden tests:
// conf_print plan|blackbox|file_sd|inventory|census|recording|list FILE, conf_print word WORD, conf_print example|reference.
#include "print.h"

#include "base/attr.h"
#include "conf/blackbox.h"

#include <stdio.h>
#include <string.h>

static int read_modules(struct plan *p, const char *path, struct plan_error *e)
{
	return plan_blackbox(p, path, e);
}

static int read_inventory(struct plan *p, const char *path, struct plan_error *e)
{
	uint64_t dropped = 0;
	int code = plan_inventory(p, path, &dropped, e);
	if (code == 0)
		text_printf(&p->notes, "%llu dropped\n", (unsigned long long)dropped);
	return code;
}

static int read_list(struct plan *p, const char *path, struct plan_error *e)
{
	return plan_list_read(&p->allow, path, e);
}

static const struct {
	const char *name;
	int (*read)(struct plan *, const char *, struct plan_error *);
} readers[] = {{"plan", plan_read},	      {"blackbox", read_modules}, {"file_sd", plan_file_sd},
	       {"inventory", read_inventory}, {"census", plan_census},	  {"recording", plan_recording},
	       {"list", read_list},	      {"word", plan_word}};

int main(int argc, char **argv)
{
	struct plan p;
	struct plan_error e = {""};
	struct text out = {0};
	int code = -1;
	plan_init(&p);
	if (argc == 2 && strcmp(argv[1], "example") == 0) {
		plan_example(&out);
		code = 0;
	}
	if (argc == 2 && strcmp(argv[1], "reference") == 0) {
		plan_reference(&out);
		code = 0;
	}
	for (size_t i = 0; argc == 3 && i < ARRAY_LEN(readers); i++)
		if (strcmp(readers[i].name, argv[1]) == 0)
			code = readers[i].read(&p, argv[2], &e);
	if (argc == 3 && code < 0)
		text_printf(&out, "%s\n", e.text);
	else if (argc == 3 && p.modules && strcmp(argv[1], "blackbox") == 0)
		print_blackbox(&out, p.modules);
	else if (argc == 3)
		print_plan(&out, &p);
	fwrite(out.bytes, 1, out.length, stdout);
	text_free(&out);
	plan_free(&p);
	return code < 0 ? 1 : 0;
}
