/* SPDX-License-Identifier: Apache-2.0
 *
 * console.c: see console.h. Runs in core; what is typed at the console is hostile until somebody has logged in.
 */
#include "core/session/console.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/authorize.h"
#include "core/login/dialogue.h"
#include "core/login/lockout.h"
#include "core/login/methods.h"
#include "core/login/otp.h"
#include "core/login/prompts.h"
#include "core/login/secret_check.h"
#include "core/login/subject.h"
#include "core/session/banner.h"
#include "core/session/peer.h"
#include "core/session/terminal.h"
#include "core/session/timeout.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>

#define LOGIN_TRIES     3
#define VERIFY_LIMIT_MS 5000
#define LEVEL_MAX       15

enum console_step { C_WAIT, C_PRESSED, C_USER, C_PASSWORD, C_VERIFIED, C_SERVERS, C_CODE, C_AUTHORIZED };

struct console_login {
	struct secret_check check;
	unsigned tries;
	struct method method;
	struct dialogue dialogue;
	bool aaa, may; /* AAA decides; the servers authorize an EXEC */
	char user[65];
};

static int console_step(struct run *run);

static bool asks_user(const struct console_login *l)
{
	return l->method.is == AAA_LOCAL || l->method.is == AAA_LOCAL_CASE || l->method.is == AAA_SERVERS;
}

static int console_ask(struct run *run, struct console_login *l)
{
	char prompt[PROMPTS_SIZE];

	if (l->tries++ >= LOGIN_TRIES) {
		if (l->aaa)
			return RUN_FAILED;
		return run_fail(run, "%% Bad %s\n", asks_user(l) ? "login" : "passwords");
	}
	if (asks_user(l))
		return run_ask(run, C_USER, true, ASK_LINE, prompts_username(run->core, prompt));
	return run_ask(run, C_PASSWORD, false, ASK_LINE, prompts_password(run->core, prompt));
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

static int console_enter(struct run *run, struct console_login *l);

/* The method of a new attempt: the first of the list. */
static void first_method(struct run *run, struct console_login *l)
{
	struct peer *p = peer_of(run->cli);

	l->method = (struct method){ .at = 0 };
	if (l->aaa)
		methods_login(run->core, p->line, &l->method);
	else
		l->method.is = line_method(run->core, p->line);
}

/* Who may take the console: nobody asked (the default), a password, or a local user. */
static int console_begin(struct run *run, struct console_login *l)
{
	struct peer *p = peer_of(run->cli);
	const char *type;

	banner_put(run->core, "motd", p->line, &run->out);
	l->aaa = methods_aaa(run->core);
	first_method(run, l);
	if (l->method.is == AAA_NONE)
		return console_enter(run, l);
	if (l->method.is == AAA_DENY)
		return run_fail(run, "%% Authentication failed");
	if (l->method.is == AAA_LINE && !lines_password(run->core->lines, p->line, &type))
		return run_fail(run, "%% Password required, but none set");
	prompts_banner(run->core, &run->out);
	return console_ask(run, l);
}

static const struct lyd_node *console_user(const struct run *run, const struct console_login *l)
{
	return methods_user(run->core, l->user, l->method.is == AAA_LOCAL_CASE);
}

/* Servers are asked about the name that was typed. */
static int console_ask_servers(struct run *run, struct console_login *l)
{
	struct peer *p = peer_of(run->cli);
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query(p, AAA_KIND_LOGIN, l->user, port);

	if (!subject_name_valid(l->user)) {
		str_copy(STR("?"), l->user, sizeof l->user);
		m.user = str_of(l->user); /* nobody's name, asked about all the same */
	}
	memcpy(l->dialogue.user, l->user, sizeof l->dialogue.user);
	l->dialogue.grant = &p->grant;
	return dialogue_begin(run, C_SERVERS, &l->dialogue, l->method.group, &m);
}

/* A user with `nopassword` is not asked for one. */
static int console_ask_password(struct run *run, struct console_login *l)
{
	const struct lyd_node *user = asks_user(l) ? console_user(run, l) : NULL;
	const char *kind = user ? model_below(user, "credential/kind") : NULL;
	char prompt[PROMPTS_SIZE];

	if (kind && strcmp(kind, "nopassword") == 0)
		return console_enter(run, l);
	return run_ask(run, C_PASSWORD, false, ASK_LINE, prompts_password(run->core, prompt));
}

static int console_named(struct run *run, struct console_login *l)
{
	if (!str_copy(buf_str(&run->answer), l->user, sizeof l->user))
		l->user[0] = '\0';
	first_method(run, l);
	if (l->method.is == AAA_SERVERS)
		return console_ask_servers(run, l);
	return console_ask_password(run, l);
}

static int console_refuse(struct run *run, struct console_login *l);

/* The servers could not say: the list goes on. */
static int console_next_method(struct run *run, struct console_login *l)
{
	methods_login(run->core, peer_of(run->cli)->line, &l->method);
	switch (l->method.is) {
	case AAA_SERVERS:
		return console_ask_servers(run, l);
	case AAA_NONE:
		return console_enter(run, l);
	case AAA_DENY:
		return console_refuse(run, l);
	default:
		return console_ask_password(run, l);
	}
}

static int console_asked(struct run *run, struct console_login *l)
{
	int rc = dialogue_step(run, &l->dialogue);

	if (rc != RUN_DONE)
		return rc;
	if (l->dialogue.end == ASK_ERROR)
		return console_next_method(run, l);
	if (l->dialogue.text[0])
		buf_printf(&run->out, "%s\n", l->dialogue.text);
	return l->dialogue.end == ASK_PASS ? console_enter(run, l) : console_refuse(run, l);
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
	} else if (l->method.is == AAA_ENABLE) {
		stored = methods_enable_password(run->core, LEVEL_MAX, &type, &secret);
	} else {
		stored = lines_password(run->core->lines, p->line, &type);
	}
	buf_init(&request, 8192);
	secret_check_begin(&l->check, type, stored, buf_str(&run->answer), &request);
	return run_start_job(run, C_VERIFIED, "verify", &request, VERIFY_LIMIT_MS);
}

