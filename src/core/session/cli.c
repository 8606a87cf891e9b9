/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.c: see cli.h. Runs in core. One place decides what a line means (cmd_parse, with the shell's privilege
 * level) and one place changes configuration (apply_match): every dialect and every file passes here.
 */
#include "cli.h"

#include "base/utf8.h"
#include "core/clock.h"
#include "core/commands/commands.h"
#include "core/config/config.h"
#include "core/config/replace.h"
#include "core/core.h"
#include "core/files/sink.h"
#include "core/log/syslog.h"
#include "core/login/account.h"
#include "core/login/keychain.h"
#include "core/login/permit.h"
#include "core/session/cfglog.h"
#include "helpers/record.h"
#include "model/model.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_ARENA_MAX ((size_t)1 << 20)
#define RUN_OUT_MAX   ((size_t)64 << 20)

static void run_continue(struct run *run);

void cli_init(struct cli *sh, struct core *core, const struct cli_ops *ops)
{
	*sh = (struct cli){ .core = core, .model = core->model, .cmds = core->cmds, .ops = ops, .level = 1 };
	cmd_place_exec(core->cmds, &sh->place);
}

static void run_free(struct run *run)
{
	account_command_done(run);
	if (run->job)
		job_cancel(run->job);
	if (run->abandon)
		run->abandon(run);
	if (run->turn)
		event_free(run->turn);
	config_build_free(run->build);
	sink_drop(run->sink);
	buf_release(&run->out);
	buf_release(&run->answer);
	buf_release(&run->job_result);
	arena_release(&run->arena);
	free(run);
}

void cli_release(struct cli *sh)
{
	if (sh->run)
		run_free(sh->run);
	sh->run = NULL;
}

void cli_prompt(const struct cli *sh, struct buf *out)
{
	cmd_place_prompt(&sh->place, core_hostname(sh->core), sh->level, out);
}

void cli_who(const struct cli *sh, char *out, size_t size)
{
	bool vty = strncmp(sh->origin, "vty", 3) == 0;

	snprintf(out, size, "%s by %s%s%s", vty ? "console" : sh->origin, sh->user[0] ? sh->user : "console",
		 vty ? " on " : "", vty ? sh->origin : "");
}

void cli_end_configuration(struct cli *sh)
{
	char who[CLI_WHO];

	cmd_place_exec(sh->core->cmds, &sh->place);
	cli_who(sh, who, sizeof who);
	if (sh->configured && sh->interactive)
		syslog_event(sh->core->log, "SYS", 5, "CONFIG_I", "Configured from %s", who);
	sh->configured = false;
}

void cli_touched(struct cli *sh)
{
	config_touched(sh->core, sh->user);
}

/* --- what step functions call --- */

static bool is_teed(const struct run *run)
{
	return run->match.filter == CMD_FILTER_TEE || run->match.filter == CMD_FILTER_TEE_APPEND;
}

static void flush_out(struct run *run)
{
	if (buf_len(&run->out) && run->sink)
		sink_put(run->sink, buf_str(&run->out));
	if (buf_len(&run->out) && (!run->sink || is_teed(run)))
		run->cli->ops->out(run->cli, buf_str(&run->out));
	buf_clear(&run->out);
}

int run_ask(struct run *run, int next, bool echo, enum ipc_ask kind, const char *prompt)
{
	run->step = next;
	run->waiting_answer = true;
	buf_clear(&run->answer);
	flush_out(run);
	run->cli->ops->ask(run->cli, prompt, echo, kind);
	return RUN_WAIT;
}

int run_text(struct run *run, int next, const struct cmd_text_rule *rule)
{
	run->step = next;
	run->waiting_answer = true;
	buf_clear(&run->answer);
	flush_out(run);
	run->cli->ops->text(run->cli, rule);
	return RUN_WAIT;
}

const char *run_answer(struct run *run)
{
	return buf_cstr(&run->answer);
}

