/* SPDX-License-Identifier: Apache-2.0
 *
 * send.h: a file sent to a server by nobody's command, or by one that only waits for it (`archive`): the host's
 * addresses, then the helper, as `copy` does it (carry.h). Nothing here waits. Runs in core.
 */
#ifndef CORE_SEND_H
#define CORE_SEND_H

#include "base/err.h"
#include "core/job.h"
#include "files/url.h"

struct core;
struct send;

/* Called from the event loop: JOB_PROGRESS with text for an operator; at last once JOB_RESULT, the server has taken all
 * of it, or JOB_FAILED, `words` say why. Then the sending is gone. */
typedef void send_fn(void *arg, enum job_kind kind, const char *words);

/* Sends the `size` bytes of `fd`, which is duplicated. NULL: it cannot be begun (errbuf). */
struct send *send_begin(struct core *core, const struct url *to, int fd, uint64_t size, send_fn *fn, void *arg,
			struct errbuf *e);
void send_cancel(struct send *s); /* fn is not called; NULL is fine */

#endif
