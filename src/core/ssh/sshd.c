/* SPDX-License-Identifier: Apache-2.0
 *
 * sshd.c: see sshd.h. Runs in core.
 *
 * On means: a version is served. Version 1 where it is configured (or none is) and an RSA pair exists (the one named by
 * `ip ssh rsa keypair-name`, else the first made); version1.c has the key that serves it. Version 2 where it is
 * configured (or none is), that pair has at least 768 bits, or there is an ECDSA or DSA pair that `ip ssh server
 * algorithm hostkey` names, and the configured algorithms leave something to offer. An Ed25519 pair is then offered
 * first; it is made when it is missing.
 */
#include "sshd.h"

#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/gate/listen.h"
#include "core/log/syslog.h"
#include "core/session/banner.h"
#include "core/session/peer.h"
#include "core/ssh/offer.h"
#include "core/ssh/sshdebug.h"
#include "core/ssh/version1.h"
#include "core/ssh/weak.h"
#include "keys/keys.h"
#include "lines/lines.h"
#include "model/model.h"
#include "ssh/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_IN_FORCE   "startup-config is not in force"
#define SSHV2_MIN_BITS 768
#define KEYPAIR_NAME   "/ravelin-ssh:ssh/rsa-keypair-name"
#define EC_CURVES      3
#define HOST_KEYS      (3 + EC_CURVES)
#define NAMES_MAX      4096
#define BLOB_MAX       8192

/* What every new session is told, as keys and configuration were when somebody last changed them. */
struct setup {
	struct buf blobs, names[OFFER_CLASSES];
	uint32_t n_blobs;
	struct offer_set set;
	unsigned dh_min;
};

struct sshd {
	struct core *core;
	bool enabled;
	const char *served;              /* versions, as the log said when it was enabled */
	const char *off[3];              /* why version 1, version 2 is not served; NULL: it is */
	char version[64];                /* identification string */
	struct offer_set told;           /* what the log was told of */
	const struct key *rsa, *ed25519; /* borrowed from the key store; looked up at every change */
	const struct key *ecdsa[EC_CURVES];
	const struct key *dsa;
	bool other_serves; /* an ECDSA or DSA pair is offered */
	struct setup setup;
	struct listen *listen;
};

/* --- keys and state --- */

static const struct key *find_rsa(const struct sshd *s)
{
	const char *wanted = model_str(s->core->model, KEYPAIR_NAME);

	for (size_t i = 0; i < keys_count(s->core->keys); i++) {
		const struct key *k = keys_at(s->core->keys, i);

		if (k->type == KEY_RSA && key_signs(k) && (!wanted || strcmp(k->name, wanted) == 0))
			return k;
	}
	return NULL;
}

static const struct key *find_ed25519(struct sshd *s)
{
	struct errbuf e = { "" };
	const struct key *k = keys_find(s->core->keys, KEY_ED25519, "ed25519", KEY_GENERAL);

	if (!k && keys_make_ed25519(s->core->keys, "ed25519", &e) < 0)
		syslog_event(s->core->log, "SSH", 3, "HOSTKEY", "no Ed25519 host key: %s", e.text);
	return k ? k : keys_find(s->core->keys, KEY_ED25519, "ed25519", KEY_GENERAL);
}

/* The first pair made on each curve. */
static void find_ecdsa(struct sshd *s)
{
	static const unsigned bits[EC_CURVES] = { 256, 384, 521 };

	for (size_t c = 0; c < EC_CURVES; c++) {
		s->ecdsa[c] = NULL;
		for (size_t i = 0; !s->ecdsa[c] && i < keys_count(s->core->keys); i++) {
			const struct key *k = keys_at(s->core->keys, i);

			if (k->type == KEY_ECDSA && k->bits == bits[c])
				s->ecdsa[c] = k;
		}
	}
}

static void find_dsa(struct sshd *s)
{
	s->dsa = NULL;
	for (size_t i = 0; !s->dsa && i < keys_count(s->core->keys); i++)
		if (keys_at(s->core->keys, i)->type == KEY_DSA)
			s->dsa = keys_at(s->core->keys, i);
}