static void on_authorized(struct peer *p, bool may)
{
	struct console_login *l = p->cli.run ? p->cli.run->data : NULL;

	if (!l || p->closing)
		return;
	l->may = may;
	cli_resume(&p->cli);
}

static int console_authorized(struct run *run, const struct console_login *l)
{
	return l->may ? RUN_DONE : run_fail(run, "%% Authorization failed.");
}

/* Proven or not asked: the EXEC, if he may have one. */
static int console_enter(struct run *run, struct console_login *l)
{
	bool local = asks_user(l) && l->method.is != AAA_SERVERS;
	const struct lyd_node *user = local ? console_user(run, l) : NULL;
	struct peer *p = peer_of(run->cli);
	struct cli *sh = run->cli;
	enum authorize_end end;

	if (l->method.is == AAA_NONE && doubt_check(run) != RUN_DONE)
		return RUN_FAILED;
	if (local && !user)
		return run_fail(run, "%% Login invalid"); /* removed while he typed */
	if (asks_user(l)) {
		str_copy(str_of(user ? model_below(user, "name") : l->user), sh->user, sizeof sh->user);
		str_copy(str_of(sh->user), p->line->user, sizeof p->line->user);
	}
	p->authenticated = subject_method(l->method.is);
	p->login.by_server = l->method.is == AAA_SERVERS;
	if (!user && !l->aaa)
		return RUN_DONE;
	end = authorize_exec(p, on_authorized);
	if (end == AUTHORIZE_LATER) {
		run->step = C_AUTHORIZED;
		return RUN_WAIT;
	}
	l->may = end == AUTHORIZE_YES;
	return console_authorized(run, l);
}

static int console_refuse(struct run *run, struct console_login *l)
{
	char user[SYSLOG_WORD_MAX];

	syslog_event(run->core->log, "SEC_LOGIN", 4, "LOGIN_FAILED", "Login failed [user: %s] [Source: console]",
		     syslog_word(l->user, user));
	if (l->aaa)
		prompts_failed(run->core, &run->out);
	else if (asks_user(l))
		buf_puts(&run->out, "% Login invalid\n\n");
	first_method(run, l);
	return console_ask(run, l);
}

