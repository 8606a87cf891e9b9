/* SPDX-License-Identifier: Apache-2.0
 *
 * servers_private.h: what servers.c (who they are, which are asked) and ask.c (one question) share. Runs in core.
 */
#ifndef CORE_SERVERS_PRIVATE_H
#define CORE_SERVERS_PRIVATE_H

#include "aaa/aaa.h"
#include "base/address.h"
#include "core/login/servers.h"

#include <sys/queue.h>

struct asker;

#define SERVERS_MAX 16 /* asked for one question */

struct server {
	TAILQ_ENTRY(server) link;
	char name[254]; /* of its host or `tacacs server` */
	bool named;     /* the latter */
	bool configured;
	char address[46]; /* "" when the name has none */
	union address at;
	unsigned port, timeout; /* seconds */
	char key[AAA_CLEAR_MAX + 1];
	bool single;
	struct asker *asker; /* NULL: not started */
	unsigned users;      /* questions that may come to it */
	bool down;           /* the log has said so */
	uint64_t dead_until_ms;
	unsigned long opens, closes, aborts, errors, timeouts, failed, sent, received;
};

struct servers {
	struct core *core;
	TAILQ_HEAD(, server) list;
};

/* The servers of a group, in order, each held once more; how many. */
unsigned servers_of(const struct core *core, const char *group, struct server *out[SERVERS_MAX]);
void server_let_go(struct servers *list, struct server *s);
/* Its process, started if need be; NULL: it cannot be asked, e says why. */
struct asker *server_asker(struct servers *list, struct server *s, struct errbuf *e);
/* A descriptor that begins to connect, as the group says; or negative. */
int server_connect(struct servers *list, struct server *s, const char *group, struct errbuf *e);
bool server_dead(const struct server *s);
void server_failed(struct servers *list, struct server *s, const char *why);
void server_answered(struct servers *list, struct server *s);
void servers_debug(const struct core *core, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
