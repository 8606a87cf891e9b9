/* SPDX-License-Identifier: Apache-2.0
 *
 * subnets.h: IPv4 subnets and who has them: asks in logarithmic time who else has a part of one. Runs in core.
 */
#ifndef CORE_SUBNETS_H
#define CORE_SUBNETS_H

#include <stdbool.h>
#include <stdint.h>

#define SUBNET_OWNER_SIZE 64

struct subnet {
	uint32_t address, mask; /* host byte order; the mask is ones, then zeros */
	bool primary;
	char owner[SUBNET_OWNER_SIZE];
};

struct subnets {
	void *by_network, *by_owner; /* trees of the same subnets */
};

/* A copy is kept. E_NOMEM. What is there already stays once. */
int subnets_add(struct subnets *s, const struct subnet *one);
void subnets_remove_owner(struct subnets *s, const char *owner);
/* From one set into another: it cannot fail. */
void subnets_move_owner(struct subnets *from, struct subnets *to, const char *owner);
/* The first subnet that has an address in common with `one` and another owner, or NULL. Borrowed until a change. */
const struct subnet *subnets_overlap(const struct subnets *s, const struct subnet *one);
bool subnets_has_primary(const struct subnets *s, const char *owner);
void subnets_release(struct subnets *s);

#endif
