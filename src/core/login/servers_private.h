/* SPDX-License-Identifier: Apache-2.0
 *
 * servers_private.h: what servers.c (who they are, which are asked), servers_read.c, servers_show.c and ask.c (one
 * question) share. Runs in core.
 */
#ifndef CORE_SERVERS_PRIVATE_H
#define CORE_SERVERS_PRIVATE_H

#include "aaa/aaa.h"
#include "aaa/radius.h"
#include "base/address.h"
#include "core/log/debug.h"
#include "core/login/servers.h"

#include <sys/queue.h>

#include <event2/util.h>

struct asker;
struct event;
struct lyd_node;

#define SERVERS_MAX 16 /* asked for one question */

struct servers_protocol {
	const char *root;   /* of its configuration */
	const char *all;    /* the group of all its servers */
	const char *prefix; /* of debug lines */
	enum debug_switch debug;
	unsigned tls_port;
};
extern const struct servers_protocol servers_protocols[AAA_PROTOCOLS];

/* What happened to questions that authenticate, or to records. Times in milliseconds. */
struct server_count {
	unsigned long requests, resent, timeouts, failovers, accepts, rejects, challenges, flaws[RADIUS_FLAWS];
	unsigned long starts, stops; /* records that were taken */
	uint64_t replies, all_ms, most_ms;
};
enum { COUNT_AUTH, COUNT_ACCT, COUNTS };

/* `automate-tester` */
struct server_tester {
	char user[65]; /* "": none */
	bool logins, records, probe_on;
	uint64_t idle_ms;
};

struct server {
	TAILQ_ENTRY(server) link;
	struct servers *of;
	enum aaa_protocol protocol;
	char name[254]; /* of its host or `tacacs server`, `radius server` */
	bool named;     /* the latter */
	bool configured;
	char address[46]; /* "" when the name has none */
	union address at;
	unsigned port, acct_port, timeout; /* timeout: seconds */
	unsigned retransmit;               /* how often a request is sent once more */
	char key[AAA_CLEAR_MAX + 1];
	bool single, sign; /* as in QUERY_SERVER */
	bool tls;
	char identity[256];     /* of TLS: the name or address that its certificate must have */
	char profile[64];       /* … and by whom (authorities.h); "": by nobody */
	struct buf authorities; /* … as its process has them */
	char client[64];        /* … and what it is shown of this device (credentials.h); "": nothing */
	struct asker *asker;    /* NULL: not started */
	unsigned peer;  /* grows when it becomes another one; questions to the former go on with what that was */
	unsigned users; /* questions that may come to it */
	bool down;      /* the log has said so */
	char why[200];  /* it could not be asked last; "": it has not failed */
	uint64_t dead_until_ms; /* 0: it is not */
	uint64_t asked_ms;      /* a request was sent; 0: none yet, as it is configured now */
	struct server_tester tester;
	unsigned probing;                      /* probes under way */
	struct ask *probe;                     /* that of logins */
	uint64_t since_ms, before_ms, dead_ms; /* it is up or down; how long it was not, and down in all */
	unsigned long deaths;
	uint64_t heard_ms; /* a valid reply came */
	unsigned unheard;  /* requests sent since then */
	struct server_count count[COUNTS];
	unsigned long opens, closes, aborts, errors, timeouts, failed, sent, received;
};

struct servers {
	struct core *core;
	struct event *timer; /* the next probe */
	TAILQ_HEAD(, server) list;
};

/* The servers of a group, in order, each held once more; how many. */
unsigned servers_of(const struct core *core, const char *group, struct server *out[SERVERS_MAX]);
void server_let_go(struct servers *list, struct server *s);
/* Its process, started if need be; NULL: it cannot be asked, e says why. */
struct asker *server_asker(struct servers *list, struct server *s, struct errbuf *e);
struct asker_socket;
/* A socket that begins to connect, as the group says; `accounting`: for records. */
bool server_connect(struct servers *list, struct server *s, const char *group, bool accounting,
		    struct asker_socket *out, struct errbuf *e);
bool server_dead(const struct server *s);
/* `absent`: at once (AAA_ABSENT); then asking it costs nothing, and it is not left out for the dead time. */
void server_failed(struct servers *list, struct server *s, const char *why, bool absent);
void server_answered(struct servers *list, struct server *s);
const char *server_called(const struct server *s); /* for people */
#define SERVER_PORTS 32
const char *server_ports(const struct server *s, char text[SERVER_PORTS]); /* so, too */
/* An entry of the configuration, with what holds for all where it says nothing itself; asker and counters are none. */
void server_read(const struct core *core, enum aaa_protocol protocol, bool named, const struct lyd_node *entry,
		 struct server *s);
/* The group whose way leads to it: the first that names it, else that of all. */
const char *server_group(const struct core *core, const struct server *s);

/* --- ask.c --- */

/* This one alone, dead or not; `arg` of the events is the server. NULL: out of memory. */
struct ask *servers_probe(struct core *core, struct server *s, const struct ipc_msg_QUERY *m,
			  const struct ask_events *events);

/* --- probe.c --- */

uint64_t probe_due_ms(const struct server *s);
void probe_arm(struct servers *list); /* something has changed */
void probe_on_timer(evutil_socket_t fd, short what, void *arg);

void server_debug(const struct core *core, const struct server *s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
