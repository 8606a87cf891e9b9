/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a public key that is not in the configuration, for this user and by type and digest, is never parsed or
 * computed with, however it looks; one that is there is. A password costs everybody one helper, whether there is such
 * a user or not. The linker puts counters in the places of key_verify and job_start.
 */
#include "aaa/aaa.h"
#include "core/core.h"
#include "core/gate/watch.h"
#include "core/job.h"
#include "core/log/syslog.h"
#include "core/login/lockout.h"
#include "core/login/login.h"
#include "core/session/peer.h"
#include "keys/keys.h"
#include "lines/lines.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "keep.h"

int __wrap_key_verify(struct str alg, struct str blob, struct str data, struct str signature);
int __real_key_verify(struct str alg, struct str blob, struct str data, struct str signature);

static unsigned verified;

int __wrap_key_verify(struct str alg, struct str blob, struct str data, struct str signature)
{
	verified++;
	return __real_key_verify(alg, blob, data, signature);
}

int __wrap_key_verify_flags(struct str alg, struct str blob, struct str data, struct str signature, uint8_t flags);
int __real_key_verify_flags(struct str alg, struct str blob, struct str data, struct str signature, uint8_t flags);

int __wrap_key_verify_flags(struct str alg, struct str blob, struct str data, struct str signature, uint8_t flags)
{
	verified++;
	return __real_key_verify_flags(alg, blob, data, signature, flags);
}

/* What a helper was asked for; none is started. */
static struct asked {
	unsigned times;
	char name[16];
	uint32_t type;
	bool decoy;
} asked;

struct job *__wrap_job_start(struct job_host *h, const char *name, struct str request, unsigned limit_ms, job_fn *fn,
			     void *arg, struct errbuf *e);
struct job *__wrap_job_start(struct job_host *h, const char *name, struct str request, unsigned limit_ms, job_fn *fn,
			     void *arg, struct errbuf *e)
{
	struct cur c = cur_of(request);

	(void)h;
	(void)limit_ms;
	(void)fn;
	(void)arg;
	(void)e;
	asked.times++;
	str_copy(str_of(name), asked.name, sizeof asked.name);
	asked.type = cur_u32(&c);
	asked.decoy = str_is(cur_str(&c), aaa_decoy_secret);
	return (struct job *)&asked;
}

struct bed {
	struct core core;
	struct peer peer;
	struct ipc_channel session;
};

