/* SPDX-License-Identifier: Apache-2.0
 *
 * modp.c: see modp.h. The session runs it; the peer's value is hostile: it must be an mpint with 1 < value < p - 1 (RFC
 * 8268 section 4; p is a safe prime, so what is left has no small order). A private exponent has twice the bits of the
 * group's strength and is used by libcrypto's constant-time exponentiation.
 */
#include "ssh/v2/modp.h"

#include "ssh/rows.h"
#include "ssh/v2/dh.h"

#include <openssl/core_names.h>
#include <string.h>

#define GENERATOR 2

#define COUNT(rows)                      (sizeof(rows) / sizeof((rows)[0]))
#define GROUP(bits, private_bits, prime) { bits, private_bits, prime },
static const struct {
	unsigned bits, private_bits;
	BIGNUM *(*prime)(BIGNUM *);
} groups[] = { SSH_MODP_ROWS(GROUP) };
#undef GROUP

/* Positive, and as short as can be: what may stand inside an mpint. */
static bool is_mpint(struct str q)
{
	if (q.n == 0 || (q.p[0] & 0x80))
		return false;
	return q.p[0] != 0 || (q.n > 1 && (q.p[1] & 0x80));
}

/* --- groups --- */

int modp_group_init(struct modp_group *group, unsigned bits)
{
	size_t i = 0;

	*group = (struct modp_group){ .bits = bits };
	while (i < COUNT(groups) && groups[i].bits != bits)
		i++;
	if (i == COUNT(groups))
		return E_INVAL;
	group->private_bits = groups[i].private_bits;
	group->p = groups[i].prime(NULL);
	group->g = BN_new();
	return group->p && group->g && BN_set_word(group->g, GENERATOR) == 1 ? 0 : E_NOMEM;
}

/* A number that was not ours is as strong as the next larger group of ours. */
static unsigned private_bits_for(unsigned bits)
{
	size_t i = 0;

	while (i < COUNT(groups) - 1 && groups[i].bits < bits)
		i++;
	return groups[i].private_bits;
}

int modp_group_take(struct modp_group *group, struct str p, struct str g, unsigned min, unsigned max)
{
	BIGNUM *top = NULL;
	int rc = E_INVAL;

	*group = (struct modp_group){ 0 };
	if (p.n > 1 + DH_PUBLIC_MAX || g.n > p.n || !is_mpint(p) || !is_mpint(g))
		return E_INVAL;
	group->p = BN_bin2bn(p.p, (int)p.n, NULL);
	group->g = BN_bin2bn(g.p, (int)g.n, NULL);
	top = group->p ? BN_dup(group->p) : NULL;
	if (!top || !group->g || BN_sub_word(top, 1) != 1) {
		rc = E_NOMEM;
	} else if (BN_is_odd(group->p) && BN_cmp(group->g, BN_value_one()) > 0 && BN_cmp(group->g, top) < 0) {
		group->bits = (unsigned)BN_num_bits(group->p);
		group->private_bits = private_bits_for(group->bits);
		rc = group->bits >= min && group->bits <= max && group->bits > group->private_bits ? 0 : E_INVAL;
	}
	BN_free(top);
	return rc;
}

unsigned modp_group_pick(unsigned min, unsigned want, unsigned max)
{
	unsigned best = 0;

	for (size_t i = 0; i < COUNT(groups) && (!best || best < want); i++)
		if (groups[i].bits >= min && groups[i].bits <= max)
			best = groups[i].bits;
	return best;
}

static int put_number(const BIGNUM *n, struct buf *out)
{
	uint8_t raw[DH_PUBLIC_MAX];

	if (BN_num_bytes(n) > DH_PUBLIC_MAX)
		return E_TOOBIG;
	buf_put_mpint(out, raw, (size_t)BN_bn2bin(n, raw));
	return out->err;
}

int modp_group_put(const struct modp_group *group, struct buf *out)
{
	int rc = put_number(group->p, out);

	return rc ? rc : put_number(group->g, out);
}

void modp_group_release(struct modp_group *group)
{
	BN_free(group->p);
	BN_free(group->g);
	*group = (struct modp_group){ 0 };
}

/* A group as libcrypto's parameters; they point into it. */
struct params {
	uint8_t p[DH_PUBLIC_MAX], g[DH_PUBLIC_MAX];
	int private_bits;
	OSSL_PARAM list[DH_GROUP_PARAMS];
};

