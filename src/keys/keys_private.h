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

/* A parsed public key blob; spans are borrowed from it. */
struct key_public {
	enum key_type type;
	const char *name; /* "ssh-rsa" … */
	struct str raw;   /* ed25519 */
	struct str e, n;  /* rsa: positive, minimal, odd */
	unsigned bits;    /* rsa */
};
/* 0; E_INVAL malformed; E_UNSUPPORTED another type, or RSA under KEY_RSA_VERIFY_MIN (type and bits are set then). */
int key_public_parse(struct str blob, struct key_public *out);

#endif
