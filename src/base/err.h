// SPDX-License-Identifier: ISC
// Error codes. Functions return 0 or a positive value when all is well, -errno for a failure of the
// system, or one of these (all below -4095, so the two ranges never meet).
#pragma once

enum err {
	ERR_MALFORMED = -5000,	 // bytes that break their format
	ERR_UNSUPPORTED = -5001, // well-formed, but a kind this version does not read
	ERR_TRUNCATED = -5002,	 // the input ends inside a unit
	ERR_TOO_LARGE = -5003,	 // over a named maximum
	ERR_BOMB = -5004,	 // decompresses to far more than it should
	ERR_NOT_FOUND = -5005,
	ERR_USAGE = -5006,
	ERR_FULL = -5007,    // a table with a named maximum is full
	ERR_NO_FILE = -5008, // a device, a pipe or a socket where a file is wanted
};

// English text for any code above or any -errno; never null, static storage.
const char *err_text(int code);
