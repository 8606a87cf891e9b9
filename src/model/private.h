/* SPDX-License-Identifier: Apache-2.0
 *
 * private.h: what the files of src/model share.
 */
#ifndef MODEL_PRIVATE_H
#define MODEL_PRIVATE_H

#include "base/arena.h"
#include "model/model.h"
#include "model/node.h"

#include <libyang/libyang.h>

struct watch {
	const struct lysc_node *subtree; /* NULL: everything */
	model_watch_fn *fn;
	void *arg;
};

struct guard {
	const struct lysc_node *subtree;
	model_guard_fn *fn;
	void *arg;
};

/* One change and what its undo needs. `scope` is the nearest ancestor that is no plain container: it outlives the
 * containers between, which come and go with their children. */
struct edit {
	struct change c;
	struct lyd_node *scope;
	struct lyd_node *next; /* DELETE in a user-ordered list: the entry it stood before */
};

/* edits.c: in blocks, so that one more never moves a hundred thousand. */
#define EDITS_A_BLOCK 64
struct edits {
	struct edit **block;
	size_t n, blocks, room;
};
struct edit *edits_at(const struct edits *es, size_t i);
struct edit *edits_reserve(struct edits *es); /* room for one more, cleared, or NULL; edits.n is the caller's */
void edits_release(struct edits *es);
bool edits_release_some(struct edits *es, unsigned *most); /* some blocks, and counts them; false: that was all */

#define GUARDS_MAX 4

struct model {
	struct ly_ctx *ctx;
	struct lyd_node *tree; /* first top-level sibling */
	struct txn *open;
	bool beside;             /* the context is another model's */
	uint64_t version, epoch; /* transactions so far; times the whole tree was replaced */
	struct watch *watches;
	size_t watches_n;
	struct guard guards[GUARDS_MAX];
	size_t guards_n;
	struct edits spent; /* of the exchange that left this tree; goes with it */
};

/* What is known of edits that a comparison of trees has noted: the top-level nodes they are in, and where in the list
 * the edits of each are; n is 0: nothing. */
#define TOPS_MAX 64
struct tops {
	struct top {
		const struct lysc_node *node;
		size_t first, last;
	} top[TOPS_MAX];
	size_t n;
	uintptr_t rules; /* what constraint.c has marked their schema with */
};

struct txn {
	struct model *m;
	struct edits edits;
	size_t whole; /* so many edits, the first ones, were made by changing trees with `other` */
	struct model *other;
	struct tops tops;   /* of those edits */
	const size_t *view; /* while a watcher is told: the edits it sees */
	size_t view_n;
	struct arena text;
};

bool node_is_plain_container(const struct lysc_node *schema);
/* Of a schema that goes: another may come to stand where it stood. */
void node_forget_paths(void);
struct edit *txn_edit(const struct txn *t, size_t i); /* without the path that people read */
struct lyd_node *node_children(const struct model *m, const struct lyd_node *parent);
/* A new list entry in no tree, below a copy of what it is to hang in (NULL at the top level): it is inserted, or
 * libyang's hash is asked with it. What is left of it is freed; 0, E_NOMEM or E_INVAL (a key that is none). */
struct detached {
	struct lyd_node *host, *entry;
};
int node_detached(const struct lyd_node *parent, const struct lysc_node *list, const char *const *keys,
		  struct detached *d);
void node_detached_free(struct detached *d);
/* The entry below `parent` that has the same keys. */
struct lyd_node *node_twin(const struct model *m, const struct lyd_node *parent, const struct detached *d);
/* libyang's words for its last failure, or `otherwise`. */
const char *node_ly_text(const struct model *m, const char *otherwise);

/* watch.c */
int guards_ask(struct txn *t, struct errbuf *e);
void watches_tell(struct txn *t);

/* swap.c: the trees of t->m and t->other change places, there or back. */
void swap_trees(struct txn *t);

/* constraint.c: what needs more than a type check */
int constraint_mark(struct model *m, const struct lys_module *module, unsigned bit, struct errbuf *e);
int constraint_validate(struct txn *t, struct errbuf *e);

#endif
