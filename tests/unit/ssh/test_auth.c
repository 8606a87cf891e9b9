/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: each way to log in reaches the caller as what it is, the caller's verdict reaches the client in the form RFC
 * 4252 and 4256 give it, and no malformed request is taken for another one.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct host h;
static struct peer p;

static int start(void **state)
{
	const struct ssh_config c = { .banner = STR("Authorized access only\r\n") };

	host_init(&h, &c);
	peer_init(&p);
	return peer_handshake(&p, &h) && peer_service(&p, &h) ? 0 : -1;
}

static int stop(void **state)
{
	peer_release(&p);
	host_release(&h);
	return 0;
}

static struct buf *begin(const char *user, const char *service, const char *method)
{
	struct buf *b = peer_begin(&p, MSG_USERAUTH_REQUEST);

	buf_put_cstr(b, user);
	buf_put_cstr(b, service);
	buf_put_cstr(b, method);
	return b;
}

static void end(void)
{
	peer_end(&p);
	peer_say(&p, &h);
}

static void expect_failure(bool partial)
{
	struct cur c = cur_of(peer_find(&p, MSG_USERAUTH_FAILURE));

	assert_int_equal(cur_u8(&c), MSG_USERAUTH_FAILURE);
	assert_true(str_is(cur_str(&c), "publickey,password"));
	assert_int_equal(cur_u8(&c), partial);
	assert_true(cur_done(&c));
	assert_int_equal(peer_next_type(&p), 0);
}

static void test_none_and_banner(void **state)
{
	struct cur c;

	begin("u", "ssh-connection", "none");
	end();
	assert_int_equal(h.method, SSH_AUTH_NONE);
	assert_string_equal(h.user, "u");
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_USERAUTH_BANNER);
	assert_true(str_is(cur_str(&c), "Authorized access only\r\n"));
	cur_str(&c);
	assert_true(cur_done(&c));
	expect_failure(false);
	begin("u", "ssh-connection", "none"); /* the banner comes once */
	end();
	assert_int_equal(peer_next_type(&p), MSG_USERAUTH_FAILURE);
}

static void test_password(void **state)
{
	buf_put_u8(begin("u", "ssh-connection", "password"), 0);
	buf_put_cstr(&p.out, "wrong");
	end();
	assert_int_equal(h.method, SSH_AUTH_PASSWORD);
	assert_string_equal(h.secret, "wrong");
	expect_failure(false);
	h.answer = SSH_AUTH_PARTIAL;
	buf_put_u8(begin("u", "ssh-connection", "password"), 0);
	buf_put_cstr(&p.out, "");
	end();
	assert_string_equal(h.secret, "");
	expect_failure(true);
	h.answer = SSH_AUTH_SUCCESS;
	buf_put_u8(begin("u", "ssh-connection", "password"), 0);
	buf_put_cstr(&p.out, "right");
	end();
	assert_int_equal(peer_next_type(&p), MSG_USERAUTH_SUCCESS);
	assert_int_equal(peer_next_type(&p), MSG_GLOBAL_REQUEST); /* the host keys */
	/* RFC 4252 section 5.1: later requests are ignored in silence */
	begin("root", "ssh-connection", "none");
	end();
	assert_int_equal(h.seen[SSH_EV_AUTH], 3);
	assert_false(h.ended);
	assert_int_equal(peer_next_type(&p), 0);
	assert_true(peer_open(&p, &h));
}

/* A change of password and an unknown method carry no proof. */
static void test_no_proof(void **state)
{
	buf_put_u8(begin("u", "ssh-connection", "password"), 1);
	buf_put_cstr(&p.out, "old");
	buf_put_cstr(&p.out, "new");
	end();
	assert_int_equal(h.method, SSH_AUTH_NONE);
	assert_string_equal(h.secret, "");
	expect_failure(false);
	buf_put_cstr(begin("u", "ssh-connection", "hostbased"), "whatever");
	end();
	assert_int_equal(h.method, SSH_AUTH_NONE);
	expect_failure(false);
}

static void request_kbdint(void)
{
	begin("u", "ssh-connection", "keyboard-interactive");
	buf_put_cstr(&p.out, "");
	buf_put_cstr(&p.out, "");
	end();
}

static void answer(uint32_t n)
{
	buf_put_u32(peer_begin(&p, MSG_USERAUTH_INFO_RESPONSE), n);
	for (uint32_t i = 0; i < n; i++)
		buf_put_cstr(&p.out, i ? "second" : "first");
	end();
}

