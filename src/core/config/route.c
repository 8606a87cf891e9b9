/* SPDX-License-Identifier: Apache-2.0
 *
 * route.c: see route.h. Runs in core; asks the kernel and waits for nothing.
 */
#include "route.h"

#include "base/address.h"
#include "core/core.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARD_PORT 9

/* The address that packets to `text` leave from. No packet is sent. */
static bool local_address(const char *text, union address *a)
{
	socklen_t size = sizeof *a;
	bool found;
	int fd;

	if (!address_parse(text, DISCARD_PORT, a))
		return false;
	fd = socket(a->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	found = fd >= 0 && connect(fd, &a->any, address_size(a)) == 0 && getsockname(fd, &a->any, &size) == 0;
	if (fd >= 0)
		close(fd);
	return found;
}

static bool same(const union address *a, const struct sockaddr *other)
{
	const union address *b = (const union address *)other;

	if (!other || other->sa_family != a->any.sa_family)
		return false;
	if (other->sa_family == AF_INET)
		return a->four.sin_addr.s_addr == b->four.sin_addr.s_addr;
	return other->sa_family == AF_INET6 && memcmp(&a->six.sin6_addr, &b->six.sin6_addr, 16) == 0;
}

static bool configured(const struct core *core, const union address *a, char out[ROUTE_NAME])
{
	char text[INET_ADDRSTRLEN];
	const char *own;

	if (a->any.sa_family != AF_INET || !inet_ntop(AF_INET, &a->four.sin_addr, text, sizeof text))
		return false;
	for (const struct lyd_node *i = model_first(core->model, NULL, "/ravelin-interface:interfaces/interface"); i;
	     i = model_next(i)) {
		own = model_below(i, "ipv4/primary/address");
		if (own && strcmp(own, text) == 0)
			return snprintf(out, ROUTE_NAME, "%s", model_below(i, "name")) > 0;
	}
	return false;
}

void route_interface(const struct core *core, const char *address, char out[ROUTE_NAME])
{
	struct ifaddrs *all = NULL;
	union address a;

	snprintf(out, ROUTE_NAME, "unknown");
	if (!local_address(address, &a) || configured(core, &a, out) || getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (same(&a, i->ifa_addr)) {
			snprintf(out, ROUTE_NAME, "%s", i->ifa_name);
			break;
		}
	freeifaddrs(all);
}
