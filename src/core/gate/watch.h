/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.h: logins over the network are watched: `login block-for` (quiet mode), `login delay`, what the log says of
 * them, and who failed. The console is never kept out.
 */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct peer;
struct watch;

struct watch *watch_new(struct core *core);
/* p->login.user tried, and did not get in; or got in. */
void watch_failed(struct watch *w, const struct peer *p);
void watch_succeeded(struct watch *w, const struct peer *p);
uint64_t watch_delay_ms(const struct watch *w); /* before a refusal is told */
/* For `show login` and `show login failures`. */
void watch_show(const struct watch *w, struct buf *out);
void watch_show_failures(const struct watch *w, struct buf *out);

#endif
