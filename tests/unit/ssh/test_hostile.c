/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a stranger sends instead of SSH, or in place of any byte of it, the connection ends with the reason
 * the RFCs name or goes on waiting; nothing is executed and nothing grows without bound.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void feed(struct host *h, const void *bytes, size_t n)
{
	assert_int_equal(ssh_feed(h->ssh, bytes, n), 0);
	host_run(h);
}

/* What the server answered after its own identification. */
static struct str said(struct host *h)
{
	struct str all = buf_str(ssh_output(h->ssh));
	size_t skip = strlen("SSH-2.0-Test\r\n");

	return (struct str){ all.p + skip, all.n - skip };
}

static void test_first_lines(void **state)
{
	static const struct {
		const char *line, *answer; /* NULL: accepted, "" : still waiting */
	} cases[] = {
		{ "SSH-2.0-x\r\n", NULL },
		{ "SSH-2.0-x\n", NULL },
		{ "SSH-1.99-OpenSSH_2 with comments\r\n", NULL },
		{ "SSH-2.0--\r\n", NULL },
		{ "SSH-2.0-x", "" },
		{ "", "" },
		{ "SS", "" },
		{ "SSH-1.5-old\r\n", "Protocol major versions differ.\r\n" },
		{ "SSH-3.0-new\r\n", "Protocol major versions differ.\r\n" },
		{ "SSH-2.1-new\r\n", "Protocol major versions differ.\r\n" },
		{ "SSH-\r\n", "Protocol major versions differ.\r\n" },
		{ "SSH-2.0\r\n", "Protocol major versions differ.\r\n" },
		{ "SSH-2.0-\r\n", "Invalid SSH identification string.\r\n" },
		{ "SSH-1.99-\r\n", "Invalid SSH identification string.\r\n" },
		{ "GET / HTTP/1.1\r\n", "Invalid SSH identification string.\r\n" },
		{ "G", "Invalid SSH identification string.\r\n" },
		{ "ssh-2.0-x\r\n", "Invalid SSH identification string.\r\n" },
		{ "\r\nSSH-2.0-x\r\n", "Invalid SSH identification string.\r\n" },
		{ "SSH-2.0-\x01\r\n", "Invalid SSH identification string.\r\n" },
		{ "SSH-2.0-\xff\r\n", "Invalid SSH identification string.\r\n" },
		{ "SSH-2.0-a\rb\r\n", "Invalid SSH identification string.\r\n" },
		{ "\x16\x03\x01\x02", "Invalid SSH identification string.\r\n" },
	};
	struct host h;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host_init(&h, NULL);
		feed(&h, cases[i].line, strlen(cases[i].line));
		if (cases[i].answer && cases[i].answer[0]) {
			assert_true(h.ended);
			assert_int_equal(h.reason, REASON_VERSION);
			assert_true(str_is(said(&h), cases[i].answer));
		} else {
			assert_false(h.ended);
			assert_int_equal(said(&h).n > 0, cases[i].answer == NULL);
		}
		host_release(&h);
	}
}

static void test_nul_in_first_line(void **state)
{
	struct host h;

	host_init(&h, NULL);
	feed(&h, "SSH-2.0-a\0b\r\n", 13);
	assert_int_equal(h.reason, REASON_VERSION);
	host_release(&h);
}

/* Nobody who has not said what he speaks is sent a packet. */
static void test_end_before_first_line(void **state)
{
	struct host h;

	host_init(&h, NULL);
	ssh_disconnect(h.ssh, REASON_BY_APPLICATION, "busy");
	host_run(&h);
	assert_true(h.ended);
	assert_int_equal(said(&h).n, 0);
	host_release(&h);
}

/* 255 bytes with CR LF are the limit. */
static void test_long_first_line(void **state)
{
	char line[400];
	struct host h;

	for (size_t n = 250; n < 260; n++) {
		memset(line, 'x', sizeof(line));
		memcpy(line, "SSH-2.0-", 8);
		memcpy(line + n - 2, "\r\n", 2);
		host_init(&h, NULL);
		for (size_t i = 0; i < n && !h.ended; i++)
			feed(&h, line + i, 1);
		assert_int_equal(h.ended, n > 255);
		assert_int_equal(h.reason, n > 255 ? REASON_VERSION : 0);
		host_release(&h);
	}
}

