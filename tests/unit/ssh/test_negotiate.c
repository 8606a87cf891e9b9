/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a client proposes, the algorithms agreed on are those RFC 4253 section 7.1 names, or the connection
 * ends with reason 3; guesses, strict key exchange, ext-info and re-exchange do what they should.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define ALL_CIPHERS "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr"
#define ETM         "hmac-sha2-256-etm@openssh.com"

static const struct proposal {
	const char *kex, *hostkeys, *ciphers, *macs;
	uint32_t reason; /* or 0 and: */
	const char *got_kex, *got_cipher, *got_mac;
} proposals[] = {
	/* the client's order decides */
	{ "curve25519-sha256", "ssh-ed25519", ALL_CIPHERS, ETM, 0, "curve25519-sha256", "chacha20-poly1305@openssh.com",
	  "" },
	{ "curve25519-sha256", "ssh-ed25519", "aes256-ctr,aes128-ctr", "hmac-sha2-256," ETM, 0, "curve25519-sha256",
	  "aes256-ctr", "hmac-sha2-256" },
	{ "nonsense,curve25519-sha256@libssh.org,curve25519-sha256", "ssh-rsa,ssh-ed25519", "3des-cbc,aes128-ctr",
	  "hmac-md5," ETM, 0, "curve25519-sha256@libssh.org", "aes128-ctr", ETM },
	/* a cipher that authenticates needs no common mac */
	{ "curve25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com", "hmac-md5", 0, "curve25519-sha256",
	  "aes128-gcm@openssh.com", "" },
	{ "curve25519-sha256", "ssh-ed25519", "aes128-ctr", "hmac-md5", REASON_KEX_FAILED },
	{ "curve25519-sha256", "ssh-ed25519", "3des-cbc", ETM, REASON_KEX_FAILED },
	{ "curve25519-sha256", "ssh-rsa", "aes128-ctr", ETM, REASON_KEX_FAILED },
	/* rows exist, but the host has no RSA key */
	{ "curve25519-sha256", "rsa-sha2-256,rsa-sha2-512", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ "diffie-hellman-group1-sha1", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	/* markers are no methods */
	{ "ext-info-c,kex-strict-c-v00@openssh.com", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ "kex-strict-s-v00@openssh.com", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	/* lists that are no lists */
	{ "", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ "curve25519-sha256", "", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ ",,,", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ "curve25519-sha256 ", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ "curve25519-sha25", "ssh-ed25519", "aes128-ctr", ETM, REASON_KEX_FAILED },
	{ ",curve25519-sha256,", ",ssh-ed25519", "aes128-ctr,", ETM ",", 0, "curve25519-sha256", "aes128-ctr", ETM },
};

static void prepare(struct peer *p, const struct proposal *with)
{
	peer_init(p);
	p->kex = with->kex;
	p->hostkeys = with->hostkeys;
	p->ciphers = with->ciphers;
	p->macs = with->macs;
	peer_version(p);
}

static void test_proposals(void **state)
{
	struct host h;
	struct peer p;

	for (size_t i = 0; i < sizeof(proposals) / sizeof(proposals[0]); i++) {
		const struct proposal *t = &proposals[i];

		host_init(&h, NULL);
		prepare(&p, t);
		peer_kexinit(&p);
		peer_public(&p);
		peer_bare(&p, MSG_NEWKEYS);
		peer_say(&p, &h);
		assert_int_equal(h.reason, t->reason);
		if (t->reason == 0) {
			assert_string_equal(h.kex, t->got_kex);
			assert_string_equal(h.hostkey, "ssh-ed25519");
			assert_string_equal(h.cipher_in, t->got_cipher);
			assert_string_equal(h.mac_in, t->got_mac);
		}
		peer_release(&p);
		host_release(&h);
	}
}

/* Every cipher with every MAC, both ways, up to an open channel and through a second exchange. */
static void test_every_pair(void **state)
{
	const struct ssh_alg_info *cipher, *mac;
	struct ssh_config offer = { 0 };
	struct host h;
	struct peer p;

	for (size_t i = 0; (cipher = ssh_alg_info(SSH_ALG_CIPHER, i)); i++) {
		for (size_t j = 0; (mac = ssh_alg_info(SSH_ALG_MAC, j)); j++) {
			offer.ciphers = str_of(cipher->name);
			offer.macs = str_of(mac->name);
			host_init(&h, &offer);
			h.answer = SSH_AUTH_SUCCESS;
			peer_init(&p);
			p.ciphers = cipher->name;
			p.macs = mac->name;
			assert_true(peer_handshake(&p, &h));
			assert_true(peer_login(&p, &h));
			assert_true(peer_open(&p, &h));
			assert_true(peer_handshake(&p, &h));
			peer_begin(&p, MSG_CHANNEL_DATA);
			buf_put_u32(&p.out, 0);
			buf_put_cstr(&p.out, "after");
			peer_end(&p);
			peer_say(&p, &h);
			assert_true(str_is(buf_str(&h.data), "after"));
			assert_int_equal(h.seen[SSH_EV_KEXED], 2);
			peer_release(&p);
			host_release(&h);
		}
	}
}

/* Every key exchange, up to login and through a second exchange by itself. */
static void test_every_kex(void **state)
{
	const struct ssh_alg_info *kex;
	struct host h;
	struct peer p;

	for (size_t i = 0; (kex = ssh_alg_info(SSH_ALG_KEX, i)); i++) {
		host_init(&h, &(struct ssh_config){ .kex = str_of(kex->name) });
		h.answer = SSH_AUTH_SUCCESS;
		peer_init(&p);
		p.kex = p.method = kex->name;
		assert_true(peer_handshake(&p, &h));
		assert_string_equal(h.kex, kex->name);
		assert_true(peer_login(&p, &h));
		assert_true(peer_handshake(&p, &h));
		assert_true(peer_open(&p, &h));
		assert_int_equal(h.seen[SSH_EV_KEXED], 2);
		peer_release(&p);
		host_release(&h);
	}
}

/* What is off by default, or left out by configuration, is not taken from a client that knows nothing else. */
static void test_not_offered_is_not_taken(void **state)
{
	static const struct ssh_config large = { .kex = STR("curve25519-sha256,diffie-hellman-group16-sha512") };
	static const struct {
		const struct ssh_config *config;
		const char *kex;
		bool taken;
	} cases[] = {
		{ NULL, "ecdh-sha2-nistp256", false },
		{ NULL, "ecdh-sha2-nistp521", false },
		{ NULL, "diffie-hellman-group14-sha256", true },
		{ &large, "diffie-hellman-group14-sha256", false },
		{ &large, "diffie-hellman-group16-sha512", true },
		{ &large, "curve25519-sha256", true },
	};
	struct host h;
	struct peer p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host_init(&h, cases[i].config);
		peer_init(&p);
		p.kex = p.method = cases[i].kex;
		peer_version(&p);
		peer_kexinit(&p);
		peer_public(&p);
		peer_bare(&p, MSG_NEWKEYS);
		peer_say(&p, &h);
		assert_int_equal(h.seen[SSH_EV_KEXED], cases[i].taken);
		assert_int_equal(h.reason, cases[i].taken ? 0 : REASON_KEX_FAILED);
		peer_release(&p);
		host_release(&h);
	}
}

/* A value that no group takes ends the connection before anything is signed. */
static void test_bad_public_value(void **state)
{
	static const struct ssh_config config = { .kex = STR("ecdh-sha2-nistp256,diffie-hellman-group14-sha256") };
	static const struct {
		const char *kex;
		struct str value;
	} cases[] = {
		{ "ecdh-sha2-nistp256", STR("\0") },
		{ "ecdh-sha2-nistp256", STR("") },
		{ "ecdh-sha2-nistp256", STR("\4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb") },
		{ "diffie-hellman-group14-sha256", STR("") },
		{ "diffie-hellman-group14-sha256", STR("\1") },
		{ "diffie-hellman-group14-sha256", STR("\377\2") },
	};
	struct host h;
	struct peer p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host_init(&h, &config);
		peer_init(&p);
		p.kex = cases[i].kex;
		peer_version(&p);
		peer_kexinit(&p);
		buf_put_str(peer_begin(&p, MSG_KEX_INIT), cases[i].value);
		peer_end(&p);
		peer_say(&p, &h);
		assert_int_equal(h.reason, REASON_KEX_FAILED);
		assert_int_equal(h.seen[SSH_EV_SIGN], 0);
		peer_release(&p);
		host_release(&h);
	}
}

