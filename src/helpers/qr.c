/* SPDX-License-Identifier: Apache-2.0
 *
 * qr.c: helper `qr`: a text as QR code (ISO/IEC 18004) by libqrencode. The text is core's, with a name somebody
 * configured in it.
 */
#include "helpers.h"

#include "base/err.h"

#include <qrencode.h>

#define TEXT_MAX 1024

int work_qr(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	struct str text = cur_str(&c);
	char copy[TEXT_MAX];
	QRcode *code;

	if (!cur_done(&c) || !str_copy(text, copy, sizeof copy))
		return E_INVAL;
	code = QRcode_encodeString8bit(copy, 0, QR_ECLEVEL_L);
	if (!code)
		return E_INVAL;
	buf_put_u32(result, (uint32_t)code->width);
	buf_put_u32(result, (uint32_t)(code->width * code->width));
	for (int i = 0; i < code->width * code->width; i++)
		buf_put_u8(result, code->data[i] & 1); /* the other bits say what a module is part of */
	QRcode_free(code);
	return 0;
}
