/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: core signs for its own host keys only, once a connection, over bytes it builds itself: no list of keys gets a
 * signature over anything else, and one bad key spoils the list. Nor does one cookie sign two key exchanges, and
 * cookies come at a pace.
 */
#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/session/service.h"
#include "core/ssh/sshd.h"
#include "keys/keys.h"
#include "lines/lines.h"

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../folder.h"
#include "keep.h"

struct bed {
	struct core core;
	struct peer peer;
	struct ipc_channel session;
	char folder[32];
	struct buf own; /* the Ed25519 host key */
};

static void config(struct bed *b, const char *alg, bool on)
{
	struct txn *t = model_begin(b->core.model);
	static const char path[] = "/ravelin-ssh:ssh/server-algorithm/hostkey";

	assert_int_equal(on ? txn_set(t, NULL, path, alg, NULL) : txn_delete(t, NULL, path, alg, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
	sshd_update(b->core.sshd);
}

static int setup(void **state)
{
	static struct bed b;
	struct errbuf e = { "" };
	int pair[2];

	b = (struct bed){ 0 };
	b.core.keys_fd = folder_make(b.folder);
	TAILQ_INIT(&b.core.peers);
	b.core.log = syslog_new(-1, &b.core.clock);
	b.core.base = event_base_new();
	assert_int_equal(model_new(&b.core.model, NULL), 0);
	assert_int_equal(keys_open(b.core.keys_fd, &b.core.keys, &e), 0);
	assert_int_equal(keys_make_ecdsa(b.core.keys, "e", 256, false, &e), 0);
	assert_int_equal(keys_make_ed25519(b.core.keys, "ed25519", &e), 0);
	b.core.lines = lines_new(b.core.model);
	b.core.gate = gatectl_new(&b.core, -1, NULL); /* without a gate */
	assert_non_null(b.core.gate);
	b.core.sshd = sshd_new(&b.core);
	keep(b.core.gate);
	keep(b.core.sshd);
	assert_non_null(b.core.sshd);
	b.core.n_publish = 1; /* and not the port of SSH: nobody listens */
	config(&b, "ecdsa-sha2-nistp256", true);
	config(&b, "ssh-ed25519", true);
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&b.session, pair[1], FROM_CORE, false), 0);
	assert_int_equal(ipc_channel_init(&b.peer.channel, pair[0], FROM_SESSION, false), 0);
	b.peer.core = &b.core;
	b.peer.phase = PH_USER;
	memset(b.peer.transcript.session_id, 7, 32);
	b.peer.transcript.session_id_len = 32;
	buf_init(&b.peer.queue, 0);
	buf_init(&b.own, 0);
	key_blob(keys_find(b.core.keys, KEY_ED25519, "ed25519", KEY_GENERAL), &b.own);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	prove_release(&b->peer.prove);
	buf_release(&b->own);
	ipc_channel_release(&b->session);
	ipc_channel_release(&b->peer.channel);
	buf_release(&b->peer.queue);
	keys_close(b->core.keys);
	event_base_free(b->core.base);
	lines_free(b->core.lines);
	model_free(b->core.model);
	syslog_free(b->core.log);
	folder_remove(b->folder, b->core.keys_fd);
	return 0;
}

/* How many signatures come back, the first in `first`; -1: the session was ended. */
static int ask(struct bed *b, const struct buf *blobs, uint32_t n, struct buf *first)
{
	const struct ipc_msg_PROVE m = { .blobs = str_list_of(blobs, n) };
	struct ipc_msg_PROVED answer;
	struct ipc_record r;
	struct cur c;
	struct str one;

	prove_host_keys(&b->peer, &m);
	if (b->peer.doomed)
		return -1;
	assert_int_equal(ipc_recv(&b->session, PH_ANY, 0, &r), 0);
	assert_int_equal(r.type, IPC_PROVED);
	assert_true(ipc_get_PROVED(r.body, &answer));
	c = cur_of(answer.signatures.raw);
	if (first && str_list_next(&c, &one))
		buf_put(first, one.p, one.n);
	ipc_record_release(&r);
	return (int)answer.signatures.count;
}

