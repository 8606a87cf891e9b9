/* SPDX-License-Identifier: Apache-2.0
 *
 * upload.c: see upload.h. Runs in core. The order at the end: the last writable descriptor of our own is closed, the
 * lease is taken on one that only reads, and only then the size is believed and the inode gets its name.
 */
#include "upload.h"

#include "bury.h"
#include "files.h"
#include "files_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEASE_TRIES   3
#define LEASE_WAIT_NS 1000000

#define MODE 0600 /* configurations hold secrets */

/* What had its name when it began. */
struct standing {
	bool taken;
	struct volume_entry entry;
};

struct upload {
	LIST_ENTRY(upload) link;
	struct volume *volume;
	struct path path;
	struct standing there;
	int dirfd;                  /* the folder it will be in */
	int fd;                     /* -1: handed over to the reader's below */
	char temp[FILES_TEMP_SIZE]; /* "" while it has no name at all */
};

struct upload *upload_find(const struct volume *v, const struct path *p)
{
	struct upload *u;

	LIST_FOREACH(u, &v->uploads, link)
	if (strcmp(u->path.text, p->text) == 0)
		return u;
	return NULL;
}

/* The folder it may be in under that name, and what has the name: *there. A descriptor, or E_*. */
static int open_place(const struct volume *v, const struct path *p, struct standing *there, struct errbuf *e)
{
	struct stat st;
	int fd;

	for (const char *const *name = v->hidden; name && *name; name++)
		if (strcmp(p->text, *name) == 0)
			return err_set(e, E_DENIED, "write failed: \"%s\": not allowed", p->text);
	if (volume_holds(v, p))
		return err_set(e, E_DENIED, "write failed: \"%s\": not allowed", p->text);
	if (upload_find(v, p))
		return err_set(e, E_BUSY, "write failed: \"%s\" is being written", p->text);
	fd = volume_open_parent(v, p);
	if (fd < 0)
		return files_failed(e, "open", p->text);
	there->taken = volume_look(fd, p->text[0] ? path_base(p) : ".", &st) == 0;
	if (there->taken)
		there->entry = volume_entry_of(&st);
	if (!there->taken || !there->entry.folder)
		return fd;
	close(fd);
	return err_set(e, E_INVAL, "write failed: \"%s\" is a folder", p->text);
}

int upload_begin(struct volume *v, const struct path *p, struct upload **out, struct errbuf *e)
{
	struct standing there;
	struct upload *u;
	int dirfd = open_place(v, p, &there, e), rc;

	*out = NULL;
	if (dirfd < 0)
		return dirfd;
	u = calloc(1, sizeof *u);
	if (!u) {
		close(dirfd);
		return err_set(e, E_NOMEM, "out of memory");
	}
	*u = (struct upload){ .volume = v, .path = *p, .dirfd = dirfd, .there = there };
	LIST_INSERT_HEAD(&v->uploads, u, link);
	u->fd = files_make_temp(dirfd, u->temp);
	if (u->fd < 0) {
		rc = files_failed(e, "write", p->text);
		upload_drop(u);
		return rc;
	}
	*out = u;
	return 0;
}

const struct volume_entry *upload_there(const struct upload *u)
{
	return u->there.taken ? &u->there.entry : NULL;
}

int upload_fd(const struct upload *u)
{
	return u->fd;
}

const struct volume *upload_volume(const struct upload *u)
{
	return u->volume;
}

const struct path *upload_path(const struct upload *u)
{
	return &u->path;
}

int upload_move(struct upload *u, const struct path *to, struct errbuf *e)
{
	struct standing there;
	int dirfd = open_place(u->volume, to, &there, e);

	if (dirfd < 0)
		return dirfd;
	if (u->temp[0] && renameat(u->dirfd, u->temp, dirfd, u->temp) < 0) {
		int rc = files_failed(e, "rename", to->text);
		close(dirfd);
		return rc;
	}
	close(u->dirfd);
	u->dirfd = dirfd;
	u->path = *to;
	return 0;
}

