/* SPDX-License-Identifier: Apache-2.0
 *
 * prompt.h: the `rommon 1 >` prompt: a line editor of one line and a table of commands. Entered after a break, where
 * the configuration register says so, or when nothing can be booted and somebody is at the console.
 */
#ifndef ROMMON_PROMPT_H
#define ROMMON_PROMPT_H

#include "rommon/console.h"
#include "rommon/vars.h"

struct prompt {
	struct console *console;
	int flash_fd, nvram_fd;
	unsigned number; /* of the next command */
	size_t used;
	char line[VARS_NAME_MAX + 16];
	char boot[VARS_NAME_MAX]; /* what PROMPT_BOOT should boot; "" = as the boot variables say */
};

enum prompt_action {
	PROMPT_STAY,
	PROMPT_BOOT, /* `boot` */
	PROMPT_RESET /* `reset`: from the beginning, boot variables and all */
};

void prompt_show(struct prompt *p);
/* One typed byte. */
enum prompt_action prompt_key(struct prompt *p, char key);

#endif