/* A client's whole opening, as bytes. */
static void opening(struct peer *p)
{
	peer_init(p);
	p->kex = "curve25519-sha256";
	peer_version(p);
	peer_kexinit(p);
	peer_public(p);
	peer_bare(p, MSG_NEWKEYS);
}

static void test_byte_by_byte(void **state)
{
	struct host h;
	struct peer p;

	host_init(&h, NULL);
	opening(&p);
	for (size_t i = 0; i < p.out.len; i++) {
		assert_int_equal(h.seen[SSH_EV_KEXED], 0);
		feed(&h, p.out.data + i, 1);
	}
	assert_int_equal(h.seen[SSH_EV_KEXED], 1);
	peer_release(&p);
	host_release(&h);
}

/* Each byte of the opening replaced: at worst another exchange is agreed on; whatever it is, it ends or waits. */
static void test_every_byte_replaced(void **state)
{
	static const uint8_t with[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct host h;
	struct peer p;
	uint8_t was;

	opening(&p);
	for (size_t i = 0; i < p.out.len; i++) {
		for (size_t j = 0; j < sizeof(with); j++) {
			was = p.out.data[i];
			p.out.data[i] = with[j];
			host_init(&h, NULL);
			feed(&h, p.out.data, p.out.len);
			assert_int_equal(host_executed(&h), 0);
			assert_int_equal(h.seen[SSH_EV_AUTH], 0);
			host_release(&h);
			p.out.data[i] = was;
		}
	}
	peer_release(&p);
}

/* KEXINIT cut at every length and with bytes too many. */
static void test_kexinit_cut(void **state)
{
	struct host h;
	struct peer p;
	struct buf whole;

	buf_init(&whole, 0);
	opening(&p);
	buf_put(&whole, buf_ptr(&p.i_c), buf_len(&p.i_c));
	buf_put_u8(&whole, 0);
	peer_release(&p);
	for (size_t n = 1; n <= whole.len; n++) {
		host_init(&h, NULL);
		peer_init(&p);
		peer_version(&p);
		peer_begin(&p, MSG_KEXINIT);
		buf_put(&p.out, whole.data + 1, n - 1);
		peer_end(&p);
		peer_say(&p, &h);
		assert_int_equal(h.reason, n == whole.len - 1 ? 0 : REASON_PROTOCOL_ERROR);
		peer_release(&p);
		host_release(&h);
	}
	buf_release(&whole);
}

static void test_name_list_too_long(void **state)
{
	static char list[5000];
	struct host h;
	struct peer p;

	memset(list, ',', sizeof(list) - 1);
	for (size_t n = 4096; n < 4098; n++) {
		list[n] = '\0';
		host_init(&h, NULL);
		peer_init(&p);
		p.kex = list;
		peer_version(&p);
		peer_kexinit(&p);
		peer_say(&p, &h);
		assert_int_equal(h.reason, n > 4096 ? REASON_PROTOCOL_ERROR : REASON_KEX_FAILED);
		list[n] = ',';
		peer_release(&p);
		host_release(&h);
	}
}

static void test_bad_public_values(void **state)
{
	static const uint8_t zero[100];
	struct host h;
	struct peer p;

	for (size_t n = 0; n < sizeof(zero); n++) {
		host_init(&h, NULL);
		peer_init(&p);
		peer_version(&p);
		peer_kexinit(&p);
		peer_begin(&p, MSG_KEX_INIT);
		buf_put_str(&p.out, (struct str){ zero, n });
		peer_end(&p);
		peer_say(&p, &h);
		assert_int_equal(h.reason, REASON_KEX_FAILED);
		assert_int_equal(h.seen[SSH_EV_SIGN], 0);
		peer_release(&p);
		host_release(&h);
	}
}

static void test_packet_too_long(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t reason;
	} cases[] = {
		{ "\xff\xff\xff\xff\0\0\0\0", REASON_PROTOCOL_ERROR },
		{ "\0\0\x88\xb5\0\0\0\0", REASON_PROTOCOL_ERROR },
		{ "\0\0\0\1\0\0\0\0", REASON_PROTOCOL_ERROR },
		{ "\0\0\0\0\0\0\0\0", REASON_PROTOCOL_ERROR },
		{ "\0\0\0\xd\4\0\0\0", REASON_PROTOCOL_ERROR },
		{ "\0\0\x88\xb4\0\0\0\0", 0 }, /* the longest there is: waits */
	};
	struct host h;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host_init(&h, NULL);
		feed(&h, "SSH-2.0-x\r\n", 11);
		feed(&h, cases[i].bytes, 8);
		assert_int_equal(h.reason, cases[i].reason);
		host_release(&h);
	}
}

