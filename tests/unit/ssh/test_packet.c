/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: packets sealed by others open, what we seal opens, and nothing that was changed or cut opens, for every cipher
 * and MAC there is. The vectors were made with another implementation of the primitives (Python's cryptography).
 */
#include "ssh/v2/kex.h"
#include "ssh/v2/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SEQ 0x01020304

static uint8_t key[64], iv[16], mac_key[32];

/* key 00…3f, iv 80…8f, mac key 40…5f, payload 02 00000007 "Ravelin", padding of aa */
static const struct vector {
	const char *cipher, *mac, *hex;
} vectors[] = {
	{ "chacha20-poly1305@openssh.com", "",
	  "bc7980639dc01cb2db1674c8a2084895c6eaf0deab87be7d9913c774c0ceaf572753f35a846512c230ab66bf" },
	{ "aes128-gcm@openssh.com", "",
	  "00000020cc217bb9a5c568667010016ef504073f444db47eb1b5fb2fb62c59e0dcf5772d8265318738a195e13781ef861de52564" },
	{ "aes256-gcm@openssh.com", "",
	  "0000002073a76e1b4115b3f0e8ee795928d9008f0df41f55a01aa7a087572a621c56975e3e80e932ee625026f487ef4eaacf1586" },
	{ "aes128-ctr", "hmac-sha2-256",
	  "ac2659000089d80ee7c0b1c3a72b474b96d771e3d663d8b6cceccb57a0d74a2357885ef863ce4f9cff963b18a4081c3c"
	  "117c6eeb2ec522134570f53fee8c4c27" },
	{ "aes128-ctr", "hmac-sha2-256-etm@openssh.com",
	  "00000020bf24591c0f8c8a6f91a28fcbbfe4818852d771e3d663d8b6cceccb57a0d74a23bdfc721f7624581913f7c0f7"
	  "84a1281076ccd982c831c0d98baf51dc4a4122a4" },
	{ "aes256-ctr", "hmac-sha2-256",
	  "b0b0f567c495b783a154dd96f8ff04ab902f19c8c4c6d67ecf040c649443919a57885ef863ce4f9cff963b18a4081c3c"
	  "117c6eeb2ec522134570f53fee8c4c27" },
	{ "aes256-ctr", "hmac-sha2-256-etm@openssh.com",
	  "00000020a3b2f57bcb90e5e2d736e39ee030c268542f19c8c4c6d67ecf040c649443919a225ca7e70661caa491aa6645"
	  "2777d539a5aa782681eb7a489adc5d8c0ce343df" },
	{ "aes128-cbc", "hmac-md5",
	  "3a764eb7bf9647756d8e72ab9bc75471404eff08acd0b523e9ea0bc50d5ad887f40c188cb2e2a6c0b550bd9c042e983e" },
	{ "aes192-cbc", "hmac-sha1-96-etm@openssh.com",
	  "00000020b3b6bae83da6b652edde3e22475b7fdfc4b76ba5fb0529ac421d9c666e4f3a95ae6b9427e66aad744fb341e8" },
	{ "aes256-cbc", "hmac-sha1",
	  "020bb6069079d1cf35f80f6620dc1d82ebbe152af310c57ccf65e1f699ba744af3e3218795bf4d81d6bbe8d7fbdb0ede"
	  "81decc8a" },
	{ "aes256-cbc", "hmac-sha2-256-etm@openssh.com",
	  "0000002068dd3b6176f091eea2cc0c11f9b4b75eaefc11c047948a0d5cde702289a636c812336c4defdb13dff2c96150"
	  "3586ccf51927c6f7055731851f74f9a4245c672a" },
	{ "3des-cbc", "hmac-sha1",
	  "5c8c3a3963d8daa830f60e4b14c83b7872481f3d54b85e958f39b3a6f3713884c6cc5e0df01a759117f6ad41" },
	{ "3des-cbc", "hmac-md5-96-etm@openssh.com",
	  "00000018f2e9ae656b6087d4c067f99c0371bbf70193bfaffd6d31253b9a51508e68376ed1ad9090" },
	{ "3des-cbc", "hmac-sha1-96", "5c8c3a3963d8daa830f60e4b14c83b7872481f3d54b85e958f39b3a6f3713884c6cc5e0d" },
	{ "aes128-ctr", "hmac-md5-96",
	  "ac2659000089d80ee7c0b1c3a72b474b96d771e3d663d8b6cceccb57a0d74a23f40c188cb2e2a6c0b550bd9c" },
	{ "aes128-cbc", "hmac-md5-etm@openssh.com",
	  "00000020cb2d29112d0b89695ad4697e6adfe9254a49c8439490a2229b78c8c5708ef83f78d077959857bd2817abc517"
	  "58ce7640" },
	{ "aes128-cbc", "hmac-sha1-etm@openssh.com",
	  "00000020cb2d29112d0b89695ad4697e6adfe9254a49c8439490a2229b78c8c5708ef83f11ddef1c971742f58a33ea43"
	  "ce949b8b9575f8f4" },
};

static const size_t n_vectors = sizeof(vectors) / sizeof(vectors[0]);

static void side(struct packet_side *s, bool sealing, const struct vector *v)
{
	packet_init(s, sealing);
	assert_int_equal(crypt_set(&s->crypt, alg_cipher(str_of(v->cipher)), alg_mac(str_of(v->mac)), key, iv, mac_key),
			 0);
	s->seq = SEQ;
}

static size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		const char pair[3] = { hex[2 * i], hex[2 * i + 1], 0 };

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static void test_vectors(void **state)
{
	static const uint8_t expected[] = "\x02\x00\x00\x00\x07Ravelin";
	uint8_t packet[128];
	struct packet_side rx;
	struct str payload;
	size_t n, used;

	for (size_t i = 0; i < n_vectors; i++) {
		side(&rx, false, &vectors[i]);
		n = unhex(vectors[i].hex, packet);
		assert_int_equal(packet_open(&rx, packet, n, &payload, &used), 1);
		assert_int_equal(used, n);
		assert_int_equal(payload.n, sizeof(expected) - 1);
		assert_memory_equal(payload.p, expected, payload.n);
		packet_release(&rx);
	}
}

/* One flipped bit anywhere: never a payload, and the same answer wherever it was. A changed length may first ask for
 * more bytes, so as many as the largest packet are there. */
static void test_every_byte_counts(void **state)
{
	static uint8_t packet[PACKET_MAX];
	struct packet_side rx;
	struct str payload;
	size_t n, used;

	for (size_t i = 0; i < n_vectors; i++) {
		n = strlen(vectors[i].hex) / 2;
		for (size_t at = 0; at < n; at++) {
			side(&rx, false, &vectors[i]);
			memset(packet, 0, sizeof(packet));
			unhex(vectors[i].hex, packet);
			packet[at] ^= (uint8_t)(1u << (at % 8));
			assert_int_equal(packet_open(&rx, packet, sizeof(packet), &payload, &used), E_CRYPTO);
			packet_release(&rx);
		}
	}
}

/* Cut short it asks for more; with the rest, byte by byte, it opens. */
static void test_byte_by_byte(void **state)
{
	uint8_t packet[128];
	struct packet_side rx;
	struct str payload;
	size_t n, used;

	for (size_t i = 0; i < n_vectors; i++) {
		side(&rx, false, &vectors[i]);
		n = unhex(vectors[i].hex, packet);
		for (size_t have = 0; have < n; have++)
			assert_int_equal(packet_open(&rx, packet, have, &payload, &used), 0);
		assert_int_equal(packet_open(&rx, packet, n, &payload, &used), 1);
		packet_release(&rx);
	}
}

static void round_trip(const struct vector *v, size_t size)
{
	static uint8_t text[PACKET_PAYLOAD + 9];
	struct packet_side tx, rx;
	struct str payload;
	struct buf b;
	size_t at, used;

	side(&tx, true, v);
	side(&rx, false, v);
	buf_init(&b, 0);
	memset(text, (int)size, size);
	for (int i = 0; i < 3; i++) { /* the state of both sides must move on alike */
		at = packet_begin(&b);
		buf_put(&b, text, size);
		assert_int_equal(packet_seal(&tx, &b, at), 0);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(packet_open(&rx, b.data + b.off, buf_len(&b), &payload, &used), 1);
		assert_int_equal(payload.n, size);
		assert_memory_equal(payload.p, text, size);
		buf_consume(&b, used);
	}
	assert_int_equal(buf_len(&b), 0);
	assert_int_equal(tx.bytes, rx.bytes);
	assert_int_equal(tx.seq, SEQ + 3);
	packet_release(&tx);
	packet_release(&rx);
	buf_release(&b);
}

static void test_round_trips(void **state)
{
	for (size_t i = 0; i < n_vectors; i++) {
		for (size_t size = 1; size < 40; size++)
			round_trip(&vectors[i], size);
		round_trip(&vectors[i], PACKET_PAYLOAD + 9);
	}
}

/* The counter of GCM's nonce carries beyond its lowest word. */
static void test_gcm_counter(void **state)
{
	static const struct vector both[] = {
		{ "aes128-gcm@openssh.com", "",
		  "00000020b332a83b0e7cee7062a32030a10277b49bb978f5c3fb917f8bd136da1b3c8c18be631cb9ec508f377d1c93dddf95"
		  "6f48" },
		{ "aes128-gcm@openssh.com", "",
		  "00000020df592a226cf3d0cfb0a5447feadfd2852c3837ae6a1ab8575b40422b9d3cca0bd9681e4d2d7664fba3ead09b8ad7"
		  "e698" },
	};
	struct packet_side rx;
	uint8_t packet[128];
	struct str payload;
	size_t n, used;

	side(&rx, false, &both[0]);
	memcpy(rx.crypt.iv + 4, "\0\0\0\0\xff\xff\xff\xff", 8);
	for (size_t i = 0; i < 2; i++) {
		n = unhex(both[i].hex, packet);
		assert_int_equal(packet_open(&rx, packet, n, &payload, &used), 1);
	}
	packet_release(&rx);
}

/* A length in clear is refused at once when no packet has it, but not by name: it is not authentic. */
static void test_sealed_limits(void **state)
{
	struct packet_side rx;
	struct str payload;
	uint8_t packet[64] = { 0 };
	size_t used;

	for (size_t i = 0; i < n_vectors; i++) {
		for (uint32_t length = 34900; length < 35100; length++) {
			size_t whole;

			side(&rx, false, &vectors[i]);
			whole = 4 + length + crypt_tag(&rx.crypt);
			packet[2] = (uint8_t)(length >> 8);
			packet[3] = (uint8_t)length;
			if (rx.crypt.mode == &crypt_gcm || rx.crypt.mode == &crypt_etm)
				assert_int_equal(
				    packet_open(&rx, packet, 8, &payload, &used),
				    whole <= PACKET_MAX && length % crypt_block(&rx.crypt) == 0 ? 0 : E_CRYPTO);
			packet_release(&rx);
		}
	}
}

static size_t looked_at;

static int counted_open(struct crypt *c, uint32_t seq, uint8_t *packet, size_t n)
{
	looked_at += n;
	return crypt_mac.open(c, seq, packet, n);
}

/* CVE-2008-5161: with a length that is encrypted like the rest, neither the number of bytes taken nor the work done
 * before the answer tells where a forged packet was wrong. */
static void test_no_length_oracle(void **state)
{
	static uint8_t packet[PACKET_MAX];
	struct crypt_mode counted = crypt_mac;
	struct packet_side rx;
	struct str payload;
	size_t n, used, least, most, tried = 0;

	counted.open = counted_open;
	for (size_t i = 0; i < n_vectors; i++) {
		n = strlen(vectors[i].hex) / 2;
		least = SIZE_MAX;
		most = 0;
		for (size_t at = 0; at < n; at++) {
			side(&rx, false, &vectors[i]);
			if (rx.crypt.mode != &crypt_mac) {
				packet_release(&rx);
				break;
			}
			rx.crypt.mode = &counted;
			memset(packet, 0, sizeof(packet));
			unhex(vectors[i].hex, packet);
			packet[at] ^= (uint8_t)(1u << (at % 8));
			looked_at = 0;
			for (size_t have = 0; have < PACKET_MAX; have += have < 64 ? 1 : 997)
				assert_int_equal(packet_open(&rx, packet, have, &payload, &used), 0);
			assert_int_equal(packet_open(&rx, packet, PACKET_MAX - 1, &payload, &used), 0);
			assert_int_equal(packet_open(&rx, packet, PACKET_MAX, &payload, &used), E_CRYPTO);
			least = looked_at < least ? looked_at : least;
			most = looked_at > most ? looked_at : most;
			packet_release(&rx);
			tried++;
		}
		if (most) /* but for a block or two, and the tag */
			assert_true(least > PACKET_MAX - 100 && most <= PACKET_MAX);
	}
	assert_true(tried > 100);
}

/* Keys can be changed in place, to another algorithm too. */
static void test_rekey_in_place(void **state)
{
	struct packet_side tx, rx;
	struct str payload;
	struct buf b;
	size_t at, used;

	packet_init(&tx, true);
	packet_init(&rx, false);
	for (size_t i = 0; i < 3 * n_vectors; i++) {
		const struct vector *v = &vectors[i % n_vectors];

		assert_int_equal(
		    crypt_set(&tx.crypt, alg_cipher(str_of(v->cipher)), alg_mac(str_of(v->mac)), key, iv, mac_key), 0);
		assert_int_equal(
		    crypt_set(&rx.crypt, alg_cipher(str_of(v->cipher)), alg_mac(str_of(v->mac)), key, iv, mac_key), 0);
		buf_init(&b, 0);
		at = packet_begin(&b);
		buf_puts(&b, "again");
		assert_int_equal(packet_seal(&tx, &b, at), 0);
		assert_int_equal(packet_open(&rx, b.data, b.len, &payload, &used), 1);
		assert_true(str_is(payload, "again"));
		buf_release(&b);
	}
	packet_release(&tx);
	packet_release(&rx);
}

/* Before keys the length is believed, so its limits show by themselves. */
static void test_clear_limits(void **state)
{
	static const struct {
		const char *hex;
		int expected;
	} cases[] = {
		{ "0000000c0a02000000000000000000000000", 1 },           /* good */
		{ "0000000c0b020000000000000000000000000000", E_INVAL }, /* no payload */
		{ "0000000c0c020000000000000000000000000000", E_INVAL }, /* padding beyond the packet */
		{ "0000000cff020000000000000000000000000000", E_INVAL }, /* far beyond */
		{ "0000000c03020000000000000000000000000000", E_INVAL }, /* padding too short */
		{ "0000000c00020000000000000000000000000000", E_INVAL }, /* none */
		{ "0000000d04020000000000000000000000000000", E_INVAL }, /* not a multiple of eight */
		{ "0000000404020000000000000000000000000000", E_INVAL }, /* too short to be one */
		{ "0000000000000000000000000000000000000000", E_INVAL },
		{ "000088b504020000000000000000000000000000", E_TOOBIG }, /* 35001 with its length field */
		{ "ffffffff04020000000000000000000000000000", E_TOOBIG },
		{ "fffffffc04020000000000000000000000000000", E_TOOBIG },
		{ "8000000004020000000000000000000000000000", E_TOOBIG },
		{ "0000000104020000000000000000000000000000", E_INVAL },
		{ "000088b804020000000000000000000000000000", E_TOOBIG },
		{ "5353482d322e302d", E_TOOBIG },
	};
	struct packet_side rx;
	struct str payload;
	uint8_t packet[64];
	size_t n, used;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet_init(&rx, false);
		n = unhex(cases[i].hex, packet);
		assert_int_equal(packet_open(&rx, packet, n, &payload, &used), cases[i].expected);
		packet_release(&rx);
	}
}

