/* SPDX-License-Identifier: Apache-2.0
 *
 * arena.h: memory that lives as long as one command, transaction or parse, and is freed as a whole.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *blocks;
	size_t used; /* bytes handed out */
	size_t max;  /* 0 = no limit */
};

void arena_init(struct arena *a, size_t max);
void arena_release(struct arena *a); /* wipes and frees everything */

/* Zeroed, aligned for any type; NULL when memory or the limit is exhausted. */
void *arena_alloc(struct arena *a, size_t n);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
