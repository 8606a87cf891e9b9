/* SPDX-License-Identifier: Apache-2.0
 *
 * test_swap.c: a tree made beside the running one takes its place whole, with the changes a transaction would have
 * noted, or nothing has happened.
 */
#include "model/swap.h"

#include "model/model.h"
#include "model/node.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS(...) ((const char *const[]){ __VA_ARGS__ })

static const struct model_module modules[] = {
	{ "t", "module t { yang-version 1.1; namespace \"urn:t\"; prefix t;"
	       "container c { leaf a { type string; } leaf b { type string; default x; }"
	       "  container inner { leaf d { type string; } }"
	       "  leaf-list o { type string; ordered-by user; } leaf-list s { type string; } }"
	       "container l { list e { key k; leaf k { type string; } leaf v { type string; }"
	       "  list sub { key n; leaf n { type uint8; } leaf w { type string; } } }"
	       "  list u { key k; ordered-by user; leaf k { type string; } leaf v { type string; } } } }" },
};

/* Who watches a part of the tree, and what he should be told. */
struct part {
	const char *subtree;
	struct buf told, expected;
};

static const char *const subtrees[] = { "/t:c", "/t:c/inner", "/t:c/a", "/t:l", "/t:l/e/sub", "/t:l/u" };
#define PARTS (sizeof subtrees / sizeof *subtrees)

struct bed {
	struct model *m, *made;
	struct errbuf e;
	struct buf told; /* "+path=after" … */
	struct part part[PARTS];
	bool refuse, adds;
};

static void put_change(struct buf *out, const struct change *c)
{
	static const char signs[] = { [CHANGE_CREATE] = '+', [CHANGE_DELETE] = '-', [CHANGE_VALUE] = '=' };

	buf_printf(out, "%c%s %s>%s\n", signs[c->op], c->path, c->before ? c->before : "", c->after ? c->after : "");
}

/* The one is the other or above it. */
static bool touches(const char *a, const char *b)
{
	size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, n) == 0 && strchr("/", a[n]) && strchr("/", b[n]);
}

static void watch(void *arg, const struct txn *t)
{
	struct bed *b = arg;
	char schema[128];

	for (size_t i = 0; i < txn_changes(t); i++) {
		const struct change *c = txn_change(t, i);

		put_change(&b->told, c);
		assert_non_null(lysc_path(c->schema, LYSC_PATH_DATA, schema, sizeof schema));
		for (struct part *p = b->part; p < b->part + PARTS; p++)
			if (touches(schema, p->subtree))
				put_change(&p->expected, c);
	}
}

static void watch_part(void *arg, const struct txn *t)
{
	struct part *p = arg;

	for (size_t i = 0; i < txn_changes(t); i++)
		put_change(&p->told, txn_change(t, i));
}

static void parts_were_told(struct bed *b)
{
	for (struct part *p = b->part; p < b->part + PARTS; p++) {
		assert_string_equal(buf_cstr(&p->told), buf_cstr(&p->expected));
		buf_clear(&p->told);
		buf_clear(&p->expected);
	}
}

static int guard(void *arg, struct txn *t, struct errbuf *e)
{
	struct bed *b = arg;
	int rc = b->adds ? txn_set(t, NULL, "/t:c/inner/d", "guard's", e) : 0;

	return b->refuse ? err_set(e, E_INVAL, "refused") : rc;
}

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof *b);

	*state = b;
	buf_init(&b->told, 0);
	if (model_new_from(&b->m, modules, 1, &b->e) < 0 || model_new_beside(b->m, &b->made, &b->e) < 0 ||
	    model_watch(b->m, NULL, watch, b) < 0 || model_guard(b->m, NULL, guard, b) < 0)
		return -1;
	for (size_t i = 0; i < PARTS; i++) {
		buf_init(&b->part[i].told, 0);
		buf_init(&b->part[i].expected, 0);
		b->part[i].subtree = subtrees[i];
		assert_int_equal(model_watch(b->m, subtrees[i], watch_part, &b->part[i]), 0);
	}
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	model_free(b->made);
	model_free(b->m);
	buf_release(&b->told);
	for (size_t i = 0; i < PARTS; i++) {
		buf_release(&b->part[i].told);
		buf_release(&b->part[i].expected);
	}
	free(b);
	return 0;
}

