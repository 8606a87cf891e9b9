/* SPDX-License-Identifier: Apache-2.0
 *
 * fs.c: see fs.h. Runs in core.
 */
#include "fs.h"

#include "base/ifs.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/files/archive.h"
#include "core/files/views.h"
#include "core/login/master.h"
#include "core/login/otp.h"
#include "core/login/records.h"
#include "image/vars.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct fs_row rows[FS_KINDS] = {
	[FS_FLASH] = { "disk", "rw" },    [FS_NVRAM] = { "nvram", "rw" }, [FS_SYSTEM] = { "opaque", "rw" },
	[FS_TMPSYS] = { "opaque", "rw" }, [FS_NULL] = { "opaque", "rw" },
};
_Static_assert((int)FS_FLASH == (int)IFS_FLASH && (int)FS_NULL == (int)IFS_NULL && FS_KINDS == 5, "one order");

/* Core's own, beside what is a user's. */
static const char *const nvram_hidden[] = { VARS_FILE, CLOCK_FILE,   ARCHIVE_FILE, MASTER_FILE,
					    OTP_FILE,  RECORDS_FILE, NULL };

const struct fs_row *fs_row(enum fs_kind fs)
{
	return &rows[fs];
}

const char *fs_prefix(enum fs_kind fs)
{
	return ifs_name((enum ifs_kind)fs);
}

int fs_init(struct core *core, struct errbuf *e)
{
	int rc = volume_init(&core->flash, core->flash_fd, NULL, core->flash_size, e);

	if (rc == 0)
		rc = volume_init(&core->nvram, core->nvram_fd, nvram_hidden, CONFIG_MAX_BYTES, e);
	core->nvram.state = true;
	return rc;
}

struct volume *fs_volume(struct core *core, enum fs_kind fs)
{
	if (fs == FS_NVRAM)
		volume_recount(&core->nvram, NULL); /* core itself writes there, too */
	return fs == FS_FLASH ? &core->flash : fs == FS_NVRAM ? &core->nvram : NULL;
}

int fs_stat(struct core *core, const struct file_name *name, struct volume_entry *out)
{
	const struct volume *v = fs_volume(core, name->fs);

	if (v)
		return volume_stat(v, &name->path, out, NULL);
	if (name->fs == FS_SYSTEM)
		return view_stat(&name->path, out);
	*out = (struct volume_entry){ .folder = true, .mtime = time(NULL) };
	return name->path.text[0] ? E_NOTFOUND : 0;
}

int fs_list(struct core *core, const struct file_name *folder, struct volume_list *out)
{
	const struct volume *v = fs_volume(core, folder->fs);

	if (v)
		return volume_list(v, &folder->path, out, NULL);
	if (folder->fs == FS_SYSTEM)
		return view_list(&folder->path, out);
	*out = (struct volume_list){ NULL, 0 };
	return folder->path.text[0] ? E_NOTFOUND : 0;
}

int fs_open(struct core *core, const struct file_name *name, struct stat *st)
{
	const struct volume *v = fs_volume(core, name->fs);
	int fd = E_NOTFOUND;

	if (v)
		fd = volume_open(v, &name->path, NULL);
	else if (name->fs == FS_SYSTEM)
		fd = view_open(core, &name->path);
	if (fd < 0 || fstat(fd, st) == 0)
		return fd;
	close(fd);
	return E_IO;
}

bool fs_is_running(const struct file_name *name)
{
	return name->fs == FS_SYSTEM && strcmp(name->path.text, CONFIG_RUNNING) == 0;
}

bool fs_is_view(const struct file_name *name)
{
	return name->fs == FS_SYSTEM && name->path.text[0] && !fs_is_running(name);
}

bool fs_name(const struct file_name *cwd, struct str text, struct file_name *out)
{
	static const struct path root = { "" };
	const struct ifs_row *row;
	struct str prefix, rest;

	if (!path_prefix(text, &prefix, &rest)) {
		out->fs = cwd->fs;
		return path_resolve(&cwd->path, text, &out->path);
	}
	row = ifs_named(prefix);
	if (!row || row->kind > IFS_NULL)
		return false;
	out->fs = (enum fs_kind)row->kind;
	return path_resolve(&root, rest, &out->path);
}

void fs_text(const struct file_name *name, char out[FILE_TEXT])
{
	snprintf(out, FILE_TEXT, "%s/%s", fs_prefix(name->fs), name->path.text);
}

const char *fs_words(int rc)
{
	switch (rc) {
	case E_NOTFOUND:
		return "No such file or directory";
	case E_EXISTS:
		return "File exists";
	case E_DENIED:
		return "Permission denied";
	case E_LIMIT:
		return "No space left on device";
	case E_BUSY:
		return "Device or resource busy";
	case E_INVAL:
		return "Is a directory";
	case E_UNSUPPORTED:
		return "Operation not supported";
	default:
		return "I/O error";
	}
}
