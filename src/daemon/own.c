// SPDX-License-Identifier: ISC
// getifaddrs(3), which asks the kernel and nobody else.
#include "daemon/own.h"

#include "base/alloc.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static bool own_prefix_of(const struct sockaddr *a, struct prefix *ret)
{
	*ret = (struct prefix){.family = FAMILY_NONE};
	if (a && a->sa_family == AF_INET) {
		ret->family = FAMILY_V4;
		memcpy(ret->bytes, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	} else if (a && a->sa_family == AF_INET6) {
		ret->family = FAMILY_V6;
		memcpy(ret->bytes, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
	}
	ret->length = ret->family == FAMILY_NONE ? 0 : family_bits(ret->family);
	return ret->family != FAMILY_NONE;
}

size_t own_addresses(struct prefix ret[OWN_MAX])
{
	struct ifaddrs *all = NULL;
	size_t n = 0;
	if (getifaddrs(&all) < 0)
		return 0;
	for (const struct ifaddrs *at = all; at && n < OWN_MAX; at = at->ifa_next)
		n += own_prefix_of(at->ifa_addr, &ret[n]);
	freeifaddrs(all);
	return n;
}

int own_tell(struct message_sink out)
{
	struct prefix *own = alloc_zero(OWN_MAX, sizeof(*own));
	size_t n = own_addresses(own);
	int code = out.put(out.context, MESSAGE_OWN, own, n * sizeof(*own));
	free(own);
	return code;
}
