/* SPDX-License-Identifier: Apache-2.0
 *
 * algorithms.h: the rows of rows.h as the library uses them. A new algorithm is a new row there (and, where it is of a
 * new kind, its constructor); negotiation, key derivation, warming, `show` and tests go through the rows.
 * What libcrypto has to look up by name is looked up once per process by alg_fetch and inherited over fork.
 */
#ifndef SSH_ALGORITHMS_H
#define SSH_ALGORITHMS_H

#include "ssh/ssh.h"

#include <openssl/evp.h>

struct crypt_mode;

struct modp_group;

/* A key exchange: both sides send one public value, a string or an mpint whose content is q_c, q_s; where they agree on
 * a group first, it is done with a copy of the row that has one.
 * `secret` receives K as it stands in the exchange hash: an mpint (RFC 4253) or, for hybrids, a string. `priv` is
 * whatever the side that begins must keep. Each function returns 0, E_INVAL (bad peer value) or E_CRYPTO. */
struct kex_alg {
	struct ssh_alg_info info;
	const char *digest_name;
	const char *group;               /* the curve or mechanism; NULL, "agreed": a modp group; rows.h */
	uint16_t modp_bits;              /* size of a modp group; 0: it is none */
	uint16_t client_len, server_len; /* of the public values; rows.h */
	int (*initiate)(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
	int (*respond)(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
	int (*finish)(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);
	EVP_MD *digest;
	const struct modp_group *agreed; /* NULL: the modp group of the row's size */
};

/* Both sides agree on the group first: RFC 4419. */
bool alg_kex_agrees(const struct kex_alg *alg);

struct hostkey_alg {
	struct ssh_alg_info info;
	const char *key_type; /* first string of the public key blob */
};

struct cipher_alg {
	struct ssh_alg_info info;
	const char *evp_name;
	uint8_t key_len, iv_len, block;
	uint8_t tag_len;               /* 0: a MAC is needed */
	const struct crypt_mode *mode; /* NULL: the MAC decides */
	EVP_CIPHER *evp;
};

struct mac_alg {
	struct ssh_alg_info info;
	const char *digest_name;
	uint8_t key_len, len;
	const struct crypt_mode *mode;
};

/* Looks up everything the rows name in libcrypto; does nothing when that is done. 0 or E_CRYPTO. */
int alg_fetch(void);
EVP_MAC *alg_hmac(void);
EVP_MAC *alg_poly1305(void);

/* The row of that name, NULL if there is none. */
const struct kex_alg *alg_kex(struct str name);
const struct hostkey_alg *alg_hostkey(struct str name);
const struct cipher_alg *alg_cipher(struct str name);
const struct mac_alg *alg_mac(struct str name);

/* The number of this row, or of the one it was copied from, among those of its kind, as ssh_alg_info counts. */
uint32_t alg_row(enum ssh_alg_kind kind, const struct ssh_alg_info *info);

/* Name-lists, RFC 4251 section 5. */
/* Takes the first name off a list; false when the list is empty. */
bool alg_list_next(struct str *list, struct str *name);
bool alg_list_has(struct str list, struct str name);
/* Appends to `out` (no length field) the names of `wanted` that are rows of `kind`, each once; all default rows if
 * `wanted` is empty. */
void alg_list_offer(struct buf *out, enum ssh_alg_kind kind, struct str wanted);
/* First name of the client's list that the server's has too: RFC 4253 section 7.1. Empty if there is none. */
struct str alg_list_match(struct str client, struct str server);

#endif
