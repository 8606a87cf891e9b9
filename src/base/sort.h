/* SPDX-License-Identifier: Apache-2.0
 *
 * sort.h: a stable merge sort that can be done in pieces, for a process that must not be held up by a long list.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>

/* Less than, equal to or greater than zero, as for qsort, but of the items themselves. */
typedef int sort_compare_fn(const void *a, const void *b);

struct sort {
	const void **items, **spare; /* the caller's, and as many of its own */
	const void **from, **to;
	size_t n, width;        /* of the runs that are in order */
	size_t left, right, at; /* in the merge under way: next of either run, next place in `to` */
	sort_compare_fn *compare;
};

/* `items` stays the caller's and must not be touched before the end. E_NOMEM. */
int sort_init(struct sort *s, const void **items, size_t n, sort_compare_fn *compare);
/* Moves about `most` items; true when all are in order. */
bool sort_step(struct sort *s, size_t most);
void sort_release(struct sort *s);

#endif
