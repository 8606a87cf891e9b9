/* SPDX-License-Identifier: Apache-2.0
 *
 * fs.h: the file systems of the device as its users name them: flash0: (flash:, disk0:, bootflash:), nvram:, system:,
 * tmpsys: and null:. The first two are volumes (files/volume.h); system: holds what core says of itself (views.h), the
 * others nothing.
 */
#ifndef CORE_FS_H
#define CORE_FS_H

#include "files/path.h"
#include "files/volume.h"

#include <stdbool.h>
#include <sys/stat.h>

struct core;

enum fs_kind { FS_FLASH, FS_NVRAM, FS_SYSTEM, FS_TMPSYS, FS_NULL, FS_KINDS };
struct fs_row {
	const char *type;  /* "disk", "nvram", "opaque" */
	const char *flags; /* "rw", "ro", "wo" */
};
const struct fs_row *fs_row(enum fs_kind fs);
const char *fs_prefix(enum fs_kind fs); /* "flash0:"; its other names are in base/ifs.h */

/* A file or folder of the device. */
struct file_name {
	enum fs_kind fs;
	struct path path;
};
#define FILE_TEXT (PATH_BYTES + 16)

/* At the start: counts what is there. 0 or E_IO. */
int fs_init(struct core *core, struct errbuf *e);
/* The volume behind a file system, NULL for one that has none. */
struct volume *fs_volume(struct core *core, enum fs_kind fs);
/* Of any file system, as volume_stat and volume_list of a volume. */
int fs_stat(struct core *core, const struct file_name *name, struct volume_entry *out);
int fs_list(struct core *core, const struct file_name *folder, struct volume_list *out);
/* Opens a file for reading, and says what it is. A descriptor, or E_*. */
int fs_open(struct core *core, const struct file_name *name, struct stat *st);
/* Is this system:running-config, which is made when it is wanted? */
bool fs_is_running(const struct file_name *name);
/* Is this another name of system:, which nobody writes? */
bool fs_is_view(const struct file_name *name);
/* What `text` names, seen from `cwd`: with a file system before it or without. False: there is no such file system, or
 * it is no path. */
bool fs_name(const struct file_name *cwd, struct str text, struct file_name *out);
/* "flash0:/dir/name" */
void fs_text(const struct file_name *name, char out[FILE_TEXT]);
/* For run_fail: a name that leads nowhere, as it was given. */
#define FS_NO_FILE "%%Error opening %s (No such file or directory)"
/* What users read where a call on a volume failed with `rc`: "No such file or directory" … */
const char *fs_words(int rc);

#endif
