/* SPDX-License-Identifier: Apache-2.0
 *
 * algorithms.c: see algorithms.h. The session runs it; the name-lists it searches are hostile. The rows are the
 * library's only process-wide data: filled in by alg_fetch, constant from then on.
 */
#include "ssh/algorithms.h"

#include "ssh/rows.h"
#include "ssh/v2/crypt.h"
#include "ssh/v2/curve25519.h"
#include "ssh/v2/ecdh.h"
#include "ssh/v2/hybrid.h"
#include "ssh/v2/modp.h"

#include <openssl/core_names.h>
#include <string.h>

#define INFO(name, by_default, fips, strength)                                                                         \
	{                                                                                                              \
		name, by_default, fips, strength                                                                       \
	}
#define KEX_ROW(name, on, fips, strength, digest, method, group, modp_bits, client_len, server_len)                    \
	{ INFO(name, on, fips, strength),                                                                              \
	  digest,                                                                                                      \
	  group,                                                                                                       \
	  modp_bits,                                                                                                   \
	  client_len,                                                                                                  \
	  server_len,                                                                                                  \
	  method##_initiate,                                                                                           \
	  method##_respond,                                                                                            \
	  method##_finish,                                                                                             \
	  NULL,                                                                                                        \
	  NULL },
#define HOSTKEY_ROW(name, on, fips, strength, key_type) { INFO(name, on, fips, strength), key_type },
#define CIPHER_ROW(name, on, fips, strength, evp_name, key_len, iv_len, block, tag_len, mode)                          \
	{ INFO(name, on, fips, strength), evp_name, key_len, iv_len, block, tag_len, mode, NULL },
#define MAC_ROW(name, on, fips, strength, digest, key_len, len, mode)                                                  \
	{ INFO(name, on, fips, strength), digest, key_len, len, mode },

#define PUBLICKEY_ROW(name, on, fips, strength) INFO(name, on, fips, strength),

static struct kex_alg kexes[] = { SSH_KEX_ROWS(KEX_ROW) };
static const struct hostkey_alg hostkeys[] = { SSH_HOSTKEY_ROWS(HOSTKEY_ROW) };
static struct cipher_alg ciphers[] = { SSH_CIPHER_ROWS(CIPHER_ROW) };
static const struct mac_alg macs[] = { SSH_MAC_ROWS(MAC_ROW) };
static const struct ssh_alg_info publickeys[] = { SSH_PUBLICKEY_ROWS(PUBLICKEY_ROW) };

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Every row begins with its ssh_alg_info, so that one search serves all kinds. */
static const struct {
	const void *rows;
	size_t size, count;
} kinds[] = {
	[SSH_ALG_KEX] = { kexes, sizeof(kexes[0]), COUNT(kexes) },
	[SSH_ALG_HOSTKEY] = { hostkeys, sizeof(hostkeys[0]), COUNT(hostkeys) },
	[SSH_ALG_CIPHER] = { ciphers, sizeof(ciphers[0]), COUNT(ciphers) },
	[SSH_ALG_MAC] = { macs, sizeof(macs[0]), COUNT(macs) },
	[SSH_ALG_PUBLICKEY] = { publickeys, sizeof(publickeys[0]), COUNT(publickeys) },
};

static EVP_MAC *hmac, *poly1305;

const struct ssh_alg_info *ssh_alg_info(enum ssh_alg_kind kind, size_t i)
{
	if ((size_t)kind >= COUNT(kinds) || i >= kinds[kind].count)
		return NULL;
	return (const struct ssh_alg_info *)(const void *)((const char *)kinds[kind].rows + i * kinds[kind].size);
}

static const void *row(enum ssh_alg_kind kind, struct str name)
{
	const struct ssh_alg_info *info;

	for (size_t i = 0; (info = ssh_alg_info(kind, i)); i++)
		if (str_is(name, info->name))
			return info;
	return NULL;
}

uint32_t alg_row(enum ssh_alg_kind kind, const struct ssh_alg_info *info)
{
	const struct ssh_alg_info *row_info;
	uint32_t i = 0;

	while ((row_info = ssh_alg_info(kind, i)) && strcmp(row_info->name, info->name) != 0)
		i++;
	return i;
}

const struct kex_alg *alg_kex(struct str name)
{
	return row(SSH_ALG_KEX, name);
}

bool alg_kex_agrees(const struct kex_alg *alg)
{
	return alg->modp_bits && alg->group;
}

const struct hostkey_alg *alg_hostkey(struct str name)
{
	return row(SSH_ALG_HOSTKEY, name);
}

const struct cipher_alg *alg_cipher(struct str name)
{
	return row(SSH_ALG_CIPHER, name);
}

const struct mac_alg *alg_mac(struct str name)
{
	return row(SSH_ALG_MAC, name);
}

EVP_MAC *alg_hmac(void)
{
	return hmac;
}

EVP_MAC *alg_poly1305(void)
{
	return poly1305;
}

int alg_fetch(void)
{
	if (!hmac && !(hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL)))
		return E_CRYPTO;
	if (!poly1305 && !(poly1305 = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_POLY1305, NULL)))
		return E_CRYPTO;
	for (struct kex_alg *k = kexes; k < kexes + COUNT(kexes); k++)
		if (!k->digest && !(k->digest = EVP_MD_fetch(NULL, k->digest_name, NULL)))
			return E_CRYPTO;
	for (struct cipher_alg *c = ciphers; c < ciphers + COUNT(ciphers); c++)
		if (!c->evp && !(c->evp = EVP_CIPHER_fetch(NULL, c->evp_name, NULL)))
			return E_CRYPTO;
	return 0;
}

bool alg_list_next(struct str *list, struct str *name)
{
	const uint8_t *comma;

	if (list->n == 0)
		return false;
	comma = memchr(list->p, ',', list->n);
	*name = (struct str){ list->p, comma ? (size_t)(comma - list->p) : list->n };
	if (comma)
		*list = (struct str){ comma + 1, list->n - name->n - 1 };
	else
		*list = (struct str){ NULL, 0 };
	return true;
}

bool alg_list_has(struct str list, struct str name)
{
	struct str one;

	while (alg_list_next(&list, &one))
		if (str_eq(one, name))
			return true;
	return false;
}

static void list_add(struct buf *out, struct str name)
{
	if (alg_list_has(buf_str(out), name))
		return;
	if (buf_len(out))
		buf_put_u8(out, ',');
	buf_put(out, name.p, name.n);
}

void alg_list_offer(struct buf *out, enum ssh_alg_kind kind, struct str wanted)
{
	const struct ssh_alg_info *info;
	struct str name;

	for (size_t i = 0; wanted.n == 0 && (info = ssh_alg_info(kind, i)); i++)
		if (info->by_default)
			list_add(out, str_of(info->name));
	while (alg_list_next(&wanted, &name))
		if (row(kind, name))
			list_add(out, name);
}

struct str alg_list_match(struct str client, struct str server)
{
	struct str name;

	while (alg_list_next(&client, &name))
		if (alg_list_has(server, name))
			return name;
	return (struct str){ NULL, 0 };
}
