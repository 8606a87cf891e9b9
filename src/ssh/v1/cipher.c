/* SPDX-License-Identifier: Apache-2.0
 *
 * cipher.c: see cipher.h. The session runs it with keys core unwrapped; gate looks the algorithms up before it locks
 * itself in. DES is an algorithm of libcrypto's legacy provider, which is there only where it was asked for. So 3DES
 * does without it: EDE with three equal keys is DES.
 */
#include "ssh/v1/cipher.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <string.h>

#define DES_KEY 8

static EVP_CIPHER *ede, *des;

static const struct row {
	enum ssh_v1_cipher which;
	const char *name;
	unsigned stages;
} rows[] = {
	{ SSH_V1_DES, "DES", 1 },
	{ SSH_V1_3DES, "3DES", 3 },
};

static const struct row *find(unsigned which)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].which == which)
			return &rows[i];
	return NULL;
}

const char *cipher_name(unsigned which)
{
	const struct row *row = find(which);

	return row ? row->name : NULL;
}

int cipher_fetch(void)
{
	if (!ede)
		ede = EVP_CIPHER_fetch(NULL, "DES-EDE3-CBC", NULL);
	return ede ? 0 : E_CRYPTO;
}

/* A provider loaded by name ends the automatic loading of the default one. */
int cipher_fetch_des(void)
{
	if (!des && OSSL_PROVIDER_load(NULL, "default") && OSSL_PROVIDER_load(NULL, "legacy"))
		des = EVP_CIPHER_fetch(NULL, "DES-CBC", NULL);
	return des ? 0 : E_CRYPTO;
}

bool cipher_there(enum ssh_v1_cipher which)
{
	return which == SSH_V1_DES ? des != NULL : which == SSH_V1_3DES && ede != NULL;
}

void cipher_release(struct cipher *c)
{
	for (size_t i = 0; i < CIPHER_STAGES; i++)
		EVP_CIPHER_CTX_free(c->stages[i]);
	*c = (struct cipher){ 0 };
}

static EVP_CIPHER_CTX *des_cbc(const EVP_CIPHER *by, const uint8_t *key, bool encrypting)
{
	static const uint8_t iv[CIPHER_BLOCK];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t thrice[3 * DES_KEY];

	for (size_t i = 0; i < 3; i++)
		memcpy(thrice + i * DES_KEY, key, DES_KEY);
	if (ctx && (EVP_CipherInit_ex2(ctx, by, thrice, iv, encrypting, NULL) != 1 ||
		    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	OPENSSL_cleanse(thrice, sizeof(thrice));
	return ctx;
}

/* To seal: encrypt with the first key, decrypt with the second, encrypt with the third; to open, the way back. */
int cipher_set(struct cipher *c, enum ssh_v1_cipher which, const uint8_t key[SSH_V1_KEY], bool sealing)
{
	const struct row *row = find(which);

	if (!row || !cipher_there(which))
		return E_UNSUPPORTED;
	cipher_release(c);
	for (unsigned i = 0; i < row->stages; i++) {
		unsigned k = sealing ? i : row->stages - 1 - i;

		c->stages[i] = des_cbc(which == SSH_V1_DES ? des : ede, key + (size_t)k * DES_KEY, (k == 1) != sealing);
		if (!c->stages[i])
			return E_CRYPTO;
	}
	c->n = row->stages;
	return 0;
}

int cipher_apply(struct cipher *c, uint8_t *p, size_t n)
{
	int done;

	for (unsigned i = 0; i < c->n; i++)
		if (EVP_CipherUpdate(c->stages[i], p, &done, p, (int)n) != 1 || (size_t)done != n)
			return E_CRYPTO;
	return 0;
}