bool run_yes(const struct run *run)
{
	struct str s = buf_str(&run->answer);

	if (run->cancelled)
		return false;
	return s.n > 0 && (s.p[0] == 'y' || s.p[0] == 'Y' || s.p[0] == '\r');
}

int run_yes_or_no(struct run *run, const char *prompt)
{
	if (run_yes(run))
		return RUN_DONE;
	if (run->cancelled || strncasecmp(run_answer(run), "n", 1) == 0)
		return RUN_FAILED;
	buf_puts(&run->out, "% Please answer 'yes' or 'no'.\n");
	return run_ask(run, run->step, true, ASK_YESNO, prompt);
}

void run_progress(struct run *run, const char *text)
{
	flush_out(run);
	run->cli->ops->progress(run->cli, text);
}

int run_fail(struct run *run, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	buf_puts(&run->out, text);
	buf_puts(&run->out, "\n");
	return RUN_FAILED;
}

int run_invalid(struct run *run, const char *arg)
{
	struct cmd_error err = { .kind = CMD_ERR_INVALID, .column = cmd_arg_column(&run->match, arg) };

	cmd_error_text(&err, run->prompt_len, &run->out);
	return RUN_FAILED;
}

static void job_answered(void *arg, enum job_kind kind, struct str bytes)
{
	struct run *run = arg;

	if (kind == JOB_PROGRESS) {
		char text[RECORD_PROGRESS_MAX + 1];

		if (!run->job_quiet && str_copy(bytes, text, sizeof text))
			run_progress(run, text);
		return;
	}
	run->job = NULL;
	run->job_ok = kind == JOB_RESULT;
	buf_clear(&run->job_result);
	buf_put(&run->job_result, bytes.p, bytes.n);
	run_continue(run);
}

int run_start_job(struct run *run, int next, const char *helper, struct buf *request, unsigned limit_ms)
{
	return run_start_moving(run, next, helper, request, NULL, 0, limit_ms);
}

int run_start_moving(struct run *run, int next, const char *helper, struct buf *request, const int *fds, unsigned n_fds,
		     unsigned limit_ms)
{
	struct errbuf e = { "" };

	run->step = next;
	flush_out(run);
	run->job =
	    job_start_moving(&run->core->jobs, helper, buf_str(request), fds, n_fds, limit_ms, job_answered, run, &e);
	buf_release(request);
	if (!run->job)
		return run_fail(run, "%% %s", e.text);
	return RUN_WAIT;
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run_continue(arg);
}

int run_yield(struct run *run)
{
	static const struct timeval now = { 0, 0 };

	if (!run->turn)
		run->turn = evtimer_new(run->core->base, on_turn, run);
	if (!run->turn || event_add(run->turn, &now) < 0)
		return run_fail(run, "%% Out of memory");
	return RUN_WAIT;
}

int run_build_config(struct run *run, struct cmd_view view)
{
	if (!run->build)
		run->build = config_build_new(run->core, view);
	if (!run->build)
		return run_fail(run, "%% Out of memory");
	return config_build_step(run->build) ? RUN_DONE : run_yield(run);
}

int run_copy_config(struct run *run, struct buf *out)
{
	int rc = run_build_config(run, CMD_VIEW_WHOLE);
	const struct buf *text;

	if (rc != RUN_DONE)
		return rc;
	text = config_build_text(run->build);
	buf_put(out, buf_ptr(text), buf_len(text));
	out->err = text->err ? text->err : out->err;
	config_build_free(run->build);
	run->build = NULL;
	return RUN_DONE;
}

/* --- the life of one command --- */

static int end_sink(struct run *run)
{
	struct sink *sink = run->sink;
	struct errbuf e = { "" };
	int rc = 0;

	run->sink = NULL;
	if (sink && (rc = sink_close(sink, &e)) < 0)
		buf_printf(&run->out, "%s\n", e.text);
	flush_out(run);
	return rc;
}

