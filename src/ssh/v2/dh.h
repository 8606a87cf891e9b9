/* SPDX-License-Identifier: Apache-2.0
 *
 * dh.h: Diffie-Hellman by libcrypto, whatever the group is: what ecdh.c and modp.c have in common. The shared secret is
 * an mpint in both (RFC 5656 section 4, RFC 4253 section 8).
 */
#ifndef SSH_V2_DH_H
#define SSH_V2_DH_H

#include "base/buf.h"

#include <openssl/evp.h>
#include <openssl/params.h>

#define DH_PUBLIC_MAX   1024 /* bytes of the largest modp group; points are shorter */
#define DH_GROUP_PARAMS 4    /* libcrypto's parameters of a group, the end not counted */

/* What differs: libcrypto's name of the key type, how a key pair is made, how a public value is written and how it is
 * read. `group` is parameters as libcrypto wants them. */
struct dh_form {
	const char *type;
	EVP_PKEY *(*make)(const OSSL_PARAM *group);
	int (*put)(EVP_PKEY *own, struct buf *q);
	EVP_PKEY *(*take)(const OSSL_PARAM *group, struct str q); /* NULL: not a good value */
};

/* Functions of a kex_alg row, see ssh/algorithms.h. */
int dh_initiate(const struct dh_form *form, const OSSL_PARAM *group, struct buf *priv, struct buf *q_c);
int dh_respond(const struct dh_form *form, const OSSL_PARAM *group, struct str q_c, struct buf *q_s,
	       struct buf *secret);
int dh_finish(const struct dh_form *form, const OSSL_PARAM *group, const struct buf *priv, struct str q_s,
	      struct buf *secret);

/* A key of the group from one of its parts, or the group alone (`part` NULL, selection EVP_PKEY_KEY_PARAMETERS). */
EVP_PKEY *dh_load(const char *type, const OSSL_PARAM *group, const OSSL_PARAM *part, int selection);

#endif
