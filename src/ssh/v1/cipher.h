/* SPDX-License-Identifier: Apache-2.0
 *
 * cipher.h: the ciphers of SSH 1 that are left: 3DES, which is three DES-CBC one in the other, each with a chaining of
 * its own (and not what everybody else calls 3DES-CBC), and single DES.
 */
#ifndef SSH_V1_CIPHER_H
#define SSH_V1_CIPHER_H

#include "ssh/ssh.h"

#include <openssl/evp.h>

#define CIPHER_BLOCK  8
#define CIPHER_STAGES 3

/* One direction. */
struct cipher {
	EVP_CIPHER_CTX *stages[CIPHER_STAGES];
	unsigned n; /* 0: nothing is encrypted yet */
};

void cipher_release(struct cipher *c);
/* Looks up what libcrypto has; does nothing when that is done. 0 or E_CRYPTO. */
int cipher_fetch(void);
int cipher_fetch_des(void); /* the same for single DES, which libcrypto has in a file of its own */
bool cipher_there(enum ssh_v1_cipher which);
/* 0, E_UNSUPPORTED (no such cipher here) or E_CRYPTO. The initial value is zero, as the protocol has it. */
int cipher_set(struct cipher *c, enum ssh_v1_cipher which, const uint8_t key[SSH_V1_KEY], bool sealing);
/* In place; whole blocks. 0 or E_CRYPTO. */
int cipher_apply(struct cipher *c, uint8_t *p, size_t n);
/* "3DES", NULL if there is none of that number. */
const char *cipher_name(unsigned which);

#endif
