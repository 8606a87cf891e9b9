/* SPDX-License-Identifier: Apache-2.0
 *
 * test_volume.c: a configuration of a hundred thousand lines loads and prints whole. Not judged by the clock: the
 * figures are for people.
 */
#include "table/bed.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void a_hundred_thousand_lines(void **state)
{
	enum { N = 100000 };
	struct bed b;
	char line[64];
	double start;
	size_t heap = mallinfo2().uordblks, lines = 0;

	bed_init(&b);
	print_message("heap of an empty model with its commands: %zu KiB\n", (mallinfo2().uordblks - heap) / 1024);
	start = now();
	for (int i = 0; i < N; i++) {
		snprintf(line, sizeof line, "ip host name%d 10.%d.%d.%d", i, i >> 16, i >> 8 & 255, i & 255);
		assert_int_equal(bed_type(&b, line, NULL), 0);
	}
	print_message("%d lines, each committed: %.2f s\n", N, now() - start);
	start = now();
	for (const char *text = bed_show(&b, false); *text; text++)
		lines += *text == '\n';
	print_message("%zu lines printed: %.2f s\n", lines, now() - start);
	assert_true(lines > N);
	start = now();
	for (int i = 0; i < 1000; i++)
		assert_string_equal(bed_complete(&b, "ip ssh tim"), "e-out ");
	print_message("a completion: %.1f us\n", (now() - start) * 1000);
	bed_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
