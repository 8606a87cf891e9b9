/* SPDX-License-Identifier: Apache-2.0
 *
 * vrf.h: VRFs: names of the configuration (`vrf definition`, `ip vrf`) behind which stand network namespaces of the
 * host. Which ones, device.conf says: nobody who configures the device reaches a namespace that was not lent to it.
 */
#ifndef CORE_VRF_H
#define CORE_VRF_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct core;
struct model;

#define VRF_NAME_MAX 32
struct vrf_lent {
	char name[VRF_NAME_MAX + 1];
	char netns[256]; /* path */
};

int vrf_lend(struct core *core, const char *text); /* "NAME=NETNS", an argument of core; 0, E_INVAL, E_LIMIT */

/* A socket of address family `family` in the VRF's namespace. Negative errno: -ENOENT when nothing was lent by this
 * name or the namespace is not there, -EPERM when core may not enter it. */
int vrf_socket(const struct core *core, const char *name, int family, int type);

/* Whether a socket is in a VRF: in another network namespace than the socket `own`. The kernel says it, who made the
 * socket or handed it over does not count. */
bool vrf_away(int fd, int own);

/* Configured VRF i: its name and families; false past the last. The name lives until the next transaction. */
struct vrf {
	const char *name, *rd, *description; /* rd, description: NULL if none */
	bool ipv4, ipv6;
};
/* From now on who makes a VRF that nothing was lent for is told so. 0 or E_NOMEM. */
int vrf_guard(struct core *core);
bool vrf_at(const struct model *m, size_t i, struct vrf *out);
const char *vrf_netns(const struct core *core, const char *name); /* path; NULL: not lent */

#endif
