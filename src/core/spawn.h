/* SPDX-License-Identifier: Apache-2.0
 *
 * spawn.h: the running image executed again in another role: gate, or a helper. The child has /dev/null three times,
 * one descriptor (3), an empty environment, and the device's folder in its argument list.
 */
#ifndef CORE_SPAWN_H
#define CORE_SPAWN_H

#include <sys/types.h>

struct errbuf;

struct spawn_host {
	int image_fd;           /* the verified image */
	const char *device_dir; /* for the argument list */
	unsigned uid, gid;      /* to become; 0 = stay who one is */
};

/* Starts `--role ROLE`, with one more argument (NULL: none); `fd` becomes descriptor 3. The process id or a negative
 * E_*. */
pid_t spawn_role(const struct spawn_host *h, const char *role, const char *option, int fd, struct errbuf *e);

#endif