static void its_own_key_over_its_own_bytes(void **state)
{
	struct bed *b = *state;
	struct buf blobs, data, signature;

	buf_init(&blobs, 0);
	buf_init(&data, 0);
	buf_init(&signature, 0);
	str_list_put(&blobs, buf_str(&b->own));
	assert_int_equal(ask(b, &blobs, 1, &signature), 1);
	buf_put_cstr(&data, "hostkeys-prove-00@openssh.com");
	buf_put_str(&data, (struct str){ b->peer.transcript.session_id, 32 });
	buf_put_str(&data, buf_str(&b->own));
	assert_int_equal(key_verify(STR("ssh-ed25519"), buf_str(&b->own), buf_str(&data), buf_str(&signature)), 0);
	assert_int_equal(ask(b, &blobs, 1, NULL), -1); /* a second time */
	buf_release(&blobs);
	buf_release(&data);
	buf_release(&signature);
}

static void a_foreign_key_spoils_the_list(void **state)
{
	struct bed *b = *state;
	struct buf blobs, other;

	buf_init(&blobs, 0);
	buf_init(&other, 0);
	buf_put(&other, buf_ptr(&b->own), buf_len(&b->own) - 1);
	buf_put_u8(&other, (uint8_t)(buf_ptr(&b->own)[buf_len(&b->own) - 1] ^ 1));
	str_list_put(&blobs, buf_str(&b->own));
	str_list_put(&blobs, buf_str(&other));
	assert_int_equal(ask(b, &blobs, 2, NULL), 0);
	buf_release(&blobs);
	buf_release(&other);
}

/* What the configuration does not name any more signs nothing. */
static void only_keys_that_are_offered(void **state)
{
	struct bed *b = *state;
	struct buf blobs, ecdsa;

	buf_init(&blobs, 0);
	buf_init(&ecdsa, 0);
	key_blob(keys_find(b->core.keys, KEY_ECDSA, "e", KEY_SIGNATURE), &ecdsa);
	config(b, "ssh-ed25519", false);
	str_list_put(&blobs, buf_str(&b->own));
	assert_int_equal(ask(b, &blobs, 1, NULL), 0);
	prove_release(&b->peer.prove);
	buf_clear(&blobs);
	str_list_put(&blobs, buf_str(&ecdsa));
	assert_int_equal(ask(b, &blobs, 1, NULL), 1);
	buf_release(&blobs);
	buf_release(&ecdsa);
}

