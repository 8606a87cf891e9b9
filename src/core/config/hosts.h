/* SPDX-License-Identifier: Apache-2.0
 *
 * hosts.h: the hosts of `ip host`, by their names.
 */
#ifndef CORE_HOSTS_H
#define CORE_HOSTS_H

struct lyd_node;
struct model;

#define HOSTS "/ravelin-system:domain/host"
/* The first of a host's addresses, model_next gives the others; NULL: there is no such host. */
const struct lyd_node *hosts_addresses(const struct model *m, const char *name);

#endif
