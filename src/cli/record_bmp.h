// SPDX-License-Identifier: ISC
// `lacuna record bmp`: takes the BMP sessions (RFC 7854) of routers and keeps their bytes as they came.
#pragma once

// argv[0] is the command's own name; a leading word "bmp" is passed over.
int cli_record_bmp(int argc, char **argv);
