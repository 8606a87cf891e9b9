/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.c: see worker.h. Runs in asker and courier.
 */
#include "worker.h"

#include "base/err.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

bool worker_again(const struct ipc_channel *core, int rc)
{
	struct pollfd room = { .fd = core->fd, .events = POLLOUT };

	if (rc == E_AGAIN && (ppoll(&room, 1, NULL, NULL) >= 0 || errno == EINTR))
		return true;
	if (rc < 0)
		_exit(WORKER_CHANNEL);
	return false;
}

void worker_read(struct ipc_channel *core, void (*handle)(struct ipc_record *r))
{
	struct ipc_record r;
	int rc;

	while ((rc = ipc_recv(core, PH_ANY, 0, &r)) == 0) {
		handle(&r);
		ipc_record_release(&r);
	}
	if (rc != E_AGAIN)
		_exit(rc == E_CLOSED ? 0 : WORKER_CHANNEL);
}
