/* SPDX-License-Identifier: Apache-2.0
 *
 * fact.h: how facts for `debug ip ssh` stand one after the other in a TRACE. The session writes, core reads; what core
 * reads is hostile.
 */
#ifndef IPC_FACT_H
#define IPC_FACT_H

#include "base/buf.h"
#include "ssh/trace.h"

#include <stdbool.h>

static inline void fact_put(struct buf *out, const struct ssh_fact *f)
{
	buf_put_u8(out, f->what);
	buf_put_u32(out, f->a);
	buf_put_u32(out, f->b);
	buf_put_u32(out, f->c);
	buf_put_str(out, f->text);
}

/* False: malformed, or no fact we know. */
static inline bool fact_get(struct cur *in, struct ssh_fact *f)
{
	f->what = cur_u8(in);
	f->a = cur_u32(in);
	f->b = cur_u32(in);
	f->c = cur_u32(in);
	f->text = cur_str(in);
	return !in->bad && f->what < SSH_FACT_COUNT;
}

#endif
