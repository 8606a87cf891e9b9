/* SPDX-License-Identifier: Apache-2.0
 *
 * files_private.h: what the parts of src/files share.
 */
#ifndef FILES_FILES_PRIVATE_H
#define FILES_FILES_PRIVATE_H

#include "base/err.h"
#include "files/volume.h"

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#define FILES_TEMP_SIZE 24

/* openat2 that follows no link and stays below dirfd; `resolve`: more RESOLVE_* flags. -1 and errno. */
int files_open_beneath(int dirfd, const char *path, int flags, uint64_t resolve);
/* "WHAT failed: "NAME": words of errno", and its E_*. */
int files_failed(struct errbuf *e, const char *what, const char *name);
int files_code(int errnum);
/* An unnamed file below dirfd, or, where the file system has none, one with a temporary name that `temp` then holds
 * ("" for an unnamed one). A descriptor for reading and writing, or -1 and errno. */
int files_make_temp(int dirfd, char temp[FILES_TEMP_SIZE]);
/* Gives the unnamed file behind fd a temporary name. 0, or -1 and errno. */
int files_link_temp(int fd, int dirfd, char temp[FILES_TEMP_SIZE]);
/* Gives it this name, which nothing may have: EEXIST. 0, or -1 and errno. */
int files_link(int fd, int dirfd, const char *name);
int files_sync_folder(int dirfd, const char *name, struct errbuf *e);
int files_sync(int fd); /* 0, or -1 and errno */

/* The folder a path is in, O_PATH. A descriptor, or -1 and errno. */
int volume_open_parent(const struct volume *v, const struct path *p);
/* What has this name; of what is neither a file nor a folder nothing is known (ENOENT). 0, or -1 and errno. */
int volume_look(int dirfd, const char *name, struct stat *st);
struct volume_entry volume_entry_of(const struct stat *st);

#endif
