/* SPDX-License-Identifier: Apache-2.0
 *
 * query.c: see query.h. Runs in the asker; what servers say is hostile.
 */
#include "query.h"

void aaa_put_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c != '\r')
			buf_put_u8(out, c == '\n' || (c >= 0x20 && c < 0x7f) ? c : '?');
	}
}
