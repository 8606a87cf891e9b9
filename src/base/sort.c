/* SPDX-License-Identifier: Apache-2.0
 *
 * sort.c: see sort.h. Bottom up: runs of one item are merged to runs of two, of four, from one array into the other.
 */
#include "sort.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* `right` and `left` start at the two runs whose merge begins at `at`. */
static void begin_merge(struct sort *s)
{
	s->left = s->at;
	s->right = s->at + s->width < s->n ? s->at + s->width : s->n;
}

static void begin_pass(struct sort *s, size_t width, const void **from, const void **to)
{
	s->width = width;
	s->from = from;
	s->to = to;
	s->at = 0;
	begin_merge(s);
}

int sort_init(struct sort *s, const void **items, size_t n, sort_compare_fn *compare)
{
	*s = (struct sort){ .items = items, .n = n, .compare = compare };
	s->spare = malloc((n + 1) * sizeof *s->spare);
	if (!s->spare)
		return E_NOMEM;
	begin_pass(s, 1, items, s->spare);
	return 0;
}

/* One item of the merge; the run on the left goes first among equals. */
static void move_one(struct sort *s)
{
	size_t begin = s->at - s->at % (2 * s->width);
	size_t mid = begin + s->width < s->n ? begin + s->width : s->n;
	size_t end = begin + 2 * s->width < s->n ? begin + 2 * s->width : s->n;
	bool from_left = s->left < mid && (s->right >= end || s->compare(s->from[s->left], s->from[s->right]) <= 0);

	s->to[s->at++] = from_left ? s->from[s->left++] : s->from[s->right++];
	if (s->at == end)
		begin_merge(s);
}

bool sort_step(struct sort *s, size_t most)
{
	while (s->width < s->n) {
		while (s->at < s->n && most) {
			move_one(s);
			most--;
		}
		if (s->at < s->n)
			return false;
		begin_pass(s, 2 * s->width, s->to, s->from);
	}
	if (s->from == s->spare) {
		memcpy(s->items, s->spare, s->n * sizeof *s->items);
		s->from = s->items;
	}
	return true;
}

void sort_release(struct sort *s)
{
	free(s->spare);
	s->spare = NULL;
}
