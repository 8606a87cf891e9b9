/* SPDX-License-Identifier: Apache-2.0
 *
 * syslog.h: the device's log: `%FACILITY-SEVERITY-MNEMONIC: text` behind a time stamp. It goes to the console, to
 * sessions that asked (`terminal monitor`), to a buffer and to collectors, each from its configured severity on. Never
 * holds a secret.
 */
#ifndef CORE_SYSLOG_H
#define CORE_SYSLOG_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct clock;
struct model;
struct syslog;

enum syslog_place { SYSLOG_CONSOLE = 1, SYSLOG_MONITOR = 2, SYSLOG_LOST = 4 /* somebody's line was dropped */ };

/* `console_fd`: shown there until a session sits on the console; -1 = nowhere. `clock` is borrowed. */
struct syslog *syslog_new(int console_fd, const struct clock *clock);
/* Gets every line with the places it is for; returns those where somebody has got it, and SYSLOG_LOST. */
typedef unsigned syslog_sink_fn(void *arg, const char *line, unsigned places);
void syslog_sink(struct syslog *log, syslog_sink_fn *fn, void *arg);
/* One message, on its way to collectors: borrowed. */
struct syslog_message {
	int severity;
	const char *facility, *mnemonic; /* NULL: a line of `debug` */
	const char *line;                /* as everybody else gets it */
	const char *text;                /* its end, behind stamp and name */
	unsigned long number;            /* counts every message */
	bool numbered;                   /* `service sequence-numbers` */
	struct timespec wall;
};
/* Gets what passes `logging trap` while logging is on. False: there is no collector. */
typedef bool syslog_remote_fn(void *arg, const struct syslog_message *m);
void syslog_remote(struct syslog *log, syslog_remote_fn *fn, void *arg);
/* Reads `logging …` and `service timestamps …` from the model again. */
void syslog_configure(struct syslog *log, const struct model *m);
void syslog_booted(struct syslog *log); /* from now on standard error (run/boot.log) gets no copy */
void syslog_free(struct syslog *log);
/* Severity 0 (emergency) … 7 (debug). What is not printable ASCII is replaced. */
void syslog_event(struct syslog *log, const char *facility, int severity, const char *mnemonic, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* A name a stranger chose, as it may stand in a log line: what could end the field it stands in becomes '?'. */
#define SYSLOG_WORD_MAX 65
const char *syslog_word(const char *name, char out[SYSLOG_WORD_MAX]);
/* A line of `debug`: of the lowest severity, with a stamp of its own and no name before it. */
void syslog_debug(struct syslog *log, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What `show logging` prints: of the places, before the collectors; and behind them, before the lines. */
void syslog_show(const struct syslog *log, struct buf *out);
void syslog_show_buffer(const struct syslog *log, struct buf *out);
/* Lines of the buffer from *at (0: the oldest) on, a piece at a time; false: that was the last. */
bool syslog_lines(const struct syslog *log, uint64_t *at, struct buf *out);
void syslog_clear(struct syslog *log);

#endif
