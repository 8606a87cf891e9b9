/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: what the device shows of itself comes back as it was stored, under its name alone; a replacement is one step,
 * whenever it is killed; files that are damaged, foreign or too large are named and skipped, and cost no other; parts
 * that are none of an identity are refused.
 */
#include "keys/identity.h"

#include "files/files.h"
#include "keys/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "../folder.h"

static char dir_path[32];
static int dir = -1;

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

static void put_cards(struct buf *cards, const char *subject, unsigned n)
{
	struct identity_card card = { STR("0A"), STR("cn=ca\no=Office"), str_of(subject), IDENTITY_SIGNATURE, 10, 20 };

	buf_init(cards, 0);
	while (n--)
		identity_card_put(&card, cards);
}

static int put(struct identities *all, const char *name, const char *subject)
{
	struct buf cards;
	int rc;

	put_cards(&cards, subject, 2);
	rc = identity_put(all, name, buf_str(&cards), STR("chain"), str_of(subject), NULL);
	buf_release(&cards);
	return rc;
}

static struct identities *reopen(struct identities *all, struct errbuf *e)
{
	identity_close(all);
	e->text[0] = '\0';
	assert_int_equal(identity_open(dir, &all, e), 0);
	return all;
}

static void comes_back(void **state)
{
	struct errbuf e;
	struct identities *all = reopen(NULL, &e);
	struct identity_card card;
	const struct identity *id;
	struct keys *keys;
	struct cur c;

	assert_int_equal(put(all, "z", "cn=z"), 0);
	assert_int_equal(put(all, "R1/../x", "cn=r1"), 0);
	all = reopen(all, &e);
	assert_string_equal(e.text, "");
	assert_int_equal(identity_count(all), 2);
	id = identity_at(all, 0);
	assert_ptr_equal(id, identity_find(all, "R1/../x"));
	assert_true(str_is(buf_str(&id->chain), "chain") && str_is(buf_str(&id->key), "cn=r1"));
	assert_true(id->from == 10 && id->until == 20 && id->made > 1000000000);
	c = cur_of(buf_str(&id->cards));
	assert_true(identity_card_next(&c, &card) && str_is(card.issuer, "cn=ca\no=Office"));
	assert_true(identity_card_next(&c, &card) && str_is(card.serial, "0A") && card.usage == IDENTITY_SIGNATURE);
	assert_false(identity_card_next(&c, &card));
	assert_null(identity_find(all, "r1/../x"));
	assert_null(identity_at(all, 2));
	/* The store of pairs beside it minds neither. */
	e.text[0] = '\0';
	assert_int_equal(keys_open(dir, &keys, &e), 0);
	assert_string_equal(e.text, "");
	assert_int_equal(keys_count(keys), 0);
	keys_close(keys);
	assert_int_equal(identity_remove(all, "z", &e), 0);
	assert_int_equal(identity_remove(all, "z", &e), E_NOTFOUND);
	all = reopen(all, &e);
	assert_int_equal(identity_count(all), 1);
	identity_close(all);
}

static void is_replaced(void **state)
{
	struct errbuf e;
	struct identities *all = reopen(NULL, &e);
	char name[8];

	for (unsigned i = 0; i < IDENTITIES_MAX; i++) {
		snprintf(name, sizeof name, "t%02u", i);
		assert_int_equal(put(all, name, "cn=old"), 0);
	}
	assert_int_equal(put(all, "one-more", "cn=old"), E_LIMIT);
	assert_int_equal(put(all, "t03", "cn=new"), 0);
	all = reopen(all, &e);
	assert_int_equal(identity_count(all), IDENTITIES_MAX);
	assert_true(str_is(buf_str(&identity_find(all, "t03")->key), "cn=new"));
	assert_true(str_is(buf_str(&identity_find(all, "t04")->key), "cn=old"));
	identity_close(all);
}

