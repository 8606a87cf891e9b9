/* SPDX-License-Identifier: Apache-2.0
 *
 * core.h: the running image's core as rommon sees it: started from the verified descriptor, listened to, ended, and
 * everything it left behind swept away. What it says is checked but believed: it is the device.
 */
#ifndef ROMMON_CORE_H
#define ROMMON_CORE_H

#include "base/err.h"
#include "image/boot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct core {
	pid_t pid;   /* 0: none */
	int control; /* BOOT_FD_CONTROL's other end; -1 */
	uint64_t started_ms, heard_ms;
	bool heard, ready, reload, failed;
	char words[sizeof((struct boot_message *)0)->text]; /* of BOOT_FAILED */
	char status[sizeof((struct boot_message *)0)->text];
};

struct core_start {
	int image_fd, console_fd, device_fd, log_fd;
	const char *device;      /* absolute path, for the argument list */
	const char *const *lent; /* what device.conf and the command line lend, as core's arguments (image/boot.h) */
	size_t lent_count;       /* at most 2 * BOOT_LENT_MAX */
};

int core_start(struct core *c, const struct core_start *s, uint64_t now_ms, struct errbuf *e);
/* Takes in everything core has said so far. */
void core_listen(struct core *c, uint64_t now_ms);
void core_ask_stop(struct core *c);
/* When core must be killed unless it says something; UINT64_MAX when there is none. */
uint64_t core_deadline(const struct core *c);
/* Core has been reaped: forget it and end every process it left. False if one would not go. */
bool core_sweep(struct core *c);

#endif