/* A small RSA pair serves version 1 only. */
static size_t host_keys(const struct sshd *s, const struct key *found[HOST_KEYS])
{
	const struct key *rsa = s->rsa && s->rsa->bits >= SSHV2_MIN_BITS ? s->rsa : NULL;
	const struct key *const all[HOST_KEYS] = { s->ed25519, rsa, s->ecdsa[0], s->ecdsa[1], s->ecdsa[2], s->dsa };
	size_t n = 0;

	for (size_t i = 0; i < HOST_KEYS; i++)
		if (all[i])
			found[n++] = all[i];
	return n;
}

const struct key *sshd_hostkey(const struct sshd *s, struct str alg)
{
	const struct key *keys[HOST_KEYS];
	size_t n = host_keys(s, keys);

	for (size_t i = 0; i < n; i++)
		if (key_alg_fits(keys[i], alg))
			return keys[i];
	return NULL;
}

struct pick {
	const struct key *key;
	const char *preferred, *first, *found;
};

static bool fits_key(void *arg, const char *alg)
{
	struct pick *pick = arg;

	if (!key_alg_fits(pick->key, str_of(alg)))
		return false;
	pick->first = pick->first ? pick->first : alg;
	pick->found = strcmp(alg, pick->preferred) == 0 ? alg : NULL;
	return pick->found != NULL;
}

const struct key *sshd_hostkey_of(const struct sshd *s, struct str blob, const char *preferred, const char **alg)
{
	const struct key *keys[HOST_KEYS];
	const struct offer_plan plan = offer_now(s->core->model);
	size_t n = host_keys(s, keys), i = 0;
	struct pick pick = { .preferred = preferred };
	struct buf own;

	buf_init(&own, BLOB_MAX);
	for (; i < n && !pick.key; i++) {
		buf_clear(&own);
		key_blob(keys[i], &own);
		if (str_eq(blob, buf_str(&own)))
			pick.key = keys[i];
	}
	buf_release(&own);
	if (!pick.key)
		return NULL;
	offer_any(&plan, OFFER_HOSTKEY, fits_key, &pick);
	*alg = pick.found ? pick.found : pick.first;
	return *alg ? pick.key : NULL;
}

struct offered {
	const struct sshd *s;
	enum offer_class of;
	struct buf *out;
};

static bool put_offered(void *arg, const char *name)
{
	struct offered *o = arg;

	if (o->of != OFFER_HOSTKEY || sshd_hostkey(o->s, str_of(name)))
		buf_printf(o->out, "%s%s", buf_len(o->out) ? "," : "", name);
	return false;
}

void sshd_offered(const struct sshd *s, enum offer_class of, struct buf *out)
{
	const struct offer_plan plan = offer_now(s->core->model);

	offer_any(&plan, of, put_offered, &(struct offered){ s, of, out });
}

static bool any_key(void *s, const char *alg)
{
	return sshd_hostkey(s, str_of(alg)) != NULL;
}

static bool other_key(void *s, const char *alg)
{
	const struct key *k = sshd_hostkey(s, str_of(alg));

	return k && (k->type == KEY_ECDSA || k->type == KEY_DSA);
}

static uint64_t version_configured(const struct sshd *s)
{
	return model_uint(s->core->model, "/ravelin-ssh:ssh/version", 0);
}

static const char *why_no_rsa(const struct sshd *s)
{
	if (s->rsa)
		return NULL;
	return model_str(s->core->model, KEYPAIR_NAME) ? "the RSA key pair of ip ssh rsa keypair-name does not exist"
						       : "no RSA key pair";
}

static const char *why_off_1(const struct sshd *s)
{
	if (s->core->doubt == DOUBT_FILE)
		return NOT_IN_FORCE;
	return version_configured(s) == 2 ? "version 2 is configured" : why_no_rsa(s);
}

static const char *why_off_2(struct sshd *s)
{
	const struct offer_plan plan = offer_now(s->core->model);

	if (s->core->doubt == DOUBT_FILE)
		return NOT_IN_FORCE;
	if (!s->rsa && (!s->other_serves || model_str(s->core->model, KEYPAIR_NAME)))
		return why_no_rsa(s);
	if (version_configured(s) == 1)
		return "version 1 is configured";
	if (s->rsa && s->rsa->bits < SSHV2_MIN_BITS && !s->other_serves)
		return "the RSA key pair has less than 768 bits, which version 2 needs";
	if (!offer_any(&plan, OFFER_KEX, offer_one, NULL))
		return "no method of ip ssh server algorithm kex is as large as ip ssh dh min size wants";
	if (!offer_any(&plan, OFFER_HOSTKEY, any_key, s))
		return "no key pair for ip ssh server algorithm hostkey";
	return NULL;
}