static void run_end(struct run *run, unsigned status)
{
	struct cli *sh = run->cli;

	if (run->out.err)
		sh->ops->progress(sh, "% Output too long, cut\n");
	if (status) { /* what failed or was given up leaves no file, and says so where it was typed */
		sink_drop(run->sink);
		run->sink = NULL;
	}
	flush_out(run);
	status |= end_sink(run) < 0;
	sh->run = NULL;
	run_free(run);
	sh->ops->done(sh, status);
}

/* A person is told once a session what a row does not do; of a file or a paste nobody is. */
static void say_note(struct run *run)
{
	struct cli *sh = run->cli;
	size_t i = 0;

	if (!run->match.note || !sh->interactive || sh->ahead)
		return;
	while (i < CLI_NOTES && sh->notes_said[i] && sh->notes_said[i] != run->match.row)
		i++;
	if (i == CLI_NOTES || sh->notes_said[i])
		return;
	sh->notes_said[i] = run->match.row;
	buf_printf(&run->out, "%s\n", run->match.note);
}

/* Of the commands of configuration mode, those that act on where one stands only. */
static bool is_of_files(cmd_step_fn *handler)
{
	return handler == cmd_exit || handler == cmd_end || handler == cmd_version;
}

/* What it configures is in force at once. */
static bool is_running(const struct cli *sh)
{
	return sh->model == sh->core->model;
}

static int apply_match(struct run *run)
{
	struct cli *sh = run->cli;
	struct errbuf e = { "" };
	struct cmd_error err = { .kind = CMD_ERR_OTHER };
	struct cmd_place before = sh->place;
	struct txn *t;
	bool changed;
	int rc;

	if (is_running(sh) && replace_locks(run->core, &e))
		return run_fail(run, "%% %s", e.text);
	t = model_begin(sh->model);
	if (!t)
		return run_fail(run, "%% Configuration is locked, try again");
	rc = cmd_apply(sh->cmds, &run->match, t, &sh->place, &err);
	if (rc < 0) {
		txn_abort(t);
		cmd_error_text(&err, run->prompt_len, &run->out);
		return RUN_FAILED;
	}
	changed = txn_changes(t) > 0;
	rc = txn_commit(t, &e);
	if (rc < 0)
		return run_fail(run, "%% %s", e.text);
	if (e.text[0])
		buf_printf(&run->out, "%s\n", e.text);
	if (is_running(sh) && (strcmp(cmd_place_mode(&before), cmd_place_mode(&sh->place)) != 0 ||
			       strcmp(cmd_place_key(&before), cmd_place_key(&sh->place)) != 0))
		keychain_left(run->core, &before, &run->out);
	say_note(run);
	cfglog_note(run->core->cfglog, run);
	if (changed && sh->interactive) {
		sh->configured = true;
		cli_touched(sh);
	}
	return RUN_DONE;
}

static int ask_text(struct run *run)
{
	const struct cmd_text_rule *rule = &run->match.text_rule;

	if (rule->within && run->cli->interactive)
		buf_printf(&run->out, "Enter TEXT message.  End with the character '%s'.\n",
			   rule->until[0] == '\003' ? "^C" : rule->until);
	return run_text(run, run->step, rule);
}

/* Configuration rows: text, then hook, then the model. */
static int config_step(struct run *run)
{
	int rc;

	if (run->cancelled)
		return RUN_FAILED;
	if (run->match.needs_text) {
		if (!run->applying) {
			run->applying = true;
			return ask_text(run);
		}
		rc = cmd_match_text(&run->match, &run->arena, buf_str(&run->answer));
		if (rc < 0)
			return run_fail(run, "%% %s", err_text(rc));
		run->match.needs_text = false;
	}
	if (run->match.hook) {
		rc = run->match.hook(run);
		if (rc != RUN_DONE)
			return rc;
	}
	return apply_match(run);
}

