/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: attacks that other servers fell to do not work here, each tried as it was published: somebody between client
 * and server who adds and drops messages, compression before login, keys used too long, lies about windows.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define STRICT_KEX  "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com"
#define LENIENT_KEX "curve25519-sha256,ext-info-c"
#define CHACHA      "chacha20-poly1305@openssh.com"

static struct host h;
static struct peer p;

static void start(const struct ssh_config *config)
{
	host_init(&h, config);
	h.answer = SSH_AUTH_SUCCESS;
	peer_init(&p);
}

static void stop(void)
{
	peer_release(&p);
	host_release(&h);
}

static void say(void)
{
	peer_end(&p);
	peer_say(&p, &h);
}

#define MESSAGE(bytes)                                                                                                 \
	{                                                                                                              \
		(const uint8_t *)(bytes), sizeof(bytes) - 1                                                            \
	}
#define S(n, text) "\0\0\0" n text

static const struct str ignore = MESSAGE("\2" S("\1", "x"));

/* Key exchange with a message added that no client sent: extensions it never announced (CVE-2023-46445), a login to the
 * attacker's own account (CVE-2023-46446), a service, an open channel. None survives to the new keys, strict or not. */
static void test_rogue_messages(void **state)
{
	static const struct str rogue[] = {
		MESSAGE("\7" S("\0", "")),
		MESSAGE("\7\0\0\0\1" S("\17", "server-sig-algs") S("\0", "")),
		MESSAGE("\5" S("\14", "ssh-userauth")),
		MESSAGE("\62" S("\4", "evil") S("\16", "ssh-connection") S("\4", "none")),
		MESSAGE("\64"),
		MESSAGE("\120" S("\1", "x") "\0"),
		MESSAGE("\132" S("\7", "session") "\0\0\0\0\0\1\0\0\0\1\0\0"),
		MESSAGE("\142\0\0\0\0" S("\5", "shell") "\1"),
	};
	static const char *const kex[] = { STRICT_KEX, LENIENT_KEX };

	for (size_t i = 0; i < sizeof(rogue) / sizeof(rogue[0]); i++) {
		for (size_t k = 0; k < 2; k++) {
			for (enum peer_place at = BEFORE_KEXINIT; at <= BEFORE_NEWKEYS; at++) {
				start(NULL);
				p.kex = kex[k];
				p.inject_at = at;
				p.inject = rogue[i];
				assert_false(peer_handshake(&p, &h));
				assert_true(h.ended);
				assert_int_equal(h.seen[SSH_EV_KEXED], 0);
				assert_int_equal(h.seen[SSH_EV_AUTH], 0);
				assert_int_equal(host_executed(&h), 0);
				stop();
			}
		}
	}
}

/* Terrapin (CVE-2023-48795): a message added in clear pays for one dropped under the keys, because the numbers that
 * authenticate both go on counting. Here the client's EXT_INFO is lost and nobody sees it, unless both are strict. */
static bool survives_addition(const char *kex, enum peer_place at)
{
	start(NULL);
	p.kex = kex;
	p.ciphers = CHACHA;
	p.inject_at = at;
	p.inject = ignore;
	return peer_handshake(&p, &h);
}

static void test_prefix_truncation(void **state)
{
	for (enum peer_place at = BEFORE_KEXINIT; at <= BEFORE_NEWKEYS; at++) {
		assert_true(survives_addition(LENIENT_KEX, at)); /* the attack itself, where nothing forbids it */
		buf_put_u32(peer_begin(&p, MSG_EXT_INFO), 0);
		peer_end(&p);
		buf_clear(&p.out);
		assert_true(peer_service(&p, &h));
		stop();
		assert_false(survives_addition(STRICT_KEX, at));
		assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
		stop();
	}
}

/* Strict: every exchange begins to count anew, both ways. */
static void test_numbers_restart(void **state)
{
	start(NULL);
	p.ciphers = CHACHA;
	assert_true(peer_handshake(&p, &h));
	assert_int_equal(h.ssh->rx.seq, 0);
	assert_int_equal(h.ssh->tx.seq, 1); /* EXT_INFO */
	assert_true(peer_login(&p, &h) && peer_open(&p, &h));
	assert_true(h.ssh->rx.seq > 0);
	assert_true(peer_handshake(&p, &h));
	assert_int_equal(h.ssh->rx.seq, 0);
	assert_int_equal(h.ssh->tx.seq, 0);
	stop();
}

