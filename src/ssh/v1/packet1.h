/* SPDX-License-Identifier: Apache-2.0
 *
 * packet1.h: the packets of SSH 1, for one direction: u32 length in clear, one to eight bytes of padding, type, data,
 * CRC-32 of padding, type and data; all behind the length is encrypted once keys are in use. There is no MAC.
 */
#ifndef SSH_V1_PACKET1_H
#define SSH_V1_PACKET1_H

#include "base/buf.h"
#include "ssh/v1/cipher.h"

#define PACKET1_MAX  49152 /* on the wire; the draft allows 256 KiB, clients send up to 32 KiB of data */
#define PACKET1_DATA 16384 /* the most data we put into one */

/* Looks for a whole packet at `p`; opens it in place. 1: `*type` and `*data` are it, `*used` its bytes; 0: more bytes
 * are needed; E_INVAL, E_TOOBIG: its length cannot be right; E_DENIED: a CRC-32 compensation attack; E_CRYPTO: its
 * checksum is wrong; E_NOMEM. */
int packet1_open(struct cipher *c, uint8_t *p, size_t n, uint8_t *type, struct str *data, size_t *used);
/* Appends a packet to `out`. 0, E_CRYPTO or the buffer's error; then nothing of it stays. */
int packet1_seal(struct cipher *c, struct buf *out, uint8_t type, struct str data);

#endif
