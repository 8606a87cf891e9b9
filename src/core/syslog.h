/* SPDX-License-Identifier: Apache-2.0
 *
 * syslog.h: the device's log: `%FACILITY-SEVERITY-MNEMONIC: text` with a time stamp, kept in a ring, shown on the
 * console and to sessions that asked (`terminal monitor`). Never holds a secret.
 */
#ifndef CORE_SYSLOG_H
#define CORE_SYSLOG_H

#include "base/buf.h"

struct core;
struct syslog;

struct syslog *syslog_new(struct core *core, int console_fd);
void syslog_free(struct syslog *log);
/* Severity 0 (emergency) … 7 (debug). Control characters in the text are replaced. */
void syslog_event(struct syslog *log, const char *facility, int severity, const char *mnemonic, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Everything in the ring, oldest first, as `show logging` prints it. */
void syslog_show(const struct syslog *log, struct buf *out);

#endif
