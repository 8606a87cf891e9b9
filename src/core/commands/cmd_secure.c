/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_secure.c: `secure boot-image`, `secure boot-config`, their `no` forms, `secure boot-config restore` and
 * `show secure bootset`. A line of a file only says what is to be; the bootset follows it when the file is loaded
 * (core/files/bootset_watch.c). Runs in core.
 */
#include "core/commands/commands.h"

#include "base/io.h"
#include "core/clock.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/files/bootset.h"
#include "core/session/cli.h"
#include "files/upload.h"
#include "image/image.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static bool is_typed(const struct run *run)
{
	return run->cli->interactive && run->cli->model == run->core->model;
}

static bool is_taken_away(const struct run *run)
{
	return run->match.no || run->match.dflt;
}

/* RUN_DONE: he may take it away. */
static int check_console(struct run *run, const char *what)
{
	if (strcmp(run->cli->origin, "console") == 0)
		return RUN_DONE;
	bootset_refused(run->core, what);
	return run_fail(run, "%% Non console configuration request denied");
}

int hook_secure_image(struct run *run)
{
	struct errbuf e = { "" };
	int rc;

	if (!is_typed(run))
		return RUN_DONE;
	if (!is_taken_away(run) && bootset_image_runs(run->core->bootset))
		buf_puts(&run->out, "%The running image is secured already\n");
	if (!is_taken_away(run))
		rc = bootset_secure_image(run->core->bootset, &e);
	else if (check_console(run, "image") != RUN_DONE)
		return RUN_FAILED;
	else
		rc = bootset_release_image(run->core->bootset, &e);
	return rc < 0 ? run_fail(run, "%%%s", e.text) : RUN_DONE;
}

/* The archive says itself that it is kept, so the configuration says so first. */
static int archive(struct run *run)
{
	struct bootset *b = run->core->bootset;
	bool before = bootset_manifest(b)->config.set;
	struct errbuf e = { "" };
	struct buf text;
	int rc;

	if (bootset_state(b, "config", true, &e) < 0)
		return run_fail(run, "%% %s", e.text);
	buf_init(&text, CONFIG_MAX_BYTES);
	rc = run_copy_config(run, &text);
	if (rc == RUN_DONE && (text.err || bootset_secure_config(b, buf_str(&text), &e) < 0))
		rc = run_fail(run, "%%%s", text.err ? err_text(text.err) : e.text);
	if (rc == RUN_FAILED && !before)
		bootset_state(b, "config", false, NULL);
	buf_release(&text);
	return rc;
}

int hook_secure_config(struct run *run)
{
	struct errbuf e = { "" };

	if (!is_typed(run))
		return RUN_DONE;
	if (!is_taken_away(run))
		return archive(run);
	if (check_console(run, "config") != RUN_DONE)
		return RUN_FAILED;
	return bootset_release_config(run->core->bootset, &e) < 0 ? run_fail(run, "%%%s", e.text) : RUN_DONE;
}

static int put_file(struct core *core, const struct file_name *to, struct str text)
{
	struct volume *v = fs_volume(core, to->fs);
	struct upload *u = NULL;
	int rc = v ? upload_begin(v, &to->path, &u, NULL) : E_UNSUPPORTED;

	if (rc == 0)
		rc = text.n > upload_room(u) ? E_LIMIT : io_write(upload_fd(u), text);
	if (rc == 0)
		return upload_publish(u, true, 0, NULL);
	upload_drop(u);
	return rc;
}

int cmd_secure_restore(struct run *run)
{
	const char *typed = cmd_arg(&run->match, "url");
	struct errbuf e = { "" };
	struct file_name to;
	char text[FILE_TEXT];
	struct buf config;
	int rc;

	if (!fs_name(&run->cli->cwd, str_of(typed), &to))
		return run_fail(run, FS_NO_FILE, typed);
	fs_text(&to, text);
	buf_init(&config, CONFIG_MAX_BYTES);
	rc = bootset_read_config(run->core->bootset, &config, &e);
	if (rc < 0)
		rc = run_fail(run, "%%%s", e.text);
	else if ((rc = put_file(run->core, &to, buf_str(&config))) < 0)
		rc = run_fail(run, "%%Error writing %s (%s)", text, fs_words(rc));
	else
		buf_printf(&run->out, "ios resilience:configuration successfully restored as %s\n", text);
	buf_release(&config);
	return rc;
}

/* --- show secure bootset --- */

static void show_part(struct run *run, const char *what, const struct manifest_part *p)
{
	char when[CLOCK_TEXT];

	clock_text(&run->core->clock, (time_t)p->time, when, sizeof when);
	buf_printf(&run->out, "\nIOS %s resilience version %s activated at %s\nSecure archive %s%s type is ", what,
		   p->version, when, fs_prefix(FS_FLASH), p->name);
}

static void show_image(struct run *run, const struct manifest_part *p)
{
	int fd = bootset_open_image(run->core->bootset, NULL);
	Elf64_Ehdr head = { .e_entry = 0 };

	show_part(run, "image", p);
	buf_printf(&run->out, "image (elf) []\n  file size is %llu bytes, run size is %llu bytes\n",
		   (unsigned long long)p->size, (unsigned long long)p->size - IMAGE_TRAILER);
	if (fd >= 0 && pread(fd, &head, sizeof head, 0) == sizeof head)
		buf_printf(&run->out, "  Runnable image, entry point 0x%llX, run from ram\n",
			   (unsigned long long)head.e_entry);
	else
		buf_puts(&run->out, "  The file cannot be read\n");
	if (fd >= 0)
		close(fd);
}

int cmd_show_bootset(struct run *run)
{
	const struct manifest *m = bootset_manifest(run->core->bootset);
	struct errbuf e = { "" };
	struct utsname un;
	struct buf config;

	if (!m->image.set && !m->config.set)
		return run_fail(run, "%%IOS image and configuration resilience is not active");
	buf_printf(&run->out, "IOS resilience router id %s\n", uname(&un) < 0 ? "?" : un.nodename);
	if (m->image.set)
		show_image(run, &m->image);
	else
		buf_puts(&run->out, "\n%IOS image resilience is not active\n");
	if (!m->config.set) {
		buf_puts(&run->out, "\n%IOS configuration resilience is not active\n");
		return RUN_DONE;
	}
	show_part(run, "configuration", &m->config);
	buf_printf(&run->out, "config\nconfiguration archive size %llu bytes\n", (unsigned long long)m->config.size);
	buf_init(&config, CONFIG_MAX_BYTES);
	if (bootset_read_config(run->core->bootset, &config, &e) < 0)
		buf_printf(&run->out, "%%%s\n", e.text);
	buf_release(&config);
	return RUN_DONE;
}
