/* SPDX-License-Identifier: Apache-2.0
 *
 * screen.h: what goes to the user's screen outside the line editor: LF becomes CR LF, and the column is known.
 * Runs in the session process; the text comes from core.
 */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct screen {
	struct buf out;
	size_t column; /* of the cursor, as if lines never wrapped; a character is one column */
	bool cr;       /* the last byte was a CR */
};

void screen_put(struct screen *s, struct str text);
void screen_newline(struct screen *s);
void screen_fresh(struct screen *s);    /* a new line, unless the cursor is at the start of one */
size_t screen_columns(struct str text); /* characters of a text without control characters */

#endif
