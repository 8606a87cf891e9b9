/* SPDX-License-Identifier: Apache-2.0
 *
 * pattern.h: regular expressions for output filters: POSIX extended syntax (IEEE 1003.1 section 9.4) over bytes,
 * without back-references. Runs in the session process; the pattern is hostile.
 *
 * Not regcomp(): there a short pattern can take any amount of memory (nested repetitions, states kept per input
 * byte) and, with back-references, any amount of time. Here a pattern is a program of at most PATTERN_PROGRAM steps
 * and a match takes at most that many steps a byte, without allocating.
 */
#ifndef TERM_PATTERN_H
#define TERM_PATTERN_H

#include "base/buf.h"

#include <stdbool.h>

#define PATTERN_MAX     255  /* bytes of an expression */
#define PATTERN_PROGRAM 1024 /* steps */
#define PATTERN_NESTING 32
#define PATTERN_REPEAT  255 /* the largest count in {m,n} */

struct pattern;
/* 0; E_INVAL (empty or not an expression); E_TOOBIG (over a limit above); E_NOMEM. */
int pattern_new(struct pattern **out, struct str expression);
void pattern_free(struct pattern *p);
bool pattern_match(struct pattern *p, struct str line); /* anywhere in the line; ^ and $ are its two ends */

#endif
