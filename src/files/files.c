/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c: see files.h. Runs in core and the launcher; names come from code or are encoded by the caller, contents may
 * be anything. The order is what makes it safe: bytes and mode are on the disk before the inode gets a name, the name
 * is moved over the old one in one step, and success is reported only when the folder itself is on the disk. A file
 * system without O_TMPFILE gets a temporary name from the start; whatever a kill leaves has that form of name, which
 * no caller can use, and is swept.
 */
#include "files.h"

#include "base/io.h"
#include "base/random.h"
#include "files_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TEMP_PREFIX ".next-"
#define TEMP_HEX    16
#define TEMP_TRIES  16

int files_code(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return E_NOTFOUND;
	case EEXIST:
	case ENOTEMPTY:
		return E_EXISTS;
	case EACCES:
	case EPERM:
	case ELOOP:
	case EXDEV:
	case EROFS:
		return E_DENIED;
	case EFBIG:
		return E_TOOBIG;
	case ENOSPC:
	case EDQUOT:
		return E_LIMIT;
	case ENOMEM:
		return E_NOMEM;
	default:
		return E_IO;
	}
}

int files_failed(struct errbuf *e, const char *what, const char *name)
{
	int errnum = errno;

	return err_set(e, files_code(errnum), "%s failed: \"%s\": %s", what, name, strerror(errnum));
}

static int check_name(const char *name, struct errbuf *e)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    files_is_temporary(str_of(name)))
		return err_set(e, E_INVAL, "not a file name: \"%.100s\"", name);
	return 0;
}

int files_open_beneath(int dirfd, const char *name, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | resolve };
	long fd;

	do
		fd = syscall(SYS_openat2, dirfd, name, &how, sizeof how);
	while (fd < 0 && errno == EINTR);
	return (int)fd;
}

int files_sync(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	return r;
}

