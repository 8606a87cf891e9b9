/* SPDX-License-Identifier: Apache-2.0
 *
 * sandbox.h: the walls around gate, sessions and helpers: Landlock with everything handled and nothing granted,
 * seccomp allow-lists, limits, no dumps, no descriptors but the named ones.
 * Order for a process that locks itself in: close descriptors, chroot and user, sandbox_undumpable (a change of user
 * resets it), sandbox_landlock, sandbox_apply (seccomp last: it forbids the calls of the others).
 */
#ifndef SESSION_SANDBOX_H
#define SESSION_SANDBOX_H

#include "base/err.h"
#include "base/walls.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* The last four are beside a session's list: for helpers what moves files, connects, looks names up; for couriers what
 * tells how much has arrived. */
enum sandbox_role {
	SANDBOX_SESSION = 1,
	SANDBOX_GATE = 2,
	SANDBOX_MOVE = 4,
	SANDBOX_CONNECT = 8,
	SANDBOX_RESOLVE = 16,
	SANDBOX_COURIER = 32
};

/* Compiles the allow-list of one or more roles once; the program is malloc'd and used by every child. */
int sandbox_compile(unsigned roles, struct sock_fprog *out, struct errbuf *e);
int sandbox_apply(const struct sock_fprog *filter); /* sets no_new_privs too */

/* Bits of enum sandbox_wall, 0 where the kernel has no Landlock, E_IO when it has and refuses. */
int sandbox_landlock(void);
/* The same, but these files may be read (ends with NULL; NULL: none) and, if `connects`, connections made, from an
 * address of its choice. */
int sandbox_landlock_but(const char *const *files, bool connects);
int sandbox_undumpable(void); /* not dumpable, not traceable, no core file; 0 or E_IO */

/* Closes every descriptor but those in `keep` (ascending order). 0 or E_IO. */
int sandbox_close_others(const int *keep, unsigned n);

/* Becomes uid and gid without groups and capabilities, in `root` (NULL: no chroot). For root only. */
int sandbox_become(uid_t uid, gid_t gid, const char *root, struct errbuf *e);

/* Limits of one session: `fds` descriptors, memory, no processes, no files. */
#define SANDBOX_SESSION_FDS 80 /* the files of one SFTP client, and a dozen */
int sandbox_limit_session(unsigned fds);

/* The number after `option` among the arguments of a role, or 0. */
unsigned sandbox_argument(int argc, char **argv, const char *option);

/* All of it, for a role that core executes (core/spawn.h): keeps descriptor `fd` alone, becomes the `--uid N --gid N`
 * of its arguments, the system calls of these roles and `fds` descriptors, no byte into a file, so much time of the
 * processor (RLIM_INFINITY: as long as it lives). What libcrypto reads from files must have been read. 0 or E_*. */
int sandbox_alone(int argc, char **argv, unsigned roles, int fd, unsigned fds, rlim_t cpu_seconds);

#endif