bool sshd_serves(const struct sshd *s, unsigned version)
{
	return s->off[version] == NULL;
}

const char *sshd_versions(const struct sshd *s)
{
	uint64_t v = version_configured(s);

	if (s->enabled && v == 0)
		v = sshd_serves(s, 1) ? (sshd_serves(s, 2) ? 0 : 1) : 2;
	return v == 1 ? "1.5" : v == 2 ? "2.0" : "1.99";
}

const char *sshd_off_reason(const struct sshd *s)
{
	if (s->enabled)
		return NULL;
	return s->off[version_configured(s) == 1 ? 1 : 2];
}

const char *sshd_version2_off_reason(const struct sshd *s)
{
	return version_configured(s) == 1 ? NULL : s->off[2];
}

const struct key *sshd_rsa(const struct sshd *s)
{
	return s->rsa;
}

uint32_t sshd_version1_ciphers(const struct sshd *s)
{
	const struct lyd_node *named = model_first(s->core->model, NULL, "/ravelin-ssh:ssh/v1-cipher");
	uint32_t bits = named ? 0 : SSH_V1_BIT(SSH_V1_3DES);

	for (; named; named = model_next(named))
		bits |= SSH_V1_BIT(strcmp(model_value(named), "des") == 0 ? SSH_V1_DES : SSH_V1_3DES);
	return bits;
}

struct listen *sshd_listen(const struct sshd *s)
{
	return s->listen;
}

bool sshd_off_is_odd(const struct sshd *s)
{
	return !s->enabled && (s->rsa || model_str(s->core->model, KEYPAIR_NAME));
}

bool sshd_enabled(const struct sshd *s)
{
	return s->enabled;
}

struct str sshd_version(const struct sshd *s)
{
	return str_of(s->version);
}

/* `transport input none` on every vty: nobody could be given a line, so nobody is answered. */
static bool line_listens(const struct sshd *s)
{
	const struct line *line;

	for (size_t i = 0; (line = lines_group(s->core->lines, i)); i++)
		if (line->type == LINE_VTY && lines_allows(s->core->lines, line, "ssh"))
			return true;
	return false;
}

static void make_setup(const struct sshd *s, const struct offer_plan *plan, struct setup *t)
{
	const struct key *keys[HOST_KEYS];
	struct buf blob;

	t->n_blobs = (uint32_t)host_keys(s, keys);
	t->dh_min = plan->dh_min;
	buf_init(&blob, BLOB_MAX);
	buf_clear(&t->blobs);
	for (size_t i = 0; i < t->n_blobs; i++) {
		buf_clear(&blob);
		key_blob(keys[i], &blob);
		str_list_put(&t->blobs, buf_str(&blob));
	}
	buf_release(&blob);
	for (size_t i = 0; i < OFFER_CLASSES; i++) {
		buf_clear(&t->names[i]);
		offer_put(plan, (enum offer_class)i, &t->names[i]);
	}
	offer_remember(plan, &t->set);
}

