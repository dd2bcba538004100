// SPDX-License-Identifier: ISC
// Lines of /etc/hosts and /etc/resolv.conf.
#include "daemon/name_files.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_HOSTS  "/etc/hosts"
#define FILE_RESOLV "/etc/resolv.conf"

// The next word of a line, ended in its place; null: no more.
static char *name_files_word(char **at)
{
	static const char blank[] = " \t\r\n";
	char *word = *at + strspn(*at, blank);
	size_t n = strcspn(word, blank);
	*at = word + n + (word[n] != '\0');
	word[n] = '\0';
	return n ? word : NULL;
}

void name_files_hosts_line(char *line, const struct name_files_sink *to)
{
	struct addr a;
	line[strcspn(line, "#")] = '\0';
	char *word = name_files_word(&line);
	if (!word || addr_parse(word, &a) < 0)
		return;
	while ((word = name_files_word(&line)))
		to->take(to->context, &a, word);
}

void name_files_hosts(const char *path, const struct name_files_sink *to)
{
	char line[NAME_FILES_LINE];
	FILE *f = fopen(path ? path : FILE_HOSTS, "re");
	while (f && fgets(line, sizeof(line), f))
		name_files_hosts_line(line, to);
	if (f)
		fclose(f);
}

bool name_files_resolver(char *line, struct addr *ret)
{
	static const char word[] = "nameserver";
	const size_t n = sizeof(word) - 1;
	if (strncmp(line, word, n) != 0 || (line[n] != ' ' && line[n] != '\t'))
		return false;
	char *at = line + n + strspn(line + n, " \t");
	at[strcspn(at, " \t\r\n%")] = '\0';
	return addr_parse(at, ret) == 0;
}

size_t name_files_resolvers(const char *path, struct addr ret[NAMES_RESOLVERS_MAX])
{
	char line[NAME_FILES_LINE];
	size_t count = 0;
	FILE *f = fopen(path ? path : FILE_RESOLV, "re");
	while (f && count < NAMES_RESOLVERS_MAX && fgets(line, sizeof(line), f))
		count += name_files_resolver(line, &ret[count]);
	if (f)
		fclose(f);
	if (!count)
		ret[count++] = addr_v4(0x7f000001);
	return count;
}

bool name_files_changed(const char *path, struct stat *seen)
{
	struct stat now = {0};
	(void)!stat(path, &now); // one that is not there is an empty one
	bool same = now.st_ino == seen->st_ino && now.st_size == seen->st_size &&
		    now.st_ctim.tv_sec == seen->st_ctim.tv_sec && now.st_ctim.tv_nsec == seen->st_ctim.tv_nsec &&
		    now.st_dev == seen->st_dev;
	*seen = now;
	return !same;
}

bool name_files_look(struct name_files *f)
{
	bool hosts = name_files_changed(FILE_HOSTS, &f->hosts_seen);
	return name_files_changed(FILE_RESOLV, &f->resolv_seen) || hosts;
}

struct name_files_writer {
	struct message_writer message;
	int code;
};

static void name_files_host_add(void *context, const struct addr *a, const char *name)
{
	struct name_files_writer *w = context;
	size_t n = strlen(name);
	struct message_host host = {.address = *a};
	if (w->code < 0 || n >= sizeof(host.name))
		return;
	memcpy(host.name, name, n);
	w->code = message_add(&w->message, MESSAGE_HOSTS, &host, sizeof(host));
}

int name_files_tell(struct message_sink out)
{
	struct addr list[NAMES_RESOLVERS_MAX];
	size_t n = name_files_resolvers(NULL, list);
	struct name_files_writer *w = alloc_zero(1, sizeof(*w));
	const struct name_files_sink to = {name_files_host_add, w};
	w->message.out = out;
	w->code = out.put(out.context, MESSAGE_RESOLVERS, list, n * sizeof(*list));
	if (w->code == 0)
		w->code = out.put(out.context, MESSAGE_HOSTS_BEGIN, NULL, 0);
	if (w->code == 0)
		name_files_hosts(NULL, &to);
	int code = w->code == 0 ? message_flush(&w->message) : w->code;
	free(w);
	return code;
}
