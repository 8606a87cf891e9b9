/* SPDX-License-Identifier: Apache-2.0
 *
 * identity.h: what the device shows of itself by TLS: a private key, the certificate for it and those that lead from it
 * to an authority, under the name of a trustpoint. They lie in keys/ beside the pairs of keys.h, in files of their own,
 * and like those survive a kill at any instant. Nobody here looks into certificates: what people read of them, the
 * cards, was taken out of them by a helper.
 */
#ifndef KEYS_IDENTITY_H
#define KEYS_IDENTITY_H

#include "base/buf.h"
#include "base/err.h"

#include <time.h>

#define IDENTITY_NAME      64 /* bytes, with the zero */
#define IDENTITIES_MAX     16
#define IDENTITY_CHAIN     10 /* certificates, its own among them */
#define IDENTITY_CHAIN_MAX 32768
#define IDENTITY_KEY_MAX   8192
#define IDENTITY_TEXT_MAX  1000 /* of a name in a certificate */

/* What its owner may do with the key (RFC 5280 section 4.2.1.3). */
enum identity_usage { IDENTITY_GENERAL, IDENTITY_SIGNATURE, IDENTITY_ENCRYPTION, IDENTITY_USAGES };

/* Of a certificate; the spans are borrowed. */
struct identity_card {
	struct str serial;          /* hexadecimal */
	struct str issuer, subject; /* "cn=device" …, a line each, printable */
	enum identity_usage usage;
	uint64_t from, until; /* seconds since 1970 */
};
void identity_card_put(const struct identity_card *card, struct buf *cards);
bool identity_card_next(struct cur *cards, struct identity_card *out); /* false: that was all, or it is malformed */

struct identity {
	char name[IDENTITY_NAME];
	time_t made;
	uint64_t from, until; /* of its own certificate */
	struct buf cards;     /* its own first */
	struct buf chain;     /* DER, one behind the other, as the cards are */
	struct buf key;       /* PKCS#8 */
};

struct identities;
/* As keys_open. */
int identity_open(int dirfd, struct identities **out, struct errbuf *e);
void identity_close(struct identities *all);
size_t identity_count(const struct identities *all);
const struct identity *identity_at(const struct identities *all,
				   size_t i); /* in the order of names; NULL behind them */
const struct identity *identity_find(const struct identities *all, const char *name);
bool identity_name_valid(const char *name);
/* Replaces the one of this name in one step, durable when 0 is returned; else E_* and why. Pointers to it are void
 * then. What is no identity is refused: the parts are as a helper answered. */
int identity_put(struct identities *all, const char *name, struct str cards, struct str chain, struct str key,
		 struct errbuf *e);
int identity_remove(struct identities *all, const char *name, struct errbuf *e);

/* A file's bytes; `out` is to be released. NULL, or what is wrong with them. */
const char *identity_parse(struct str file, struct identity *out);
void identity_release(struct identity *id);
bool identity_file_is(const char *name); /* a name of such a file */

#endif
