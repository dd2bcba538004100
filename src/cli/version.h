// SPDX-License-Identifier: ISC
#pragma once

#ifndef LACUNA_VERSION // given by the build
#define LACUNA_VERSION "unknown"
#endif
