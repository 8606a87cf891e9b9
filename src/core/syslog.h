/* SPDX-License-Identifier: Apache-2.0
 *
 * syslog.h: the device's log: `%FACILITY-SEVERITY-MNEMONIC: text` with a time stamp, kept in a ring, shown on the
 * console and to sessions that asked (`terminal monitor`). Never holds a secret.
 */
#ifndef CORE_SYSLOG_H
#define CORE_SYSLOG_H

#include "base/buf.h"

#include <stdbool.h>

struct syslog;

/* `console_fd`: shown there until a session sits on the console; -1 = nowhere. */
struct syslog *syslog_new(int console_fd);
/* Gets every line; true: the console has a session and has seen it. */
typedef bool syslog_sink_fn(void *arg, const char *line);
void syslog_sink(struct syslog *log, syslog_sink_fn *fn, void *arg);
void syslog_booted(struct syslog *log); /* from now on standard error (run/boot.log) gets no copy */
void syslog_free(struct syslog *log);
/* Severity 0 (emergency) … 7 (debug). What is not printable ASCII is replaced. */
void syslog_event(struct syslog *log, const char *facility, int severity, const char *mnemonic, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* A name a stranger chose, as it may stand in a log line: what could end the field it stands in becomes '?'. */
#define SYSLOG_WORD_MAX 65
const char *syslog_word(const char *name, char out[SYSLOG_WORD_MAX]);
/* Everything in the ring, oldest first, as `show logging` prints it. */
void syslog_show(const struct syslog *log, struct buf *out);

#endif
