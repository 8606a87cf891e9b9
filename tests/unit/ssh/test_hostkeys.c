/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: the host keys are announced once, after login, to clients that bear it, those that an algorithm uses and no
 * other; who asks for proof reaches the caller once, for keys that were announced, each once; all else is refused.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define PROVE "hostkeys-prove-00@openssh.com"

static struct host h;
static struct peer p;

static int start(void **state)
{
	host_init(&h, NULL);
	h.answer = SSH_AUTH_SUCCESS;
	h.reply = true;
	peer_init(&p);
	return 0;
}

static int stop(void **state)
{
	peer_release(&p);
	host_release(&h);
	return 0;
}

static void in(void)
{
	assert_true(peer_handshake(&p, &h) && peer_login(&p, &h));
}

/* Asks for proof of so many times this blob; the type of what comes back. */
static uint8_t ask(struct str blob, unsigned times)
{
	struct buf *b = peer_begin(&p, MSG_GLOBAL_REQUEST);

	buf_put_cstr(b, PROVE);
	buf_put_u8(b, true);
	while (times--)
		buf_put_str(b, blob);
	peer_end(&p);
	peer_say(&p, &h);
	return peer_next_type(&p);
}

static void the_keys_in_use_are_announced(void **state)
{
	struct cur c;
	struct buf *b;

	assert_true(peer_handshake(&p, &h) && peer_service(&p, &h));
	b = peer_begin(&p, MSG_USERAUTH_REQUEST);
	buf_put_cstr(b, "u");
	buf_put_cstr(b, "ssh-connection");
	buf_put_cstr(b, "none");
	peer_end(&p);
	peer_say(&p, &h);
	assert_int_equal(peer_next_type(&p), MSG_USERAUTH_SUCCESS);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_GLOBAL_REQUEST);
	assert_true(str_is(cur_str(&c), "hostkeys-00@openssh.com"));
	assert_false(cur_bool(&c));
	assert_true(str_eq(cur_str(&c), buf_str(&h.blob)));
	assert_true(cur_done(&c));
}

static void proof_is_given_once(void **state)
{
	struct cur c;
	struct buf *b;

	in();
	b = peer_begin(&p, MSG_GLOBAL_REQUEST);
	buf_put_cstr(b, PROVE);
	buf_put_u8(b, true);
	buf_put_str(b, buf_str(&h.blob));
	peer_end(&p);
	peer_say(&p, &h);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_REQUEST_SUCCESS);
	assert_true(str_is(cur_str(&c), "one"));
	assert_true(cur_done(&c));
	assert_int_equal(ask(buf_str(&h.blob), 1), MSG_REQUEST_FAILURE);
	assert_int_equal(h.seen[SSH_EV_PROVE], 1);
	assert_false(h.ended);
}

static void what_was_not_announced_is_refused(void **state)
{
	uint8_t other[51];

	in();
	memcpy(other, buf_ptr(&h.blob), sizeof(other));
	other[50] ^= 1;
	assert_int_equal(buf_len(&h.blob), sizeof(other));
	assert_int_equal(ask((struct str){ other, sizeof(other) }, 1), MSG_REQUEST_FAILURE);
	assert_int_equal(ask(STR(""), 1), MSG_REQUEST_FAILURE);
	assert_int_equal(ask(buf_str(&h.blob), 0), MSG_REQUEST_FAILURE);
	assert_int_equal(ask(buf_str(&h.blob), 2), MSG_REQUEST_FAILURE);
	assert_int_equal(ask(buf_str(&h.blob), 500), MSG_REQUEST_FAILURE);
	assert_int_equal(h.seen[SSH_EV_PROVE], 0);
	assert_int_equal(ask(buf_str(&h.blob), 1), MSG_REQUEST_SUCCESS);
}

static void the_callers_refusal_is_told(void **state)
{
	in();
	h.reply = false;
	assert_int_equal(ask(buf_str(&h.blob), 1), MSG_REQUEST_FAILURE);
	assert_int_equal(h.seen[SSH_EV_PROVE], 1);
	assert_int_equal(ssh_prove_reply(h.ssh, STR("x")), E_STATE);
}

static void a_broken_list_ends_the_connection(void **state)
{
	struct buf *b;

	in();
	b = peer_begin(&p, MSG_GLOBAL_REQUEST);
	buf_put_cstr(b, PROVE);
	buf_put_u8(b, true);
	buf_put_u32(b, 1000);
	peer_end(&p);
	peer_say(&p, &h);
	assert_true(h.ended && !h.by_peer);
}

static void without_a_reply_nothing_happens(void **state)
{
	struct buf *b;

	in();
	b = peer_begin(&p, MSG_GLOBAL_REQUEST);
	buf_put_cstr(b, PROVE);
	buf_put_u8(b, false);
	buf_put_str(b, buf_str(&h.blob));
	peer_end(&p);
	peer_say(&p, &h);
	assert_int_equal(h.seen[SSH_EV_PROVE], 0);
	assert_int_equal(peer_next_type(&p), 0);
}

/* OpenSSH's list of who fails at the sight of it. */
static void some_clients_are_spared(void **state)
{
	static const char *const versions[] = { "SSH-2.0-Cisco-1.25", "SSH-1.99-TTSSH/2.72 Win32",
						"SSH-2.0-TeraTerm SSH" };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (i)
			start(NULL);
		p.version = versions[i];
		assert_true(peer_handshake(&p, &h));
		assert_false(peer_login(&p, &h)); /* which waits for the announcement */
		assert_false(h.ended);
		assert_int_equal(ask(buf_str(&h.blob), 1), MSG_REQUEST_FAILURE);
		if (i + 1 < sizeof(versions) / sizeof(versions[0]))
			stop(NULL);
	}
}

static void before_login_it_ends_the_connection(void **state)
{
	assert_true(peer_handshake(&p, &h) && peer_service(&p, &h));
	ask(buf_str(&h.blob), 1);
	assert_true(h.ended);
	assert_int_equal(h.seen[SSH_EV_PROVE], 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_keys_in_use_are_announced),     TEST(proof_is_given_once),
		TEST(what_was_not_announced_is_refused), TEST(the_callers_refusal_is_told),
		TEST(a_broken_list_ends_the_connection), TEST(without_a_reply_nothing_happens),
		TEST(some_clients_are_spared),           TEST(before_login_it_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
