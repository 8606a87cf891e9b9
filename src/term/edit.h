/* SPDX-License-Identifier: Apache-2.0
 *
 * edit.h: the text of the line being typed, its cursor, and what was cut from it. Knows nothing of the screen
 * (view.h). Runs in the session process; hostile input.
 */
#ifndef TERM_EDIT_H
#define TERM_EDIT_H

#include "base/buf.h"
#include "term/term.h"
#include "term/typed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDIT_MAX  TERM_LINE_MAX /* bytes of a line */
#define EDIT_CUTS 10            /* cuts remembered for Ctrl-Y and Esc-Y */

struct edit {
	size_t n, at; /* how many cells; the cursor stands before cells[at] */
	size_t bytes;
	bool secret; /* nothing cut is remembered */
	bool cut;    /* more was typed than fits, and nothing edited since */
	struct edit_cut {
		uint32_t *cells;
		size_t n;
	} cuts[EDIT_CUTS];        /* newest first */
	size_t yanked;            /* cells the last key, a yank, put before the cursor; 0 = it was another key */
	size_t yank;              /* from which cut */
	uint32_t cells[EDIT_MAX]; /* [0, n): characters, as struct typed_key has them */
};

void edit_init(struct edit *e);
void edit_release(struct edit *e);
void edit_reset(struct edit *e, bool secret); /* an empty line; the old text is wiped */
void edit_load(struct edit *e, struct str text);
bool edit_insert(struct edit *e, uint32_t cell);        /* false: the line is full */
bool edit_insert_text(struct edit *e, struct str text); /* all of it, or false */
bool edit_do(struct edit *e, enum typed key);           /* one of the editing keys; false: nothing to do it to */
void edit_text(const struct edit *e, size_t cells, struct buf *out); /* appends the first `cells` characters */

#endif
