/* SPDX-License-Identifier: Apache-2.0
 *
 * test_overlap.c: of two interfaces with addresses in one subnet at most one is up, whatever is typed in which order.
 */
#include "core/config/overlap.h"

#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bed {
	struct model *model;
	struct overlap *overlap;
	struct errbuf e;
};

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof *b);

	*state = b;
	return model_new(&b->model, &b->e) < 0 || overlap_new(&b->overlap, b->model, &b->e) < 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	model_free(b->model);
	overlap_free(b->overlap);
	free(b);
	return 0;
}

/* One line of an interface. "address 10.0.0.1/255.0.0.0", "secondary …", "shutdown", "no shutdown", "default shutdown",
 * "no address", "gone". What it says is in b->e. */
static int line(struct bed *b, const char *name, const char *what)
{
	struct txn *t = model_begin(b->model);
	char text[64], *mask;
	struct lyd_node *entry, *inner;
	struct errbuf ignored;

	b->e.text[0] = '\0';
	assert_int_equal(txn_entry(t, NULL, "/ravelin-interface:interfaces/interface", &name, &entry, &ignored), 0);
	strncpy(text, strchr(what, ' ') ? strchr(what, ' ') + 1 : "", sizeof text - 1);
	text[sizeof text - 1] = '\0';
	mask = strchr(text, '/');
	if (mask)
		*mask++ = '\0';
	if (!strncmp(what, "address", 7)) {
		txn_set(t, entry, "ipv4/primary/address", text, &ignored);
		txn_set(t, entry, "ipv4/primary/mask", mask, &ignored);
	} else if (!strncmp(what, "secondary", 9)) {
		const char *keys[] = { text };

		txn_entry(t, entry, "ipv4/secondary", keys, &inner, &ignored);
		txn_set(t, inner, "mask", mask, &ignored);
	} else if (!strcmp(what, "no address")) {
		txn_delete(t, entry, "ipv4/primary/address", NULL, &ignored);
		txn_delete(t, entry, "ipv4/primary/mask", NULL, &ignored);
		txn_delete(t, entry, "ipv4/secondary", NULL, &ignored);
	} else if (!strcmp(what, "shutdown")) {
		txn_set(t, entry, "shutdown", "true", &ignored);
	} else if (!strcmp(what, "no shutdown")) {
		txn_set(t, entry, "shutdown", "false", &ignored);
	} else if (!strcmp(what, "default shutdown")) {
		txn_delete(t, entry, "shutdown", NULL, &ignored);
	} else {
		txn_delete_node(t, entry, &ignored);
	}
	return txn_commit(t, &b->e);
}

static bool is_shut(struct bed *b, const char *name)
{
	return !strcmp(model_below(model_entry(b->model, "/ravelin-interface:interfaces/interface", &name), "shutdown"),
		       "true");
}

static const char *address(struct bed *b, const char *name)
{
	return model_below(model_entry(b->model, "/ravelin-interface:interfaces/interface", &name),
			   "ipv4/primary/address");
}

static void an_interface_that_is_up_is_refused_the_address(void **state)
{
	struct bed *b = *state;

	assert_int_equal(line(b, "E0", "address 192.168.109.2/255.255.255.0"), 0);
	assert_int_equal(line(b, "E1", "address 10.0.0.1/255.0.0.0"), 0);
	assert_int_equal(line(b, "E1", "address 192.168.109.3/255.255.255.0"), E_EXISTS);
	assert_string_equal(b->e.text, "192.168.109.0 overlaps with E0");
	assert_string_equal(address(b, "E1"), "10.0.0.1");
	assert_int_equal(line(b, "E1", "secondary 192.168.109.3/255.255.255.128"), E_EXISTS);
	assert_string_equal(b->e.text, "192.168.109.0 overlaps with E0");
	assert_int_equal(line(b, "E1", "address 192.168.0.1/255.255.0.0"), E_EXISTS); /* the wider one */
	assert_string_equal(b->e.text, "192.168.0.0 overlaps with E0");
	assert_int_equal(line(b, "E1", "address 192.168.110.3/255.255.255.0"), 0);
	assert_string_equal(b->e.text, "");
}

