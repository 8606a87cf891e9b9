/* SPDX-License-Identifier: Apache-2.0
 *
 * key_file.c: what the files in keys/ have in common (keys_private.h): 8 bytes that say what it is, u32 version, the
 * fields, 32 bytes SHA-256 of all before. Runs in core and the launcher; files may be damaged or foreign.
 */
#include "keys_private.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define MAGIC_SIZE 8
#define VERSION    1
#define SUM_SIZE   32

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
	       c == '_';
}

size_t key_file_label(const char *name, char out[KEY_FILE_LABEL])
{
	size_t n = 0;

	for (const char *p = name; *p; p++)
		if (plain(*p))
			out[n++] = *p;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned char)*p);
	out[n] = '\0';
	return n;
}

static int checksum(struct str bytes, uint8_t sum[SUM_SIZE])
{
	unsigned char md[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(bytes.p, bytes.n, md, NULL, EVP_sha256(), NULL))
		return E_CRYPTO;
	memcpy(sum, md, SUM_SIZE);
	return 0;
}

void key_file_begin(struct buf *out, const char *magic)
{
	buf_put(out, magic, MAGIC_SIZE);
	buf_put_u32(out, VERSION);
}

int key_file_seal(struct buf *out)
{
	uint8_t sum[SUM_SIZE];

	if (out->err == 0)
		out->err = checksum(buf_str(out), sum);
	buf_put(out, sum, sizeof sum);
	return out->err;
}

const char *key_file_open(struct str file, const char *magic, struct cur *out)
{
	uint8_t sum[SUM_SIZE];
	struct str whole = file;

	if (file.n < MAGIC_SIZE + SUM_SIZE || memcmp(file.p, magic, MAGIC_SIZE) != 0)
		return "not a key file";
	whole.n -= SUM_SIZE;
	if (checksum(whole, sum) < 0 || memcmp(sum, whole.p + whole.n, SUM_SIZE) != 0)
		return "damaged";
	*out = cur_of(whole);
	cur_take(out, MAGIC_SIZE);
	return cur_u32(out) == VERSION ? NULL : "of an unknown version";
}