/* By a descriptor of its own, because the caller's may be O_PATH. */
int files_sync_folder(int dirfd, const char *name, struct errbuf *e)
{
	int fd = files_open_beneath(dirfd, ".", O_RDONLY | O_DIRECTORY, 0), r;

	r = fd < 0 || files_sync(fd) < 0 ? files_failed(e, "sync of the folder", name) : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

static int fill(int fd, struct str bytes, mode_t mode)
{
	return io_write(fd, bytes) < 0 || fchmod(fd, mode) < 0 || files_sync(fd) < 0 ? -1 : 0;
}

static int temp_name(char temp[FILES_TEMP_SIZE])
{
	uint64_t r;

	if (random_bytes(&r, sizeof r) < 0)
		return -1;
	snprintf(temp, FILES_TEMP_SIZE, TEMP_PREFIX "%016llx", (unsigned long long)r);
	return 0;
}

/* By descriptor where the kernel lets us, else through /proc. */
int files_link(int fd, int dirfd, const char *name)
{
	char path[40];

	if (linkat(fd, "", dirfd, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno == EEXIST)
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dirfd, name, AT_SYMLINK_FOLLOW);
}

int files_link_temp(int fd, int dirfd, char temp[FILES_TEMP_SIZE])
{
	for (int i = 0; i < TEMP_TRIES; i++) {
		if (temp_name(temp) < 0)
			return -1;
		if (files_link(fd, dirfd, temp) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return -1;
}

static int make_unnamed(int dirfd)
{
	int fd;

	do
		fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static bool has_no_unnamed(int errnum)
{
	return errnum == EOPNOTSUPP || errnum == EISDIR || errnum == ENOENT || errnum == EINVAL;
}

static int make_named(int dirfd, char temp[FILES_TEMP_SIZE])
{
	int fd = -1;

	for (int i = 0; fd < 0 && i < TEMP_TRIES; i++) {
		if (temp_name(temp) < 0)
			return -1;
		fd = openat(dirfd, temp, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST && errno != EINTR)
			return -1;
	}
	return fd;
}

int files_make_temp(int dirfd, char temp[FILES_TEMP_SIZE])
{
	int fd = make_unnamed(dirfd);

	temp[0] = '\0';
	return fd < 0 && has_no_unnamed(errno) ? make_named(dirfd, temp) : fd;
}

/* 0: `temp` holds the bytes, synced. 1: unnamed files do not work here. -1: failed. */
static int write_unnamed(int dirfd, struct str bytes, mode_t mode, char temp[FILES_TEMP_SIZE])
{
	int fd = make_unnamed(dirfd), r, errnum;

	if (fd < 0)
		return has_no_unnamed(errno) ? 1 : -1;
	r = fill(fd, bytes, mode);
	if (r == 0 && files_link_temp(fd, dirfd, temp) < 0)
		r = errno == ENOENT || errno == EPERM ? 1 : -1;
	errnum = errno;
	close(fd);
	errno = errnum;
	return r;
}

static int write_named(int dirfd, struct str bytes, mode_t mode, char temp[FILES_TEMP_SIZE])
{
	int fd = make_named(dirfd, temp), r, errnum;

	if (fd < 0)
		return -1;
	r = fill(fd, bytes, mode);
	errnum = errno;
	close(fd);
	if (r < 0)
		unlinkat(dirfd, temp, 0);
	errno = errnum;
	return r;
}

int files_save(int dirfd, const char *name, struct str bytes, mode_t mode, struct errbuf *e)
{
	char temp[FILES_TEMP_SIZE];
	struct rlimit limit;
	int r = check_name(name, e);

	if (r < 0)
		return r;
	/* Asked first, because going past it raises SIGXFSZ. */
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes.n > limit.rlim_cur)
		return err_set(e, E_TOOBIG, "write failed: \"%s\": larger than this process may write", name);
	r = write_unnamed(dirfd, bytes, mode, temp);
	if (r == 1)
		r = write_named(dirfd, bytes, mode, temp);
	if (r < 0)
		return files_failed(e, "write", name);
	if (renameat(dirfd, temp, dirfd, name) < 0) {
		r = files_failed(e, "rename", name);
		unlinkat(dirfd, temp, 0);
		return r;
	}
	return files_sync_folder(dirfd, name, e);
}

int files_read(int fd, size_t max, struct buf *out)
{
	for (size_t left = max;;) {
		uint8_t one, *room = &one;
		size_t want = left < 16384 ? left : 16384;
		ssize_t n;

		/* At the limit one byte more is asked for: there must be none. */
		if (want && !(room = buf_room(out, want)))
			return out->err;
		n = read(fd, room, want ? want : 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return E_IO;
		if (n == 0)
			return 0;
		if (want == 0)
			return E_TOOBIG;
		buf_claim(out, (size_t)n);
		left -= (size_t)n;
	}
}

int files_load(int dirfd, const char *name, size_t max, struct buf *out, struct errbuf *e)
{
	struct stat st;
	int fd, r = check_name(name, e);

	if (r < 0)
		return r;
	fd = files_open_beneath(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return files_failed(e, "open", name);
	if (fstat(fd, &st) < 0) {
		r = files_failed(e, "read", name);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		r = err_set(e, E_INVAL, "not a regular file: \"%s\"", name);
		goto out;
	}
	r = (uintmax_t)st.st_size > max ? E_TOOBIG : files_read(fd, max, out);
	if (r == E_TOOBIG)
		err_set(e, r, "read failed: \"%s\" is larger than %zu bytes", name, max);
	else if (r < 0)
		err_set(e, r, "read failed: \"%s\": %s", name, err_text(r));
	if (r < 0)
		buf_clear(out);
out:
	close(fd);
	return r;
}

int files_remove(int dirfd, const char *name, struct errbuf *e)
{
	int r = check_name(name, e);

	if (r < 0)
		return r;
	if (unlinkat(dirfd, name, 0) < 0)
		return files_failed(e, "remove", name);
	return files_sync_folder(dirfd, name, e);
}

static bool is_litter(const char *name)
{
	const char *tail = name + sizeof TEMP_PREFIX - 1;

	return strncmp(name, TEMP_PREFIX, sizeof TEMP_PREFIX - 1) == 0 && strlen(tail) == TEMP_HEX &&
	       strspn(tail, "0123456789abcdef") == TEMP_HEX;
}

bool files_is_temporary(struct str name)
{
	return name.n >= sizeof TEMP_PREFIX - 1 && memcmp(name.p, TEMP_PREFIX, sizeof TEMP_PREFIX - 1) == 0;
}

DIR *files_entries(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0) {
		error = errno;
		close(fd);
		errno = error;
	}
	return dir;
}

void files_sweep(int dirfd)
{
	DIR *dir = files_entries(dirfd);

	if (!dir)
		return;
	for (struct dirent *d; (d = readdir(dir));)
		if (is_litter(d->d_name))
			unlinkat(dirfd, d->d_name, 0);
	closedir(dir);
}

int files_open_dir(int dirfd, const char *name, struct errbuf *e)
{
	int fd, r = check_name(name, e);

	if (r < 0)
		return r;
	fd = files_open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? files_failed(e, "open of the folder", name) : fd;
}
