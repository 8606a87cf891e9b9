/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_archive.c: copies of the configuration and how configurations differ: `archive config`, `show archive …`. Runs in
 * core; the texts that are compared may hold anything.
 */
#include "commands.h"

#include "core/config/config.h"
#include "core/config/revert.h"
#include "core/core.h"
#include "core/files/archive.h"
#include "core/files/compare.h"
#include "core/files/fs.h"
#include "core/files/source.h"
#include "core/session/cfglog.h"
#include "core/session/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- copies --- */

int hook_archive_path(struct run *run)
{
	const char *path = cmd_arg(&run->match, "path");
	struct errbuf e = { "" };

	return !run->match.no && path && archive_takes(path, &e) < 0 ? run_fail(run, "%s", e.text) : RUN_DONE;
}

/* A copy on its way to a server, of somebody who waits for it. */
struct archiving {
	struct archive_sending *sending;
	char name[ARCHIVE_NAME], why[64];
	bool marks, sent;
};
enum archive_step { ARCHIVE_BEGIN, ARCHIVE_SENT };

static void stop_archiving(const void *arg)
{
	struct archiving *w = ((const struct run *)arg)->data;

	archive_cancel(w->sending);
	w->sending = NULL;
}

static void on_archived(void *arg, enum job_kind kind, const char *words)
{
	struct run *run = arg;
	struct archiving *w = run->data;

	if (kind == JOB_PROGRESS) {
		w->marks = true;
		run_progress(run, words);
		return;
	}
	w->sending = NULL;
	w->sent = kind == JOB_RESULT;
	snprintf(w->why, sizeof w->why, "%s", words);
	cli_resume(run->cli);
}

static int begin_archiving(struct run *run, struct str text)
{
	struct archiving *w = arena_alloc(&run->arena, sizeof *w);
	struct errbuf e = { "" };

	if (!w)
		return run_fail(run, "%% Out of memory");
	*w = (struct archiving){ 0 };
	run->data = w;
	w->sending = archive_send(run->core->archive, text, on_archived, run, w->name, &e);
	if (!w->sending)
		return run_fail(run, "%s", e.text);
	run->abandon = stop_archiving;
	run->step = ARCHIVE_SENT;
	return RUN_WAIT;
}

static int archived(struct run *run)
{
	const struct archiving *w = run->data;

	run->abandon = NULL;
	buf_puts(&run->out, w->marks ? "\n" : "");
	return w->sent ? RUN_DONE : run_fail(run, "%%Error writing %s (%s)", w->name, w->why);
}

int cmd_archive_config(struct run *run)
{
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];
	const struct buf *text;
	int rc;

	if (run->step == ARCHIVE_SENT)
		return archived(run);
	if (!archive_is_on(run->core))
		return run_fail(run, "%%The archive's path is not set: see \"path\" of \"archive\"");
	rc = run_build_config(run, CMD_VIEW_WHOLE);
	if (rc != RUN_DONE)
		return rc;
	text = config_build_text(run->build);
	if (text->err)
		return run_fail(run, "%%The configuration is too large");
	if (archive_is_remote(run->core))
		return begin_archiving(run, buf_str(text));
	rc = archive_store(run->core->archive, buf_str(text), name, &e);
	return rc < 0 ? run_fail(run, "%s", e.text) : RUN_DONE;
}

int cmd_show_archive(struct run *run)
{
	archive_show(run->core->archive, &run->out);
	return RUN_DONE;
}

int cmd_show_rollback_timer(struct run *run)
{
	revert_show(run->core, &run->out);
	return RUN_DONE;
}

/* --- the log of commands --- */

int cmd_show_archive_log(struct run *run)
{
	const char *first = cmd_arg(&run->match, "first"), *last = cmd_arg(&run->match, "last");
	uint64_t from = first ? strtoull(first, NULL, 10) : 1;
	uint64_t to = last ? strtoull(last, NULL, 10) : first ? from : UINT64_MAX;

	cfglog_show(run->core->cfglog, from, to, cmd_arg(&run->match, "name"), &run->out);
	return RUN_DONE;
}

