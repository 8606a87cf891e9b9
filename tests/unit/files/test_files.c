/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever interrupts files_save (a signal, a full disk, a failing call, a kill at any moment), the name holds
 * the old bytes or the new ones, whole, and nothing else is left behind. The linker's --wrap lets each system call fail
 * on demand; a tiny tmpfs (root only) and SIGKILL are the real thing.
 */
#include "files/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../folder.h"

/* What the wrapped calls are to do: fail the n-th call of a kind (1 = the next), with this error; 0 = never. */
static struct {
	const char *call;
	int after, errnum;
	bool no_tmpfile, short_writes;
} fault;

static bool trip(const char *call)
{
	if (!fault.call || strcmp(fault.call, call) != 0 || fault.after == 0 || --fault.after > 0)
		return false;
	errno = fault.errnum;
	return true;
}

int __real_openat(int dirfd, const char *path, int flags, ...);
int __real_openat64(int dirfd, const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_fchmod(int fd, mode_t mode);
int __real_linkat(int from, const char *old, int to, const char *name, int flags);
int __real_renameat(int from, const char *old, int to, const char *name);
int __wrap_openat(int dirfd, const char *path, int flags, ...);
int __wrap_openat64(int dirfd, const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_linkat(int from, const char *old, int to, const char *name, int flags);
int __wrap_renameat(int from, const char *old, int to, const char *name);

int __wrap_openat(int dirfd, const char *path, int flags, ...)
{
	if (fault.no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return trip("openat") ? -1 : __real_openat(dirfd, path, flags, 0600);
}

int __wrap_openat64(int dirfd, const char *path, int flags, ...)
{
	return __wrap_openat(dirfd, path, flags, 0600);
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (trip("write"))
		return -1;
	return __real_write(fd, p, fault.short_writes && n > 7 ? 7 : n);
}

int __wrap_fsync(int fd)
{
	return trip("fsync") ? -1 : __real_fsync(fd);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return trip("fchmod") ? -1 : __real_fchmod(fd, mode);
}

int __wrap_linkat(int from, const char *old, int to, const char *name, int flags)
{
	return trip("linkat") ? -1 : __real_linkat(from, old, to, name, flags);
}

int __wrap_renameat(int from, const char *old, int to, const char *name)
{
	return trip("renameat") ? -1 : __real_renameat(from, old, to, name);
}

static char dir_path[32];
static int dir = -1;

static unsigned entries(void)
{
	DIR *d = opendir(dir_path);
	unsigned n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(d);
	return n;
}

static int setup(void **state)
{
	memset(&fault, 0, sizeof fault);
	dir = folder_make(dir_path);
	return 0;
}

static int teardown(void **state)
{
	memset(&fault, 0, sizeof fault);
	folder_remove(dir_path, dir);
	return 0;
}

static void assert_holds(const char *name, struct str want)
{
	struct buf b;

	buf_init(&b, 0);
	assert_int_equal(files_load(dir, name, 1 << 24, &b, NULL), 0);
	assert_true(str_eq(buf_str(&b), want));
	buf_release(&b);
}

static void saves_and_loads(void **state)
{
	struct errbuf e;
	struct stat st;

	umask(077);
	assert_int_equal(files_save(dir, "a", STR("one"), 0644, &e), 0);
	assert_holds("a", STR("one"));
	assert_int_equal(fstatat(dir, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644); /* the umask has no say */
	assert_int_equal(files_save(dir, "a", STR("second"), 0600, &e), 0);
	assert_holds("a", STR("second"));
	assert_int_equal(files_save(dir, "empty", STR(""), 0600, &e), 0);
	assert_holds("empty", STR(""));
	assert_int_equal(entries(), 2);
	assert_int_equal(files_remove(dir, "a", &e), 0);
	assert_int_equal(files_remove(dir, "a", &e), E_NOTFOUND);
	assert_int_equal(entries(), 1);
}

static void works_from_a_path_only_descriptor(void **state)
{
	int path = open(dir_path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(files_save(path, "a", STR("one"), 0600, NULL), 0);
	assert_int_equal(files_remove(path, "a", NULL), 0);
	close(path);
}

static void refuses_names_that_are_not_components(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "a/b", "/nonexistent/x", "../nonexistent/x", ".next-0123456789abcdef"
	};
	struct errbuf e;
	char endless[400];
	struct buf b;

	buf_init(&b, 0);
	memset(endless, 'x', sizeof endless - 1);
	endless[sizeof endless - 1] = '\0';
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(files_save(dir, bad[i], STR("x"), 0600, &e), E_INVAL);
		assert_int_equal(files_load(dir, bad[i], 10, &b, &e), E_INVAL);
		assert_int_equal(files_remove(dir, bad[i], &e), E_INVAL);
		assert_int_equal(files_open_dir(dir, bad[i], &e), E_INVAL);
	}
	assert_int_equal(files_save(dir, endless, STR("x"), 0600, &e), E_INVAL);
	assert_int_equal(entries(), 0);
}

static void loads_nothing_but_regular_files_in_the_folder(void **state)
{
	struct errbuf e;
	struct buf b;

	buf_init(&b, 0);
	/* The links stay inside the test's folder: code that follows them by mistake must not harm the host. */
	assert_int_equal(files_save(dir, "target", STR("theirs"), 0600, &e), 0);
	assert_int_equal(symlinkat("target", dir, "link"), 0);
	assert_int_equal(symlinkat("sub", dir, "dirlink"), 0);
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(mkdirat(dir, "sub", 0700), 0);
	assert_int_equal(files_load(dir, "link", 100000, &b, &e), E_DENIED);
	assert_int_equal(files_load(dir, "fifo", 100000, &b, &e), E_INVAL);
	assert_int_equal(files_load(dir, "sub", 100000, &b, &e), E_INVAL);
	assert_int_equal(files_load(dir, "none", 100000, &b, &e), E_NOTFOUND);
	assert_true(files_open_dir(dir, "dirlink", &e) < 0);
	assert_int_equal(files_open_dir(dir, "none", &e), E_NOTFOUND);
	int sub = files_open_dir(dir, "sub", &e);
	assert_true(sub >= 0);
	close(sub);
	/* A link that stands where a file is saved is replaced, not followed. */
	assert_int_equal(files_save(dir, "link", STR("mine"), 0600, &e), 0);
	assert_holds("link", STR("mine"));
	assert_holds("target", STR("theirs"));
}

static void limits_what_it_loads(void **state)
{
	struct errbuf e;
	struct buf b;

	buf_init(&b, 0);
	assert_int_equal(files_save(dir, "ten", STR("0123456789"), 0600, &e), 0);
	assert_int_equal(files_load(dir, "ten", 9, &b, &e), E_TOOBIG);
	assert_int_equal(buf_len(&b), 0);
	assert_int_equal(files_load(dir, "ten", 10, &b, &e), 0);
	assert_int_equal(buf_len(&b), 10);
	buf_release(&b);
	buf_init(&b, 5);
	assert_int_equal(files_load(dir, "ten", 10, &b, &e), E_TOOBIG);
	buf_release(&b);
	/* A file whose size is a lie (it says 0) is still held to the limit. */
	int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_init(&b, 0);
	assert_int_equal(files_load(proc, "maps", 20, &b, &e), E_TOOBIG);
	buf_release(&b);
	close(proc);
}

static void every_failing_call_leaves_the_old_bytes(void **state)
{
	static const struct {
		const char *call;
		int errnum, want;
	} rows[] = {
		{ "openat", EMFILE, E_IO },    { "write", ENOSPC, E_LIMIT }, { "write", EIO, E_IO },
		{ "fchmod", EPERM, E_DENIED }, { "fsync", EIO, E_IO },       { "renameat", ENOSPC, E_LIMIT },
	};
	struct errbuf e;

	for (int no_tmpfile = 0; no_tmpfile < 2; no_tmpfile++) {
		assert_int_equal(files_save(dir, "a", STR("old"), 0600, &e), 0);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			fault.no_tmpfile = no_tmpfile;
			fault.call = rows[i].call;
			fault.errnum = rows[i].errnum;
			fault.after = 1;
			e.text[0] = '\0';
			assert_int_equal(files_save(dir, "a", STR("new"), 0600, &e), rows[i].want);
			assert_int_equal(fault.after, 0);
			assert_true(e.text[0] != '\0');
			assert_holds("a", STR("old"));
			assert_int_equal(entries(), 1);
		}
	}
}

static void falls_back_where_unnamed_files_do_not_work(void **state)
{
	struct errbuf e;

	fault.no_tmpfile = true;
	fault.short_writes = true;
	assert_int_equal(files_save(dir, "a", STR("a text of more than seven bytes"), 0600, &e), 0);
	fault.no_tmpfile = false;
	assert_holds("a", STR("a text of more than seven bytes"));
	/* linkat by descriptor refused (old kernel, no capability): the path below /proc serves. */
	fault.call = "linkat";
	fault.errnum = ENOENT;
	fault.after = 1;
	assert_int_equal(files_save(dir, "a", STR("two"), 0600, &e), 0);
	assert_int_equal(fault.after, 0);
	assert_holds("a", STR("two"));
	assert_int_equal(entries(), 1);
}

static void tells_when_the_folder_did_not_reach_the_disk(void **state)
{
	struct errbuf e;

	fault.call = "fsync";
	fault.errnum = EIO;
	fault.after = 2;
	assert_int_equal(files_save(dir, "a", STR("x"), 0600, &e), E_IO);
	assert_int_equal(fault.after, 0);
}

static void interrupted_calls_go_on(void **state)
{
	static const char *const calls[] = { "openat", "write", "fsync" };

	for (int no_tmpfile = 0; no_tmpfile < 2; no_tmpfile++)
		for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
			fault.no_tmpfile = no_tmpfile;
			fault.call = calls[i];
			fault.errnum = EINTR;
			fault.after = 1;
			assert_int_equal(files_save(dir, "a", STR("new"), 0600, NULL), 0);
			assert_int_equal(fault.after, 0);
			assert_holds("a", STR("new"));
		}
}

static void on_alarm(int sig)
{
}

static void survives_a_storm_of_signals(void **state)
{
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	struct itimerval every = { { 0, 200 }, { 0, 200 } }, off = { { 0, 0 }, { 0, 0 } };
	struct buf b;

	buf_init(&b, 0);
	for (unsigned i = 0; i < 1 << 18; i++)
		buf_put_u32(&b, i);
	sigaction(SIGALRM, &sa, &old);
	setitimer(ITIMER_REAL, &every, NULL);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(files_save(dir, "big", buf_str(&b), 0600, NULL), 0);
		assert_holds("big", buf_str(&b));
	}
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &old, NULL);
	buf_release(&b);
}