static int console_admit(struct run *run, struct console_login *l)
{
	bool right = secret_check_end(&l->check, run->job_ok, buf_str(&run->job_result));
	const struct lyd_node *user = asks_user(l) ? console_user(run, l) : NULL;
	struct lockout *lockout = run->core->lockout;
	const char *name = user ? model_below(user, "name") : "";

	if (right && !lockout_locked(lockout, name)) {
		if (model_bool(run->core->model, "/ravelin-aaa:aaa/otp/console") && otp_wanted(run->core, name))
			return run_ask(run, C_CODE, model_bool(run->core->model, "/ravelin-aaa:aaa/otp/echo"), ASK_LINE,
				       OTP_PROMPT);
		lockout_passed(lockout, name);
		return console_enter(run, l);
	}
	if (run->job_ok)
		lockout_failed(lockout, name);
	return console_refuse(run, l);
}

static int console_code(struct run *run, struct console_login *l)
{
	const struct lyd_node *user = console_user(run, l);
	struct lockout *lockout = run->core->lockout;
	const char *name = user ? model_below(user, "name") : "";

	if (!lockout_locked(lockout, name) && otp_check(run->core, name, buf_str(&run->answer))) {
		lockout_passed(lockout, name);
		return console_enter(run, l);
	}
	lockout_failed(lockout, name);
	return console_refuse(run, l);
}

static int console_finish(struct run *run, int rc)
{
	struct peer *p = peer_of(run->cli);
	const char *command;

	if (rc == RUN_FAILED)
		run->cli->leave = true;
	if (rc != RUN_DONE)
		return rc;
	terminal_enter(p);
	banner_put(run->core, "exec", p->line, &run->out);
	command = terminal_autocommand(p);
	return command ? run_command(run, str_of(command)) : RUN_DONE;
}

/* Nobody is there. A line without an EXEC says nothing, whatever is typed. */
static int console_wait(struct run *run)
{
	const struct line *line = peer_of(run->cli)->line;
	const char *vacant = lines_value(run->core->lines, line, "vacant-message");
	char text[1200];

	if (!lines_flag(run->core->lines, line, "exec"))
		text[0] = '\0';
	else if (vacant)
		snprintf(text, sizeof text, "\n\n%s\n", vacant);
	else
		snprintf(text, sizeof text, "\n\n%s con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n",
			 core_hostname(run->core));
	return run_ask(run, C_PRESSED, false, ASK_LINE, text);
}

static int console_pressed(struct run *run, struct console_login *l)
{
	struct peer *p = peer_of(run->cli);

	if (!lines_flag(run->core->lines, p->line, "exec"))
		return console_wait(run);
	p->line->busy = true;
	timeout_touch(p);
	return console_finish(run, console_begin(run, l));
}

static int console_step(struct run *run)
{
	struct console_login *l = run->data;

	if (run->cancelled && run->step > C_PRESSED)
		return console_finish(run, RUN_FAILED);
	switch (run->step) {
	case C_WAIT:
		run->data = arena_alloc(&run->arena, sizeof *l);
		if (!run->data)
			return console_finish(run, RUN_FAILED);
		return console_wait(run);
	case C_PRESSED:
		return console_pressed(run, l);
	case C_USER:
		return console_finish(run, console_named(run, l));
	case C_PASSWORD:
		return console_finish(run, console_verify(run, l));
	case C_SERVERS:
		return console_finish(run, console_asked(run, l));
	case C_CODE:
		return console_finish(run, console_code(run, l));
	case C_AUTHORIZED:
		return console_finish(run, console_authorized(run, l));
	default:
		return console_finish(run, console_admit(run, l));
	}
}

void console_start(struct peer *p)
{
	struct line *line = lines_take(p->core->lines, LINE_CON, NULL, NULL, NULL);

	if (!line) {
		peer_violation(p, "console is taken");
		return;
	}
	line->busy = false; /* nobody is there: nothing can expire, and no user is shown */
	terminal_attach(p, line);
	terminal_line(p, STR(""), STR(""));
	cli_internal(&p->cli, console_step);
}
