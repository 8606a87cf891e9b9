/* SPDX-License-Identifier: Apache-2.0
 *
 * host.h: what the host's kernel says of processors, memory and single processes (/proc). Read by core, which it does
 * not block: nothing of it waits for a disk.
 */
#ifndef CORE_HOST_H
#define CORE_HOST_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct host_process {
	uint64_t runtime_ms; /* processor time so far */
	uint64_t memory_kb;  /* resident */
};
bool host_process(int pid, struct host_process *p); /* false: gone */

struct host_memory {
	uint64_t total, available; /* bytes */
};
bool host_memory(struct host_memory *m);

/* How busy the processors were: call host_sample once a second, and ask for a percentage over the last so many seconds,
 * at most five minutes; `interrupts` is the part spent in them. */
#define HOST_SAMPLES 301
struct host_load {
	struct host_sample {
		uint64_t busy, interrupts, total;
	} ring[HOST_SAMPLES];
	unsigned long taken;
};
void host_sample(struct host_load *l);
unsigned host_busy(const struct host_load *l, unsigned seconds, unsigned *interrupts);

/* The readers' parsers: the text of /proc/PID/stat, /proc/meminfo and /proc/stat. False: it is none. */
bool host_parse_process(struct str text, uint64_t tick_ms, uint64_t page_kb, struct host_process *p);
bool host_parse_memory(struct str text, struct host_memory *m);
bool host_parse_load(struct str text, struct host_sample *s);

#endif
