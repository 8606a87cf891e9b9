/* SPDX-License-Identifier: Apache-2.0
 *
 * secret.c: stored forms of passwords, one row a type (see aaa.h). Runs in core (types 0 and 7 only; the form of all)
 * and in the hashing helpers. Stored forms come from configurations, passwords from strangers: both are hostile.
 * A type checks its form, derives a digest from password and salt, and writes the form; comparing is the same for all.
 * RFC 8018 section 5.2 (PBKDF2), RFC 7914 (scrypt); types 5, 7, 8 and 9 as IOS writes them.
 */
#include "aaa.h"

#include "md5_crypt.h"
#include "type6.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define LONG_SALT         14 /* characters, of types 8 and 9 */
#define LONG_HASH         43 /* characters: 32 bytes */
#define DIGEST_MAX        32
#define PBKDF2_ROUNDS     20000
#define SCRYPT_N          16384
#define OBFUSCATION_SALTS 16 /* what IOS makes; it reads up to the whole length of the key */

const char aaa_decoy_secret[] = "$9$..............$...........................................";

static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/* The published constant of type 7, which hides and does not protect. */
static const char obfuscation_key[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
#define OBFUSCATION_SIZE (sizeof obfuscation_key - 1)

struct type_row {
	int type;
	bool slow;
	const char *prefix;
	size_t salt_min, salt_max, salt_make; /* characters */
	size_t hash;                          /* characters */
	size_t digest;                        /* bytes */
	int (*derive)(struct str clear, struct str salt, uint8_t *digest);
	void (*write_hash)(const uint8_t *digest, char *out);
};

/* Plain big-endian base64 in crypt's alphabet, without padding. */
static void write_base64(const uint8_t *digest, char *out)
{
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < DIGEST_MAX; i++) {
		held = held << 8 | digest[i];
		for (bits += 8; bits >= 6; bits -= 6)
			*out++ = alphabet[held >> (bits - 6) & 63];
	}
	*out++ = alphabet[held << (6 - bits) & 63];
	*out = '\0';
}

static int derive_pbkdf2(struct str clear, struct str salt, uint8_t *digest)
{
	return PKCS5_PBKDF2_HMAC((const char *)clear.p, (int)clear.n, salt.p, (int)salt.n, PBKDF2_ROUNDS, EVP_sha256(),
				 DIGEST_MAX, digest)
		   ? 0
		   : E_CRYPTO;
}

static int derive_scrypt(struct str clear, struct str salt, uint8_t *digest)
{
	return EVP_PBE_scrypt((const char *)clear.p, clear.n, salt.p, salt.n, SCRYPT_N, 1, 1, 0, digest, DIGEST_MAX)
		   ? 0
		   : E_CRYPTO;
}

static const struct type_row rows[] = {
	{ SECRET_CLEAR, false, NULL, 0, 0, 0, 0, 0, NULL, NULL },
	{ SECRET_MD5, true, "$1$", 1, 8, 4, MD5_CRYPT_CHARS, MD5_CRYPT_SIZE, md5_crypt, md5_crypt_write },
	{ SECRET_OBFUSCATED, false, NULL, 0, 0, 0, 0, 0, NULL, NULL },
	{ SECRET_PBKDF2, true, "$8$", LONG_SALT, LONG_SALT, LONG_SALT, LONG_HASH, DIGEST_MAX, derive_pbkdf2,
	  write_base64 },
	{ SECRET_SCRYPT, true, "$9$", LONG_SALT, LONG_SALT, LONG_SALT, LONG_HASH, DIGEST_MAX, derive_scrypt,
	  write_base64 },
};

static const struct type_row *find_row(int type)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

