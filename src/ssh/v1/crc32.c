/* SPDX-License-Identifier: Apache-2.0
 *
 * crc32.c: see crc32.h. The session runs it over what a peer sends.
 */
#include "ssh/v1/crc32.h"

uint32_t crc32_update(uint32_t crc, const uint8_t *p, size_t n)
{
	/* Entry i: the remainder of i, four bits, moved out of the register. */
	static const uint32_t nibble[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	while (n--) {
		crc ^= *p++;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}
