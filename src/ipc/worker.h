/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.h: the core's end of a process that core started for one thing and feeds over a channel (asker, courier). It
 * has nobody else: what it has to say waits until core takes it, and without core it ends.
 */
#ifndef IPC_WORKER_H
#define IPC_WORKER_H

#include "ipc/ipc.h"

#include <stdbool.h>

/* Exit statuses. */
enum { WORKER_LOCK = 3, WORKER_CHANNEL, WORKER_MEMORY };

/* After a send that returned `rc`: true when it is to be made again, for there is room now. The process ends if core is
 * no more. */
bool worker_again(const struct ipc_channel *core, int rc);
/* WORKER_TELL(core, QUERY_WANT, .id = 1) */
#define WORKER_TELL(core, NAME, ...)                                                                                   \
	do {                                                                                                           \
	} while (worker_again((core), IPC_SEND((core), NAME, __VA_ARGS__)))

/* Hands over every record that is there; those of another form than `handle` expects are its to refuse. */
void worker_read(struct ipc_channel *core, void (*handle)(struct ipc_record *r));

#endif