int cmd_clear_archive_log(struct run *run)
{
	if (run->step == 0 && !cmd_has(&run->match, "force"))
		return run_ask(run, 1, false, ASK_CONFIRM, "Clear the log of configuration commands? [confirm]");
	if (run->step == 1 && !run_yes(run))
		return RUN_FAILED;
	cfglog_clear(run->core->cfglog);
	return RUN_DONE;
}

/* --- differences --- */

struct comparison {
	struct source before, after;
	struct diff *diff;
	enum diff_form form;
};
enum comparison_step { CMP_BEGIN, CMP_BEFORE, CMP_AFTER, CMP_COMPARE, CMP_WRITE };

static void stop_comparing(const void *arg)
{
	struct comparison *c = ((const struct run *)arg)->data;

	diff_free(c->diff);
	c->diff = NULL;
	source_release(&c->before);
	source_release(&c->after);
}

static int open_both(struct run *run, const char *before, const char *after)
{
	struct comparison *c = arena_alloc(&run->arena, sizeof *c);
	int rc;

	if (!c)
		return run_fail(run, "%% Out of memory");
	c->before.fd = c->after.fd = -1;
	run->data = c;
	run->abandon = stop_comparing;
	rc = source_open(run, &c->before, before);
	if (rc == RUN_DONE)
		rc = source_open(run, &c->after, after);
	run->step = CMP_BEFORE;
	return rc;
}

static int compare(struct run *run, struct comparison *c)
{
	int rc = compare_step(run, &c->diff, buf_str(&c->before.text), buf_str(&c->after.text));

	if (rc == RUN_FAILED)
		return run_fail(run, "%%Error comparing %s and %s (%s)", c->before.called, c->after.called,
				compare_error(c->diff));
	return rc;
}

static int write_out(struct run *run, struct comparison *c)
{
	int rc = compare_write(run, c->diff, c->form);

	if (rc != RUN_DONE)
		return rc;
	if (c->form == DIFF_ADDED)
		buf_puts(&run->out, "end\n");
	if (!diff_added(c->diff) && (c->form == DIFF_ADDED || !diff_removed(c->diff)))
		buf_puts(&run->out, "!No changes were found\n");
	return RUN_DONE;
}

/* The steps behind open_both. */
static int go_on(struct run *run)
{
	struct comparison *c = run->data;
	int rc = RUN_DONE;

	for (; rc == RUN_DONE && run->step <= CMP_WRITE; run->step += rc == RUN_DONE) {
		if (run->step == CMP_BEFORE)
			rc = source_read(run, &c->before);
		else if (run->step == CMP_AFTER)
			rc = source_read(run, &c->after);
		else if (run->step == CMP_COMPARE)
			rc = compare(run, c);
		else
			rc = write_out(run, c);
	}
	return rc;
}

static int compared(struct run *run, int rc)
{
	if (rc == RUN_WAIT || !run->abandon)
		return rc;
	stop_comparing(run);
	run->abandon = NULL;
	return rc;
}

int cmd_show_differences(struct run *run)
{
	const char *before = cmd_arg(&run->match, "before"), *after = cmd_arg(&run->match, "after");
	int rc = RUN_DONE;

	if (run->step == CMP_BEGIN) {
		rc =
		    open_both(run, before ? before : "nvram:" CONFIG_STARTUP, after ? after : "system:" CONFIG_RUNNING);
		buf_puts(&run->out, rc == RUN_DONE ? "!Contextual Config Diffs:\n" : "");
	}
	return compared(run, rc == RUN_DONE ? go_on(run) : rc);
}

int cmd_show_incremental(struct run *run)
{
	int rc = RUN_DONE;

	if (run->step == CMP_BEGIN) {
		rc = open_both(run, "system:" CONFIG_RUNNING, cmd_arg(&run->match, "after"));
		buf_puts(&run->out, rc == RUN_DONE ? "!List of Commands:\n" : "");
		if (rc == RUN_DONE)
			((struct comparison *)run->data)->form = DIFF_ADDED;
	}
	return compared(run, rc == RUN_DONE ? go_on(run) : rc);
}
