/* SPDX-License-Identifier: Apache-2.0
 *
 * reach.h: the way to an AAA server: from the address of an interface, in a VRF.
 */
#ifndef CORE_REACH_H
#define CORE_REACH_H

#include "base/address.h"
#include "base/err.h"

struct core;

/* Names of the configuration; NULL: not given. `interface` is for IPv4. */
struct reach {
	const char *vrf, *interface;
};
/* A descriptor (SOCK_STREAM, …) that begins to connect; negative: e says why not. It does not wait. */
int reach_connect(const struct core *core, const struct reach *way, const union address *to, int type,
		  struct errbuf *e);

#endif
