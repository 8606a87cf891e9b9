/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal.h: a session's line and shell: taking a vty, banners, what the line says of the terminal, and the words of a
 * command on their way to the session.
 */
#ifndef CORE_TERMINAL_H
#define CORE_TERMINAL_H

#include "ipc/ipc.h"

struct line;
struct peer;
struct txn;

void terminal_init(struct peer *p);                                       /* a fresh session's shell */
void terminal_attach(struct peer *p, struct line *line);                  /* the line is its own */
void terminal_enter(struct peer *p);                                      /* somebody is in: an EXEC begins */
void terminal_line(struct peer *p, struct str banner, struct str prompt); /* tells the session */
/* What runs in place of an EXEC, or of the command he asked for: the user's own, else the line's; NULL: nothing does.
 * Notes whether the session ends with it. */
const char *terminal_autocommand(struct peer *p);
void terminal_release(struct peer *p); /* gives the line back */
void terminal_open(struct peer *p, const struct ipc_msg_OPEN *m);
/* A model_watch_fn for the lines, arg is core: who sits on one is touched at once; whose line is gone ends. */
void terminal_lines_changed(void *arg, const struct txn *t);
void terminal_resize(struct peer *p, uint32_t cols, uint32_t rows);

#endif
