/* SPDX-License-Identifier: Apache-2.0
 *
 * emulator.h: a screen for the terminal's tests: it understands what a dumb terminal does (characters, BS, CR, LF,
 * BEL) and fails the test on anything else. Driver functions run a terminal as its owner would.
 */
#ifndef TESTS_TERM_EMULATOR_H
#define TESTS_TERM_EMULATOR_H

#include "base/buf.h"
#include "term/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define EMULATOR_COLUMNS 1024

/* One row is kept, as text with a byte a column, and the ones before it as a log. `~` stands for a character that is
 * not ASCII, `<>` for a wide one, `+` for one that a mark joined and `*` for more marks. */
struct emulator {
	char row[EMULATOR_COLUMNS + 1];
	size_t at, n, bells;
	struct buf character; /* its bytes so far */
	struct buf above;     /* finished rows, each with LF, blanks at the end cut */
};

void emulator_init(struct emulator *em);
void emulator_release(struct emulator *em);
void emulator_show(struct emulator *em, struct str bytes);
const char *emulator_row(struct emulator *em); /* blanks at the end cut, but not before the cursor */
const char *emulator_above(struct emulator *em);

/* A terminal with its owner: reacts to each event and logs it. */
struct drive {
	struct term *t;
	struct emulator em;
	struct buf raw; /* every byte of output */
	struct buf log; /* "line:show version\n" … */
	const char *prompt, *help, *insert;
	bool configuring;
	void (*on_line)(struct drive *d, struct str line); /* instead of only prompting again */
};

void drive_init(struct drive *d, uint32_t length, uint32_t width);
void drive_release(struct drive *d);
void drive_type(struct drive *d, const char *keys); /* all at once */
void drive_bytes(struct drive *d, const void *keys, size_t n, size_t chunk);
void drive_step(struct drive *d);       /* events and output, until nothing more happens */
const char *drive_log(struct drive *d); /* and forgets it */
const char *drive_raw(struct drive *d); /* and forgets it */

#endif
