/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_private.h: what the files of the asker share: the loop and core's messages (asker.c), and a protocol each.
 */
#ifndef ASKER_PRIVATE_H
#define ASKER_PRIVATE_H

#include "aaa/query.h"
#include "asker/asker.h"
#include "ipc/worker.h"

#include <poll.h>

/* A query of core (its id is new), the socket it wanted (*fd is -1 when it is taken over), the user's answer or core's
 * word that it is over, and that no reply came; then the descriptors to poll, and one that is ready. */
struct asker_protocol {
	void (*query)(const struct ipc_msg_QUERY *m);
	void (*socket)(const struct ipc_msg_QUERY_SOCKET *m, int *fd);
	void (*answer)(const struct ipc_msg_QUERY_ANSWER *m);
	void (*again)(uint32_t id);
	nfds_t (*poll)(struct pollfd *fds, nfds_t max);
	void (*ready)(const struct pollfd *fd);
};
extern const struct asker_protocol asker_tacacs, asker_radius, asker_radsec;
/* How many Identifiers asker_radsec has in use: none, when it has neither questions nor connections. */
unsigned asker_radsec_taken(void);

/* What core asks, as the protocols take it: of m. `local` is left to those that want it. */
struct aaa_query asker_query(const struct ipc_msg_QUERY *m);

/* The server, as QUERY_SERVER names it. */
struct asker_server {
	const struct asker_protocol *speaks; /* NULL: not yet */
	struct buf key;
	struct buf authorities; /* by TLS: PEM */
	struct buf chain, own;  /* … and what it is shown of this device: certificates, their key */
	bool single, sign, tls;
	char name[256]; /* by TLS: whose certificate it must show */
};
extern struct asker_server asker_server;

extern struct ipc_channel asker_core;
#define ASKER_TELL(NAME, ...) WORKER_TELL(&asker_core, NAME, __VA_ARGS__)

#endif
