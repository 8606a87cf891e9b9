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
#include <stdint.h>
#include <sys/types.h>

enum sandbox_role { SANDBOX_SESSION = 1, SANDBOX_GATE = 2 };

/* Compiles the allow-list of a role once; the program is malloc'd and used by every child. */
int sandbox_compile(enum sandbox_role role, struct sock_fprog *out, struct errbuf *e);
int sandbox_apply(const struct sock_fprog *filter); /* sets no_new_privs too */

/* Bits of enum sandbox_wall, 0 where the kernel has no Landlock, E_IO when it has and refuses. */
int sandbox_landlock(void);
int sandbox_undumpable(void); /* not dumpable, not traceable, no core file; 0 or E_IO */

/* Closes every descriptor but those in `keep` (ascending order). 0 or E_IO. */
int sandbox_close_others(const int *keep, unsigned n);

/* Becomes uid and gid without groups and capabilities, in `root` (NULL: no chroot). For root only. */
int sandbox_become(uid_t uid, gid_t gid, const char *root, struct errbuf *e);

/* Limits of one session: descriptors, memory, no processes, no files. */
int sandbox_limit_session(void);

#endif
