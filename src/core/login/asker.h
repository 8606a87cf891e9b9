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
	struct str echo; /* at most AAA_ECHO_MAX */
	uint32_t sent, received;
};

/* A connection that is being made. */
struct asker_socket {
	int fd;
	uint8_t local[16]; /* this device's address on it */
	size_t n_local;    /* 4, 16, or 0: it has none yet */
};

/* How the server is spoken with. */
struct asker_server {
	uint8_t protocol; /* enum aaa_protocol */
	struct str key;
	bool single, sign; /* as in QUERY_SERVER */
	bool tls;
	struct str name, authorities; /* of TLS */
	struct str chain, own; /* … what the server is shown of this device, and the key of that; empty: nothing */
};

/* Called from the event loop, never from inside asker_ask, inquiry_answer and inquiry_end. Any of them may end it. */
struct inquiry_events {
	/* Makes a connection; its descriptor is taken over. False: there is none, and the inquiry is ended. */
	bool (*want)(void *arg, struct asker_socket *out);
	void (*prompt)(void *arg, uint8_t asked, bool echo, struct str text);
	/* Of a datagram that does not count (enum radius_flaw), or lines for debug (flaw 0); printable. */
	void (*note)(void *arg, uint8_t flaw, struct str text);
	void (*result)(void *arg, const struct asker_result *r); /* the last call; the inquiry is gone */
};

/* Starts the process; NULL on failure (errbuf). */
struct asker *asker_start(struct core *core, const struct asker_server *server, struct errbuf *e);
bool asker_alive(const struct asker *a); /* else retire it */
void asker_retire(struct asker *a);      /* no new inquiries; it goes when the last one has ended. NULL is fine */
pid_t asker_pid(const struct asker *a);

/* Asks `m` (its id is filled in). NULL: it has too much to do, or is no more. */
struct inquiry *asker_ask(struct asker *a, struct ipc_msg_QUERY *m, const struct inquiry_events *events, void *arg);
/* To a prompt. False: the process does not take it; end the inquiry. */
bool inquiry_answer(struct inquiry *i, struct str text);
/* No reply has come in time: the request is to be sent once more. False as above. */
bool inquiry_again(struct inquiry *i);
void inquiry_end(struct inquiry *i); /* given up; no call follows. NULL is fine */

#endif
