/* SPDX-License-Identifier: Apache-2.0
 *
 * route.c: see route.h. Runs in core; asks the kernel and waits for nothing.
 */
#include "route.h"

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

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* The address that packets to `text` leave from. No packet is sent. */
static bool local_address(const char *text, union address *a)
{
	socklen_t size = sizeof *a;
	bool found;
	int fd;

	*a = (union address){ .any.sa_family = AF_INET };
	a->four.sin_port = htons(9);
	if (inet_pton(AF_INET, text, &a->four.sin_addr) != 1) {
		*a = (union address){ .six = { .sin6_family = AF_INET6, .sin6_port = htons(9) } };
		if (inet_pton(AF_INET6, text, &a->six.sin6_addr) != 1)
			return false;
	}
	fd = socket(a->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	found = fd >= 0 && connect(fd, &a->any, sizeof *a) == 0 && getsockname(fd, &a->any, &size) == 0;
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
