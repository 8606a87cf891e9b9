/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.h: a session as core sees it: its channel, what it has proven so far (phase), its line, its shell. Every
 * message from it is hostile; a bad one ends it.
 */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "access/access.h"
#include "core/login/account.h"
#include "core/login/authorize.h"
#include "core/login/grant.h"
#include "core/login/login.h"
#include "core/session/cli.h"
#include "core/ssh/offer.h"
#include "core/ssh/prove.h"
#include "core/ssh/transcript.h"
#include "core/ssh/version1.h"
#include "ipc/ipc.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

struct core;
struct event;
struct line;
struct permit;
struct transfer;

/* Who brought the session: told when it logged in, and when it has ended. Either may be NULL. */
struct peer_origin {
	void (*admitted)(const struct peer *p);
	void (*gone)(struct core *core);
};

struct peer_names { /* what was negotiated, for `show ssh` */
	char client[256], kex[64], hostkey[64], cipher_in[64], cipher_out[64], mac_in[64], mac_out[64];
};

/* What a line says, read once for each change: a key pressed costs no look into the model. */
struct line_settings {
	uint32_t length, width, history;
	bool history_off, basic, monitor;               /* `no history`, `no editing`, `monitor` */
	uint64_t login_ms, idle_ms, end_ms, warning_ms; /* see timeout.h; 0 = never */
};

struct peer {
	TAILQ_ENTRY(peer) link;
	struct core *core;
	const struct peer_origin *origin;
	struct ipc_channel channel;
	struct event *readable, *writable, *deadline;
	struct buf queue; /* what the channel has not taken: string record, u32 descriptor or -1 */
	unsigned queued_fds;
	unsigned phase; /* one of enum ipc_phase */
	enum ipc_kind kind;
	uint32_t unique; /* of its EXEC, as AAA counts them; 0 = it had none yet */
	uint32_t number; /* connection number, as `show ssh` counts them: the lowest that is free */
	bool numbered;   /* it is taken from core->connections */
	bool starting;   /* counted in core->starting */
	uint64_t begun_ms;
	pid_t gate_pid;   /* as gate named it: to tell gate that it logged in */
	pid_t pid;        /* from the credentials of its first message; 0 before it */
	bool doomed;      /* broke the rules: killed when it is freed */
	char address[64]; /* peer's address, from the socket itself; "" on the console */
	uint16_t port;
	struct access_packet packet;     /* the same for access lists */
	bool closing;                    /* told to end */
	bool late;                       /* … because it did not log in in time */
	bool monitor;                    /* `terminal monitor` */
	uint32_t length, width, history; /* terminal settings */
	uint32_t rows, cols;             /* the client's window; 0 = not known */
	bool length_typed, width_typed;  /* configured or typed: the window no longer sets it */
	bool history_off, basic;         /* `no history`, `no editing` */
	char term[64];                   /* the kind of terminal, as the client names it */
	struct line_settings said;       /* its line, when that was last looked at */
	bool warned;                     /* of the end of its time */
	struct offer_set offered;        /* by SETUP */
	struct transcript transcript;
	struct prove prove;
	struct version1_peer v1;
	struct login login;
	uint8_t authenticated; /* how: enum aaa_by; 0 = not yet */
	struct buf opening;    /* OPEN, while servers are asked whether he may */
	struct authorize authorize;
	struct permit *permit; /* of what moves files */
	struct rights rights;
	uint32_t transfer_task; /* the same of what moves files */
	uint32_t account;       /* the task that is told of; 0 = none */
	struct grant grant;
	struct peer_names names;
	struct line *line;
	struct cli cli;
	bool exec;        /* runs one command */
	unsigned watched; /* facts it tells: enum ssh_trace_class */
	bool was_watched; /* it may tell some */
	bool said_bye;
	uint32_t bye;              /* why it says it ends: RFC 4253 section 11.1; 0 = nothing is wrong */
	struct transfer *transfer; /* NULL: it moves no files */
};

bool peer_is_console(const struct peer *p);
const char *peer_mac(const char *mac); /* a MAC's name for people: the AEAD ciphers have none of their own */
/* Names that peers chose are shown to other people's terminals: they hold nothing but printable ASCII. */
bool peer_printable(struct str s);
#define PEER_CLOSE_GRACE_MS 2000
#define PEER_TURN_MS        300 /* for a key exchange, however many want one: as in gate/admit.h */
/* Asks the session to print `text` and end; it is cut off if it does not within the grace. */
void peer_close(struct peer *p, unsigned status, const char *text);
bool peer_monitor(struct peer *p, const char *line); /* false: dropped, it lags or has no terminal */
void peer_settings(struct peer *p);                  /* sends length, width, history, editing */
/* What ipc_send's builders fill goes through here: queued in order while the session does not read. */
void peer_send(struct peer *p, struct buf *record);
void peer_flush(struct peer *p);                               /* the channel takes more */
bool peer_lags(const struct peer *p);                          /* so much waits for it that it may not ask for more */
void peer_drop_queue(struct peer *p);                          /* with its descriptors */
void peer_send_fd(struct peer *p, struct buf *record, int fd); /* takes over fd; -1 = none */
#define PEER_SEND(p, NAME, ...)                                                                                        \
	do {                                                                                                           \
		struct buf record_;                                                                                    \
		buf_init(&record_, IPC_MAX_RECORD);                                                                    \
		ipc_put_##NAME(&record_, &(struct ipc_msg_##NAME){ __VA_ARGS__ });                                     \
		peer_send(p, &record_);                                                                                \
		buf_release(&record_);                                                                                 \
	} while (0)
void peer_set_phase(struct peer *p, enum ipc_phase phase);
void peer_started(struct peer *p); /* counts no more as one that has no line yet */
/* (Re)starts the time after which the session is ended; 0 = never. */
void peer_set_deadline(struct peer *p, uint64_t ms);
/* Ends the session without a word. */
void peer_drop(struct peer *p);
/* Ends the session: it broke the rules. */
void peer_violation(struct peer *p, const char *what);
/* The shell a run belongs to, when a session runs it; NULL for the loader. */
struct peer *peer_of(const struct cli *sh);

#endif
