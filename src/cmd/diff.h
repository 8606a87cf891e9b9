/* SPDX-License-Identifier: Apache-2.0
 *
 * diff.h: how two configurations differ as texts, with the lines that stand around what differs, as
 * `show archive config differences` prints it. The texts may hold anything; the cost is linear in their size, and all
 * is done in pieces. Runs in core.
 */
#ifndef CMD_DIFF_H
#define CMD_DIFF_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define DIFF_LINES_MAX 1000000 /* of one text, without empty lines and comments … */
#define DIFF_LINE_MAX  8192    /* … and of none more bytes, as of a line of a command */

struct diff;
/* The texts are borrowed until diff_free. NULL: out of memory. */
struct diff *diff_new(struct str before, struct str after, bool ignore_case);
/* Compares about `most` lines; true when all are compared, or there are too many (diff_error). */
bool diff_step(struct diff *d, unsigned most);
int diff_error(const struct diff *d); /* 0, E_NOMEM, E_LIMIT; E_TOOBIG: a line */
/* Lines that only the later text has, or only the former. */
size_t diff_added(const struct diff *d);
size_t diff_removed(const struct diff *d);

enum diff_form {
	DIFF_CONTEXT,  /* "+line" of the later one, then "-line" of the former, below the lines they belong to */
	DIFF_COMMANDS, /* what to type on the former to make the later one of it: "no line", then lines */
	DIFF_ADDED     /* the lines that only the later one has */
};
/* The text of about `most` lines; true at the end. Once a diff, when diff_step is done. */
bool diff_write(struct diff *d, enum diff_form form, unsigned most, struct buf *out);
void diff_free(struct diff *d); /* NULL is fine */

#endif
