/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a volume shows its files and nothing else, nothing leads out of it, its sums stay right; an upload replaces a
 * file in one step or leaves it, never while somebody can still write it, never beyond the volume's size.
 */
#include "files/upload.h"
#include "files/volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../folder.h"

static const char *const hidden[] = { "secret", "state", NULL };
static char folder[32];
static struct volume v;
static int root_fd;

static struct path path(const char *text)
{
	static const struct path root = { "" };
	struct path p;

	assert_true(path_resolve(&root, str_of(text), &p));
	return p;
}

static void put(const char *name, const char *bytes)
{
	int fd = openat(root_fd, name, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(fd >= 0 && write(fd, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
	close(fd);
}

static void holds(const char *name, const char *bytes)
{
	char text[256];
	struct path p = path(name);
	int fd = volume_open(&v, &p, NULL);
	ssize_t n = read(fd, text, sizeof text);

	assert_true(fd >= 0 && n == (ssize_t)strlen(bytes) && memcmp(text, bytes, (size_t)n) == 0);
	close(fd);
}

static unsigned entries(void)
{
	struct volume_list l;
	struct path root = path("");
	unsigned n;

	assert_int_equal(volume_list(&v, &root, &l, NULL), 0);
	n = (unsigned)l.n;
	volume_list_release(&l);
	return n;
}

static int set_up(void **state)
{
	root_fd = folder_make(folder);
	put("a", "first");
	put("secret", "hidden bytes");
	assert_int_equal(mkdirat(root_fd, "state", 0700), 0);
	put("state/x", "more hidden bytes");
	assert_int_equal(mkdirat(root_fd, "sub", 0755), 0);
	put("sub/b", "second");
	put(".next-0123456789abcdef", "left by a kill");
	assert_int_equal(symlinkat("/etc/passwd", root_fd, "link"), 0);
	assert_int_equal(symlinkat("..", root_fd, "out"), 0);
	assert_int_equal(mkfifoat(root_fd, "pipe", 0600), 0);
	assert_int_equal(volume_init(&v, root_fd, hidden, 100, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	assert_true(LIST_EMPTY(&v.uploads));
	close(root_fd);
	if (fork() == 0) {
		execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
		_exit(127);
	}
	wait(NULL);
	return 0;
}

static void test_only_files(void **state)
{
	static const char *const nothing[] = { "link",  "out",     "out/x", "pipe", "secret",
					       "state", "state/x", "nope",  "a/x" };
	struct volume_entry entry;
	struct volume_list l;
	struct path p = path("");

	assert_int_equal(v.used, 11); /* of a and sub/b */
	assert_int_equal(faccessat(root_fd, ".next-0123456789abcdef", F_OK, 0), -1);
	assert_int_equal(volume_list(&v, &p, &l, NULL), 0);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.entries[0].name, "a");
	assert_true(l.entries[0].entry.size == 5 && !l.entries[0].entry.folder);
	assert_string_equal(l.entries[1].name, "sub");
	assert_true(l.entries[1].entry.folder);
	volume_list_release(&l);
	for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
		p = path(nothing[i]);
		assert_true(volume_stat(&v, &p, &entry, NULL) < 0);
		assert_true(volume_open(&v, &p, NULL) < 0);
		assert_true(volume_remove(&v, &p, NULL) < 0);
		assert_true(volume_list(&v, &p, &l, NULL) < 0);
	}
	p = path("sub");
	assert_int_equal(volume_open(&v, &p, NULL), E_INVAL);
	assert_int_equal(volume_remove(&v, &p, NULL), E_INVAL);
	assert_int_equal(volume_rmdir(&v, &p, NULL), E_EXISTS);
	p = path("secret/x");
	assert_true(volume_mkdir(&v, &p, NULL) < 0);
	holds("sub/b", "second");
}

static int move(const char *from, const char *to, bool replace)
{
	struct path a = path(from), b = path(to);

	return volume_rename(&v, &a, &b, replace, NULL);
}

static void test_changes(void **state)
{
	struct path p;

	assert_int_equal(move("a", "sub/a", false), 0);
	assert_int_equal(move("sub/a", "sub/b", false), E_EXISTS);
	assert_int_equal(v.used, 11);
	assert_int_equal(move("sub/a", "sub/b", true), 0);
	assert_int_equal(v.used, 5);
	holds("sub/b", "first");
	assert_int_equal(move("sub", "sub/inner", true), E_INVAL);
	assert_int_equal(move("sub/b", "secret", true), E_NOTFOUND);
	assert_int_equal(move("secret", "x", true), E_NOTFOUND);
	assert_int_equal(move("", "x", true), E_DENIED);
	put("c", "third");
	assert_int_equal(move("c", "sub", true), E_EXISTS);
	p = path("dir");
	assert_int_equal(volume_mkdir(&v, &p, NULL), 0);
	assert_int_equal(volume_mkdir(&v, &p, NULL), E_EXISTS);
	assert_int_equal(move("dir", "sub", true), E_EXISTS);
	assert_int_equal(volume_rmdir(&v, &p, NULL), 0);
	p = path("sub/b");
	assert_int_equal(volume_set_mtime(&v, &p, 1000000000, NULL), 0);
	assert_int_equal(volume_remove(&v, &p, NULL), 0);
	assert_int_equal(v.used, 0);
}

static struct upload *begin(const char *name)
{
	struct path p = path(name);
	struct upload *u;

	assert_int_equal(upload_begin(&v, &p, &u, NULL), 0);
	return u;
}

static void test_upload(void **state)
{
	struct path a = path("a"), nowhere = path("none/x"), sub = path("sub"), secret = path("secret");
	struct volume_entry entry;
	struct upload *u = begin("a"), *other;

	assert_int_equal(upload_begin(&v, &a, &other, NULL), E_BUSY);
	assert_int_equal(upload_begin(&v, &nowhere, &other, NULL), E_NOTFOUND);
	assert_int_equal(upload_begin(&v, &sub, &other, NULL), E_INVAL);
	assert_int_equal(upload_begin(&v, &secret, &other, NULL), E_DENIED);
	assert_ptr_equal(upload_find(&v, &a), u);
	assert_int_equal(upload_room(u), 94);
	assert_int_equal(upload_there(u)->size, 5);
	assert_int_equal(write(upload_fd(u), "anew", 4), 4);
	holds("a", "first");
	assert_int_equal(upload_publish(u, true, 1000000000, NULL), 0);
	holds("a", "anew");
	assert_int_equal(volume_stat(&v, &a, &entry, NULL), 0);
	assert_int_equal(entry.mtime, 1000000000);
	assert_int_equal(v.used, 10);
	u = begin("sub/new");
	assert_int_equal(write(upload_fd(u), "gone", 4), 4);
	upload_drop(u);
	assert_int_equal(v.used, 10);
	assert_int_equal(entries(), 2);
	u = begin("late"); /* the name was free, and is taken when it is wanted */
	assert_null(upload_there(u));
	put("late", "sooner");
	assert_int_equal(write(upload_fd(u), "later", 5), 5);
	assert_int_equal(upload_publish(u, false, 0, NULL), 0);
	holds("late", "later");
	assert_int_equal(entries(), 3);
}

/* Whoever kept a way to write it, a descriptor or a mapping, keeps it from being published. */
static void test_kept_writers(void **state)
{
	struct upload *u = begin("a");
	int kept = dup(upload_fd(u));
	void *map;

	assert_int_equal(write(kept, "evil", 4), 4);
	assert_int_equal(upload_publish(u, false, 0, NULL), E_BUSY);
	close(kept);
	holds("a", "first");
	u = begin("a");
	assert_int_equal(write(upload_fd(u), "evil", 4), 4);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, upload_fd(u), 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(upload_publish(u, false, 0, NULL), E_BUSY);
	munmap(map, 4096);
	holds("a", "first");
	u = begin("a");
	assert_int_equal(write(upload_fd(u), "good", 4), 4);
	assert_int_equal(upload_publish(u, false, 0, NULL), 0);
	holds("a", "good");
	assert_int_equal(entries(), 2);
}

/* Where a file system has no unnamed files, one that is being written has a name that looks like litter. */
static void test_recount_while_writing(void **state)
{
	struct upload *u = begin("new");

	put(".next-fedcba9876543210", "being written");
	assert_int_equal(volume_recount(&v, NULL), 0);
	assert_int_equal(faccessat(root_fd, ".next-fedcba9876543210", F_OK, 0), 0);
	assert_int_equal(v.used, 11);
	upload_drop(u);
	assert_int_equal(volume_recount(&v, NULL), 0);
	assert_int_equal(faccessat(root_fd, ".next-fedcba9876543210", F_OK, 0), -1);
}

static void test_size(void **state)
{
	char bytes[101] = "";
	struct upload *u = begin("big");

	assert_int_equal(write(upload_fd(u), bytes, 90), 90); /* 89 are free */
	assert_int_equal(upload_publish(u, false, 0, NULL), E_LIMIT);
	assert_int_equal(entries(), 2);
	u = begin("a"); /* what it replaces counts */
	assert_int_equal(write(upload_fd(u), bytes, 94), 94);
	assert_int_equal(upload_publish(u, false, 0, NULL), 0);
	assert_int_equal(volume_free(&v), 0);
	u = begin("empty");
	assert_int_equal(upload_publish(u, false, 0, NULL), 0);
	assert_int_equal(entries(), 3);
}

/* A name that is held is nobody's, whatever it is asked for; nor can the folder around it be moved. */
static void test_held(void **state)
{
	struct path b = path("sub/b"), below = path("sub/b/x"), sub = path("sub"), a = path("a"), root = path("");
	struct upload *u = begin("sub/b"), *moved = begin("new"), *other;
	struct volume_entry entry;
	struct volume_list l;
	uint64_t used = v.used;

	assert_int_equal(write(upload_fd(u), "evil", 4), 4);
	v.held = b;
	assert_int_equal(upload_publish(u, false, 0, NULL), E_DENIED);
	assert_int_equal(upload_move(moved, &b, NULL), E_DENIED);
	upload_drop(moved);
	assert_int_equal(upload_begin(&v, &b, &other, NULL), E_DENIED);
	assert_int_equal(volume_stat(&v, &b, &entry, NULL), E_NOTFOUND);
	assert_int_equal(volume_open(&v, &b, NULL), E_NOTFOUND);
	assert_int_equal(volume_remove(&v, &b, NULL), E_NOTFOUND);
	assert_int_equal(volume_mkdir(&v, &b, NULL), E_NOTFOUND);
	assert_int_equal(volume_mkdir(&v, &below, NULL), E_NOTFOUND);
	assert_int_equal(volume_set_mtime(&v, &b, 1, NULL), E_NOTFOUND);
	assert_true(move("sub/b", "c", true) < 0 && move("a", "sub/b", true) < 0 && move("sub", "bus", true) < 0);
	assert_int_equal(volume_list(&v, &sub, &l, NULL), 0);
	assert_int_equal(l.n, 0);
	volume_list_release(&l);
	assert_int_equal(volume_rmdir(&v, &sub, NULL), E_EXISTS);
	assert_int_equal(volume_recount(&v, NULL), 0);
	assert_int_equal(v.used, used);
	assert_int_equal(volume_empty(&v, &root, NULL), 0);
	assert_int_equal(volume_stat(&v, &a, &entry, NULL), E_NOTFOUND);
	v.held = root;
	holds("sub/b", "second");
	assert_int_equal(v.used, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_upload, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kept_writers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_recount_while_writing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_size, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_held, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
