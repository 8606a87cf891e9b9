/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_line.c: who is on which line, what a line is set to, and taking it away. Runs in core.
 */
#include "core/commands/cmd_line.h"

#include "core/commands/commands.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"

#include <stdio.h>
#include <stdlib.h>

#define LINES_A_TURN 256

static void clock_span(uint64_t ms, char *out, size_t size)
{
	uint64_t s = ms / 1000;

	snprintf(out, size, "%02llu:%02llu:%02llu", (unsigned long long)(s / 3600), (unsigned long long)(s / 60 % 60),
		 (unsigned long long)(s % 60));
}

struct line *named_line(const struct run *run)
{
	static const struct {
		const char *word;
		enum line_type type;
	} named[] = { { "console", LINE_CON }, { "aux", LINE_AUX }, { "vty", LINE_VTY } };
	const char *tty = cmd_arg(&run->match, "tty"), *number = cmd_arg(&run->match, "number");
	struct lines_tty at = { LINE_CON, 0 };

	if (tty)
		at = lines_tty((unsigned)strtoul(tty, NULL, 10));
	else if (number)
		at.number = (unsigned)strtoul(number, NULL, 10);
	for (size_t i = 0; !tty && i < sizeof named / sizeof named[0]; i++) {
		if (cmd_has(&run->match, named[i].word))
			at.type = named[i].type;
	}
	return lines_find(run->core->lines, at.type, at.number);
}

struct peer *peer_on(const struct core *core, const struct line *line)
{
	struct peer *p;

	TAILQ_FOREACH (p, &core->peers, link) {
		if (p->line == line)
			break;
	}
	return p;
}

/* Calls put for each line, some in a turn; run->step is the next one. There may be thousands. */
static int put_each(struct run *run, void (*put)(struct run *run, const struct line *line))
{
	for (unsigned n = 0; n < LINES_A_TURN; n++) {
		const struct line *line = lines_at(run->core->lines, (size_t)run->step);

		if (!line)
			return RUN_DONE;
		put(run, line);
		run->step++;
	}
	return run_yield(run);
}

/* --- show users --- */

static void put_user(struct run *run, const struct line *line)
{
	const struct peer *self = peer_of(run->cli);
	char idle[32];

	if (!line->busy && !cmd_has(&run->match, "all"))
		return;
	clock_span(line->busy ? clock_now_ms() - line->active_ms : 0, idle, sizeof idle);
	buf_printf(&run->out, "%c%3u %-3s %-6u%-10s %-20s %-10s %s\n", self && self->line == line ? '*' : ' ',
		   line->tty, line_type_name(line->type), line->number, line->user, line->busy ? "idle" : "", idle,
		   line->location);
}

int cmd_show_users(struct run *run)
{
	int rc;

	if (run->step == 0)
		buf_puts(&run->out, "    Line       User       Host(s)              Idle       Location\n");
	rc = put_each(run, put_user);
	if (rc == RUN_DONE)
		buf_puts(&run->out, "\n  Interface    User               Mode         Idle     Peer Address\n\n");
	return rc;
}

/* --- show line --- */

static void put_row(struct run *run, const struct line *line)
{
	static const char *const types[] = { "CTY", "AUX", "VTY" };
	const struct lines *lines = run->core->lines;
	const char *rotary = lines_value(lines, line, "port/rotary");
	const char *out = lines_access_class(lines, line, "access-class", "out", NULL);
	const char *in = lines_access_class(lines, line, "access-class", "in", NULL);

	buf_printf(&run->out, "%c%5u %4u %-3s %12s - %5s %5s %4s %4s %5lu %6d %8s %4s\n", line->busy ? '*' : ' ',
		   line->tty, line->tty, types[line->type], "", "-", rotary ? rotary : "-", out ? out : "-",
		   in ? in : "-", line->uses, 0, "0/0", "-");
}

static void put_head(struct run *run)
{
	buf_puts(&run->out, "   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses  Noise Overruns  Int\n");
}

static void put_timeouts(struct run *run, const struct line *line)
{
	const struct lines *lines = run->core->lines;
	uint64_t idle = lines_exec_timeout_ms(lines, line), login = lines_number(lines, line, "login-response") * 1000;
	uint64_t end = lines_number(lines, line, "absolute-timeout") * 60 * 1000;
	const struct peer *p = line->since_ms ? peer_on(run->core, line) : NULL;
	char exec[32] = "never", total[32] = "none", response[32] = "never";

	if (p) { /* servers may have said so of him */
		idle = p->said.idle_ms;
		end = p->said.end_ms;
	}
	if (idle)
		clock_span(idle, exec, sizeof exec);
	if (end)
		clock_span(end, total, sizeof total);
	if (login)
		clock_span(login, response, sizeof response);
	buf_printf(&run->out,
		   "Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch\n"
		   "               %-12s    never                    %8s     not set\n"
		   "                            Idle Session Disconnect Warning\n"
		   "                              never\n"
		   "                            Login-sequence User Response\n"
		   "                             %s\n"
		   "                            Autoselect Initial Wait\n"
		   "                              not set\n",
		   exec, total, response);
}

static void put_transports(struct run *run, const struct line *line)
{
	const char *preferred = lines_value(run->core->lines, line, "transport/preferred");

	buf_puts(&run->out, "Allowed input transports are ");
	lines_transports(run->core->lines, line, &run->out);
	buf_printf(&run->out,
		   ".\n"
		   "Allowed output transports are none.\n"
		   "Preferred transport is %s.\n"
		   "No output characters are padded\n"
		   "No special data dispatching characters\n",
		   preferred ? preferred : "not set");
}

