/* SPDX-License-Identifier: Apache-2.0
 *
 * syslog.c: see syslog.h. Runs in core; texts may quote what peers sent, so control characters never pass.
 */
#include "syslog.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RING_LINES     200
#define LINE_MAX_BYTES 512

struct syslog {
	int console_fd;
	bool quiet; /* booted: boot.log gets no more */
	syslog_sink_fn *sink;
	void *sink_arg;
	char *ring[RING_LINES];
	unsigned long logged; /* ever; the next slot is logged % RING_LINES */
};

struct syslog *syslog_new(int console_fd)
{
	struct syslog *log = calloc(1, sizeof *log);

	if (log)
		log->console_fd = console_fd;
	return log;
}

void syslog_free(struct syslog *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < RING_LINES; i++)
		free(log->ring[i]);
	free(log);
}

/* `*Nov 17 12:50:53.199: `; the star says that no time source vouches for the clock. */
static size_t stamp(char *out, size_t size)
{
	struct timespec now;
	struct tm tm;
	char date[32];
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof date, "%b %e %H:%M:%S", &tm);
	n = snprintf(out, size, "*%s.%03ld: ", date, now.tv_nsec / 1000000);
	return n > 0 ? (size_t)n : 0;
}

/* Before anybody listens: whoever started the device reads run/boot.log, and the console's pty keeps its own copy (a
 * full one loses the line). */
static void deliver(struct syslog *log, const char *line)
{
	char text[LINE_MAX_BYTES + 4];
	int n;

	if (!log->quiet)
		dprintf(STDERR_FILENO, "%s\n", line);
	if (log->sink && log->sink(log->sink_arg, line))
		return;
	n = snprintf(text, sizeof text, "%s\r\n", line);
	if (log->console_fd >= 0 && n > 0 && write(log->console_fd, text, (size_t)n) < 0)
		return;
}

void syslog_sink(struct syslog *log, syslog_sink_fn *fn, void *arg)
{
	log->sink = fn;
	log->sink_arg = arg;
}

void syslog_booted(struct syslog *log)
{
	log->quiet = true;
}

void syslog_event(struct syslog *log, const char *facility, int severity, const char *mnemonic, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	size_t n = stamp(line, sizeof line);
	va_list ap;
	char **slot = &log->ring[log->logged++ % RING_LINES];

	n += (size_t)snprintf(line + n, sizeof line - n, "%%%s-%d-%s: ", facility, severity, mnemonic);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - n, fmt, ap);
	va_end(ap);
	for (char *p = line; *p; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			*p = '?';
	}
	free(*slot);
	*slot = strdup(line);
	deliver(log, line);
}

const char *syslog_word(const char *name, char out[SYSLOG_WORD_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+$/\\=~";
	size_t n = 0;

	for (; n < SYSLOG_WORD_MAX - 1 && name[n]; n++)
		out[n] = strchr(plain, name[n]) ? name[n] : '?';
	out[n] = '\0';
	return out;
}

void syslog_show(const struct syslog *log, struct buf *out)
{
	unsigned long first = log->logged > RING_LINES ? log->logged - RING_LINES : 0;

	buf_printf(out,
		   "Syslog logging: enabled\n"
		   "    Console logging: level debugging, %lu messages logged\n"
		   "    Buffer logging:  level debugging, %lu messages logged, the last %d kept\n\n"
		   "Log Buffer:\n\n",
		   log->logged, log->logged, RING_LINES);
	for (unsigned long i = first; i < log->logged; i++) {
		const char *line = log->ring[i % RING_LINES];

		buf_printf(out, "%s\n", line ? line : "(lost: no memory)");
	}
}
