/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a file of entries holds, what is read from it is what was put there: written again, the entries are
 * the very bytes that were read.
 */
#include "files/journal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(void *arg, uint8_t kind, uint32_t id, struct str body)
{
	journal_put(arg, kind, id, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf again;
	size_t whole;

	buf_init(&again, 0);
	buf_put(&again, (const uint8_t *)"RVLJRNL1", 8);
	whole = journal_read((struct str){ data, size }, put, &again);
	if (whole > size || (whole && (whole != buf_len(&again) || memcmp(data, buf_ptr(&again), whole) != 0)))
		abort();
	buf_release(&again);
	return 0;
}