static bool number_param(OSSL_PARAM *param, const char *key, const BIGNUM *n, uint8_t room[DH_PUBLIC_MAX])
{
	int len = BN_num_bytes(n);

	if (len > DH_PUBLIC_MAX || BN_bn2nativepad(n, room, len) != len)
		return false;
	*param = OSSL_PARAM_construct_BN(key, room, (size_t)len);
	return true;
}

static bool params_of(struct params *to, const struct modp_group *group)
{
	to->private_bits = (int)group->private_bits;
	to->list[2] = OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &to->private_bits);
	to->list[3] = OSSL_PARAM_construct_end();
	return number_param(&to->list[0], OSSL_PKEY_PARAM_FFC_P, group->p, to->p) &&
	       number_param(&to->list[1], OSSL_PKEY_PARAM_FFC_G, group->g, to->g);
}

/* --- keys of a group --- */

/* libcrypto forgets the group's private length on the way to its generator. */
static EVP_PKEY *make(const OSSL_PARAM *group)
{
	EVP_PKEY *bare = dh_load("DH", group, NULL, EVP_PKEY_KEY_PARAMETERS), *key = NULL;
	EVP_PKEY_CTX *ctx = bare ? EVP_PKEY_CTX_new_from_pkey(NULL, bare, NULL) : NULL;
	const OSSL_PARAM length[] = { *OSSL_PARAM_locate_const(group, OSSL_PKEY_PARAM_DH_PRIV_LEN),
				      OSSL_PARAM_construct_end() };

	if (ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_params(ctx, length) == 1 &&
	    EVP_PKEY_generate(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(bare);
	return key;
}

/* What stands inside an mpint (RFC 4251 section 5). */
static int put(EVP_PKEY *own, struct buf *q)
{
	uint8_t raw[1 + DH_PUBLIC_MAX] = { 0 };
	BIGNUM *y = NULL;
	int n;

	if (EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_PUB_KEY, &y) != 1)
		return E_CRYPTO;
	n = BN_num_bytes(y) <= DH_PUBLIC_MAX ? BN_bn2bin(y, raw + 1) : 0;
	BN_free(y);
	if (n == 0)
		return E_CRYPTO;
	if (raw[1] & 0x80)
		buf_put(q, raw, (size_t)n + 1);
	else
		buf_put(q, raw + 1, (size_t)n);
	return q->err;
}

static bool in_range(EVP_PKEY *peer, const BIGNUM *y)
{
	BIGNUM *p = NULL;
	bool good = false;

	if (EVP_PKEY_get_bn_param(peer, OSSL_PKEY_PARAM_FFC_P, &p) == 1 && BN_sub_word(p, 1) == 1)
		good = BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, p) < 0;
	BN_free(p);
	return good;
}

static EVP_PKEY *take(const OSSL_PARAM *group, struct str q)
{
	size_t len = OSSL_PARAM_locate_const(group, OSSL_PKEY_PARAM_FFC_P)->data_size;
	uint8_t native[DH_PUBLIC_MAX];
	EVP_PKEY *peer = NULL;
	OSSL_PARAM value;
	BIGNUM *y;
	int n;

	if (q.n > 1 + len || !is_mpint(q) || !(y = BN_bin2bn(q.p, (int)q.n, NULL)))
		return NULL;
	n = BN_num_bytes(y);
	if ((size_t)n <= len && BN_bn2nativepad(y, native, n) == n) {
		value = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PUB_KEY, native, (size_t)n);
		peer = dh_load("DH", group, &value, EVP_PKEY_PUBLIC_KEY);
	}
	if (peer && !in_range(peer, y)) {
		EVP_PKEY_free(peer);
		peer = NULL;
	}
	BN_free(y);
	return peer;
}

static const struct dh_form form = { "DH", make, put, take };

/* --- functions of a row --- */

static int group_of(const struct kex_alg *alg, struct params *params)
{
	struct modp_group group;
	int rc;

	if (alg->agreed)
		return params_of(params, alg->agreed) ? 0 : E_CRYPTO;
	rc = modp_group_init(&group, alg->modp_bits);
	if (!rc && !params_of(params, &group))
		rc = E_CRYPTO;
	modp_group_release(&group);
	return rc;
}

int modp_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	struct params group;
	int rc = group_of(alg, &group);

	return rc ? rc : dh_initiate(&form, group.list, priv, q_c);
}

int modp_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	struct params group;
	int rc = group_of(alg, &group);

	return rc ? rc : dh_respond(&form, group.list, q_c, q_s, secret);
}

int modp_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	struct params group;
	int rc = group_of(alg, &group);

	return rc ? rc : dh_finish(&form, group.list, priv, q_s, secret);
}
