/* SPDX-License-Identifier: Apache-2.0
 *
 * login_pubkey.c: a login by public key or certificate (RFC 4252 section 7), see login.h. Runs in core; keys,
 * certificates and signatures are hostile.
 */
#include "core/login/login_private.h"

#include "aaa/aaa.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/methods.h"
#include "core/session/peer.h"
#include "core/ssh/offer.h"
#include "keys/cert.h"
#include "keys/keys.h"
#include "model/model.h"

#include <string.h>
#include <strings.h>

/* What is to be verified of a key or certificate that was shown. */
struct shown {
	struct str alg, key; /* of the plain public key */
	uint8_t flags;       /* what a security key must attest */
	struct usercert cert;
	struct buf plain; /* what `key` borrows of a certificate */
};

static bool is_on(const struct lyd_node *user, const char *leaf)
{
	const char *value = model_below(user, leaf);

	return value && strcmp(value, "true") == 0;
}

/* Is this public key in the chain for this user? Only the fingerprint decides; the key is parsed after it matched. */
static bool key_listed(struct peer *p, struct str type, struct str blob, uint8_t *flags)
{
	const struct lyd_node *user = login_local_user(p, methods_ssh_local(p->core)), *entry, *key;
	bool found = false;
	char hash[33];

	/* A key proves who; the user database says that he may (`no username` takes it back). */
	key_hash_md5(blob, hash); /* for nobody too */
	entry = model_entry(p->core->model, "/ravelin-ssh:ssh/pubkey-chain/user", (const char *[]){ p->login.name });
	if (!user || !entry)
		return false;
	for (key = model_first(p->core->model, entry, "key"); key; key = model_next(key)) {
		const char *want_type = model_below(key, "type"), *want = model_below(key, "hash");

		if (want && strlen(want) == 32 && strcasecmp(want, hash) == 0 && str_is(type, want_type))
			found = true;
	}
	*flags = (uint8_t)((is_on(entry, "no-touch-required") ? 0 : KEY_SK_PRESENT) |
			   (is_on(entry, "verify-required") ? KEY_SK_VERIFIED : 0));
	return found;
}

/* Does an authority the configuration trusts vouch for him? */
static bool certified(struct peer *p, const struct ipc_msg_AUTH_KEY *m, struct shown *s)
{
	const char *alg = cert_plain_alg(m->alg);
	char user[SYSLOG_WORD_MAX];
	struct errbuf e = { "" };

	login_local_user(p, methods_ssh_local(p->core)); /* it is for a name, nobody has none */
	if (!alg)
		return false;
	if (usercert_admit(p, m->blob, &s->cert, &s->plain, &s->flags, &e) < 0) {
		if (s->cert.words[0])
			syslog_event(p->core->log, "SSH", 4, "CERT_REFUSED", "User '%s' from %s, certificate %s: %s",
				     syslog_word(p->login.user, user), p->address, s->cert.words, e.text);
		return false;
	}
	s->alg = str_of(alg);
	s->key = buf_str(&s->plain);
	return true;
}

static bool acceptable(struct peer *p, const struct ipc_msg_AUTH_KEY *m, struct shown *s)
{
	struct cur c = cur_of(m->blob);
	struct str type = cur_str(&c);
	const char *plain = cert_plain_alg(m->alg);

	if (!offer_has(&p->offered, OFFER_PUBLICKEY, plain ? str_of(plain) : m->alg))
		return false;
	s->alg = m->alg;
	s->key = m->blob;
	if (!(cert_is(m->blob) ? certified(p, m, s) : key_listed(p, type, m->blob, &s->flags)))
		return false;
	return key_alg_takes(s->alg, s->key);
}

bool login_key_listed(struct peer *p, struct str type, struct str blob)
{
	uint8_t flags;

	return key_listed(p, type, blob, &flags);
}

/* The bytes a client signs (RFC 4252 section 7), from core's own session id and the user under way. */
static int verify_signature(struct peer *p, const struct ipc_msg_AUTH_KEY *m, const struct shown *s)
{
	struct buf data;
	int rc;

	buf_init(&data, 65536);
	buf_put_str(&data, (struct str){ p->transcript.session_id, p->transcript.session_id_len });
	buf_put_u8(&data, 50);
	buf_put_cstr(&data, p->login.user);
	buf_put_cstr(&data, "ssh-connection");
	buf_put_cstr(&data, "publickey");
	buf_put_u8(&data, 1);
	buf_put_str(&data, m->alg);
	buf_put_str(&data, m->blob);
	rc = data.err ? data.err : key_verify_flags(s->alg, s->key, buf_str(&data), m->signature, s->flags);
	buf_release(&data);
	return rc;
}

/* He is in by this key: what its certificate says holds from now on. */
static void key_succeeded(struct peer *p, const struct usercert *cert)
{
	char user[SYSLOG_WORD_MAX];

	p->login.cert = *cert;
	if (cert->used)
		syslog_event(p->core->log, "SSH", 6, "CERT_LOGIN", "User '%s' from %s is in by certificate %s",
			     syslog_word(p->login.name, user), p->address, cert->words);
	factors_proven(p, FACTOR_KEY);
}

void login_key(struct peer *p, const struct ipc_msg_AUTH_KEY *m)
{
	struct shown shown = { 0 };

	if (!login_begin(p, LOGIN_KEY, m->user))
		return;
	buf_init(&shown.plain, 0);
	if (!acceptable(p, m, &shown)) {
		login_key_refused(p);
	} else if (m->signature.n == 0) {
		PEER_SEND(p, AUTH_RESULT, .result = AUTH_KEY_OK, .methods = STR(""));
	} else if (verify_signature(p, m, &shown) == 0) {
		key_succeeded(p, &shown.cert);
	} else {
		login_fail_now(p);
	}
	buf_release(&shown.plain);
}
