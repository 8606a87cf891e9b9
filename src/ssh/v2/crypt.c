/* SPDX-License-Identifier: Apache-2.0
 *
 * crypt.c: sealing and opening packets in place; see crypt.h. The session runs it; what it opens is hostile, and
 * nothing of it is believed before its tag is right (but for the length, which packet.c bounds).
 * RFC 4253 section 6 (mac), RFC 4344 (ctr), RFC 5647 as OpenSSH does it (gcm), OpenSSH PROTOCOL section 1.6 (etm)
 * and PROTOCOL.chacha20poly1305.
 */
#include "ssh/v2/crypt.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

#define MAX_TAG 64

static void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int cipher_key(struct crypt *c, EVP_CIPHER_CTX **ctx, const uint8_t *key, const uint8_t *iv)
{
	if (!*ctx && !(*ctx = EVP_CIPHER_CTX_new()))
		return E_NOMEM;
	if (EVP_CipherInit_ex(*ctx, c->cipher->evp, NULL, key, iv, c->sealing) != 1)
		return E_CRYPTO;
	return EVP_CIPHER_CTX_set_padding(*ctx, 0) == 1 ? 0 : E_CRYPTO;
}

static int cipher_run(EVP_CIPHER_CTX *ctx, uint8_t *to, const uint8_t *from, size_t n)
{
	int done = 0;

	return EVP_CipherUpdate(ctx, to, &done, from, (int)n) == 1 && (size_t)done == n ? 0 : E_CRYPTO;
}

/* Encrypt-then-MAC and encrypt-and-MAC: any cipher with an HMAC. */

static int hmac_setup(struct crypt *c, const uint8_t *key, const uint8_t *iv, const uint8_t *mac_key)
{
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)c->mac->digest_name,
								  0),
				 OSSL_PARAM_construct_end() };
	int rc = cipher_key(c, &c->body, key, iv);

	if (rc)
		return rc;
	if (!(c->auth = EVP_MAC_CTX_new(alg_hmac())))
		return E_NOMEM;
	return EVP_MAC_init(c->auth, mac_key, c->mac->key_len, params) == 1 ? 0 : E_CRYPTO;
}

static int hmac_tag(struct crypt *c, uint32_t seq, const uint8_t *packet, size_t n, uint8_t tag[MAX_TAG])
{
	uint8_t number[4];
	size_t got = 0;

	put_u32(number, seq);
	if (EVP_MAC_init(c->auth, NULL, 0, NULL) != 1 || EVP_MAC_update(c->auth, number, 4) != 1)
		return E_CRYPTO;
	if (EVP_MAC_update(c->auth, packet, n) != 1 || EVP_MAC_final(c->auth, tag, &got, MAX_TAG) != 1)
		return E_CRYPTO;
	return got >= c->mac->len ? 0 : E_CRYPTO;
}

static int hmac_check(struct crypt *c, uint32_t seq, const uint8_t *packet, size_t n)
{
	uint8_t tag[MAX_TAG];

	if (hmac_tag(c, seq, packet, n, tag))
		return E_CRYPTO;
	return CRYPTO_memcmp(tag, packet + n, c->mac->len) ? E_CRYPTO : 0;
}

static int hmac_write(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	uint8_t tag[MAX_TAG];

	if (hmac_tag(c, seq, packet, n, tag))
		return E_CRYPTO;
	memcpy(packet + n, tag, c->mac->len);
	return 0;
}

static int mac_length(struct crypt *c, uint32_t seq, uint8_t *packet, uint32_t *length)
{
	if (cipher_run(c->body, packet, packet, crypt_block(c)))
		return E_CRYPTO;
	*length = get_u32(packet);
	return 0;
}

static int mac_open(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	size_t done = crypt_block(c);

	if (n > done && cipher_run(c->body, packet + done, packet + done, n - done))
		return E_CRYPTO;
	return hmac_check(c, seq, packet, n);
}

static int mac_seal(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	return hmac_write(c, seq, packet, n) || cipher_run(c->body, packet, packet, n) ? E_CRYPTO : 0;
}

const struct crypt_mode crypt_mac = { false, hmac_setup, mac_length, mac_open, mac_seal };

static int clear_length(struct crypt *c, uint32_t seq, uint8_t *packet, uint32_t *length)
{
	*length = get_u32(packet);
	return 0;
}

static int etm_open(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	return hmac_check(c, seq, packet, n) || cipher_run(c->body, packet + 4, packet + 4, n - 4) ? E_CRYPTO : 0;
}

static int etm_seal(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	return cipher_run(c->body, packet + 4, packet + 4, n - 4) || hmac_write(c, seq, packet, n) ? E_CRYPTO : 0;
}

const struct crypt_mode crypt_etm = { true, hmac_setup, clear_length, etm_open, etm_seal };

/* AES-GCM: the length is authenticated and clear; the nonce is a fixed part and a counter of packets. */

static int gcm_setup(struct crypt *c, const uint8_t *key, const uint8_t *iv, const uint8_t *mac_key)
{
	memcpy(c->iv, iv, c->cipher->iv_len);
	return cipher_key(c, &c->body, key, NULL);
}

static int gcm_start(struct crypt *c, const uint8_t *packet)
{
	int done = 0;

	if (EVP_CipherInit_ex(c->body, NULL, NULL, NULL, c->iv, -1) != 1)
		return E_CRYPTO;
	for (size_t i = c->cipher->iv_len; i-- > 4;)
		if (++c->iv[i])
			break;
	return EVP_CipherUpdate(c->body, NULL, &done, packet, 4) == 1 ? 0 : E_CRYPTO;
}

