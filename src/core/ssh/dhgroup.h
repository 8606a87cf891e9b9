/* SPDX-License-Identifier: Apache-2.0
 *
 * dhgroup.h: what core itself knows of a modp group when it rebuilds an exchange hash: the prime comes from our own
 * rows (SSH_MODP_ROWS of ssh/rows.h), never from a session. RFC 4419, 8268 section 4, 8270.
 */
#ifndef CORE_DHGROUP_H
#define CORE_DHGROUP_H

#include "base/buf.h"

#include <openssl/bn.h>
#include <stdbool.h>

/* The prime of our group of that size, the caller's to free; NULL: we have no such group, or no memory. */
BIGNUM *dhgroup_prime(unsigned bits);
/* Is it what stands inside an mpint, with 1 < value < p - 1? */
bool dhgroup_holds(const BIGNUM *p, struct str value);
/* May a client that asked so (the request as it stands in the hash: min, n, max, or n alone) get a group of that size?
 */
bool dhgroup_answers(struct str request, unsigned bits);
/* Appends p and the generator as mpints. */
void dhgroup_put(const BIGNUM *p, struct buf *out);

#endif
