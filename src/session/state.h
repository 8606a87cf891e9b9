/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h: what the files of the session process share: one connection's state and the functions by which they call
 * each other, always downwards: session.c owns the descriptors and the time and drives both sides; link.c is the peer's
 * side by SSH; shell.c holds the conversation with core about commands; front.c and plain.c show it to a terminal or to
 * a program; files.c is there instead where files are moved; console.c is the tty; state.c is what all of them may do.
 */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "base/buf.h"
#include "ipc/ipc.h"
#include "session/files.h"
#include "session/front.h"
#include "ssh/ssh.h"

#include <stdbool.h>
#include <stdint.h>

/* RFC 4253 section 11.1, RFC 4254 section 5.1 */
enum disconnect_reason { REASON_PROTOCOL = 2, REASON_BY_APPLICATION = 11, REASON_NO_MORE_AUTH = 14 };
enum open_failure { OPEN_PROHIBITED = 1, OPEN_UNKNOWN_TYPE = 3 };

enum stage {
	STAGE_SETUP, /* core has not said yet what to offer */
	STAGE_LOGIN, /* until a line is ours */
	STAGE_SHELL,
	STAGE_CLOSING, /* everything was said; the peer may close, for a moment */
	STAGE_FLUSH    /* only what is still to be written */
};

/* The SSH connection and its one session channel. */
struct link {
	struct ssh_conn *conn; /* NULL: a console */
	uint8_t cookie[16];
	bool has_cookie; /* SETUP's, for the first key exchange */
	bool cookie_due; /* one is to be asked for, when the bucket has a token */
	struct ipc_bucket cookies;
	bool ended;              /* the library said SSH_END */
	bool no_pty;             /* core says so */
	bool open, pty, started; /* the channel; started: shell or exec was asked for */
	uint32_t channel;
	uint32_t cols, rows;
	char term[64];
	unsigned awaiting; /* answers of core the library waits for: core must be read whatever stands in the queue */
};

/* Facts on their way to core, while it wants any. */
struct trace {
	unsigned classes; /* enum ssh_trace_class */
	struct buf facts; /* encoded, one after the other */
	size_t n;
	uint32_t lost;
	struct ipc_bucket pace;
};

#define SHELL_FDS 4

/* The conversation with core once there is a line. */
struct shell {
	struct front front;
	struct buf input; /* typed, not yet taken by the front */
	size_t taken;     /* bytes of it the front took and the peer may send again */
	struct buf queue; /* records that wait until earlier output is shown: u16 type, string body */
	int queued_fds[SHELL_FDS];
	unsigned n_queued_fds;
	int long_fd; /* OUTFD being shown, or -1 */
	uint64_t long_at, long_size;
	bool long_raw; /* it is made harmless here */
	uint8_t long_last;
	bool exec;    /* one command: no banner, no prompt */
	bool busy;    /* a command runs */
	bool asking;  /* ASK or TEXT stands */
	bool discard; /* cancelled: the rest of this command's output is dropped */
	bool closing; /* CLOSE is in the queue */
	uint8_t last_typed;
	bool eof;       /* nothing more will be typed */
	bool finishing; /* show what is left, then close with `status` */
	uint32_t status;
	uint64_t active_at; /* ACTIVE was last sent */
	struct ipc_bucket questions, resizes;
	uint32_t sent_cols, sent_rows, cols, rows;
};

struct session {
	enum ipc_kind kind;
	int peer;
	struct ipc_channel core;
	bool core_gone;
	enum stage stage;
	uint64_t now, started;
	uint64_t deadline; /* 0 = none */
	uint64_t bytes_in, bytes_out;
	bool unanswered; /* the peer has sent and we have not, since we waited last */
	uint32_t end_reason;
	char end_text[128];
	enum ipc_fault end_fault;
	char end_client[256]; /* of the client's list: as much as a log line has room for */
	struct link link;
	struct trace trace;
	struct shell shell;
	struct files files;
};

/* state.c */
void session_stop(struct session *s, uint32_t reason, const char *text); /* orderly end; the first reason is kept */
bool session_wait_core(struct session *s); /* until core reads again; false: it does not */
void session_sent(struct session *s, int rc);
void session_active(struct session *s); /* somebody types, or a file moves: tell core, not too often */

/* Sends to core and waits when its queue is full: a session has nothing better to do. What was told before goes first.
 */
#define SESSION_SEND(s, NAME, ...)                                                                                     \
	do {                                                                                                           \
		int rc_;                                                                                               \
		if ((s)->trace.n)                                                                                      \
			trace_flush(s);                                                                                \
		do                                                                                                     \
			rc_ = IPC_SEND(&(s)->core, NAME, __VA_ARGS__);                                                 \
		while (rc_ == E_AGAIN && session_wait_core(s));                                                        \
		session_sent(s, rc_);                                                                                  \
	} while (0)

/* trace.c */
void trace_init(struct session *s);
bool trace_watch(struct session *s, struct str body); /* WATCH; false: malformed */
void trace_start(struct session *s);                  /* there is a connection to be watched */
void trace_flush(struct session *s);
/* A fact only the session knows. */
void trace_tell(struct session *s, enum ssh_fact_what what, uint32_t a, uint32_t b);

/* link.c */
bool link_setup(struct session *s, struct str body);
bool link_answer(struct session *s, uint16_t type,
		 struct str body);                   /* COOKIE, SIGNED, AUTH_*, PROVED; false: malformed */
bool link_close(struct session *s, struct str body); /* CLOSE before there is a line */
bool link_pump(struct session *s);                   /* true: something moved */
bool link_write(struct session *s);                  /* what the shell shows to the channel; true: something moved */
void link_finish(struct session *s, uint32_t status);

/* link1.c: what version 1 has of its own. The answers: false = malformed. */
void link1_hello(struct session *s, const struct ssh_event *ev);
void link1_session_key(struct session *s, const struct ssh_event *ev);
void link1_auth(struct session *s, const struct ssh_event *ev);
bool link1_keys(struct session *s, struct str body);
bool link1_key(struct session *s, struct str body);
bool link1_challenge(struct session *s, struct str body);

/* shell.c */
void shell_init(struct session *s);
bool shell_start(struct session *s, bool exec, bool terminal); /* a front for what was asked for */
void shell_typed(struct session *s, struct str bytes);
void shell_eof(struct session *s);
void shell_resize(struct session *s, uint32_t cols, uint32_t rows);
void shell_interrupt(struct session *s);
bool shell_receive(struct session *s, struct ipc_record *r); /* false: malformed */
bool shell_wants_core(const struct session *s);
bool shell_pump(struct session *s);
bool shell_flushed(const struct session *s);

/* console.c */
bool console_write(struct session *s); /* as link_write */
void console_size(struct session *s);

#endif
