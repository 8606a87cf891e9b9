/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c: see files.h. Runs in core and the launcher; names come from code or are encoded by the caller, contents may
 * be anything. The order is what makes it safe: bytes and mode are on the disk before the inode gets a name, the name
 * is moved over the old one in one step, and success is reported only when the folder itself is on the disk. A file
 * system without O_TMPFILE gets a temporary name from the start; whatever a kill leaves has that form of name, which
 * no caller can use, and is swept.
 */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TEMP_PREFIX ".next-"
#define TEMP_HEX    16
#define TEMP_SIZE   (sizeof TEMP_PREFIX + TEMP_HEX)
#define TEMP_TRIES  16

static int code_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
		return E_NOTFOUND;
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

static int failed(struct errbuf *e, const char *what, const char *name)
{
	int errnum = errno;

	return err_set(e, code_of(errnum), "%s failed: \"%s\": %s", what, name, strerror(errnum));
}

static int check_name(const char *name, struct errbuf *e)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strncmp(name, TEMP_PREFIX, sizeof TEMP_PREFIX - 1) == 0)
		return err_set(e, E_INVAL, "not a file name: \"%.100s\"", name);
	return 0;
}

static int open_beneath(int dirfd, const char *name, int flags)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	long fd;

	do
		fd = syscall(SYS_openat2, dirfd, name, &how, sizeof how);
	while (fd < 0 && errno == EINTR);
	return (int)fd;
}

static int sync_fd(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	return r;
}

/* By a descriptor of its own, because the caller's may be O_PATH. */
static int sync_folder(int dirfd, const char *name, struct errbuf *e)
{
	int fd = open_beneath(dirfd, ".", O_RDONLY | O_DIRECTORY), r;

	r = fd < 0 || sync_fd(fd) < 0 ? failed(e, "sync of the folder", name) : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

static int write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n == 0)
			errno = EIO;
		if (n == 0 || (n < 0 && errno != EINTR))
			return -1;
		if (n > 0) {
			bytes.p += n;
			bytes.n -= (size_t)n;
		}
	}
	return 0;
}

static int fill(int fd, struct str bytes, mode_t mode)
{
	return write_all(fd, bytes) < 0 || fchmod(fd, mode) < 0 || sync_fd(fd) < 0 ? -1 : 0;
}

static int temp_name(char temp[TEMP_SIZE])
{
	uint64_t r;
	ssize_t n;

	do
		n = getrandom(&r, sizeof r, 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof r)
		return -1;
	snprintf(temp, TEMP_SIZE, TEMP_PREFIX "%016llx", (unsigned long long)r);
	return 0;
}

/* Gives an unnamed file a temporary name: by descriptor where the kernel lets us, else through /proc. */
static int link_unnamed(int fd, int dirfd, char temp[TEMP_SIZE])
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (int i = 0; i < TEMP_TRIES; i++) {
		if (temp_name(temp) < 0)
			return -1;
		if (linkat(fd, "", dirfd, temp, AT_EMPTY_PATH) == 0)
			return 0;
		if (errno != EEXIST && linkat(AT_FDCWD, path, dirfd, temp, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return -1;
}

/* 0: `temp` holds the bytes, synced. 1: unnamed files do not work here. -1: failed. */
static int write_unnamed(int dirfd, struct str bytes, mode_t mode, char temp[TEMP_SIZE])
{
	int fd, r, errnum;

	do
		fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL ? 1 : -1;
	r = fill(fd, bytes, mode);
	if (r == 0 && link_unnamed(fd, dirfd, temp) < 0)
		r = errno == ENOENT || errno == EPERM ? 1 : -1;
	errnum = errno;
	close(fd);
	errno = errnum;
	return r;
}

static int write_named(int dirfd, struct str bytes, mode_t mode, char temp[TEMP_SIZE])
{
	int fd = -1, r, errnum;

	for (int i = 0; fd < 0 && i < TEMP_TRIES; i++) {
		if (temp_name(temp) < 0)
			return -1;
		fd = openat(dirfd, temp, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST && errno != EINTR)
			return -1;
	}
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
	char temp[TEMP_SIZE];
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
		return failed(e, "write", name);
	if (renameat(dirfd, temp, dirfd, name) < 0) {
		r = failed(e, "rename", name);
		unlinkat(dirfd, temp, 0);
		return r;
	}
	return sync_folder(dirfd, name, e);
}

static int read_all(int fd, size_t max, struct buf *out)
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
	fd = open_beneath(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return failed(e, "open", name);
	if (fstat(fd, &st) < 0) {
		r = failed(e, "read", name);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		r = err_set(e, E_INVAL, "not a regular file: \"%s\"", name);
		goto out;
	}
	r = (uintmax_t)st.st_size > max ? E_TOOBIG : read_all(fd, max, out);
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
		return failed(e, "remove", name);
	return sync_folder(dirfd, name, e);
}

static bool is_litter(const char *name)
{
	const char *tail = name + sizeof TEMP_PREFIX - 1;

	return strncmp(name, TEMP_PREFIX, sizeof TEMP_PREFIX - 1) == 0 && strlen(tail) == TEMP_HEX &&
	       strspn(tail, "0123456789abcdef") == TEMP_HEX;
}

void files_sweep(int dirfd)
{
	int fd = open_beneath(dirfd, ".", O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
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
	fd = open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY);
	return fd < 0 ? failed(e, "open of the folder", name) : fd;
}
