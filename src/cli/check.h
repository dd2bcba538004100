// SPDX-License-Identifier: ISC
// `lacuna check`: one-shot checks of services.
#pragma once

int cli_check(int argc, char **argv);