/* RFC 4253 section 7: after a wrong guess one packet is ignored, after a right one none. */
static void test_guess(void **state)
{
	static const struct ssh_config config = { .kex = STR("curve25519-sha256,curve25519-sha256@libssh.org") };
	static const struct {
		const char *kex, *hostkeys;
		bool wrong;
	} cases[] = {
		{ "curve25519-sha256", "ssh-ed25519", false },
		{ "ecdh-sha2-nistp256,curve25519-sha256", "ssh-ed25519", true },
		{ "curve25519-sha256@libssh.org", "ssh-ed25519", true }, /* not our first */
		{ "curve25519-sha256", "ssh-rsa,ssh-ed25519", true },
		{ "ecdh-sha2-nistp256,curve25519-sha256,kex-strict-c-v00@openssh.com", "ssh-ed25519", true },
	};
	struct host h;
	struct peer p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proposal t = { cases[i].kex, cases[i].hostkeys, ALL_CIPHERS, ETM };

		host_init(&h, &config);
		prepare(&p, &t);
		p.follows = true;
		peer_kexinit(&p);
		if (cases[i].wrong) {
			buf_put_cstr(peer_begin(&p, MSG_KEX_INIT), "not a point of any curve");
			peer_end(&p);
		}
		peer_public(&p);
		peer_bare(&p, MSG_NEWKEYS);
		peer_say(&p, &h);
		assert_int_equal(h.reason, 0);
		assert_int_equal(h.seen[SSH_EV_KEXED], 1);
		peer_release(&p);
		host_release(&h);
	}
}

