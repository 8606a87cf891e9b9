/* SPDX-License-Identifier: Apache-2.0
 *
 * image.c: the helper `image`: is the file behind descriptor 0 an image that may be trusted? Runs inside the walls of a
 * helper; the file is whatever a user put there.
 */
#include "helpers.h"

#include "base/err.h"
#include "image/check.h"

int image_prepare(void)
{
	return check_prepare(NULL);
}

int work_image(struct str request, struct buf *result)
{
	struct cur cur = cur_of(request);
	uint64_t size = cur_u64(&cur);
	uint32_t newest = cur_u32(&cur);
	struct errbuf e = { "" };
	struct check c;
	bool good;

	if (!cur_done(&cur))
		return E_INVAL;
	good = check_image(helper_descriptor(0), size, newest, &c, &e) == 0;
	buf_put_u8(result, good);
	buf_put_str(result, str_of(e.text));
	buf_put_str(result, str_of(c.info.version));
	buf_put_u64(result, c.info.built);
	buf_put_u64(result, c.info.payload);
	buf_put_str(result, (struct str){ c.info.digest, sizeof c.info.digest });
	buf_put_str(result, (struct str){ c.computed, sizeof c.computed });
	buf_put_str(result, (struct str){ c.info.key_id, sizeof c.info.key_id });
	buf_put_str(result, str_of(c.key ? c.key->name : ""));
	buf_put_u8(result, c.key && c.key->development);
	return 0;
}
