/* SPDX-License-Identifier: Apache-2.0
 *
 * ecdsa.h: what ECDSA keys have of their own (RFC 5656 section 3): curves, points, signatures of two numbers.
 */
#ifndef KEYS_ECDSA_H
#define KEYS_ECDSA_H

#include "keys_private.h"

#include <openssl/evp.h>

struct ec_curve {
	const char *blob_type; /* "ecdsa-sha2-nistp256" */
	const char *name;      /* second string of the blob: "nistp256" */
	const char *group;     /* libcrypto's name */
	unsigned bits;
	size_t size; /* bytes of a coordinate */
};

#define EC_SIZE_MAX      66
#define EC_SIGNATURE_MAX (2 * (4 + 1 + EC_SIZE_MAX))

const struct ec_curve *ec_curve_of(struct str blob_type); /* NULL: none of ours */
const struct ec_curve *ec_curve_sized(unsigned bits);
EVP_PKEY *ec_generate(const struct ec_curve *curve);
/* The blob of a key of ours. */
void ec_put_blob(const EVP_PKEY *pkey, const struct ec_curve *curve, struct buf *out);
/* NULL when the point is not on the curve. */
EVP_PKEY *ec_public(const struct key_public *pub);
bool ec_on_curve(const struct key_public *pub); /* in microseconds */
/* Between libcrypto's DER and the two mpints of RFC 5656 section 3.1.2. 0, E_INVAL or E_CRYPTO. */
int ec_signature_from_der(struct str der, struct buf *out);
int ec_signature_to_der(const struct ec_curve *curve, struct str numbers, struct buf *der);
/* The DER of two numbers, which is that of a DSA signature, too. 0 or E_CRYPTO. */
int ec_numbers_to_der(struct str r, struct str s, struct buf *der);

#endif
