/* SPDX-License-Identifier: Apache-2.0
 *
 * offer.h: which algorithms the SSH server offers and how long keys serve, as the configuration says. A session gets
 * whole lists and offers exactly those; what it got is remembered with it, and core does nothing for it by another.
 */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "base/buf.h"
#include "core/ssh/preset.h"
#include "ssh/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;

/* Of what the lists are made: the configuration, its preset, and the least size of a modp group in bits. */
struct offer_plan {
	const struct model *model;
	const struct preset *preset;
	unsigned dh_min;
};
struct offer_plan offer_now(const struct model *m);
/* The same under another preset: its size, unless one is configured. */
struct offer_plan offer_under(const struct model *m, const struct preset *preset);

/* Asks of each name in order of preference (what is configured, else what the preset has; without modp groups under the
 * least size) until one fits. */
typedef bool offer_fn(void *arg, const char *name);
bool offer_any(const struct offer_plan *plan, enum offer_class of, offer_fn *fits, void *arg);
bool offer_one(void *arg, const char *name); /* fits: whatever it is */
/* Whether a list of names decides, and not what is on by default. */
bool offer_listed(const struct offer_plan *plan, enum offer_class of);
/* Appends the name-list; nothing when nothing is left. */
void offer_put(const struct offer_plan *plan, enum offer_class of, struct buf *out);

/* Every name of a class that can be configured, NULL behind the last; and how strong it is. */
const char *offer_name(enum offer_class of, size_t i);
enum ssh_strength offer_strength(enum offer_class of, const char *name);
/* Whether the method is no modp group under this size. */
bool offer_large_enough(const char *kex, unsigned dh_min);

/* What one session was given, by rows. */
struct offer_set {
	uint64_t rows[OFFER_CLASSES];
};
void offer_remember(const struct offer_plan *plan, struct offer_set *set);
bool offer_has(const struct offer_set *set, enum offer_class of, struct str name);

/* Both 0 where nothing is configured. */
uint64_t offer_rekey_bytes(const struct model *m);
uint32_t offer_rekey_secs(const struct model *m);

#endif