static void test_kbdint(void **state)
{
	struct cur c;

	h.prompts = 2;
	request_kbdint();
	assert_int_equal(h.method, SSH_AUTH_KBDINT);
	c = cur_of(peer_find(&p, MSG_USERAUTH_INFO_REQUEST));
	cur_u8(&c);
	assert_true(str_is(cur_str(&c), "name"));
	assert_true(str_is(cur_str(&c), "instruction"));
	assert_int_equal(cur_str(&c).n, 0);
	assert_int_equal(cur_u32(&c), 2);
	assert_true(str_is(cur_str(&c), "One: "));
	assert_int_equal(cur_u8(&c), 0);
	assert_true(str_is(cur_str(&c), "Two: "));
	assert_int_equal(cur_u8(&c), 1);
	assert_true(cur_done(&c));
	answer(2);
	assert_int_equal(h.method, SSH_AUTH_KBDINT_ANSWER);
	assert_string_equal(h.secret, "first");
	expect_failure(false);
	/* a round without prompts is a round */
	h.prompts = 0;
	h.answer = SSH_AUTH_SUCCESS;
	request_kbdint();
	assert_true(peer_find(&p, MSG_USERAUTH_INFO_REQUEST).n > 0);
	answer(0);
	assert_int_equal(peer_next_type(&p), MSG_USERAUTH_SUCCESS);
}

/* RFC 4256 section 3.4: as many answers as prompts, else failure; the caller never sees them. */
static void test_kbdint_count(void **state)
{
	h.answer = SSH_AUTH_SUCCESS;
	h.prompts = 2;
	for (uint32_t n = 0; n <= SSH_MAX_ANSWERS; n++) {
		unsigned asked;

		if (n == 2)
			continue;
		request_kbdint();
		asked = h.seen[SSH_EV_AUTH];
		answer(n);
		assert_int_equal(h.seen[SSH_EV_AUTH], asked);
		assert_true(peer_find(&p, MSG_USERAUTH_FAILURE).n > 0);
	}
	assert_false(h.ended);
	/* and only once per question */
	answer(2);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

/* Another request abandons the question. */
static void test_kbdint_abandoned(void **state)
{
	h.prompts = 1;
	request_kbdint();
	begin("u", "ssh-connection", "none");
	end();
	answer(1);
	assert_int_equal(h.method, SSH_AUTH_NONE);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

static const char *key_algorithm = "ssh-ed25519";

static void put_key(bool with_signature, const char *signature)
{
	buf_put_u8(begin("u", "ssh-connection", "publickey"), with_signature);
	buf_put_cstr(&p.out, key_algorithm);
	buf_put_cstr(&p.out, "the blob");
	if (signature)
		buf_put_cstr(&p.out, signature);
	end();
}

/* A signature nobody may make is no method: the caller sees neither algorithm nor key, query or not. */
static void test_publickey_not_offered(void **state)
{
	static const char *const fine[] = { "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com",
					    "rsa-sha2-256-cert-v01@openssh.com", "ssh-ed25519" };

	h.answer = SSH_AUTH_PK_OK;
	key_algorithm = "ssh-rsa";
	put_key(false, NULL);
	assert_int_equal(h.method, SSH_AUTH_NONE);
	expect_failure(false);
	put_key(true, "signature");
	assert_int_equal(h.method, SSH_AUTH_NONE);
	expect_failure(false);
	key_algorithm = "ssh-rsa-cert-v01@openssh.com";
	put_key(false, NULL);
	assert_int_equal(h.method, SSH_AUTH_NONE);
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		key_algorithm = fine[i];
		put_key(false, NULL);
		assert_int_equal(h.method, SSH_AUTH_PUBLICKEY);
	}
}

static void test_publickey(void **state)
{
	struct cur c;

	h.answer = SSH_AUTH_PK_OK;
	put_key(false, NULL);
	assert_int_equal(h.method, SSH_AUTH_PUBLICKEY);
	c = cur_of(peer_find(&p, MSG_USERAUTH_PK_OK));
	cur_u8(&c);
	assert_true(str_is(cur_str(&c), "ssh-ed25519"));
	assert_true(str_is(cur_str(&c), "the blob"));
	assert_true(cur_done(&c));
	/* success may not answer a query, nor PK_OK a signature, whatever the caller says */
	h.answer = SSH_AUTH_SUCCESS;
	put_key(false, NULL);
	expect_failure(false);
	h.answer = SSH_AUTH_PK_OK;
	put_key(true, "signature");
	expect_failure(false);
	h.answer = SSH_AUTH_SUCCESS;
	put_key(true, "signature");
	assert_int_equal(peer_next_type(&p), MSG_USERAUTH_SUCCESS);
}

/* An empty signature must not look like a query. */
static void test_empty_signature(void **state)
{
	h.answer = SSH_AUTH_PK_OK;
	put_key(true, "");
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(h.seen[SSH_EV_AUTH], 0);
}

static void test_user_stays(void **state)
{
	begin("u", "ssh-connection", "none");
	end();
	begin("v", "ssh-connection", "none");
	end();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(h.seen[SSH_EV_AUTH], 1);
}

static void test_user_too_long(void **state)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	name[299] = '\0';
	begin(name, "ssh-connection", "none");
	end();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(h.seen[SSH_EV_AUTH], 0);
}

