/* SPDX-License-Identifier: Apache-2.0
 *
 * version1.c: see version1.h. Runs in core; every message is hostile. Both decryptions take a millisecond together and
 * are done here; making a key takes longer and is a helper's work, for which the first client waits.
 */
#include "version1.h"

#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/job.h"
#include "core/log/syslog.h"
#include "core/login/login.h"
#include "core/session/peer.h"
#include "core/ssh/sshd.h"
#include "keys/keys.h"
#include "ssh/rows.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define SERVER_SECS       3600
#define GENERATE_LIMIT_MS 60000

struct version1 {
	struct core *core;
	struct job *host_job, *server_job;
	char making[KEY_NAME_MAX]; /* the pair host_job is for */
	struct key server;         /* no pkey: none is there */
	bool used;                 /* since it was made */
	struct event *hour;
};

struct version1 *version1_new(struct core *core)
{
	struct version1 *v = calloc(1, sizeof *v);

	if (v)
		v->core = core;
	return v;
}

void version1_release(struct version1_peer *v)
{
	key_release(&v->host);
	key_release(&v->server);
	OPENSSL_cleanse(v, sizeof *v);
}

/* --- making keys --- */

static struct job *make(struct version1 *v, uint32_t bits, job_fn *fn)
{
	struct errbuf e = { "" };
	struct buf request;
	struct job *job;

	buf_init(&request, 64);
	buf_put_u32(&request, bits);
	job = job_start(&v->core->jobs, "rsa", buf_str(&request), GENERATE_LIMIT_MS, fn, v, &e);
	buf_release(&request);
	if (!job)
		syslog_event(v->core->log, "SSH", 3, "VERSION1_KEY", "key of SSH version 1 not made: %s", e.text);
	return job;
}

static void offer_waiting(struct version1 *v, bool failed);
static void make_host(struct version1 *v, const char *name);
static void renew_server(struct version1 *v);

/* The PKCS#8 of a helper's result; empty (and logged) if there is none. */
static struct str made_by(const struct version1 *v, enum job_kind kind, struct str bytes)
{
	struct cur c = cur_of(bytes);
	struct str der = kind == JOB_RESULT ? cur_str(&c) : (struct str){ NULL, 0 };

	if (kind == JOB_RESULT && cur_done(&c))
		return der;
	syslog_event(v->core->log, "SSH", 3, "VERSION1_KEY", "key of SSH version 1 not made: %.*s",
		     kind == JOB_FAILED ? (int)bytes.n : 10, kind == JOB_FAILED ? (const char *)bytes.p : "bad answer");
	return (struct str){ NULL, 0 };
}

static const struct key *host_of(const struct version1 *v, const char *name)
{
	return keys_find(v->core->keys, KEY_RSA, name, KEY_SSH1);
}

int version1_made(struct version1 *v, const char *name, struct str der)
{
	const struct key *rsa = sshd_rsa(v->core->sshd);
	struct errbuf e = { "" };
	int rc;

	/* The pair may have been removed, or another one bound, while its companion was made. */
	if (!rsa || strcmp(rsa->name, name) != 0 || host_of(v, name))
		return 0;
	rc = keys_add(v->core->keys, name, KEY_RSA, KEY_SSH1, false, der, &e);
	if (rc < 0)
		syslog_event(v->core->log, "SSH", 3, "VERSION1_KEY", "key of SSH version 1 not saved: %s", e.text);
	else
		sshd_update(v->core->sshd); /* it borrows keys from the store */
	return rc;
}

static void host_made(void *arg, enum job_kind kind, struct str bytes)
{
	struct version1 *v = arg;
	const struct key *rsa = sshd_rsa(v->core->sshd);
	struct str der;

	if (kind == JOB_PROGRESS)
		return;
	v->host_job = NULL;
	der = made_by(v, kind, bytes);
	offer_waiting(v, der.n == 0 || version1_made(v, v->making, der) < 0);
	if (rsa && strcmp(rsa->name, v->making) != 0)
		make_host(v, rsa->name); /* another one was bound meanwhile */
}

/* The RSA pair of this name gets a host key of version 1 beside it, if it has none. */
static void make_host(struct version1 *v, const char *name)
{
	if (v->host_job || host_of(v, name))
		return;
	str_copy(str_of(name), v->making, sizeof v->making);
	v->host_job = make(v, RSA1_HOST_BITS, host_made);
}

void version1_replaced(struct version1 *v, const char *name)
{
	job_cancel(v->host_job);
	v->host_job = NULL;
	if (host_of(v, name))
		keys_remove_usage(v->core->keys, name, KEY_RSA, KEY_SSH1, NULL);
}