static void stays_below_the_file_size_limit(void **state)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct rlimit limit = { 1000, 1000 };
		static uint8_t bytes[1001];

		if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
			_exit(9);
		if (files_save(dir, "a", (struct str){ bytes, 1001 }, 0600, NULL) != E_TOOBIG)
			_exit(1);
		_exit(files_save(dir, "a", (struct str){ bytes, 1000 }, 0600, NULL) == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(entries(), 1);
}

static void full_disk_keeps_the_old_bytes(void **state)
{
	static uint8_t bytes[100000];
	struct errbuf e;
	int tiny;

	if (mkdirat(dir, "tiny", 0700) < 0 || geteuid() != 0) {
		print_message("skipped: mounting a tmpfs needs root\n");
		skip();
	}
	char path[80];
	snprintf(path, sizeof path, "%s/tiny", dir_path);
	if (mount("none", path, "tmpfs", 0, "size=64k") < 0) {
		print_message("skipped: cannot mount a tmpfs: %s\n", strerror(errno));
		skip();
	}
	tiny = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int first = files_save(tiny, "a", STR("old"), 0600, &e);
	int second = files_save(tiny, "a", (struct str){ bytes, sizeof bytes }, 0600, &e);
	struct buf b;
	buf_init(&b, 0);
	int third = files_load(tiny, "a", 100, &b, &e);
	close(tiny);
	assert_int_equal(umount(path), 0);
	assert_int_equal(first, 0);
	assert_int_equal(second, E_LIMIT);
	assert_int_equal(third, 0);
	assert_true(str_is(buf_str(&b), "old"));
	buf_release(&b);
}

