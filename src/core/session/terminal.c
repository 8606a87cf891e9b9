/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal.c: see terminal.h. Runs in core.
 */
#include "core/session/terminal.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/files/transfer.h"
#include "core/files/virtual.h"
#include "core/gate/guard.h"
#include "core/log/syslog.h"
#include "core/login/methods.h"
#include "core/session/banner.h"
#include "core/session/peer.h"
#include "core/session/timeout.h"
#include "core/ssh/sshdebug.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>

#define OUT_INLINE ((size_t)32 << 10) /* more goes by a sealed memfd */

#define LINE_LENGTH 24 /* a line's length and width that nobody configured: then the client's window counts */
#define LINE_WIDTH  80

static struct peer *owner(struct cli *sh)
{
	return (struct peer *)((char *)sh - offsetof(struct peer, cli));
}

/* --- a command's words --- */

static void send_fd(struct peer *p, int fd, uint64_t size, bool raw)
{
	struct buf record;

	buf_init(&record, 64);
	ipc_put_OUTFD(&record, &(struct ipc_msg_OUTFD){ .size = size, .raw = raw });
	peer_send_fd(p, &record, fd);
	buf_release(&record);
}

static bool send_by_fd(struct peer *p, struct str bytes)
{
	int fd = virtual_sealed(bytes);

	if (fd >= 0)
		send_fd(p, fd, bytes.n, false);
	return fd >= 0;
}

/* Its reader could only read it, and has been told to show all of it. */
static void cli_file(struct cli *sh, int fd, uint64_t size)
{
	send_fd(owner(sh), fd, size, true);
}

static void cli_out(struct cli *sh, struct str bytes)
{
	struct peer *p = owner(sh);

	if (bytes.n > OUT_INLINE && send_by_fd(p, bytes))
		return;
	while (bytes.n) {
		size_t n = bytes.n < OUT_INLINE ? bytes.n : OUT_INLINE;

		PEER_SEND(p, OUT, .bytes = { bytes.p, n });
		bytes.p += n;
		bytes.n -= n;
	}
}

static void cli_filter(struct cli *sh, enum cmd_filter_kind kind, const char *pattern)
{
	PEER_SEND(owner(sh), FILTER, .kind = (uint8_t)kind, .pattern = str_of(pattern));
}

static void cli_progress(struct cli *sh, const char *text)
{
	PEER_SEND(owner(sh), PROGRESS, .text = str_of(text));
}

static void cli_ask(struct cli *sh, const char *prompt, bool echo, enum ipc_ask kind)
{
	PEER_SEND(owner(sh), ASK, .prompt = str_of(prompt), .echo = echo, .kind = (uint8_t)kind);
}

static void cli_text(struct cli *sh, const struct cmd_text_rule *rule)
{
	struct buf prompt;

	buf_init(&prompt, 256);
	if (rule->prompt)
		buf_printf(&prompt, "%.20s%s", core_hostname(sh->core), rule->prompt);
	PEER_SEND(owner(sh), TEXT, .prompt = buf_str(&prompt), .until = str_of(rule->until), .within = rule->within,
		  .echo = rule->echo);
	buf_release(&prompt);
}

static void cli_done(struct cli *sh, unsigned status)
{
	struct peer *p = owner(sh);
	struct buf prompt;

	if (sh->leave && !p->exec) {
		peer_close(p, 0, "");
		return;
	}
	buf_init(&prompt, 256);
	cli_prompt(sh, &prompt);
	PEER_SEND(p, DONE, .status = status, .configuring = cmd_place_configuring(&sh->place),
		  .prompt = buf_str(&prompt), .secret = (uint32_t)sh->secret_at);
	buf_release(&prompt);
	if (p->exec)
		p->closing = true; /* one command; the session ends by itself */
}

static const struct cli_ops ops = {
	.out = cli_out,
	.file = cli_file,
	.filter = cli_filter,
	.progress = cli_progress,
	.ask = cli_ask,
	.text = cli_text,
	.done = cli_done,
};

struct peer *peer_of(const struct cli *sh)
{
	return sh->ops == &ops ? owner((struct cli *)sh) : NULL;
}

/* --- lines --- */

static void take_window(struct peer *p)
{
	bool ends = p->exec || p->cli.leave; /* behind its command: nobody presses a key at the end of a page */

	if (!p->length_typed && p->rows && !ends)
		p->length = p->rows;
	if (!p->width_typed && p->cols)
		p->width = p->cols;
}

