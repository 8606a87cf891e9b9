/* SPDX-License-Identifier: Apache-2.0
 *
 * node.h: the model by schema node instead of by path, for callers that resolve their paths once (the command tables).
 * Private to src/model and src/cmd. `from` is the list entry a schema node is looked for below; NULL is the top level.
 * Containers between are followed, and made where something is set.
 */
#ifndef MODEL_NODE_H
#define MODEL_NODE_H

#include "model/model.h"

#define NODE_KEYS_MAX 4 /* keys of a list */

struct model_module {
	const char *name, *text;
};
/* As model_new, with modules other than the program's own (tests). */
int model_new_from(struct model **out, const struct model_module *modules, size_t n, struct errbuf *e);

/* Absolute ("/module:a/b") or, with `from`, relative ("b/c"); NULL if the schema has no such node. */
const struct lysc_node *node_schema(const struct model *m, const struct lysc_node *from, const char *path);
/* The instance, or the first one of a list or leaf-list; NULL if there is none. */
struct lyd_node *node_find(const struct model *m, const struct lyd_node *from, const struct lysc_node *schema);
struct lyd_node *node_entry(const struct model *m, const struct lyd_node *from, const struct lysc_node *list,
			    const char *const *keys);
/* The leaf-list entry with this value. */
struct lyd_node *node_member(const struct model *m, const struct lyd_node *from, const struct lysc_node *schema,
			     const char *value);
const char *node_default(const struct lysc_node *schema); /* NULL if it has none */
/* UTF-8 without control characters but tab and the ends of lines: libyang asks for neither, what reads values does. */
bool node_is_text(const char *value);
/* Whether the leaf's type takes this text. */
bool node_accepts(const struct model *m, const struct lysc_node *schema, const char *value);

int txn_set_node(struct txn *t, struct lyd_node *from, const struct lysc_node *schema, const char *value,
		 struct errbuf *e);
int txn_entry_node(struct txn *t, struct lyd_node *from, const struct lysc_node *list, const char *const *keys,
		   struct lyd_node **out, struct errbuf *e);
/* A new entry of the list that `entry` is in, with these keys and the same content: one change, the entry. */
int txn_copy_node(struct txn *t, const struct lyd_node *entry, const char *const *keys, struct lyd_node **out,
		  struct errbuf *e);
int txn_delete_below(struct txn *t, struct lyd_node *from, const struct lysc_node *schema, const char *value,
		     struct errbuf *e);

#endif
