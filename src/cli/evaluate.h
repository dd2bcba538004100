// SPDX-License-Identifier: ISC
// `lacuna evaluate`.
#pragma once

int cli_evaluate(int argc, char **argv);
