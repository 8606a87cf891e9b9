/* SPDX-License-Identifier: Apache-2.0
 *
 * service.h: sessions as they come and go, and what core answers them. What core can do to one is peer.h.
 */
#ifndef CORE_SERVICE_H
#define CORE_SERVICE_H

#include "ipc/messages.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct peer;
struct peer_origin;

/* Takes over `fd`, core's end of the session's channel. NULL: closed. `origin` outlives the session. */
struct peer *service_start(struct core *core, int fd, enum ipc_kind kind, const char *address, uint16_t port,
			   const struct peer_origin *origin);
/* A log line for the console and for who asked (see syslog_sink_fn); `arg` is core. */
unsigned service_log(void *arg, const char *line, unsigned places);

#endif
