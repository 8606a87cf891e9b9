/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_dir.c: what is in the file systems: `dir`, `show flash:`, `show file systems`, `pwd`, `cd`. Runs in core.
 */
#include "core/commands/commands.h"

#include "base/ifs.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/session/cli.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 16

/* --- one entry --- */

/* "Jul 30 2026 19:49:50 +00:00" */
static void time_text(const struct core *core, int64_t host, char *out, size_t size)
{
	time_t utc = (time_t)(host + core->clock.offset_ms / 1000);
	int minutes = zone_offset(&core->clock.zone, utc, NULL);
	unsigned east = (unsigned)(minutes < 0 ? -minutes : minutes);
	struct tm tm;

	zone_local(&core->clock.zone, utc, &tm, NULL);
	snprintf(out, size, "%s %2d %d %02d:%02d:%02d %c%02u:%02u", calendar_month_name(tm.tm_mon), tm.tm_mday,
		 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, minutes < 0 ? '-' : '+', east / 60, east % 60);
}

/* "drw-", "-rw-"; of what nobody writes "dr-x", "-r--". */
static void put_entry(struct run *run, unsigned number, const char *name, const struct file_name *file,
		      const struct volume_entry *entry)
{
	const char *rights = !fs_is_view(file) ? "rw-" : entry->folder ? "r-x" : "r--";
	char when[64];

	time_text(run->core, entry->mtime, when, sizeof when);
	buf_printf(&run->out, "%5u  %c%s  %10llu  %s  %s\n", number, entry->folder ? 'd' : '-', rights,
		   (unsigned long long)entry->size, when, name);
}

/* --- dir --- */

static void put_space(struct run *run, const struct volume *v)
{
	if (v)
		buf_printf(&run->out, "\n%llu bytes total (%llu bytes free)\n", (unsigned long long)v->size,
			   (unsigned long long)volume_free(v));
	else
		buf_puts(&run->out, "\nNo space information available\n");
}

/* The entries of one folder, numbered on; with `recursive` those below it, too, by their path from `top`. */
static int put_folder(struct run *run, const struct file_name *folder, size_t top, unsigned *number, unsigned depth)
{
	bool recursive = cmd_has(&run->match, "/recursive");
	struct volume_list list;
	int rc = fs_list(run->core, folder, &list);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		struct file_name below = *folder;

		if (!path_join(&below.path, str_of(list.entries[i].name)))
			continue;
		put_entry(run, ++*number, below.path.text + top, &below, &list.entries[i].entry);
		if (recursive && list.entries[i].entry.folder && depth < DEPTH_MAX)
			put_folder(run, &below, top, number, depth + 1);
	}
	if (rc == 0)
		volume_list_release(&list);
	return rc;
}

static int put_listing(struct run *run, const struct file_name *name)
{
	size_t top = name->path.text[0] ? strlen(name->path.text) + 1 : 0;
	struct volume_entry entry;
	unsigned number = 0;
	char text[FILE_TEXT];
	int rc = fs_stat(run->core, name, &entry);

	fs_text(name, text);
	if (rc < 0)
		return run_fail(run, "%%Error opening %s (%s)", text, fs_words(rc));
	buf_printf(&run->out, "Directory of %s%s%s\n\n", text, entry.folder && name->path.text[0] ? "/" : "",
		   cmd_has(&run->match, "/recursive") ? "*" : "");
	if (entry.folder)
		rc = put_folder(run, name, top, &number, 0);
	else
		put_entry(run, ++number, path_base(&name->path), name, &entry);
	if (rc < 0)
		return run_fail(run, "%%Error opening %s (%s)", text, fs_words(rc));
	if (number == 0)
		buf_puts(&run->out, "No files in directory\n");
	put_space(run, fs_volume(run->core, name->fs));
	return RUN_DONE;
}