static void run_continue(struct run *run)
{
	int rc;

	do {
		rc = run->step_fn(run);
		if (rc == RUN_AGAIN)
			run->step = 0;
	} while (rc == RUN_AGAIN);
	if (rc != RUN_WAIT)
		run_end(run, rc == RUN_DONE ? 0 : 1);
}

static struct run *run_new(struct cli *sh)
{
	struct run *run = calloc(1, sizeof *run);

	if (!run)
		return NULL;
	run->cli = sh;
	run->core = sh->core;
	arena_init(&run->arena, RUN_ARENA_MAX);
	buf_init(&run->out, RUN_OUT_MAX);
	buf_init(&run->answer, 65536);
	buf_init(&run->job_result, 65536);
	run->started_ms = clock_now_ms();
	sh->run = run;
	return run;
}

static size_t first_word(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != ' ')
		n++;
	return n;
}

/* Where the word at `column` of what was parsed stands on the screen: behind an alias, or in the alias; and columns
 * count, not bytes. */
static size_t column_typed(struct str typed, ptrdiff_t grown, size_t column)
{
	size_t word = first_word(typed);

	if (grown)
		column = (ptrdiff_t)column >= (ptrdiff_t)word + grown ? (size_t)((ptrdiff_t)column - grown) : 0;
	return utf8_columns((struct str){ typed.p, column < typed.n ? column : typed.n });
}

static cmd_step_fn *step_of(const struct run *run)
{
	return run->match.handler ? run->match.handler : config_step;
}

/* What the file holds comes first, then what the command prints. */
static int fill_sink(struct run *run)
{
	if (!sink_step(run->sink))
		return run_yield(run);
	run->step_fn = step_of(run);
	return RUN_AGAIN;
}

static int open_sink(struct run *run)
{
	enum cmd_filter_kind kind = run->match.filter;
	bool append = kind == CMD_FILTER_APPEND || kind == CMD_FILTER_TEE_APPEND;
	struct errbuf e = { "" };

	run->sink = sink_open(run->core, &run->cli->cwd, run->match.pattern, append, &e);
	if (!run->sink)
		return run_fail(run, "%s", e.text);
	run->step_fn = fill_sink;
	return RUN_AGAIN;
}

/* Nothing stands in its way any more. */
static int start_line(struct run *run)
{
	struct cli *sh = run->cli;

	account_command(run);
	run->step_fn = step_of(run);
	if (run->match.filter >= CMD_FILTER_REDIRECT)
		return open_sink(run);
	if (run->match.filter != CMD_FILTER_NONE)
		sh->ops->filter(sh, run->match.filter, run->match.pattern);
	return RUN_AGAIN;
}

static int permit_line(struct run *run)
{
	int rc = permit_step(run);

	return rc == RUN_DONE ? start_line(run) : rc;
}

/* The match of what was typed has a secret: where that begins in the line as it was typed. What an alias or `do` stands
 * for is not told apart: all behind the first word counts then. */
static void note_secret(struct run *run, const struct cmd_match *m, ptrdiff_t grown)
{
	size_t column = cmd_secret_column(m);

	if (column)
		run->cli->secret_at = grown || run->redirected ? run->first_word + 1 : column;
}

/* A line for the configuration that was typed at exec is none, and its secret still one. */
static void note_misplaced(struct run *run, struct str line)
{
	struct cmd_place config;
	struct cmd_match m;
	struct cmd_error err;

	cmd_place_config(run->cli->cmds, &config);
	if (run->cli->interactive && cmd_parse(run->cli->cmds, &config, 15, line, &run->arena, &m, &err) == 0)
		note_secret(run, &m, 0);
}

/* Parses `line` at `place` into the run and chooses its step function. A file has no aliases: what it says must not
 * depend on what it configures. */