/* "a=1", "o=x" (a value of a leaf-list) in c; "e:k=v", "u:k=v": an entry of l; "e:k/1=w": of the list in it. */
static void put(struct txn *t, const char *what, struct errbuf *e)
{
	char text[64], *value, *key, *sub;
	struct lyd_node *entry;

	snprintf(text, sizeof text, "%s", what);
	value = strchr(text, '=');
	*value++ = '\0';
	key = strchr(text, ':');
	if (!key) {
		char path[80];

		snprintf(path, sizeof path, "/t:c/%s", text);
		assert_int_equal(txn_set(t, NULL, path, value, e), 0);
		return;
	}
	*key++ = '\0';
	sub = strchr(key, '/');
	if (sub)
		*sub++ = '\0';
	assert_int_equal(txn_entry(t, NULL, *text == 'e' ? "/t:l/e" : "/t:l/u", KEYS(key), &entry, e), 0);
	if (sub) {
		assert_int_equal(txn_entry(t, entry, "sub", KEYS(sub), &entry, e), 0);
		assert_int_equal(txn_set(t, entry, "w", value, e), 0);
	} else {
		assert_int_equal(txn_set(t, entry, "v", value, e), 0);
	}
}

static void fill(struct bed *b, struct model *m, const char *all)
{
	struct txn *t = model_begin(m);
	char text[512], *save = NULL;

	snprintf(text, sizeof text, "%s", all);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		put(t, word, &b->e);
	assert_int_equal(txn_commit(t, &b->e), 0);
	buf_clear(&b->told);
}

static char *dump(const struct model *m)
{
	char *text = NULL;

	assert_int_equal(lyd_print_mem(&text, model_running(m), LYD_XML, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_SHRINK), 0);
	return text ? text : strdup("");
}

/* From `before` to `after`: the tree is that of `after` made afresh, and told is `expected` (NULL: not asked). */
static void swaps(struct bed *b, const char *before, const char *after, const char *expected)
{
	struct model *fresh;
	struct swap *s;
	char *is, *wanted;
	uint64_t epoch = model_epoch(b->m);

	while (!model_clear_step(b->made, 1))
		continue;
	fill(b, b->made, before);
	s = swap_new(b->m, b->made);
	while (!swap_step(s, 1))
		continue;
	assert_int_equal(swap_commit(s, &b->e), 0);
	while (!model_clear_step(b->made, 1))
		continue;
	buf_clear(&b->told);
	fill(b, b->made, after);
	s = swap_new(b->m, b->made);
	while (!swap_step(s, 1))
		continue;
	assert_int_equal(swap_commit(s, &b->e), 0);
	if (expected)
		assert_string_equal(buf_cstr(&b->told), expected);
	parts_were_told(b);
	assert_int_equal(model_epoch(b->m), epoch + 2);
	assert_int_equal(model_new_beside(b->m, &fresh, &b->e), 0);
	fill(b, fresh, after);
	is = dump(b->m);
	wanted = dump(fresh);
	assert_string_equal(is, wanted);
	free(is);
	free(wanted);
	model_free(fresh);
}

static void differences_are_told(void **state)
{
	struct bed *b = *state;

	swaps(b, "", "", "");
	swaps(b, "a=1", "a=1", "");
	swaps(b, "a=1", "a=2", "=/t:c/a 1>2\n");
	swaps(b, "", "a=1 inner/d=2", "+/t:c/a >1\n+/t:c/inner/d >2\n");
	swaps(b, "a=1 inner/d=2", "a=1", "-/t:c/inner/d 2>\n");
	swaps(b, "a=1 s=x s=y", "a=1 s=y s=z", "-/t:c/s[.='x'] x>\n+/t:c/s[.='z'] >z\n");
	swaps(b, "e:1=a e:2=b", "e:2=b e:3=c", "-/t:l/e[k='1'] >\n+/t:l/e[k='3'] >\n+/t:l/e[k='3']/v >c\n");
	swaps(b, "e:1=a e:1/7=x", "e:1=b e:1/8=y",
	      "=/t:l/e[k='1']/v a>b\n-/t:l/e[k='1']/sub[n='7'] >\n+/t:l/e[k='1']/sub[n='8'] >\n"
	      "+/t:l/e[k='1']/sub[n='8']/w >y\n");
	swaps(b, "e:1=a a=1", "", "-/t:c/a 1>\n-/t:l/e[k='1'] >\n");
}

static void order_is_a_difference_where_it_counts(void **state)
{
	struct bed *b = *state;

	swaps(b, "s=x s=y", "s=y s=x", "");
	swaps(b, "o=x o=y o=z", "o=x o=y o=z", "");
	swaps(b, "o=x o=y o=z", "o=z o=x o=y", "-/t:c/o[.='z'] z>\n+/t:c/o[.='z'] >z\n");
	swaps(b, "o=x o=y o=z", "o=n o=y o=z", "-/t:c/o[.='x'] x>\n+/t:c/o[.='n'] >n\n");
	swaps(b, "u:1=a u:2=b", "u:2=b u:1=a", "-/t:l/u[k='2'] >\n+/t:l/u[k='2'] >\n+/t:l/u[k='2']/v >b\n");
}

