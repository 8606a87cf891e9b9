/* SPDX-License-Identifier: Apache-2.0
 *
 * asker.h: a process that speaks with one AAA server (src/asker), as core sees it. Each question is an inquiry; what
 * the process says of one is hostile: ids, order and sizes are checked, and whoever breaks the rules is killed, which
 * ends its inquiries as errors and nothing else.
 */
#ifndef CORE_ASKER_H
#define CORE_ASKER_H

#include "ipc/ipc.h"

struct asker;
struct core;
struct errbuf;
struct inquiry;

struct asker_result {
	uint8_t outcome;      /* enum aaa_outcome, never AAA_ASKS */
	struct str text, why; /* printable: for the user, for the log */
	struct str_list args;
	uint32_t sent, received;
};

/* Called from the event loop, never from inside asker_ask, inquiry_answer and inquiry_end. Any of them may end it. */
struct inquiry_events {
	/* A descriptor of a connection that is being made, taken over; negative: there is none, and `result` follows.
	 */
	int (*want)(void *arg);
	void (*prompt)(void *arg, uint8_t asked, bool echo, struct str text);
	void (*result)(void *arg, const struct asker_result *r); /* the last call; the inquiry is gone */
};

/* Starts the process; NULL on failure (errbuf). */
struct asker *asker_start(struct core *core, struct str key, bool single, struct errbuf *e);
bool asker_alive(const struct asker *a); /* else retire it */
void asker_retire(struct asker *a);      /* no new inquiries; it goes when the last one has ended. NULL is fine */
pid_t asker_pid(const struct asker *a);

/* Asks `m` (its id is filled in). NULL: it has too much to do, or is no more. */
struct inquiry *asker_ask(struct asker *a, struct ipc_msg_QUERY *m, const struct inquiry_events *events, void *arg);
/* To a prompt. False: the process does not take it; end the inquiry. */
bool inquiry_answer(struct inquiry *i, struct str text);
void inquiry_end(struct inquiry *i); /* given up; no call follows. NULL is fine */

#endif
