/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_copy.c: `copy`, as far as it is a dialogue: what is copied, where to, over what. `file prompt` says how much is
 * asked: quiet what cannot be known otherwise, alert names of copies, noisy what the line said, too. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/files/copy.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define PROMPT_OF "/ravelin-files:files/prompt"

/* In their order; the step of the command is the one that was asked. */
enum question { Q_NOTHING, Q_FROM_HOST, Q_FROM_NAME, Q_TO_HOST, Q_TO_NAME, Q_OVER, Q_ERASE, Q_END };

/* --- what a word of the line means --- */

static const char *path_of(const struct copy_end *end)
{
	return end->kind == COPY_URL ? end->url.path : end->name.path.text;
}

static void of_name(struct copy_end *end)
{
	end->kind = end->name.fs == FS_NULL ? COPY_NULL : COPY_FILE;
	if (fs_is_running(&end->name))
		end->kind = COPY_RUNNING;
}

static int of_word(struct run *run, const char *arg, struct copy_end *end)
{
	static const struct path root = { "" };
	const char *word = cmd_arg(&run->match, arg);
	bool startup = strcmp(word, CONFIG_STARTUP) == 0;
	int rc = url_parse(str_of(word), &end->url);

	if (startup || strcmp(word, CONFIG_RUNNING) == 0) {
		end->word = true;
		end->name.fs = startup ? FS_NVRAM : FS_SYSTEM;
		path_resolve(&root, str_of(word), &end->name.path);
		of_name(end);
	} else if (rc == 0) {
		end->kind = COPY_URL;
		if (!url_scheme(end->url.scheme)->client)
			return run_fail(run, "%% This release has no client for %s yet", ifs_name(end->url.scheme));
	} else if (rc != E_NOTFOUND || !fs_name(&run->cli->cwd, str_of(word), &end->name)) {
		return run_invalid(run, arg);
	} else {
		of_name(end);
	}
	copy_end_text(end);
	return RUN_DONE;
}

static int begin(struct run *run)
{
	struct copy *c = arena_alloc(&run->arena, sizeof *c);
	int rc;

	if (!c)
		return run_fail(run, "%% Out of memory");
	*c = (struct copy){ .fd = -1, .sink = -1, .null = -1, .erase = cmd_has(&run->match, "/erase") };
	run->data = c;
	rc = of_word(run, "from", &c->from);
	if (rc == RUN_DONE)
		rc = of_word(run, "to", &c->to);
	if (rc != RUN_DONE)
		return rc;
	if (c->from.kind == COPY_NULL)
		return run_fail(run, "%%Error opening %s (Operation not supported)", c->from.text);
	if (c->erase && (c->to.kind != COPY_FILE || c->to.name.fs != FS_FLASH))
		return run_fail(run, "%%Error erasing %s (Operation not supported)", c->to.text);
	return RUN_DONE;
}

/* --- questions --- */

static bool prompts(const struct run *run, const char *how)
{
	const char *prompt = model_str(run->core->model, PROMPT_OF);

	return strcmp(prompt ? prompt : "alert", how) == 0;
}

static bool is_folder(const struct run *run, const struct copy_end *end)
{
	struct volume_entry entry;

	return end->kind == COPY_FILE && fs_stat(run->core, &end->name, &entry) == 0 && entry.folder;
}

/* What the copy is called unless somebody says otherwise: as what is copied; a configuration on a server by the name
 * of this device. */
static void usual_name(const struct run *run, char out[PATH_NAME_BYTES + 1])
{
	const struct copy *c = run->data;
	const char *name = c->from.kind == COPY_URL ? url_base(&c->from.url) : path_base(&c->from.name.path);

	if (c->from.word && c->to.kind == COPY_URL) {
		snprintf(out, PATH_NAME_BYTES + 1, "%s-confg", core_hostname(run->core));
		for (char *p = out; *p; p++)
			*p = (char)tolower((unsigned char)*p);
	} else {
		snprintf(out, PATH_NAME_BYTES + 1, "%s", name);
	}
}

/* The name that is offered for the copy, whole below its file system or server. */
static void offered_name(const struct run *run, char out[PATH_BYTES])
{
	const struct copy *c = run->data;
	char name[PATH_NAME_BYTES + 1];
	const char *there = path_of(&c->to);
	bool folder = c->to.kind == COPY_URL ? !*there || there[strlen(there) - 1] == '/' : is_folder(run, &c->to);
	bool slash = *there && there[strlen(there) - 1] != '/';

	usual_name(run, name);
	snprintf(out, PATH_BYTES, "%.*s%s%s", PATH_BYTES - 260, there, folder && slash ? "/" : "", folder ? name : "");
}

/* The file that would be replaced. */
static bool is_there(const struct run *run)
{
	const struct copy *c = run->data;
	struct volume *v = c->to.kind == COPY_FILE && !c->to.word ? fs_volume(run->core, c->to.name.fs) : NULL;
	struct volume_entry entry;

	return v && strcmp(c->to.name.path.text, CONFIG_STARTUP) != 0 &&
	       volume_stat(v, &c->to.name.path, &entry, NULL) == 0 && !entry.folder;
}