static struct line_settings settings_of(const struct peer *p)
{
	const struct lines *lines = p->core->lines;

	return (struct line_settings){
		.length = (uint32_t)lines_number(lines, p->line, "length"),
		.width = (uint32_t)lines_number(lines, p->line, "width"),
		.history = (uint32_t)lines_number(lines, p->line, "history/size"),
		.history_off = !lines_flag(lines, p->line, "history/enabled"),
		.basic = !lines_flag(lines, p->line, "editing"),
		.monitor = lines_flag(lines, p->line, "monitor"),
		.login_ms = 1000 * lines_number(lines, p->line, "login-response"),
		.idle_ms = p->rights.idle_set ? p->rights.idle_ms : lines_exec_timeout_ms(lines, p->line),
		.end_ms =
		    p->rights.end_set ? p->rights.end_ms : 60 * 1000 * lines_number(lines, p->line, "absolute-timeout"),
		.warning_ms = 1000 * lines_number(lines, p->line, "logout-warning"),
	};
}

static void take_hosts(struct peer *p)
{
	const char *preferred = lines_value(p->core->lines, p->line, "transport/preferred");

	p->cli.no_hosts = preferred && strcmp(preferred, "none") == 0;
}

/* What its line says of a terminal, until the client's window or the user says otherwise. */
static void take_settings(struct peer *p)
{
	struct line_settings now = settings_of(p);

	p->said = now;
	p->length = now.length;
	p->width = now.width;
	p->length_typed = now.length != LINE_LENGTH;
	p->width_typed = now.width != LINE_WIDTH;
	p->history = now.history;
	p->history_off = now.history_off;
	p->basic = now.basic;
	p->monitor = now.monitor;
	sshdebug_watch(p);
	take_hosts(p);
	take_window(p);
}

/* What changed at the line counts for who is on it; what he set himself stays otherwise. */
static void follow_line(struct peer *p)
{
	struct line_settings was = p->said, now = settings_of(p);

	p->said = now;
	take_hosts(p);
	if (was.length != now.length && !p->exec) {
		p->length = now.length;
		p->length_typed = now.length != LINE_LENGTH;
	}
	if (was.width != now.width) {
		p->width = now.width;
		p->width_typed = now.width != LINE_WIDTH;
	}
	p->history = was.history == now.history ? p->history : now.history;
	p->history_off = was.history_off == now.history_off ? p->history_off : now.history_off;
	p->basic = was.basic == now.basic ? p->basic : now.basic;
	p->monitor = was.monitor == now.monitor ? p->monitor : now.monitor;
	sshdebug_watch(p);
	if (!p->exec)
		take_window(p);
	if (memcmp(&was, &now, sizeof now) != 0)
		peer_settings(p);
}

void terminal_lines_changed(void *arg, const struct txn *t)
{
	struct core *core = arg;
	struct peer *p;

	(void)t;
	TAILQ_FOREACH (p, &core->peers, link) {
		if (!p->line || p->closing)
			continue;
		if (!lines_exists(core->lines, p->line)) {
			peer_close(p, 1, "% The line was removed from the configuration\n");
			continue;
		}
		follow_line(p);
		timeout_arm(p);
	}
}

void terminal_attach(struct peer *p, struct line *line)
{
	struct cli *sh = &p->cli;

	p->line = line;
	str_copy(str_of(p->address), line->location, sizeof line->location);
	str_copy(str_of(sh->user), line->user, sizeof line->user);
	sh->interactive = true;
	if (line->type == LINE_CON)
		snprintf(sh->origin, sizeof sh->origin, "console");
	else
		snprintf(sh->origin, sizeof sh->origin, "%s%u (%s)", line_type_name(line->type), line->number,
			 p->address);
	take_settings(p);
	peer_set_phase(p, PH_LINE);
}

/* A user's own level counts before the line's (1 is everybody's), and a list that authorizes him before both. */
void terminal_enter(struct peer *p)
{
	p->line->since_ms = clock_now_ms();
	p->line->uses++;
	p->unique = ++p->core->sessions;
	if (p->cli.level == 1 && !methods_exec_listed(p->core, peer_is_console(p)))
		p->cli.level = (unsigned)lines_number(p->core->lines, p->line, "privilege");
	timeout_touch(p);
	account_start(p);
}