static void sweeps_litter_only(void **state)
{
	static const char *const names[] = { ".next-0123456789abcdef", ".next-00000000000000ff", ".next-x",
					     "next-0123456789abcdef", ".next-0123456789abcdefa" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		close(openat(dir, names[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	files_sweep(dir);
	assert_int_equal(entries(), 3);
	assert_int_equal(faccessat(dir, names[0], F_OK, 0), -1);
	assert_int_equal(faccessat(dir, names[1], F_OK, 0), -1);
}

/* A file is 'c' repeated; its length follows from c, so that a mixture or a torn file shows. */
static size_t length_of(int c)
{
	return 1 + (size_t)(c - 'a') * 9001;
}

static void write_for_ever(bool no_tmpfile)
{
	static uint8_t bytes[26 * 9001];

	fault.no_tmpfile = no_tmpfile;
	for (int c = 'a';; c = c == 'z' ? 'a' : c + 1) {
		memset(bytes, c, length_of(c));
		if (files_save(dir, "state", (struct str){ bytes, length_of(c) }, 0600, NULL) < 0)
			_exit(1);
	}
}

/* The kills must fall into the writing, on a slow disk too: microseconds that some saves take. */
static unsigned time_of_saves(unsigned n)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(files_save(dir, "state", STR("a"), 0600, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return (unsigned)((to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000) + 1;
}

static void a_kill_at_any_moment_leaves_a_whole_file(void **state)
{
	unsigned span = time_of_saves(8);
	unsigned changes = 0, litter = 0;
	int last = 'a';

	for (unsigned round = 0; round < 300; round++) {
		struct buf b;
		int status;
		pid_t pid = fork();

		if (pid == 0)
			write_for_ever(round % 2);
		usleep((unsigned)rand() % span);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status)); /* it was still writing */
		litter += entries() > 1;
		files_sweep(dir);
		assert_int_equal(entries(), 1);
		buf_init(&b, 0);
		assert_int_equal(files_load(dir, "state", 1 << 20, &b, NULL), 0);
		int c = buf_ptr(&b)[0];
		assert_int_equal(buf_len(&b), length_of(c));
		for (size_t i = 0; i < buf_len(&b); i++)
			assert_int_equal(buf_ptr(&b)[i], c);
		buf_release(&b);
		changes += c != last;
		last = c;
	}
	print_message("300 kills: %u found new content, %u left litter\n", changes, litter);
	assert_true(changes > 20);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(saves_and_loads),
		T(works_from_a_path_only_descriptor),
		T(refuses_names_that_are_not_components),
		T(loads_nothing_but_regular_files_in_the_folder),
		T(limits_what_it_loads),
		T(every_failing_call_leaves_the_old_bytes),
		T(falls_back_where_unnamed_files_do_not_work),
		T(tells_when_the_folder_did_not_reach_the_disk),
		T(interrupted_calls_go_on),
		T(survives_a_storm_of_signals),
		T(stays_below_the_file_size_limit),
		T(full_disk_keeps_the_old_bytes),
		T(sweeps_litter_only),
		T(a_kill_at_any_moment_leaves_a_whole_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
