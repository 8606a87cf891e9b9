/* SPDX-License-Identifier: Apache-2.0
 *
 * overlap.h: no two interfaces that are up have addresses in one subnet. Runs in core.
 */
#ifndef CORE_OVERLAP_H
#define CORE_OVERLAP_H

#include "base/err.h"

struct model;
struct overlap;

/* Watches the interfaces of the model from now on. */
int overlap_new(struct overlap **out, struct model *m, struct errbuf *e);
void overlap_free(struct overlap *o); /* after the model */

#endif
