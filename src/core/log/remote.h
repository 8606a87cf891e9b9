/* SPDX-License-Identifier: Apache-2.0
 *
 * remote.h: the collectors of `logging host`: which there are, and that each gets every message that passes.
 */
#ifndef CORE_REMOTE_H
#define CORE_REMOTE_H

#include "base/buf.h"

#include <stddef.h>
#include <sys/types.h>

struct core;
struct remote;

struct remote *remote_new(struct core *core); /* NULL: out of memory */
/* The startup-config is in force: connections are made from now on. */
void remote_booted(struct remote *r);
void remote_credentials_changed(struct remote *r, const char *trustpoint); /* credentials.h */
void remote_show(const struct core *core, struct buf *out);
pid_t remote_process(const struct core *core, size_t i); /* for `show processes`; -1 behind the last */

#endif
