/* SPDX-License-Identifier: Apache-2.0
 *
 * subnets.c: see subnets.h. Two search trees of the C library (red-black), which know no "next": every step along one
 * is a search for the least that is not less than a key. A subnet overlaps with those that hold its network and those
 * whose network it holds.
 */
#include "subnets.h"

#include "base/err.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

typedef int compare_fn(const void *a, const void *b);

static uint32_t network_of(const struct subnet *s)
{
	return s->address & s->mask;
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_network(const void *a, const void *b)
{
	const struct subnet *x = a, *y = b;
	int c = compare_u32(network_of(x), network_of(y));

	c = c ? c : compare_u32(x->mask, y->mask);
	c = c ? c : strcmp(x->owner, y->owner);
	return c ? c : compare_u32(x->address, y->address);
}

/* An owner's primary subnet first. */
static int by_owner(const void *a, const void *b)
{
	const struct subnet *x = a, *y = b;
	int c = strcmp(x->owner, y->owner);

	c = c ? c : y->primary - x->primary;
	return c ? c : by_network(x, y);
}

/* --- the next of a key --- */

struct probe {
	const struct subnet *key;
	compare_fn *order;
	bool behind; /* greater than the key; else equal will do */
	const struct subnet *found;
};

/* Never says "equal", so that the search goes on to a leaf. */
static int compare_probe(const void *key, const void *item)
{
	struct probe *p = (struct probe *)key;
	int c = p->order(p->key, item);

	if (c > 0 || (c == 0 && p->behind))
		return 1;
	p->found = item;
	return -1;
}

static const struct subnet *next(void *const *tree, const struct subnet *key, compare_fn *order, bool behind)
{
	struct probe p = { .key = key, .order = order, .behind = behind };

	tfind(&p, tree, compare_probe);
	return p.found;
}

/* --- */

int subnets_add(struct subnets *s, const struct subnet *one)
{
	struct subnet *copy = malloc(sizeof *copy), **at;

	if (!copy)
		return E_NOMEM;
	*copy = *one;
	at = tsearch(copy, &s->by_network, by_network);
	if (!at || *at != copy) {
		free(copy);
		return at ? 0 : E_NOMEM;
	}
	if (!tsearch(copy, &s->by_owner, by_owner)) {
		tdelete(copy, &s->by_network, by_network);
		free(copy);
		return E_NOMEM;
	}
	return 0;
}

static struct subnet owner_key(const char *owner)
{
	struct subnet key = { .primary = true };

	strncpy(key.owner, owner, sizeof key.owner - 1);
	return key;
}

static const struct subnet *first_of(const struct subnets *s, const struct subnet *key)
{
	const struct subnet *one = next(&s->by_owner, key, by_owner, false);

	return one && strcmp(one->owner, key->owner) == 0 ? one : NULL;
}

void subnets_remove_owner(struct subnets *s, const char *owner)
{
	struct subnet key = owner_key(owner);
	const struct subnet *one;

	while ((one = first_of(s, &key))) {
		tdelete(one, &s->by_owner, by_owner);
		tdelete(one, &s->by_network, by_network);
		free((void *)one);
	}
}

/* Where the C library has no memory for its trees, what is known to be up would be lost. */
void subnets_move_owner(struct subnets *from, struct subnets *to, const char *owner)
{
	struct subnet key = owner_key(owner);
	const struct subnet *one;

	while ((one = first_of(from, &key))) {
		if (subnets_add(to, one) < 0)
			abort();
		tdelete(one, &from->by_owner, by_owner);
		tdelete(one, &from->by_network, by_network);
		free((void *)one);
	}
}

bool subnets_has_primary(const struct subnets *s, const char *owner)
{
	struct subnet key = owner_key(owner);
	const struct subnet *one = first_of(s, &key);

	return one && one->primary;
}

/* The first of `key`'s network and those up to `last` that another owner than `one`'s has; `exact`: of its mask only.
 */
static const struct subnet *other_owner(const struct subnets *s, const struct subnet *key, const struct subnet *one,
					uint32_t last, bool exact)
{
	const struct subnet *at = next(&s->by_network, key, by_network, false);

	for (; at && network_of(at) <= last; at = next(&s->by_network, at, by_network, true)) {
		if (exact && at->mask != key->mask)
			break;
		if (strcmp(at->owner, one->owner) != 0)
			return at;
	}
	return NULL;
}

const struct subnet *subnets_overlap(const struct subnets *s, const struct subnet *one)
{
	struct subnet key = { .address = network_of(one), .mask = one->mask };
	const struct subnet *found = other_owner(s, &key, one, network_of(one) | ~one->mask, false);

	for (uint32_t mask = one->mask; mask && !found; mask <<= 1) {
		key.mask = mask << 1;
		key.address = one->address & key.mask;
		found = other_owner(s, &key, one, key.address, true);
	}
	return found;
}

static void keep(void *item)
{
	(void)item;
}

void subnets_release(struct subnets *s)
{
	tdestroy(s->by_owner, keep);
	tdestroy(s->by_network, free);
	*s = (struct subnets){ 0 };
}
