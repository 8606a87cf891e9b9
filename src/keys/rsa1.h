/* SPDX-License-Identifier: Apache-2.0
 *
 * rsa1.h: RSA as SSH 1 uses it, on core's side: the session key unwrapped by two private keys one after the other, and
 * the challenge for a user's public key. What a client sent is hostile.
 */
#ifndef KEYS_RSA1_H
#define KEYS_RSA1_H

#include "keys/keys.h"

#define RSA1_COOKIE     8
#define RSA1_KEY        32
#define RSA1_SESSION_ID 16
#define RSA1_CHALLENGE  32
/* The two keys of a server differ by 128 bits at least, as the protocol asks. */
#define RSA1_HOST_BITS   1536
#define RSA1_SERVER_BITS 1280

/* Appends the public numbers, big-endian without leading zeros. 0 or E_CRYPTO. */
int rsa1_public(const struct key *key, struct buf *e, struct buf *n);
/* MD5 of host modulus, server modulus, cookie. 0 or E_CRYPTO. */
int rsa1_session_id(const struct key *host, const struct key *server, const uint8_t cookie[RSA1_COOKIE],
		    uint8_t id[RSA1_SESSION_ID]);

/* Decrypts by the larger key, then by the smaller, takes off both paddings and the session id. What is not well padded,
 * too long, or comes with another cookie than ours gives a random key, by the same steps in the same time: a client
 * that does not know the session key learns nothing from what follows. 0, or E_CRYPTO when this side cannot compute. */
int rsa1_unwrap(const struct key *host, const struct key *server, const uint8_t cookie[RSA1_COOKIE],
		struct str cookie_back, struct str secret, uint8_t key[RSA1_KEY]);

/* Appends the public key blob (RFC 4253 section 6.6) of a modulus and an exponent. */
void rsa1_blob(struct str modulus, uint32_t exponent, struct buf *blob);
/* Encrypts a challenge for a user's key. 0; E_INVAL, E_UNSUPPORTED: not a key to be used; E_CRYPTO. */
int rsa1_encrypt(struct str blob, const uint8_t challenge[RSA1_CHALLENGE], struct buf *number);
/* What the client answers: MD5 of challenge and session id. 0 or E_CRYPTO. */
int rsa1_response(const uint8_t challenge[RSA1_CHALLENGE], const uint8_t id[RSA1_SESSION_ID], uint8_t response[16]);

#endif
