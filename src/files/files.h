/* SPDX-License-Identifier: Apache-2.0
 *
 * files.h: state on disk that survives a kill at any instant: written to an unnamed file, synced, linked, renamed,
 * folder synced. Runs in core and the launcher. Names are single path components inside `dirfd`.
 */
#ifndef FILES_FILES_H
#define FILES_FILES_H

#include "base/buf.h"
#include "base/err.h"

#include <dirent.h>
#include <sys/types.h>

/* Replaces `name` in `dirfd` by `bytes` or leaves it as it was. `mode` e.g. 0600. */
int files_save(int dirfd, const char *name, struct str bytes, mode_t mode, struct errbuf *e);
/* Reads a whole regular file of at most `max` bytes into `out` (initialised by the caller). E_NOTFOUND if absent. */
int files_load(int dirfd, const char *name, size_t max, struct buf *out, struct errbuf *e);
/* The rest of an open file, the same way: 0, E_IO, or E_TOOBIG when it is more than `max` bytes. */
int files_read(int fd, size_t max, struct buf *out);
int files_remove(int dirfd, const char *name, struct errbuf *e); /* and syncs the folder; E_NOTFOUND */
/* Removes what an interrupted files_save may have left. */
void files_sweep(int dirfd);
/* Whether a name is one of those that files get while they are written. */
bool files_is_temporary(struct str name);
/* The entries of the folder itself, from the first one on; for closedir(3). NULL: errno says why. */
DIR *files_entries(int dirfd);
/* Opens a folder below dirfd; no link is followed. A descriptor or a negative E_*. */
int files_open_dir(int dirfd, const char *name, struct errbuf *e);

#endif