static int gcm_open(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	int done = 0;

	if (gcm_start(c, packet) || cipher_run(c->body, packet + 4, packet + 4, n - 4))
		return E_CRYPTO;
	if (EVP_CIPHER_CTX_ctrl(c->body, EVP_CTRL_AEAD_SET_TAG, c->cipher->tag_len, packet + n) != 1)
		return E_CRYPTO;
	return EVP_CipherFinal_ex(c->body, packet + n, &done) == 1 ? 0 : E_CRYPTO;
}

static int gcm_seal(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	int done = 0;

	if (gcm_start(c, packet) || cipher_run(c->body, packet + 4, packet + 4, n - 4))
		return E_CRYPTO;
	if (EVP_CipherFinal_ex(c->body, packet + n, &done) != 1)
		return E_CRYPTO;
	return EVP_CIPHER_CTX_ctrl(c->body, EVP_CTRL_AEAD_GET_TAG, c->cipher->tag_len, packet + n) == 1 ? 0 : E_CRYPTO;
}

const struct crypt_mode crypt_gcm = { true, gcm_setup, clear_length, gcm_open, gcm_seal };

/* chacha20-poly1305@openssh.com: first half of the key for the body, second for the length; the nonce is the sequence
 * number; block 0 of the body's key stream is the Poly1305 key, so the body follows at block 1 by itself. */

static int chachapoly_setup(struct crypt *c, const uint8_t *key, const uint8_t *iv, const uint8_t *mac_key)
{
	int rc = cipher_key(c, &c->body, key, NULL);

	if (!rc)
		rc = cipher_key(c, &c->head, key + 32, NULL);
	if (!rc && !(c->auth = EVP_MAC_CTX_new(alg_poly1305())))
		rc = E_NOMEM;
	return rc;
}

static int chacha_seek(EVP_CIPHER_CTX *ctx, uint32_t seq)
{
	uint8_t iv[16] = { 0 };

	put_u32(iv + 12, seq);
	return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, iv, -1) == 1 ? 0 : E_CRYPTO;
}

static int chacha_head(struct crypt *c, uint32_t seq, uint8_t *to, const uint8_t *from)
{
	return chacha_seek(c->head, seq) || cipher_run(c->head, to, from, 4) ? E_CRYPTO : 0;
}

static int chachapoly_length(struct crypt *c, uint32_t seq, uint8_t *packet, uint32_t *length)
{
	uint8_t plain[4];

	if (chacha_head(c, seq, plain, packet))
		return E_CRYPTO;
	*length = get_u32(plain);
	return 0;
}

static int poly_start(struct crypt *c, uint32_t seq)
{
	uint8_t key[64] = { 0 };
	int rc = E_CRYPTO;

	if (!chacha_seek(c->body, seq) && !cipher_run(c->body, key, key, sizeof(key)) &&
	    EVP_MAC_init(c->auth, key, 32, NULL) == 1)
		rc = 0;
	OPENSSL_cleanse(key, sizeof(key));
	return rc;
}

static int poly_tag(struct crypt *c, const uint8_t *packet, size_t n, uint8_t tag[16])
{
	size_t got = 0;

	if (EVP_MAC_update(c->auth, packet, n) != 1 || EVP_MAC_final(c->auth, tag, &got, 16) != 1)
		return E_CRYPTO;
	return got == 16 ? 0 : E_CRYPTO;
}

static int chachapoly_open(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	uint8_t tag[16];

	if (poly_start(c, seq) || poly_tag(c, packet, n, tag) || CRYPTO_memcmp(tag, packet + n, sizeof(tag)))
		return E_CRYPTO;
	return cipher_run(c->body, packet + 4, packet + 4, n - 4);
}

static int chachapoly_seal(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	if (poly_start(c, seq) || chacha_head(c, seq, packet, packet))
		return E_CRYPTO;
	if (cipher_run(c->body, packet + 4, packet + 4, n - 4))
		return E_CRYPTO;
	return poly_tag(c, packet, n, packet + n);
}

const struct crypt_mode crypt_chachapoly = { true, chachapoly_setup, chachapoly_length, chachapoly_open,
					     chachapoly_seal };

/* Before the first NEWKEYS. */

static int clear_pass(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	return 0;
}

const struct crypt_mode crypt_clear = { false, NULL, clear_length, clear_pass, clear_pass };

void crypt_init(struct crypt *c, bool sealing)
{
	*c = (struct crypt){ .mode = &crypt_clear, .sealing = sealing };
}

void crypt_release(struct crypt *c)
{
	EVP_CIPHER_CTX_free(c->body);
	EVP_CIPHER_CTX_free(c->head);
	EVP_MAC_CTX_free(c->auth);
	OPENSSL_cleanse(c->iv, sizeof(c->iv));
	crypt_init(c, c->sealing);
}

int crypt_set(struct crypt *c, const struct cipher_alg *cipher, const struct mac_alg *mac, const uint8_t *key,
	      const uint8_t *iv, const uint8_t *mac_key)
{
	c->cipher = cipher;
	c->mac = cipher->tag_len ? NULL : mac;
	c->mode = cipher->mode ? cipher->mode : mac->mode;
	EVP_MAC_CTX_free(c->auth); /* its kind may change; the ciphers are keyed again in place */
	c->auth = NULL;
	return c->mode->setup(c, key, iv, mac_key);
}
