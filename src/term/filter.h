/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.h: `| include`, `exclude`, `begin`, `section`, `count`: output passes through line by line. Used by the
 * terminal and, alone, for remote commands without one. Runs in the session process; the pattern is hostile.
 */
#ifndef TERM_FILTER_H
#define TERM_FILTER_H

#include "base/buf.h"
#include "term/term.h"

#define FILTER_LINE_MAX 8192 /* bytes of a line that are searched; what follows them shares their fate */

struct filter;
/* 0 (*out is NULL for TERM_FILTER_NONE); E_INVAL: not a regular expression; E_TOOBIG: a larger one than allowed;
 * E_NOMEM. */
int filter_new(struct filter **out, enum term_filter kind, struct str pattern);
void filter_free(struct filter *f); /* NULL is fine */
/* Appends what passes to `out`; an unfinished line waits for its end. A NULL filter passes everything. */
void filter_write(struct filter *f, struct str bytes, struct buf *out);
void filter_finish(struct filter *f, struct buf *out); /* the unfinished line, count's sum; then as new */

#endif
