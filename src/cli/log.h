// SPDX-License-Identifier: ISC
// `lacuna log check|cat|export`: what stands in an event log.
#pragma once

int cli_log(int argc, char **argv);
