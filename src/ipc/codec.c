/* SPDX-License-Identifier: Apache-2.0
 *
 * codec.c: the encoders and decoders of every message, expanded from the rows of messages.h.
 * Runs in core, gate and session. Decoding is strict: a record is exactly its fields, nothing is left over and
 * every length is inside the record, so that encoding what was decoded yields the same bytes.
 */
#include "ipc/ipc.h"

#include "base/err.h"

void str_list_put(struct buf *items, struct str s)
{
	buf_put_str(items, s);
}

struct str_list str_list_of(const struct buf *items, uint32_t count)
{
	return (struct str_list){ buf_str(items), count };
}

bool str_list_next(struct cur *c, struct str *s)
{
	if (c->bad || c->n == 0)
		return false;
	*s = cur_str(c);
	return !c->bad;
}

static void put_list(struct buf *b, struct str_list list)
{
	buf_put_u32(b, list.count);
	buf_put(b, list.raw.p, list.raw.n);
}

static struct str_list get_list(struct cur *c)
{
	struct str_list list = { .count = cur_u32(c) };
	struct str s;

	list.raw = (struct str){ c->p, c->n };
	for (uint32_t i = 0; i < list.count; i++)
		if (!str_list_next(c, &s)) {
			c->bad = true;
			return (struct str_list){ { NULL, 0 }, 0 };
		}
	list.raw.n -= c->n;
	return list;
}

#define PUT_STRF(b, v)  buf_put_str(b, v)
#define PUT_U8F(b, v)   buf_put_u8(b, v)
#define PUT_U32F(b, v)  buf_put_u32(b, v)
#define PUT_U64F(b, v)  buf_put_u64(b, v)
#define PUT_LISTF(b, v) put_list(b, v)
#define GET_STRF(c)     cur_str(c)
#define GET_U8F(c)      cur_u8(c)
#define GET_U32F(c)     cur_u32(c)
#define GET_U64F(c)     cur_u64(c)
#define GET_LISTF(c)    get_list(c)

#define PUT_FIELD(kind, name) PUT_##kind(b, m->name);
#define GET_FIELD(kind, name) m->name = GET_##kind(&c);

#define CODEC(name, from, phases, max, fds, rate)                                                                      \
	void ipc_put_##name(struct buf *b, const struct ipc_msg_##name *m)                                             \
	{                                                                                                              \
		buf_put_u16(b, IPC_##name);                                                                            \
		IPC_FIELDS_##name(PUT_FIELD)                                                                           \
	}                                                                                                              \
	bool ipc_get_##name(struct str body, struct ipc_msg_##name *m)                                                 \
	{                                                                                                              \
		struct cur c = cur_of(body);                                                                           \
                                                                                                                       \
		IPC_FIELDS_##name(GET_FIELD) return cur_done(&c);                                                      \
	}                                                                                                              \
	int ipc_send_##name(struct ipc_channel *ch, const struct ipc_msg_##name *m, const int *fds_, unsigned nfds)    \
	{                                                                                                              \
		struct buf b;                                                                                          \
		int rc;                                                                                                \
                                                                                                                       \
		buf_init(&b, IPC_MAX_RECORD);                                                                          \
		ipc_put_##name(&b, m);                                                                                 \
		rc = ipc_send(ch, &b, fds_, nfds);                                                                     \
		buf_release(&b);                                                                                       \
		return rc;                                                                                             \
	}
IPC_MESSAGES(CODEC)
