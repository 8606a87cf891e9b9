/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_check.h: is this the password? The slow hashes are computed by the helper, and where there is nothing slow to
 * compute a decoy is, so that every check takes one helper's time: unknown user, clear-text secret and wrong password
 * look alike from outside.
 */
#ifndef CORE_SECRET_CHECK_H
#define CORE_SECRET_CHECK_H

#include "base/buf.h"

#include <stdbool.h>

struct secret_check {
	bool by_helper; /* the helper's verdict counts; else `matches` does */
	bool matches;
};

/* Prepares the request for helper `verify` (`request` initialised by the caller). `type` and `stored` as configured,
 * NULL when there is no such user or secret. */
void secret_check_begin(struct secret_check *c, const char *type, const char *stored, struct str typed,
			struct buf *request);
/* The verdict from the helper's answer. */
bool secret_check_end(const struct secret_check *c, bool helper_ok, struct str answer);

#endif