/* RFC 4344 section 3.1: new keys after 2^31 packets, whoever sent them; and where the client does not want any, the
 * connection ends before a number comes a second time. */
static void test_packets_are_counted(void **state)
{
	start(NULL);
	assert_true(peer_handshake(&p, &h) && peer_login(&p, &h) && peer_open(&p, &h));
	h.ssh->rx.packets = (UINT64_C(1) << 31) - 2;
	buf_put_cstr(peer_begin(&p, MSG_IGNORE), "x");
	say();
	assert_int_equal(h.seen[SSH_EV_COOKIE], 1);
	buf_put_cstr(peer_begin(&p, MSG_IGNORE), "x");
	say();
	assert_int_equal(h.seen[SSH_EV_COOKIE], 2);
	assert_true(peer_handshake(&p, &h));
	assert_int_equal(h.ssh->rx.packets, 0);
	h.ssh->tx.packets = UINT64_C(1) << 31;
	host_run(&h);
	assert_int_equal(h.seen[SSH_EV_COOKIE], 3);
	h.ssh->rx.packets = UINT32_MAX;
	buf_put_cstr(peer_begin(&p, MSG_IGNORE), "x");
	say();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	stop();
}

/* Before login nobody exchanges keys for that: the connection ends. */
static void test_packets_before_login(void **state)
{
	start(NULL);
	assert_true(peer_handshake(&p, &h) && peer_service(&p, &h));
	h.ssh->rx.packets = UINT32_MAX;
	buf_put_cstr(peer_begin(&p, MSG_IGNORE), "x");
	say();
	assert_true(h.ended);
	stop();
}

/* A client may want new keys again and again; it cannot want them while it gets some, and each asks the caller for a
 * cookie, who so sets the pace. */
static void test_key_exchanges_one_by_one(void **state)
{
	start(NULL);
	assert_true(peer_handshake(&p, &h) && peer_login(&p, &h) && peer_open(&p, &h));
	h.hold_cookie = true;
	peer_kexinit(&p);
	for (unsigned i = 0; i < 50; i++)
		peer_kexinit(&p);
	peer_say(&p, &h);
	assert_int_equal(h.seen[SSH_EV_COOKIE], 2);
	assert_false(h.ended); /* the rest waits, unread */
	assert_int_equal(ssh_give_cookie(h.ssh, (const uint8_t *)"fedcba9876543210"), 0);
	peer_say(&p, &h);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(h.seen[SSH_EV_COOKIE], 2);
	assert_int_equal(h.seen[SSH_EV_SIGN], 1);
	stop();
}

/* Nor before login, however well it asks: an exchange costs us more than it costs a stranger. */
static void test_no_new_keys_before_login(void **state)
{
	for (int served = 0; served < 2; served++) {
		start(NULL);
		assert_true(peer_handshake(&p, &h));
		if (served)
			assert_true(peer_service(&p, &h));
		peer_kexinit(&p);
		peer_say(&p, &h);
		assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
		assert_int_equal(h.seen[SSH_EV_COOKIE], 1);
		stop();
	}
}

/* Compression is never offered and never taken, not even from a client that knows nothing else. */
static void test_no_compression(void **state)
{
	static const char *const lists[] = { "zlib", "zlib@openssh.com,zlib", "", "none,", "zlib,none" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		bool good = strstr(lists[i], "none") != NULL;

		start(NULL);
		p.compression = lists[i];
		assert_int_equal(peer_handshake(&p, &h), good);
		assert_int_equal(h.reason, good ? 0 : REASON_KEX_FAILED);
		assert_int_equal(h.seen[SSH_EV_SIGN], good);
		stop();
	}
}

static void open_with(uint32_t window, uint32_t packet)
{
	struct buf *b = peer_begin(&p, MSG_CHANNEL_OPEN);

	buf_put_cstr(b, "session");
	buf_put_u32(b, 100);
	buf_put_u32(b, window);
	buf_put_u32(b, packet);
	say();
}

