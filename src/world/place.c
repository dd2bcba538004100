// SPDX-License-Identifier: ISC
// Where the world file is looked for and put: $LACUNA_WORLD, else the XDG base folders (a relative folder in a
// variable is ignored, as that specification asks), else the system's.
#include "base/err.h"
#include "world/world.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_PLACE "/usr/share/lacuna/world.bin"

static bool place_home(struct text *ret)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	if (data && data[0] == '/') {
		text_put(ret, data);
	} else if (home && home[0] == '/') {
		text_put(ret, home);
		text_put(ret, "/.local/share");
	} else {
		return false;
	}
	text_put(ret, "/lacuna/world.bin");
	return true;
}

static bool place_named(struct text *ret)
{
	const char *named = getenv("LACUNA_WORLD");
	if (!named || !*named)
		return false;
	text_put(ret, named);
	return true;
}

int world_place_own(struct text *ret)
{
	return place_named(ret) || place_home(ret) ? 0 : ERR_NOT_FOUND;
}

int world_place_find(struct text *ret)
{
	if (place_named(ret))
		return 0;
	size_t before = ret->length;
	if (place_home(ret) && access(text_string(ret), F_OK) == 0)
		return 0;
	ret->length = before;
	text_put(ret, SYSTEM_PLACE);
	if (access(text_string(ret), F_OK) == 0)
		return 0;
	ret->length = before;
	return ERR_NOT_FOUND;
}

int world_folders_make(const char *path)
{
	struct text t = {0};
	int result = 0;
	for (const char *at = strchr(path + 1, '/'); at && result == 0; at = strchr(at + 1, '/')) {
		text_clear(&t);
		text_bytes(&t, path, (size_t)(at - path));
		if (mkdir(text_string(&t), 0777) < 0 && errno != EEXIST)
			result = -errno;
	}
	text_free(&t);
	return result;
}
