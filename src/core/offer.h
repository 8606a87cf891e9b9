/* SPDX-License-Identifier: Apache-2.0
 *
 * offer.h: which algorithms the SSH server offers and how long keys serve, as the configuration says. A session gets
 * whole lists and offers exactly those.
 */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct model;

enum offer_class { OFFER_ENCRYPTION, OFFER_HOSTKEY, OFFER_KEX, OFFER_MAC, OFFER_CLASSES };

/* Asks of each name in order of preference (what is configured, else the rows that are on by default; without modp
 * groups under `ip ssh dh min size`) until one fits. */
typedef bool offer_fn(void *arg, const char *name);
bool offer_any(const struct model *m, enum offer_class of, offer_fn *fits, void *arg);
/* Appends the name-list; nothing when nothing is left. */
void offer_put(const struct model *m, enum offer_class of, struct buf *out);
/* Both 0 where nothing is configured. */
uint64_t offer_rekey_bytes(const struct model *m);
uint32_t offer_rekey_secs(const struct model *m);

#endif
