/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: boot variables, device.conf and published ports are read as documented, and bad ones are named, not guessed.
 */
#include "launcher/launcher.h"
#include "image/vars.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_vars(void **state)
{
	char name[VARS_NAME_MAX];
	const char *at;
	struct vars v;

	assert_true(
	    vars_parse(STR("BOOT=flash0:a.bin;flash0:b.bin,1;;c.bin\nCONFREG=0x2142\nOTHER=x\n# note\n\n"), &v));
	assert_int_equal(v.confreg, 0x2142);
	at = v.boot;
	assert_true(vars_next(&at, name));
	assert_string_equal(name, "a.bin");
	assert_true(vars_next(&at, name));
	assert_string_equal(name, "b.bin");
	assert_true(vars_next(&at, name));
	assert_string_equal(name, "c.bin");
	assert_false(vars_next(&at, name));
	assert_true(vars_parse(STR(""), &v));
	assert_int_equal(v.confreg, 0x2102);
	assert_string_equal(v.boot, "");
}

static void test_bad_vars(void **state)
{
	static const char *const bad[] = { "CONFREG=",    "CONFREG=2102", "CONFREG=0x", "CONFREG=0x12345",
					   "CONFREG=0xg", "=x",           "words",      "BOOT=a\033b" };
	char text[2000];
	struct vars v;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(vars_parse(str_of(bad[i]), &v));
		assert_int_equal(v.confreg, 0x2102);
		assert_string_equal(v.boot, "");
	}
	memset(text, 'a', sizeof text);
	memcpy(text, "BOOT=", 5);
	assert_false(vars_parse((struct str){ (uint8_t *)text, sizeof text }, &v));
	assert_false(vars_parse(STR("BOOT=a\0b"), &v));
	assert_false(vars_parse(STR("CONFREG=0x\0\0"), &v));
}

static void test_publish(void **state)
{
	static const char *const good[][2] = { { "2222:22", "127.0.0.1:2222:22" },
					       { "0.0.0.0:2222:22", "0.0.0.0:2222:22" },
					       { "[::1]:2222:22", "[::1]:2222:22" },
					       { "1:65535/udp", "127.0.0.1:1:65535/udp" },
					       { "161:161/tcp", "127.0.0.1:161:161" } };
	static const char *const bad[] = { "",          "22",          ":22",
					   "22:",       "0:22",        "22:65536",
					   "a:b",       "22:22/sctp",  "localhost:22:22",
					   "::1:22:22", "1.2.3:22:22", "22:22/",
					   "-1:22",     "[]:1:1",      "999999999999:1" };
	struct lent l = { .argc = 0 };
	struct errbuf e;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(lent_publish(&l, good[i][0], &e), 0);
		assert_string_equal(l.argv[2 * i + 1], good[i][1]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(lent_publish(&l, bad[i], &e), E_INVAL);
	while (l.argc < 2 * BOOT_LENT_MAX)
		assert_int_equal(lent_publish(&l, "1:1", &e), 0);
	assert_int_equal(lent_publish(&l, "1:1", &e), E_LIMIT);
}

static void test_device_conf(void **state)
{
	struct lent l = { .argc = 0 };
	struct errbuf e;

	assert_int_equal(
	    device_conf_parse(STR("# x\n\ndialect ios\r\n publish 2222:22 # y\npublish 161:161/udp"), &l, &e), 0);
	assert_int_equal(l.argc, 4);
	assert_string_equal(l.argv[2], "--publish");
	assert_string_equal(l.argv[3], "127.0.0.1:161:161/udp");
	assert_int_equal(device_conf_parse(STR("dialect ios\ndialect xr\n"), &l, &e), E_UNSUPPORTED);
	assert_string_equal(e.text, "device.conf line 2: dialect xr is not in this release");
	assert_int_equal(device_conf_parse(STR("flash-colour 4\n"), &l, &e), E_INVAL);
	assert_string_equal(e.text, "device.conf line 1: unknown word \"flash-colour\"");
	assert_int_equal(device_conf_parse(STR("publish\n"), &l, &e), E_INVAL);
	assert_int_equal(device_conf_parse(STR("publish 1:1 2:2\n"), &l, &e), E_INVAL);
	assert_int_equal(device_conf_parse(STR("dialect i\0s\n"), &l, &e), E_INVAL);
}

static void test_vrf(void **state)
{
	static const char *const bad[] = { "vrf\n",         "vrf A\n",
					   "vrf A b c\n",   "vrf A ../b\n",
					   "vrf A=B c\n",   "vrf A a/b\n",
					   "vrf A\x7f b\n", "vrf A23456789012345678901234567890123 b\n" };
	struct lent l = { .argc = 0 };
	struct errbuf e;

	assert_int_equal(device_conf_parse(STR("vrf MGMT mgmt\nvrf B /proc/7/ns/net # x\n"), &l, &e), 0);
	assert_int_equal(l.argc, 4);
	assert_string_equal(l.argv[0], "--vrf");
	assert_string_equal(l.argv[1], "MGMT=/run/netns/mgmt");
	assert_string_equal(l.argv[3], "B=/proc/7/ns/net");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(device_conf_parse(str_of(bad[i]), &l, &e), E_INVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vars), cmocka_unit_test(test_bad_vars),
					    cmocka_unit_test(test_publish), cmocka_unit_test(test_device_conf),
					    cmocka_unit_test(test_vrf) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