void terminal_line(struct peer *p, struct str banner, struct str prompt)
{
	char name[32];

	snprintf(name, sizeof name, "%s %u", line_type_name(p->line->type), p->line->number);
	PEER_SEND(p, LINE, .name = str_of(name), .banner = banner, .prompt = prompt, .length = p->length,
		  .width = p->width, .history = p->history_off ? 0 : p->history, .basic = p->basic);
}

void terminal_resize(struct peer *p, uint32_t cols, uint32_t rows)
{
	p->cols = cols;
	p->rows = rows;
	take_window(p);
	peer_settings(p);
}

static void refuse_line(struct peer *p, const char *why)
{
	const char *message = lines_refuse_message(p->core->lines, LINE_VTY);
	char text[1100];

	if (message)
		snprintf(text, sizeof text, "%s\n", message);
	else
		snprintf(text, sizeof text, "%% %s\n", why);
	syslog_event(p->core->log, "SSH", 4, "NO_LINE", "%s@%s: %s", p->cli.user, p->address, why);
	peer_close(p, 1, text);
}

static void refuse_exec(struct peer *p, const char *why)
{
	syslog_event(p->core->log, "AAA", 4, "EXEC_REFUSED", "%s@%s: %s", p->cli.user, p->address, why);
	peer_close(p, 1, "% Authorization failed.\n");
}

static void take_terminal(struct peer *p, const struct ipc_msg_OPEN *m)
{
	p->cols = m->cols;
	p->rows = m->rows;
	take_window(p);
	if (p->exec || !m->pty)
		p->length = 0;
	if (m->pty && peer_printable(m->term))
		str_copy(m->term, p->term, sizeof p->term);
}

const char *terminal_autocommand(struct peer *p)
{
	struct cli *sh = &p->cli;
	const struct lyd_node *user = p->rights.local && sh->user[0] ? methods_user(sh->core, sh->user, true) : NULL;
	const char *command = user ? model_below(user, "autocommand") : NULL;

	if (p->rights.autocommand[0]) {
		sh->leave = !p->rights.stays;
		return p->rights.autocommand;
	}
	if (command) {
		sh->leave = strcmp(model_below(user, "nohangup"), "true") != 0;
		return command;
	}
	command = lines_value(sh->core->lines, p->line, "autocommand");
	sh->leave = command != NULL;
	return command;
}

static void run_first(struct peer *p, struct str line)
{
	p->cli.bare = true; /* no prompt stands before it */
	if (cli_command(&p->cli, line) < 0)
		peer_violation(p, "command too long");
	p->cli.bare = p->exec;
}

/* A certificate's command runs in place of everything. Two commands that exclude each other let nobody in. */
static bool obey_certificate(struct peer *p, const char **autocommand)
{
	const char *command = p->login.cert.command;

	if (!command[0])
		return true;
	if (*autocommand && strcmp(*autocommand, command) != 0) {
		refuse_exec(p, "autocommand and the command of the certificate differ");
		return false;
	}
	*autocommand = command;
	p->cli.leave = true;
	return true;
}

static void open_line(struct peer *p, struct line *line, const struct ipc_msg_OPEN *m)
{
	const char *autocommand, *refusal;
	struct buf banner, prompt;
	char text[128];
	bool moves;

	p->exec = p->cli.bare = m->kind != OPEN_SHELL;
	terminal_attach(p, line);
	if (!p->exec)
		sshdebug_say_version(p, "starting shell for vty");
	take_terminal(p, m);
	autocommand = terminal_autocommand(p);
	if (!obey_certificate(p, &autocommand))
		return;
	moves = !autocommand && transfer_wanted(m); /* what runs in place of every command runs in place of this one */
	refusal = moves ? transfer_refusal(p, m) : NULL;
	if (refusal) {
		snprintf(text, sizeof text, "%s%s\n", m->kind == OPEN_EXEC ? "\1" : "", refusal);
		peer_close(p, 1, text);
		return;
	}
	if (p->cli.leave)
		p->length = 0; /* the end would not wait for somebody to press a key */
	terminal_enter(p);
	if (p->origin->admitted)
		p->origin->admitted(p);
	if (moves) {
		transfer_start(p, m);
		return;
	}
	buf_init(&banner, 2 * BANNER_SHOWN_MAX + 1024);
	buf_init(&prompt, 256);
	if (!p->exec) {
		if (p->login.message[0])
			buf_printf(&banner, "%s\n", p->login.message);
		banner_put(p->core, "motd", line, &banner);
		banner_put(p->core, "exec", line, &banner);
		if (!autocommand)
			cli_prompt(&p->cli, &prompt);
	}
	terminal_line(p, buf_str(&banner), buf_str(&prompt));
	buf_release(&banner);
	buf_release(&prompt);
	if (autocommand || p->exec)
		run_first(p, autocommand ? str_of(autocommand) : m->command);
}