/* What follows a wrong guess is a key exchange packet or nothing that we ignore. */
static void test_guess_is_no_hole(void **state)
{
	struct proposal t = { "x,curve25519-sha256", "ssh-ed25519", ALL_CIPHERS, ETM };
	struct host h;
	struct peer p;

	host_init(&h, NULL);
	prepare(&p, &t);
	p.follows = true;
	peer_kexinit(&p);
	peer_bare(&p, MSG_CHANNEL_OPEN);
	peer_say(&p, &h);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	peer_release(&p);
	host_release(&h);
}

static void test_strict_and_ext_info(void **state)
{
	struct host h;
	struct peer p;
	struct cur c;

	/* both asked for: numbers restart, EXT_INFO comes first after our NEWKEYS */
	host_init(&h, NULL);
	peer_init(&p);
	assert_true(peer_handshake(&p, &h));
	assert_true(h.strict);
	assert_int_equal(p.tx.seq, 0);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_EXT_INFO);
	assert_int_equal(cur_u32(&c), 1);
	assert_true(str_is(cur_str(&c), "server-sig-algs"));
	assert_true(str_is(cur_str(&c),
			   "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
			   "rsa-sha2-512,rsa-sha2-256,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com"));
	assert_true(cur_done(&c));
	assert_true(peer_service(&p, &h));
	peer_release(&p);
	host_release(&h);
	/* neither */
	host_init(&h, NULL);
	peer_init(&p);
	p.kex = "curve25519-sha256";
	assert_true(peer_handshake(&p, &h));
	assert_false(h.strict);
	assert_int_equal(peer_next_type(&p), 0);
	assert_true(peer_service(&p, &h));
	peer_release(&p);
	host_release(&h);
}

