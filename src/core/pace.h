/* SPDX-License-Identifier: Apache-2.0
 *
 * pace.h: so many a second and no more of what strangers can cause without end; the rest is counted, and told with what
 * passes next. Once it was too much nothing passes for a second, so that the log does not alternate between the two.
 * Zeroed is ready.
 */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include "core/clock.h"
#include "ipc/ipc.h"

struct pace {
	struct ipc_bucket bucket;
	uint64_t closed_until;
	unsigned long left_out;
};

/* True: it passes, and *left_out were held back since the last that did. `rate` a second, bursts of four times that. */
static inline bool pace_take(struct pace *p, uint32_t rate, unsigned long *left_out)
{
	uint64_t now = clock_now_ms();

	if (now < p->closed_until || !ipc_bucket_take(&p->bucket, rate, now)) {
		p->closed_until = p->closed_until > now ? p->closed_until : now + 1000;
		p->left_out++;
		return false;
	}
	*left_out = p->left_out;
	p->left_out = 0;
	return true;
}

#endif
