/* SPDX-License-Identifier: Apache-2.0
 *
 * typed.h: bytes typed become keys: control keys, Esc and a letter, the sequences of cursor keys (ECMA-48 CSI, SS3),
 * UTF-8 characters (RFC 3629). Runs in the session process; hostile input.
 */
#ifndef TERM_TYPED_H
#define TERM_TYPED_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum typed {
	TYPED_IGNORE,  /* NUL, the LF of CR LF, sequences without a meaning here */
	TYPED_UNKNOWN, /* a control key without a meaning: a bell */
	TYPED_CHAR,
	TYPED_RETURN,
	TYPED_TAB,
	TYPED_INTERRUPT, /* Ctrl-C */
	TYPED_ESCAPE,    /* Ctrl-Shift-6 */
	TYPED_END,       /* Ctrl-Z */
	TYPED_REDRAW,
	TYPED_OLDER,
	TYPED_NEWER,
	/* the keys of edit_do() */
	TYPED_FIRST_EDIT,
	TYPED_LEFT = TYPED_FIRST_EDIT,
	TYPED_RIGHT,
	TYPED_HOME,
	TYPED_LAST, /* end of line */
	TYPED_WORD_LEFT,
	TYPED_WORD_RIGHT,
	TYPED_ERASE,  /* the character before the cursor */
	TYPED_DELETE, /* the character at the cursor; Ctrl-D is it too */
	TYPED_ERASE_WORD,
	TYPED_DELETE_WORD,
	TYPED_ERASE_LINE,
	TYPED_DELETE_LINE,
	TYPED_TRANSPOSE,
	TYPED_YANK,
	TYPED_YANK_OLDER,
	TYPED_CAPITALIZE,
	TYPED_LOWER,
	TYPED_UPPER,
	TYPED_COUNT
};

struct typed_key {
	enum typed what;
	uint32_t cell; /* TYPED_CHAR: its bytes, the last one lowest */
	bool literal;  /* it came after Ctrl-V */
	struct str raw;
};

/* The key at the start of `in`: the number of its bytes, or 0 if more must be typed to know it.
 * `after_cr` carries over whether the last byte was a CR; start with false. */
size_t typed_next(struct str in, bool *after_cr, struct typed_key *k);

/* The character at the start of `in`, of 1 to 4 bytes; 0 if it is incomplete. Bytes that are not UTF-8 count singly. */
size_t typed_cell(struct str in, uint32_t *cell);
size_t typed_cell_len(uint32_t cell);
/* Columns it takes: 2 for a wide character, 0 for one that joins the character before it. */
unsigned typed_cell_width(uint32_t cell);
void typed_cell_put(uint32_t cell, struct buf *out);

#endif