/* A peer that has the keys and still sends nonsense inside is malformed, not forged. */
static void test_sealed_nonsense(void **state)
{
	static const uint8_t bad_padding[] = { 3, 0, 255 };
	struct packet_side tx, rx;
	struct str payload;
	struct buf b;
	size_t used;

	for (size_t i = 0; i < n_vectors; i++) {
		for (size_t j = 0; j < sizeof(bad_padding); j++) {
			size_t body;

			side(&tx, true, &vectors[i]);
			side(&rx, false, &vectors[i]);
			body = tx.crypt.mode->length_apart ? 36 : 32;
			buf_init(&b, 0);
			memset(buf_room(&b, 128), 0, 128);
			b.data[3] = (uint8_t)(body - 4);
			b.data[4] = bad_padding[j];
			assert_int_equal(tx.crypt.mode->seal(&tx.crypt, SEQ, b.data, body), 0);
			assert_int_equal(packet_open(&rx, b.data, body + crypt_tag(&tx.crypt), &payload, &used),
					 E_INVAL);
			buf_release(&b);
			packet_release(&tx);
			packet_release(&rx);
		}
	}
}

/* Nor do keys make a length good that no packet has. Where it is hidden, nothing is said before the longest packet is
 * there, so that whoever guesses at a length learns nothing from when he is refused. */