static void set_user(struct model *m, const char *name)
{
	struct txn *t = model_begin(m);
	struct lyd_node *entry;

	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", (const char *[]){ name }, &entry, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void list_key(struct model *m, const char *user, const char *type, struct str blob)
{
	struct txn *t = model_begin(m);
	struct lyd_node *entry, *key;
	char hash[33];

	key_hash_md5(blob, hash);
	assert_int_equal(
	    txn_entry(t, NULL, "/ravelin-ssh:ssh/pubkey-chain/user", (const char *[]){ user }, &entry, NULL), 0);
	assert_int_equal(txn_entry(t, entry, "key", (const char *[]){ type, hash }, &key, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void list_authority(struct model *m, const char *type, struct str blob)
{
	struct txn *t = model_begin(m);
	struct lyd_node *entry, *key;
	char hash[65];

	key_hash_sha256_hex(blob, hash);
	assert_int_equal(
	    txn_entry(t, NULL, "/ravelin-ssh:ssh/pubkey-chain/trusted-ca", (const char *[]){ "ca" }, &entry, NULL), 0);
	assert_int_equal(txn_entry(t, entry, "key", (const char *[]){ type, hash }, &key, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static int setup(void **state)
{
	static struct bed b;
	struct offer_plan plan;
	int pair[2];

	b = (struct bed){ 0 };
	TAILQ_INIT(&b.core.peers);
	b.core.log = syslog_new(-1, &b.core.clock);
	assert_int_equal(model_new(&b.core.model, NULL), 0);
	b.core.lines = lines_new(b.core.model);
	b.core.base = event_base_new();
	b.core.watch = watch_new(&b.core);
	keep(b.core.watch);
	b.core.lockout = lockout_new(&b.core);
	keep(b.core.lockout);
	set_user(b.core.model, "a");
	set_user(b.core.model, "b");
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&b.session, pair[1], FROM_CORE, false), 0);
	assert_int_equal(ipc_channel_init(&b.peer.channel, pair[0], FROM_SESSION, false), 0);
	b.peer.core = &b.core;
	b.peer.phase = PH_KEYED;
	plan = offer_now(b.core.model);
	offer_remember(&plan, &b.peer.offered);
	b.peer.transcript.session_id_len = 32;
	buf_init(&b.peer.queue, 0);
	verified = 0;
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	ipc_channel_release(&b->session);
	ipc_channel_release(&b->peer.channel);
	buf_release(&b->peer.queue);
	event_base_free(b->core.base);
	lines_free(b->core.lines);
	model_free(b->core.model);
	syslog_free(b->core.log);
	return 0;
}

/* What core answers to `user` with this key; a signature, or none for a query. */
static int offer(struct bed *b, const char *user, const char *alg, struct str blob, struct str signature)
{
	const struct ipc_msg_AUTH_KEY m = { str_of(user), str_of(alg), blob, signature };
	struct ipc_msg_AUTH_RESULT result;
	struct ipc_record r;
	int answer;

	login_key(&b->peer, &m);
	event_base_loop(b->core.base, EVLOOP_ONCE | (b->peer.login.answer ? 0 : EVLOOP_NONBLOCK)); /* a refusal waits */
	assert_int_equal(ipc_recv(&b->session, PH_ANY, 0, &r), 0);
	assert_int_equal(r.type, IPC_AUTH_RESULT);
	assert_true(ipc_get_AUTH_RESULT(r.body, &result));
	answer = result.result;
	ipc_record_release(&r);
	return answer;
}

static void put_blob(struct buf *blob, const char *type, size_t n)
{
	static const uint8_t bytes[3000] = { 9 };

	buf_init(blob, 0);
	buf_put_cstr(blob, type);
	buf_put_str(blob, (struct str){ bytes, n });
}

static void strangers_keys_are_not_looked_at(void **state)
{
	static const char *const types[] = { "ssh-rsa",
					     "ssh-ed25519",
					     "ecdsa-sha2-nistp521",
					     "ssh-dss",
					     "ssh-rsa-cert-v01@openssh.com",
					     "x509v3-ssh-rsa",
					     "" };
	struct bed *b = *state;
	struct buf mine, blob;

	put_blob(&mine, "ssh-rsa", 5);
	list_key(b->core.model, "a", "ssh-rsa", buf_str(&mine));
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		put_blob(&blob, types[i], 3000);
		assert_int_equal(offer(b, "a", "rsa-sha2-256", buf_str(&blob), STR("")), AUTH_FAIL);
		assert_int_equal(offer(b, "a", "rsa-sha2-256", buf_str(&blob), STR("sig")), AUTH_FAIL);
		buf_release(&blob);
	}
	assert_int_equal(offer(b, "a", "rsa-sha2-256", STR(""), STR("sig")), AUTH_FAIL);
	assert_int_equal(offer(b, "a", "rsa-sha2-256", STR("\377\377\377\377"), STR("sig")), AUTH_FAIL);
	/* another user's, and one nobody has */
	assert_int_equal(offer(b, "b", "rsa-sha2-256", buf_str(&mine), STR("sig")), AUTH_FAIL);
	assert_int_equal(offer(b, "nobody", "rsa-sha2-256", buf_str(&mine), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 0);
	/* the counter counts: his own is looked at, and is no key */
	assert_int_equal(offer(b, "a", "rsa-sha2-256", buf_str(&mine), STR("")), AUTH_KEY_OK);
	assert_int_equal(verified, 0);
	assert_int_equal(offer(b, "a", "rsa-sha2-256", buf_str(&mine), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 1);
	buf_release(&mine);
}

/* The digest is of the right key, but the operator wrote it under another type. */
static void type_and_digest_must_both_fit(void **state)
{
	struct bed *b = *state;
	struct buf blob;

	put_blob(&blob, "ssh-rsa", 5);
	list_key(b->core.model, "a", "ssh-ed25519", buf_str(&blob));
	assert_int_equal(offer(b, "a", "rsa-sha2-256", buf_str(&blob), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 0);
	buf_release(&blob);
}

/* A certificate by an authority that nobody configured costs no computation, however it is signed. */
static void strangers_certificates_are_not_looked_at(void **state)
{
	static const char alg[] = "ssh-ed25519-cert-v01@openssh.com";
	static const uint8_t zeros[48];
	struct bed *b = *state;
	struct buf cert, authority;

	put_blob(&authority, "ssh-ed25519", 32);
	buf_init(&cert, 0);
	buf_put_cstr(&cert, alg);
	buf_put_cstr(&cert, "nonce");
	buf_put_str(&cert, (struct str){ zeros, 32 });
	buf_put(&cert, zeros, 12); /* serial and kind */
	buf_put_cstr(&cert, "id");
	buf_put_str(&cert, STR("\0\0\0\1a"));
	buf_put(&cert, zeros, 16 + 12); /* times, options, extensions, reserved */
	buf_put_str(&cert, buf_str(&authority));
	buf_put_cstr(&cert, "signature");
	assert_int_equal(offer(b, "a", alg, buf_str(&cert), STR("")), AUTH_FAIL);
	assert_int_equal(offer(b, "a", alg, buf_str(&cert), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 0);
	list_authority(b->core.model, "ssh-rsa", buf_str(&authority)); /* its digest under another type */
	assert_int_equal(offer(b, "a", alg, buf_str(&cert), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 0);
	list_authority(b->core.model, "ssh-ed25519", buf_str(&authority)); /* the counter counts */
	assert_int_equal(offer(b, "a", alg, buf_str(&cert), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 1);
	buf_release(&cert);
	buf_release(&authority);
}

/* A signature the session was not told to take is not verified, though the key is the user's; told so, it is. */
static void only_offered_signatures_are_taken(void **state)
{
	struct bed *b = *state;
	struct offer_plan plan;
	struct buf blob;
	struct txn *t;

	put_blob(&blob, "ssh-rsa", 5);
	list_key(b->core.model, "a", "ssh-rsa", buf_str(&blob));
	assert_int_equal(offer(b, "a", "ssh-rsa", buf_str(&blob), STR("")), AUTH_FAIL);
	assert_int_equal(offer(b, "a", "ssh-rsa", buf_str(&blob), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 0);
	t = model_begin(b->core.model);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/server-algorithm/publickey", "ssh-rsa", NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
	assert_int_equal(offer(b, "a", "ssh-rsa", buf_str(&blob), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 0); /* the next connection */
	plan = offer_now(b->core.model);
	offer_remember(&plan, &b->peer.offered);
	assert_int_equal(offer(b, "a", "ssh-rsa", buf_str(&blob), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 1);
	assert_int_equal(offer(b, "a", "rsa-sha2-256", buf_str(&blob), STR("sig")), AUTH_FAIL);
	assert_int_equal(verified, 1);
	buf_release(&blob);
}

static void give_secret(struct model *m, const char *name, const char *type, const char *value)
{
	struct txn *t = model_begin(m);
	struct lyd_node *user;

	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", (const char *[]){ name }, &user, NULL), 0);
	assert_int_equal(txn_set(t, user, "credential/type", type, NULL), 0);
	assert_int_equal(txn_set(t, user, "credential/value", value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

/* Before anything is known of the password, one helper is at it: by the user's own hash, or by the decoy where there is
 * no user, no secret, or one that takes no time to compare. The answer cannot come before its. */
static void everybody_costs_a_helper(void **state)
{
	static const struct {
		const char *user;
		uint32_t type;
		bool decoy;
	} rows[] = { { "a", 5, false },
		     { "b", SECRET_SCRYPT, true },
		     { "c", SECRET_SCRYPT, true },
		     { "nobody", SECRET_SCRYPT, true } };
	struct bed *b = *state;

	give_secret(b->core.model, "a", "5", "$1$Zq8xY7wV$D389dFjpYlvqUflJ3rEjb1");
	give_secret(b->core.model, "b", "0", "clear");
	set_user(b->core.model, "c");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct ipc_msg_AUTH_PASSWORD m = { str_of(rows[i].user), STR("wrong") };

		asked = (struct asked){ 0 };
		login_password(&b->peer, &m);
		assert_int_equal(asked.times, 1);
		assert_string_equal(asked.name, "verify");
		assert_int_equal(asked.type, rows[i].type);
		assert_int_equal(asked.decoy, rows[i].decoy);
		assert_null(b->peer.login.answer);
		b->peer.login.job = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everybody_costs_a_helper, setup, teardown),
		cmocka_unit_test_setup_teardown(strangers_keys_are_not_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(type_and_digest_must_both_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(strangers_certificates_are_not_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(only_offered_signatures_are_taken, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