static void test_user_with_nul(void **state)
{
	struct buf *b = peer_begin(&p, MSG_USERAUTH_REQUEST);

	buf_put_str(b, STR("root\0x"));
	buf_put_cstr(b, "ssh-connection");
	buf_put_cstr(b, "none");
	end();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(h.seen[SSH_EV_AUTH], 0);
}

static void test_other_service(void **state)
{
	begin("u", "ssh-userauth", "none");
	end();
	assert_int_equal(h.reason, REASON_SERVICE_NOT_AVAILABLE);
	assert_int_equal(h.seen[SSH_EV_AUTH], 0);
}

/* The caller gives up while it owes an answer: the answer comes too late. */
static void test_answer_after_the_end(void **state)
{
	struct ssh_event ev;

	begin("u", "ssh-connection", "none");
	peer_end(&p);
	assert_int_equal(ssh_feed(h.ssh, buf_ptr(&p.out), buf_len(&p.out)), 0);
	buf_clear(&p.out);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_EVENT);
	assert_int_equal(ev.type, SSH_EV_AUTH);
	ssh_disconnect(h.ssh, REASON_BY_APPLICATION, "time is over");
	assert_int_equal(ssh_auth_reply(h.ssh, SSH_AUTH_SUCCESS, STR("")), E_STATE);
	peer_say(&p, &h);
	assert_true(h.ended);
	assert_int_equal(peer_next_type(&p), MSG_DISCONNECT);
	assert_int_equal(peer_next_type(&p), 0);
}

static void put_whole(struct buf *b, const char *method)
{
	buf_put_u8(b, MSG_USERAUTH_REQUEST);
	buf_put_cstr(b, "u");
	buf_put_cstr(b, "ssh-connection");
	buf_put_cstr(b, method);
	if (strcmp(method, "keyboard-interactive") != 0)
		buf_put_u8(b, 1);
	buf_put_cstr(b, "a");
	buf_put_cstr(b, "b");
	if (strcmp(method, "publickey") == 0)
		buf_put_cstr(b, "c");
}

/* Every request cut at every length, and with a byte too many: the end, and the caller hears nothing. */
static void test_cut_requests(void **state)
{
	static const char *const methods[] = { "password", "keyboard-interactive", "publickey" };
	struct buf b;

	for (size_t m = 0; m < 3; m++) {
		buf_init(&b, 0);
		put_whole(&b, methods[m]);
		buf_put_u8(&b, 0);
		for (size_t n = 1; n <= b.len; n++) {
			if (n == b.len - 1)
				continue;
			peer_begin(&p, MSG_USERAUTH_REQUEST);
			buf_put(&p.out, b.data + 1, n - 1);
			end();
			assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
			assert_int_equal(h.seen[SSH_EV_AUTH], 0);
			stop(state);
			assert_int_equal(start(state), 0);
		}
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none_and_banner, start, stop),
		cmocka_unit_test_setup_teardown(test_password, start, stop),
		cmocka_unit_test_setup_teardown(test_no_proof, start, stop),
		cmocka_unit_test_setup_teardown(test_kbdint, start, stop),
		cmocka_unit_test_setup_teardown(test_kbdint_count, start, stop),
		cmocka_unit_test_setup_teardown(test_kbdint_abandoned, start, stop),
		cmocka_unit_test_setup_teardown(test_publickey_not_offered, start, stop),
		cmocka_unit_test_setup_teardown(test_publickey, start, stop),
		cmocka_unit_test_setup_teardown(test_empty_signature, start, stop),
		cmocka_unit_test_setup_teardown(test_user_stays, start, stop),
		cmocka_unit_test_setup_teardown(test_user_too_long, start, stop),
		cmocka_unit_test_setup_teardown(test_user_with_nul, start, stop),
		cmocka_unit_test_setup_teardown(test_other_service, start, stop),
		cmocka_unit_test_setup_teardown(test_answer_after_the_end, start, stop),
		cmocka_unit_test_setup_teardown(test_cut_requests, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
