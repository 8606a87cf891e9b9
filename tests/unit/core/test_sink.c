/* SPDX-License-Identifier: Apache-2.0
 *
 * test_sink.c: what goes into a file is there whole behind the end, or what was there before is.
 */
#include "core/files/sink.h"

#include "core/core.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../folder.h"

#define ROOM 1000

static struct core core;
static char name[32];

static int setup(void **state)
{
	struct errbuf e;

	(void)state;
	core.flash_fd = folder_make(name);
	return volume_init(&core.flash, core.flash_fd, NULL, ROOM, &e);
}

static int teardown(void **state)
{
	(void)state;
	unlinkat(core.flash_fd, "f", 0);
	close(core.flash_fd);
	return rmdir(name); /* nothing else is in it */
}

static struct sink *opened(bool append)
{
	struct errbuf e = { "" };
	struct file_name cwd = { .fs = FS_FLASH };
	struct sink *s = sink_open(&core, &cwd, "f", append, &e);

	assert_non_null(s);
	while (!sink_step(s))
		continue;
	return s;
}

static void holds(const char *expected)
{
	char text[ROOM + 1] = "";
	int fd = openat(core.flash_fd, "f", O_RDONLY);

	assert_true(fd >= 0 && read(fd, text, ROOM) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

static void puts_into(bool append, const char *text, int expected)
{
	struct errbuf e = { "" };
	struct sink *s = opened(append);

	sink_put(s, str_of(text));
	assert_int_equal(sink_close(s, &e), expected);
	if (expected)
		assert_string_equal(e.text, "%Error writing flash0:/f (No space left on device)");
}

static void whole_or_as_it_was(void **state)
{
	static char big[ROOM + 1];
	struct sink *s;

	(void)state;
	puts_into(true, "one\n", 0);
	puts_into(true, "two\n", 0);
	holds("one\ntwo\n");
	puts_into(false, "three\n", 0);
	holds("three\n");
	s = opened(false);
	sink_put(s, STR("lost"));
	holds("three\n");
	sink_drop(s);
	holds("three\n");
	memset(big, 'x', ROOM - 1);
	puts_into(true, big, E_LIMIT);
	holds("three\n");
	puts_into(false, big, 0);
	holds(big);
	puts_into(true, "xx", E_LIMIT);
	holds(big);
}

static void one_writer(void **state)
{
	struct file_name cwd = { .fs = FS_FLASH };
	struct errbuf e = { "" };
	struct sink *s = opened(false);

	(void)state;
	assert_null(sink_open(&core, &cwd, "f", false, &e));
	assert_string_equal(e.text, "%Error opening flash0:/f (Device or resource busy)");
	assert_int_equal(sink_close(s, &e), 0);
	holds("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_or_as_it_was, setup, teardown),
		cmocka_unit_test_setup_teardown(one_writer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
