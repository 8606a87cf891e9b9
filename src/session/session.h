/* SPDX-License-Identifier: Apache-2.0
 *
 * session.h: one connection, one process. Gate forks it; it locks itself in before it reads a byte, speaks with the
 * stranger on one descriptor and with core on the other, and ends at any surprise.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "ipc/messages.h"

#include <linux/filter.h>

/* `peer`: the TCP socket (KIND_SSH) or the tty (KIND_CONSOLE); `core`: the session's end of its channel.
 * Every other descriptor is closed. `filter`: the compiled list of SANDBOX_SESSION. */
_Noreturn void session_run(enum ipc_kind kind, int peer, int core, const struct sock_fprog *filter);

#endif
