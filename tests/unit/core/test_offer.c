/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: what may be configured is what the library has, in its order, and what a session is told to offer is what is
 * configured and large enough, else the defaults.
 */
#include "core/ssh/offer.h"
#include "keys/keys.h"
#include "model/model.h"
#include "model/node.h"
#include "ssh/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libyang/libyang.h>

#define SERVER "/ravelin-ssh:ssh/server-algorithm/"

#define NAME(name, ...) name,
static const char *const ciphers[] = { SSH_CIPHER_ROWS(NAME) NULL };
static const char *const hostkeys[] = { SSH_HOSTKEY_ROWS(NAME) NULL };
static const char *const kexes[] = { SSH_KEX_ROWS(NAME) NULL };
static const char *const macs[] = { SSH_MAC_ROWS(NAME) NULL };
static const char *const publickeys[] = { SSH_PUBLICKEY_ROWS(NAME) NULL };

static struct model *m;

static int setup(void **state)
{
	(void)state;
	return model_new(&m, NULL);
}

static int teardown(void **state)
{
	(void)state;
	model_free(m);
	return 0;
}

static void expect_enum(const char *path, const char *const *names)
{
	const struct lysc_node *node = node_schema(m, NULL, path);
	const struct lysc_type_enum *type;
	size_t n = 0;

	assert_non_null(node);
	type = (const struct lysc_type_enum *)((const struct lysc_node_leaflist *)node)->type;
	assert_int_equal(type->basetype, LY_TYPE_ENUM);
	for (; names[n]; n++) {
		assert_true(n < LY_ARRAY_COUNT(type->enums));
		assert_string_equal(type->enums[n].name, names[n]);
	}
	assert_int_equal(n, LY_ARRAY_COUNT(type->enums));
}

static void names_are_the_rows(void **state)
{
	(void)state;
	expect_enum(SERVER "encryption", ciphers);
	expect_enum(SERVER "hostkey", hostkeys);
	expect_enum(SERVER "kex", kexes);
	expect_enum(SERVER "mac", macs);
	expect_enum(SERVER "publickey", publickeys);
}

/* The key store has an algorithm of this name, for one kind of key and no other. */
static void every_host_key_algorithm_has_its_key(void **state)
{
	static const struct key keys[] = { { .type = KEY_ED25519, .bits = 256 }, { .type = KEY_RSA, .bits = 2048 },
					   { .type = KEY_ECDSA, .bits = 256 },   { .type = KEY_ECDSA, .bits = 384 },
					   { .type = KEY_ECDSA, .bits = 521 },   { .type = KEY_DSA, .bits = 1024 } };

	(void)state;
	for (size_t i = 0; hostkeys[i]; i++) {
		unsigned fits = 0;

		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
			fits += key_alg_fits(&keys[k], str_of(hostkeys[i]));
		assert_int_equal(fits, 1);
	}
}