/* Under every cipher and MAC: a flipped bit anywhere in a command (a third of the places for each pair, others for the
 * next) is a MAC error at best told after enough bytes, is the same for all of them, and the command does not run. */
static void test_forged_command(void **state)
{
	const struct ssh_alg_info *cipher, *mac;
	struct ssh_config offer = { 0 };
	struct host h;
	struct peer p;
	size_t n = 3;

	for (size_t i = 0; (cipher = ssh_alg_info(SSH_ALG_CIPHER, i)); i++) {
		for (size_t j = 0; (mac = ssh_alg_info(SSH_ALG_MAC, j)); j++) {
			offer.ciphers = str_of(cipher->name);
			offer.macs = str_of(mac->name);
			for (size_t at = (i + j) % 3; at < n; at += 3) {
				host_init(&h, &offer);
				h.answer = SSH_AUTH_SUCCESS;
				peer_init(&p);
				p.ciphers = cipher->name;
				p.macs = mac->name;
				assert_true(peer_handshake(&p, &h) && peer_login(&p, &h) && peer_open(&p, &h));
				buf_put_u32(peer_begin(&p, MSG_CHANNEL_REQUEST), 0);
				buf_put_cstr(&p.out, "shell");
				buf_put_u8(&p.out, 1);
				peer_end(&p);
				n = buf_len(&p.out);
				p.out.data[p.out.off + at] ^= 0x10;
				memset(buf_room(&p.out, 70000), 0, 70000);
				buf_claim(&p.out, 70000);
				peer_say(&p, &h);
				assert_int_equal(h.reason, REASON_MAC_ERROR);
				assert_int_equal(h.seen[SSH_EV_REQUEST], 0);
				peer_release(&p);
				host_release(&h);
			}
		}
	}
}

/* The text of a peer's DISCONNECT goes to a log: nothing but printable characters, and not too many. */
static void test_goodbye_text(void **state)
{
	char text[1000];
	struct ssh_event ev;
	struct host h;
	struct peer p;

	host_init(&h, NULL);
	peer_init(&p);
	peer_version(&p);
	peer_say(&p, &h);
	memset(text, 'x', sizeof(text));
	memcpy(text, "a\033[2Jb\n\0c", 9);
	buf_put_u32(peer_begin(&p, MSG_DISCONNECT), 99);
	buf_put_str(&p.out, (struct str){ (uint8_t *)text, sizeof(text) });
	peer_end(&p);
	assert_int_equal(ssh_feed(h.ssh, buf_ptr(&p.out), buf_len(&p.out)), 0);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_EVENT);
	assert_int_equal(ev.type, SSH_EV_DISCONNECT);
	assert_true(ev.u.disconnect.by_peer);
	assert_int_equal(ev.u.disconnect.reason, 99);
	assert_int_equal(ev.u.disconnect.text.n, 255);
	assert_memory_equal(ev.u.disconnect.text.p, "a?[2Jb??cx", 10);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_END);
	assert_int_equal(ssh_step(h.ssh, &ev), SSH_END);
	peer_release(&p);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_lines),           cmocka_unit_test(test_nul_in_first_line),
		cmocka_unit_test(test_end_before_first_line), cmocka_unit_test(test_long_first_line),
		cmocka_unit_test(test_byte_by_byte),          cmocka_unit_test(test_every_byte_replaced),
		cmocka_unit_test(test_kexinit_cut),           cmocka_unit_test(test_name_list_too_long),
		cmocka_unit_test(test_bad_public_values),     cmocka_unit_test(test_packet_too_long),
		cmocka_unit_test(test_forged_command),        cmocka_unit_test(test_goodbye_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
