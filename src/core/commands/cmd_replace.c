/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_replace.c: the running configuration replaced as a whole, and changes that go back unless they are confirmed:
 * `configure replace`, `configure terminal revert timer`, `configure confirm`, `configure revert`. Runs in core.
 */
#include "commands.h"

#include "core/config/config.h"
#include "core/config/replace.h"
#include "core/config/revert.h"
#include "core/core.h"
#include "core/files/archive.h"
#include "core/files/compare.h"
#include "core/files/source.h"
#include "core/login/subject.h"
#include "core/session/cli.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS    UINT64_C(60000)
#define NONE_PENDING "%%No Rollback Confirmed Change pending"
#define QUESTION                                                                                                       \
	"This will apply all necessary additions and deletions\n"                                                      \
	"to replace the current running configuration with the\n"                                                      \
	"contents of the specified configuration file, which is\n"                                                     \
	"assumed to be a complete configuration, not a partial\n"
#define PROMPT "configuration. Enter Y if you are sure you want to proceed. ? [no]: "

struct replacing {
	struct source file;
	struct buf before;         /* the configuration as it was, where somebody needs it */
	char backup[ARCHIVE_NAME]; /* the file it is in, too */
	struct replace *replace;   /* while it works */
	struct diff *diff;
	uint64_t minutes; /* to confirm it in; 0: it need not be */
	size_t changes;
	unsigned refused;
	bool done;
	char words[256];
};
enum step { RP_BEGIN, RP_ASKED, RP_READ, RP_BACKUP, RP_START, RP_ENDED, RP_AFTER, RP_COMPARE, RP_LIST, RP_TELL };

static uint64_t minutes_of(const struct run *run)
{
	const char *timer = cmd_arg(&run->match, "timer"), *time = cmd_arg(&run->match, "time");

	return strtoull(timer ? timer : time ? time : "0", NULL, 10);
}

/* --- the configuration that is gone back to --- */

/* What must be so before something waits for confirmation. */
static int may_wait(struct run *run)
{
	if (revert_pending(run->core))
		return run_fail(run,
				"%%A Rollback Confirmed Change is pending: enter \"configure confirm\" or \"configure "
				"revert now\" first");
	if (!archive_is_on(run->core))
		return run_fail(run, "%%Please turn config archive on: the archive's path is not set");
	return RUN_DONE;
}

/* `text`, the running configuration, is in a file `name`; RUN_FAILED: it is not, which was said. */
static int back_up(struct run *run, struct str text, char name[ARCHIVE_NAME])
{
	struct errbuf e = { "" };

	if (archive_store(run->core->archive, text, name, &e) < 0)
		return run_fail(run, "%s", e.text);
	buf_printf(&run->out, "Rollback Confirmed Change: Backing up current running config to %s\n", name);
	return RUN_DONE;
}

static int schedule(struct run *run, struct str text, const char *name, uint64_t minutes, struct errbuf *e)
{
	struct revert_plan plan = { .ms = minutes * MINUTE_MS, .user = run->cli->user, .name = name, .text = text };
	char who[CLI_WHO];

	cli_who(run->cli, who, sizeof who);
	plan.by = who;
	return revert_schedule(run->core, &plan, e);
}

/* --- configure replace --- */

static void stop(const void *arg)
{
	const struct run *run = arg;
	struct replacing *r = run->data;

	replace_abandon(r->replace);
	r->replace = NULL;
	diff_free(r->diff);
	r->diff = NULL;
	source_release(&r->file);
	buf_release(&r->before);
}

static int begin(struct run *run)
{
	struct replacing *r = arena_alloc(&run->arena, sizeof *r);
	int rc;

	if (!r)
		return run_fail(run, "%% Out of memory");
	r->file.fd = -1;
	buf_init(&r->before, CONFIG_MAX_BYTES);
	r->minutes = minutes_of(run);
	run->data = r;
	run->abandon = stop;
	rc = source_open(run, &r->file, cmd_arg(&run->match, "url"));
	if (rc == RUN_DONE && r->minutes)
		rc = may_wait(run);
	if (rc != RUN_DONE)
		return rc;
	run->step = RP_READ;
	if (cmd_has(&run->match, "force"))
		return RUN_DONE;
	buf_puts(&run->out, QUESTION);
	return run_ask(run, RP_ASKED, true, ASK_YESNO, PROMPT);
}

