// SPDX-License-Identifier: ISC
// A gate that lets through what a test tells it to, and remembers what it was asked. Stands in for schedule/gate.c at link time.
#pragma once

#include "model/probe.h"
#include "schedule/gate.h"

struct gate {
	enum gate_answer answer;     // to everything
	enum gate_answer tcp_answer; // to PROBE_TCP_CONNECT
	int64_t wait_ns;	     // with GATE_WAIT
	uint64_t asked, tcp_asked, backed_off, relaxed;
	struct gate_ask last;
};
