/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_check.c: see secret_check.h. Runs in core; the typed password is hostile.
 */
#include "core/login/secret_check.h"

#include "aaa/aaa.h"

#include <stdlib.h>

void secret_check_begin(struct secret_check *c, const char *type, const char *stored, struct str typed,
			struct buf *request)
{
	int number = type ? (int)strtol(type, NULL, 10) : SECRET_SCRYPT;

	*c = (struct secret_check){ .by_helper = type && stored && aaa_secret_is_slow(number) };
	if (type && stored && !c->by_helper)
		c->matches = aaa_secret_matches(number, stored, typed);
	buf_put_u32(request, c->by_helper ? (uint32_t)number : SECRET_SCRYPT);
	buf_put_cstr(request, c->by_helper ? stored : aaa_decoy_secret);
	buf_put_str(request, typed);
}

bool secret_check_end(const struct secret_check *c, bool helper_ok, struct str answer)
{
	struct cur cur = cur_of(answer);
	bool matches = helper_ok && cur_u8(&cur) == 1 && cur_done(&cur);

	return c->by_helper ? matches : helper_ok && c->matches;
}
