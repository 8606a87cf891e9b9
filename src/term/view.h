/* SPDX-License-Identifier: Apache-2.0
 *
 * view.h: the line being typed as the screen shows it, changed by as few bytes as can be: backspaces and characters
 * only, so that any terminal will do and a client that reads along sees each typed character once.
 * A line longer than its room is shown in part, with `$` where it goes on, as IOS does. Runs in the session process.
 */
#ifndef TERM_VIEW_H
#define TERM_VIEW_H

#include "base/buf.h"
#include "term/edit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIEW_MAX   8192                      /* columns shown at most */
#define VIEW_CELLS (VIEW_MAX + EDIT_MAX / 2) /* … and characters: some take no column, and these have two bytes */
#define VIEW_MIN   8                         /* a prompt that leaves less room stands on a row of its own */

struct view {
	uint32_t shown[VIEW_CELLS], want[VIEW_CELLS]; /* characters, each of 0, 1 or 2 columns */
	size_t shown_n, at;                           /* how many are on the screen; before which the cursor stands */
	size_t columns;                               /* of all that is shown */
	size_t room;                                  /* columns there may be */
	size_t left;                                  /* the line's column that comes first */
};

/* The cursor stands after `prompt_columns` columns of a row of `width` (0 = unlimited): the line starts here, empty.
 * False: too little room; print a newline and call again with 0. */
bool view_begin(struct view *v, size_t prompt_columns, uint32_t width);
/* Another width. False if what is shown does not fit it: print a newline and begin again. */
bool view_resize(struct view *v, size_t prompt_columns, uint32_t width);
void view_update(struct view *v, const struct edit *e, struct buf *out);
/* The same after the last character of the line was typed at its end; false: it is not so simple, update. */
bool view_append(struct view *v, const struct edit *e, struct buf *out);
void view_end(struct view *v); /* what is shown is wiped from memory */

#endif