/* Strict: the first KEXINIT is the first packet. */
static void test_strict_first_packet(void **state)
{
	struct host h;
	struct peer p;

	host_init(&h, NULL);
	peer_init(&p);
	peer_version(&p);
	buf_put_cstr(peer_begin(&p, MSG_IGNORE), "");
	peer_end(&p);
	peer_kexinit(&p);
	peer_say(&p, &h);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	peer_release(&p);
	host_release(&h);
}

/* What the configuration offers, and in which order, is what the client sees; what no key fits is left out. */
static void test_offer(void **state)
{
	struct ssh_config c = { .kex = STR("curve25519-sha256@libssh.org,unknown,curve25519-sha256@libssh.org"),
				.hostkeys = STR("rsa-sha2-512,ssh-ed25519"),
				.ciphers = STR("aes256-ctr,chacha20-poly1305@openssh.com"),
				.macs = STR("hmac-sha2-256") };
	static const char *const expected[10] = { "curve25519-sha256@libssh.org,kex-strict-s-v00@openssh.com",
						  "ssh-ed25519",
						  "aes256-ctr,chacha20-poly1305@openssh.com",
						  "aes256-ctr,chacha20-poly1305@openssh.com",
						  "hmac-sha2-256",
						  "hmac-sha2-256",
						  "none",
						  "none",
						  "",
						  "" };
	struct host h;
	struct peer p;
	struct cur cur;

	host_init(&h, &c);
	peer_init(&p);
	p.ciphers = "aes256-ctr";
	assert_false(peer_handshake(&p, &h)); /* it has another method */
	cur = cur_of(buf_str(&p.i_s));
	cur_take(&cur, 17);
	for (size_t i = 0; i < 10; i++)
		assert_true(str_is(cur_str(&cur), expected[i]));
	assert_int_equal(cur_u8(&cur), 0);
	assert_int_equal(cur_u32(&cur), 0);
	assert_true(cur_done(&cur));
	peer_release(&p);
	host_release(&h);
}

static void test_nothing_to_offer(void **state)
{
	struct str rsa = STR("\0\0\0\7ssh-rsa"), ed = STR("\0\0\0\13ssh-ed25519");
	struct ssh_config c = {
		.role = SSH_SERVER, .version = STR("SSH-2.0-x"), .hostkey_blobs = &rsa, .n_hostkey_blobs = 1
	};
	struct ssh_conn *conn = ssh_new(&c);

	assert_non_null(conn);
	ssh_free(conn);
	c.hostkeys = STR("ssh-ed25519");
	assert_null(ssh_new(&c));
	c.hostkey_blobs = &ed;
	c.ciphers = STR("none");
	assert_null(ssh_new(&c));
	c.ciphers = STR("");
	c.n_hostkey_blobs = 0;
	assert_null(ssh_new(&c));
	c.n_hostkey_blobs = 1;
	c.role = SSH_CLIENT;
	assert_null(ssh_new(&c));
	ssh_free(NULL);
}

/* The signer hashes for itself; where it comes to another hash, nothing is sent. */
static void test_other_hash_ends(void **state)
{
	struct host h;
	struct peer p;

	host_init(&h, NULL);
	h.lie = true;
	peer_init(&p);
	assert_false(peer_handshake(&p, &h));
	assert_int_equal(h.reason, REASON_KEX_FAILED);
	assert_int_equal(peer_find(&p, MSG_KEX_REPLY).n, 0);
	assert_int_equal(ssh_session_id(h.ssh).n, 0);
	peer_release(&p);
	host_release(&h);
}

