/* SPDX-License-Identifier: Apache-2.0
 *
 * manifest.c: see manifest.h. Runs in core.
 */
#include "manifest.h"

#include <openssl/evp.h>
#include <string.h>

#define MAGIC      "RVLNBOOT"
#define MAGIC_SIZE 8
#define FORMAT     1

enum { HAS_IMAGE = 1, HAS_CONFIG = 2 };

static void put_part(struct buf *out, const struct manifest_part *p)
{
	if (!p->set)
		return;
	buf_put_cstr(out, p->name);
	buf_put_cstr(out, p->version);
	buf_put_u64(out, p->size);
	buf_put_u64(out, (uint64_t)p->time);
	buf_put(out, p->digest, sizeof p->digest);
}

static int sign(struct str bytes, EVP_PKEY *key, uint8_t sig[MANIFEST_SIG])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = MANIFEST_SIG;
	int ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		 EVP_DigestSign(ctx, sig, &n, bytes.p, bytes.n) == 1 && n == MANIFEST_SIG;

	EVP_MD_CTX_free(ctx);
	return ok ? 0 : E_CRYPTO;
}

int manifest_encode(const struct manifest *m, EVP_PKEY *key, struct buf *out)
{
	uint8_t sig[MANIFEST_SIG];

	buf_put(out, MAGIC, MAGIC_SIZE);
	buf_put_u32(out, FORMAT);
	buf_put_u8(out, (uint8_t)((m->image.set ? HAS_IMAGE : 0) | (m->config.set ? HAS_CONFIG : 0)));
	put_part(out, &m->image);
	put_part(out, &m->config);
	if (!out->err && sign(buf_str(out), key, sig) < 0)
		return E_CRYPTO;
	buf_put(out, sig, sizeof sig);
	return out->err;
}

/* A name that can be one: of our own making, so a path as users have it, or one component. */
static bool take_part(struct cur *c, struct manifest_part *p)
{
	static const struct path root = { "" };
	struct str name = cur_str(c), version = cur_str(c), digest;
	struct path path;

	p->size = cur_u64(c);
	p->time = (int64_t)cur_u64(c);
	digest = cur_take(c, sizeof p->digest);
	if (c->bad || !str_copy(name, p->name, sizeof p->name) || !str_copy(version, p->version, sizeof p->version) ||
	    !path_resolve(&root, name, &path) || strcmp(path.text, p->name) != 0 || !*p->name)
		return false;
	memcpy(p->digest, digest.p, sizeof p->digest);
	p->set = true;
	return true;
}

int manifest_parse(struct str bytes, struct manifest *m)
{
	struct cur c;
	uint8_t has;

	*m = (struct manifest){ 0 };
	if (bytes.n < MAGIC_SIZE + MANIFEST_SIG || memcmp(bytes.p, MAGIC, MAGIC_SIZE) != 0)
		return E_INVAL;
	c = cur_of((struct str){ bytes.p + MAGIC_SIZE, bytes.n - MAGIC_SIZE - MANIFEST_SIG });
	if (cur_u32(&c) == FORMAT && (has = cur_u8(&c)) <= (HAS_IMAGE | HAS_CONFIG) &&
	    (!(has & HAS_IMAGE) || take_part(&c, &m->image)) && (!(has & HAS_CONFIG) || take_part(&c, &m->config)) &&
	    cur_done(&c) && !strchr(m->config.name, '/'))
		return 0;
	*m = (struct manifest){ 0 };
	return E_INVAL;
}

bool manifest_genuine(struct str bytes, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good =
	    bytes.n > MANIFEST_SIG && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, bytes.p + bytes.n - MANIFEST_SIG, MANIFEST_SIG, bytes.p, bytes.n - MANIFEST_SIG) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}