static int begin_line(struct run *run, const struct cmd_place *place, struct str line)
{
	struct cli *sh = run->cli;
	struct cmd_error err = { .kind = CMD_ERR_OTHER };
	ptrdiff_t grown = 0;
	struct str whole = sh->interactive ? cmd_alias(sh->cmds, place, line, &run->arena, &grown) : line;
	int rc = cmd_parse(sh->cmds, place, sh->level, whole, &run->arena, &run->match, &err);

	if (rc < 0) {
		if (err.kind == CMD_ERR_UNKNOWN && sh->no_hosts)
			err.kind = CMD_ERR_INVALID;
		err.column = column_typed(line, grown, err.column);
		cmd_error_text(&err, run->prompt_len, &run->out);
		note_misplaced(run, line);
		return RUN_FAILED;
	}
	note_secret(run, &run->match, grown);
	if (!run->match.row)
		return RUN_DONE;
	run->line =
	    (struct str){ (const uint8_t *)arena_strndup(&run->arena, (const char *)whole.p, whole.n), whole.n };
	if (!run->line.p)
		return run_fail(run, "%% Out of memory");
	if (run->match.handler && !is_running(sh) && !is_of_files(run->match.handler))
		return run_fail(run, "%% Not a line of a configuration");
	run->permit = NULL;
	if (!permit_wanted(run))
		return start_line(run);
	run->step_fn = permit_line;
	return RUN_AGAIN;
}

int cli_command(struct cli *sh, struct str line)
{
	struct run *run;
	struct buf prompt;
	int rc;

	if (sh->run)
		return E_BUSY;
	if (line.n > CMD_LINE_MAX)
		return E_TOOBIG;
	run = run_new(sh);
	if (!run)
		return E_NOMEM;
	buf_init(&prompt, 256);
	if (!sh->bare)
		cli_prompt(sh, &prompt);
	run->prompt_len = buf_len(&prompt);
	buf_release(&prompt);
	run->first_word = first_word(line);
	sh->secret_at = 0;
	rc = begin_line(run, &sh->place, line);
	if (rc == RUN_AGAIN)
		run_continue(run);
	else
		run_end(run, rc == RUN_DONE ? 0 : 1);
	return 0;
}

int cli_internal(struct cli *sh, cmd_step_fn *step)
{
	struct run *run;

	if (sh->run)
		return E_BUSY;
	run = run_new(sh);
	if (!run)
		return E_NOMEM;
	run->step_fn = step;
	run->internal = true;
	run_continue(run);
	return 0;
}

int cli_answer(struct cli *sh, bool cancelled, struct str text)
{
	struct run *run = sh->run;

	if (!run || !run->waiting_answer)
		return E_STATE;
	run->waiting_answer = false;
	run->cancelled = cancelled;
	buf_clear(&run->answer);
	buf_put(&run->answer, text.p, text.n);
	run_continue(run);
	return 0;
}

void cli_resume(struct cli *sh)
{
	if (sh->run)
		run_continue(sh->run);
}

/* A command that waits for a helper ends at once; one that waits for an answer is told. */
void cli_cancel(struct cli *sh)
{
	struct run *run = sh->run;

	if (!run)
		return;
	run->cancelled = true;
	if (run->waiting_answer) {
		cli_answer(sh, true, STR(""));
		return;
	}
	sh->leave |= run->internal; /* a login that was interrupted let nobody in */
	run_end(run, 1);
}

int run_command(struct run *run, struct str line)
{
	struct cmd_place exec;

	run->redirected = true;
	run->data = NULL;
	cmd_place_exec(run->core->cmds, &exec);
	return begin_line(run, &exec, line);
}

/* `do LINE`: the line is parsed as if typed at exec, by the same user, and runs in this command's place. */
int cmd_do(struct run *run)
{
	const char *line = cmd_arg(&run->match, "line");

	if (!run->cli->interactive)
		return run_fail(run, "%% do is not for configuration files");
	if (run->redirected || !line)
		return run_fail(run, "%% Incomplete command.");
	run->prompt_len += cmd_arg_column(&run->match, "line");
	return run_command(run, str_of(line));
}
