/* SPDX-License-Identifier: Apache-2.0
 *
 * test_host.c: the kernel's texts are read as they are meant and refused when they are something else; load is a
 * percentage of the time asked for.
 */
#include "core/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_process(void **state)
{
	struct host_process p;

	(void)state;
	assert_true(host_parse_process(
	    STR("7 (a ) b) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 6 7 20 0 1 0 99 1000 250 1844\n"), 10, 4, &p));
	assert_int_equal(p.runtime_ms, 2000);
	assert_int_equal(p.memory_kb, 1000);
	assert_true(host_process((int)getpid(), &p));
	assert_true(p.memory_kb > 100);
	assert_false(host_process(-1, &p));
}

static void test_bad_process(void **state)
{
	static const char *const bad[] = { "",
					   "7 (core",
					   ")",
					   "7 (core)",
					   "7 (core) S",
					   "7 (core) S 1 2 3",
					   "7 (core) S 1 7 7 0 -1 4194560 1 2 3 4 x 50 6 7 20 0 1 0 99 1000 250" };
	struct host_process p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(host_parse_process(str_of(bad[i]), 10, 4, &p));
}

static void test_memory(void **state)
{
	static const char *const bad[] = { "", "MemTotal:", "MemTotal: 10 kB\n", "MemTotal: x\nMemAvailable: 5 kB\n",
					   "MemTotal: 4 kB\nMemAvailable: 5 kB\n" };
	struct host_memory m;

	(void)state;
	assert_true(host_parse_memory(STR("MemTotal:  16 kB\nMemFree: 1 kB\nMemAvailable:  4 kB\n"), &m));
	assert_int_equal(m.total, 16384);
	assert_int_equal(m.available, 4096);
	assert_true(host_memory(&m));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(host_parse_memory(str_of(bad[i]), &m));
}

static void test_load(void **state)
{
	struct host_load l = { .taken = 0 };
	unsigned interrupts;

	(void)state;
	assert_int_equal(host_busy(&l, 5, &interrupts), 0);
	for (unsigned i = 0; i < 2 * HOST_SAMPLES; i++) { /* idle for long, then half busy for ten seconds */
		unsigned busy = i < 2 * HOST_SAMPLES - 10 ? 0 : i - (2 * HOST_SAMPLES - 10) + 1;

		l.ring[l.taken++ % HOST_SAMPLES] =
		    (struct host_sample){ .busy = busy * 50, .interrupts = busy * 10, .total = i * 100 };
	}
	assert_int_equal(host_busy(&l, 5, &interrupts), 50);
	assert_int_equal(interrupts, 10);
	assert_int_equal(host_busy(&l, 60, &interrupts), 8);
	assert_int_equal(host_busy(&l, 100000, &interrupts), 2); /* five minutes at most */
}

static void test_load_texts(void **state)
{
	static const char *const bad[] = { "", "cpu", "cpu  1 2 3", "cpu0 1 2 3 4 5 6 7 8\n",
					   "cpu  1 2 3 4 5 6 7 x\n" };
	struct host_sample s;

	(void)state;
	assert_true(host_parse_load(STR("cpu  1 2 3 40 50 6 7 8 9 10\ncpu0 1\n"), &s));
	assert_int_equal(s.interrupts, 13);
	assert_int_equal(s.busy, 27);
	assert_int_equal(s.total, 117);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(host_parse_load(str_of(bad[i]), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process), cmocka_unit_test(test_bad_process), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_load),    cmocka_unit_test(test_load_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
