/* SPDX-License-Identifier: Apache-2.0
 *
 * sshlog.h: `ip ssh logging events`: the stations of an SSH connection in the log, in the words IOS has for them.
 * Without the command they say nothing.
 */
#ifndef CORE_SSHLOG_H
#define CORE_SSHLOG_H

#include <stdbool.h>

struct peer;

void sshlog_session(const struct peer *p, bool ok);  /* the first key exchange is done; or never was */
void sshlog_userauth(const struct peer *p, bool ok); /* one attempt: p->login says whose */
void sshlog_close(const struct peer *p);             /* a connection that had keys is gone */

#endif
