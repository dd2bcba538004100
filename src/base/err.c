// SPDX-License-Identifier: ISC
// One table of error texts.
#include "base/err.h"

#include "base/attr.h"

#include <string.h>

static const struct {
	int code;
	const char *text;
} err_texts[] = {
	{ERR_MALFORMED, "malformed"},
	{ERR_UNSUPPORTED, "not supported by this version"},
	{ERR_TRUNCATED, "ends in the middle"},
	{ERR_TOO_LARGE, "larger than the limit"},
	{ERR_BOMB, "decompresses to far more than its size allows"},
	{ERR_NOT_FOUND, "not found"},
	{ERR_USAGE, "wrong usage"},
	{ERR_FULL, "table full"},
	{ERR_NO_FILE,
	 "no plain file and no folder: devices, pipes and sockets are not read, but standard input is, as '-'"},
};

const char *err_text(int code)
{
	if (code >= 0)
		return "no error";
	for (size_t i = 0; i < ARRAY_LEN(err_texts); i++)
		if (err_texts[i].code == code)
			return err_texts[i].text;
	return code < -4095 ? "unknown error" : strerror(-code);
}