/* Later exchanges keep the session id, and begin by bytes and by time. */
static void test_rekey(void **state)
{
	struct ssh_config c = { .rekey_bytes = 100000, .rekey_ms = 5000 };
	static uint8_t bulk[30000];
	struct host h;
	struct peer p;
	uint8_t id[32];

	host_init(&h, &c);
	h.answer = SSH_AUTH_SUCCESS;
	peer_init(&p);
	ssh_tick(h.ssh, 1000000);
	assert_true(peer_handshake(&p, &h));
	assert_true(peer_login(&p, &h));
	assert_true(peer_open(&p, &h));
	assert_int_equal(ssh_session_id(h.ssh).n, 32);
	memcpy(id, ssh_session_id(h.ssh).p, 32);
	assert_int_equal(ssh_due(h.ssh), 1005000);
	ssh_tick(h.ssh, 1004999);
	peer_say(&p, &h);
	assert_int_equal(h.seen[SSH_EV_COOKIE], 1);
	ssh_tick(h.ssh, 1005000);
	peer_say(&p, &h);
	assert_int_equal(h.seen[SSH_EV_COOKIE], 2);
	assert_int_equal(ssh_due(h.ssh), 0);
	/* our KEXINIT is out: what we write now waits, but the peer may still send */
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, "x", 1), 0);
	assert_int_equal(ssh_channel_exit_status(h.ssh, 0, 3), 0);
	peer_begin(&p, MSG_CHANNEL_DATA);
	buf_put_u32(&p.out, 0);
	buf_put_cstr(&p.out, "crossing");
	peer_end(&p);
	assert_true(peer_handshake(&p, &h));
	assert_true(str_is(buf_str(&h.data), "crossing"));
	assert_int_equal(h.seen[SSH_EV_WRITABLE], 1);
	assert_memory_equal(ssh_session_id(h.ssh).p, id, 32);
	assert_memory_equal(p.id, id, 32);
	assert_true(memcmp(p.hash, id, 32) != 0);
	assert_int_equal(peer_next_type(&p), MSG_CHANNEL_REQUEST); /* held, then sent under the new keys */
	for (int i = 0; i < 4; i++) {
		assert_int_equal(h.seen[SSH_EV_COOKIE], 2);
		peer_begin(&p, MSG_CHANNEL_DATA);
		buf_put_u32(&p.out, 0);
		buf_put_str(&p.out, (struct str){ bulk, sizeof(bulk) });
		peer_end(&p);
		peer_say(&p, &h);
	}
	assert_int_equal(h.seen[SSH_EV_COOKIE], 3);
	assert_true(peer_handshake(&p, &h));
	assert_int_equal(h.seen[SSH_EV_KEXED], 3);
	peer_release(&p);
	host_release(&h);
}

/* Answers in the wrong order are refused and change nothing. */
static void test_answers_nobody_awaits(void **state)
{
	const uint8_t cookie[16] = { 0 };
	struct ssh_event ev;
	struct host h;

	host_init(&h, NULL);
	assert_int_equal(ssh_give_cookie(h.ssh, cookie), E_STATE);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_EVENT);
	assert_int_equal(ev.type, SSH_EV_COOKIE);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_WAIT);
	assert_int_equal(ssh_give_signature(h.ssh, STR("h"), STR("s")), E_STATE);
	assert_int_equal(ssh_auth_reply(h.ssh, SSH_AUTH_SUCCESS, STR("")), E_STATE);
	assert_int_equal(ssh_auth_prompt(h.ssh, STR(""), STR(""), NULL, NULL, 0), E_STATE);
	assert_int_equal(ssh_channel_accept(h.ssh, 0), E_STATE);
	assert_int_equal(ssh_channel_refuse(h.ssh, 0, 1, ""), E_STATE);
	assert_int_equal(ssh_request_reply(h.ssh, 0, true), E_STATE);
	assert_int_equal(ssh_channel_eof(h.ssh, 0), E_STATE);
	assert_int_equal(ssh_channel_close(h.ssh, 77), E_STATE);
	assert_int_equal(ssh_channel_exit_status(h.ssh, 0, 0), E_STATE);
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, "x", 1), 0);
	ssh_channel_consumed(h.ssh, 5, 100);
	assert_int_equal(ssh_give_cookie(h.ssh, cookie), 0);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_IDLE);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proposals),
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_every_kex),
		cmocka_unit_test(test_not_offered_is_not_taken),
		cmocka_unit_test(test_bad_public_value),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_guess_is_no_hole),
		cmocka_unit_test(test_strict_and_ext_info),
		cmocka_unit_test(test_strict_first_packet),
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_nothing_to_offer),
		cmocka_unit_test(test_other_hash_ends),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_answers_nobody_awaits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