/* Somebody replaces it again and again, and is killed. */
static void is_whole_after_a_kill(void **state)
{
	struct errbuf e;
	struct identities *all = reopen(NULL, &e);
	static char long_key[IDENTITY_KEY_MAX];

	assert_int_equal(put(all, "R1", "cn=first"), 0);
	for (unsigned i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			for (char c = 'a';; c = c == 'z' ? 'a' : (char)(c + 1)) {
				memset(long_key, c, sizeof long_key - 1);
				put(all, "R1", long_key);
			}
		}
		usleep(1000 * (i + 1));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		files_sweep(dir);
		all = reopen(all, &e);
		assert_string_equal(e.text, "");
		assert_int_equal(identity_count(all), 1);
	}
	identity_close(all);
}

static void rewrite(const char *from, const char *to, size_t flip, size_t size)
{
	struct buf bytes;

	buf_init(&bytes, 0);
	assert_int_equal(files_load(dir, from, 1 << 20, &bytes, NULL), 0);
	if (flip)
		bytes.data[flip] ^= 1;
	if (size)
		buf_cut(&bytes, size);
	assert_int_equal(files_save(dir, to, buf_str(&bytes), 0600, NULL), 0);
	buf_release(&bytes);
}

static void damaged_files_are_skipped(void **state)
{
	static const struct {
		size_t flip, size;
		const char *to, *said;
	} cases[] = {
		{ 1, 0, "identity-bad", "not a key file" },     { 60, 0, "identity-bad", "damaged" },
		{ 0, 90, "identity-bad", "damaged" },           { 0, 20, "identity-bad", "not a key file" },
		{ 0, 0, "identity-bad", "under another name" },
	};
	struct errbuf e;
	struct identities *all = reopen(NULL, &e);

	assert_int_equal(put(all, "R1", "cn=r1"), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rewrite("identity-R1", cases[i].to, cases[i].flip, cases[i].size);
		all = reopen(all, &e);
		assert_non_null(strstr(e.text, cases[i].said));
		assert_non_null(strstr(e.text, cases[i].to));
		assert_int_equal(identity_count(all), 1);
	}
	identity_close(all);
}

static void other_parts_are_refused(void **state)
{
	static const char *const names[] = { "", "two words", "\x01",
					     "a-name-of-sixty-four-characters-which-is-one-more-than-there-may-be" };
	static const uint8_t large[IDENTITY_CHAIN_MAX + 1];
	static char text[IDENTITY_TEXT_MAX + 2];
	struct errbuf e;
	struct identities *all = reopen(NULL, &e);
	struct buf cards;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(put(all, names[i], "cn=r1"), E_INVAL);
	assert_int_equal(put(all, "R1", "cn=\x1b[2J"), E_INVAL);
	memset(text, 'x', sizeof text - 1);
	assert_int_equal(put(all, "R1", text), E_INVAL);
	assert_int_equal(identity_put(all, "R1", STR(""), STR("chain"), STR("key"), &e), E_INVAL);
	put_cards(&cards, "cn=r1", IDENTITY_CHAIN + 1);
	assert_int_equal(identity_put(all, "R1", buf_str(&cards), STR("chain"), STR("key"), &e), E_INVAL);
	buf_release(&cards);
	put_cards(&cards, "cn=r1", IDENTITY_CHAIN);
	assert_int_equal(identity_put(all, "R1", buf_str(&cards), STR(""), STR("key"), &e), E_INVAL);
	assert_int_equal(identity_put(all, "R1", buf_str(&cards), STR("chain"), STR(""), &e), E_INVAL);
	assert_int_equal(identity_put(all, "R1", buf_str(&cards), (struct str){ large, sizeof large }, STR("key"), &e),
			 E_INVAL);
	assert_int_equal(
	    identity_put(all, "R1", buf_str(&cards), STR("chain"), (struct str){ large, IDENTITY_KEY_MAX + 1 }, &e),
	    E_INVAL);
	assert_int_equal(
	    identity_put(all, "R1", buf_str(&cards), (struct str){ large, IDENTITY_CHAIN_MAX }, STR("key"), &e), 0);
	buf_put_u8(&cards, 0);
	assert_int_equal(identity_put(all, "R1", buf_str(&cards), STR("chain"), STR("key"), &e), E_INVAL);
	buf_release(&cards);
	all = reopen(all, &e);
	assert_int_equal(identity_count(all), 1);
	identity_close(all);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(is_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(is_whole_after_a_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_files_are_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(other_parts_are_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