static bool clear_valid(struct str clear)
{
	for (size_t i = 0; i < clear.n; i++)
		if (clear.p[i] < 0x20 || clear.p[i] == 0x7f)
			return false;
	return clear.n > 0 && clear.n <= AAA_CLEAR_MAX;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Type 7: two decimal digits say where in the key to begin, hexadecimal bytes follow. The length or -1. */
static int reveal(const char *stored, uint8_t clear[AAA_CLEAR_MAX])
{
	size_t n = strlen(stored), start;

	if (n < 4 || n % 2 || n > 2 + 2 * AAA_CLEAR_MAX || stored[0] < '0' || stored[0] > '9' || stored[1] < '0' ||
	    stored[1] > '9')
		return -1;
	start = (size_t)(stored[0] - '0') * 10 + (size_t)(stored[1] - '0');
	if (start >= OBFUSCATION_SIZE)
		return -1;
	n = n / 2 - 1;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(stored[2 + 2 * i]), low = hex_digit(stored[3 + 2 * i]);

		if (high < 0 || low < 0)
			return -1;
		clear[i] = (uint8_t)(high << 4 | low) ^ (uint8_t)obfuscation_key[(start + i) % OBFUSCATION_SIZE];
	}
	return clear_valid((struct str){ clear, n }) ? (int)n : -1;
}

static bool obfuscated_valid(const char *stored)
{
	uint8_t clear[AAA_CLEAR_MAX];
	bool valid = reveal(stored, clear) > 0;

	explicit_bzero(clear, sizeof clear);
	return valid;
}

static int obfuscate(struct str clear, char *out, size_t size)
{
	uint8_t start;

	if (size < 2 * clear.n + 3)
		return E_TOOBIG;
	if (RAND_bytes(&start, 1) != 1)
		return E_CRYPTO;
	start %= OBFUSCATION_SALTS;
	snprintf(out, size, "%02u", start);
	for (size_t i = 0; i < clear.n; i++)
		snprintf(out + 2 + 2 * i, 3, "%02X",
			 clear.p[i] ^ (uint8_t)obfuscation_key[(start + i) % OBFUSCATION_SIZE]);
	return 0;
}

/* Takes "$N$salt$hash" apart; both parts in the alphabet and of their row's lengths. */
static bool split(const struct type_row *row, const char *stored, struct str *salt, const char **hash)
{
	size_t prefix = strlen(row->prefix);
	const char *spare;

	if (strncmp(stored, row->prefix, prefix) != 0)
		return false;
	*salt = (struct str){ (const uint8_t *)stored + prefix, strspn(stored + prefix, alphabet) };
	if (salt->n < row->salt_min || salt->n > row->salt_max || stored[prefix + salt->n] != '$')
		return false;
	*hash = stored + prefix + salt->n + 1;
	if (strlen(*hash) != row->hash || strspn(*hash, alphabet) != row->hash)
		return false;
	/* The last character holds bits to spare, which no digest sets. */
	spare = strchr(alphabet, (*hash)[row->hash - 1]);
	return row->type == SECRET_MD5 ? spare - alphabet < 4 : (spare - alphabet) % 4 == 0;
}

static bool hash_matches(const struct type_row *row, const char *stored, struct str typed)
{
	char made[LONG_HASH + 1];
	uint8_t digest[DIGEST_MAX];
	const char *hash;
	struct str salt;
	bool same = false;

	if (split(row, stored, &salt, &hash) && row->derive(typed, salt, digest) == 0) {
		row->write_hash(digest, made);
		same = CRYPTO_memcmp(made, hash, row->hash) == 0;
	}
	explicit_bzero(digest, sizeof digest);
	explicit_bzero(made, sizeof made);
	return same;
}

/* By digests, so that neither length nor first difference shows in the time taken. */
static bool clear_matches(struct str stored, struct str typed)
{
	uint8_t a[EVP_MAX_MD_SIZE], b[EVP_MAX_MD_SIZE];
	bool same = clear_valid(stored) && EVP_Digest(stored.p, stored.n, a, NULL, EVP_sha256(), NULL) &&
		    EVP_Digest(typed.p, typed.n, b, NULL, EVP_sha256(), NULL) && CRYPTO_memcmp(a, b, 32) == 0;

	explicit_bzero(a, sizeof a);
	explicit_bzero(b, sizeof b);
	return same;
}

