/* SPDX-License-Identifier: Apache-2.0
 *
 * move.h: what helpers that move files share.
 */
#ifndef HELPERS_MOVE_H
#define HELPERS_MOVE_H

#include "base/buf.h"

/* One character for every so many bytes, behind a text that comes with the first. */
struct marks {
	char lead[240];
	char mark;
	uint64_t every, done, next;
	unsigned made;
};
void marks_init(struct marks *m, struct str lead, char mark, uint64_t size); /* size 0: unknown */
void marks_add(struct marks *m, uint64_t n);
void marks_end(struct marks *m); /* the lead at least */

int move_limit(uint64_t most); /* from now on no file becomes larger; the caller sees to the last byte */

#endif
