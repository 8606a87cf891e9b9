/* SPDX-License-Identifier: Apache-2.0
 *
 * test_range.c: whatever is typed at ranges of lines, each line ends up as if it had been configured by itself, no line
 * is in two entries, and the model holds no more entries than there are different neighbours.
 */
#include "table/bed.h"

#include "cmd/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINES     40
#define PERMANENT 5 /* vtys that are always there */

struct entry {
	unsigned long first, last;
	const char *minutes, *location;
};

static const char *below(const struct lyd_node *entry, const char *path)
{
	const char *value = model_below(entry, path);

	return value ? value : "";
}

static int by_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* The vty entries, in order. */
static size_t entries(const struct bed *b, struct entry *out, size_t most)
{
	size_t n = 0;

	for (const struct lyd_node *e = model_first(b->model, NULL, "/ravelin-line:lines/line"); e; e = model_next(e)) {
		const char *number = model_below(e, "number"), *last = model_below(e, "last");

		if (strcmp(model_below(e, "type"), "vty") != 0)
			continue;
		assert_true(n < most);
		out[n++] = (struct entry){ strtoul(number, NULL, 10), strtoul(last ? last : number, NULL, 10),
					   below(e, "exec-timeout/minutes"), below(e, "location") };
	}
	qsort(out, n, sizeof *out, by_first);
	return n;
}

static void many_are_one(void **state)
{
	struct entry e[8];
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_load(&b, "line vty 0 16383\nlogin local\ntransport input ssh\naccess-class 7 in\n"), 0);
	assert_int_equal(entries(&b, e, 8), 2); /* those that are always there, and the rest */
	assert_int_equal(e[1].last, 16383);
	assert_non_null(
	    strstr(bed_show(&b, false), "line vty 0 16383\n access-class 7 in\n login local\n transport input ssh\n"));
	assert_int_equal(bed_load(&b, "line vty 100\nlocation here\n"), 0);
	assert_int_equal(entries(&b, e, 8), 4);
	assert_int_equal(bed_load(&b, "no location\n"), 0);
	assert_int_equal(entries(&b, e, 8), 2);
	assert_int_equal(bed_load(&b, "exit\nno line vty 5 16383\n"), 0);
	assert_int_equal(entries(&b, e, 8), 1);
	bed_release(&b);
}

/* What a line has already is no change, also of a part of an entry. */
static void nothing_is_nothing(void **state)
{
	struct cmd_place place;
	struct cmd_error err;
	struct cmd_match m;
	struct arena a;
	struct txn *t;
	struct bed b;

	bed_init(&b);
	arena_init(&a, 0);
	assert_int_equal(bed_load(&b, "line vty 0 20\nexec-timeout 5 0\nline vty 7 8\n"), 0);
	for (unsigned i = 0; i < 2; i++) {
		place = b.place;
		t = model_begin(b.model);
		assert_int_equal(
		    cmd_parse(b.set, &place, 15, i ? STR("exec-timeout 5 1") : STR("exec-timeout 5 0"), &a, &m, &err),
		    0);
		assert_int_equal(cmd_apply(b.set, &m, t, &place, &err), 0);
		assert_int_equal(txn_changes(t) > 0, i);
		txn_abort(t);
	}
	assert_non_null(strstr(bed_show(&b, false), "line vty 0 20\n exec-timeout 5 0\n"));
	arena_release(&a);
	bed_release(&b);
}

/* A line that is refused leaves its range as it was. */
static void refused_is_undone(void **state)
{
	struct entry e[8];
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_load(&b, "line vty 5 20\nline vty 7\nexec-timeout 99999\n"), 1);
	assert_int_equal(entries(&b, e, 8), 2);
	bed_release(&b);
}

struct model_line {
	bool exists;
	unsigned minutes;
	char location[8];
};

static void reset(struct model_line *l)
{
	*l = (struct model_line){ .minutes = 10 };
}

/* One line typed at a range, and what it means for each line. */
static void type_one(struct bed *b, struct model_line *want, uint32_t dice)
{
	unsigned first = dice % LINES, last = first + dice / LINES % (LINES - first), value = dice / 3000 % 3;
	unsigned what = dice / 10000 % 5;
	char text[128];

	snprintf(text, sizeof text, "line vty %u %u", first, last);
	if (first == last)
		snprintf(text, sizeof text, "line vty %u", first);
	cmd_place_config(b->set, &b->place);
	if (what == 0) {
		char no[160];

		snprintf(no, sizeof no, "no %s", text);
		assert_int_equal(bed_type(b, no, NULL), 0);
	} else {
		assert_int_equal(bed_type(b, text, NULL), 0);
		snprintf(text, sizeof text,
			 what == 1   ? "no exec-timeout"
			 : what == 2 ? "exec-timeout %u 0"
				     : "location l%u",
			 value + 1);
		assert_int_equal(bed_type(b, text, NULL), 0);
	}
	for (unsigned n = first; n <= last; n++) {
		struct model_line *l = &want[n];

		if (what == 0)
			reset(l);
		l->exists = what != 0;
		l->minutes = what == 1 ? 10 : what == 2 ? value + 1 : l->minutes;
		if (what > 2)
			snprintf(l->location, sizeof l->location, "l%u", value + 1);
	}
}

static bool is_alike(const struct entry *a, const struct entry *b)
{
	return !strcmp(a->minutes, b->minutes) && !strcmp(a->location, b->location);
}

static void check(const struct bed *b, const struct model_line *want)
{
	struct entry e[LINES];
	size_t n = entries(b, e, LINES), at = 0;

	for (unsigned line = 0; line < LINES; line++) {
		while (at < n && e[at].last < line)
			at++;
		assert_int_equal(at < n && e[at].first <= line, want[line].exists || line < PERMANENT);
		if (!want[line].exists && line >= PERMANENT)
			continue;
		assert_int_equal(strtoul(e[at].minutes, NULL, 10), want[line].minutes);
		assert_string_equal(e[at].location, want[line].location);
	}
	for (size_t i = 1; i < n; i++) {
		assert_true(e[i - 1].last < e[i].first);
		assert_false(e[i - 1].last + 1 == e[i].first && e[i].first != PERMANENT && is_alike(&e[i - 1], &e[i]));
	}
}

static void each_line_by_itself(void **state)
{
	struct model_line want[LINES];
	uint32_t dice = 20;
	char *shown;
	struct bed b;

	bed_init(&b);
	for (unsigned n = 0; n < LINES; n++)
		reset(&want[n]);
	for (unsigned i = 0; i < 3000; i++) {
		dice = dice * 1664525 + 1013904223; /* the same run each time */
		type_one(&b, want, dice >> 8);
		check(&b, want);
	}
	shown = strdup(bed_show(&b, false));
	for (unsigned n = 0; n < LINES; n++) /* what is printed makes the same, from whatever there was */
		reset(&want[n]);
	cmd_place_config(b.set, &b.place);
	assert_int_equal(bed_load(&b, "no line vty 0 39\n"), 0);
	check(&b, want);
	assert_int_equal(bed_load(&b, shown), 0);
	assert_string_equal(bed_show(&b, false), shown);
	free(shown);
	bed_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_are_one),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(refused_is_undone),
		cmocka_unit_test(each_line_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
