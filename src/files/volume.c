/* SPDX-License-Identifier: Apache-2.0
 *
 * volume.c: see volume.h. Runs in core. Paths come from strangers who logged in; what lies in the folder may have been
 * put there by the owner of the host, so it is looked at before it is believed to be a file.
 */
#include "volume.h"

#include "bury.h"
#include "files.h"
#include "files_private.h"
#include "upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX   64
#define ENTRIES_MAX 100000

static bool is_hidden(const struct volume *v, const struct path *p)
{
	for (const char *const *name = v->hidden; name && *name; name++) {
		struct path hidden = { "" };

		if (path_join(&hidden, str_of(*name)) && path_within(p, &hidden))
			return true;
	}
	return volume_holds(v, p);
}

bool volume_holds(const struct volume *v, const struct path *p)
{
	return v->held.text[0] && path_within(p, &v->held);
}

int volume_open_parent(const struct volume *v, const struct path *p)
{
	struct path parent;

	if (is_hidden(v, p)) {
		errno = ENOENT;
		return -1;
	}
	path_parent(p, &parent);
	return files_open_beneath(v->fd, parent.text[0] ? parent.text : ".", O_PATH | O_DIRECTORY, RESOLVE_NO_XDEV);
}

int volume_look(int dirfd, const char *name, struct stat *st)
{
	if (fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode))
		return 0;
	errno = ENOENT;
	return -1;
}

struct volume_entry volume_entry_of(const struct stat *st)
{
	bool folder = S_ISDIR(st->st_mode);

	return (struct volume_entry){ folder, folder ? 0 : (uint64_t)st->st_size, st->st_mtime };
}

/* Opens the parent and looks at the entry. The parent's descriptor or a negative E_*. */
static int find(const struct volume *v, const struct path *p, struct stat *st, struct errbuf *e)
{
	int dirfd = volume_open_parent(v, p), rc;

	if (dirfd < 0)
		return files_failed(e, "open", p->text);
	if (volume_look(dirfd, p->text[0] ? path_base(p) : ".", st) == 0)
		return dirfd;
	rc = files_failed(e, "open", p->text);
	close(dirfd);
	return rc;
}

int volume_stat(const struct volume *v, const struct path *p, struct volume_entry *out, struct errbuf *e)
{
	struct stat st;
	int dirfd = find(v, p, &st, e);

	if (dirfd < 0)
		return dirfd;
	close(dirfd);
	*out = volume_entry_of(&st);
	return 0;
}

int volume_open(const struct volume *v, const struct path *p, struct errbuf *e)
{
	struct stat st;
	int dirfd = find(v, p, &st, e), fd;

	if (dirfd < 0)
		return dirfd;
	close(dirfd);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_INVAL, "open failed: \"%s\": it is a folder", p->text);
	fd = files_open_beneath(v->fd, p->text, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_XDEV);
	if (fd < 0)
		return files_failed(e, "open", p->text);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) /* it may be another by now */
		return fd;
	close(fd);
	return err_set(e, E_NOTFOUND, "open failed: \"%s\": it is not a file", p->text);
}

int volume_mkdir(struct volume *v, const struct path *p, struct errbuf *e)
{
	int dirfd = volume_open_parent(v, p), rc = 0;

	if (dirfd < 0)
		return files_failed(e, "mkdir", p->text);
	if (!p->text[0])
		rc = err_set(e, E_EXISTS, "mkdir failed: the root is there");
	else if (mkdirat(dirfd, path_base(p), 0755) < 0)
		rc = files_failed(e, "mkdir", p->text);
	close(dirfd);
	return rc;
}

int volume_rmdir(struct volume *v, const struct path *p, struct errbuf *e)
{
	int dirfd = volume_open_parent(v, p), rc = 0;

	if (dirfd < 0)
		return files_failed(e, "rmdir", p->text);
	if (!p->text[0])
		rc = err_set(e, E_DENIED, "rmdir failed: the root stays");
	else if (unlinkat(dirfd, path_base(p), AT_REMOVEDIR) < 0)
		rc = files_failed(e, "rmdir", p->text);
	close(dirfd);
	return rc;
}

static void account(struct volume *v, const struct stat *gone)
{
	uint64_t size = (uint64_t)gone->st_size;

	v->used -= size < v->used ? size : v->used;
}

int volume_remove(struct volume *v, const struct path *p, struct errbuf *e)
{
	struct stat st;
	int dirfd = find(v, p, &st, e), rc = 0, body;

	if (dirfd < 0)
		return dirfd;
	body = bury_open(dirfd, path_base(p));
	if (S_ISDIR(st.st_mode))
		rc = err_set(e, E_INVAL, "delete failed: \"%s\": it is a folder", p->text);
	else if (unlinkat(dirfd, path_base(p), 0) < 0)
		rc = files_failed(e, "delete", p->text);
	else
		account(v, &st);
	if (rc == 0 && v->state)
		rc = files_sync_folder(dirfd, p->text, e);
	close(dirfd);
	bury(body);
	return rc;
}

