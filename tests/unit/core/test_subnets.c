/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: of thousands of random subnets and owners, the trees find an overlap exactly when comparing each with each
 * does.
 */
#include "core/config/subnets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OWNERS 12
#define EACH   4

static struct subnet all[OWNERS][EACH];
static unsigned count[OWNERS];

/* Few networks, so that many overlap; short and long masks, the shortest and the longest. */
static struct subnet random_subnet(unsigned owner)
{
	static const unsigned short_ones[] = { 0, 1, 8, 22 };
	unsigned length = rand() % 100 ? 25 + (unsigned)rand() % 8 : short_ones[rand() % 4];
	struct subnet s = { .mask = length ? ~UINT32_C(0) << (32 - length) : 0, .primary = rand() & 1 };

	s.address = (rand() % 8 ? UINT32_C(0x0a000000) : UINT32_C(0xfffffc00)) | ((uint32_t)rand() & 0x3ff);
	snprintf(s.owner, sizeof s.owner, "Ethernet%u", owner);
	return s;
}

static bool overlap(const struct subnet *a, const struct subnet *b)
{
	return ((a->address ^ b->address) & a->mask & b->mask) == 0 && strcmp(a->owner, b->owner) != 0;
}

static bool overlap_by_hand(const struct subnet *one)
{
	for (unsigned i = 0; i < OWNERS; i++)
		for (unsigned k = 0; k < count[i]; k++)
			if (overlap(&all[i][k], one))
				return true;
	return false;
}

static void refill(struct subnets *s, unsigned owner)
{
	char name[SUBNET_OWNER_SIZE];
	bool primary = false;

	snprintf(name, sizeof name, "Ethernet%u", owner);
	subnets_remove_owner(s, name);
	count[owner] = (unsigned)rand() % (EACH + 1);
	for (unsigned k = 0; k < count[owner]; k++) {
		all[owner][k] = random_subnet(owner);
		primary |= all[owner][k].primary;
		assert_int_equal(subnets_add(s, &all[owner][k]), 0);
	}
	assert_int_equal(subnets_has_primary(s, name), primary);
}

static void test_as_by_hand(void **state)
{
	struct subnets s = { 0 };
	unsigned found = 0;

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		struct subnet one = random_subnet((unsigned)rand() % OWNERS);
		const struct subnet *other;

		if (round % 8 == 0)
			refill(&s, (unsigned)rand() % OWNERS);
		other = subnets_overlap(&s, &one);
		found += other != NULL;
		assert_int_equal(other != NULL, overlap_by_hand(&one));
		if (other)
			assert_true(overlap(other, &one));
		if (round % 500 == 0) { /* and when few are there */
			subnets_release(&s);
			memset(count, 0, sizeof count);
		}
	}
	assert_in_range(found, 1000, 19000);
	subnets_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_by_hand) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
