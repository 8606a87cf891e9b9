/* SPDX-License-Identifier: Apache-2.0
 *
 * loop.c: see loop.h. Runs in core.
 */
#include "loop.h"

#include <event2/event.h>
#include <time.h>

static uint64_t longest_us;

static uint64_t processor_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void loop_run(struct event_base *base)
{
	uint64_t before = processor_us(), now;

	while (event_base_loop(base, EVLOOP_ONCE) == 0 && !event_base_got_break(base)) {
		now = processor_us();
		if (now - before > longest_us)
			longest_us = now - before;
		before = now;
	}
}

uint64_t loop_longest_us(void)
{
	return longest_us;
}