int volume_sync(const struct volume *v, const struct path *p, struct errbuf *e)
{
	int dirfd = volume_open_parent(v, p), rc;

	if (dirfd < 0)
		return files_failed(e, "open", p->text);
	rc = files_sync_folder(dirfd, p->text, e);
	close(dirfd);
	return rc;
}

/* What stands at the new name decides; `from` is not asked again by renameat2 itself. */
static int rename_entry(struct volume *v, const struct stat *from, int from_fd, const struct path *from_path, int to_fd,
			const struct path *to, bool replace, struct errbuf *e)
{
	struct stat there;
	bool exists = fstatat(to_fd, path_base(to), &there, AT_SYMLINK_NOFOLLOW) == 0;
	bool same = exists && there.st_ino == from->st_ino && there.st_dev == from->st_dev;
	int body, rc;

	if (exists && (!replace || !S_ISREG(there.st_mode) || S_ISDIR(from->st_mode)))
		return err_set(e, E_EXISTS, "rename failed: \"%s\": it is there", to->text);
	body = exists ? bury_open(to_fd, path_base(to)) : -1;
	rc = renameat2(from_fd, path_base(from_path), to_fd, path_base(to), exists ? 0 : RENAME_NOREPLACE);
	if (rc < 0)
		rc = files_failed(e, "rename", to->text);
	bury(body);
	if (rc < 0)
		return rc;
	if (exists && !same)
		account(v, &there);
	return v->state ? files_sync_folder(to_fd, to->text, e) : 0;
}

int volume_rename(struct volume *v, const struct path *from, const struct path *to, bool replace, struct errbuf *e)
{
	struct stat st;
	int from_fd, to_fd, rc;

	if (!from->text[0] || !to->text[0])
		return err_set(e, E_DENIED, "rename failed: the root stays");
	if (v->held.text[0] && path_within(&v->held, from)) /* a folder, and what is held in it */
		return err_set(e, E_DENIED, "rename failed: \"%s\": not allowed", from->text);
	from_fd = find(v, from, &st, e);
	if (from_fd < 0)
		return from_fd;
	to_fd = volume_open_parent(v, to);
	if (to_fd < 0)
		rc = files_failed(e, "rename", to->text);
	else if (S_ISDIR(st.st_mode) && path_within(to, from))
		rc = err_set(e, E_INVAL, "rename failed: \"%s\" would be in itself", from->text);
	else
		rc = rename_entry(v, &st, from_fd, from, to_fd, to, replace, e);
	close(from_fd);
	if (to_fd >= 0)
		close(to_fd);
	return rc;
}

int volume_set_mtime(struct volume *v, const struct path *p, int64_t mtime, struct errbuf *e)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = mtime } };
	struct stat st;
	int dirfd = find(v, p, &st, e), rc = 0;

	if (dirfd < 0)
		return dirfd;
	if (utimensat(dirfd, p->text[0] ? path_base(p) : ".", times, AT_SYMLINK_NOFOLLOW) < 0)
		rc = files_failed(e, "setting the time", p->text);
	close(dirfd);
	return rc;
}

