/* SPDX-License-Identifier: Apache-2.0
 *
 * conn1.c: what every message handler of SSH 1 does with its connection. The session runs it; texts of the peer are
 * hostile.
 */
#include "ssh/v1/conn1.h"

#include "ssh/v1/number.h"

#define NUMBER_BITS_MAX 16384

bool conn1_end(struct ssh1 *c, bool by_peer, uint32_t reason, struct str text)
{
	if (c->over)
		return false;
	c->over = true;
	c->wait = WAIT1_NONE; /* answers still out come too late */
	c->by_peer = by_peer;
	c->reason = reason;
	str_copy_printable(text, c->text, sizeof(c->text)); /* it goes into a log */
	return false;
}

bool conn1_fail(struct ssh1 *c, uint32_t reason, const char *text)
{
	struct buf data;

	if (c->over)
		return false;
	buf_init(&data, 0);
	buf_put_cstr(&data, text);
	conn1_send_buf(c, V1_MSG_DISCONNECT, &data);
	return conn1_end(c, false, reason, str_of(text));
}

/* When a message cannot be built, neither can a DISCONNECT. */
void conn1_send(struct ssh1 *c, uint8_t type, struct str data)
{
	int rc = packet1_seal(&c->tx, c->out, type, data);

	if (rc)
		conn1_end(c, false, CONN1_BY_APPLICATION, str_of(err_text(rc)));
	else if (type == V1_SMSG_PUBLIC_KEY)
		TELL(c->tracer, V1_PUBLIC_KEY);
}

void conn1_send_buf(struct ssh1 *c, uint8_t type, struct buf *data)
{
	if (data->err)
		conn1_end(c, false, CONN1_BY_APPLICATION, str_of(err_text(data->err)));
	else
		conn1_send(c, type, buf_str(data));
	buf_release(data);
}

struct str conn1_number(struct cur *c)
{
	size_t bits = cur_u16(c);
	struct str number;

	if (bits > NUMBER_BITS_MAX)
		c->bad = true;
	number = cur_take(c, (bits + 7) / 8);
	while (number.n && number.p[0] == 0) {
		number.p++;
		number.n--;
	}
	return number;
}

void conn1_put_number(struct buf *b, struct str number)
{
	size_t bits;

	while (number.n && number.p[0] == 0) {
		number.p++;
		number.n--;
	}
	bits = 8 * number.n;
	for (uint8_t top = number.n ? number.p[0] : 0x80; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	buf_put_u16(b, (uint16_t)bits);
	buf_put(b, number.p, number.n);
}
