/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal.c: see terminal.h. Runs in core.
 */
#include "terminal.h"

#include "core/banner.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/methods.h"
#include "core/peer.h"
#include "core/secret_check.h"
#include "core/syslog.h"
#include "lines/lines.h"
#include "model/model.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OUT_INLINE      ((size_t)32 << 10) /* more goes by a sealed memfd */
#define LOGIN_TRIES     3
#define VERIFY_LIMIT_MS 5000
#define LEVEL_MAX       15

static struct peer *owner(struct cli *sh)
{
	return (struct peer *)((char *)sh - offsetof(struct peer, cli));
}

/* --- a command's words --- */

/* A reader can neither change nor truncate what core has written. */
static int sealed_copy(struct str bytes)
{
	int fd = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	for (size_t done = 0; done < bytes.n;) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n < 0) {
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool send_by_fd(struct peer *p, struct str bytes)
{
	int fd = sealed_copy(bytes);
	struct buf record;

	if (fd < 0)
		return false;
	buf_init(&record, 64);
	ipc_put_OUTFD(&record, &(struct ipc_msg_OUTFD){ .size = bytes.n });
	peer_send_fd(p, &record, fd);
	buf_release(&record);
	return true;
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
	if (rule->within)
		buf_printf(&prompt, "Enter TEXT message.  End with the character '%s'.\n",
			   rule->until[0] == '\003' ? "^C" : rule->until);
	if (buf_len(&prompt))
		cli_out(sh, buf_str(&prompt));
	buf_clear(&prompt);
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
		  .prompt = buf_str(&prompt));
	buf_release(&prompt);
	if (p->exec)
		p->closing = true; /* one command; the session ends by itself */
}

static const struct cli_ops ops = {
	.out = cli_out,
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

void terminal_touch(struct peer *p)
{
	p->line->active_ms = clock_now_ms();
	peer_set_deadline(p, lines_exec_timeout_ms(p->core->lines, p->line));
}

static void attach(struct peer *p, struct line *line)
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
	peer_set_phase(p, PH_LINE);
	terminal_touch(p);
}

static void send_line(struct peer *p, struct str banner, struct str prompt)
{
	char name[32];

	snprintf(name, sizeof name, "%s %u", line_type_name(p->line->type), p->line->number);
	PEER_SEND(p, LINE, .name = str_of(name), .banner = banner, .prompt = prompt, .length = p->length,
		  .width = p->width, .history = p->history);
}

void terminal_resize(struct peer *p, uint32_t cols, uint32_t rows)
{
	if (!p->length_typed && rows > 0)
		p->length = rows;
	if (!p->width_typed && cols > 0)
		p->width = cols;
	peer_settings(p);
}

/* --- the user's autocommand: it runs in place of an EXEC, or of the command he asked for --- */

/* Notes whether the session ends with it. NULL: the user has none. */
static const char *autocommand_of(struct cli *sh)
{
	const struct lyd_node *user = methods_user(sh->core, sh->user, true);
	const char *command = user ? model_below(user, "autocommand") : NULL;

	if (command)
		sh->leave = strcmp(model_below(user, "nohangup"), "true") != 0;
	return command;
}

static void run_first(struct peer *p, struct str line)
{
	p->cli.bare = true; /* no prompt stands before it */
	if (cli_command(&p->cli, line) < 0)
		peer_violation(p, "command too long");
	p->cli.bare = p->exec;
}

