/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: readers of the console see all output in order, late ones its end from the start of a line, stalled ones lose
 * the oldest and hold up nobody; crash loops are told from crashes.
 */
#include "rommon/console.h"
#include "rommon/crash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct console c;

static void fill(unsigned from, unsigned lines)
{
	char line[32];

	for (unsigned i = from; i < from + lines; i++) {
		snprintf(line, sizeof line, "line %05u\n", i);
		console_puts(&c, line);
	}
}

static size_t drain(struct console_reader *r, char *out)
{
	size_t all = 0, n;
	const char *p;

	while ((n = console_peek(&c, r, &p))) {
		n = n > 100 ? 100 : n;
		memcpy(out + all, p, n);
		all += n;
		console_took(&c, r, n, 0);
	}
	return all;
}

static void test_ring(void **state)
{
	static char out[CONSOLE_RING * 2];
	struct console_reader early, late;
	struct errbuf e;
	size_t n;

	assert_int_equal(console_open(&c, &e), 0);
	early = console_reader(&c, 0);
	fill(0, 1000);
	n = drain(&early, out);
	assert_int_equal(n, 12000);
	assert_memory_equal(out, "line 00000\r\n", 12);
	fill(1000, 1000);
	late = console_reader(&c, 0);
	n = drain(&late, out);
	assert_int_equal(n % 12, 0);
	assert_true(n > CONSOLE_RING - 13);
	assert_memory_equal(out + n - 12, "line 01999\r\n", 12);
	fill(2000, 3000);
	assert_int_equal(drain(&early, out), CONSOLE_RING);
	assert_int_equal(drain(&early, out), 0);
}

static void test_holds(void **state)
{
	struct console_reader r = console_reader(&c, 1000);
	const char *p;

	while (console_peek(&c, &r, &p))
		console_took(&c, &r, console_peek(&c, &r, &p), 1000);
	assert_false(console_holds(&c, &r, 1000));
	fill(0, 1000);
	assert_true(console_holds(&c, &r, 1500));
	assert_false(console_holds(&c, &r, 1000 + CONSOLE_STALL_MS));
	console_took(&c, &r, 1, 3000);
	assert_true(console_holds(&c, &r, 3001));
}

static void test_line(void **state)
{
	static char many[CONSOLE_INPUT];
	char got[64] = "";
	int fd = console_line(&c);

	assert_true(fd >= 0);
	console_type(&c, "\r\003x", 3, 0);
	assert_int_equal(read(fd, got, sizeof got), 3);
	assert_memory_equal(got, "\r\003x", 3);
	assert_int_equal(write(fd, "ab\n", 3), 3);
	console_pull(&c);
	assert_int_equal(c.ring[(c.end - 1) % CONSOLE_RING], '\n');
	assert_int_equal(c.ring[(c.end - 2) % CONSOLE_RING], 'b');
	for (int i = 0; i < 50; i++)
		console_type(&c, many, sizeof many, 10);
	assert_true(c.in_used > 0);
	console_push(&c, 10 + CONSOLE_STALL_MS + 1);
	assert_int_equal(c.in_used, 0);
	close(fd);
}

static void test_crash_loop(void **state)
{
	struct crash_history h = { .count = 0 };

	for (int i = 0; i < 20; i++)
		assert_false(crash_count(&h, (uint64_t)i * 16000));
	h = (struct crash_history){ .count = 0 };
	for (int i = 0; i < CRASH_LIMIT - 1; i++)
		assert_false(crash_count(&h, 1000));
	assert_true(crash_count(&h, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ring), cmocka_unit_test(test_holds),
					    cmocka_unit_test(test_line), cmocka_unit_test(test_crash_loop) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
