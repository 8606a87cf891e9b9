/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_diff.c: any two texts as configurations: the comparison ends, a text does not differ from itself, and as many
 * lines are shown as are on one side only. The first byte says how; the texts are parted by the first zero byte.
 */
#include "cmd/diff.h"

#include <stdlib.h>
#include <string.h>

static size_t changes(struct str before, struct str after, unsigned how)
{
	struct diff *d = diff_new(before, after, how & 1);
	size_t shown = 0, differ;
	struct buf out;

	buf_init(&out, 0);
	while (!diff_step(d, 3))
		continue;
	if (diff_error(d)) {
		diff_free(d);
		return 0;
	}
	while (!diff_write(d, (enum diff_form)(how / 2 % 3), 2, &out))
		continue;
	differ = diff_added(d) + diff_removed(d);
	for (size_t i = 0; i < buf_len(&out); i++)
		shown += buf_ptr(&out)[i] == '\n';
	if (how / 2 % 3 == DIFF_CONTEXT && shown < differ)
		abort();
	buf_release(&out);
	diff_free(d);
	return differ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero;
	struct str before, after;

	if (size < 2 || !(zero = memchr(data + 1, 0, size - 1)))
		return 0;
	before = (struct str){ data + 1, (size_t)(zero - data - 1) };
	after = (struct str){ zero + 1, size - (size_t)(zero + 1 - data) };
	changes(before, after, *data);
	if (changes(before, before, *data) || changes(after, after, *data))
		abort();
	return 0;
}
