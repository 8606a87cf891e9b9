/* SPDX-License-Identifier: Apache-2.0
 *
 * attack.c: see attack.h. The session runs it over the ciphertext of every packet; the peer chooses all of it.
 */
#include "ssh/v1/attack.h"

#include "base/err.h"
#include "ssh/v1/crc32.h"

#include <stdlib.h>
#include <string.h>

#define ONE 0x80000000U /* the polynomial 1, bits reversed */

struct block {
	uint64_t value;
	uint32_t weight; /* x to the power of the bits that follow the block, modulo the generator */
};

static void sink(struct block *heap, size_t at, size_t n)
{
	struct block moving = heap[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && heap[child].value < heap[child + 1].value)
			child++;
		if (heap[child].value <= moving.value)
			break;
		heap[at] = heap[child];
	}
	heap[at] = moving;
}

/* Heapsort: no input makes it slow, and it asks the system for nothing, where qsort asks for the size of the memory. */
static void sort(struct block *blocks, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sink(blocks, i, n);
	while (n-- > 1) {
		struct block largest = blocks[0];

		blocks[0] = blocks[n];
		sink(blocks, 0, n);
		blocks[n] = largest;
	}
}

int attack_detect(const uint8_t *ciphertext, size_t n)
{
	static const uint8_t zeros[ATTACK_BLOCK];
	size_t count = n / ATTACK_BLOCK, i, first;
	struct block *blocks;
	uint32_t weight = ONE, sum;
	int found = 0;

	if (count < 2)
		return 0;
	blocks = malloc(count * sizeof(*blocks));
	if (!blocks)
		return E_NOMEM;
	for (i = count; i-- > 0;) {
		memcpy(&blocks[i].value, ciphertext + i * ATTACK_BLOCK, ATTACK_BLOCK);
		blocks[i].weight = weight;
		weight = crc32_update(weight, zeros, sizeof(zeros));
	}
	sort(blocks, count);
	for (first = 0; first < count && !found; first = i) {
		sum = 0;
		for (i = first; i < count && blocks[i].value == blocks[first].value; i++)
			sum ^= blocks[i].weight;
		found = sum == 0;
	}
	free(blocks);
	return found;
}