static void set(const char *path, const char *value)
{
	struct txn *t = model_begin(m);

	assert_int_equal(txn_set(t, NULL, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void unset(const char *path)
{
	struct txn *t = model_begin(m);

	txn_delete(t, NULL, path, NULL, NULL);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void expect(enum offer_class of, const char *names)
{
	struct offer_plan plan;
	struct buf out;

	buf_init(&out, 0);
	plan = offer_now(m);
	offer_put(&plan, of, &out);
	assert_string_equal(buf_cstr(&out), names);
	buf_release(&out);
}

static void lists_follow_the_configuration(void **state)
{
	(void)state;
	expect(OFFER_HOSTKEY, "ssh-ed25519,rsa-sha2-512,rsa-sha2-256");
	expect(OFFER_MAC, "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512");
	set(SERVER "hostkey", "rsa-sha2-256");
	set(SERVER "hostkey", "ecdsa-sha2-nistp384");
	set(SERVER "encryption", "aes192-ctr");
	expect(OFFER_HOSTKEY, "rsa-sha2-256,ecdsa-sha2-nistp384");
	expect(OFFER_ENCRYPTION, "aes192-ctr");
	unset(SERVER "hostkey");
	unset(SERVER "encryption");
	expect(OFFER_HOSTKEY, "ssh-ed25519,rsa-sha2-512,rsa-sha2-256");
}

#define DEFAULT_SIGNATURES                                                                                             \
	"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,"           \
	"sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com"

/* A preset fills what is not listed, brings its own least size of a group, and both yield to a line that says so. */
static void presets_fill_what_is_not_listed(void **state)
{
	(void)state;
	assert_int_equal(offer_now(m).dh_min, 2048);
	assert_string_equal(offer_now(m).preset->name, "modern");
	expect(OFFER_PUBLICKEY, DEFAULT_SIGNATURES);
	set(SERVER "preset", "pq-only");
	expect(OFFER_ENCRYPTION, "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com");
	expect(OFFER_HOSTKEY, "ssh-ed25519");
	expect(OFFER_KEX, "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256");
	set(SERVER "preset", "ios-12");
	expect(OFFER_ENCRYPTION, "aes128-cbc,3des-cbc,aes192-cbc,aes256-cbc");
	expect(OFFER_MAC, "hmac-sha1,hmac-sha1-96,hmac-md5,hmac-md5-96");
	expect(OFFER_HOSTKEY, "ssh-rsa");
	assert_int_equal(offer_now(m).dh_min, 1024);
	set("/ravelin-ssh:ssh/dh-min-size", "2048");
	assert_int_equal(offer_now(m).dh_min, 2048);
	set(SERVER "encryption", "aes256-ctr");
	set(SERVER "publickey", "rsa-sha2-512");
	expect(OFFER_ENCRYPTION, "aes256-ctr");
	expect(OFFER_PUBLICKEY, "rsa-sha2-512");
	unset(SERVER "encryption");
	unset(SERVER "publickey");
	expect(OFFER_PUBLICKEY, "ssh-rsa");
	set(SERVER "preset", "modern");
	expect(OFFER_PUBLICKEY, DEFAULT_SIGNATURES);
}

/* What a session was given does not change with the configuration. */
static void sets_are_remembered(void **state)
{
	struct offer_plan plan = offer_now(m);
	struct offer_set offered;

	(void)state;
	offer_remember(&plan, &offered);
	assert_true(offer_has(&offered, OFFER_PUBLICKEY, STR("rsa-sha2-256")));
	assert_false(offer_has(&offered, OFFER_PUBLICKEY, STR("ssh-rsa")));
	assert_false(offer_has(&offered, OFFER_HOSTKEY, STR("ssh-rsa")));
	assert_false(offer_has(&offered, OFFER_HOSTKEY, STR("none")));
	assert_false(offer_has(&offered, OFFER_KEX, STR("")));
	set(SERVER "hostkey", "ssh-rsa");
	assert_false(offer_has(&offered, OFFER_HOSTKEY, STR("ssh-rsa")));
	offer_remember(&plan, &offered);
	assert_true(offer_has(&offered, OFFER_HOSTKEY, STR("ssh-rsa")));
	assert_false(offer_has(&offered, OFFER_HOSTKEY, STR("ssh-ed25519")));
}

#define PQ "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256,"

static void small_groups_are_left_out(void **state)
{
	static const char both[] = PQ "curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,"
				      "diffie-hellman-group14-sha256";
	static const char large[] = PQ "curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512";

	(void)state;
	expect(OFFER_KEX, both);
	set("/ravelin-ssh:ssh/dh-min-size", "1024");
	expect(OFFER_KEX, both);
	set("/ravelin-ssh:ssh/dh-min-size", "2048");
	expect(OFFER_KEX, both);
	set("/ravelin-ssh:ssh/dh-min-size", "4096");
	expect(OFFER_KEX, large);
	set(SERVER "kex", "diffie-hellman-group14-sha256");
	expect(OFFER_KEX, "");
	set(SERVER "kex", "ecdh-sha2-nistp256"); /* a curve is no such group */
	expect(OFFER_KEX, "ecdh-sha2-nistp256");
	unset("/ravelin-ssh:ssh/dh-min-size");
	expect(OFFER_KEX, "diffie-hellman-group14-sha256,ecdh-sha2-nistp256");
}

static void keys_serve_as_long_as_configured(void **state)
{
	(void)state;
	assert_int_equal(offer_rekey_bytes(m), 0);
	assert_int_equal(offer_rekey_secs(m), 0);
	set("/ravelin-ssh:ssh/rekey/volume", "4194303");
	set("/ravelin-ssh:ssh/rekey/time", "1440");
	assert_true(offer_rekey_bytes(m) == 4194303ULL * 1024);
	assert_int_equal(offer_rekey_secs(m), 86400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_the_rows, setup, teardown),
		cmocka_unit_test(every_host_key_algorithm_has_its_key),
		cmocka_unit_test_setup_teardown(lists_follow_the_configuration, setup, teardown),
		cmocka_unit_test_setup_teardown(small_groups_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(presets_fill_what_is_not_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(sets_are_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_serve_as_long_as_configured, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