/* A key nobody used for an hour is not kept: what was said under it is not to be read later. */
static void on_hour(evutil_socket_t fd, short what, void *arg)
{
	struct version1 *v = arg;

	(void)fd;
	(void)what;
	if (v->used)
		renew_server(v);
	else
		key_release(&v->server);
}

static void server_made(void *arg, enum job_kind kind, struct str bytes)
{
	struct version1 *v = arg;
	struct timeval hour = { SERVER_SECS, 0 };
	struct key made = { .usage = KEY_SSH1 };
	struct str der;

	if (kind == JOB_PROGRESS)
		return;
	v->server_job = NULL;
	der = made_by(v, kind, bytes);
	if (!v->hour)
		v->hour = evtimer_new(v->core->base, on_hour, v);
	if (der.n && v->hour && key_from_private(der, &made) == 0 && made.type == KEY_RSA &&
	    event_add(v->hour, &hour) == 0) {
		key_release(&v->server);
		v->server = made;
		v->used = false;
	} else {
		key_release(&made);
		key_release(&v->server); /* an old one is not used for ever */
	}
	offer_waiting(v, !v->server.pkey);
}

/* The old one serves until the new one is there. */
static void renew_server(struct version1 *v)
{
	if (!v->server_job)
		v->server_job = make(v, RSA1_SERVER_BITS, server_made);
}

/* --- the session key --- */

/* Those of `ip ssh v1 cipher`, without it 3DES alone, if the process has them. */
static uint32_t ciphers_of(const struct peer *p)
{
	uint32_t wanted = sshd_version1_ciphers(p->core->sshd);

	return p->v1.des ? wanted : wanted & ~SSH_V1_BIT(SSH_V1_DES);
}

static void put_keys(struct peer *p, const struct key *host, const struct key *server)
{
	struct version1_peer *v = &p->v1;
	struct buf numbers[4];
	int rc;

	for (size_t i = 0; i < 4; i++)
		buf_init(&numbers[i], 0);
	rc = rsa1_public(host, &numbers[0], &numbers[1]);
	if (rc == 0)
		rc = rsa1_public(server, &numbers[2], &numbers[3]);
	if (rc == 0)
		rc = rsa1_session_id(host, server, v->cookie, v->session_id);
	if (rc == 0)
		PEER_SEND(p, V1_KEYS, .cookie = { v->cookie, sizeof v->cookie }, .host_bits = host->bits,
			  .host_e = buf_str(&numbers[0]), .host_n = buf_str(&numbers[1]), .server_bits = server->bits,
			  .server_e = buf_str(&numbers[2]), .server_n = buf_str(&numbers[3]), .ciphers = v->ciphers,
			  .auths = SSH_V1_BIT(SSH_V1_AUTH_RSA) | SSH_V1_BIT(SSH_V1_AUTH_PASSWORD));
	else
		peer_violation(p, "keys of version 1 failed");
	for (size_t i = 0; i < 4; i++)
		buf_release(&numbers[i]);
}

static void offer(struct peer *p, const struct key *host, const struct key *server)
{
	struct version1_peer *v = &p->v1;

	v->waiting = false;
	if (p->closing || p->doomed)
		return;
	v->ciphers = ciphers_of(p);
	if (v->ciphers == 0) {
		peer_close(p, 1, "No cipher for SSH version 1.");
		return;
	}
	if (RAND_bytes(v->cookie, sizeof v->cookie) != 1 || key_share(host, &v->host) < 0 ||
	    key_share(server, &v->server) < 0) {
		peer_violation(p, "keys of version 1 failed");
		return;
	}
	v->offered = true;
	put_keys(p, &v->host, &v->server);
}

/* Whoever waits gets keys when both are there; `failed`: they never will be. */
static void offer_waiting(struct version1 *v, bool failed)
{
	const struct key *rsa = sshd_rsa(v->core->sshd), *host = rsa ? host_of(v, rsa->name) : NULL;
	struct peer *p;

	if (!failed && (!host || !v->server.pkey))
		return;
	TAILQ_FOREACH (p, &v->core->peers, link) {
		if (!p->v1.waiting)
			continue;
		if (failed) {
			p->v1.waiting = false;
			peer_close(p, 1, "No keys for SSH version 1.");
		} else {
			offer(p, host, &v->server);
		}
	}
}

