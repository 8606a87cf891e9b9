/* SPDX-License-Identifier: Apache-2.0
 *
 * swap.h: a whole configuration in the place of the running one, as one transaction. The new one is made beside the
 * running tree, where nobody watches it; both are compared in pieces, and then they change places in one step: guards
 * and watchers are told the difference, and where a guard refuses, they change back. Runs in core.
 */
#ifndef MODEL_SWAP_H
#define MODEL_SWAP_H

#include "model/model.h"

/* An empty model of the same schema without guards and watchers. It must be freed before `m` is. E_NOMEM. */
int model_new_beside(const struct model *m, struct model **out, struct errbuf *e);
/* Takes away about `most` nodes; true when nothing is left. For a model that nobody reads any more. */
bool model_clear_step(struct model *m, unsigned most);

struct swap;
/* To put the tree of `other`, a model beside `m`, in the place of m's. Neither may change until swap_commit. NULL: out
 * of memory. */
struct swap *swap_new(struct model *m, struct model *other);
/* Compares about `most` nodes; true when all are compared, or there is no memory for what differs. */
bool swap_step(struct swap *s, unsigned most);
size_t swap_changes(const struct swap *s); /* how much differs, so far */
bool swap_is_stale(const struct swap *s);  /* m has changed since swap_new: free it, begin again */
/* 0: the new configuration is in force, and the old one is in `other`. Else nothing has changed and e says why; E_BUSY:
 * a transaction is open, or it is stale. Frees s, whatever comes of it. */
int swap_commit(struct swap *s, struct errbuf *e);
void swap_free(struct swap *s); /* NULL is fine */

#endif