static void no_shutdown_first_says_that_it_is_up(void **state)
{
	struct bed *b = *state;

	line(b, "E0", "address 192.168.109.2/255.255.255.0");
	assert_int_equal(line(b, "E1", "no shutdown"), 0);
	assert_int_equal(line(b, "E1", "address 192.168.109.3/255.255.255.0"), E_EXISTS);
	assert_null(address(b, "E1"));
}

static void a_new_one_takes_it_and_stays_down(void **state)
{
	struct bed *b = *state;

	line(b, "E0", "address 192.168.109.2/255.255.255.0");
	assert_int_equal(line(b, "E1", "secondary 10.0.0.1/255.0.0.0"), 0);
	assert_int_equal(line(b, "E1", "address 192.168.109.2/255.255.255.0"), 0);
	assert_string_equal(b->e.text, "E1 stays shut down: 192.168.109.0 is on E0 already");
	assert_true(is_shut(b, "E1"));
	assert_int_equal(line(b, "E1", "shutdown"), 0);
	assert_string_equal(b->e.text, "");
	assert_int_equal(line(b, "E1", "no shutdown"), E_EXISTS);
	assert_string_equal(b->e.text, "192.168.109.0 overlaps with E0");
	assert_true(is_shut(b, "E1"));
	assert_int_equal(line(b, "E1", "default shutdown"), 0);
	assert_true(is_shut(b, "E1"));
	assert_string_equal(address(b, "E0"), "192.168.109.2");
}

static void what_is_down_is_in_nobodys_way(void **state)
{
	struct bed *b = *state;

	line(b, "E0", "address 192.168.109.2/255.255.255.0");
	line(b, "E1", "address 192.168.109.3/255.255.255.0");
	assert_int_equal(line(b, "E0", "shutdown"), 0);
	assert_int_equal(line(b, "E1", "no shutdown"), 0);
	assert_int_equal(line(b, "E0", "no shutdown"), E_EXISTS);
	assert_string_equal(b->e.text, "192.168.109.0 overlaps with E1");
	assert_int_equal(line(b, "E1", "gone"), 0);
	assert_int_equal(line(b, "E0", "no shutdown"), 0);
	line(b, "E0", "secondary 10.0.0.1/255.0.0.0");
	assert_int_equal(line(b, "E0", "no address"), 0);
	assert_int_equal(line(b, "E3", "no shutdown"), 0);
	assert_int_equal(line(b, "E3", "address 192.168.109.1/255.255.255.0"), 0);
	assert_int_equal(line(b, "E3", "secondary 10.0.0.1/255.0.0.0"), 0);
	assert_int_equal(line(b, "E2", "address 0.0.0.0/0.0.0.0"), 0); /* no address of anybody's */
	assert_false(is_shut(b, "E2"));
}

static void its_own_addresses_do_not_count(void **state)
{
	struct bed *b = *state;

	line(b, "E0", "address 192.168.109.2/255.255.255.0");
	assert_int_equal(line(b, "E0", "secondary 192.168.109.3/255.255.255.0"), 0);
	assert_int_equal(line(b, "E0", "address 192.168.109.4/255.255.255.0"), 0);
	assert_int_equal(line(b, "E0", "address 192.168.109.4/255.255.0.0"), 0);
	assert_string_equal(b->e.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_interface_that_is_up_is_refused_the_address, setup, teardown),
		cmocka_unit_test_setup_teardown(no_shutdown_first_says_that_it_is_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_one_takes_it_and_stays_down, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_down_is_in_nobodys_way, setup, teardown),
		cmocka_unit_test_setup_teardown(its_own_addresses_do_not_count, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
