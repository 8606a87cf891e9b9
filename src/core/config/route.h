/* SPDX-License-Identifier: Apache-2.0
 *
 * route.h: by which interface an address is reached: the one of the configuration that has the address packets leave
 * from, else the host's.
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

struct core;

#define ROUTE_NAME 64
/* "unknown" where there is none. */
void route_interface(const struct core *core, const char *address, char out[ROUTE_NAME]);

#endif
