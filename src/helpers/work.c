/* SPDX-License-Identifier: Apache-2.0
 *
 * work.c: what the helpers compute (core/job.h). Runs inside the walls of a helper; requests are core's, but carry what
 * strangers typed. All state ends with the process.
 */
#include "helpers.h"

#include "aaa/aaa.h"
#include "aaa/type6.h"
#include "base/err.h"
#include "keys/keys.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>
#include <time.h>

#define RSA_BITS_MIN 512
#define RSA_BITS_MAX 4096
#define DSA_BITS     1024
#define PROGRESS_MS  250

/* libcrypto calls this for every candidate prime: thousands of times for a long key. */
static int on_candidate(EVP_PKEY_CTX *ctx)
{
	static int64_t last;
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (last == 0)
		last = ms;
	if (ms - last >= PROGRESS_MS) {
		last = ms;
		helper_progress(".");
	}
	return 1;
}

int work_rsa(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	uint32_t bits = cur_u32(&c);
	struct key made = { .type = KEY_RSA };
	EVP_PKEY_CTX *ctx;
	struct buf der;
	int r = E_CRYPTO;

	if (!cur_done(&c) || bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return E_INVAL;
	buf_init(&der, 0);
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1) {
		EVP_PKEY_CTX_set_cb(ctx, on_candidate);
		if (EVP_PKEY_keygen(ctx, &made.pkey) == 1)
			r = keys_export_private(&made, &der);
	}
	if (r == 0)
		buf_put_str(result, buf_str(&der));
	buf_release(&der);
	key_release(&made);
	EVP_PKEY_CTX_free(ctx);
	return r;
}

int work_dsa(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	uint32_t bits = cur_u32(&c);
	struct buf der;
	int r;

	if (!cur_done(&c) || bits != DSA_BITS)
		return E_INVAL;
	buf_init(&der, 0);
	r = key_make_dsa(&der);
	if (r == 0)
		buf_put_str(result, buf_str(&der));
	buf_release(&der);
	return r;
}

int work_verify(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	uint32_t type = cur_u32(&c);
	struct str stored = cur_str(&c), typed = cur_str(&c);
	char text[AAA_SECRET_SIZE];
	bool matches;

	if (!cur_done(&c) || type > INT32_MAX || !str_copy(stored, text, sizeof text))
		return E_INVAL;
	matches = aaa_secret_matches((int)type, text, typed);
	if (type != SECRET_SCRYPT) /* the cheaper types cost one scrypt too: the time says nothing of the user */
		aaa_secret_matches(SECRET_SCRYPT, aaa_decoy_secret, typed);
	explicit_bzero(text, sizeof text);
	buf_put_u8(result, matches);
	return 0;
}

int work_secret(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	uint32_t type = cur_u32(&c);
	struct str clear = cur_str(&c);
	char stored[AAA_SECRET_SIZE];
	int r;

	if (!cur_done(&c) || type > INT32_MAX)
		return E_INVAL;
	r = aaa_secret_make((int)type, clear, stored, sizeof stored, NULL);
	if (r == 0)
		buf_put_cstr(result, stored);
	explicit_bzero(stored, sizeof stored);
	return r;
}

int work_master(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	struct str word = cur_str(&c);
	uint8_t master[TYPE6_MASTER];
	int r;

	if (!cur_done(&c))
		return E_INVAL;
	r = type6_master(word, master);
	if (r == 0)
		buf_put_str(result, (struct str){ master, sizeof master });
	explicit_bzero(master, sizeof master);
	return r;
}

int work_sign(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	struct str der = cur_str(&c), alg = cur_str(&c), data = cur_str(&c);
	struct key key = { .usage = KEY_GENERAL };
	struct buf signature;
	int r;

	if (!cur_done(&c))
		return E_INVAL;
	buf_init(&signature, 0);
	r = key_from_private(der, &key);
	if (r == 0)
		r = key_sign(&key, alg, data, &signature);
	if (r == 0)
		buf_put_str(result, buf_str(&signature));
	buf_release(&signature);
	key_release(&key);
	return r;
}
