/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: the trailer of an image is read back as it was written, and nothing malformed, cut or stretched is accepted.
 */
#include "image/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define SIZE 5000u

static struct buf make(uint64_t payload)
{
	struct image_info info = { .interface = 7, .payload = payload, .built = 1234567890, .version = "1.2.3" };
	struct buf b;

	for (size_t i = 0; i < IMAGE_DIGEST; i++)
		info.digest[i] = (uint8_t)i;
	for (size_t i = 0; i < IMAGE_SIG; i++)
		info.signature[i] = (uint8_t)(200 - i);
	buf_init(&b, 0);
	image_encode(&info, &b);
	assert_int_equal(buf_len(&b), IMAGE_TRAILER);
	return b;
}

static void test_round_trip(void **state)
{
	struct buf b = make(SIZE - IMAGE_TRAILER);
	struct image_info info;
	struct errbuf e;

	assert_int_equal(image_parse(buf_str(&b), SIZE, &info, &e), 0);
	assert_int_equal(info.interface, 7);
	assert_int_equal(info.payload, SIZE - IMAGE_TRAILER);
	assert_int_equal(info.built, 1234567890);
	assert_string_equal(info.version, "1.2.3");
	assert_int_equal(info.digest[63], 63);
	assert_int_equal(info.signature[1], 199);
	buf_release(&b);
}

static void refused(struct buf *b, uint64_t size, const char *why)
{
	struct image_info info;
	struct errbuf e = { "" };

	assert_int_equal(image_parse(buf_str(b), size, &info, &e), E_INVAL);
	assert_non_null(strstr(e.text, why));
	buf_release(b);
}

static void test_refused(void **state)
{
	struct buf b = make(SIZE);

	refused(&b, SIZE, "truncated: payload of 4800 bytes where 5000 were signed");
	b = make(SIZE - IMAGE_TRAILER - 1);
	refused(&b, SIZE, "malformed");
	b = make(UINT64_MAX);
	refused(&b, SIZE, "truncated");
	b = make(0);
	refused(&b, IMAGE_TRAILER - 1, "impossible");
	b = make(IMAGE_MAX_SIZE);
	refused(&b, IMAGE_MAX_SIZE + IMAGE_TRAILER, "impossible");
	b = make(SIZE - IMAGE_TRAILER);
	b.data[0] ^= 1;
	refused(&b, SIZE, "never signed");
	b = make(SIZE - IMAGE_TRAILER);
	b.data[11] = 2;
	refused(&b, SIZE, "unknown trailer format 2");
}

static void test_every_length(void **state)
{
	for (size_t n = 0; n < IMAGE_TRAILER; n++) {
		struct buf b = make(SIZE - IMAGE_TRAILER);

		b.len = n;
		refused(&b, SIZE, "no trailer");
	}
}

static void test_version(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = { { 0, 0 }, { 2, '\n' }, { 3, 0x1b }, { 10, 'x' }, { 31, 1 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf b = make(SIZE - IMAGE_TRAILER);

		b.data[32 + rows[i].at] = rows[i].byte;
		refused(&b, SIZE, "malformed");
	}
}

static void test_head(void **state)
{
	assert_true(image_head_fits(STR("\177ELF")));
	assert_false(image_head_fits(STR("\177EL")));
	assert_false(image_head_fits(STR("#!/b")));
	assert_false(image_head_fits(str_of(NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refused),
					    cmocka_unit_test(test_every_length), cmocka_unit_test(test_version),
					    cmocka_unit_test(test_head) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
