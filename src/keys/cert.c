/* SPDX-License-Identifier: Apache-2.0
 *
 * cert.c: see cert.h. Runs in core; certificates are hostile until cert_verify. Fields carry their lengths and their
 * number is fixed: one pass, no recursion, nothing allocated. OpenSSH PROTOCOL.certkeys, PROTOCOL.u2f.
 */
#include "cert.h"

#include "keys_private.h"

#include <string.h>

#define CA_RSA_BITS_MIN 2048

static const struct {
	const char *alg, *plain;
} algs[] = {
	{ "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519" },
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256" },
	{ "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384" },
	{ "ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521" },
	{ "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256" },
	{ "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512" },
	{ "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com" },
	{ "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com" },
};

const char *cert_plain_alg(struct str alg)
{
	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
		if (str_is(alg, algs[i].alg))
			return algs[i].plain;
	return NULL;
}

static const struct key_kind *kind_of(struct str blob)
{
	struct cur c = cur_of(blob);
	struct str type = cur_str(&c);

	for (size_t i = 0; key_kinds[i].name; i++)
		if (str_is(type, key_kinds[i].cert))
			return &key_kinds[i];
	return NULL;
}

bool cert_is(struct str blob)
{
	return kind_of(blob) != NULL;
}

int cert_walk(struct str blob, struct cert *out, struct errbuf *e)
{
	const struct key_kind *kind = kind_of(blob);
	struct cur c = cur_of(blob);

	*out = (struct cert){ 0 };
	if (!kind)
		return err_set(e, E_INVAL, "not a certificate");
	cur_str(&c); /* type */
	cur_str(&c); /* nonce */
	out->key_type = kind->name;
	out->key.p = c.p;
	for (unsigned i = 0; i < kind->fields; i++)
		cur_str(&c);
	out->key.n = (size_t)(c.p - out->key.p);
	out->serial = cur_u64(&c);
	out->kind = cur_u32(&c);
	out->id = cur_str(&c);
	out->principals = cur_str(&c);
	out->from = cur_u64(&c);
	out->until = cur_u64(&c);
	out->options = cur_str(&c);
	out->extensions = cur_str(&c);
	cur_str(&c); /* reserved */
	out->ca = cur_str(&c);
	out->body = (struct str){ blob.p, (size_t)(c.p - blob.p) };
	out->signature = cur_str(&c);
	return cur_done(&c) ? 0 : err_set(e, E_INVAL, "malformed certificate");
}

int cert_verify(const struct cert *cert, struct errbuf *e)
{
	struct cur c = cur_of(cert->signature);
	struct str alg = cur_str(&c);
	struct key_public ca;
	int r = key_public_parse(cert->ca, &ca, e);

	if (r < 0)
		return r;
	if (ca.type == KEY_RSA && ca.bits < CA_RSA_BITS_MIN)
		return err_set(e, E_UNSUPPORTED, "its authority's RSA key has %u bits: at least %d are needed", ca.bits,
			       CA_RSA_BITS_MIN);
	if (str_is(alg, "ssh-rsa") ||
	    str_is(alg, "ssh-dss")) /* whatever a policy for old clients says: who signs certificates is not one */
		return err_set(e, E_UNSUPPORTED, "its signature uses SHA-1");
	r = key_verify(alg, cert->ca, cert->body, cert->signature);
	return r == 0 ? 0 : err_set(e, r, "its signature is wrong");
}

void cert_key_blob(const struct cert *cert, struct buf *out)
{
	buf_put_cstr(out, cert->key_type);
	buf_put(out, cert->key.p, cert->key.n);
}

bool cert_names(const struct cert *cert, const char *principal)
{
	struct cur c = cur_of(cert->principals);
	bool found = false;

	while (c.n && !c.bad)
		found |= str_is(cur_str(&c), principal);
	return found && !c.bad;
}

/* Options and extensions that say something hold one string in theirs. */
static int text_option(struct str data, bool *have, struct str *value, struct errbuf *e)
{
	struct cur c = cur_of(data);

	if (*have)
		return err_set(e, E_INVAL, "it has an option twice");
	*have = true;
	*value = cur_str(&c);
	return cur_done(&c) && value->n ? 0 : err_set(e, E_INVAL, "it has a malformed option");
}

static int option(struct cert_terms *t, struct str name, struct str data, struct errbuf *e)
{
	if (str_is(name, "force-command"))
		return text_option(data, &t->forced, &t->command, e);
	if (str_is(name, "source-address"))
		return text_option(data, &t->limited, &t->addresses, e);
	if (!str_is(name, "verify-required"))
		return err_set(e, E_UNSUPPORTED, "it has a critical option that is not known");
	t->verify = true;
	return data.n == 0 ? 0 : err_set(e, E_INVAL, "it has a malformed option");
}

int cert_terms_of(const struct cert *cert, struct cert_terms *out, struct errbuf *e)
{
	struct cur options = cur_of(cert->options), extensions = cur_of(cert->extensions);
	int r = 0;

	*out = (struct cert_terms){ 0 };
	while (options.n && r == 0) {
		struct str name = cur_str(&options), data = cur_str(&options);

		r = options.bad ? err_set(e, E_INVAL, "malformed options") : option(out, name, data, e);
	}
	while (extensions.n && r == 0) { /* what is not known, or not done at all, is not permitted by it either */
		struct str name = cur_str(&extensions);

		cur_str(&extensions);
		out->pty |= str_is(name, "permit-pty");
		out->no_touch |= str_is(name, "no-touch-required");
		r = extensions.bad ? err_set(e, E_INVAL, "malformed extensions") : 0;
	}
	return r;
}
