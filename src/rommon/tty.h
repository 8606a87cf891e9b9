/* SPDX-License-Identifier: Apache-2.0
 *
 * tty.h: the operator's own terminal, raw while a console is on it and restored on every way out that a process can
 * see. One per process, used by `ravelin run` in the foreground and by `ravelin console`.
 */
#ifndef ROMMON_TTY_H
#define ROMMON_TTY_H

#include <stdbool.h>
#include <stddef.h>

#define TTY_ESCAPE 0x1d /* Ctrl-] */

struct tty {
	int in, out;
	bool terminal; /* a person sits there: raw mode, window size, escape character */
};

/* Standard input and output. `in` becomes -1 at the end of the input. */
void tty_open(struct tty *t);
void tty_restore(void); /* may be called any number of times, and from a signal handler */
bool tty_size(const struct tty *t, unsigned *rows, unsigned *cols);

#endif
