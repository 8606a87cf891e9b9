/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.h: the `rommon 1 >` prompt: a line editor of one line and a table of commands. Entered after a break, where
 * the configuration register says so, or when nothing can be booted and somebody is at the console.
 */
#ifndef ROMMON_MONITOR_H
#define ROMMON_MONITOR_H

#include "rommon/console.h"
#include "image/vars.h"

struct monitor {
	struct console *console;
	int flash_fd, nvram_fd;
	unsigned number; /* of the next command */
	size_t used;
	char line[VARS_NAME_MAX + 16];
	char boot[VARS_NAME_MAX]; /* what MONITOR_BOOT should boot; "" = as the boot variables say */
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