/* Whatever a client says it takes, no packet is larger than any client must take, none is empty, and the queue has its
 * bound. */
static void test_sizes_that_cannot_be(void **state)
{
	static const uint32_t packets[] = { 1, 2, 32768, 32769, 0x80000000, UINT32_MAX };
	static const uint8_t bulk[300000];

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		size_t most = packets[i] < 32768 ? packets[i] : 32768, sent, got = 0;
		struct str m;

		start(NULL);
		assert_true(peer_handshake(&p, &h) && peer_login(&p, &h));
		open_with(UINT32_MAX, packets[i]);
		assert_int_equal(peer_next_type(&p), MSG_CHANNEL_OPEN_CONFIRMATION);
		sent = ssh_channel_write(h.ssh, 0, 0, bulk, sizeof(bulk));
		assert_true(sent > 0 && sent <= sizeof(bulk));
		assert_true(buf_len(ssh_output(h.ssh)) < 256 * 1024);
		peer_say(&p, &h);
		while ((m = peer_next(&p)).n) {
			assert_int_equal(m.p[0], MSG_CHANNEL_DATA);
			assert_true(m.n > 9 && m.n - 9 <= most);
			got += m.n - 9;
		}
		assert_int_equal(got, sent);
		stop();
	}
}

/* A method and a service as long as a packet are a method and a service that do not exist. */
static void test_endless_names(void **state)
{
	static char name[30001];

	memset(name, 'n', sizeof(name) - 1);
	start(NULL);
	h.answer = SSH_AUTH_FAILED;
	assert_true(peer_handshake(&p, &h) && peer_service(&p, &h));
	buf_put_cstr(peer_begin(&p, MSG_USERAUTH_REQUEST), "u");
	buf_put_cstr(&p.out, "ssh-connection");
	buf_put_cstr(&p.out, name);
	say();
	assert_int_equal(h.method, SSH_AUTH_NONE);
	assert_int_equal(peer_next_type(&p), MSG_USERAUTH_FAILURE);
	buf_put_cstr(peer_begin(&p, MSG_USERAUTH_REQUEST), "u");
	buf_put_cstr(&p.out, name);
	buf_put_cstr(&p.out, "none");
	say();
	assert_int_equal(h.reason, REASON_SERVICE_NOT_AVAILABLE);
	stop();
	start(NULL);
	assert_true(peer_handshake(&p, &h));
	buf_put_cstr(peer_begin(&p, MSG_SERVICE_REQUEST), name);
	say();
	assert_int_equal(h.reason, REASON_SERVICE_NOT_AVAILABLE);
	stop();
}

/* A password is nowhere in the connection's memory once it was judged, right or wrong. */
static void test_password_is_wiped(void **state)
{
	static const enum ssh_auth_result verdicts[] = { SSH_AUTH_FAILED, SSH_AUTH_SUCCESS };

	for (size_t i = 0; i < 2; i++) {
		start(NULL);
		h.answer = verdicts[i];
		assert_true(peer_handshake(&p, &h) && peer_service(&p, &h));
		buf_put_cstr(peer_begin(&p, MSG_USERAUTH_REQUEST), "u");
		buf_put_cstr(&p.out, "ssh-connection");
		buf_put_cstr(&p.out, "password");
		buf_put_u8(&p.out, 0);
		buf_put_cstr(&p.out, "correct horse");
		say();
		assert_string_equal(h.secret, "correct horse");
		assert_null(memmem(h.ssh->in.data, h.ssh->in.cap, "correct horse", 13));
		assert_null(memmem(h.ssh, sizeof(*h.ssh), "correct horse", 13));
		stop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rogue_messages),           cmocka_unit_test(test_prefix_truncation),
		cmocka_unit_test(test_numbers_restart),          cmocka_unit_test(test_packets_are_counted),
		cmocka_unit_test(test_packets_before_login),     cmocka_unit_test(test_key_exchanges_one_by_one),
		cmocka_unit_test(test_no_new_keys_before_login), cmocka_unit_test(test_no_compression),
		cmocka_unit_test(test_sizes_that_cannot_be),     cmocka_unit_test(test_endless_names),
		cmocka_unit_test(test_password_is_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
