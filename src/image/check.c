/* SPDX-License-Identifier: Apache-2.0
 *
 * check.c: see check.h. Runs in ravelin-verify and in core's helper, both locked in. The file is hostile until its
 * signature is verified.
 */
#include "check.h"

#include "image_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 65536

static struct image_key_ready {
	const struct image_key *row;
	EVP_PKEY *pkey;
	uint8_t id[IMAGE_KEY_ID];
} keys[sizeof image_keys / sizeof image_keys[0]];
static EVP_MD_CTX *md_ctx, *sig_ctx;
static EVP_MD *sha512;

/* Fetches every algorithm and uses the signature once, so that nothing is left to load afterwards. */
int check_prepare(struct errbuf *e)
{
	uint8_t hash[32], nothing[IMAGE_SIG] = { 0 };
	int ok = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);

	md_ctx = EVP_MD_CTX_new();
	sig_ctx = EVP_MD_CTX_new();
	sha512 = EVP_MD_fetch(NULL, "SHA2-512", NULL);
	ok = ok && md_ctx && sig_ctx && sha512;
	for (size_t i = 0; ok && i < sizeof keys / sizeof keys[0]; i++) {
		keys[i].row = &image_keys[i];
		keys[i].pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, image_keys[i].public_key, 32);
		ok = keys[i].pkey &&
		     EVP_Q_digest(NULL, "SHA2-256", NULL, image_keys[i].public_key, 32, hash, NULL) == 1 &&
		     EVP_DigestVerifyInit(sig_ctx, NULL, NULL, NULL, keys[i].pkey) == 1;
		if (ok) {
			EVP_DigestVerify(sig_ctx, nothing, sizeof nothing, hash, sizeof hash);
			memcpy(keys[i].id, hash, IMAGE_KEY_ID);
			EVP_MD_CTX_reset(sig_ctx);
		}
	}
	return ok ? 0 : err_set(e, E_CRYPTO, "verifier cannot load its cryptography");
}

static int read_at(int fd, uint64_t off, uint8_t *p, size_t n, struct errbuf *e)
{
	while (n) {
		ssize_t got = pread(fd, p, n, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(e, E_IO, "read failed: %s", got ? strerror(errno) : "it became shorter");
		p += got;
		off += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

static int check_signature(const uint8_t *trailer, struct check *c, struct errbuf *e)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (memcmp(keys[i].id, c->info.key_id, IMAGE_KEY_ID) != 0)
			continue;
		c->key = keys[i].row;
		if (EVP_DigestVerifyInit(sig_ctx, NULL, NULL, NULL, keys[i].pkey) == 1 &&
		    EVP_DigestVerify(sig_ctx, c->info.signature, IMAGE_SIG, trailer, IMAGE_SIGNED) == 1)
			return 0;
		return err_set(e, E_CRYPTO, "wrong signature");
	}
	return err_set(e, E_CRYPTO, "signed by a key this rommon does not know");
}

static int check_digest(int fd, struct check *c, struct errbuf *e)
{
	static uint8_t chunk[CHUNK];
	int ok = EVP_DigestInit_ex2(md_ctx, sha512, NULL);

	for (uint64_t off = 0; ok == 1 && off < c->info.payload;) {
		size_t n = c->info.payload - off < CHUNK ? (size_t)(c->info.payload - off) : CHUNK;

		if (read_at(fd, off, chunk, n, e))
			return E_IO;
		ok = EVP_DigestUpdate(md_ctx, chunk, n);
		off += n;
	}
	if (ok != 1 || EVP_DigestFinal_ex(md_ctx, c->computed, NULL) != 1)
		return err_set(e, E_CRYPTO, "digest failed");
	return memcmp(c->computed, c->info.digest, IMAGE_DIGEST) == 0 ? 0 : err_set(e, E_CRYPTO, "wrong digest");
}

int check_image(int fd, uint64_t size, uint32_t newest, struct check *c, struct errbuf *e)
{
	uint8_t trailer[IMAGE_TRAILER], head[4];
	size_t tail = size < IMAGE_TRAILER ? 0 : IMAGE_TRAILER;
	int rc;

	*c = (struct check){ .key = NULL };
	if (size < sizeof head || read_at(fd, 0, head, sizeof head, e) ||
	    !image_head_fits((struct str){ head, sizeof head }))
		return err_set(e, E_INVAL, "not an image");
	if ((rc = read_at(fd, size - tail, trailer, tail, e)) ||
	    (rc = image_parse((struct str){ trailer, tail }, size, &c->info, e)) ||
	    (rc = check_signature(trailer, c, e)) || (rc = check_digest(fd, c, e)))
		return rc;
	if (c->info.interface > newest)
		return err_set(e, E_UNSUPPORTED, "needs boot interface %u, this rommon has %u", c->info.interface,
			       newest);
	return 0;
}