void sshd_update(struct sshd *s)
{
	const struct offer_plan plan = offer_now(s->core->model);
	bool was = s->enabled, was_1 = sshd_serves(s, 1);

	s->rsa = find_rsa(s);
	find_ecdsa(s);
	find_dsa(s);
	s->other_serves = offer_any(&plan, OFFER_HOSTKEY, other_key, s);
	s->ed25519 = s->rsa || s->other_serves ? find_ed25519(s) : NULL;
	s->off[1] = why_off_1(s);
	s->off[2] = why_off_2(s);
	s->enabled = sshd_serves(s, 1) || sshd_serves(s, 2);
	snprintf(s->version, sizeof s->version, "SSH-%s-%s", sshd_versions(s), plan.preset->software);
	make_setup(s, &plan, &s->setup);
	listen_update(s->listen, s->enabled && line_listens(s));
	gatectl_des(s->core->gate, sshd_serves(s, 1) && (sshd_version1_ciphers(s) & SSH_V1_BIT(SSH_V1_DES)));
	if (s->enabled && !was) {
		syslog_event(s->core->log, "SSH", 5, "ENABLED", "SSH %s has been enabled", sshd_versions(s));
		s->served = sshd_versions(s);
	} else if (was && !s->enabled) {
		syslog_event(s->core->log, "SSH", 5, "DISABLED", "SSH %s has been disabled", s->served);
	}
	if (sshd_serves(s, 1) && !was_1)
		syslog_event(s->core->log, "SSH", 4, "VERSION1",
			     "SSH version 1 is served: nothing in it protects what is sent against being changed on "
			     "the way; \"ip ssh version 2\" turns it off");
	if (sshd_serves(s, 2))
		weak_tell(s->core, &s->told);
}

void sshd_status(const struct sshd *s, struct buf *out)
{
	if (!s->enabled)
		buf_printf(out, "ssh: off (%s)\n", sshd_off_reason(s));
	listen_status(s->listen, out);
}

/* --- sessions --- */

void sshd_setup(struct sshd *s, struct peer *p)
{
	const struct model *m = s->core->model;
	const struct setup *t = &s->setup;
	uint64_t secs = model_uint(m, "/ravelin-ssh:ssh/time-out", 120);
	struct buf text;

	if (!s->enabled) {
		peer_violation(p, "SSH is disabled");
		return;
	}
	buf_init(&text, BANNER_SHOWN_MAX + 256);
	p->offered = t->set;
	transcript_offer(&p->transcript, &p->offered, t->dh_min);
	banner_put(s->core, "login", NULL, &text);
	str_copy(sshd_version(s), p->transcript.version, sizeof p->transcript.version);
	sshdebug_watch(p); /* before it has anything to tell */
	PEER_SEND(p, SETUP, .kind = KIND_SSH, .cookie = { p->transcript.cookie, sizeof p->transcript.cookie },
		  .version = sshd_version(s), .kex = buf_str(&t->names[OFFER_KEX]),
		  .hostkeys = buf_str(&t->names[OFFER_HOSTKEY]), .ciphers = buf_str(&t->names[OFFER_ENCRYPTION]),
		  .macs = buf_str(&t->names[OFFER_MAC]), .sig_algs = buf_str(&t->names[OFFER_PUBLICKEY]),
		  .blobs = str_list_of(&t->blobs, t->n_blobs), .banner = buf_str(&text), .login_secs = (uint32_t)secs,
		  .rekey_bytes = offer_rekey_bytes(m), .rekey_secs = offer_rekey_secs(m),
		  .dh_min = p->transcript.dh_min);
	peer_set_deadline(p, secs * 1000);
	sshdebug_say(p, "starting SSH control process");
	sshdebug_say(p, "sent protocol version id %s", p->transcript.version);
	buf_release(&text);
}

static void on_change(void *arg, const struct txn *t)
{
	struct sshd *s = arg;

	(void)t;
	if (s->core->booted) /* while startup-config loads, half of it is no answer; the end of the boot asks once */
		sshd_update(s);
}

static void on_lines_change(void *arg, const struct txn *t)
{
	struct sshd *s = arg;

	(void)t;
	if (s->core->booted)
		listen_update(s->listen, s->enabled && line_listens(s));
}

struct sshd *sshd_new(struct core *core)
{
	struct sshd *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->core = core;
	s->off[1] = s->off[2] = "not started";
	buf_init(&s->setup.blobs, HOST_KEYS * BLOB_MAX);
	for (size_t i = 0; i < OFFER_CLASSES; i++)
		buf_init(&s->setup.names[i], NAMES_MAX);
	s->listen = listen_new(core);
	if (!s->listen || model_watch(core->model, "/ravelin-ssh:ssh", on_change, s) < 0 ||
	    model_watch(core->model, "/ravelin-vrf:vrfs", on_change, s) < 0 ||
	    model_watch(core->model, "/ravelin-line:lines", on_lines_change, s) < 0) {
		free(s->listen);
		free(s);
		return NULL;
	}
	return s;
}
