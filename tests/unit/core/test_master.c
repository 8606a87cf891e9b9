/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whenever the device is killed, its next boot reads what startup-config holds: until that is written by a new
 * master key, the file has the old one, and between the two it has both. A damaged file is no key.
 */
#include "core/login/master.h"

#include "aaa/aaa.h"
#include "files/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../folder.h"

static const uint8_t first[TYPE6_MASTER] = "the first", second[TYPE6_MASTER] = "the second", third[TYPE6_MASTER] = "3";

struct bed {
	char path[32];
	int fd;
	struct master *m;
};

static int setup(void **state)
{
	static struct bed b;

	b.fd = folder_make(b.path);
	b.m = master_new(b.fd, NULL);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	free(b->m);
	folder_remove(b->path, b->fd);
	return 0;
}

static void reboot(struct bed *b)
{
	struct errbuf e = { "" };

	free(b->m);
	b->m = master_new(b->fd, &e);
	assert_string_equal(e.text, "");
}

static bool reads(const struct master *m, const char *stored)
{
	char out[AAA_CLEAR_MAX + 1];

	return master_opens(m, stored) && master_reveal(m, SECRET_ENCRYPTED, stored, out, sizeof out) == 0 &&
	       strcmp(out, "cisco") == 0;
}

static void seal(const struct master *m, char out[AAA_SECRET_SIZE])
{
	assert_int_equal(master_seal(m, STR("cisco"), out, AAA_SECRET_SIZE), 0);
}

static void save(struct master *m)
{
	assert_int_equal(master_save_begin(m, NULL), 0);
	assert_int_equal(master_save_end(m, NULL), 0);
}

static void killed_at_any_time(void **state)
{
	char of_first[AAA_SECRET_SIZE], of_second[AAA_SECRET_SIZE];
	struct bed *b = *state;

	assert_false(master_there(b->m));
	master_set(b->m, first);
	seal(b->m, of_first);
	reboot(b);
	assert_false(master_there(b->m)); /* not saved */
	master_set(b->m, first);
	save(b->m);
	reboot(b);
	assert_true(master_is(b->m, first) && reads(b->m, of_first));

	master_set(b->m, second);
	seal(b->m, of_second);
	assert_true(master_is_old(b->m, of_first) && !master_is_old(b->m, of_second));
	reboot(b);
	assert_true(master_is(b->m, first) && reads(b->m, of_first) && !reads(b->m, of_second));

	master_set(b->m, third);
	master_set(b->m, second);
	assert_true(master_is_old(b->m, of_first)); /* startup-config, loaded again */
	assert_int_equal(master_save_begin(b->m, NULL), 0);
	reboot(b);
	assert_true(master_is(b->m, second) && reads(b->m, of_first) && reads(b->m, of_second));
	assert_true(master_is_old(b->m, of_first));
	save(b->m);
	reboot(b);
	assert_true(reads(b->m, of_second) && !reads(b->m, of_first));
}

static void deleted(void **state)
{
	char of_first[AAA_SECRET_SIZE];
	struct bed *b = *state;

	master_set(b->m, first);
	seal(b->m, of_first);
	save(b->m);
	master_set(b->m, NULL);
	assert_false(reads(b->m, of_first));
	reboot(b);
	assert_true(reads(b->m, of_first)); /* not saved */
	master_set(b->m, NULL);
	save(b->m);
	reboot(b);
	assert_false(master_there(b->m));
	save(b->m); /* nothing to write */
	master_set(b->m, first);
	assert_true(reads(b->m, of_first)); /* the same words again */
	save(b->m);
	master_erase(b->m);
	reboot(b);
	assert_false(master_there(b->m));
}

static void damaged(void **state)
{
	struct bed *b = *state;
	struct buf bytes;

	master_set(b->m, first);
	save(b->m);
	buf_init(&bytes, 1024);
	assert_int_equal(files_load(b->fd, MASTER_FILE, 1024, &bytes, NULL), 0);
	for (size_t i = 0; i <= buf_len(&bytes); i++) {
		uint8_t file[1024];
		struct errbuf e = { "" };

		memcpy(file, buf_ptr(&bytes), buf_len(&bytes));
		if (i < buf_len(&bytes))
			file[i] ^= 1;
		assert_int_equal(files_save(b->fd, MASTER_FILE,
					    (struct str){ file, i < buf_len(&bytes) ? buf_len(&bytes) : i / 2 }, 0600,
					    NULL),
				 0);
		free(b->m);
		b->m = master_new(b->fd, &e);
		assert_false(master_there(b->m));
		assert_string_not_equal(e.text, "");
	}
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_at_any_time, setup, teardown),
		cmocka_unit_test_setup_teardown(deleted, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
