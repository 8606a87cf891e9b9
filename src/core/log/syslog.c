/* SPDX-License-Identifier: Apache-2.0
 *
 * syslog.c: see syslog.h. deliver() is the one place where a message's severity decides where it goes. Runs in core;
 * texts may quote what peers sent, so control characters never pass.
 */
#include "syslog.h"

#include "core/backtrace.h"
#include "core/clock.h"
#include "core/log/log_buffer.h"
#include "core/log/stamp.h"
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512
#define PIECE_BYTES    ((size_t)1 << 20)
#define LOGGING        "/ravelin-log:logging/"
#define DEBUGGING      7
#define OFF            (-1)

/* Their numbers; the words to type are in commands/ios/logging.cmd. */
static const char *const severities[] = { "emergencies", "alerts",        "critical",      "errors",
					  "warnings",    "notifications", "informational", "debugging" };

struct place {
	int level; /* OFF, or the least severe that passes */
	unsigned long logged;
};

/* `logging rate-limit`: so many in one second. */
struct limit {
	unsigned rate;       /* 0: none */
	bool console, debug; /* only there; of lines of `debug`, too */
	int except;          /* OFF, or what is so severe passes */
	uint64_t second_ms;
	unsigned passed;
	unsigned long held_back;
};

struct syslog {
	int console_fd;
	const struct clock *clock;
	uint64_t started_ms;
	bool quiet; /* booted: boot.log gets no more */
	bool on;
	syslog_sink_fn *sink;
	void *sink_arg;
	syslog_remote_fn *remote;
	void *remote_arg;
	struct place console, monitor, buffer, trap;
	struct limit limit;
	struct stamp log_stamp, debug_stamp;
	bool numbered;
	unsigned long number, lost, flushes;
	struct log_buffer kept;
};

/* --- configuration --- */

static int level_of(const struct model *m, const char *enabled, const char *level)
{
	return model_bool(m, enabled) ? (int)model_uint(m, level, DEBUGGING) : OFF;
}

static struct stamp stamp_of(const struct lyd_node *node)
{
	static const char *const formats[] = { "none", "uptime", "datetime", "datetime-msec" };
	struct stamp s = { .format = STAMP_DATETIME_MSEC };

	if (!node)
		return s;
	for (int i = 0; i < 4; i++) {
		if (strcmp(model_below(node, "format"), formats[i]) == 0)
			s.format = (enum stamp_format)i;
	}
	s.localtime = strcmp(model_below(node, "localtime"), "true") == 0;
	s.show_timezone = strcmp(model_below(node, "show-timezone"), "true") == 0;
	s.year = strcmp(model_below(node, "year"), "true") == 0;
	return s;
}

static void configure_limit(struct limit *l, const struct model *m)
{
	l->rate = (unsigned)model_uint(m, LOGGING "rate-limit/rate", 0);
	l->console = model_bool(m, LOGGING "rate-limit/console");
	l->debug = model_bool(m, LOGGING "rate-limit/all");
	l->except =
	    model_str(m, LOGGING "rate-limit/except") ? (int)model_uint(m, LOGGING "rate-limit/except", 0) : OFF;
}

void syslog_configure(struct syslog *log, const struct model *m)
{
	log->on = model_bool(m, LOGGING "enabled");
	log->console.level = level_of(m, LOGGING "console/enabled", LOGGING "console/level");
	log->monitor.level = level_of(m, LOGGING "monitor/enabled", LOGGING "monitor/level");
	log->buffer.level = level_of(m, LOGGING "buffered/enabled", LOGGING "buffered/level");
	log->trap.level = level_of(m, LOGGING "trap/enabled", LOGGING "trap/level");
	log_buffer_limit(&log->kept, log->buffer.level == OFF ? 0 : model_uint(m, LOGGING "buffered/size", 0));
	configure_limit(&log->limit, m);
	log->log_stamp = stamp_of(model_first(m, NULL, LOGGING "timestamps/log"));
	log->debug_stamp = stamp_of(model_first(m, NULL, LOGGING "timestamps/debug"));
	log->numbered = model_bool(m, LOGGING "sequence-numbers");
}

struct syslog *syslog_new(int console_fd, const struct clock *clock)
{
	struct syslog *log = calloc(1, sizeof *log);

	if (!log)
		return NULL;
	log->console_fd = console_fd;
	log->clock = clock;
	log->started_ms = clock_now_ms();
	log->on = true;
	log->console.level = log->monitor.level = log->buffer.level = DEBUGGING;
	log->trap.level = OFF;
	log->log_stamp.format = log->debug_stamp.format = STAMP_DATETIME_MSEC;
	log_buffer_limit(&log->kept, PIECE_BYTES); /* until the configuration says how much */
	return log;
}

void syslog_free(struct syslog *log)
{
	if (!log)
		return;
	log_buffer_release(&log->kept);
	free(log);
}

void syslog_sink(struct syslog *log, syslog_sink_fn *fn, void *arg)
{
	log->sink = fn;
	log->sink_arg = arg;
}

void syslog_remote(struct syslog *log, syslog_remote_fn *fn, void *arg)
{
	log->remote = fn;
	log->remote_arg = arg;
}

void syslog_booted(struct syslog *log)
{
	log->quiet = true;
}

/* --- a line on its way --- */

