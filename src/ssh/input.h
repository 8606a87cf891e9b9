/* SPDX-License-Identifier: Apache-2.0
 *
 * input.h: the bytes of a peer that wait to be looked at, for both versions of the protocol.
 */
#ifndef SSH_INPUT_H
#define SSH_INPUT_H

#include "base/buf.h"
#include "ssh/ssh.h"

#include <string.h>

/* Drops the `used` bytes the last event borrowed (wiping a secret) and makes room for the next full read. Nothing else
 * moves the input. */
static inline void input_drop(struct buf *in, size_t used, bool secret)
{
	if (secret)
		explicit_bzero(in->data + in->off, used); /* the C library's is four times as fast */
	buf_consume(in, used);
	if (in->off && in->cap - in->len < SSH_FEED_MAX) {
		memmove(in->data, in->data + in->off, buf_len(in));
		in->len -= in->off;
		in->off = 0;
	}
}

#endif
