// SPDX-License-Identifier: ISC
// Link seams for the tests of the check engine: a gate that answers what it was told to, and DNS checks that end at once.
#pragma once

#include "check/dns.h"

struct gate {
	enum gate_answer answer;
	int64_t wait_ns; // GATE_WAIT: from now on
	unsigned asked, backed_off, relaxed;
	struct gate_ask last;
};

// Makes the descriptor of the DNS checks readable though no question is out.
void fake_dns_late(void);
