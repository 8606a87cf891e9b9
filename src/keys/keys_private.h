/* SPDX-License-Identifier: Apache-2.0
 *
 * keys_private.h: what the files of this folder share and nobody else needs.
 */
#ifndef KEYS_KEYS_PRIVATE_H
#define KEYS_KEYS_PRIVATE_H

#include "keys.h"

#define KEY_RSA_BITS_MIN   512  /* of a pair of our own: what libcrypto makes */
#define KEY_RSA_BITS_MAX   8192 /* of any: keeps every computation with a stranger's key short */
#define KEY_RSA_VERIFY_MIN 1024 /* of a user's key */
#define KEY_DER_MAX        8192

struct ec_curve;
/* A type of public key by the first string of its blob, and of the certificates for such keys. */
struct key_kind {
	const char *name, *cert;
	enum key_type type;
	bool sk;         /* it lives in a security key: OpenSSH PROTOCOL.u2f */
	unsigned fields; /* of its blob, behind the type */
};
extern const struct key_kind key_kinds[]; /* one without a name ends them */

/* A parsed public key blob; spans are borrowed from it. */
struct key_public {
	enum key_type type;
	const char *name; /* "ssh-rsa" … */
	struct str raw;   /* ed25519; ecdsa: an uncompressed point, on the curve or not */
	const struct ec_curve *curve;
	struct str e, n; /* rsa: positive, minimal, odd */
	struct str dsa[4];
	unsigned bits; /* of the modulus, of the curve */
	bool sk;
	struct str application; /* sk: "ssh:" and what its owner put behind it */
};
/* Looks at lengths and single bits only: what libcrypto would take long over, or should not be shown at all, ends here.
 * 0; E_INVAL malformed or unfit; E_UNSUPPORTED another type, or RSA under KEY_RSA_VERIFY_MIN; e says why. */
int key_public_parse(struct str blob, struct key_public *out, struct errbuf *e);

/* What files in keys/ have in common (key_file.c). A label is users' text: what is not plain becomes %XX; a '~' is only
 * ever ours. `name` is shorter than KEY_NAME_MAX; returned is the length. */
#define KEY_FILE_LABEL (3 * KEY_NAME_MAX + 1)
size_t key_file_label(const char *name, char out[KEY_FILE_LABEL]);
void key_file_begin(struct buf *out, const char *magic); /* of 8 characters; the fields follow */
int key_file_seal(struct buf *out);                      /* behind them; 0, or the buffer's error */
/* The fields of one that is whole; else what is wrong with it. */
const char *key_file_open(struct str file, const char *magic, struct cur *out);

struct evp_pkey_st *key_public_rsa(const struct key_public *pub); /* NULL: libcrypto takes it not */

#endif
