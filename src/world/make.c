// SPDX-License-Identifier: ISC
// From given files to a builder, with words for what is wrong in them.
#include "world/make.h"

#include "base/err.h"
#include "base/must.h"

#include <string.h>
#include <sys/stat.h>

struct make_bad {
	const struct notice_sink *notices;
	uint64_t named; // bad lines shown of the file
};

static void make_bad_line_say(void *context, const struct world_bad_line *line)
{
	struct make_bad *bad = context;
	bad->named++;
	notice_line(bad->notices, "%s:%llu: %s; line ignored", line->file, (unsigned long long)line->line, line->why);
}

int world_make_add(struct world_builder *b, const char *path, const struct notice_sink *notices)
{
	must(b && path && notices);
	struct make_bad shown = {.notices = notices};
	uint64_t bad_before = world_builder_bad_lines(b);
	int result = world_builder_add(b, path, make_bad_line_say, &shown);
	uint64_t bad = world_builder_bad_lines(b) - bad_before;
	if (bad > shown.named)
		notice_line(notices, "%s: %llu more bad lines ignored", path, (unsigned long long)(bad - shown.named));
	if (result == ERR_UNSUPPORTED)
		notice_line(
			notices,
			"%s: no line is start,end,CC or start,end,asn,name or delegated statistics (a compressed file must be unpacked first)",
			path);
	else if (result < 0)
		notice_line(notices, "cannot read %s: %s", path, err_text(result));
	return result;
}

static const char *make_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool make_starts_with(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

void world_make_attribution(char **files, int count, struct text *ret)
{
	bool packages = false, statistics = false;
	for (int i = 0; i < count; i++) {
		packages |= make_starts_with(make_base_name(files[i]), "asn-");
		statistics |= make_starts_with(make_base_name(files[i]), "delegated-");
	}
	if (packages)
		text_put(ret, WORLD_ATTRIBUTION "; ");
	else if (statistics)
		text_put(ret, "country data: NRO (nro.net); ");
	text_put(ret, "made from ");
	for (int i = 0; i < count; i++) {
		text_put(ret, i ? ", " : "");
		text_put(ret, make_base_name(files[i]));
	}
}

bool world_make_overwrites(const char *output, char **files, int count)
{
	struct stat out, in;
	if (stat(output, &out) < 0)
		return false;
	for (int i = 0; i < count; i++)
		if (stat(files[i], &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return true;
	return false;
}