static int keep_before(struct run *run, struct replacing *r)
{
	int rc;

	if (!r->minutes && !cmd_has(&run->match, "list"))
		return RUN_DONE;
	rc = run_copy_config(run, &r->before);
	if (rc != RUN_DONE)
		return rc;
	if (r->before.err)
		return run_fail(run, "%%Error: the running configuration is not kept (%s)", err_text(r->before.err));
	if (!r->minutes)
		return RUN_DONE;
	rc = may_wait(run);
	return rc == RUN_DONE ? back_up(run, buf_str(&r->before), r->backup) : rc;
}

static void on_refused(void *arg, const char *message)
{
	struct run *run = arg;

	buf_printf(&run->out, "%% %s\n", message);
}

/* It is in force: that it waits for confirmation must hold from this moment on, whatever becomes of who asked. */
static void on_ended(void *arg, bool done, size_t changes, unsigned refused, const char *words)
{
	struct run *run = arg;
	struct replacing *r = run->data;
	struct errbuf e = { "" };

	r->replace = NULL;
	r->done = done;
	r->changes = changes;
	r->refused = refused;
	str_copy_printable(str_of(words), r->words, sizeof r->words);
	if (done && r->minutes && schedule(run, buf_str(&r->before), r->backup, r->minutes, &e) < 0)
		buf_printf(&run->out, "%%Error: nothing goes back by itself: %s\n", e.text);
	cli_resume(run->cli);
}

static int start(struct run *run, struct replacing *r)
{
	static const struct replace_events events = { on_refused, on_ended };
	struct errbuf e = { "" };
	struct behalf who;
	char by[CLI_WHO];

	cli_who(run->cli, by, sizeof by);
	r->replace = replace_begin(run->core, subject_of_cli(run->cli, &who) ? &who : NULL, r->file.called,
				   buf_str(&r->file.text), by, run->cli->user, !cmd_has(&run->match, "nolock"), &events,
				   run, &e);
	if (!r->replace)
		return run_fail(run, "%%Error: %s", e.text);
	run->step = RP_ENDED;
	return RUN_WAIT;
}

/* Nothing has changed: with `revert trigger error` or without, there is nothing that would have to go back. */
static int failed(struct run *run, const struct replacing *r)
{
	if (r->refused)
		return run_fail(run, "%%Error: %u line%s of %s refused. The running configuration is unchanged",
				r->refused, r->refused == 1 ? "" : "s", r->file.called);
	return run_fail(run, "%%Error: %s. The running configuration is unchanged", r->words);
}

static int ended(struct run *run, struct replacing *r)
{
	if (!r->done)
		return failed(run, r);
	if (r->words[0])
		buf_printf(&run->out, "%s\n", r->words);
	if (!cmd_has(&run->match, "list"))
		run->step = RP_TELL - 1;
	return RUN_DONE;
}

static int compare(struct run *run, struct replacing *r)
{
	int rc = compare_step(run, &r->diff, buf_str(&r->before), buf_str(config_build_text(run->build)));

	if (rc == RUN_WAIT)
		return rc;
	if (rc == RUN_FAILED) {
		buf_puts(&run->out, "% The list cannot be made: out of memory\n");
		run->step = RP_TELL - 1;
		return RUN_DONE;
	}
	buf_puts(&run->out, "!Pass 1\n!List of Commands:\n");
	return RUN_DONE;
}

static int list(struct run *run, struct replacing *r)
{
	int rc = compare_write(run, r->diff, DIFF_COMMANDS);

	if (rc != RUN_DONE)
		return rc;
	buf_puts(&run->out, "end\n");
	return RUN_DONE;
}

static int tell(struct run *run, size_t changes)
{
	buf_printf(&run->out, "Total number of passes: %d\nRollback Done\n\n", changes ? 1 : 0);
	return RUN_DONE;
}

