/* SPDX-License-Identifier: Apache-2.0
 *
 * load.h: from a name in flash to a descriptor that may be run. The verifying is done by ravelin-verify, a child
 * that exits; what it verified is the descriptor, so a file swapped under its name afterwards changes nothing.
 */
#ifndef ROMMON_LOAD_H
#define ROMMON_LOAD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define LOAD_VERIFIER "ravelin-verify"
#define LOAD_NAME_MAX 256

struct load {
	int fd; /* O_RDONLY on the verified image; -1 if there is none */
	char name[LOAD_NAME_MAX];
	char version[32];
	char text[700]; /* lines for the console, each ended by "\n" */
};

/* Opens NAME in flash and verifies it. 0 and l->fd (the caller closes it), or a negative E_* and the reason. */
int load_named(int libexec_fd, int flash_fd, const char *name, struct load *l, struct errbuf *e);

/* The secured image is in a folder of its own (secure/), under the name it has in flash0:, whether flash has it or not:
 * calls fn for each until it returns true, as load_each. */
bool load_each_secured(int secure_fd, bool (*fn)(void *arg, const char *name), void *arg);
/* Is there a secured image of this name? */
bool load_is_secured(int secure_fd, const char *name);

/* Names in flash that look like images (*.bin, or an ELF file), in order of name: calls fn for each until it returns
 * true. True if one did. */
bool load_each(int flash_fd, bool (*fn)(void *arg, const char *name), void *arg);

/* Does this file begin as an executable? */
bool load_is_elf(int flash_fd, const char *name);

/* A regular file below flash, opened without following any link. Negative E_* and the reason. */
int load_open(int flash_fd, const char *name, struct errbuf *e);

#endif
