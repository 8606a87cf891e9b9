/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.h: the `rommon 1 >` prompt: a line editor of one line, its history, and a table of commands. Entered after a
 * break, where the configuration register says so, or when nothing can be booted and somebody is at the console.
 */
#ifndef ROMMON_MONITOR_H
#define ROMMON_MONITOR_H

#include "rommon/confreg.h"
#include "rommon/console.h"
#include "image/vars.h"

#define MONITOR_LINE    (VARS_NAME_MAX + 16)
#define MONITOR_HISTORY 16 /* lines */

struct monitor {
	struct console *console;
	struct vars *vars; /* those in force; `sync` writes them, `reset` forgets what was not written */
	int flash_fd, nvram_fd;
	int secure_fd; /* -1: none */
	bool asking;   /* what is typed is an answer to `confreg` */
	struct confreg confreg;
	unsigned number, recalled; /* of the next command; of the one that the arrow keys have brought back */
	uint8_t escape;            /* how many bytes of a key's sequence (ESC [ A) were read */
	size_t used;
	char line[MONITOR_LINE];
	char history[MONITOR_HISTORY][MONITOR_LINE]; /* line n is at n % MONITOR_HISTORY */
	char boot[VARS_NAME_MAX];                    /* what MONITOR_BOOT should boot; "" = as the boot variables say */
};

enum monitor_action {
	MONITOR_STAY,
	MONITOR_BOOT, /* `boot` */
	MONITOR_RESET /* `reset`: from the beginning, boot variables and all */
};

void monitor_show(struct monitor *p);
/* One typed byte. */
enum monitor_action monitor_key(struct monitor *p, char key);

#endif
