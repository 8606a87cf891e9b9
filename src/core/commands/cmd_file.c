/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_file.c: what changes the file systems: `mkdir`, `rmdir`, `delete`, `rename`, `format`, `fsck`, in IOS's
 * dialogues. `file prompt` says how much is asked: quiet nothing, alert names and what destroys, noisy everything. Runs
 * in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/files/fs.h"
#include "core/session/cli.h"

#include <stdio.h>
#include <string.h>

#define PROMPT_OF "/ravelin-files:files/prompt"

/* What a dialogue is about, kept between its questions. */
struct subject {
	struct file_name name, to;
	char text[FILE_TEXT];
};

/* The steps every dialogue has. */
enum step { STEP_BEGIN, STEP_NAMED, STEP_CONFIRMED };

static bool is_quiet(const struct run *run)
{
	const char *prompt = model_str(run->core->model, PROMPT_OF);

	return cmd_has(&run->match, "/force") || (prompt && strcmp(prompt, "quiet") == 0);
}

static bool is_noisy(const struct run *run)
{
	const char *prompt = model_str(run->core->model, PROMPT_OF);

	return prompt && strcmp(prompt, "noisy") == 0;
}

/* The words of a refusal: "%Error DOING flash0:/x (why)". */
static int refuse(struct run *run, const char *doing, const char *text, int rc)
{
	return run_fail(run, "%%Error %s %s (%s)", doing, text, fs_words(rc));
}

/* The name from the line; asked for with `question` unless nothing is to be asked. RUN_DONE: the subject stands. */
static int ask_name(struct run *run, const char *question)
{
	struct subject *s = run->data;
	const char *typed = cmd_arg(&run->match, "url");
	char prompt[PATH_BYTES + 64];

	if (run->step == STEP_BEGIN) {
		s = run->data = arena_alloc(&run->arena, sizeof *s);
		if (!s)
			return run_fail(run, "%% Out of memory");
		if (!fs_name(&run->cli->cwd, str_of(typed), &s->name))
			return run_fail(run, FS_NO_FILE, typed);
		fs_text(&s->name, s->text);
		if (is_quiet(run)) {
			run->step = STEP_NAMED;
			return RUN_DONE;
		}
		snprintf(prompt, sizeof prompt, "%s [%s]? ", question, s->name.path.text);
		return run_ask(run, STEP_NAMED, true, ASK_LINE, prompt);
	}
	if (run->step == STEP_NAMED && run->cancelled)
		return RUN_FAILED;
	if (run->step == STEP_NAMED && buf_len(&run->answer)) {
		struct file_name there = { .fs = s->name.fs };

		if (!fs_name(&there, str_of(run_answer(run)), &s->name))
			return run_fail(run, FS_NO_FILE, run_answer(run));
		fs_text(&s->name, s->text);
	}
	return RUN_DONE;
}

/* "DOING flash0:/x? [confirm]" where it is asked. RUN_DONE: go on. */
static int confirm(struct run *run, const char *doing, bool destroys)
{
	struct subject *s = run->data;
	char prompt[FILE_TEXT + 32];

	if (run->step == STEP_CONFIRMED)
		return run_yes(run) ? RUN_DONE : RUN_FAILED;
	if (is_quiet(run) || (!destroys && !is_noisy(run)))
		return RUN_DONE;
	snprintf(prompt, sizeof prompt, "%s %s? [confirm]", doing, s->text);
	return run_ask(run, STEP_CONFIRMED, false, ASK_CONFIRM, prompt);
}

/* The volume the subject is on; NULL: it has none, which was said. */
static struct volume *volume_of(struct run *run, const char *doing)
{
	struct subject *s = run->data;
	struct volume *v = fs_volume(run->core, s->name.fs);

	if (!v)
		refuse(run, doing, s->text, E_UNSUPPORTED);
	return v;
}

int cmd_mkdir(struct run *run)
{
	int rc = ask_name(run, "Create directory filename");
	struct subject *s = run->data;
	struct volume *v;

	if (rc != RUN_DONE || (rc = confirm(run, "Create dir", false)) != RUN_DONE)
		return rc;
	v = volume_of(run, "Creating dir");
	if (!v)
		return RUN_FAILED;
	rc = volume_mkdir(v, &s->name.path, NULL);
	if (rc == E_EXISTS)
		return run_fail(run, "%%Error Creating dir %s (Can't create a file that exists)", s->text);
	if (rc < 0)
		return refuse(run, "Creating dir", s->text, rc);
	buf_printf(&run->out, "Created dir %s\n", s->text);
	return RUN_DONE;
}

int cmd_rmdir(struct run *run)
{
	int rc = ask_name(run, "Remove directory filename");
	struct subject *s = run->data;
	struct volume *v;

	if (rc != RUN_DONE || (rc = confirm(run, "Delete", true)) != RUN_DONE)
		return rc;
	v = volume_of(run, "Removing dir");
	if (!v)
		return RUN_FAILED;
	rc = volume_rmdir(v, &s->name.path, NULL);
	if (rc == E_EXISTS)
		return run_fail(run, "%%Error Removing dir %s (Directory not empty)", s->text);
	if (rc < 0)
		return refuse(run, "Removing dir", s->text, rc);
	buf_printf(&run->out, "Removed dir %s\n", s->text);
	return RUN_DONE;
}

