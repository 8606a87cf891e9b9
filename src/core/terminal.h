/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal.h: a session's line and shell: taking a vty, the console's login, banners, idle time, and the words of a
 * command on their way to the session.
 */
#ifndef CORE_TERMINAL_H
#define CORE_TERMINAL_H

#include "ipc/ipc.h"

struct peer;

void terminal_init(struct peer *p);    /* a fresh session's shell */
void terminal_console(struct peer *p); /* the console's session takes its line and waits for somebody */
void terminal_release(struct peer *p); /* gives the line back */
void terminal_open(struct peer *p, const struct ipc_msg_OPEN *m);
void terminal_touch(struct peer *p); /* somebody is there: idle time starts again */
void terminal_resize(struct peer *p, uint32_t cols, uint32_t rows);

#endif
