/* SPDX-License-Identifier: Apache-2.0
 *
 * screen.h: what goes to the user's screen outside the line editor: LF becomes CR LF, and the column is known. No
 * sequence that a terminal obeys passes: control characters without a place here, those of C1, and bytes that are not
 * UTF-8 are shown as `?`. Runs in the session process; the text comes from core, but others may have given it to core.
 */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct screen {
	struct buf out;
	size_t column;   /* of the cursor, as if lines never wrapped */
	bool cr;         /* the last byte was a CR */
	uint8_t tail[4]; /* the beginning of a character whose end is still to come */
	size_t tail_n;
};

void screen_put(struct screen *s, struct str text);
void screen_newline(struct screen *s);
void screen_fresh(struct screen *s); /* a new line, unless the cursor is at the start of one */

#endif