void version1_ask(struct peer *p, const struct ipc_msg_V1_ASK *m)
{
	struct version1 *v = p->core->version1;
	const struct key *rsa = sshd_rsa(p->core->sshd);

	if (p->closing)
		return;
	if (p->v1.chosen || p->transcript.signing) {
		peer_violation(p, "chose its version twice");
		return;
	}
	p->v1.chosen = true;
	if (!sshd_serves(p->core->sshd, 1) || !rsa) { /* it was turned off since the connection began */
		peer_close(p, 1, "Protocol major versions differ.");
		return;
	}
	p->v1.waiting = true;
	make_host(v, rsa->name);
	if (!v->server.pkey)
		renew_server(v);
	offer_waiting(v, (!v->server.pkey && !v->server_job) || (!host_of(v, rsa->name) && !v->host_job));
}

void version1_session_key(struct peer *p, const struct ipc_msg_V1_SESSION_KEY *m)
{
	struct version1_peer *v = &p->v1;
	uint8_t key[RSA1_KEY];
	int rc;

	if (p->closing)
		return;
	if (!v->offered || m->cipher >= 32 || !(v->ciphers >> m->cipher & 1)) {
		peer_violation(p, "session key that was not asked for");
		return;
	}
	v->offered = false;
	p->core->version1->used = true;
	rc = rsa1_unwrap(&v->host, &v->server, v->cookie, m->cookie, m->secret, key);
	key_release(&v->host);
	key_release(&v->server);
	if (rc < 0) {
		peer_violation(p, "session key not decrypted");
		return;
	}
	peer_set_phase(p, PH_KEYED);
	gatectl_keyed(p->core->gate, p);
	PEER_SEND(p, V1_KEY, .key = { key, sizeof key });
	OPENSSL_cleanse(key, sizeof key);
}

/* --- users' keys --- */

/* A client names a modulus; the configuration has the digest of a key with its exponent. These are the exponents in use
 * with version 1: RSA_F4, and those of old key generators, which took the first odd number that would do from 33 on. */
static const uint32_t exponents[] = { 65537, 37, 35, 33, 41, 43, 39, 17, 3, 5 };

static bool find_key(struct peer *p, struct str modulus, struct buf *blob)
{
	bool found = false;
	struct buf one;

	buf_init(&one, 0);
	for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
		buf_clear(&one);
		rsa1_blob(modulus, exponents[i], &one);
		if (!login_key_listed(p, STR("ssh-rsa"), buf_str(&one)) || found)
			continue;
		found = true;
		buf_put(blob, buf_ptr(&one), buf_len(&one));
	}
	buf_release(&one);
	return found && !blob->err;
}

void version1_auth_rsa(struct peer *p, const struct ipc_msg_V1_AUTH_RSA *m)
{
	struct version1_peer *v = &p->v1;
	struct buf blob, number;

	v->challenged = false;
	if (!login_begin(p, LOGIN_KEY, m->user))
		return;
	buf_init(&blob, 0);
	buf_init(&number, 0);
	if (find_key(p, m->modulus, &blob) && RAND_bytes(v->challenge, sizeof v->challenge) == 1 &&
	    rsa1_encrypt(buf_str(&blob), v->challenge, &number) == 0) {
		v->challenged = true;
		PEER_SEND(p, V1_CHALLENGE, .number = buf_str(&number));
	} else {
		login_key_refused(p);
	}
	buf_release(&blob);
	buf_release(&number);
}

void version1_auth_response(struct peer *p, const struct ipc_msg_V1_AUTH_RESPONSE *m)
{
	struct version1_peer *v = &p->v1;
	uint8_t right[16];
	bool good;

	if (p->closing)
		return;
	if (!v->challenged) {
		peer_violation(p, "answer to a challenge nobody gave");
		return;
	}
	v->challenged = false;
	good = rsa1_response(v->challenge, v->session_id, right) == 0 && m->response.n == sizeof right &&
	       CRYPTO_memcmp(m->response.p, right, sizeof right) == 0;
	OPENSSL_cleanse(v->challenge, sizeof v->challenge);
	login_key_end(p, good);
}

bool version1_allows(const struct peer *p, uint16_t type)
{
	switch (type) {
	case IPC_COOKIE_ASK:
	case IPC_SIGN:
	case IPC_AUTH_KBDINT:
	case IPC_AUTH_ANSWER:
	case IPC_AUTH_KEY:
	case IPC_PROVE:
		return !p->v1.chosen;
	case IPC_V1_SESSION_KEY:
	case IPC_V1_AUTH_RSA:
	case IPC_V1_AUTH_RESPONSE:
		return p->v1.chosen;
	default:
		return true;
	}
}