/* What a line is set to; where somebody sits on it, what he has set counts. */
static void put_details(struct run *run, const struct line *line)
{
	const struct lines *lines = run->core->lines;
	const struct peer *p = peer_on(run->core, line);
	const char *location = lines_value(lines, line, "location"), *limit = lines_value(lines, line, "session-limit");
	uint64_t length = p ? p->length : lines_number(lines, line, "length");
	uint64_t width = p ? p->width : lines_number(lines, line, "width");
	bool basic = p ? p->basic : !lines_flag(lines, line, "editing");
	bool history = p ? !p->history_off : lines_flag(lines, line, "history/enabled");
	uint64_t size = p ? p->history : lines_number(lines, line, "history/size");
	char since[32] = "never";

	if (line->since_ms)
		clock_span(clock_now_ms() - line->since_ms, since, sizeof since);
	buf_printf(&run->out,
		   "Line %u, Location: \"%s\", Type: \"%s\"\n"
		   "Length: %llu lines, Width: %llu columns\n"
		   "Status: %s%s\n"
		   "Capabilities: none\n"
		   "Modem state: %s\n"
		   "Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation\n"
		   "                ^^x    none   -     -       none\n",
		   line->tty, location ? location : "", p ? p->term : "", (unsigned long long)length,
		   (unsigned long long)width, line->busy ? "PSI Enabled, Ready, Active" : "PSI Enabled",
		   lines_flag(lines, line, "exec") ? "" : ", No Exec", line->busy ? "Ready" : "Idle");
	put_timeouts(run, line);
	buf_printf(&run->out,
		   "Modem type is unknown.\n"
		   "Session limit is %s.\n"
		   "Time since activation: %s\n"
		   "Editing is %s.\n"
		   "History is %s, history size is %llu.\n"
		   "Full user help is %s\n",
		   limit ? limit : "not set", since, basic ? "disabled" : "enabled", history ? "enabled" : "disabled",
		   (unsigned long long)size, lines_flag(lines, line, "full-help") ? "enabled" : "disabled");
	put_transports(run, line);
}

static char state_of(const struct line *line)
{
	return line->since_ms ? 'U' : line->busy ? 'u' : line->uses ? '-' : '?';
}

static void put_state(struct run *run, const struct line *line)
{
	if (run->step % 16 == 0)
		buf_printf(&run->out, "%s%5u: ", run->step ? "\n" : "", line->tty);
	else if (run->step % 4 == 0)
		buf_put_u8(&run->out, ' ');
	buf_put_u8(&run->out, (uint8_t)state_of(line));
}

/* A letter for each line, four to a group, and what the letters mean. */
static int show_summary(struct run *run)
{
	unsigned users = 0, unknown = 0, never = 0;
	const struct line *line;
	int rc = put_each(run, put_state);

	if (rc != RUN_DONE)
		return rc;
	for (size_t i = 0; (line = lines_at(run->core->lines, i)); i++) {
		users += line->busy;
		unknown += state_of(line) == 'u';
		never += state_of(line) == '?';
	}
	buf_printf(&run->out,
		   "\n\n%u character mode users.           (U)\n"
		   "%u lines never used                (?)\n"
		   "%u total lines in use, %u not authenticated (lowercase)\n\n",
		   users, never, users, unknown);
	return RUN_DONE;
}

int cmd_show_line(struct run *run)
{
	const struct line *line;
	int rc;

	if (cmd_has(&run->match, "summary"))
		return show_summary(run);
	if (cmd_arg(&run->match, "tty") || cmd_arg(&run->match, "number")) {
		line = named_line(run);
		if (!line)
			return run_fail(run, "%% Bad line number");
		put_head(run);
		put_row(run, line);
		buf_puts(&run->out, "\n");
		put_details(run, line);
		buf_puts(&run->out, "\n");
		return RUN_DONE;
	}
	if (run->step == 0)
		put_head(run);
	rc = put_each(run, put_row);
	if (rc == RUN_DONE)
		buf_puts(&run->out, "\n");
	return rc;
}

int cmd_show_terminal(struct run *run)
{
	const struct peer *p = peer_of(run->cli);

	if (!p)
		return run_fail(run, "%% No terminal");
	put_details(run, p->line);
	return RUN_DONE;
}

int cmd_show_sessions(struct run *run)
{
	buf_puts(&run->out, "% No connections open\n");
	return RUN_DONE;
}

/* --- clear line --- */

enum clear_step { CL_BEGIN, CL_SURE };

static void clear(struct run *run, struct peer *p)
{
	const char *user = run->cli->user[0] ? run->cli->user : "console";
	char text[160];

	syslog_event(run->core->log, "SYS", 5, "LINE_CLEARED", "Line %u (%s %u, user %s) cleared by %s from %s",
		     p->line->tty, line_type_name(p->line->type), p->line->number,
		     p->cli.user[0] ? p->cli.user : "none", user, run->cli->origin);
	snprintf(text, sizeof text, "\n[Line cleared by %s]\n", user);
	peer_close(p, 1, text);
}

int cmd_clear_line(struct run *run)
{
	const struct peer *self = peer_of(run->cli);
	struct line *line = named_line(run);
	struct peer *p;

	if (!line)
		return run_fail(run, "%% Bad line number");
	if (self && self->line == line)
		return run_fail(run, "%% Not allowed to clear current line");
	if (run->step == CL_BEGIN)
		return run_ask(run, CL_SURE, true, ASK_CONFIRM, "[confirm]");
	if (!run_yes(run))
		return RUN_FAILED;
	p = peer_on(run->core, line);
	if (p && line->busy)
		clear(run, p);
	buf_puts(&run->out, " [OK]\n");
	return RUN_DONE;
}
