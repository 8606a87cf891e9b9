/* SPDX-License-Identifier: Apache-2.0
 *
 * hash.c: see hash.h. Gate uses each hash once (ssh_warm), so that sessions inherit them.
 */
#include "ssh/pq/hash.h"

#include "base/err.h"

#include <openssl/evp.h>

static const char *const names[PQ_HASHES] = { "SHA2-512", "SHA3-256", "SHA3-512", "SHAKE128", "SHAKE256" };
static EVP_MD *fetched[PQ_HASHES];

int pq_hash(enum pq_hash which, const struct str *parts, size_t n_parts, uint8_t *out, size_t n)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok, xof = which >= PQ_SHAKE128;

	if (!fetched[which])
		fetched[which] = EVP_MD_fetch(NULL, names[which], NULL);
	ok = md && fetched[which] && EVP_DigestInit_ex2(md, fetched[which], NULL) == 1;
	for (size_t i = 0; ok && i < n_parts; i++)
		ok = EVP_DigestUpdate(md, parts[i].p, parts[i].n) == 1;
	if (ok && !xof)
		ok = (size_t)EVP_MD_get_size(fetched[which]) == n;
	ok = ok && (xof ? EVP_DigestFinalXOF(md, out, n) : EVP_DigestFinal_ex(md, out, NULL)) == 1;
	EVP_MD_CTX_free(md);
	return ok ? 0 : E_CRYPTO;
}
