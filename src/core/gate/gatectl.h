/* SPDX-License-Identifier: Apache-2.0
 *
 * gatectl.h: core's hand on gate: starts it by fork and exec of the running image at boot, after its death and every
 * so many connections (one path for all three), gives it sockets and policy, and takes new sessions from it.
 */
#ifndef CORE_GATECTL_H
#define CORE_GATECTL_H

#include "access/penalty.h"
#include "ipc/messages.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct gatectl;
struct ipc_msg_MATCHED;
struct peer;
struct peer_origin;
struct errbuf;

/* ready: a new gate has taken over; it has no listening socket and no list yet. matched: a rule with `log`. arrived:
 * gate brought a connection, or the console gets a session; takes over `fd`, core's end of its channel. */
struct gatectl_events {
	void (*ready)(struct core *core);
	void (*matched)(struct core *core, const struct ipc_msg_MATCHED *m);
	struct peer *(*arrived)(struct core *core, int fd, enum ipc_kind kind, const char *address, uint16_t port,
				const struct peer_origin *origin);
};
struct gatectl *gatectl_new(struct core *core, int console_fd, const struct gatectl_events *events);
int gatectl_start(struct gatectl *g, struct errbuf *e);
bool gatectl_reaped(struct gatectl *g, int pid, int wait_status); /* true: it was gate */
void gatectl_listen(struct gatectl *g, uint32_t id, int fd);
void gatectl_unlisten(struct gatectl *g, uint32_t id);
pid_t gatectl_pid(const struct gatectl *g); /* of the gate at work; 0 = none */
/* Whether sessions are to have single DES (see gate.h): another gate takes over when that changes. */
void gatectl_des(struct gatectl *g, bool wanted);
/* Starts a session on the console line. */
void gatectl_console(struct gatectl *g);
/* Sends the limits of the present configuration. */
void gatectl_policy(struct gatectl *g);
void gatectl_quiet(struct gatectl *g, bool quiet); /* only whom the list of quiet mode permits comes in */
/* The access lists, the memory of the penalties. A gate that cannot take them is ended: the next one gets them. */
int gatectl_lists(struct gatectl *g, int fd, uint64_t size, uint32_t serial);
int gatectl_ledger(struct gatectl *g, int fd);
void gatectl_penalty(struct gatectl *g, const struct access_source *source, enum penalty_cause cause);
unsigned gatectl_places(const struct gatectl *g);            /* for connections that have not logged in */
void gatectl_keyed(struct gatectl *g, const struct peer *p); /* the first key exchange is done */

#endif
