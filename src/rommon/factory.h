/* SPDX-License-Identifier: Apache-2.0
 *
 * factory.h: what is left of the prompt after `no service password-recovery`: one question, whether the device is to
 * become what it was out of the box. Runs in rommon; whoever answers holds the console and may be a thief.
 */
#ifndef ROMMON_FACTORY_H
#define ROMMON_FACTORY_H

#include "rommon/console.h"

struct factory {
	struct console *console;
	size_t used;
	char line[8];
};

enum factory_answer { FACTORY_WAITS, FACTORY_NO, FACTORY_YES };

void factory_ask(struct factory *f);
/* One typed byte. */
enum factory_answer factory_key(struct factory *f, char key);

struct factory_folders {
	int flash, nvram, keys, secure, crashinfo; /* secure: -1 if there is none */
};
/* Takes away the configuration, its copies and archive, the keys, the boot variables and every file of flash0: that is
 * no image. The images and the secured one stay. The boot variables go last: until all else is gone and on the disk,
 * the question is all there is. 0, or E_IO and nothing more is promised than that. */
int factory_reset(const struct factory_folders *at, struct errbuf *e);

#endif
