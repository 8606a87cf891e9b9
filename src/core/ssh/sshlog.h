/* SPDX-License-Identifier: Apache-2.0
 *
 * sshlog.h: `ip ssh logging events`: the stations of an SSH connection in the log, in the words IOS has for them.
 * Without the command they say nothing. What ends a connection by the peer's fault is always logged. All that strangers
 * can cause without having logged in comes at a limited pace; what is held back is counted and said.
 */
#ifndef CORE_SSHLOG_H
#define CORE_SSHLOG_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct peer;

void sshlog_session(const struct peer *p, bool ok);  /* the first key exchange is done; or never was */
void sshlog_userauth(const struct peer *p, bool ok); /* one attempt: p->login says whose */
void sshlog_close(const struct peer *p);             /* a connection that had keys is gone */
/* As a session's BYE says it: enum ipc_fault and the client's list. Both hostile. */
void sshlog_fault(const struct peer *p, uint8_t fault, struct str client);

#endif
