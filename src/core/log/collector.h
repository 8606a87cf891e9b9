/* SPDX-License-Identifier: Apache-2.0
 *
 * collector.h: one syslog server: its queue, its process (src/courier) and the connection core makes for it. A line
 * waits here until the courier says that it has arrived; who is away for long loses the oldest, and they are counted.
 */
#ifndef CORE_COLLECTOR_H
#define CORE_COLLECTOR_H

#include "base/buf.h"
#include "courier/courier.h"

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

struct collector;
struct core;

#define COLLECTOR_QUEUE ((size_t)1 << 20) /* bytes of lines that wait */

/* What the configuration says of it, resolved. */
struct collector_spec {
	char name[254];   /* as configured: whose certificate it must show */
	char vrf[64];     /* "": none */
	char address[46]; /* "": none is known */
	char source[46];  /* to send from; "": as the host decides */
	char from[64];    /* the interface that should have it; "": none is wanted */
	char profile[64]; /* of TLS; "": none */
	char file[256];   /* of its authorities; "": the system's store */
	char client[64];  /* what it is shown of this device (credentials.h); "": nothing */
	enum log_transport transport;
	bool octets;
	unsigned port;
};

/* NULL: out of memory. Nothing is sent before collector_start. */
struct collector *collector_new(struct core *core, const struct collector_spec *spec);
void collector_free(struct collector *c);
/* It is here, or there, from now on; what waits stays. The same spec changes nothing. */
void collector_change(struct collector *c, const struct collector_spec *spec);
void collector_again(struct collector *c); /* the same, by another process and connection */
const struct collector_spec *collector_spec(const struct collector *c);
void collector_start(struct collector *c);
void collector_put(struct collector *c, struct str line); /* may drop the oldest that waits */
/* The address its lines come from; "" while there was no connection. */
const char *collector_source(const struct collector *c);
void collector_show(const struct collector *c, struct buf *out);
pid_t collector_pid(const struct collector *c); /* -1: none */

#endif
