/* SPDX-License-Identifier: Apache-2.0
 *
 * packet.h: the binary packet protocol, RFC 4253 section 6, for one direction: framing, padding, sequence numbers.
 * Knows nothing of messages. No memory is allocated per packet.
 */
#ifndef SSH_V2_PACKET_H
#define SSH_V2_PACKET_H

#include "ssh/v2/crypt.h"

#define PACKET_MAX     35000 /* the whole packet on the wire; RFC 4253 section 6.1 asks for no more */
#define PACKET_PAYLOAD 32768 /* the largest channel data we send and ask for */
#define PACKET_HEAD    5     /* u32 length, u8 padding length */

struct packet_side {
	struct crypt crypt;
	uint32_t seq;     /* of the next packet */
	uint64_t packets; /* since the last new keys */
	uint64_t bytes;   /* since the last new keys */
	uint32_t length;  /* of the packet being received; 0 = not known yet */
	size_t spoilt;    /* not authentic: this many bytes were looked at, the rest of the largest packet will be */
	uint32_t whole;   /* of the packet opened or sealed last: its bytes without the tag … */
	uint8_t pad;      /* … and of them padding */
	uint8_t padding[128];
	size_t padding_left;
};

void packet_init(struct packet_side *s, bool sealing);
void packet_release(struct packet_side *s);

/* Looks for a whole packet at `p`; opens it in place. 1: *payload (not empty) is it and *used are its bytes;
 * 0: more bytes are needed; E_TOOBIG and E_INVAL: malformed though authentic (or in clear); E_CRYPTO: not authentic,
 * and nothing says why; E_LIMIT: the keys were used too long. After an error the side is of no more use. */
int packet_open(struct packet_side *s, uint8_t *p, size_t n, struct str *payload, size_t *used);

/* Begins a packet at the end of `out`; the caller appends the payload, then packet_seal closes, pads and encrypts it
 * where it lies. When it fails, nothing of the packet stays in `out`. */
size_t packet_begin(struct buf *out);
int packet_seal(struct packet_side *s, struct buf *out, size_t at);

#endif
