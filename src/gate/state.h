/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h: what gate knows, and what its parts ask of each other. gate.c waits, accepts and forks; orders.c does what
 * core says; tell.c tells core. Runs in gate.
 */
#ifndef GATE_STATE_H
#define GATE_STATE_H

#include "gate/admit.h"
#include "gate/knock.h"
#include "ipc/ipc.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LISTENERS    64
#define REFUSED_RATE 2 /* a second, reported; the rest is counted */
#define MATCHED_RATE 2

struct listener {
	uint32_t id;
	int fd;
	bool away; /* in a VRF */
};

struct gate {
	struct ipc_channel core;
	struct sock_fprog session_filter;
	struct listener listeners[LISTENERS];
	unsigned n_listeners;
	struct admit admit;
	struct knock knock;
	struct ipc_bucket refused, matched;
	unsigned unreported, unmatched;
	uint64_t now;
	bool core_gone;
};

/* A session on `peer` whose channel to core is `core`; its pid, or -1. In the child it does not return. */
pid_t gate_fork_session(struct gate *g, enum ipc_kind kind, int peer, int core);

void orders_read(struct gate *g); /* what core said meanwhile; core_gone is set when nothing more will come */

/* False: core has not taken it in time, and will not. */
bool tell_connection(struct gate *g, pid_t pid, const int fds[2]);
void tell_gone(struct gate *g, pid_t pid, int status);
/* At a limited pace; what is left out is counted, and told with the next. */
void tell_refused(struct gate *g, const struct access_packet *peer, const char *why);
void tell_matched(struct gate *g, const struct access_packet *p, uint32_t rule); /* a rule with `log` decided */

#endif
