/* SPDX-License-Identifier: Apache-2.0
 *
 * image.c: see image.h. Runs in ravelin-verify and sign-image; the bytes are hostile.
 */
#include "image.h"

#include <string.h>
#include <time.h>

static const uint8_t magic[8] = { 'R', 'A', 'V', 'E', 'L', 'I', 'N', 0x1a };

void image_encode(const struct image_info *info, struct buf *out)
{
	char version[IMAGE_VERSION] = "";

	memcpy(version, info->version, strnlen(info->version, IMAGE_VERSION - 1));
	buf_put(out, magic, sizeof magic);
	buf_put_u32(out, IMAGE_FORMAT);
	buf_put_u32(out, info->interface);
	buf_put_u64(out, info->payload);
	buf_put_u64(out, info->built);
	buf_put(out, version, sizeof version);
	buf_put(out, info->digest, IMAGE_DIGEST);
	buf_put(out, info->key_id, IMAGE_KEY_ID);
	buf_put(out, info->signature, IMAGE_SIG);
}

/* Printed at the console, so nothing but plain characters; one form only: zeros to the end. */
static bool version_fits(struct str s)
{
	size_t len = strnlen((const char *)s.p, s.n);

	if (len == 0 || len == s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i < len ? s.p[i] <= ' ' || s.p[i] > '~' : s.p[i] != 0)
			return false;
	return true;
}

int image_parse(struct str trailer, uint64_t file_size, struct image_info *info, struct errbuf *e)
{
	struct cur c = cur_of(trailer);
	struct str version;
	uint32_t format;

	memset(info, 0, sizeof *info);
	if (trailer.n != IMAGE_TRAILER || !str_eq(cur_take(&c, sizeof magic), (struct str){ magic, sizeof magic }))
		return err_set(e, E_INVAL, "truncated, or never signed: no trailer at its end");
	format = cur_u32(&c);
	if (format != IMAGE_FORMAT)
		return err_set(e, E_INVAL, "unknown trailer format %u", format);
	info->interface = cur_u32(&c);
	info->payload = cur_u64(&c);
	info->built = cur_u64(&c);
	version = cur_take(&c, IMAGE_VERSION);
	memcpy(info->digest, cur_take(&c, IMAGE_DIGEST).p, IMAGE_DIGEST);
	memcpy(info->key_id, cur_take(&c, IMAGE_KEY_ID).p, IMAGE_KEY_ID);
	memcpy(info->signature, cur_take(&c, IMAGE_SIG).p, IMAGE_SIG);
	if (file_size < IMAGE_TRAILER || file_size > IMAGE_MAX_SIZE)
		return err_set(e, E_INVAL, "impossible size of %llu bytes", (unsigned long long)file_size);
	if (info->payload > file_size - IMAGE_TRAILER)
		return err_set(e, E_INVAL, "truncated: payload of %llu bytes where %llu were signed",
			       (unsigned long long)(file_size - IMAGE_TRAILER), (unsigned long long)info->payload);
	if (info->payload != file_size - IMAGE_TRAILER || !version_fits(version))
		return err_set(e, E_INVAL, "malformed trailer");
	memcpy(info->version, version.p, IMAGE_VERSION);
	return 0;
}

bool image_head_fits(struct str head)
{
	return str_eq(head, STR("\177ELF"));
}

void image_time(uint64_t built, char text[IMAGE_TIME])
{
	time_t t = (time_t)built;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(text, IMAGE_TIME, "%Y-%m-%d %H:%M:%S UTC", &tm))
		memcpy(text, "?", 2);
}
