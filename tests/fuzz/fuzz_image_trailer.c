/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no trailer, of any length and for any file size, makes image_parse read outside it or accept what
 * image_encode would not write. The first 8 bytes of the input are the file size.
 */
#include "image/image.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur c = cur_of((struct str){ data, size });
	uint64_t file_size = cur_u64(&c);
	struct str trailer = { c.p, c.n };
	struct image_info info;
	struct errbuf e;
	struct buf again;

	if (c.bad || image_parse(trailer, file_size, &info, &e))
		return 0;
	buf_init(&again, IMAGE_TRAILER);
	image_encode(&info, &again);
	if (!str_eq(buf_str(&again), trailer))
		abort();
	buf_release(&again);
	return 0;
}