int cmd_dir(struct run *run)
{
	const char *typed = cmd_arg(&run->match, "url");
	struct file_name name = run->cli->cwd;

	if (cmd_has(&run->match, "all-filesystems")) {
		for (int fs = 0; fs < FS_KINDS; fs++) {
			name = (struct file_name){ .fs = (enum fs_kind)fs };
			put_listing(run, &name);
			buf_puts(&run->out, fs + 1 < FS_KINDS ? "\n" : "");
		}
		return RUN_DONE;
	}
	if (typed && !fs_name(&run->cli->cwd, str_of(typed), &name))
		return run_fail(run, FS_NO_FILE, typed);
	return put_listing(run, &name);
}

/* `show flash:`: every file with its path. */
static void put_flash(struct run *run, const struct path *folder, unsigned *number, unsigned depth)
{
	struct volume_list list;
	char when[64];

	if (volume_list(&run->core->flash, folder, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.n; i++) {
		struct path below = *folder;

		if (!path_join(&below, str_of(list.entries[i].name)))
			continue;
		time_text(run->core, list.entries[i].entry.mtime, when, sizeof when);
		buf_printf(&run->out, "%-4u %10llu %s %s\n", ++*number, (unsigned long long)list.entries[i].entry.size,
			   when, below.text);
		if (list.entries[i].entry.folder && depth < DEPTH_MAX)
			put_flash(run, &below, number, depth + 1);
	}
	volume_list_release(&list);
}

int cmd_show_flash(struct run *run)
{
	static const struct path root = { "" };
	const struct volume *v = &run->core->flash;
	unsigned number = 0;

	buf_puts(&run->out, "-#- --length-- -----date/time------ path\n");
	put_flash(run, &root, &number, 0);
	buf_printf(&run->out, "\n%llu bytes available (%llu bytes used)\n", (unsigned long long)volume_free(v),
		   (unsigned long long)v->used);
	return RUN_DONE;
}

static void put_prefixes(struct run *run, enum ifs_kind kind)
{
	for (unsigned i = 0; ifs_row(i); i++)
		if (ifs_row(i)->kind == kind)
			buf_printf(&run->out, " %s", ifs_row(i)->name);
	buf_puts(&run->out, "\n");
}

int cmd_show_file_systems(struct run *run)
{
	buf_puts(&run->out, "File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n");
	for (int fs = 0; fs < FS_KINDS; fs++) {
		const struct fs_row *row = fs_row((enum fs_kind)fs);
		const struct volume *v = fs_volume(run->core, (enum fs_kind)fs);

		buf_puts(&run->out, run->cli->cwd.fs == (enum fs_kind)fs ? "*" : " ");
		if (v)
			buf_printf(&run->out, "%13llu %13llu", (unsigned long long)v->size,
				   (unsigned long long)volume_free(v));
		else
			buf_printf(&run->out, "%13s %13s", "-", "-");
		buf_printf(&run->out, "%10s %6s  ", row->type, row->flags);
		put_prefixes(run, (enum ifs_kind)fs);
	}
	return RUN_DONE;
}

/* --- where one is --- */

int cmd_pwd(struct run *run)
{
	char text[FILE_TEXT];

	fs_text(&run->cli->cwd, text);
	buf_printf(&run->out, "%s\n", text);
	return RUN_DONE;
}

int cmd_cd(struct run *run)
{
	const char *typed = cmd_arg(&run->match, "url");
	struct file_name name = { .fs = FS_FLASH };
	struct volume_entry entry;
	char text[FILE_TEXT];
	int rc;

	if (typed && !fs_name(&run->cli->cwd, str_of(typed), &name))
		return run_fail(run, FS_NO_FILE, typed);
	rc = fs_stat(run->core, &name, &entry);
	fs_text(&name, text);
	if (rc < 0 || !entry.folder)
		return run_fail(run, "%%Error opening %s (%s)", text, rc < 0 ? fs_words(rc) : "Not a directory");
	run->cli->cwd = name;
	return RUN_DONE;
}
