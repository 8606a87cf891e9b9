/* SPDX-License-Identifier: Apache-2.0
 *
 * lockout.h: `aaa local authentication attempts max-fail`: a local user who fails so often without getting in is locked
 * out until somebody unlocks him or the device is booted again. Who is locked out is refused as for a wrong password;
 * only the log and `show aaa local user lockout` tell. Users of privilege 15 are never locked out, so that somebody is
 * left; nor does a key count, which nobody can guess. Without AAA nothing of this holds.
 */
#ifndef CORE_LOCKOUT_H
#define CORE_LOCKOUT_H

#include "base/buf.h"

#include <stdbool.h>

struct core;
struct lockout;

struct lockout *lockout_new(struct core *core); /* NULL: out of memory */
/* `user`: the name of an entry; "", or one that is no more, is nobody's and counts for nothing. */
bool lockout_locked(const struct lockout *l, const char *user);
void lockout_failed(struct lockout *l, const char *user); /* a password or a code was wrong */
void lockout_passed(struct lockout *l, const char *user); /* he is in, by all that was asked of him */
/* `user` NULL: everybody. What was wrong with him is forgotten: that he is locked out, or how often he failed. The
 * number of users that this changed; `who` is for the log. */
unsigned lockout_unlock(struct lockout *l, const char *user, const char *who);
unsigned lockout_forget(struct lockout *l, const char *user, const char *who);
void lockout_show(const struct lockout *l, struct buf *out);

#endif
