/* SPDX-License-Identifier: Apache-2.0
 *
 * crash.h: a crash of core is noted in crashinfo/, and too many of them in too short a time end the attempts.
 */
#ifndef ROMMON_CRASH_H
#define ROMMON_CRASH_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CRASH_LIMIT     5     /* crashes … */
#define CRASH_WINDOW_MS 60000 /* … within this long are a loop */
#define CRASH_KEEP      20    /* notes kept */

struct crash_history {
	uint64_t at[CRASH_LIMIT];
	unsigned count; /* all since rommon began */
};

struct crash {
	pid_t pid;
	uint64_t up_ms;
	const char *cause; /* "killed by signal 11 (Segmentation fault)" */
	const char *image, *version;
};

/* Counts one; true: that is a loop. */
bool crash_count(struct crash_history *h, uint64_t now_ms);
/* Words for a wait status. */
void crash_cause(int wait_status, struct errbuf *cause);
/* Writes crashinfo/crash-YYYYMMDD-HHMMSS-N.txt with the end of the boot log, and drops the oldest notes. */
void crash_note(int crashinfo_fd, int run_fd, const struct crash *c);

#endif
