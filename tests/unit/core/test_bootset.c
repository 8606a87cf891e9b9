/* SPDX-License-Identifier: Apache-2.0
 *
 * test_bootset.c: whoever is killed while he secures, upgrades or releases leaves the old bootset or the new one,
 * whole, and nothing else. Every call that changes the disk is such an instant: a child does it all again for each of
 * them and is killed before it. The linker's --wrap counts them.
 */
#include "core/files/bootset.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "image/image.h"

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../folder.h"

static unsigned left; /* calls until the kill; 0: never */

static void count(void)
{
	if (left && --left == 0)
		raise(SIGKILL);
}

ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_fchmod(int fd, mode_t mode);
int __real_linkat(int from, const char *old, int to, const char *name, int flags);
int __real_renameat(int from, const char *old, int to, const char *name);
int __real_unlinkat(int dirfd, const char *name, int flags);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_linkat(int from, const char *old, int to, const char *name, int flags);
int __wrap_renameat(int from, const char *old, int to, const char *name);
int __wrap_unlinkat(int dirfd, const char *name, int flags);

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	count();
	return __real_write(fd, p, n);
}

int __wrap_fsync(int fd)
{
	count();
	return __real_fsync(fd);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	count();
	return __real_fchmod(fd, mode);
}

int __wrap_linkat(int from, const char *old, int to, const char *name, int flags)
{
	count();
	return __real_linkat(from, old, to, name, flags);
}

int __wrap_renameat(int from, const char *old, int to, const char *name)
{
	count();
	return __real_renameat(from, old, to, name);
}

int __wrap_unlinkat(int dirfd, const char *name, int flags)
{
	count();
	return __real_unlinkat(dirfd, name, flags);
}

/* --- a device --- */

static struct core core;
static char name[32], whole[PATH_MAX];

static const char *const folders[] = { "flash", "flash/new", "nvram", "keys", "secure" };

