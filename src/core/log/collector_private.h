/* SPDX-License-Identifier: Apache-2.0
 *
 * collector_private.h: what collector.c (its queue, and what others see of it) and collector_link.c (its process and
 * its connection) share. Runs in core.
 */
#ifndef CORE_COLLECTOR_PRIVATE_H
#define CORE_COLLECTOR_PRIVATE_H

#include "core/log/collector.h"
#include "ipc/ipc.h"

#include <event2/util.h>
#include <netinet/in.h>
#include <stdint.h>

struct event;

#define COLLECTOR_FIRST_MS 500 /* until the next try; doubled each time */

struct waiting {
	TAILQ_ENTRY(waiting) link;
	uint64_t id; /* 0: not with the courier */
	size_t n;
	uint8_t text[];
};

enum collector_state { IDLE /* no process */, CONNECTING, STANDS, WANTING /* until the timer */ };

struct collector {
	struct core *core;
	struct collector_spec spec;
	enum collector_state state;
	pid_t pid;
	struct ipc_channel channel;
	struct event *readable, *timer;
	unsigned wait_ms;
	uint64_t stands_since_ms;
	bool greeted;         /* the courier's first word has come */
	bool started, failed; /* the log has said so */
	char why[COURIER_WHY], source[INET6_ADDRSTRLEN];
	TAILQ_HEAD(, waiting) queue; /* those with the courier first */
	size_t bytes;
	unsigned with_courier;
	uint64_t last_id;
	unsigned long carried, waits, dropped, told_dropped;
};

/* --- collector.c --- */

void collector_forget(struct collector *c, struct waiting *w);
/* The courier gets as many lines as it may have. */
void collector_hand_over(struct collector *c);

/* --- collector_link.c --- */

void collector_link_on_timer(evutil_socket_t fd, short what, void *arg);
void collector_link_start(struct collector *c);
void collector_link_end(struct collector *c); /* whatever was under way is to be carried by the next */
void collector_link_fail(struct collector *c, const char *why);

#endif
