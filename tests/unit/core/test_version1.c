/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a session that broke out gets nothing of version 1 out of core but what a client could: one session key
 * unwrapped for keys that were named, one answer to a challenge that was given, nothing of the other version's.
 */
#include "core/core.h"
#include "core/gate/watch.h"
#include "core/log/syslog.h"
#include "core/login/login.h"
#include "core/session/peer.h"
#include "core/ssh/version1.h"
#include "keys/keys.h"
#include "lines/lines.h"
#include "ssh/rows.h"

#include <event2/event.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keep.h"

static struct bed {
	struct core core;
	struct peer peer;
	struct ipc_channel session;
	struct key user;
} b;

static void list_key(struct str blob)
{
	struct txn *t = model_begin(b.core.model);
	struct lyd_node *entry, *key;
	char hash[33];

	key_hash_md5(blob, hash);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", (const char *[]){ "a" }, &entry, NULL), 0);
	assert_int_equal(
	    txn_entry(t, NULL, "/ravelin-ssh:ssh/pubkey-chain/user", (const char *[]){ "a" }, &entry, NULL), 0);
	assert_int_equal(txn_entry(t, entry, "key", (const char *[]){ "ssh-rsa", hash }, &key, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static int setup(void **state)
{
	struct buf blob;
	int pair[2];

	b = (struct bed){ .user = { .type = KEY_RSA, .bits = 1024, .pkey = EVP_RSA_gen(1024) } };
	TAILQ_INIT(&b.core.peers);
	b.core.log = syslog_new(-1, &b.core.clock);
	assert_int_equal(model_new(&b.core.model, NULL), 0);
	b.core.lines = lines_new(b.core.model);
	b.core.base = event_base_new();
	b.core.watch = watch_new(&b.core);
	keep(b.core.watch);
	b.core.version1 = version1_new(&b.core);
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&b.session, pair[1], FROM_CORE, false), 0);
	assert_int_equal(ipc_channel_init(&b.peer.channel, pair[0], FROM_SESSION, false), 0);
	b.peer.core = &b.core;
	b.peer.kind = KIND_SSH;
	b.peer.phase = PH_NEW;
	b.peer.v1.chosen = true;
	buf_init(&b.peer.queue, 0);
	buf_init(&blob, 0);
	key_blob(&b.user, &blob);
	list_key(buf_str(&blob));
	buf_release(&blob);
	return 0;
}

static int teardown(void **state)
{
	login_release(&b.peer.login);
	version1_release(&b.peer.v1);
	ipc_channel_release(&b.session);
	ipc_channel_release(&b.peer.channel);
	buf_release(&b.peer.queue);
	key_release(&b.user);
	event_base_free(b.core.base);
	free(b.core.version1);
	lines_free(b.core.lines);
	model_free(b.core.model);
	syslog_free(b.core.log);
	return 0;
}

static uint16_t next(void)
{
	struct ipc_record r;

	if (ipc_recv(&b.session, PH_ANY, 0, &r) < 0)
		return IPC_NONE;
	ipc_record_release(&r);
	return r.type;
}

static const struct ipc_msg_V1_SESSION_KEY session_key = { .cipher = SSH_V1_3DES,
							   .cookie = { (const uint8_t *)"12345678", 8 },
							   .secret = { (const uint8_t *)"secret", 6 } };

static void name_keys(void)
{
	b.peer.v1.host = (struct key){ .type = KEY_RSA, .bits = 1280, .pkey = EVP_RSA_gen(1280) };
	b.peer.v1.server = (struct key){ .type = KEY_RSA, .bits = 1024, .pkey = EVP_RSA_gen(1024) };
	b.peer.v1.ciphers = SSH_V1_BIT(SSH_V1_3DES);
	b.peer.v1.offered = true;
}

/* It gets bytes, right or not; a second time it has no keys any more, and is ended. */
static void one_session_key(void **state)
{
	name_keys();
	version1_session_key(&b.peer, &session_key);
	assert_int_equal(next(), IPC_V1_KEY);
	assert_int_equal(b.peer.phase, PH_KEYED);
	assert_null(b.peer.v1.host.pkey);
	assert_null(b.peer.v1.server.pkey);
	version1_session_key(&b.peer, &session_key);
	assert_true(b.peer.doomed);
	assert_int_equal(next(), IPC_NONE);
}

static void keys_nobody_named(void **state)
{
	version1_session_key(&b.peer, &session_key);
	assert_true(b.peer.doomed);
	assert_int_equal(b.peer.phase, PH_NEW);
}

static void a_cipher_nobody_offered(void **state)
{
	struct ipc_msg_V1_SESSION_KEY m = session_key;

	name_keys();
	m.cipher = SSH_V1_DES;
	version1_session_key(&b.peer, &m);
	assert_true(b.peer.doomed);
}

static void ask_login(const char *user)
{
	struct buf e, n;

	buf_init(&e, 0);
	buf_init(&n, 0);
	assert_int_equal(rsa1_public(&b.user, &e, &n), 0);
	version1_auth_rsa(&b.peer, &(struct ipc_msg_V1_AUTH_RSA){ .user = str_of(user), .modulus = buf_str(&n) });
	buf_release(&e);
	buf_release(&n);
}

static void answer_login(bool right)
{
	uint8_t response[16];

	assert_int_equal(rsa1_response(b.peer.v1.challenge, b.peer.v1.session_id, response), 0);
	response[15] ^= !right;
	version1_auth_response(&b.peer,
			       &(struct ipc_msg_V1_AUTH_RESPONSE){ .response = { response, sizeof response } });
}

static void a_challenge_is_answered_once(void **state)
{
	b.peer.phase = PH_KEYED;
	ask_login("a");
	assert_int_equal(next(), IPC_V1_CHALLENGE);
	answer_login(false);
	assert_int_equal(next(), IPC_AUTH_RESULT);
	assert_int_equal(b.peer.phase, PH_KEYED);
	ask_login("a");
	assert_int_equal(next(), IPC_V1_CHALLENGE);
	answer_login(true);
	assert_int_equal(next(), IPC_AUTH_RESULT);
	assert_int_equal(b.peer.phase, PH_USER);
	answer_login(true);
	assert_true(b.peer.doomed);
}

/* Another user's name, the name of nobody: no challenge. A challenge given before is void then. */
static void other_names(void **state)
{
	b.peer.phase = PH_KEYED;
	ask_login("a");
	assert_int_equal(next(), IPC_V1_CHALLENGE);
	ask_login("b");
	assert_int_equal(next(), IPC_AUTH_RESULT);
	answer_login(true);
	assert_true(b.peer.doomed);
	assert_int_equal(b.peer.phase, PH_KEYED);
}

static void messages_of_the_other_version(void **state)
{
	static const uint16_t two[] = { IPC_COOKIE_ASK,  IPC_SIGN,     IPC_AUTH_KBDINT,
					IPC_AUTH_ANSWER, IPC_AUTH_KEY, IPC_PROVE };
	static const uint16_t one[] = { IPC_V1_SESSION_KEY, IPC_V1_AUTH_RSA, IPC_V1_AUTH_RESPONSE };

	for (int chosen = 0; chosen < 2; chosen++) {
		b.peer.v1.chosen = chosen;
		for (size_t i = 0; i < sizeof two / sizeof two[0]; i++)
			assert_int_equal(version1_allows(&b.peer, two[i]), !chosen);
		for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
			assert_int_equal(version1_allows(&b.peer, one[i]), chosen);
		assert_true(version1_allows(&b.peer, IPC_AUTH_PASSWORD));
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(one_session_key),
		T(keys_nobody_named),
		T(a_cipher_nobody_offered),
		T(a_challenge_is_answered_once),
		T(other_names),
		T(messages_of_the_other_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