/* The console's pty keeps its own copy while nobody listens; a full one loses the line. */
static void write_console(struct syslog *log, const char *line)
{
	char text[LINE_MAX_BYTES + 4];
	int n = snprintf(text, sizeof text, "%s\r\n", line);

	if (log->console_fd >= 0 && n > 0 && write(log->console_fd, text, (size_t)n) < 0)
		log->lost++;
}

static bool passes(const struct place *p, int severity)
{
	return p->level != OFF && severity <= p->level;
}

static bool held_back(struct limit *l, const struct syslog_message *m)
{
	uint64_t now = clock_now_ms();

	if (l->rate == 0 || m->severity <= l->except || (!m->mnemonic && !l->debug))
		return false;
	if (now - l->second_ms >= 1000) {
		l->second_ms = now;
		l->passed = 0;
	}
	if (l->passed++ < l->rate)
		return false;
	l->held_back++;
	return true;
}

static void deliver(struct syslog *log, const struct syslog_message *m)
{
	const char *line = m->line;
	int severity = m->severity;
	unsigned places = 0, seen = 0;

	bool much = held_back(&log->limit, m);

	if (much && !log->limit.console)
		return;
	backtrace_note(line);
	if (!much && passes(&log->console, severity))
		places |= SYSLOG_CONSOLE;
	if (log->on && passes(&log->monitor, severity))
		places |= SYSLOG_MONITOR;
	if (log->on && passes(&log->buffer, severity)) {
		log_buffer_put(&log->kept, line);
		log->buffer.logged++;
	}
	if (log->on && log->remote && passes(&log->trap, severity))
		log->trap.logged += log->remote(log->remote_arg, m);
	if (!log->quiet) /* whoever started the device reads run/boot.log */
		dprintf(STDERR_FILENO, "%s\n", line);
	if (log->sink && places)
		seen = log->sink(log->sink_arg, line, places);
	if ((places & SYSLOG_CONSOLE) && !(seen & SYSLOG_CONSOLE))
		write_console(log, line);
	log->console.logged += (places & SYSLOG_CONSOLE) != 0;
	log->monitor.logged += (seen & SYSLOG_MONITOR) != 0;
	log->lost += (seen & SYSLOG_LOST) != 0;
}

/* The stamp, and with `service sequence-numbers` a number before it. */
static size_t head(struct syslog *log, const struct stamp *s, struct syslog_message *m, char *line, size_t size)
{
	char stamp[STAMP_TEXT];
	int n;

	m->wall = clock_wall(log->clock);
	m->number = ++log->number;
	m->numbered = log->numbered;
	stamp_text(s, log->clock, m->wall, (clock_now_ms() - log->started_ms) / 1000, stamp, sizeof stamp);
	if (log->numbered)
		n = snprintf(line, size, "%06lu: %s", log->number, stamp);
	else
		n = snprintf(line, size, "%s", stamp);
	return n > 0 ? (size_t)n : 0;
}

static void clean(char *p)
{
	for (; *p; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			*p = '?';
	}
}

void syslog_event(struct syslog *log, const char *facility, int severity, const char *mnemonic, const char *fmt, ...)
{
	struct syslog_message m = { .severity = severity, .facility = facility, .mnemonic = mnemonic };
	char line[LINE_MAX_BYTES];
	size_t n = head(log, &log->log_stamp, &m, line, sizeof line);
	va_list ap;

	n += (size_t)snprintf(line + n, sizeof line - n, "%%%s-%d-%s: ", facility, severity, mnemonic);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - n, fmt, ap);
	va_end(ap);
	clean(line);
	m.line = line;
	m.text = line + n;
	deliver(log, &m);
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

void syslog_debug(struct syslog *log, const char *fmt, ...)
{
	struct syslog_message m = { .severity = DEBUGGING };
	char line[LINE_MAX_BYTES];
	size_t n = head(log, &log->debug_stamp, &m, line, sizeof line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - n, fmt, ap);
	va_end(ap);
	clean(line);
	m.line = line;
	m.text = line + n;
	deliver(log, &m);
}

/* --- show --- */

static void show_place(const char *name, const struct place *p, bool on, struct buf *out)
{
	if (p->level == OFF || !on)
		buf_printf(out, "    %s disabled\n", name);
	else
		buf_printf(out, "    %s level %s, %lu messages logged\n", name, severities[p->level], p->logged);
}

void syslog_show(const struct syslog *log, struct buf *out)
{
	buf_printf(out,
		   "Syslog logging: %s (%lu messages dropped, %lu messages rate-limited, %lu flushes, "
		   "%lu overruns)\n",
		   log->on ? "enabled" : "disabled", log->lost, log->limit.held_back, log->flushes, log->kept.given_up);
	show_place("Console logging:", &log->console, true, out);
	show_place("Monitor logging:", &log->monitor, log->on, out);
	show_place("Buffer logging: ", &log->buffer, log->on, out);
	if (log->trap.level == OFF || !log->on)
		buf_puts(out, "    Trap logging: disabled\n");
	else
		buf_printf(out, "    Trap logging: level %s, %lu message lines logged\n", severities[log->trap.level],
			   log->trap.logged);
}

void syslog_show_buffer(const struct syslog *log, struct buf *out)
{
	if (log->buffer.level != OFF)
		buf_printf(out, "\nLog Buffer (%zu bytes):\n\n", log->kept.max);
}

bool syslog_lines(const struct syslog *log, uint64_t *at, struct buf *out)
{
	return log_buffer_read(&log->kept, at, PIECE_BYTES, out);
}

void syslog_clear(struct syslog *log)
{
	log_buffer_clear(&log->kept);
	log->flushes++;
}
