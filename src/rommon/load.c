/* SPDX-License-Identifier: Apache-2.0
 *
 * load.c: see load.h. Runs in rommon and in `ravelin init`. Image files are hostile: here only their first four
 * bytes are looked at. The verifier's words are printed, so they are filtered.
 */
#include "load.h"

#include "image/boot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int load_open(int flash_fd, const char *name, struct errbuf *e)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				.resolve =
				    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
	int fd = (int)syscall(SYS_openat2, flash_fd, name, &how, sizeof how);
	struct stat st;

	if (fd < 0)
		return err_set(e, errno == ENOENT ? E_NOTFOUND : E_IO, "%s",
			       errno == ENOENT ? "no such file" : strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(e, E_INVAL, "not a regular file");
}

/* In the child: exactly the descriptors of the verifier's contract. Only async-signal-safe calls. */
static void exec_verifier(int libexec_fd, int image_fd, int words_fd)
{
	const char *argv[] = { LOAD_VERIFIER, BOOT_INTERFACE_TEXT, NULL };
	char *const envp[] = { NULL };
	int dir = fcntl(libexec_fd, F_DUPFD_CLOEXEC, 10), image = fcntl(image_fd, F_DUPFD_CLOEXEC, 10);
	int words = fcntl(words_fd, F_DUPFD_CLOEXEC, 10), null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	if (dir < 0 || image < 0 || words < 0 || null < 0 || dup2(null, 0) < 0 || dup2(words, 1) < 0 ||
	    dup2(words, 2) < 0 || dup2(image, 3) < 0)
		_exit(127);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execveat(dir, LOAD_VERIFIER, (char *const *)argv, envp, 0);
	dprintf(1, "cannot run \"%s\": %s\n", LOAD_VERIFIER, strerror(errno));
	_exit(126);
}

static size_t read_words(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size - 1 && ((n = read(fd, text + used, size - 1 - used)) > 0 || (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < used; i++)
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			text[i] = '?';
	text[used] = '\0';
	return used;
}

/* l->text gets all of the verifier's words. */
static int run_verifier(int libexec_fd, struct load *l, struct errbuf *e)
{
	int words[2], status = 0;
	pid_t pid;

	if (pipe2(words, O_CLOEXEC))
		return err_set(e, E_IO, "no pipe to the verifier: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		exec_verifier(libexec_fd, l->fd, words[1]);
	close(words[1]);
	read_words(words[0], l->text, sizeof l->text);
	close(words[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return err_set(e, E_IO, "no process for the verifier: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status) || !*l->text)
		return err_set(e, E_DENIED, "the verifier died");
	return err_set(e, E_DENIED, "%.*s", (int)strcspn(l->text, "\n"), l->text);
}

/* The verdict's first line is the version; what follows is for the console. */
static void split_verdict(struct load *l)
{
	size_t n = strcspn(l->text, "\n");

	snprintf(l->version, sizeof l->version, "%.*s", (int)n, l->text);
	n += l->text[n] == '\n';
	memmove(l->text, l->text + n, strlen(l->text + n) + 1);
}

/* An uploaded image has no x bit yet; that it may run is what has just been verified. */
static int make_runnable(int fd, struct errbuf *e)
{
	struct statvfs vfs;
	struct stat st;

	if (fstatvfs(fd, &vfs) == 0 && (vfs.f_flag & ST_NOEXEC))
		return err_set(e, E_DENIED, "its volume is mounted noexec, so nothing on it can run");
	if (fstat(fd, &st) || ((st.st_mode & 0111) != 0111 && fchmod(fd, (st.st_mode & 0777) | 0111)))
		return err_set(e, E_DENIED, "not executable, and cannot be made so: %s", strerror(errno));
	return 0;
}

int load_named(int libexec_fd, int flash_fd, const char *name, struct load *l, struct errbuf *e)
{
	int rc;

	*l = (struct load){ .fd = -1 };
	if (strlen(name) >= sizeof l->name)
		return err_set(e, E_TOOBIG, "name too long");
	snprintf(l->name, sizeof l->name, "%s", name);
	l->fd = load_open(flash_fd, name, e);
	if (l->fd < 0)
		return l->fd;
	if ((rc = run_verifier(libexec_fd, l, e)) || (rc = make_runnable(l->fd, e))) {
		close(l->fd);
		l->fd = -1;
		return rc;
	}
	split_verdict(l);
	return 0;
}

bool load_is_elf(int flash_fd, const char *name)
{
	char head[4];
	int fd = load_open(flash_fd, name, NULL);
	bool elf = fd >= 0 && read(fd, head, sizeof head) == sizeof head && memcmp(head, "\177ELF", 4) == 0;

	if (fd >= 0)
		close(fd);
	return elf;
}

static bool looks_like_image(int flash_fd, const char *name)
{
	size_t n = strlen(name);

	if (name[0] == '.')
		return false;
	return (n > 4 && strcmp(name + n - 4, ".bin") == 0) || load_is_elf(flash_fd, name);
}

/* The names of a folder in their order. */
static bool each(int dir_fd, bool (*wanted)(int dir_fd, const char *name), bool (*fn)(void *arg, const char *name),
		 void *arg)
{
	struct dirent **list;
	bool done = false;
	int n = dir_fd < 0 ? -1 : scandirat(dir_fd, ".", &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (!done && wanted(dir_fd, list[i]->d_name))
			done = fn(arg, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return done;
}

bool load_each(int flash_fd, bool (*fn)(void *arg, const char *name), void *arg)
{
	return each(flash_fd, looks_like_image, fn, arg);
}

bool load_is_secured(int secure_fd, const char *name)
{
	struct stat st;

	return secure_fd >= 0 && name[0] != '.' && !strchr(name, '/') &&
	       fstatat(secure_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

bool load_each_secured(int secure_fd, bool (*fn)(void *arg, const char *name), void *arg)
{
	return each(secure_fd, load_is_secured, fn, arg);
}
