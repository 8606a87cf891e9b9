/* SPDX-License-Identifier: Apache-2.0
 *
 * volume.h: a folder of the host that the device shows as a file system. Everything below it is reached by one resolver
 * that follows no link and leaves neither the folder nor its mount; only folders and regular files are there, every
 * other thing is not. Nothing with a visible name is ever opened for writing: upload.h is how a file comes in.
 * Runs in core. Paths are path.h's.
 */
#ifndef FILES_VOLUME_H
#define FILES_VOLUME_H

#include "base/err.h"
#include "files/path.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct upload;

struct volume {
	int fd;                    /* O_PATH on the folder, borrowed */
	const char *const *hidden; /* names in the root that are not files of the device; ends with NULL; NULL: none */
	struct path held;          /* a file that is not shown, and whose name nobody else gets; "": none */
	bool state;                /* what changes is on the disk before a call returns */
	uint64_t size;             /* bytes its files may take in all */
	uint64_t used;             /* bytes they take: counted at the start, kept by every change */
	LIST_HEAD(, upload) uploads;
};

struct volume_entry {
	bool folder;
	uint64_t size; /* 0 for a folder */
	int64_t mtime; /* the host's second */
};

/* Counts what is there; whatever an interrupted upload left is removed. 0 or E_IO. */
int volume_init(struct volume *v, int fd, const char *const *hidden, uint64_t size, struct errbuf *e);
/* Counts again, and sweeps while nobody writes. */
int volume_recount(struct volume *v, struct errbuf *e);
/* Whether nobody gets this name, because a file that is not shown has it. */
bool volume_holds(const struct volume *v, const struct path *p);
uint64_t volume_free(const struct volume *v); /* bytes that may still come */

/* E_NOTFOUND also for what the device does not show; E_INVAL: a folder where a file is meant, or the reverse. */
int volume_stat(const struct volume *v, const struct path *p, struct volume_entry *out, struct errbuf *e);
/* A descriptor to read a file, or a negative E_*. */
int volume_open(const struct volume *v, const struct path *p, struct errbuf *e);
int volume_mkdir(struct volume *v, const struct path *p, struct errbuf *e);
int volume_rmdir(struct volume *v, const struct path *p, struct errbuf *e); /* E_EXISTS: not empty */
int volume_remove(struct volume *v, const struct path *p, struct errbuf *e);
/* What has happened in the folder of `p` is on the disk. */
int volume_sync(const struct volume *v, const struct path *p, struct errbuf *e);
/* All that is in a folder, which stays. */
int volume_empty(struct volume *v, const struct path *folder, struct errbuf *e);
/* `replace`: a file of the new name goes. A folder is never replaced, and never moved into itself. */
int volume_rename(struct volume *v, const struct path *from, const struct path *to, bool replace, struct errbuf *e);
/* The access time is not kept; a folder's may be set, too. */
int volume_set_mtime(struct volume *v, const struct path *p, int64_t mtime, struct errbuf *e);

/* The entries of a folder one by one, in no order; `name` is borrowed until the next call. False: there are no more. */
struct volume_walk;
int volume_walk_begin(const struct volume *v, const struct path *folder, struct volume_walk **out, struct errbuf *e);
bool volume_walk_next(struct volume_walk *w, const char **name, struct volume_entry *entry);
void volume_walk_free(struct volume_walk *w); /* NULL is fine */
/* The entries of a folder as they are now, sorted by name. */
struct volume_list {
	struct volume_listed {
		char *name;
		struct volume_entry entry;
	} * entries;
	size_t n;
};
int volume_list(const struct volume *v, const struct path *folder, struct volume_list *out, struct errbuf *e);
void volume_list_release(struct volume_list *l);

#endif
