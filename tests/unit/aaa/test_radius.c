/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: packets are those of RFC 2865 and 2866, byte by byte, and a reply counts only when everything about it is
 * right. The packets of `example_*` are those of RFC 2865 section 7.1.
 */
#include "aaa/radius_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define KEY STR("xyzzy5461")
static const struct radius_request example = { RADIUS_ACCESS_REQUEST,
					       0,
					       { 0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb,
						 0x98, 0xf4, 0x22, 0x7a } };
#define ACCEPT                                                                                                         \
	STR("\x02\x00\x00\x26\x86\xfe\x22\x0e\x76\x24\xba\x2a\x10\x05\xf6\xbf\x9b\x55\xe0\xb2\x06\x06\x00\x00\x00\x01" \
	    "\x0f\x06\x00\x00\x00\x00\x0e\x06\xc0\xa8\x01\x03")

static void example_password(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	assert_int_equal(radius_put_password(&b, &example, KEY, STR("arctangent")), 0);
	assert_int_equal(buf_len(&b), 18);
	assert_memory_equal(buf_ptr(&b), "\x02\x12\x0d\xbe\x70\x8d\x93\xd4\x13\xce\x31\x96\xe4\x3f\x78\x2a\x0a\xee",
			    18);
	buf_release(&b);
}

static void passwords_have_bounds(void **state)
{
	static const uint8_t bytes[129];
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	assert_int_equal(radius_put_password(&b, &example, KEY, STR("")), 0);
	assert_int_equal(buf_len(&b), 18);
	assert_int_equal(radius_put_password(&b, &example, KEY, (struct str){ bytes, 128 }), 0);
	assert_int_equal(buf_len(&b), 18 + 130);
	assert_int_equal(radius_put_password(&b, &example, KEY, (struct str){ bytes, 129 }), E_TOOBIG);
	buf_release(&b);
}

static enum radius_flaw check(struct str reply, const struct radius_request *r, bool sign)
{
	struct str attributes;
	uint8_t code;

	return radius_check(reply, r, KEY, sign, &code, &attributes);
}

static void example_accept(void **state)
{
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(check(ACCEPT, &example, false), RADIUS_GOOD);
	assert_int_equal(check(ACCEPT, &example, true), RADIUS_UNSIGNED);
	for (size_t i = 0; i < ACCEPT.n; i++) { /* each byte counts */
		memcpy(bytes, ACCEPT.p, ACCEPT.n);
		bytes[i] ^= 1;
		assert_int_not_equal(check((struct str){ bytes, ACCEPT.n }, &example, false), RADIUS_GOOD);
	}
	for (size_t n = 0; n < ACCEPT.n; n++)
		assert_int_equal(check((struct str){ ACCEPT.p, n }, &example, false), RADIUS_MALFORMED);
	memcpy(bytes, ACCEPT.p, ACCEPT.n);
	bytes[ACCEPT.n] = 0xff; /* padding */
	assert_int_equal(check((struct str){ bytes, ACCEPT.n + 1 }, &example, false), RADIUS_GOOD);
}

static void answers_its_own_request_only(void **state)
{
	struct radius_request other = example;

	(void)state;
	other.id = 1;
	assert_int_equal(check(ACCEPT, &other, false), RADIUS_UNKNOWN);
	other = example;
	other.code = RADIUS_ACCOUNTING_REQUEST;
	assert_int_equal(check(ACCEPT, &other, false), RADIUS_UNKNOWN);
	other = example;
	other.auth[0] ^= 1;
	assert_int_equal(check(ACCEPT, &other, false), RADIUS_FORGED);
}

/* The authenticator of an Accounting-Request and the digest of an Access-Request are over the whole packet. */
static void a_login_is_sent_again_as_it_was_a_record_is_not(void **state)
{
	struct aaa_query q = {
		.kind = AAA_KIND_LOGIN, .user = STR("alice"), .port = STR("ssh"), .address = STR("::1")
	};
	struct radius_talk t;
	struct buf before;

	(void)state;
	for (int i = 0; i < 2; i++) {
		q.kind = i ? AAA_KIND_ACCOUNT : AAA_KIND_LOGIN;
		assert_int_equal(radius_talk_begin(&t, &q, KEY, true, NULL), 0);
		buf_init(&before, 0);
		buf_put(&before, buf_ptr(&t.packet), buf_len(&t.packet));
		assert_int_equal(radius_talk_again(&t), 0);
		assert_int_equal(buf_len(&before), buf_len(&t.packet));
		assert_int_equal(memcmp(buf_ptr(&before), buf_ptr(&t.packet), buf_len(&before)) == 0, i == 0);
		buf_release(&before);
		radius_talk_release(&t);
	}
}

static void nobody_is_authorized_by_a_question(void **state)
{
	struct aaa_query q = { .kind = AAA_KIND_EXEC, .user = STR("alice"), .port = STR("ssh"), .address = STR("::1") };
	struct radius_talk t;

	(void)state;
	assert_int_equal(radius_talk_begin(&t, &q, KEY, true, NULL), E_STATE);
	radius_talk_release(&t);
	q.kind = AAA_KIND_LOGIN;
	assert_int_equal(radius_talk_begin(&t, &q, STR(""), true, NULL), E_STATE); /* what is not hidden is not sent */
	radius_talk_release(&t);
}

static void no_password_is_shown(void **state)
{
	struct aaa_query q = { .kind = AAA_KIND_LOGIN,
			       .user = STR("alice"),
			       .port = STR("tty2"),
			       .address = STR("192.0.2.1"),
			       .secret = STR("sixteen letters!") };
	struct radius_talk t;
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	assert_int_equal(radius_talk_begin(&t, &q, KEY, true, NULL), 0);
	radius_show(&out, buf_str(&t.packet));
	assert_non_null(strstr(buf_cstr(&out), "User-Password       [2]   18  *\n"));
	assert_non_null(strstr(buf_cstr(&out), "User-Name           [1]   7   \"alice\"\n"));
	assert_non_null(strstr(buf_cstr(&out), "Message-Authenticat [80]  18  *\n"));
	radius_talk_release(&t);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_password),
		cmocka_unit_test(passwords_have_bounds),
		cmocka_unit_test(example_accept),
		cmocka_unit_test(answers_its_own_request_only),
		cmocka_unit_test(a_login_is_sent_again_as_it_was_a_record_is_not),
		cmocka_unit_test(nobody_is_authorized_by_a_question),
		cmocka_unit_test(no_password_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
