/* SPDX-License-Identifier: Apache-2.0
 *
 * usercert.c: see usercert.h. Runs in core; certificates are hostile. The order is the defence: the walk only finds
 * the fields; an authority that the configuration does not know, by type and SHA-256, ends it; then its signature over
 * all of it is verified; and only what it has vouched for is looked into. OpenSSH PROTOCOL.certkeys.
 */
#include "usercert.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "keys/cert.h"
#include "keys/keys.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CHAIN         "/ravelin-ssh:ssh/pubkey-chain/trusted-ca"
#define ADDRESSES_MAX 4096

/* --- addresses --- */

static bool same_net(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* 1: in it; 0: not; E_INVAL: one that is none. */
static int in_prefix(struct str text, const char *address)
{
	uint8_t net[16], own[16];
	char prefix[64], *slash, *end;
	unsigned long bits, most;
	int family;

	if (!str_copy(text, prefix, sizeof prefix))
		return E_INVAL;
	slash = strchr(prefix, '/');
	if (slash)
		*slash++ = '\0';
	family = strchr(prefix, ':') ? AF_INET6 : AF_INET;
	most = family == AF_INET6 ? 128 : 32;
	if (inet_pton(family, prefix, net) != 1)
		return E_INVAL;
	bits = slash ? strtoul(slash, &end, 10) : most;
	if (slash && (*slash < '0' || *slash > '9' || *end || bits > most))
		return E_INVAL;
	return inet_pton(family, address, own) == 1 && same_net(net, own, (unsigned)bits);
}

int usercert_address(struct str list, const char *address, bool *in)
{
	*in = false;
	if (list.n > ADDRESSES_MAX)
		return E_INVAL;
	while (list.n) {
		const uint8_t *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n, skip = comma ? n + 1 : n;
		int r = in_prefix((struct str){ list.p, n }, address);

		if (r < 0 || (comma && skip == list.n))
			return E_INVAL;
		*in |= r;
		list.p += skip;
		list.n -= skip;
	}
	return 0;
}

/* --- authority --- */

static const struct lyd_node *authority_of(const struct model *m, struct str ca)
{
	struct cur c = cur_of(ca);
	struct str type = cur_str(&c);
	const struct lyd_node *entry, *key;
	char hash[65];

	key_hash_sha256_hex(ca, hash);
	for (entry = model_first(m, NULL, CHAIN); entry; entry = model_next(entry)) {
		for (key = model_first(m, entry, "key"); key; key = model_next(key)) {
			if (strcasecmp(model_below(key, "hash"), hash) == 0 && str_is(type, model_below(key, "type")))
				return entry;
		}
	}
	return NULL;
}

static bool revoked(const struct model *m, const struct lyd_node *authority, const struct cert *cert, struct str key)
{
	const struct lyd_node *one;
	char serial[24], hash[51];

	snprintf(serial, sizeof serial, "%" PRIu64, cert->serial);
	key_hash_sha256(key, hash);
	for (one = model_first(m, authority, "revoked-serial"); one; one = model_next(one))
		if (strcmp(model_below(one, "serial"), serial) == 0)
			return true;
	for (one = model_first(m, authority, "revoked-key"); one; one = model_next(one))
		if (strcmp(model_below(one, "fingerprint"), hash) == 0)
			return true;
	return false;
}

/* --- what it says --- */

static int check_time(const struct core *core, const struct cert *cert, struct errbuf *e)
{
	time_t now = clock_wall(&core->clock).tv_sec;

	if (now < 0 || (uint64_t)now < cert->from)
		return err_set(e, E_DENIED, "it is not valid yet");
	return (uint64_t)now < cert->until ? 0 : err_set(e, E_DENIED, "it has expired");
}

static int check_terms(const struct peer *p, const struct cert *cert, struct usercert *out, uint8_t *flags,
		       struct errbuf *e)
{
	struct cert_terms terms;
	int r = cert_terms_of(cert, &terms, e);
	bool in;

	if (r < 0)
		return r;
	if (terms.forced &&
	    (!peer_printable(terms.command) || !str_copy(terms.command, out->command, sizeof out->command)))
		return err_set(e, E_DENIED, "its command is longer than %zu characters or not printable",
			       sizeof out->command - 1);
	if (terms.limited && usercert_address(terms.addresses, p->address, &in) < 0)
		return err_set(e, E_DENIED, "its list of addresses is malformed");
	if (terms.limited && !in)
		return err_set(e, E_DENIED, "it is not for this address");
	out->no_pty = !terms.pty;
	*flags = (uint8_t)((terms.no_touch ? 0 : KEY_SK_PRESENT) | (terms.verify ? KEY_SK_VERIFIED : 0));
	return 0;
}

static int check(const struct peer *p, const struct lyd_node *authority, const struct cert *cert, struct usercert *out,
		 struct str key, uint8_t *flags, struct errbuf *e)
{
	int r;

	if (cert->kind != CERT_USER)
		return err_set(e, E_DENIED, "it is not a user's");
	if (!p->login.name[0] || !cert_names(cert, p->login.name))
		return err_set(e, E_DENIED, "it is not for this user");
	if (revoked(p->core->model, authority, cert, key))
		return err_set(e, E_DENIED, "it is revoked");
	r = check_time(p->core, cert, e);
	return r < 0 ? r : check_terms(p, cert, out, flags, e);
}

static void describe(const struct cert *cert, const struct lyd_node *authority, char *out, size_t size)
{
	char id[SYSLOG_WORD_MAX], name[SYSLOG_WORD_MAX], raw[SYSLOG_WORD_MAX];

	if (!str_copy((struct str){ cert->id.p, cert->id.n < sizeof raw ? cert->id.n : sizeof raw - 1 }, raw,
		      sizeof raw))
		snprintf(raw, sizeof raw, "?"); /* it holds a NUL */
	snprintf(out, size, "'%s' (serial %" PRIu64 ") of trusted-ca %s", syslog_word(raw, id), cert->serial,
		 syslog_word(model_below(authority, "name"), name));
}

int usercert_admit(const struct peer *p, struct str blob, struct usercert *out, struct buf *key, uint8_t *flags,
		   struct errbuf *e)
{
	const struct lyd_node *authority;
	struct cert cert;
	int r = cert_walk(blob, &cert, e);

	*out = (struct usercert){ .used = true };
	if (r < 0)
		return r;
	authority = authority_of(p->core->model, cert.ca);
	if (!authority)
		return err_set(e, E_NOTFOUND, "nobody trusts its authority");
	r = cert_verify(&cert, e);
	if (r < 0)
		return r;
	describe(&cert, authority, out->words, sizeof out->words);
	cert_key_blob(&cert, key);
	return key->err ? key->err : check(p, authority, &cert, out, buf_str(key), flags, e);
}
