// SPDX-License-Identifier: ISC
// `lacuna probe`: one-shot pings.
#pragma once

int cli_probe(int argc, char **argv);
