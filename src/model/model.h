/* SPDX-License-Identifier: Apache-2.0
 *
 * model.h: the device's configuration as one YANG tree (libyang), changed only by transactions. The edit is the diff:
 * every set or delete yields one change with before and after; that list is what subsystems receive, what undo
 * replays and what `show configuration` will print. Runs in core. User text is only ever a value: paths are constant.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lyd_node;
struct lysc_node;
struct ly_ctx;

struct model;
/* The YANG modules are compiled into the program. E_INVAL with libyang's words if one is wrong. */
int model_new(struct model **out, struct errbuf *e);
void model_free(struct model *m);
const struct ly_ctx *model_ctx(const struct model *m);
/* The running tree's first top-level sibling (may be NULL): read only. */
const struct lyd_node *model_running(const struct model *m);
/* Another number after every transaction: who keeps nodes between two looks asks whether they still stand. */
uint64_t model_version(const struct model *m);
/* Another number after every swap_commit: then every node is another one, also where nothing has changed. */
uint64_t model_epoch(const struct model *m);

/* Reading by constant schema-like paths without keys, e.g. "/ravelin-ssh:ssh/time-out". The value, else the schema's
 * default, else NULL. The string is valid until the next transaction commits. */
const char *model_str(const struct model *m, const char *path);
uint64_t model_uint(const struct model *m, const char *path, uint64_t otherwise);
bool model_bool(const struct model *m, const char *path); /* false when absent and without default */
/* The entry of a list whose keys have these values (as many as the list has keys), or NULL. Keys may be user text.
 * e.g. model_entry(m, "/ravelin-system:users/user", (const char *[]){ name }) */
const struct lyd_node *model_entry(const struct model *m, const char *list_path, const char *const *keys);
/* The same below an entry, by constant relative path. */
const struct lyd_node *model_entry_below(const struct model *m, const struct lyd_node *parent, const char *name,
					 const char *const *keys);
/* Of the entries of a list from `first` on the one whose leaves have these values ("": it is not there, or has its
 * default "false"), and the greatest first key as a number: for lists of thousands, each looked at once. */
struct model_leaf {
	const char *name, *value;
};
const struct lyd_node *model_like(const struct lyd_node *first, const struct model_leaf *leaves, size_t n,
				  uint64_t *greatest);
/* A leaf below a node by constant relative path ("credential/type"): value, default or NULL. */
const char *model_below(const struct lyd_node *node, const char *relative_path);
/* First instance of a list or leaf-list below `parent` by constant relative path ("key", "transport/input"; with parent
 * NULL an absolute one, "/ravelin-line:lines/line"), and the next. */
const struct lyd_node *model_first(const struct model *m, const struct lyd_node *parent, const char *name);
const struct lyd_node *model_next(const struct lyd_node *node);
const char *model_value(const struct lyd_node *term); /* canonical text of a leaf or leaf-list entry */

/* --- transactions --- */
struct txn;
enum change_op { CHANGE_CREATE, CHANGE_DELETE, CHANGE_VALUE };
struct change {
	enum change_op op;
	const struct lysc_node *schema;
	const struct lyd_node *node; /* CREATE, VALUE: in the tree; DELETE: the detached subtree */
	const char *before, *after;  /* leaf text; NULL where there is none */
	const char *path;            /* data path, for people and logs */
};

struct txn *model_begin(struct model *m); /* one at a time; NULL when one is open */
/* Set a leaf (or add a leaf-list value) below `parent` (NULL = top level) by a constant relative schema path from it;
 * containers between are made. E_INVAL with the schema's reason when the type refuses the value. */
int txn_set(struct txn *t, struct lyd_node *parent, const char *path, const char *value, struct errbuf *e);
/* Find or make a list entry. */
int txn_entry(struct txn *t, struct lyd_node *parent, const char *path, const char *const *keys, struct lyd_node **out,
	      struct errbuf *e);
/* Delete a leaf, leaf-list value (value != NULL), container or every instance of a list; E_NOTFOUND is not an error to
 * users. */
int txn_delete(struct txn *t, struct lyd_node *parent, const char *path, const char *value, struct errbuf *e);
int txn_delete_node(struct txn *t, struct lyd_node *node, struct errbuf *e);
size_t txn_changes(const struct txn *t);
const struct change *txn_change(const struct txn *t, size_t i);
/* Validates what needs it, asks the guards, tells the watchers, frees t. On failure everything is undone and e says
 * why; on success e holds what a guard has to say, if anything. */
int txn_commit(struct txn *t, struct errbuf *e);
/* Undo everything, in reverse order; frees t. */
void txn_abort(struct txn *t);
/* Undo back to where txn_changes() was `mark`: a line that failed leaves a batch as it found it. */
void txn_undo_to(struct txn *t, size_t mark);
/* The counting rules (mandatory, min- and max-elements) of what was touched since `mark`; txn_commit asks this too. */
int txn_check(const struct txn *t, size_t mark, struct errbuf *e);

/* Whether one of the changes is of this very node, by constant path without keys. */
bool txn_changes_node(const struct txn *t, const char *path);
/* The entry of this list that change i made, deleted or happened in; NULL if it is elsewhere. */
const struct lyd_node *txn_change_in(const struct txn *t, size_t i, const char *list_path);

/* Asked before a commit with changes below `subtree` (NULL: with any), with all changes of the transaction. It may
 * refuse (e says why) and it may set more. */
typedef int model_guard_fn(void *arg, struct txn *t, struct errbuf *e);
int model_guard(struct model *m, const char *subtree, model_guard_fn *fn, void *arg);

/* Calls fn for every container or list entry that holds both leaves and, unless `all`, whose `leaf` this transaction
 * made or changed. fn may set them; a negative result stops. */
typedef int txn_holder_fn(void *arg, struct txn *t, struct lyd_node *holder, struct errbuf *e);
int txn_each_holder(struct txn *t, bool all, const char *leaf, const char *other, txn_holder_fn *fn, void *arg,
		    struct errbuf *e);

/* Told once per commit with that commit's changes below `subtree` ("/ravelin-ssh:ssh"); NULL subtree = everything.
 * Watchers act on the world; they may not open a transaction. */
typedef void model_watch_fn(void *arg, const struct txn *t);
int model_watch(struct model *m, const char *subtree, model_watch_fn *fn, void *arg);

#endif