int cmd_delete(struct run *run)
{
	int rc = ask_name(run, "Delete filename");
	struct subject *s = run->data;
	struct volume_entry entry;
	struct volume *v;

	if (rc != RUN_DONE)
		return rc;
	v = volume_of(run, "deleting");
	if (!v)
		return RUN_FAILED;
	rc = volume_stat(v, &s->name.path, &entry, NULL);
	if (rc == 0 && entry.folder && !cmd_has(&run->match, "/recursive"))
		rc = E_INVAL;
	if (rc < 0)
		return refuse(run, "deleting", s->text, rc);
	rc = confirm(run, "Delete", true);
	if (rc != RUN_DONE)
		return rc;
	if (!entry.folder)
		rc = volume_remove(v, &s->name.path, NULL);
	else if ((rc = volume_empty(v, &s->name.path, NULL)) == 0 && s->name.path.text[0])
		rc = volume_rmdir(v, &s->name.path, NULL);
	return rc < 0 ? refuse(run, "deleting", s->text, rc) : RUN_DONE;
}

/* The name at the end; a folder takes the file under its own name. */
static bool rename_target(struct run *run, const char *typed, struct file_name *to)
{
	struct subject *s = run->data;
	struct volume_entry entry;
	struct volume *v;

	if (!fs_name(&run->cli->cwd, str_of(typed), to))
		return false;
	v = fs_volume(run->core, to->fs);
	if (v && volume_stat(v, &to->path, &entry, NULL) == 0 && entry.folder)
		return path_join(&to->path, str_of(path_base(&s->name.path)));
	return true;
}

int cmd_rename(struct run *run)
{
	const char *typed = cmd_arg(&run->match, "to");
	struct subject *s;
	char prompt[PATH_BYTES + 64];
	struct volume *v;
	int rc;

	if (run->step == STEP_BEGIN) {
		s = run->data = arena_alloc(&run->arena, sizeof *s);
		if (!s)
			return run_fail(run, "%% Out of memory");
		if (!fs_name(&run->cli->cwd, str_of(cmd_arg(&run->match, "url")), &s->name))
			return run_fail(run, FS_NO_FILE, cmd_arg(&run->match, "url"));
		if (!rename_target(run, typed, &s->to))
			return run_fail(run, FS_NO_FILE, typed);
		fs_text(&s->name, s->text);
		snprintf(prompt, sizeof prompt, "Destination filename [%s]? ", s->to.path.text);
		if (!is_quiet(run))
			return run_ask(run, STEP_NAMED, true, ASK_LINE, prompt);
	}
	s = run->data;
	if (run->step == STEP_NAMED && run->cancelled)
		return RUN_FAILED;
	if (run->step == STEP_NAMED && buf_len(&run->answer) && !rename_target(run, run_answer(run), &s->to))
		return run_fail(run, FS_NO_FILE, run_answer(run));
	v = volume_of(run, "renaming");
	if (!v)
		return RUN_FAILED;
	if (s->to.fs != s->name.fs)
		return run_fail(run, "%%Error renaming %s (Cannot rename between file systems)", s->text);
	rc = volume_rename(v, &s->name.path, &s->to.path, false, NULL);
	return rc < 0 ? refuse(run, "renaming", s->text, rc) : RUN_DONE;
}

/* --- a whole file system --- */

/* Asked about a whole file system: WHAT "flash0:". Continue? RUN_DONE: go on. */
static int whole(struct run *run, const char *what)
{
	struct subject *s = run->data;
	const char *typed = cmd_arg(&run->match, "url");
	char prompt[FILE_TEXT + 128];

	if (run->step == STEP_CONFIRMED)
		return run_yes(run) ? RUN_DONE : RUN_FAILED;
	s = run->data = arena_alloc(&run->arena, sizeof *s);
	if (!s)
		return run_fail(run, "%% Out of memory");
	if (!fs_name(&run->cli->cwd, str_of(typed), &s->name) || s->name.path.text[0] || s->name.fs != FS_FLASH)
		return run_fail(run, "%%Error opening %s (Operation not supported)", typed);
	snprintf(prompt, sizeof prompt, "%s \"%s\". Continue? [confirm]", what, fs_prefix(s->name.fs));
	return run_ask(run, STEP_CONFIRMED, false, ASK_CONFIRM, prompt);
}

int cmd_format(struct run *run)
{
	static const struct path root = { "" };
	int rc = whole(run, "Format operation will destroy all data in");

	if (rc != RUN_DONE)
		return rc;
	rc = volume_empty(&run->core->flash, &root, NULL);
	if (rc < 0)
		return run_fail(run, "%%Error formatting flash0: (%s)", fs_words(rc));
	buf_puts(&run->out, "Format of flash0: complete\n");
	return RUN_DONE;
}

/* What a kill left is removed, and what is there is counted anew. */
int cmd_fsck(struct run *run)
{
	uint64_t before = run->core->flash.used;
	struct errbuf e;
	int rc = whole(run, "Fsck operation will check");

	if (rc != RUN_DONE)
		return rc;
	if (volume_recount(&run->core->flash, &e) < 0)
		return run_fail(run, "%%Error checking flash0: (%s)", e.text);
	if (run->core->flash.used != before)
		buf_printf(&run->out, "%llu bytes used were counted as %llu\n",
			   (unsigned long long)run->core->flash.used, (unsigned long long)before);
	buf_puts(&run->out, "Fsck of flash0: complete\n");
	return RUN_DONE;
}