void terminal_open(struct peer *p, const struct ipc_msg_OPEN *m)
{
	struct errbuf e = { "" };
	const char *autocommand;
	struct buf banner, prompt;
	struct line *line;
	unsigned level;

	if (p->closing)
		return;
	if (!methods_exec(p->core, p->cli.user, false, &level)) {
		syslog_event(p->core->log, "AAA", 4, "EXEC_REFUSED", "%s@%s: no EXEC authorized", p->cli.user,
			     p->address);
		peer_close(p, 1, "% Authorization failed.\n");
		return;
	}
	line = lines_take(p->core->lines, LINE_VTY, "ssh", &e);
	if (!line) {
		char text[300];

		snprintf(text, sizeof text, "%% %s\n", e.text);
		syslog_event(p->core->log, "SSH", 4, "NO_LINE", "%s@%s: %s", p->cli.user, p->address, e.text);
		peer_close(p, 1, text);
		return;
	}
	p->exec = p->cli.bare = m->kind == OPEN_EXEC;
	if (p->exec || !m->pty)
		p->length = 0;
	else if (m->rows > 0)
		p->length = m->rows;
	p->width = m->cols > 0 ? m->cols : p->width;
	attach(p, line);
	if (p->origin->admitted)
		p->origin->admitted(p);
	buf_init(&banner, 2 * BANNER_SHOWN_MAX + 1024);
	buf_init(&prompt, 256);
	autocommand = autocommand_of(&p->cli);
	if (!p->exec) {
		banner_put(p->core, "motd", line, &banner);
		banner_put(p->core, "exec", line, &banner);
		if (!autocommand)
			cli_prompt(&p->cli, &prompt);
	}
	send_line(p, buf_str(&banner), buf_str(&prompt));
	buf_release(&banner);
	buf_release(&prompt);
	if (autocommand || p->exec)
		run_first(p, autocommand ? str_of(autocommand) : m->command);
}

void terminal_release(struct peer *p)
{
	lines_release(p->line);
	p->line = NULL;
}

/* --- the console's way in --- */

enum console_step { C_WAIT, C_PRESSED, C_USER, C_PASSWORD, C_VERIFIED };

struct console_login {
	struct secret_check check;
	unsigned tries;
	enum aaa_method method;
	bool aaa;
	char user[65];
};

static int console_step(struct run *run);

static bool asks_user(const struct console_login *l)
{
	return l->method == AAA_LOCAL || l->method == AAA_LOCAL_CASE;
}

static int console_ask(struct run *run, struct console_login *l)
{
	if (l->tries++ >= LOGIN_TRIES) {
		if (l->aaa)
			return RUN_FAILED;
		return run_fail(run, "%% Bad %s\n", asks_user(l) ? "login" : "passwords");
	}
	if (asks_user(l))
		return run_ask(run, C_USER, true, ASK_LINE, "Username: ");
	return run_ask(run, C_PASSWORD, false, ASK_LINE, "Password: ");
}

/* Without AAA the line's `login` says who asks. */
static enum aaa_method line_method(struct core *core, const struct line *line)
{
	switch (lines_login(core->lines, line)) {
	case LOGIN_NONE:
		return AAA_NONE;
	case LOGIN_LINE_PASSWORD:
		return AAA_LINE;
	default:
		return AAA_LOCAL;
	}
}

static int console_enter(struct run *run, const struct console_login *l);

/* Who may take the console: nobody asked (the default), a password, or a local user. */
static int console_begin(struct run *run, struct console_login *l)
{
	struct peer *p = peer_of(run->cli);
	const char *type;

	banner_put(run->core, "motd", p->line, &run->out);
	l->aaa = methods_aaa(run->core);
	l->method = l->aaa ? methods_login(run->core, p->line) : line_method(run->core, p->line);
	if (l->method == AAA_NONE)
		return console_enter(run, l);
	if (l->method == AAA_DENY)
		return run_fail(run, "%% Authentication failed");
	if (l->method == AAA_LINE && !lines_password(run->core->lines, p->line, &type))
		return run_fail(run, "%% Password required, but none set");
	buf_puts(&run->out, "\nUser Access Verification\n\n");
	return console_ask(run, l);
}

static const struct lyd_node *console_user(const struct run *run, const struct console_login *l)
{
	return methods_user(run->core, l->user, l->method == AAA_LOCAL_CASE);
}

/* The name was typed; a user with `nopassword` is not asked for one. */
static int console_named(struct run *run, struct console_login *l)
{
	const struct lyd_node *user;
	const char *kind;

	if (!str_copy(buf_str(&run->answer), l->user, sizeof l->user))
		l->user[0] = '\0';
	user = console_user(run, l);
	kind = user ? model_below(user, "credential/kind") : NULL;
	if (kind && strcmp(kind, "nopassword") == 0)
		return console_enter(run, l);
	return run_ask(run, C_PASSWORD, false, ASK_LINE, "Password: ");
}

