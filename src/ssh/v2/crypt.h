/* SPDX-License-Identifier: Apache-2.0
 *
 * crypt.h: the keys of one direction and the ways a packet is sealed: what is encrypted, what is authenticated,
 * where the length stands. A mode is a row of functions; ciphers and MACs choose theirs in algorithms.c.
 * A packet here is: u32 length, then `length` bytes, then room for the tag.
 */
#ifndef SSH_V2_CRYPT_H
#define SSH_V2_CRYPT_H

#include "ssh/algorithms.h"

struct crypt {
	const struct cipher_alg *cipher; /* NULL: nothing is encrypted yet */
	const struct mac_alg *mac;       /* NULL: none, or the cipher authenticates */
	const struct crypt_mode *mode;
	bool sealing;
	EVP_CIPHER_CTX *body;
	EVP_CIPHER_CTX *head; /* chacha20-poly1305: the length has a key of its own */
	EVP_MAC_CTX *auth;
	uint8_t iv[16]; /* gcm: fixed part and counter */
};

struct crypt_mode {
	bool length_apart; /* the length is not part of the padded blocks */
	int (*setup)(struct crypt *c, const uint8_t *key, const uint8_t *iv, const uint8_t *mac_key);
	/* The length of the packet whose first bytes (crypt_head) are there; may decrypt those in place. */
	int (*length)(struct crypt *c, uint32_t seq, uint8_t *packet, uint32_t *length);
	/* In place; `n` is 4 + length, the tag follows. 0 or E_CRYPTO. */
	int (*open)(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n);
	int (*seal)(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n);
};

extern const struct crypt_mode crypt_clear, crypt_mac, crypt_etm, crypt_gcm, crypt_chachapoly;

void crypt_init(struct crypt *c, bool sealing); /* nothing is encrypted */
void crypt_release(struct crypt *c);            /* wipes */
/* Takes new keys; contexts are used again. `mac` is ignored (and may be NULL) where the cipher authenticates. */
int crypt_set(struct crypt *c, const struct cipher_alg *cipher, const struct mac_alg *mac, const uint8_t *key,
	      const uint8_t *iv, const uint8_t *mac_key);

static inline size_t crypt_block(const struct crypt *c)
{
	return c->cipher && c->cipher->block > 8 ? c->cipher->block : 8;
}
static inline size_t crypt_tag(const struct crypt *c)
{
	return !c->cipher ? 0 : c->mac ? c->mac->len : c->cipher->tag_len;
}
/* Bytes that must be there before the length can be read. */
static inline size_t crypt_head(const struct crypt *c)
{
	return c->mode->length_apart ? 4 : crypt_block(c);
}

#endif
