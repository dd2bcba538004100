// SPDX-License-Identifier: ISC
// `lacuna explain`: the ranking of causes of a recording's incidents with all its evidence.
#pragma once

int cli_explain(int argc, char **argv);
