/* SPDX-License-Identifier: Apache-2.0
 *
 * otp.h: the second factor of a local user, `username U otp secret`: codes he types behind his password, each good
 * once, also across a reload. Five wrong ones in a row, and each of the next is looked at only 30 seconds after the one
 * before: only who knows the first factor gets here, so nobody else can keep him out by it.
 */
#ifndef CORE_OTP_H
#define CORE_OTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

#define OTP_FILE   "codes-used" /* in nvram: */
#define OTP_PROMPT "One-time code: "

struct core;
struct otp;

/* Reads its file. NULL: out of memory. Is it damaged, then every code that may have been used counts as used. */
struct otp *otp_new(struct core *core, struct errbuf *damaged);
bool otp_wanted(const struct core *core, const char *user); /* he has a secret */
/* This secret was made for him a moment ago: nothing of it was used. */
void otp_begin(struct core *core, const char *user, const char *secret);
/* Is this his code? It is used then: kept on disk before this returns. A secret that cannot be read has none. */
bool otp_check(struct core *core, const char *user, struct str typed);

#endif