/* Gate has asked before; what changed since, and which line it is, counts here. */
static bool line_admits(void *arg, const struct line *line)
{
	const struct peer *p = arg;

	return guard_line_admits(p->core->guard, line, &p->packet);
}

static void take_line(struct peer *p, const struct ipc_msg_OPEN *m)
{
	const struct lines_admit admit = { line_admits, p };
	struct errbuf e = { "" };
	struct line *line = lines_take(p->core->lines, LINE_VTY, "ssh", &admit, &e);

	if (line)
		open_line(p, line, m);
	else
		refuse_line(p, e.text);
}

/* The message as it came, for when it is known whether he may. */
static void keep_opening(struct peer *p, const struct ipc_msg_OPEN *m)
{
	buf_init(&p->opening, 16384);
	ipc_put_OPEN(&p->opening, m);
	buf_consume(&p->opening, 2); /* the type of the record */
	if (p->opening.err)
		peer_violation(p, "no memory for what it opens");
}

/* … and it is known. */
static bool take_opening(struct peer *p, struct buf *opening, struct ipc_msg_OPEN *m)
{
	*opening = p->opening;
	p->opening = (struct buf){ 0 };
	return ipc_get_OPEN(buf_str(opening), m);
}

static void refuse_moving(struct peer *p, const struct ipc_msg_OPEN *m, struct str words)
{
	char text[300], said[200];

	str_copy_printable(words, said, sizeof said);
	snprintf(text, sizeof text, "%s%s%sCommand authorization failed.\n", m->kind == OPEN_EXEC ? "\1" : "", said,
		 said[0] ? " " : "");
	syslog_event(p->core->log, "AAA", 4, "COMMAND_REFUSED", "%s@%s: %s", p->cli.user, p->address,
		     m->kind == OPEN_EXEC ? "scp" : "sftp");
	peer_close(p, 1, text);
}

static void on_permit(void *arg, bool may, struct str text)
{
	struct ipc_msg_OPEN m;
	struct peer *p = arg;
	struct buf opening;

	p->permit = NULL;
	if (take_opening(p, &opening, &m) && !p->closing && !p->doomed) {
		if (may)
			take_line(p, &m);
		else
			refuse_moving(p, &m, text);
	}
	buf_release(&opening);
}

static void open_authorized(struct peer *p, const struct ipc_msg_OPEN *m)
{
	enum authorize_end end = transfer_permit(p, m, on_permit);

	if (end == AUTHORIZE_LATER)
		keep_opening(p, m);
	else if (end == AUTHORIZE_YES)
		take_line(p, m);
	else
		refuse_moving(p, m, STR(""));
}

/* The servers have said what he may. */
static void on_authorized(struct peer *p, bool may)
{
	struct ipc_msg_OPEN m;
	struct buf opening;
	bool whole = take_opening(p, &opening, &m);

	if (p->closing || p->doomed)
		may = false; /* and nobody is told */
	else if (!may)
		refuse_exec(p, p->authorize.why);
	if (may && whole)
		open_authorized(p, &m);
	buf_release(&opening);
}

void terminal_open(struct peer *p, const struct ipc_msg_OPEN *m)
{
	enum authorize_end end = AUTHORIZE_NO;

	if (p->closing)
		return;
	if (buf_len(&p->opening)) {
		peer_violation(p, "opens again before it was answered");
		return;
	}
	if (m->pty && p->login.cert.no_pty) {
		peer_violation(p, "a terminal that its certificate does not permit");
		return;
	}
	/* Time has passed since he logged in: he may have been removed, or another level given to him. */
	if (p->login.by_server || methods_user(p->core, p->cli.user, true))
		end = authorize_exec(p, on_authorized);
	if (end == AUTHORIZE_LATER)
		keep_opening(p, m);
	else if (end == AUTHORIZE_YES)
		open_authorized(p, m);
	else
		refuse_exec(p, "no EXEC authorized");
}

void terminal_release(struct peer *p)
{
	account_stop(p);
	lines_release(p->core->lines, p->line);
	p->line = NULL;
}

void terminal_init(struct peer *p)
{
	cli_init(&p->cli, p->core, &ops);
}
