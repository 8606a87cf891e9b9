/* SPDX-License-Identifier: Apache-2.0
 *
 * cert.h: OpenSSH certificates of users (OpenSSH PROTOCOL.certkeys): a public key, what its owner may do, and the
 * signature of an authority over both. A walk says where the fields are and believes none of them; who calls asks next
 * whether he trusts that authority, then cert_verify, and only then for the terms.
 */
#ifndef KEYS_CERT_H
#define KEYS_CERT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define CERT_USER 1 /* kind */

/* Spans are borrowed from the certificate. */
struct cert {
	const char *key_type; /* of the key it is for: "ssh-ed25519" … */
	struct str key;       /* that key's fields behind its type */
	uint64_t serial;
	uint32_t kind;
	struct str id, principals, options, extensions;
	uint64_t from, until; /* seconds since 1970: valid from the first until before the second */
	struct str ca;        /* public key of who signed … */
	struct str body;      /* … this */
	struct str signature;
};

struct cert_terms {
	bool forced, limited;  /* there is a command, there are addresses */
	struct str command;    /* runs in place of what is asked for */
	struct str addresses;  /* A.B.C.D, A.B.C.D/N and the same of IPv6, separated by commas */
	bool verify, no_touch; /* of a security key: the PIN is needed; presence is not */
	bool pty;
};

/* The first string of the blob is a certificate's. */
bool cert_is(struct str blob);
/* The plain signature algorithm behind "rsa-sha2-512-cert-v01@openssh.com" …; NULL: none, or one that is too weak. */
const char *cert_plain_alg(struct str alg);
/* 0, or E_INVAL with the reason. */
int cert_walk(struct str blob, struct cert *out, struct errbuf *e);
/* The signature of its authority: 0, E_DENIED, or E_INVAL and E_UNSUPPORTED for a key or signature that is unfit for
 * one: RSA under 2,048 bits, SHA-1, another certificate. */
int cert_verify(const struct cert *c, struct errbuf *e);
void cert_key_blob(const struct cert *c, struct buf *out);
bool cert_names(const struct cert *c, const char *principal); /* a certificate without names names nobody */
/* E_UNSUPPORTED: a critical option that is not known; E_INVAL. */
int cert_terms_of(const struct cert *c, struct cert_terms *out, struct errbuf *e);

#endif