static int console_verify(struct run *run, struct console_login *l)
{
	struct peer *p = peer_of(run->cli);
	const char *type = NULL, *stored = NULL;
	struct buf request;
	bool secret;

	if (asks_user(l)) {
		const struct lyd_node *user = console_user(run, l);

		type = user ? model_below(user, "credential/type") : NULL;
		stored = user ? model_below(user, "credential/value") : NULL;
	} else if (l->method == AAA_ENABLE) {
		stored = methods_enable_password(run->core, LEVEL_MAX, &type, &secret);
	} else {
		stored = lines_password(run->core->lines, p->line, &type);
	}
	buf_init(&request, 8192);
	secret_check_begin(&l->check, type, stored, buf_str(&run->answer), &request);
	return run_start_job(run, C_VERIFIED, "verify", &request, VERIFY_LIMIT_MS);
}

/* Proven or not asked: the EXEC, if he may have one. */
static int console_enter(struct run *run, const struct console_login *l)
{
	const struct lyd_node *user = asks_user(l) ? console_user(run, l) : NULL;
	struct peer *p = peer_of(run->cli);
	struct cli *sh = run->cli;
	unsigned level = sh->level;

	if (asks_user(l) && !user)
		return run_fail(run, "%% Login invalid"); /* removed while he typed */
	if (user) {
		str_copy(str_of(model_below(user, "name")), sh->user, sizeof sh->user);
		str_copy(str_of(sh->user), p->line->user, sizeof p->line->user);
	}
	if ((user || l->aaa) && !methods_exec(run->core, sh->user, true, &level))
		return run_fail(run, "%% Authorization failed.");
	sh->level = level;
	return RUN_DONE;
}

static int console_admit(struct run *run, struct console_login *l)
{
	if (secret_check_end(&l->check, run->job_ok, buf_str(&run->job_result)))
		return console_enter(run, l);
	syslog_event(run->core->log, "SEC_LOGIN", 4, "LOGIN_FAILED", "Login failed [user: %s] [Source: console]",
		     l->user);
	if (l->aaa)
		buf_puts(&run->out, "% Authentication failed\n\n");
	else if (asks_user(l))
		buf_puts(&run->out, "% Login invalid\n\n");
	return console_ask(run, l);
}

static int console_finish(struct run *run, int rc)
{
	const char *command;

	if (rc == RUN_FAILED)
		run->cli->leave = true;
	if (rc != RUN_DONE)
		return rc;
	banner_put(run->core, "exec", peer_of(run->cli)->line, &run->out);
	command = run->cli->user[0] ? autocommand_of(run->cli) : NULL;
	return command ? run_command(run, str_of(command)) : RUN_DONE;
}

static int console_step(struct run *run)
{
	struct console_login *l = run->data;
	char text[256];

	if (run->cancelled && run->step > C_PRESSED)
		return console_finish(run, RUN_FAILED);
	switch (run->step) {
	case C_WAIT:
		run->data = arena_alloc(&run->arena, sizeof *l);
		if (!run->data)
			return console_finish(run, RUN_FAILED);
		snprintf(text, sizeof text, "\n\n%s con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n",
			 core_hostname(run->core));
		return run_ask(run, C_PRESSED, false, ASK_LINE, text);
	case C_PRESSED:
		peer_of(run->cli)->line->busy = true;
		return console_finish(run, console_begin(run, l));
	case C_USER:
		return console_finish(run, console_named(run, l));
	case C_PASSWORD:
		return console_finish(run, console_verify(run, l));
	default:
		return console_finish(run, console_admit(run, l));
	}
}

void terminal_init(struct peer *p)
{
	cli_init(&p->cli, p->core, &ops);
}

void terminal_console(struct peer *p)
{
	struct line *line = lines_take(p->core->lines, LINE_CON, NULL, NULL);

	if (!line) {
		peer_violation(p, "console is taken");
		return;
	}
	attach(p, line);
	peer_set_deadline(p, 0); /* nobody is there: nothing can expire, and no user is shown */
	line->busy = false;
	send_line(p, STR(""), STR(""));
	cli_internal(&p->cli, console_step);
}