static int below(const char *path)
{
	return openat(core.device_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void put_image(const char *path, uint8_t fill)
{
	struct image_info info = { .payload = 1000, .version = RAVELIN_VERSION };
	int fd = openat(core.flash_fd, path, O_WRONLY | O_CREAT | O_EXCL, 0755);
	uint8_t payload[1000];
	struct buf b;

	memset(payload, fill, sizeof payload);
	EVP_Digest(payload, sizeof payload, info.digest, NULL, EVP_sha512(), NULL);
	buf_init(&b, 0);
	image_encode(&info, &b);
	assert_int_equal(__real_write(fd, payload, sizeof payload), sizeof payload);
	assert_int_equal(__real_write(fd, buf_ptr(&b), buf_len(&b)), buf_len(&b));
	buf_release(&b);
	close(fd);
}

static void remove_all(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", name, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void make_device(void)
{
	core.device_fd = folder_make(name);
	assert_non_null(realpath(name, whole));
	core.dir = whole;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		assert_int_equal(mkdirat(core.device_fd, folders[i], 0700), 0);
	core.flash_fd = below("flash");
	core.nvram_fd = below("nvram");
	core.keys_fd = below("keys");
	put_image("a.bin", 'a');
	put_image("new/b.bin", 'b');
	assert_int_equal(volume_init(&core.flash, core.flash_fd, NULL, 1 << 20, NULL), 0);
}

static void remove_device(void)
{
	close(core.flash_fd);
	close(core.nvram_fd);
	close(core.keys_fd);
	close(core.device_fd);
	remove_all();
}

/* --- what is done to it --- */

static void run_image(const char *path)
{
	int fd = openat(core.flash_fd, path, O_RDONLY);

	assert_true(fd >= 0 && dup2(fd, BOOT_FD_IMAGE) == BOOT_FD_IMAGE);
	if (fd != BOOT_FD_IMAGE)
		close(fd);
}

static int secure_first(struct bootset *b)
{
	run_image("a.bin");
	return bootset_secure_image(b, NULL);
}

static int secure_other(struct bootset *b)
{
	run_image("new/b.bin");
	return bootset_secure_image(b, NULL);
}

static int archive_first(struct bootset *b)
{
	return bootset_secure_config(b, STR("hostname first\n"), NULL);
}

static int archive_other(struct bootset *b)
{
	return bootset_secure_config(b, STR("hostname other\n"), NULL);
}

static int release_image(struct bootset *b)
{
	return bootset_release_image(b, NULL);
}

static int release_config(struct bootset *b)
{
	return bootset_release_config(b, NULL);
}

/* In this order; what is there behind each: the image and the archived text, "" for none. */
static const struct {
	int (*act)(struct bootset *b);
	const char *image, *config;
} acts[] = {
	{ NULL, "", "" },
	{ archive_first, "", "hostname first\n" },
	{ secure_first, "a.bin", "hostname first\n" },
	{ archive_other, "a.bin", "hostname other\n" },
	{ secure_other, "new/b.bin", "hostname other\n" },
	{ release_config, "new/b.bin", "" },
	{ release_image, "", "" },
};
#define ACTS (sizeof acts / sizeof acts[0])

/* In a child: the acts before `last`, then `last`, killed before the call number `at`. Exit status 0: it ended. */
static void child_acts(size_t last, unsigned at)
{
	struct bootset *b = bootset_new(&core);

	for (size_t i = 1; b && i <= last; i++) {
		left = i == last ? at : 0;
		if (acts[i].act(b) < 0)
			_exit(2);
	}
	left = 0;
	_exit(b ? 0 : 3);
}

static bool is_state(const struct bootset *b, size_t i)
{
	const struct manifest *m = bootset_manifest(b);
	struct buf text;
	bool same;

	buf_init(&text, 0);
	same = strcmp(m->image.set ? m->image.name : "", acts[i].image) == 0 &&
	       m->config.set == (acts[i].config[0] != 0) &&
	       (!m->config.set || (bootset_read_config(b, &text, NULL) == 0 && str_is(buf_str(&text), acts[i].config)));
	buf_release(&text);
	return same;
}

static unsigned files_in(const char *path, bool all)
{
	int fd = below(path);
	DIR *dir = fdopendir(fd);
	unsigned n = 0;

	for (struct dirent *d; (d = readdir(dir));)
		n += strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 && (all || d->d_name[0] != '.');
	closedir(dir);
	return n;
}

/* In a child, at the next start: 0 if it is the state before or behind `last`, and nothing else is there. */
static void child_look(size_t last)
{
	struct bootset *b = bootset_new(&core);
	const struct manifest *m = b ? bootset_manifest(b) : NULL;
	struct errbuf e;
	int fd;

	if (!b || (!is_state(b, last - 1) && !is_state(b, last)))
		_exit(10);
	if (files_in("secure", true) > 1 + (unsigned)m->image.set + (unsigned)m->config.set)
		_exit(11);
	if (strcmp(core.flash.held.text, m->image.set ? m->image.name : "") != 0)
		_exit(12);
	if (m->image.set && ((fd = bootset_open_image(b, &e)) < 0 || close(fd)))
		_exit(13);
	if (faccessat(core.flash_fd, "a.bin", F_OK, 0) || faccessat(core.flash_fd, "new/b.bin", F_OK, 0))
		_exit(14);
	/* And what was asked for can be done again. */
	if (is_state(b, last - 1) && acts[last].act(b) < 0)
		_exit(15);
	_exit(is_state(b, last) ? 0 : 16);
}

static int ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void killed_anywhere(void **state)
{
	unsigned kills = 0;

	(void)state;
	for (size_t last = 1; last < ACTS; last++) {
		for (unsigned at = 1;; at++) {
			int how, seen;
			pid_t pid;

			make_device();
			if ((pid = fork()) == 0)
				child_acts(last, at);
			how = ended(pid);
			assert_true(how == 0 || how == -SIGKILL);
			run_image("a.bin");
			if ((pid = fork()) == 0) {
				if (last >= 4)
					run_image("new/b.bin");
				child_look(last);
			}
			seen = ended(pid);
			if (seen)
				fail_msg("act %zu, killed before call %u: %d", last, at, seen);
			remove_device();
			if (how == 0)
				break;
			kills++;
		}
	}
	print_message("killed at %u instants\n", kills);
	assert_true(kills >= 50);
}

static int setup(void **state)
{
	struct errbuf e = { "" };

	(void)state;
	core.base = event_base_new();
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	return model_new(&core.model, &e) < 0 || !core.base || !core.log;
}

static int teardown(void **state)
{
	(void)state;
	close(BOOT_FD_IMAGE);
	model_free(core.model);
	syslog_free(core.log);
	event_base_free(core.base);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(killed_anywhere, setup, teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
