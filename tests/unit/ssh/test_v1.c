/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: the parts of SSH version 1 compute what another implementation does (the vectors were made with Python's
 * cryptography and zlib), and the detector of the compensation attack finds it in packets of any length, and only it.
 */
#include "ssh/v1/attack.h"
#include "ssh/v1/cipher.h"
#include "ssh/v1/conn1.h"
#include "ssh/v1/crc32.h"
#include "ssh/v1/packet1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint8_t key[SSH_V1_KEY];

static void unhex(const char *hex, uint8_t *out)
{
	for (; *hex; hex += 2)
		*out++ = (uint8_t)strtoul((char[3]){ hex[0], hex[1], 0 }, NULL, 16);
}

static void checksums(void **state)
{
	uint8_t all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	assert_int_equal(crc32_update(0, (const uint8_t *)"123456789", 9), 0x2dfd2d88);
	assert_int_equal(crc32_update(0, all, sizeof(all)), 0x2493092b);
	assert_int_equal(crc32_update(crc32_update(0, all, 100), all + 100, 156), 0x2493092b);
}

/* The key is 01…20, the text 00…3f, given in two parts: the chaining goes on over packets. */
static void ciphers(void **state)
{
	static const struct {
		enum ssh_v1_cipher which;
		const char *hex;
	} rows[] = {
		{ SSH_V1_3DES, "1f9d21ae2ec8391e5d4230f6f0576fe8d332ee0e006dcd53cca589ce105da34d"
			       "4e5f991ee8a8bcc5e0aa595e6aa67f31ae43dde8e32fb0a0b367dde2f3f45f32" },
		{ SSH_V1_DES, "90152a4c1cf4278085eb167add683f9063f2a29a83da40d9b62bf95797e47dca"
			      "6cce134c95eefa0a385db57ad6885c7320bcbb7839688af8784b62fed6c69139" },
	};
	uint8_t text[64], want[64];
	struct cipher none = { 0 };

	assert_int_equal(cipher_fetch(), 0);
	assert_int_equal(cipher_set(&none, SSH_V1_DES, key, true), E_UNSUPPORTED); /* until it is asked for */
	assert_int_equal(cipher_fetch_des(), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cipher seal = { 0 }, open = { 0 };

		for (size_t k = 0; k < sizeof(text); k++)
			text[k] = (uint8_t)k;
		unhex(rows[i].hex, want);
		assert_int_equal(cipher_set(&seal, rows[i].which, key, true), 0);
		assert_int_equal(cipher_set(&open, rows[i].which, key, false), 0);
		assert_int_equal(cipher_apply(&seal, text, 40), 0);
		assert_int_equal(cipher_apply(&seal, text + 40, 24), 0);
		assert_memory_equal(text, want, sizeof(text));
		assert_int_equal(cipher_apply(&open, text, 8), 0);
		assert_int_equal(cipher_apply(&open, text + 8, 56), 0);
		for (size_t k = 0; k < sizeof(text); k++)
			assert_int_equal(text[k], k);
		cipher_release(&seal);
		cipher_release(&open);
	}
}

static void unknown_ciphers(void **state)
{
	struct cipher c = { 0 };

	for (unsigned i = 0; i < 64; i++)
		if (i != SSH_V1_DES && i != SSH_V1_3DES) {
			assert_int_equal(cipher_set(&c, (enum ssh_v1_cipher)i, key, true), E_UNSUPPORTED);
			assert_null(cipher_name(i));
		}
}

static void packets_of_each_length(void **state)
{
	struct cipher seal = { 0 }, open = { 0 };
	uint8_t data[40] = { 7 }, type = 0;
	struct str got;
	struct buf b;
	size_t used;

	assert_int_equal(cipher_set(&seal, SSH_V1_3DES, key, true), 0);
	assert_int_equal(cipher_set(&open, SSH_V1_3DES, key, false), 0);
	for (size_t n = 0; n <= sizeof(data); n++) {
		buf_init(&b, 0);
		assert_int_equal(packet1_seal(&seal, &b, 42, (struct str){ data, n }), 0);
		assert_int_equal(buf_len(&b) % 8, 4);
		for (size_t cut = 0; cut < b.len; cut++)
			assert_int_equal(packet1_open(&open, b.data, cut, &type, &got, &used), 0);
		assert_int_equal(packet1_open(&open, b.data, b.len, &type, &got, &used), 1);
		assert_int_equal(type, 42);
		assert_int_equal(used, b.len);
		assert_true(str_eq(got, (struct str){ data, n }));
		buf_release(&b);
	}
	cipher_release(&seal);
	cipher_release(&open);
}

static void changed_packets(void **state)
{
	struct cipher seal = { 0 }, open = { 0 };
	struct str got;
	struct buf b;
	uint8_t type;
	size_t used;

	assert_int_equal(cipher_set(&seal, SSH_V1_3DES, key, true), 0);
	buf_init(&b, 0);
	assert_int_equal(packet1_seal(&seal, &b, 42, STR("some more data")), 0);
	for (size_t at = 4; at < b.len; at++) {
		struct buf copy;

		buf_init(&copy, 0);
		buf_put(&copy, b.data, b.len);
		copy.data[at] ^= 0x40;
		assert_int_equal(cipher_set(&open, SSH_V1_3DES, key, false), 0);
		assert_int_equal(packet1_open(&open, copy.data, copy.len, &type, &got, &used), E_CRYPTO);
		buf_release(&copy);
	}
	buf_release(&b);
	cipher_release(&seal);
	cipher_release(&open);
}

