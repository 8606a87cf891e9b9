/* SPDX-License-Identifier: Apache-2.0
 *
 * crc32.h: the checksum of SSH 1 packets: CRC-32 (polynomial 0xedb88320, bits reversed) that begins with zero and is
 * not complemented. It keeps nobody from changing a packet; attack.h is what there is against that.
 */
#ifndef SSH_V1_CRC32_H
#define SSH_V1_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`; begin with 0. As a polynomial: crc * x^8n + the bytes, modulo the generator. */
uint32_t crc32_update(uint32_t crc, const uint8_t *p, size_t n);

#endif
