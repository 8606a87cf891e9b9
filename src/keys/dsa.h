/* SPDX-License-Identifier: Apache-2.0
 *
 * dsa.h: what DSA keys have of their own (RFC 4253 section 6.6: "ssh-dss"): 1,024 bits over a group of 160, for peers
 * of an age that knows nothing else.
 */
#ifndef KEYS_DSA_H
#define KEYS_DSA_H

#include "keys_private.h"

#include <openssl/evp.h>

#define DSA_BITS 1024

bool dsa_fits(const EVP_PKEY *pkey); /* a DSA key of just these sizes */
EVP_PKEY *dsa_generate(void);        /* tenths of a second: for a helper */
/* Behind the type: p, q, g, y; of these sizes, in their ranges. 0 or E_INVAL with the reason. */
int dsa_parse(struct cur *c, struct key_public *out, struct errbuf *e);
EVP_PKEY *dsa_public(const struct key_public *pub);
/* Between libcrypto's DER and the two numbers of 20 bytes. 0, E_INVAL or E_CRYPTO. */
int dsa_signature_from_der(struct str der, struct buf *out);
int dsa_signature_to_der(struct str numbers, struct buf *der);

#endif
