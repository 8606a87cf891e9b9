/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever the pieces, sort.c gives the order qsort gives, and equals stay as they were.
 */
#include "base/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct item {
	int key;
	size_t place; /* before sorting */
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static void check(size_t n, size_t piece, int keys)
{
	struct item *items = calloc(n + 1, sizeof *items);
	const void **order = calloc(n + 1, sizeof *order);
	struct sort s;

	assert_non_null(items);
	assert_non_null(order);
	for (size_t i = 0; i < n; i++) {
		items[i] = (struct item){ .key = keys ? rand() % keys : (int)i, .place = i };
		order[i] = &items[i];
	}
	assert_int_equal(sort_init(&s, order, n, by_key), 0);
	while (!sort_step(&s, piece))
		;
	assert_true(sort_step(&s, piece));
	sort_release(&s);
	for (size_t i = 1; i < n; i++) {
		const struct item *a = order[i - 1], *b = order[i];

		assert_true(a->key < b->key || (a->key == b->key && a->place < b->place));
	}
	free(order);
	free(items);
}

static void test_order(void **state)
{
	static const size_t pieces[] = { 1, 3, 64, SIZE_MAX };

	(void)state;
	srand(1);
	for (size_t n = 0; n < 70; n++)
		for (size_t p = 0; p < 4; p++)
			for (int keys = 0; keys < 6; keys++)
				check(n, pieces[p], keys);
	check(10000, 97, 100);
	check(10000, 97, 1 << 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
