/* SPDX-License-Identifier: Apache-2.0
 *
 * dialogue.h: servers ask whoever typed a command: the console's login, `enable`, `test aaa`. A step function begins a
 * dialogue and calls dialogue_step until it is over; what the server asks is asked on the terminal, echoed or not.
 */
#ifndef CORE_DIALOGUE_H
#define CORE_DIALOGUE_H

#include "core/login/servers.h"

struct grant;
struct run;

enum dialogue_state { DIALOGUE_WAITS, DIALOGUE_PROMPT, DIALOGUE_ASKED, DIALOGUE_OVER };
struct dialogue {
	struct ask *ask;
	enum dialogue_state state;
	uint8_t asked;
	bool echo, again;  /* again: another server asks, when the answer to the first is there */
	char user[65];     /* a server that asks for the name gets this one or none */
	const char *typed; /* the password, if it is known: nobody is asked for it. NULL: ask */
	char text[512];    /* what the server asks, or says at the end */
	enum ask_end end;
	struct grant *grant; /* kept there, if it is not NULL */
};

/* Asks; the step function is called again with `next` and calls dialogue_step. RUN_WAIT, or RUN_FAILED (said). `d`
 * lives as long as the run: in its arena. */
int dialogue_begin(struct run *run, int next, struct dialogue *d, const char *group, const struct ipc_msg_QUERY *m);
/* RUN_WAIT: it goes on; RUN_DONE: d->end says how it ended; RUN_FAILED: given up by who was asked. */
int dialogue_step(struct run *run, struct dialogue *d);

#endif