static bool obfuscated_matches(const char *stored, struct str typed)
{
	uint8_t clear[AAA_CLEAR_MAX];
	int n = reveal(stored, clear);
	bool same = n > 0 && clear_matches((struct str){ clear, (size_t)n }, typed);

	explicit_bzero(clear, sizeof clear);
	return same;
}

bool aaa_secret_is_slow(int type)
{
	const struct type_row *row = find_row(type);

	return row && row->slow;
}

bool aaa_secret_valid(int type, const char *stored)
{
	const struct type_row *row = find_row(type);
	const char *hash;
	struct str salt;

	if (type == SECRET_ENCRYPTED)
		return type6_valid(stored);
	if (!row)
		return false;
	if (type == SECRET_CLEAR)
		return clear_valid(str_of(stored));
	return type == SECRET_OBFUSCATED ? obfuscated_valid(stored) : split(row, stored, &salt, &hash);
}

bool aaa_secret_matches(int type, const char *stored, struct str typed)
{
	const struct type_row *row = find_row(type);
	bool same;

	if (!row || !clear_valid(typed))
		return false;
	if (type == SECRET_CLEAR)
		return clear_matches(str_of(stored), typed);
	same = type == SECRET_OBFUSCATED ? obfuscated_matches(stored, typed) : hash_matches(row, stored, typed);
	ERR_clear_error();
	return same;
}

int aaa_secret_reveal(int type, const char *stored, char *out, size_t size)
{
	uint8_t clear[AAA_CLEAR_MAX];
	int n = type == SECRET_OBFUSCATED ? reveal(stored, clear) : -1;
	struct str found = { clear, n > 0 ? (size_t)n : 0 };
	bool fits;

	if (type == SECRET_CLEAR && clear_valid(str_of(stored)))
		found = str_of(stored);
	fits = found.n && str_copy(found, out, size);
	if (!fits)
		out[0] = '\0';
	explicit_bzero(clear, sizeof clear);
	return fits ? 0 : E_INVAL;
}

static int make_hash(const struct type_row *row, struct str clear, char *out, size_t size)
{
	uint8_t digest[DIGEST_MAX], salt[LONG_SALT];
	char hash[LONG_HASH + 1];
	int r;

	if (size < strlen(row->prefix) + row->salt_make + 1 + row->hash + 1)
		return E_TOOBIG;
	if (RAND_bytes(salt, (int)row->salt_make) != 1)
		return E_CRYPTO;
	for (size_t i = 0; i < row->salt_make; i++)
		salt[i] = (uint8_t)alphabet[salt[i] & 63];
	r = row->derive(clear, (struct str){ salt, row->salt_make }, digest);
	if (r == 0) {
		row->write_hash(digest, hash);
		snprintf(out, size, "%s%.*s$%s", row->prefix, (int)row->salt_make, (const char *)salt, hash);
	}
	explicit_bzero(digest, sizeof digest);
	explicit_bzero(hash, sizeof hash);
	return r;
}

int aaa_secret_make(int type, struct str clear, char *out, size_t size, struct errbuf *e)
{
	const struct type_row *row = find_row(type);
	int r;

	if (size)
		out[0] = '\0';
	if (!row || type == SECRET_CLEAR)
		return err_set(e, E_UNSUPPORTED, "secrets of type %d cannot be made", type);
	if (!clear_valid(clear))
		return err_set(e, E_INVAL, "a password has 1 to %d printable characters", AAA_CLEAR_MAX);
	r = type == SECRET_OBFUSCATED ? obfuscate(clear, out, size) : make_hash(row, clear, out, size);
	ERR_clear_error();
	return r < 0 ? err_set(e, r, "secret cannot be made: %s", err_text(r)) : 0;
}
