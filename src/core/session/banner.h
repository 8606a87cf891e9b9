/* SPDX-License-Identifier: Apache-2.0
 *
 * banner.h: banners as they are shown, with their tokens replaced: $(hostname), $(domain), $(line), $(line-desc).
 */
#ifndef CORE_BANNER_H
#define CORE_BANNER_H

#include "base/buf.h"

struct core;
struct line;

#define BANNER_SHOWN_MAX 24576 /* bytes; 4096 characters of UTF-8 fit, what tokens add beyond is cut */

/* Puts the banner ("motd", "login" …), ended by LF, if there is one and the line shows it. `line`: NULL before one was
 * given. */
void banner_put(const struct core *core, const char *which, const struct line *line, struct buf *out);

#endif
