/* SPDX-License-Identifier: Apache-2.0
 *
 * guard_private.h: what guard.c, which has the tables, and guard_make.c, which makes one, share.
 */
#ifndef CORE_GUARD_PRIVATE_H
#define CORE_GUARD_PRIVATE_H

#include "core/gate/guard.h"

struct event;

#define NAME_MAX_BYTES 65

struct entry {
	const struct lyd_node *node;
	uint32_t sequence;
};

/* One that is finished, or in the making. */
struct compiled {
	struct access_table *own, *shared; /* shared: mapped, gate counts in it; NULL while in the making */
	size_t size;
	int fd;
	uint32_t *sequence; /* of each rule */
	uint64_t *cleared;  /* hits that are not shown any more */
	struct named {
		enum guard_kind kind;
		char name[NAME_MAX_BYTES];
	} named[ACCESS_LISTS_MAX];
};

struct guard {
	struct core *core;
	struct compiled now;
	struct compiled next;  /* own NULL: nothing is in the making */
	struct entry *entries; /* of all lists of `next`, each in the order of its sequence */
	uint32_t done;
	uint32_t serial;
	uint64_t epoch; /* of the model that `entries` are in */
	bool dirty;
	struct event *turn;
	struct penalty_table *penalties;
	int penalties_fd;
};

/* The leaf of a line that names its list. */
extern const char *const guard_leaves[ACCESS_FAMILIES];
/* The list of this name for the family; NULL: there is none. */
const struct lyd_node *guard_find_list(const struct guard *g, enum access_family family, const char *name,
				       enum guard_kind *kind);
/* g->next is begun anew, with its lists and their entries. 0 or E_NOMEM. */
int guard_begin(struct guard *g);
/* So many more of its rules; true: all are there. */
bool guard_make(struct guard *g, uint32_t most);
void guard_release(struct compiled *c);

#endif