static uint64_t size_there(const struct upload *u)
{
	struct stat st;

	return fstatat(u->dirfd, path_base(&u->path), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)
		   ? (uint64_t)st.st_size
		   : 0;
}

uint64_t upload_room(const struct upload *u)
{
	return volume_free(u->volume) + size_there(u);
}

/* From here on nobody writes it: ours was the last writable descriptor, or E_BUSY. Leaves a descriptor to read. */
static int seal(struct upload *u, struct errbuf *e)
{
	char path[40];
	int reader;

	snprintf(path, sizeof path, "/proc/self/fd/%d", u->fd);
	reader = open(path, O_RDONLY | O_CLOEXEC);
	if (reader < 0)
		return files_failed(e, "write", u->path.text);
	close(u->fd);
	u->fd = reader;
	/* A child that core has just forked, for a helper, has core's descriptors until it executes: a moment later it
	 * has not. Whoever has one to keep is waited for in vain. */
	for (int i = 0; i < LEASE_TRIES; i++) {
		if (fcntl(reader, F_SETLEASE, F_RDLCK) == 0)
			return 0;
		if (errno != EAGAIN)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = LEASE_WAIT_NS }, NULL);
	}
	if (errno == EAGAIN)
		return err_set(e, E_BUSY, "write failed: \"%s\" is still open for writing", u->path.text);
	return files_failed(e, "write", u->path.text);
}

/* Where something has the name, the inode's own is temporary for a moment, and what stands there is replaced in one
 * step. */
static int name_it(struct upload *u, struct errbuf *e)
{
	const char *name = path_base(&u->path);
	int body, rc;

	if (!u->temp[0]) {
		if (files_link(u->fd, u->dirfd, name) == 0)
			return 0;
		if (errno == EEXIST && files_link_temp(u->fd, u->dirfd, u->temp) < 0)
			u->temp[0] = '\0';
	}
	body = u->temp[0] ? bury_open(u->dirfd, name) : -1;
	rc = u->temp[0] ? renameat(u->dirfd, u->temp, u->dirfd, name) : -1;
	if (rc < 0)
		rc = files_failed(e, "write", u->path.text);
	else
		u->temp[0] = '\0';
	bury(body);
	return rc;
}

static int place(struct upload *u, const struct stat *st, uint64_t replaced, struct errbuf *e)
{
	int rc = name_it(u, e);

	if (rc)
		return rc;
	u->volume->used += (uint64_t)st->st_size;
	u->volume->used -= replaced < u->volume->used ? replaced : u->volume->used;
	return 0;
}

int upload_publish(struct upload *u, bool sync, int64_t mtime, struct errbuf *e)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = mtime } };
	uint64_t replaced = size_there(u), room = volume_free(u->volume) + replaced;
	struct stat st;
	int rc = seal(u, e);

	if (rc == 0 && volume_holds(u->volume, &u->path)) /* since it was begun */
		rc = err_set(e, E_DENIED, "write failed: \"%s\": not allowed", u->path.text);
	if (rc == 0 && (fstat(u->fd, &st) < 0 || fchmod(u->fd, MODE) < 0 || (mtime && futimens(u->fd, times) < 0)))
		rc = files_failed(e, "write", u->path.text);
	if (rc == 0 && (uint64_t)st.st_size > room)
		rc = err_set(e, E_LIMIT, "write failed: \"%s\": no space left on the device", u->path.text);
	sync |= u->volume->state;
	if (rc == 0 && sync && files_sync(u->fd) < 0)
		rc = files_failed(e, "write", u->path.text);
	if (rc == 0)
		rc = place(u, &st, replaced, e);
	if (rc == 0 && sync)
		rc = files_sync_folder(u->dirfd, u->path.text, e);
	upload_drop(u);
	return rc;
}

void upload_drop(struct upload *u)
{
	if (!u)
		return;
	LIST_REMOVE(u, link);
	if (u->temp[0])
		unlinkat(u->dirfd, u->temp, 0);
	bury(u->fd);
	if (u->dirfd >= 0)
		close(u->dirfd);
	free(u);
}