static int ask_host(struct run *run, enum question q, const struct copy_end *end)
{
	char prompt[URL_HOST + 64];

	if (end->kind != COPY_URL || (end->url.host[0] && !prompts(run, "noisy")))
		return RUN_DONE;
	snprintf(prompt, sizeof prompt, "Address or name of remote host [%s]? ", end->url.host);
	return run_ask(run, (int)q, true, ASK_LINE, prompt);
}

static int ask_source(struct run *run)
{
	struct copy *c = run->data;
	const char *name = path_of(&c->from);
	char prompt[PATH_BYTES + 64];

	if (c->from.word || c->from.kind == COPY_RUNNING || (*name && !prompts(run, "noisy")))
		return RUN_DONE;
	snprintf(prompt, sizeof prompt, "Source filename [%s]? ", name);
	return run_ask(run, Q_FROM_NAME, true, ASK_LINE, prompt);
}

static int take_name(struct run *run, struct copy_end *end, const char *name);

static int ask_destination(struct run *run)
{
	struct copy *c = run->data;
	char prompt[PATH_BYTES + 64], name[PATH_BYTES];

	if (c->to.kind == COPY_NULL)
		return RUN_DONE;
	offered_name(run, name);
	if (!c->to.word && c->to.kind != COPY_RUNNING && take_name(run, &c->to, name) != RUN_DONE)
		return RUN_FAILED;
	if (prompts(run, "quiet"))
		return RUN_DONE;
	snprintf(prompt, sizeof prompt, "Destination filename [%s]? ", name);
	return run_ask(run, Q_TO_NAME, true, ASK_LINE, prompt);
}

/* What destroys is asked whatever `file prompt` says. */
static int ask(struct run *run, enum question q)
{
	struct copy *c = run->data;

	switch (q) {
	case Q_FROM_HOST:
		return ask_host(run, q, &c->from);
	case Q_FROM_NAME:
		return ask_source(run);
	case Q_TO_HOST:
		return ask_host(run, q, &c->to);
	case Q_TO_NAME:
		return ask_destination(run);
	case Q_OVER:
		if (!is_there(run) || prompts(run, "quiet"))
			return RUN_DONE;
		buf_puts(&run->out, "%Warning:There is a file already existing with this name \n");
		return run_ask(run, Q_OVER, false, ASK_CONFIRM, "Do you want to over write? [confirm]");
	case Q_ERASE:
		if (!c->erase)
			return RUN_DONE;
		return run_ask(run, Q_ERASE, false, ASK_CONFIRM,
			       "Erasing the flash0: filesystem will remove all files! Continue? [confirm]");
	default:
		return RUN_DONE;
	}
}

/* --- answers --- */

static int take_host(struct run *run, struct copy_end *end)
{
	if (buf_len(&run->answer) && url_set_host(&end->url, buf_str(&run->answer)) < 0)
		return run_fail(run, "%%Error opening %s (Invalid host)", end->text);
	if (!end->url.host[0])
		return run_fail(run, "%%Error opening %s (No host)", end->text);
	copy_end_text(end);
	return RUN_DONE;
}

/* A name below the root of the end's file system or server, or one with its own file system. */
static int take_name(struct run *run, struct copy_end *end, const char *name)
{
	struct file_name there = { .fs = end->name.fs };

	if (end->kind == COPY_URL ? url_set_path(&end->url, str_of(name)) < 0
				  : !fs_name(&there, str_of(name), &end->name))
		return run_fail(run, FS_NO_FILE, name);
	if (end->kind != COPY_URL)
		of_name(end);
	copy_end_text(end);
	if (end->kind != COPY_NULL && !*path_of(end))
		return run_fail(run, FS_NO_FILE, end->text);
	return RUN_DONE;
}

static int take_answer(struct run *run, enum question q)
{
	struct copy *c = run->data;
	const char *name = run_answer(run);

	if (q != Q_NOTHING && run->cancelled)
		return RUN_FAILED;
	switch (q) {
	case Q_FROM_HOST:
		return take_host(run, &c->from);
	case Q_TO_HOST:
		return take_host(run, &c->to);
	case Q_FROM_NAME:
		return take_name(run, &c->from, *name ? name : path_of(&c->from));
	case Q_TO_NAME:
		/* Only that name is a destination here. */
		if (*name && (c->to.word || c->to.kind == COPY_RUNNING))
			return strcmp(name, c->to.name.path.text) == 0 ? RUN_DONE : run_fail(run, FS_NO_FILE, name);
		return *name ? take_name(run, &c->to, name) : RUN_DONE;
	case Q_OVER:
	case Q_ERASE:
		return run_yes(run) ? RUN_DONE : RUN_FAILED;
	default:
		return RUN_DONE;
	}
}

int cmd_copy(struct run *run)
{
	enum question q = (enum question)run->step;
	int rc;

	if (run->step >= COPY_WORK)
		return copy_work(run);
	rc = run->step == Q_NOTHING ? begin(run) : take_answer(run, q);
	while (rc == RUN_DONE && ++q < Q_END)
		rc = ask(run, q);
	if (rc != RUN_DONE)
		return rc;
	run->step = COPY_WORK;
	return copy_work(run);
}
