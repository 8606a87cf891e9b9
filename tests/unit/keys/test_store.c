/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: key pairs come back as they were stored, in order of making, whatever their labels look like; files that are
 * damaged, foreign, cut or too large are named and skipped, and cost no other pair.
 */
#include "keys/keys.h"

#include "files/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../folder.h"

static char dir_path[32];
static int dir = -1;
static struct buf rsa_der, ed_der;

static void make_der(const char *type, struct buf *der)
{
	struct key key = { .pkey = strcmp(type, "RSA") == 0 ? EVP_RSA_gen(1024) : EVP_PKEY_Q_keygen(NULL, NULL, type) };

	buf_init(der, 0);
	assert_non_null(key.pkey);
	assert_int_equal(keys_export_private(&key, der), 0);
	key_release(&key);
}

static int make_ders(void **state)
{
	make_der("RSA", &rsa_der);
	make_der("ED25519", &ed_der);
	return 0;
}

static int free_ders(void **state)
{
	buf_release(&rsa_der);
	buf_release(&ed_der);
	return 0;
}

static int setup(void **state)
{
	dir = folder_make(dir_path);
	return 0;
}

static int teardown(void **state)
{
	folder_remove(dir_path, dir);
	return 0;
}

static struct keys *reopen(struct keys *k, struct errbuf *e)
{
	keys_close(k);
	assert_int_equal(keys_open(dir, &k, e), 0);
	return k;
}

/* The name of the only visible file. */
static void only_file(char name[256])
{
	DIR *d = opendir(dir_path);
	unsigned n = 0;

	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.') {
			n++;
			snprintf(name, 256, "%s", e->d_name);
		}
	closedir(d);
	assert_int_equal(n, 1);
}

static int add(struct keys *k, const char *name, enum key_usage usage)
{
	return keys_add(k, name, KEY_RSA, usage, false, buf_str(&rsa_der), NULL);
}

static void pairs_come_back(void **state)
{
	struct errbuf e;
	struct keys *k = reopen(NULL, &e);
	struct buf before, after;
	const struct key *key;

	buf_init(&before, 0);
	buf_init(&after, 0);
	assert_int_equal(keys_count(k), 0);
	assert_null(keys_at(k, 0));
	assert_int_equal(keys_make_ed25519(k, "ed25519", &e), 0);
	assert_int_equal(add(k, "z.example.com", KEY_GENERAL), 0);
	assert_int_equal(keys_add(k, "a", KEY_RSA, KEY_SIGNATURE, true, buf_str(&rsa_der), &e), 0);
	assert_int_equal(add(k, "a", KEY_ENCRYPTION), 0);
	key_blob(keys_find(k, KEY_ED25519, "ed25519", KEY_GENERAL), &before);
	k = reopen(k, &e);
	assert_string_equal(e.text, "");
	assert_int_equal(keys_count(k), 4);
	assert_string_equal(keys_at(k, 1)->name, "z.example.com");
	key = keys_find(k, KEY_RSA, "a", KEY_SIGNATURE);
	assert_ptr_equal(key, keys_at(k, 2));
	assert_true(key->exportable);
	assert_int_equal(key->bits, 1024);
	assert_true(key->made > 1000000000 && key->made <= time(NULL));
	assert_false(keys_find(k, KEY_RSA, "a", KEY_ENCRYPTION)->exportable);
	assert_null(keys_find(k, KEY_RSA, "a", KEY_GENERAL));
	assert_null(keys_find(k, KEY_ED25519, "a", KEY_SIGNATURE));
	key_blob(keys_find(k, KEY_ED25519, "ed25519", KEY_GENERAL), &after);
	assert_true(buf_len(&before) > 0 && str_eq(buf_str(&before), buf_str(&after)));
	keys_close(k);
	buf_release(&before);
	buf_release(&after);
}

static void files_are_private(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct stat st;
	char name[256];

	umask(0);
	assert_int_equal(add(k, "k", KEY_GENERAL), 0);
	only_file(name);
	assert_string_equal(name, "rsa-general-k");
	assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	keys_close(k);
}