static void too_many_or_none_end_the_session(void **state)
{
	struct bed *b = *state;
	struct buf blobs;

	buf_init(&blobs, 0);
	for (int i = 0; i < 9; i++)
		str_list_put(&blobs, buf_str(&b->own));
	assert_int_equal(ask(b, &blobs, 9, NULL), -1);
	b->peer.doomed = false;
	assert_int_equal(ask(b, &blobs, 0, NULL), -1);
	buf_release(&blobs);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
/* A transcript that core signs as often as it is asked to, as far as its contents go. */
static struct ipc_msg_SIGN transcript(struct bed *b)
{
	static const uint8_t q[32] = { 9 }, secret[5] = { 0, 0, 0, 1, 1 };
	static uint8_t i_c[64] = { 20 }, i_s[64] = { 20 };

	b->peer.offered = (struct offer_set){ { 0 } };
	memset(b->peer.offered.rows, 0xff, sizeof b->peer.offered.rows);
	transcript_offer(&b->peer.transcript, &b->peer.offered, 2048);
	str_copy(STR("SSH-2.0-Ravelin_test"), b->peer.transcript.version, sizeof b->peer.transcript.version);
	assert_int_equal(transcript_new_cookie(&b->peer.transcript), 0);
	memcpy(i_s + 1, b->peer.transcript.cookie, KEX_COOKIE);
	return (struct ipc_msg_SIGN){ .kex = STR("curve25519-sha256"),
				      .alg = STR("ssh-ed25519"),
				      .v_c = STR("SSH-2.0-client"),
				      .v_s = str_of(b->peer.transcript.version),
				      .i_c = { i_c, sizeof i_c },
				      .i_s = { i_s, sizeof i_s },
				      .k_s = buf_str(&b->own),
				      .q_c = { q, sizeof q },
				      .q_s = { q, sizeof q },
				      .secret = { secret, sizeof secret } };
}

static void sign(struct bed *b, const struct ipc_msg_SIGN *m)
{
	transcript_sign(&b->peer, m, sshd_hostkey(b->core.sshd, m->alg));
}

/* How many of these core sent. */
static unsigned sent(struct bed *b, enum ipc_type type)
{
	struct ipc_record r;
	unsigned n = 0;

	while (ipc_recv(&b->session, PH_ANY, 0, &r) == 0) {
		n += r.type == type;
		ipc_record_release(&r);
	}
	return n;
}

static void one_cookie_signs_once(void **state)
{
	struct bed *b = *state;
	struct ipc_msg_SIGN m = transcript(b);

	sign(b, &m);
	assert_int_equal(sent(b, IPC_SIGNED), 1);
	m = transcript(b); /* with a new one, as at every key exchange after it */
	sign(b, &m);
	assert_int_equal(sent(b, IPC_SIGNED), 1);
	assert_false(b->peer.doomed);
	sign(b, &m);
	assert_true(b->peer.doomed);
	assert_int_equal(sent(b, IPC_SIGNED), 0);
}

/* One that was refused is used up as well: there is no trying until a transcript fits. */
static void a_refused_transcript_uses_its_cookie(void **state)
{
	struct bed *b = *state;
	struct ipc_msg_SIGN m = transcript(b), bad = m;

	bad.k_s = STR("another key");
	sign(b, &bad);
	assert_true(b->peer.doomed);
	assert_false(b->peer.transcript.cookie_given);
}

static void while_it_signs_it_signs_nothing_else(void **state)
{
	struct bed *b = *state;
	struct ipc_msg_SIGN m = transcript(b);

	b->peer.transcript.signing = true; /* a helper is at it */
	sign(b, &m);
	assert_true(b->peer.doomed);
	assert_int_equal(sent(b, IPC_SIGNED), 0);
}

/* A session that asks for cookies faster than anybody exchanges keys is ended; it had no more than a burst of them. It
 * is a process of its own, since core kills it. */
static void cookies_come_at_a_pace(void **state)
{
	static const struct peer_origin nobody;
	struct bed *b = *state;
	unsigned had = 0;
	struct peer *p;
	int pair[2];
	pid_t pid;

	ipc_channel_release(&b->session);
	assert_int_equal(cmd_set_new(&b->core.cmds, "ios", b->core.model, NULL), 0);
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&b->session, pair[1], FROM_CORE, false), 0);
	p = service_start(&b->core, pair[0], KIND_SSH, "192.0.2.1", 1, &nobody);
	assert_non_null(p);
	peer_set_phase(p, PH_USER);
	pid = fork();
	while (pid == 0)
		IPC_SEND(&b->session, COOKIE_ASK, .unused = 0);
	for (unsigned i = 0; i < 5000 && !TAILQ_EMPTY(&b->core.peers); i++) {
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
		had += sent(b, IPC_COOKIE);
		usleep(100);
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(TAILQ_EMPTY(&b->core.peers));
	assert_in_range(had, 1, 16); /* 4 seconds of 2, and what a slow machine adds */
	cmd_set_free(b->core.cmds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(its_own_key_over_its_own_bytes),
		TEST(a_foreign_key_spoils_the_list),
		TEST(only_keys_that_are_offered),
		TEST(too_many_or_none_end_the_session),
		TEST(one_cookie_signs_once),
		TEST(a_refused_transcript_uses_its_cookie),
		TEST(while_it_signs_it_signs_nothing_else),
		TEST(cookies_come_at_a_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