static void test_sealed_lengths(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 5, 13, 35000, 40000, 0x80000000, 0xffffffff };
	static uint8_t packet[PACKET_MAX];
	struct packet_side tx, rx;
	struct str payload;
	size_t used, n;

	for (size_t i = 0; i < n_vectors; i++) {
		for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
			side(&tx, true, &vectors[i]);
			side(&rx, false, &vectors[i]);
			memset(packet, 0, sizeof(packet));
			for (unsigned k = 0; k < 4; k++)
				packet[k] = (uint8_t)(lengths[j] >> (24 - 8 * k));
			packet[4] = 8;
			n = tx.crypt.mode->length_apart ? 36 : 32;
			assert_int_equal(tx.crypt.mode->seal(&tx.crypt, SEQ, packet, n), 0);
			n = rx.crypt.mode->length_apart ? sizeof(packet) : crypt_head(&rx.crypt);
			for (; n < sizeof(packet); n += 997)
				assert_int_equal(packet_open(&rx, packet, n, &payload, &used), 0);
			assert_int_equal(packet_open(&rx, packet, sizeof(packet), &payload, &used), E_CRYPTO);
			packet_release(&tx);
			packet_release(&rx);
		}
	}
}

/* A packet that cannot be sealed leaves nothing behind, least of all its text. */
static void test_failed_seal_leaves_nothing(void **state)
{
	struct packet_side tx;
	struct buf b;
	size_t at;

	side(&tx, true, &vectors[0]);
	buf_init(&b, 64);
	buf_puts(&b, "before");
	at = packet_begin(&b);
	for (int i = 0; i < 40; i++)
		buf_puts(&b, "secret");
	assert_int_equal(packet_seal(&tx, &b, at), E_TOOBIG);
	assert_int_equal(buf_len(&b), 6);
	buf_release(&b);
	packet_release(&tx);
}