static void a_new_pair_replaces_the_old(void **state)
{
	struct keys *k = reopen(NULL, NULL);

	assert_int_equal(add(k, "one", KEY_GENERAL), 0);
	assert_int_equal(add(k, "two", KEY_GENERAL), 0);
	assert_int_equal(add(k, "one", KEY_GENERAL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(keys_count(k), 2);
		assert_string_equal(keys_at(k, 0)->name, "two");
		assert_string_equal(keys_at(k, 1)->name, "one"); /* made last */
		k = reopen(k, NULL);
	}
	keys_close(k);
}

static void removal_lasts(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct errbuf e;

	assert_int_equal(add(k, "a", KEY_SIGNATURE), 0);
	assert_int_equal(add(k, "a", KEY_ENCRYPTION), 0);
	assert_int_equal(add(k, "b", KEY_GENERAL), 0);
	assert_int_equal(add(k, "c", KEY_GENERAL), 0);
	assert_int_equal(keys_make_ed25519(k, "a", &e), 0);
	assert_int_equal(keys_remove(k, "none", KEY_RSA, &e), E_NOTFOUND);
	assert_int_equal(keys_remove(k, "a", KEY_RSA, &e), 0); /* both usages, not the other type */
	k = reopen(k, NULL);
	assert_int_equal(keys_count(k), 3);
	assert_int_equal(keys_remove(k, NULL, KEY_RSA, &e), 0);
	k = reopen(k, NULL);
	assert_int_equal(keys_count(k), 1);
	assert_non_null(keys_find(k, KEY_ED25519, "a", KEY_GENERAL));
	assert_int_equal(keys_remove(k, NULL, KEY_RSA, &e), E_NOTFOUND);
	keys_close(k);
}

static void one_usage_goes_alone(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct errbuf e;

	assert_int_equal(add(k, "a", KEY_SIGNATURE), 0);
	assert_int_equal(add(k, "a", KEY_ENCRYPTION), 0);
	assert_int_equal(keys_remove_usage(k, "a", KEY_RSA, KEY_GENERAL, &e), E_NOTFOUND);
	assert_int_equal(keys_remove_usage(k, "a", KEY_RSA, KEY_SIGNATURE, &e), 0);
	k = reopen(k, NULL);
	assert_null(keys_find(k, KEY_RSA, "a", KEY_SIGNATURE));
	assert_non_null(keys_find(k, KEY_RSA, "a", KEY_ENCRYPTION));
	assert_int_equal(keys_remove(k, NULL, KEY_RSA, &e), 0);
	keys_close(k);
}

static void labels_are_only_text(void **state)
{
	char longest[KEY_NAME_MAX], almost[KEY_NAME_MAX], too_long[KEY_NAME_MAX + 1];
	const char *good[] = {
		"../../etc/x", "..", "/", "a b", "%41", "A", "a", "~", "\xc3\xa4", "-rf", longest, almost
	};
	const char *bad[] = { "", "a\nb", "\x7f", too_long };
	size_t n = sizeof good / sizeof *good;
	struct keys *k = reopen(NULL, NULL);
	struct errbuf e;

	memset(longest, '/', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	memcpy(almost, longest, sizeof almost);
	almost[sizeof almost - 2] = '!';
	memset(too_long, 'x', sizeof too_long);
	too_long[sizeof too_long - 1] = '\0';
	for (size_t i = 0; i < n; i++)
		assert_int_equal(add(k, good[i], KEY_ENCRYPTION), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(add(k, bad[i], KEY_GENERAL), E_INVAL);
	k = reopen(k, &e);
	assert_string_equal(e.text, "");
	assert_int_equal(keys_count(k), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(keys_at(k, i)->name, good[i]);
	assert_int_equal(keys_remove(k, NULL, KEY_RSA, &e), 0);
	keys_close(k);
}

static void only_matching_keys_are_taken(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct errbuf e;
	struct buf ec;

	make_der("X25519", &ec);
	assert_int_equal(keys_add(k, "x", KEY_ED25519, KEY_GENERAL, false, buf_str(&rsa_der), &e), E_INVAL);
	assert_int_equal(keys_add(k, "x", KEY_RSA, KEY_GENERAL, false, STR("junk"), &e), E_INVAL);
	assert_int_equal(keys_add(k, "x", KEY_RSA, KEY_GENERAL, false, STR(""), &e), E_INVAL);
	assert_int_equal(keys_add(k, "x", KEY_RSA, KEY_GENERAL, false, buf_str(&ec), &e), E_UNSUPPORTED);
	assert_int_equal(keys_count(k), 0);
	keys_close(k);
	buf_release(&ec);
}

/* Made, signing, still there after a restart, replaced by one of another size, and gone when removed. */
static void ecdsa_pairs_are_kept(void **state)
{
	static const struct {
		unsigned bits;
		const char *alg;
	} rows[] = { { 256, "ecdsa-sha2-nistp256" }, { 384, "ecdsa-sha2-nistp384" }, { 521, "ecdsa-sha2-nistp521" } };
	struct keys *k = reopen(NULL, NULL);
	struct buf blob, sig;
	char name[256];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct key *key;

		buf_init(&blob, 0);
		buf_init(&sig, 0);
		assert_int_equal(keys_make_ecdsa(k, "host", rows[i].bits, i == 1, NULL), 0);
		k = reopen(k, NULL);
		assert_int_equal(keys_count(k), 1);
		key = keys_find(k, KEY_ECDSA, "host", KEY_SIGNATURE);
		assert_non_null(key);
		assert_int_equal(key->bits, rows[i].bits);
		assert_int_equal(key->exportable, i == 1);
		key_blob(key, &blob);
		for (size_t a = 0; a < 3; a++) {
			buf_clear(&sig);
			assert_int_equal(key_alg_fits(key, str_of(rows[a].alg)), a == i);
			assert_int_equal(key_sign(key, str_of(rows[a].alg), STR("x"), &sig),
					 a == i ? 0 : E_UNSUPPORTED);
			assert_int_equal(key_verify(str_of(rows[a].alg), buf_str(&blob), STR("x"), buf_str(&sig)),
					 a == i ? 0 : E_INVAL);
		}
		buf_release(&blob);
		buf_release(&sig);
	}
	only_file(name);
	assert_string_equal(name, "ec-signature-host");
	for (unsigned bits = 0; bits < 1030; bits += 128)
		if (bits != 256 && bits != 384)
			assert_int_equal(keys_make_ecdsa(k, "no", bits, false, NULL), E_INVAL);
	assert_int_equal(keys_remove(k, NULL, KEY_RSA, NULL), E_NOTFOUND);
	assert_int_equal(keys_remove(k, NULL, KEY_ECDSA, NULL), 0);
	assert_int_equal(keys_count(k), 0);
	keys_close(k);
}

static void the_store_is_bounded(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	char label[16];

	for (int i = 0; i < KEYS_MAX; i++) {
		snprintf(label, sizeof label, "k%d", i);
		assert_int_equal(keys_add(k, label, KEY_ED25519, KEY_GENERAL, false, buf_str(&ed_der), NULL), 0);
	}
	assert_int_equal(keys_add(k, "more", KEY_ED25519, KEY_GENERAL, false, buf_str(&ed_der), NULL), E_LIMIT);
	assert_int_equal(keys_add(k, "k0", KEY_ED25519, KEY_GENERAL, false, buf_str(&ed_der), NULL), 0);
	k = reopen(k, NULL);
	assert_int_equal(keys_count(k), KEYS_MAX);
	keys_close(k);
}

static void put_raw(const char *name, struct str bytes)
{
	assert_int_equal(files_save(dir, name, bytes, 0600, NULL), 0);
}

static void expect_skipped(const char *word)
{
	struct errbuf e;
	struct keys *k = reopen(NULL, &e);

	assert_int_equal(keys_count(k), 1); /* "good" */
	assert_non_null(strstr(e.text, word));
	keys_close(k);
}

static void foreign_files_are_skipped(void **state)
{
	static const char *const names[] = { "README", "rsa-general-x", "id_rsa" };
	static uint8_t huge[1 << 20];
	struct keys *k = reopen(NULL, NULL);
	struct buf good;

	buf_init(&good, 0);
	assert_int_equal(add(k, "good", KEY_GENERAL), 0);
	keys_close(k);
	assert_int_equal(files_load(dir, "rsa-general-good", 10000, &good, NULL), 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		put_raw(names[i], STR(""));
		expect_skipped("not a key file");
		put_raw(names[i], STR("RVLNPAIR"));
		expect_skipped("not a key file");
		put_raw(names[i], (struct str){ huge, sizeof huge });
		expect_skipped("unreadable");
		put_raw(names[i], buf_str(&good));
		expect_skipped("copy under another name");
		unlinkat(dir, names[i], 0);
	}
	assert_int_equal(symlinkat("rsa-general-good", dir, "rsa-general-link"), 0);
	assert_int_equal(mkfifoat(dir, "rsa-general-fifo", 0600), 0);
	expect_skipped("2 key files skipped");
	buf_release(&good);
}

static void damage_is_noticed(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct buf file;

	buf_init(&file, 0);
	assert_int_equal(add(k, "good", KEY_GENERAL), 0);
	assert_int_equal(keys_add(k, "x", KEY_ED25519, KEY_GENERAL, false, buf_str(&ed_der), NULL), 0);
	keys_close(k);
	assert_int_equal(files_load(dir, "ed25519-general-x", 10000, &file, NULL), 0);
	for (size_t n = 0; n < buf_len(&file); n++) {
		put_raw("ed25519-general-x", (struct str){ buf_ptr(&file), n });
		expect_skipped("key file");
		file.data[file.off + n] ^= 0x40;
		put_raw("ed25519-general-x", buf_str(&file));
		expect_skipped("key file");
		file.data[file.off + n] ^= 0x40;
	}
	buf_release(&file);
}

/* Right magic and checksum around each wrong field: an attacker who can write here can compute a digest, too. */
static void put_forged(uint32_t version, const char *label, uint8_t type, uint8_t usage, uint8_t flags, uint64_t serial,
		       struct str der)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	struct buf b;

	buf_init(&b, 0);
	buf_puts(&b, "RVLNPAIR");
	buf_put_u32(&b, version);
	buf_put_cstr(&b, label);
	buf_put_u8(&b, type);
	buf_put_u8(&b, usage);
	buf_put_u8(&b, flags);
	buf_put_u64(&b, serial);
	buf_put_u64(&b, 1);
	buf_put_str(&b, der);
	assert_true(EVP_Digest(buf_ptr(&b), buf_len(&b), md, NULL, EVP_sha256(), NULL));
	buf_put(&b, md, 32);
	put_raw("ed25519-general-x", buf_str(&b));
	buf_release(&b);
}

static void forged_fields_are_refused(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct str der = buf_str(&ed_der);
	char too_long[300];

	assert_int_equal(add(k, "good", KEY_GENERAL), 0);
	memset(too_long, 'x', sizeof too_long - 1);
	too_long[sizeof too_long - 1] = '\0';
	put_forged(1, "x", KEY_ED25519, KEY_GENERAL, 0, 7, der);
	k = reopen(k, NULL);
	assert_int_equal(keys_count(k), 2); /* the forger's tool works */
	keys_close(k);
	put_forged(2, "x", KEY_ED25519, KEY_GENERAL, 0, 7, der);
	expect_skipped("version");
	put_forged(1, "", KEY_ED25519, KEY_GENERAL, 0, 7, der);
	expect_skipped("malformed");
	put_forged(1, "x\033", KEY_ED25519, KEY_GENERAL, 0, 7, der);
	expect_skipped("malformed");
	put_forged(1, too_long, KEY_ED25519, KEY_GENERAL, 0, 7, der);
	expect_skipped("malformed");
	put_forged(1, "x", KEY_ECDSA, KEY_GENERAL, 0, 7, der);
	expect_skipped("usable");
	put_forged(1, "x", KEY_DSA, KEY_GENERAL, 0, 7, der);
	expect_skipped("usable");
	put_forged(1, "x", KEY_DSA + 1, KEY_GENERAL, 0, 7, der);
	expect_skipped("malformed");
	put_forged(1, "x", KEY_ED25519, 4, 0, 7, der);
	expect_skipped("malformed");
	put_forged(1, "x", KEY_ED25519, KEY_GENERAL, 2, 7, der);
	expect_skipped("malformed");
	put_forged(1, "x", KEY_ED25519, KEY_GENERAL, 0, UINT64_MAX, der);
	expect_skipped("malformed");
	put_forged(1, "x", KEY_RSA, KEY_GENERAL, 0, 7, der);
	expect_skipped("usable");
	put_forged(1, "x", KEY_ED25519, KEY_GENERAL, 0, 7, STR("junk"));
	expect_skipped("usable");
	put_forged(1, "y", KEY_ED25519, KEY_GENERAL, 0, 7, der);
	expect_skipped("another name");
}

static void a_kill_costs_no_key(void **state)
{
	struct keys *k = reopen(NULL, NULL);
	struct errbuf e;

	assert_int_equal(add(k, "good", KEY_GENERAL), 0);
	for (unsigned round = 0; round < 60; round++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			for (;;)
				if (keys_make_ed25519(k, "x", NULL) < 0 || add(k, "good", KEY_GENERAL) < 0)
					_exit(1);
		usleep((unsigned)rand() % 10000);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		k = reopen(k, &e);
		assert_string_equal(e.text, "");
		assert_non_null(keys_find(k, KEY_RSA, "good", KEY_GENERAL));
	}
	keys_close(k);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(pairs_come_back),
		T(files_are_private),
		T(a_new_pair_replaces_the_old),
		T(removal_lasts),
		T(one_usage_goes_alone),
		T(labels_are_only_text),
		T(only_matching_keys_are_taken),
		T(ecdsa_pairs_are_kept),
		T(the_store_is_bounded),
		T(foreign_files_are_skipped),
		T(damage_is_noticed),
		T(forged_fields_are_refused),
		T(a_kill_costs_no_key),
	};
	return cmocka_run_group_tests(tests, make_ders, free_ders);
}
