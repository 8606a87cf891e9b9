/* SPDX-License-Identifier: Apache-2.0
 *
 * interface.h: what the configuration says of an interface.
 */
#ifndef CORE_INTERFACE_H
#define CORE_INTERFACE_H

struct model;

/* Its primary IPv4 address, which is where a `source-interface` sends from; the model's. NULL: no such interface, or
 * it has none. */
const char *interface_address(const struct model *m, const char *name);

#endif
