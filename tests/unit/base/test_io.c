/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole writes: what arrives, where, and what is said when it does not.
 */
#include "base/err.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void test_all_of_it(void **state)
{
	int fd = memfd_create("io", MFD_CLOEXEC);
	char text[32] = "";

	(void)state;
	assert_int_equal(io_write(fd, STR("first ")), 0);
	assert_int_equal(io_write(fd, STR("second")), 0);
	assert_int_equal(io_write(fd, STR("")), 0);
	assert_int_equal(io_pwrite(fd, STR("F"), 0), 0);
	assert_int_equal(io_pwrite(fd, STR("!"), 12), 0);
	assert_int_equal(pread(fd, text, sizeof text, 0), 13);
	assert_string_equal(text, "First second!");
	close(fd);
}

/* A pipe takes less than this at once. */
static void test_in_parts(void **state)
{
	static uint8_t bytes[1 << 20], back[1 << 20];
	size_t n = 0;
	int ends[2];
	pid_t child;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 31 >> 4);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		_exit(io_write(ends[1], (struct str){ bytes, sizeof bytes }) == 0 ? 0 : 1);
	close(ends[1]);
	for (ssize_t got = 1; got > 0; n += got > 0 ? (size_t)got : 0)
		got = read(ends[0], back + n, sizeof back - n);
	assert_int_equal(n, sizeof bytes);
	assert_memory_equal(back, bytes, sizeof bytes);
	close(ends[0]);
}

static void test_no_room(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(io_write(fd, STR("x")), E_LIMIT);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(io_pwrite(fd, STR("x"), 5), E_LIMIT);
	close(fd);
	assert_int_equal(io_write(-1, STR("x")), E_IO);
	assert_int_equal(io_error(EFBIG), E_LIMIT);
	assert_int_equal(io_error(EDQUOT), E_LIMIT);
	assert_int_equal(io_error(EACCES), E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_in_parts),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
