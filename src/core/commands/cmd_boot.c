/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_boot.c: what boots next: `[no] boot system`, `show boot`, `show bootvar`; and how the last run ended: `show
 * stacks`. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/config/config.h"
#include "core/config/recovery.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/session/cli.h"
#include "files/files.h"
#include "image/vars.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOOT_LINES "/ravelin-system:boot-system"
#define CRASHINFO  "crashinfo" /* rommon's notes, by time */
#define NOTE_MAX   16384

/* BOOT has room for the lines there are and this one? */
static bool has_room(const struct model *m, const char *file)
{
	size_t used = strlen(file) + 1;

	for (const struct lyd_node *line = model_first(m, NULL, BOOT_LINES); line; line = model_next(line)) {
		if (strcmp(model_below(line, "file"), file) == 0)
			return true;
		used += strlen(model_below(line, "file")) + 1;
	}
	return used <= VARS_BOOT_MAX;
}

/* `boot system FILE`: rommon boots what lies in flash0:, and calls it flash0:NAME. */
int hook_boot_system(struct run *run)
{
	const struct file_name flash = { .fs = FS_FLASH };
	const char *typed = cmd_arg(&run->match, "file");
	struct file_name name;
	char file[FILE_TEXT];

	if (!fs_name(&flash, str_of(typed), &name) || name.fs != FS_FLASH || !name.path.text[0])
		return run_fail(run, "%% Only an image in flash0: can be booted: boot system flash0:NAME");
	snprintf(file, sizeof file, "%s%s", fs_prefix(FS_FLASH), name.path.text);
	if (!run->match.no && !run->match.dflt && !has_room(run->cli->model, file))
		return run_fail(run, "%% The BOOT variable has no room for another image");
	if (cmd_set_arg(&run->match, &run->arena, "file", file) < 0)
		return run_fail(run, "%% Out of memory");
	return RUN_DONE;
}

/* `no boot system`: all of them. */
int cmd_no_boot_system(struct run *run)
{
	struct errbuf e = { "" };
	struct txn *t;

	if (!run->match.no && !run->match.dflt)
		return run_fail(run, "%% Incomplete command.\n");
	t = model_begin(run->core->model);
	if (!t)
		return run_fail(run, "%% The configuration is being changed");
	if (txn_delete(t, NULL, BOOT_LINES, NULL, &e) < 0) {
		txn_abort(t);
		return run_fail(run, "%% %s", e.text);
	}
	if (txn_commit(t, &e) < 0)
		return run_fail(run, "%% %s", e.text);
	config_touched(run->core, run->cli->user);
	return RUN_DONE;
}

int cmd_show_bootvar(struct run *run)
{
	struct vars v;

	vars_load(run->core->nvram_fd, &v);
	if (*v.boot)
		buf_printf(&run->out, "BOOT variable = %s\n", v.boot);
	else
		buf_puts(&run->out, "BOOT variable does not exist\n");
	buf_puts(&run->out, "CONFIG_FILE variable does not exist\n"
			    "BOOTLDR variable does not exist\n");
	recovery_show_register(run->core, &run->out);
	return RUN_DONE;
}

static int is_note(const struct dirent *d)
{
	return strncmp(d->d_name, "crash-", 6) == 0;
}

/* The name of the newest note and how many there are; "" and 0: none. */
static int newest_note(int dir, char name[NAME_MAX + 1])
{
	struct dirent **list;
	int n = scandirat(dir, ".", &list, is_note, alphasort);

	name[0] = '\0';
	for (int i = 0; i < n; i++) {
		if (i == n - 1)
			snprintf(name, NAME_MAX + 1, "%s", list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return n > 0 ? n : 0;
}

int cmd_show_stacks(struct run *run)
{
	int dir = files_open_dir(run->core->device_fd, CRASHINFO, NULL), n = 0;
	char name[NAME_MAX + 1] = "";
	struct buf text;

	buf_init(&text, NOTE_MAX);
	if (dir >= 0) {
		n = newest_note(dir, name);
		if (n && files_load(dir, name, NOTE_MAX, &text, NULL) < 0)
			n = 0;
		close(dir);
	}
	if (n)
		buf_printf(&run->out, "%d crash%s on record, the last (%s):\n\n", n, n == 1 ? "" : "es", name);
	else
		buf_puts(&run->out, "No crash is on record\n");
	buf_put(&run->out, buf_ptr(&text), buf_len(&text));
	buf_release(&text);
	return RUN_DONE;
}
