/* SPDX-License-Identifier: Apache-2.0
 *
 * edits.c: the edits of a transaction, or those that a comparison of two trees notes: there may be hundreds of
 * thousands, and core must not stand still while room for one more is made. Runs in core.
 */
#include "private.h"

#include <limits.h>
#include <stdlib.h>

struct edit *edits_at(const struct edits *es, size_t i)
{
	return &es->block[i / EDITS_A_BLOCK][i % EDITS_A_BLOCK];
}

static bool add_block(struct edits *es)
{
	if (es->blocks == es->room) {
		size_t room = es->room ? 2 * es->room : 4;
		struct edit **more = realloc(es->block, room * sizeof *more);

		if (!more)
			return false;
		es->block = more;
		es->room = room;
	}
	es->block[es->blocks] = malloc(EDITS_A_BLOCK * sizeof *es->block[0]);
	if (!es->block[es->blocks])
		return false;
	es->blocks++;
	return true;
}

struct edit *edits_reserve(struct edits *es)
{
	if (es->n == es->blocks * EDITS_A_BLOCK && !add_block(es))
		return NULL;
	*edits_at(es, es->n) = (struct edit){ 0 };
	return edits_at(es, es->n);
}

bool edits_release_some(struct edits *es, unsigned *most)
{
	for (; es->blocks && *most; --*most)
		free(es->block[--es->blocks]);
	if (es->blocks)
		return true;
	free(es->block);
	*es = (struct edits){ 0 };
	return false;
}

void edits_release(struct edits *es)
{
	unsigned all = UINT_MAX;

	edits_release_some(es, &all);
}
