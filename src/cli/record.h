// SPDX-License-Identifier: ISC
// `lacuna record`: measures and keeps it as a recording folder.
#pragma once

int cli_record(int argc, char **argv);
