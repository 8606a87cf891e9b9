/* SPDX-License-Identifier: Apache-2.0
 *
 * keys.h: the key store. Private keys live in core's memory and in keys/ (0600); nothing here hands one out except
 * keys_export_private, for the locked-in signing helper. One file a pair; files survive a kill at any instant.
 */
#ifndef KEYS_KEYS_H
#define KEYS_KEYS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum key_type { KEY_RSA, KEY_ED25519, KEY_ECDSA, KEY_DSA }; /* as files have them */
/* usage-keys makes a SIGNATURE and an ENCRYPTION pair. SSH1: the host key of SSH version 1, which belongs to the RSA
 * pair of its name and is used for nothing else. */
enum key_usage { KEY_GENERAL, KEY_SIGNATURE, KEY_ENCRYPTION, KEY_SSH1 };

#define KEY_NAME_MAX 128
#define KEYS_MAX     128 /* pairs in a store; the next is refused with E_LIMIT */

struct key {
	char name[KEY_NAME_MAX]; /* the label; "" for the device's own Ed25519 host key is not used: it is named
				    "ed25519" */
	enum key_type type;
	enum key_usage usage;
	bool exportable;
	unsigned bits;
	time_t made;
	uint64_t serial;          /* order of making: the first RSA pair serves SSH (R1:1164) */
	struct evp_pkey_st *pkey; /* owned by the store */
};

struct keys;
/* Sweeps the folder (whose descriptor it copies) and loads all pairs. A file that is damaged or none of ours is
 * skipped: 0 is returned, and e->text, else "", says which. */
int keys_open(int dirfd, struct keys **out, struct errbuf *e);
void keys_close(struct keys *k);
size_t keys_count(const struct keys *k);
const struct key *keys_at(const struct keys *k, size_t i); /* in order of making */
const struct key *keys_find(const struct keys *k, enum key_type type, const char *name, enum key_usage usage);
/* `der`: PKCS#8 private key as the generating helper returned it. Durable when 0 is returned. A pair of the same name,
 * type and usage is replaced in one step; pointers to it are void then. */
int keys_add(struct keys *k, const char *name, enum key_type type, enum key_usage usage, bool exportable,
	     struct str der, struct errbuf *e);
int keys_remove(struct keys *k, const char *name, enum key_type type,
		struct errbuf *e); /* all usages; name NULL = every key of the type */
int keys_remove_usage(struct keys *k, const char *name, enum key_type type, enum key_usage usage, struct errbuf *e);
/* Make an Ed25519 pair here and now (36 µs). */
int keys_make_ed25519(struct keys *k, const char *name, struct errbuf *e);

/* Make an ECDSA pair of 256, 384 or 521 bits that signs; E_INVAL for other sizes. Under 2 ms, so core does it. */
int keys_make_ecdsa(struct keys *k, const char *name, unsigned bits, bool exportable, struct errbuf *e);

/* Makes a DSA pair, PKCS#8, in tenths of a second: for a helper, whose answer goes to keys_add. */
int key_make_dsa(struct buf *der);

void key_blob(const struct key *key, struct buf *out);    /* SSH public key blob, RFC 4253 6.6 / RFC 5656 / RFC 8709 */
bool key_signs(const struct key *key);                    /* by its usage */
bool key_alg_fits(const struct key *key, struct str alg); /* "rsa-sha2-256" fits an RSA pair that may sign … */
/* Signs `data` with an SSH signature algorithm; `out` gets the encoded signature blob. RSA over 2048 bits belongs in
 * the helper (milliseconds): key_sign_is_slow says so. */
int key_sign(const struct key *key, struct str alg, struct str data, struct buf *out);
bool key_sign_is_slow(const struct key *key);
int keys_export_private(const struct key *key, struct buf *der); /* PKCS#8 */
/* The way back, for the helper that signs: fills type, bits and pkey of a zeroed `out`; key_release frees the pkey. */
int key_from_private(struct str der, struct key *out);
void key_release(struct key *key);
/* A second holder of the same pair, which outlives its removal from the store; to be released. 0 or E_CRYPTO. */
int key_share(const struct key *from, struct key *to);

/* Verifies an SSH signature blob by a public key blob, as for publickey login. 0 or E_DENIED/E_INVAL/E_UNSUPPORTED.
 * `flags`: what a security key must attest besides; nothing to other keys. key_verify wants KEY_SK_PRESENT. */
#define KEY_SK_PRESENT  0x01                         /* somebody touched it */
#define KEY_SK_VERIFIED 0x04                         /* and gave his PIN or finger */
bool key_alg_takes(struct str alg, struct str blob); /* the algorithm is one of this type of public key */
int key_verify_flags(struct str alg, struct str blob, struct str data, struct str signature, uint8_t flags);
int key_verify(struct str alg, struct str blob, struct str data, struct str signature);
/* MD5 of a public blob in upper-case hexadecimal, as `key-hash` shows it (32 digits and NUL); SHA-256 for logs, in
 * OpenSSH's form: "SHA256:" and base64 without padding. */
void key_hash_md5(struct str blob, char out[33]);
void key_hash_sha256(struct str blob, char out[51]);
void key_hash_sha256_hex(struct str blob, char out[65]); /* as key_hash_md5 */
/* Parses the text of `key-string`: base64, with or without the type before and a comment after, broken into lines.
 * type gets "ssh-rsa" …, comment may be "" (printable ASCII; what does not fit is cut off). E_INVAL with the reason. */
#define KEY_TYPE_MAX 40
int key_parse_openssh(struct str text, struct buf *blob, char type[KEY_TYPE_MAX], char comment[128], struct errbuf *e);

#endif
