/* SPDX-License-Identifier: Apache-2.0
 *
 * permit.h: may this line run? The methods of `aaa authorization commands` decide (RFC 8907 section 6), by the level
 * that the command needs, for whoever typed it, had it run or has it in a file that he has merged. Nobody but who waits
 * for the answer waits.
 */
#ifndef CORE_PERMIT_H
#define CORE_PERMIT_H

#include "core/login/authorize.h"
#include "core/login/subject.h"

struct core;
struct permit;
struct run;

/* Called from the event loop; `text`: what the server says of it. The permit is gone. */
typedef void permit_fn(void *arg, bool may, struct str text);
/* May `who` run the command of this level, of `n` words (strings)? AUTHORIZE_LATER: *out waits, fn is called. */
enum authorize_end permit_ask(struct core *core, const struct behalf *who, unsigned level, const struct buf *words,
			      unsigned n, permit_fn *fn, void *arg, struct permit **out);
void permit_cancel(struct permit *p); /* fn is not called any more. NULL is fine */

/* Of the line that was parsed into the run. Is anybody asked about it? */
bool permit_wanted(const struct run *run);
/* RUN_DONE: it may run; RUN_FAILED: it may not (said); RUN_WAIT: the step function is called again and calls this. */
int permit_step(struct run *run);

#endif