static void test_sequence_never_wraps(void **state)
{
	struct packet_side tx, rx;
	struct str payload;
	struct buf b;
	size_t at, used;

	packet_init(&tx, true);
	packet_init(&rx, false);
	buf_init(&b, 0);
	at = packet_begin(&b);
	buf_puts(&b, "x");
	assert_int_equal(packet_seal(&tx, &b, at), 0);
	rx.packets = UINT32_MAX;
	assert_int_equal(packet_open(&rx, b.data, b.len, &payload, &used), E_LIMIT);
	tx.packets = UINT32_MAX;
	at = packet_begin(&b);
	assert_int_equal(packet_seal(&tx, &b, at), E_LIMIT);
	buf_release(&b);
}

/* The first iteration of RFC 7748 section 5.2, the all-zero value of RFC 8731 section 3, and wrong lengths. */
static void test_curve25519(void **state)
{
	const struct kex_alg *alg = alg_kex(STR("curve25519-sha256"));
	const uint8_t nine[32] = { 9 }, zero[32] = { 0 };
	uint8_t expected[36];
	struct buf priv, secret, q_s;

	unhex("00000020422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", expected);
	buf_init(&priv, 0);
	buf_init(&secret, 0);
	buf_init(&q_s, 0);
	buf_put(&priv, nine, 32);
	assert_int_equal(alg->finish(alg, &priv, (struct str){ nine, 32 }, &secret), 0);
	assert_true(str_eq(buf_str(&secret), (struct str){ expected, 36 }));
	assert_true(alg->finish(alg, &priv, (struct str){ zero, 32 }, &secret) < 0);
	for (size_t n = 0; n < 32; n++)
		assert_true(alg->respond(alg, (struct str){ nine, n }, &q_s, &secret) < 0);
	assert_true(alg->respond(alg, (struct str){ zero, 32 }, &q_s, &secret) < 0);
	buf_release(&priv);
	buf_release(&secret);
	buf_release(&q_s);
}

static int setup(void **state)
{
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(iv); i++)
		iv[i] = (uint8_t)(0x80 + i);
	for (size_t i = 0; i < sizeof(mac_key); i++)
		mac_key[i] = (uint8_t)(0x40 + i);
	return ssh_warm();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_gcm_counter),
		cmocka_unit_test(test_sealed_limits),
		cmocka_unit_test(test_no_length_oracle),
		cmocka_unit_test(test_rekey_in_place),
		cmocka_unit_test(test_clear_limits),
		cmocka_unit_test(test_sealed_nonsense),
		cmocka_unit_test(test_sealed_lengths),
		cmocka_unit_test(test_failed_seal_leaves_nothing),
		cmocka_unit_test(test_sequence_never_wraps),
		cmocka_unit_test(test_curve25519),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
