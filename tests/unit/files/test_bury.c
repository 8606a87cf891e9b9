/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whoever deletes or replaces a large file does not wait until it is freed: another thread closes what lost its
 * last name, by each way in which a file of a volume loses it; all else is closed on the spot.
 */
#include "files/bury.h"
#include "files/upload.h"
#include "files/volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../folder.h"

#define LARGE (16 << 20)

static char folder[32];
static struct volume v;
static int root_fd;
static unsigned buried; /* descriptors that another thread has closed */

int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_close(int fd)
{
	int rc = __real_close(fd);

	if (gettid() != getpid())
		__atomic_add_fetch(&buried, 1, __ATOMIC_RELEASE);
	return rc;
}

static void put(const char *name, off_t size)
{
	int fd = openat(root_fd, name, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(fd >= 0 && ftruncate(fd, size) == 0);
	close(fd);
}

/* How many, in the end. */
static unsigned burials(unsigned wanted)
{
	unsigned n;

	for (int i = 0; (n = __atomic_load_n(&buried, __ATOMIC_ACQUIRE)) < wanted && i < 1000; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	__atomic_store_n(&buried, 0, __ATOMIC_RELEASE);
	return n;
}

static struct path path(const char *text)
{
	static const struct path root = { "" };
	struct path p;

	assert_true(path_resolve(&root, str_of(text), &p));
	return p;
}

static int set_up(void **state)
{
	root_fd = folder_make(folder);
	put("large", LARGE);
	put("other", LARGE);
	put("small", 100);
	assert_int_equal(volume_init(&v, root_fd, NULL, (uint64_t)10 * LARGE, NULL), 0);
	burials(0);
	return 0;
}

static int tear_down(void **state)
{
	folder_remove(folder, root_fd);
	return 0;
}

static void test_what_needs_it(void **state)
{
	int fd;

	assert_int_equal(bury_open(root_fd, "small"), -1);
	assert_int_equal(bury_open(root_fd, "none"), -1);
	assert_int_equal(bury_open(root_fd, "."), -1);
	bury(-1);
	fd = bury_open(root_fd, "large");
	assert_true(fd >= 0);
	bury(fd); /* it has its name still */
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(burials(0), 0);
}

static void test_deleted(void **state)
{
	struct path large = path("large"), small = path("small");

	assert_int_equal(linkat(root_fd, "large", root_fd, "again", 0), 0);
	assert_int_equal(volume_remove(&v, &large, NULL), 0);
	assert_int_equal(volume_remove(&v, &small, NULL), 0);
	assert_int_equal(burials(0), 0);
	large = path("again");
	assert_int_equal(volume_remove(&v, &large, NULL), 0);
	assert_int_equal(burials(1), 1);
}

static void test_replaced(void **state)
{
	struct path large = path("large"), other = path("other"), small = path("small");
	struct upload *u;

	assert_int_equal(volume_rename(&v, &other, &large, true, NULL), 0);
	assert_int_equal(burials(1), 1);
	assert_int_equal(upload_begin(&v, &large, &u, NULL), 0);
	assert_int_equal(upload_publish(u, false, 0, NULL), 0);
	assert_int_equal(burials(1), 1);
	assert_int_equal(volume_rename(&v, &small, &large, true, NULL), 0);
	assert_int_equal(burials(0), 0);
}

static void test_given_up(void **state)
{
	struct path large = path("large");
	struct upload *u;

	assert_int_equal(upload_begin(&v, &large, &u, NULL), 0);
	assert_int_equal(ftruncate(upload_fd(u), LARGE), 0);
	upload_drop(u);
	assert_int_equal(burials(1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_needs_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_deleted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_given_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