/* --- listing --- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct volume_listed *)a)->name, ((const struct volume_listed *)b)->name);
}

static int add_entry(struct volume_list *l, const char *name, const struct volume_entry *entry)
{
	if (l->n % 64 == 0) {
		struct volume_listed *more = realloc(l->entries, (l->n + 64) * sizeof *more);

		if (!more)
			return E_NOMEM;
		l->entries = more;
	}
	l->entries[l->n].name = strdup(name);
	if (!l->entries[l->n].name)
		return E_NOMEM;
	l->entries[l->n++].entry = *entry;
	return 0;
}

static bool is_shown(const struct volume *v, const struct path *folder, const char *name)
{
	struct path p = *folder;

	return path_join(&p, str_of(name)) && !is_hidden(v, &p);
}

struct volume_walk {
	const struct volume *v;
	struct path folder;
	DIR *dir;
	size_t seen;
};

int volume_walk_begin(const struct volume *v, const struct path *folder, struct volume_walk **out, struct errbuf *e)
{
	int fd =
	    files_open_beneath(v->fd, folder->text[0] ? folder->text : ".", O_RDONLY | O_DIRECTORY, RESOLVE_NO_XDEV);
	DIR *dir = fd < 0 || is_hidden(v, folder) ? NULL : fdopendir(fd);

	*out = dir ? malloc(sizeof **out) : NULL;
	if (*out) {
		**out = (struct volume_walk){ .v = v, .folder = *folder, .dir = dir };
		return 0;
	}
	if (dir) {
		closedir(dir);
		return err_set(e, E_NOMEM, "out of memory");
	}
	if (fd >= 0) {
		close(fd);
		errno = ENOENT;
	}
	return files_failed(e, "open of the folder", folder->text);
}

bool volume_walk_next(struct volume_walk *w, const char **name, struct volume_entry *entry)
{
	struct dirent *d;
	struct stat st;

	while (w->seen < ENTRIES_MAX && (d = readdir(w->dir))) {
		if (!is_shown(w->v, &w->folder, d->d_name) || volume_look(dirfd(w->dir), d->d_name, &st) < 0)
			continue;
		w->seen++;
		*name = d->d_name;
		*entry = volume_entry_of(&st);
		return true;
	}
	return false;
}

void volume_walk_free(struct volume_walk *w)
{
	if (w)
		closedir(w->dir);
	free(w);
}

int volume_list(const struct volume *v, const struct path *folder, struct volume_list *out, struct errbuf *e)
{
	struct volume_walk *w;
	struct volume_entry entry;
	const char *name;
	int rc = volume_walk_begin(v, folder, &w, e);

	*out = (struct volume_list){ NULL, 0 };
	if (rc)
		return rc;
	while (!rc && volume_walk_next(w, &name, &entry))
		rc = add_entry(out, name, &entry);
	volume_walk_free(w);
	if (rc) {
		volume_list_release(out);
		return err_set(e, rc, "out of memory");
	}
	if (out->n)
		qsort(out->entries, out->n, sizeof *out->entries, by_name);
	return 0;
}

void volume_list_release(struct volume_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->entries[i].name);
	free(l->entries);
	*l = (struct volume_list){ NULL, 0 };
}

/* --- all of a folder --- */

static int empty(struct volume *v, const struct path *folder, unsigned depth, struct errbuf *e)
{
	struct volume_list list;
	int rc = volume_list(v, folder, &list, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		struct path below = *folder;

		if (!path_join(&below, str_of(list.entries[i].name)))
			rc = err_set(e, E_INVAL, "remove failed: \"%s\": a name too long", folder->text);
		else if (!list.entries[i].entry.folder)
			rc = volume_remove(v, &below, e);
		else if (depth >= DEPTH_MAX)
			rc = err_set(e, E_TOOBIG, "remove failed: \"%s\": too deep", folder->text);
		else if ((rc = empty(v, &below, depth + 1, e)) == 0 && !path_within(&v->held, &below))
			rc = volume_rmdir(v, &below, e);
	}
	volume_list_release(&list);
	return rc;
}

int volume_empty(struct volume *v, const struct path *folder, struct errbuf *e)
{
	return empty(v, folder, 0, e);
}

/* --- space --- */

/* Adds up what is below a folder, and sweeps it while nobody writes. `fd` is taken. */
static uint64_t count(const struct volume *v, int fd, const struct path *at, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	uint64_t sum = 0;
	struct dirent *d;
	struct stat st;

	if (!dir) {
		close(fd);
		return 0;
	}
	if (LIST_EMPTY(&v->uploads)) /* what somebody is writing may have such a name */
		files_sweep(fd);
	while ((d = readdir(dir))) {
		struct path p = *at;
		int sub;

		if (!path_join(&p, str_of(d->d_name)) || volume_look(fd, d->d_name, &st) < 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			sum += is_hidden(v, &p) && !volume_holds(v, &p) ? 0 : (uint64_t)st.st_size;
		} else if (depth < DEPTH_MAX) {
			sub = files_open_beneath(fd, d->d_name, O_RDONLY | O_DIRECTORY, RESOLVE_NO_XDEV);
			sum += sub < 0 ? 0 : count(v, sub, &p, depth + 1);
		}
	}
	closedir(dir);
	return sum;
}

int volume_recount(struct volume *v, struct errbuf *e)
{
	static const struct path root = { "" };
	int own = files_open_beneath(v->fd, ".", O_RDONLY | O_DIRECTORY, 0);

	if (own < 0)
		return files_failed(e, "open of the folder", ".");
	v->used = count(v, own, &root, 0);
	return 0;
}

int volume_init(struct volume *v, int fd, const char *const *hidden, uint64_t size, struct errbuf *e)
{
	*v = (struct volume){ .fd = fd, .hidden = hidden, .size = size };
	LIST_INIT(&v->uploads);
	return volume_recount(v, e);
}

uint64_t volume_free(const struct volume *v)
{
	return v->used < v->size ? v->size - v->used : 0;
}
