/* SPDX-License-Identifier: Apache-2.0
 *
 * control.h: the device's control socket, run/control (SOCK_SEQPACKET, 0600): `ravelin console|stop|status` talk to
 * rommon through it. Only the owner of the device and root may connect, and rommon checks every message all the same.
 */
#ifndef ROMMON_CONTROL_H
#define ROMMON_CONTROL_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum control_type {
	CONTROL_STATUS = 1, /* → rommon: answered by TEXT, then END */
	CONTROL_STOP,       /* → rommon: END when all of the device has gone */
	CONTROL_CONSOLE,    /* → rommon: attach; bytes: struct control_window */
	CONTROL_DATA,       /* both: console bytes */
	CONTROL_BREAK,      /* → rommon: a break on the line; answered by TEXT if it is ignored */
	CONTROL_WINDOW,     /* → rommon: struct control_window */
	CONTROL_TEXT,       /* ← rommon: words for the operator */
	CONTROL_END         /* ← rommon: words why, may be empty; the last message */
};

struct control_window {
	uint16_t rows, cols;
};

#define CONTROL_BYTES 1024
#define CONTROL_NAME  "control"

struct control_message {
	uint32_t type;
	uint32_t n;
	char bytes[CONTROL_BYTES];
};

/* Both work for folders of any path length. A descriptor or a negative E_*. */
int control_listen(int run_fd, struct errbuf *e);
int control_connect(int run_fd);

/* 0 or E_CLOSED, E_AGAIN (non-blocking descriptors, nothing there or no room), E_TOOBIG, E_INVAL. */
int control_send(int fd, uint32_t type, const void *bytes, size_t n);
int control_receive(int fd, struct control_message *m);

#endif
