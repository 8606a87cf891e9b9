/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: an entry is there whole or not at all, wherever the file is cut or changed, and what comes later is appended
 * behind the last whole one.
 */
#include "files/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../folder.h"

static void collect(void *arg, uint8_t kind, uint32_t id, struct str body)
{
	buf_printf(arg, "%u/%u/%.*s ", kind, id, (int)body.n, (const char *)body.p);
}

static struct journal *opened(int dirfd, const char *expected, size_t lost_expected)
{
	struct errbuf e = { "" };
	struct journal *j = NULL;
	struct buf said;
	size_t lost;

	buf_init(&said, 0);
	assert_int_equal(journal_open(&j, dirfd, "j", collect, &said, &lost, &e), 0);
	assert_string_equal(buf_cstr(&said), expected);
	assert_int_equal(lost, lost_expected);
	buf_release(&said);
	return j;
}

static size_t append(struct journal *j, uint8_t kind, uint32_t id, const char *body)
{
	struct errbuf e = { "" };
	struct buf entry;

	buf_init(&entry, 0);
	journal_put(&entry, kind, id, str_of(body));
	assert_int_equal(journal_append(j, buf_str(&entry), &e), 0);
	buf_release(&entry);
	return journal_size(j);
}

static void entries(void **state)
{
	int dirfd = *(int *)*state;
	struct journal *j = opened(dirfd, "", 0);
	struct errbuf e = { "" };

	append(j, 1, 7, "one");
	append(j, 2, 8, "");
	journal_close(j);
	j = opened(dirfd, "1/7/one 2/8/ ", 0);
	append(j, 3, 9, "three");
	journal_close(j);
	j = opened(dirfd, "1/7/one 2/8/ 3/9/three ", 0);
	assert_int_equal(journal_rewrite(j, STR(""), &e), 0);
	append(j, 4, 1, "four");
	journal_close(j);
	journal_close(opened(dirfd, "4/1/four ", 0));
}

static void cut_anywhere(void **state)
{
	int dirfd = *(int *)*state, fd;
	struct journal *j = opened(dirfd, "", 0);
	size_t first = append(j, 1, 1, "first"), second = append(j, 1, 2, "second");

	journal_close(j);
	for (size_t n = second - 1; n > first; n--) {
		fd = openat(dirfd, "j", O_RDWR);
		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		close(fd);
		j = opened(dirfd, "1/1/first ", n - first);
		assert_int_equal(append(j, 1, 2, "second"), second);
		journal_close(j);
	}
	journal_close(opened(dirfd, "1/1/first 1/2/second ", 0));
}

static void changed_anywhere(void **state)
{
	int dirfd = *(int *)*state, fd;
	struct journal *j = opened(dirfd, "", 0);
	size_t first = append(j, 1, 1, "first"), second = append(j, 1, 2, "second");
	struct errbuf e = { "" };
	struct buf again;
	uint8_t byte;

	buf_init(&again, 0);
	for (size_t n = first; n < second; n++) {
		buf_clear(&again);
		journal_put(&again, 1, 1, STR("first"));
		journal_put(&again, 1, 2, STR("second"));
		assert_int_equal(journal_rewrite(j, buf_str(&again), &e), 0);
		fd = openat(dirfd, "j", O_RDWR);
		assert_int_equal(pread(fd, &byte, 1, (off_t)n), 1);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)n), 1);
		close(fd);
		journal_close(j);
		j = opened(dirfd, "1/1/first ", second - first);
	}
	journal_close(j);
	buf_release(&again);
}

static void something_else(void **state)
{
	int dirfd = *(int *)*state, fd = openat(dirfd, "j", O_RDWR | O_CREAT, 0600);

	assert_int_equal(write(fd, "no journal", 10), 10);
	close(fd);
	journal_close(opened(dirfd, "", 10));
}

static void full(void **state)
{
	struct journal *j = opened(*(int *)*state, "", 0);
	static uint8_t much[JOURNAL_MAX];
	struct errbuf e = { "" };
	size_t before = journal_size(j);

	assert_int_equal(journal_append(j, (struct str){ much, sizeof much }, &e), E_LIMIT);
	assert_int_equal(journal_size(j), before);
	assert_non_null(strstr(e.text, "full"));
	journal_close(j);
}

static char path[32];
static int root_fd;

static int setup(void **state)
{
	root_fd = folder_make(path);
	*state = &root_fd;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	folder_remove(path, root_fd);
	return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(entries), T(cut_anywhere), T(changed_anywhere), T(something_else), T(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
