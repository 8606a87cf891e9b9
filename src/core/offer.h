/* SPDX-License-Identifier: Apache-2.0
 *
 * offer.h: which algorithms the SSH server offers and how long keys serve, as the configuration says. A session gets
 * whole lists and offers exactly those.
 */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;

enum offer_class { OFFER_ENCRYPTION, OFFER_HOSTKEY, OFFER_KEX, OFFER_MAC, OFFER_CLASSES };

/* Asks of each name in order of preference (what is configured, else the rows that are on by default; without modp
 * groups under `ip ssh dh min size`) until one fits. */
typedef bool offer_fn(void *arg, const char *name);
bool offer_any(const struct model *m, enum offer_class of, offer_fn *fits, void *arg);
/* Appends the name-list; nothing when nothing is left. */
void offer_put(const struct model *m, enum offer_class of, struct buf *out);
/* Every name of a class that can be configured, NULL behind the last. */
const char *offer_name(enum offer_class of, size_t i);
/* The least size of a modp group, in bits, and whether the method's is not under one; other methods have none. */
unsigned offer_dh_min(const struct model *m);
bool offer_large_enough(const char *kex, unsigned dh_min);
/* Hands out each method that is configured and would be under this size. */
void offer_too_small(const struct model *m, unsigned dh_min, offer_fn *each, void *arg);
/* Whether a key exchange method that is offered would be left under this size. */
bool offer_kex_left(const struct model *m, unsigned dh_min);
/* Both 0 where nothing is configured. */
uint64_t offer_rekey_bytes(const struct model *m);
uint32_t offer_rekey_secs(const struct model *m);

#endif