/* Every pair of some dozen trees. */
static void any_becomes_any(void **state)
{
	static const char *const trees[] = { "",
					     "a=1",
					     "a=2 b=y",
					     "inner/d=1 o=1 o=2 o=3",
					     "o=3 o=2 o=1 s=1",
					     "e:1=a e:2=b e:3=c u:3=c u:1=a",
					     "e:3=c e:2=x e:1/1=a e:1=z u:1=a u:3=c",
					     "e:9=a e:9/1=a e:9/2=b e:9/3=c e:9/4=d",
					     "a=1 b=y inner/d=1 o=2 s=1 s=2 e:1=1 u:1=1" };

	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
		for (size_t k = 0; k < sizeof trees / sizeof *trees; k++)
			swaps(*state, trees[i], trees[k], i == k ? "" : NULL);
}

static struct swap *prepared(struct bed *b)
{
	struct swap *s;

	fill(b, b->m, "a=1 e:1=a o=x");
	fill(b, b->made, "a=2 e:2=b o=y");
	s = swap_new(b->m, b->made);
	assert_true(swap_step(s, 1000));
	return s;
}

static void a_refusal_changes_nothing(void **state)
{
	struct bed *b = *state;
	struct swap *s = prepared(b);
	char *before = dump(b->m), *after;

	b->refuse = b->adds = true;
	assert_int_equal(swap_commit(s, &b->e), E_INVAL);
	assert_string_equal(b->e.text, "refused");
	after = dump(b->m);
	assert_string_equal(before, after);
	assert_string_equal(buf_cstr(&b->told), "");
	free(before);
	free(after);
	b->refuse = b->adds = false;
	fill(b, b->m, "a=3"); /* no transaction is left open */
	assert_string_equal(model_str(b->m, "/t:c/a"), "3");
}

static void a_guard_may_set_more(void **state)
{
	struct bed *b = *state;
	struct swap *s = prepared(b);

	b->adds = true;
	assert_int_equal(swap_commit(s, &b->e), 0);
	assert_string_equal(model_str(b->m, "/t:c/inner/d"), "guard's");
	assert_string_equal(model_str(b->m, "/t:c/a"), "2");
	assert_non_null(strstr(buf_cstr(&b->told), "+/t:c/inner/d >guard's\n"));
	parts_were_told(b);
	assert_string_equal(model_str(b->made, "/t:c/a"), "1");
}

/* … also where nothing else differs. */
static void who_watches_only_that_is_told(void **state)
{
	struct bed *b = *state;
	struct swap *s;

	fill(b, b->m, "e:1=a");
	fill(b, b->made, "e:2=b");
	parts_were_told(b);
	s = swap_new(b->m, b->made);
	assert_true(swap_step(s, 1000));
	b->adds = true;
	assert_int_equal(swap_commit(s, &b->e), 0);
	assert_string_equal(buf_cstr(&b->part[1].told), "+/t:c/inner/d >guard's\n");
	parts_were_told(b);
}

static void what_changed_meanwhile_is_seen(void **state)
{
	struct bed *b = *state;
	struct swap *s = prepared(b);
	char *before, *after;

	assert_false(swap_is_stale(s));
	fill(b, b->m, "a=5");
	assert_true(swap_is_stale(s));
	before = dump(b->m);
	assert_int_equal(swap_commit(s, &b->e), E_BUSY);
	after = dump(b->m);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void it_is_done_in_pieces(void **state)
{
	struct bed *b = *state;
	struct txn *t = model_begin(b->made);
	unsigned steps = 0;
	struct swap *s;
	char text[32];

	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "e:%d=%d", i, i);
		put(t, text, &b->e);
	}
	assert_int_equal(txn_commit(t, &b->e), 0);
	s = swap_new(b->m, b->made);
	for (; !swap_step(s, 100); steps++)
		continue;
	assert_in_range(steps, 50, 300); /* some looks at each of 15,000 nodes */
	assert_int_equal(swap_changes(s), 10000);
	assert_int_equal(swap_commit(s, &b->e), 0);
	s = swap_new(b->m, b->made);
	assert_true(swap_step(s, 1000000));
	assert_int_equal(swap_commit(s, &b->e), 0);
	for (steps = 0; !model_clear_step(b->made, 100); steps++)
		continue;
	assert_in_range(steps, 50, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(differences_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(order_is_a_difference_where_it_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(any_becomes_any, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refusal_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_guard_may_set_more, setup, teardown),
		cmocka_unit_test_setup_teardown(who_watches_only_that_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(what_changed_meanwhile_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_done_in_pieces, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
