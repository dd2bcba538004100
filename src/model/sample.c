// SPDX-License-Identifier: ISC
// Names of signals, as the incident contract has them.
#include "model/sample.h"

const char *signal_name(uint8_t signal)
{
	static const char *const names[SIGNAL_COUNT] = {
		[SIGNAL_ROUTES] = "routes",
		[SIGNAL_ROUTES6] = "routes-ipv6",
		[SIGNAL_LOSS] = "loss",
		[SIGNAL_LATENCY] = "latency",
		[SIGNAL_SERVICE_DNS] = "service/dns",
		[SIGNAL_SERVICE_HTTP] = "service/http",
		[SIGNAL_SERVICE_TLS] = "service/tls",
		[SIGNAL_SERVICE_SMTP] = "service/smtp",
		[SIGNAL_SERVICE_TCP] = "service/tcp",
		[SIGNAL_TIMEOUTS] = "timeouts",
		[SIGNAL_CONNECT] = "connect",
		[SIGNAL_BLOCKS] = "blocks",
		[SIGNAL_SERIES] = "series",
	};
	return signal < SIGNAL_COUNT ? names[signal] : "unknown";
}