static int one_step(struct run *run, struct replacing *r)
{
	switch ((enum step)run->step) {
	case RP_BEGIN:
		return RUN_DONE;
	case RP_ASKED:
		return run_yes(run) ? RUN_DONE : RUN_FAILED;
	case RP_READ:
		return source_read(run, &r->file);
	case RP_BACKUP:
		return keep_before(run, r);
	case RP_START:
		return start(run, r);
	case RP_ENDED:
		return ended(run, r);
	case RP_AFTER:
		return run_build_config(run, CMD_VIEW_WHOLE);
	case RP_COMPARE:
		return compare(run, r);
	case RP_LIST:
		return list(run, r);
	case RP_TELL:
		return tell(run, r->changes);
	}
	return RUN_FAILED;
}

int cmd_configure_replace(struct run *run)
{
	int rc = run->step == RP_BEGIN ? begin(run) : RUN_DONE;
	struct replacing *r = run->data;

	for (; rc == RUN_DONE && run->step <= RP_TELL; run->step += rc == RUN_DONE)
		rc = one_step(run, r);
	if (rc != RUN_WAIT && run->abandon) {
		stop(run);
		run->abandon = NULL;
	}
	return rc;
}

/* --- configure terminal revert timer --- */

int cmd_configure_revert_timer(struct run *run)
{
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];
	struct str text;
	int rc = RUN_DONE;

	if (run->redirected)
		return run_fail(run, "%% Already in configuration mode");
	if (!run->build)
		rc = may_wait(run);
	if (rc == RUN_DONE)
		rc = run_build_config(run, CMD_VIEW_WHOLE);
	if (rc != RUN_DONE)
		return rc;
	if (config_build_text(run->build)->err)
		return run_fail(run, "%%Error: the running configuration is not kept");
	text = buf_str(config_build_text(run->build));
	rc = back_up(run, text, name);
	if (rc != RUN_DONE)
		return rc;
	if (schedule(run, text, name, minutes_of(run), &e) < 0)
		return run_fail(run, "%%Error: %s", e.text);
	return cmd_configure(run);
}

/* --- what waits --- */

static int none_or_late(struct run *run, int rc)
{
	if (rc == E_NOTFOUND)
		return run_fail(run, NONE_PENDING);
	return rc < 0 ? run_fail(run, "%%The rollback has begun already") : RUN_DONE;
}

int cmd_configure_confirm(struct run *run)
{
	char who[CLI_WHO];

	cli_who(run->cli, who, sizeof who);
	return none_or_late(run, revert_confirm(run->core, who));
}

int cmd_revert_timer(struct run *run)
{
	char who[CLI_WHO];

	cli_who(run->cli, who, sizeof who);
	return none_or_late(run, revert_retime(run->core, minutes_of(run) * MINUTE_MS, who));
}

static void forget(const void *arg)
{
	const struct run *run = arg;

	revert_forget(run->core, run);
}

static void on_reverted(void *arg, bool done, size_t changes, unsigned refused, const char *words)
{
	struct run *run = arg;

	(void)refused;
	run->abandon = NULL;
	run->step = done ? 1 : 2;
	if (done)
		tell(run, changes);
	else
		buf_printf(&run->out, "%%Error: not rolled back, next try in one minute%s%s\n", *words ? ": " : "",
			   words);
	cli_resume(run->cli);
}

int cmd_revert_now(struct run *run)
{
	static const struct replace_events events = { on_refused, on_reverted };
	const char *name = revert_pending(run->core);
	struct errbuf e = { "" };

	if (run->step)
		return run->step == 1 ? RUN_DONE : RUN_FAILED;
	if (!name)
		return run_fail(run, NONE_PENDING);
	buf_printf(&run->out, "Rollback Confirmed Change: rolling to: %s\n", name);
	if (revert_now(run->core, &events, run, &e) < 0)
		return run_fail(run, "%%Error: %s", e.text);
	run->abandon = forget;
	return RUN_WAIT;
}
