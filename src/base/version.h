// SPDX-License-Identifier: ISC
// The version that the build gives the program.
#pragma once

#ifndef LACUNA_VERSION // given by the build
#define LACUNA_VERSION "unknown"
#endif
