/* SPDX-License-Identifier: Apache-2.0
 *
 * bootset_private.h: what bootset.c and bootset_watch.c share.
 */
#ifndef CORE_BOOTSET_PRIVATE_H
#define CORE_BOOTSET_PRIVATE_H

#include "core/files/bootset.h"

#define BOOTSET_ROOT "/ravelin-resilience:secure"

struct bootset_watch;

struct bootset {
	struct core *core;
	int dirfd; /* secure/; -1: it cannot be used */
	EVP_PKEY *key;
	struct manifest m;
	bool damaged;      /* its manifest is not what this device signed */
	struct errbuf why; /* what was found at the start, for the log; "": nothing */
	struct bootset_watch *watch;
};

/* The name in secure/ of the image. */
const char *bootset_image_name(const struct bootset *b);
int bootset_watch_start(struct bootset *b);

#endif