static void numbers(void **state)
{
	static const uint8_t zeros[] = { 0, 0, 0x05, 0xff };
	struct buf b;
	struct cur c;

	buf_init(&b, 0);
	conn1_put_number(&b, (struct str){ zeros, sizeof(zeros) });
	conn1_put_number(&b, (struct str){ zeros, 2 });
	assert_int_equal(buf_len(&b), 2 + 2 + 2);
	c = cur_of(buf_str(&b));
	assert_int_equal(cur_u16(&c), 11);
	c = cur_of(buf_str(&b));
	assert_true(str_eq(conn1_number(&c), (struct str){ zeros + 2, 2 }));
	assert_int_equal(conn1_number(&c).n, 0);
	assert_true(cur_done(&c));
	conn1_number(&c);
	assert_true(c.bad);
	buf_release(&b);
}

/* --- the compensation attack --- */

/* What a bit in the last place of the block that `after` blocks follow adds to a checksum. */
static uint32_t weight(size_t after)
{
	static const uint8_t zeros[8];
	uint32_t w = crc32_update(0, (const uint8_t *)"\x01", 1);

	while (after--)
		w = crc32_update(w, zeros, sizeof(zeros));
	return w;
}

/* Places among `count` (over 32) whose weights sum to zero, by elimination; returns how many. */
static size_t cancelling(size_t count, size_t *places)
{
	uint64_t basis[32][2] = { { 0 } }; /* a sum, and which of the first 64 places it is of */
	size_t n = 0;

	for (size_t at = 0; at < 64 && at < count; at++) {
		uint64_t of = UINT64_C(1) << at;
		uint32_t w = weight(count - 1 - at);

		for (int bit = 31; bit >= 0 && w; bit--) {
			if (!(w >> bit & 1))
				continue;
			if (!basis[bit][1]) {
				basis[bit][0] = w;
				basis[bit][1] = of;
				w = 0;
				of = 0;
				break;
			}
			w ^= (uint32_t)basis[bit][0];
			of ^= basis[bit][1];
		}
		for (size_t i = 0; of && i < 64; i++)
			if (of >> i & 1)
				places[n++] = i;
		if (n)
			return n;
	}
	return 0;
}

/* `same` at the places, all other blocks different. */
static uint8_t *blocks(size_t count, const size_t *places, size_t n)
{
	uint8_t *p = calloc(count, ATTACK_BLOCK);

	assert_non_null(p);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t mixed = i * UINT64_C(0x9e3779b97f4a7c15) + 1;

		memcpy(p + i * ATTACK_BLOCK, &mixed, sizeof(mixed));
	}
	for (size_t i = 0; i < n; i++)
		memcpy(p + places[i] * ATTACK_BLOCK, "the same", ATTACK_BLOCK);
	return p;
}

/* Also with more blocks than sixteen bits can count: that is where the detector of old wrote past its table. */
static void the_attack_is_found(void **state)
{
	static const size_t counts[] = { 40, 64, 100, 6143, 65535, 65536, 65537, 70000 };
	size_t places[64], n;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint8_t *p;

		n = cancelling(counts[i], places);
		assert_true(n >= 2);
		p = blocks(counts[i], places, n);
		assert_int_equal(attack_detect(p, counts[i] * ATTACK_BLOCK), 1);
		p[places[0] * ATTACK_BLOCK] ^= 1;
		assert_int_equal(attack_detect(p, counts[i] * ATTACK_BLOCK), 0);
		free(p);
	}
}

static void honest_packets_pass(void **state)
{
	size_t places[1000];
	uint8_t *p;

	for (size_t i = 0; i < 1000; i++)
		places[i] = i;
	for (size_t count = 0; count < 200; count++) {
		p = blocks(count + 1, NULL, 0);
		assert_int_equal(attack_detect(p, count * ATTACK_BLOCK), 0);
		free(p);
	}
	for (size_t same = 1; same < 33; same++) { /* fewer than 33 neighbours never cancel */
		p = blocks(1000, places, same);
		assert_int_equal(attack_detect(p, 1000 * ATTACK_BLOCK), 0);
		free(p);
	}
}

/* Sorted, reversed, all equal: no order of the blocks keeps it busy. */
static void any_order(void **state)
{
	size_t count = 100000;
	uint8_t *p = calloc(count, ATTACK_BLOCK);

	assert_non_null(p);
	for (int kind = 0; kind < 3; kind++) {
		for (uint64_t i = 0; i < count; i++) {
			uint64_t value = kind == 0 ? i : kind == 1 ? count - i : 1;

			memcpy(p + i * ATTACK_BLOCK, &value, sizeof(value));
		}
		assert_in_range(attack_detect(p, count * ATTACK_BLOCK), 0, 1);
	}
	free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums),           cmocka_unit_test(ciphers),
		cmocka_unit_test(unknown_ciphers),     cmocka_unit_test(packets_of_each_length),
		cmocka_unit_test(changed_packets),     cmocka_unit_test(numbers),
		cmocka_unit_test(the_attack_is_found), cmocka_unit_test(honest_packets_pass),
		cmocka_unit_test(any_order),
	};

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
