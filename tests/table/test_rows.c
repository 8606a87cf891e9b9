/* SPDX-License-Identifier: Apache-2.0
 *
 * test_rows.c: every row of commands/ keeps what a row promises: what is printed parses to the same, `no` and `default`
 * bring the default back, a default is not printed, every word explains itself, and the privilege has two sides.
 * The cases are made from the rows by tools/cmdc.
 */
#include "bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	CASE_HANDLER = 1,
	CASE_INPUT = 2,
	CASE_ALWAYS = 4,
	CASE_NO_DIFFERS = 8, /* `no` is a setting of its own; `default` is not */
	CASE_HIDDEN = 16,
	CASE_ENTRY = 32
};

struct row_case {
	const char *where, *mode, *enter[3], *line, *no, *dflt;
	unsigned level, flags;
};

#include "row_cases.h"

#define EACH(c) for (const struct row_case *c = row_cases; c < row_cases + sizeof row_cases / sizeof *row_cases; c++)

static const struct row_case *current;

static void begin(struct bed *b, const struct row_case *c)
{
	current = c;
	bed_init(b);
	if (!strcmp(c->mode, "exec"))
		cmd_place_exec(b->set, &b->place);
	for (size_t i = 0; i < 3 && c->enter[i]; i++)
		assert_int_equal(bed_type(b, c->enter[i], NULL), 0);
}

static void fails(const char *what, const char *a, const char *b)
{
	fail_msg("%s: \"%s\": %s\n--- one\n%s--- other\n%s", current->where, current->line, what, a, b);
}

static void same(const char *what, const char *a, const char *b)
{
	if (strcmp(a, b))
		fails(what, a, b);
}

static bool changes(const struct row_case *c)
{
	return !(c->flags & (CASE_HANDLER | CASE_INPUT)) || (c->flags & CASE_HIDDEN);
}

static void printed_lines_parse_to_the_same(void **state)
{
	EACH(c)
	{
		struct bed one, two;
		char *text;

		if (!changes(c))
			continue;
		begin(&one, c);
		bed_init(&two);
		if (bed_type(&one, c->line, NULL) < 0)
			fails("refused", "", bed_error(&one, 0));
		text = strdup(bed_show(&one, false));
		if (bed_load(&two, text))
			fails("what was printed is refused", text, bed_error(&two, 0));
		same("printed, parsed and printed again", text, bed_show(&two, false));
		free(text);
		bed_release(&one);
		bed_release(&two);
	}
}

static void undone_by(const struct row_case *c, const char *word)
{
	struct bed b;
	char line[256], *before;

	begin(&b, c);
	before = strdup(bed_show(&b, false));
	assert_int_equal(bed_type(&b, c->line, NULL), 0);
	snprintf(line, sizeof line, "%s %s", word, c->no);
	if (bed_type(&b, line, NULL) < 0)
		fails("cannot be undone", line, bed_error(&b, 0));
	same(word, before, bed_show(&b, false));
	free(before);
	bed_release(&b);
}

static void no_and_default_restore(void **state)
{
	EACH(c)
	{
		if (!changes(c))
			continue;
		undone_by(c, "default");
		if (!(c->flags & CASE_NO_DIFFERS))
			undone_by(c, "no");
	}
}

static void defaults_are_not_printed(void **state)
{
	EACH(c)
	{
		struct bed b;
		char *before;

		if (!c->dflt || !changes(c))
			continue;
		begin(&b, c);
		before = strdup(bed_show(&b, false));
		assert_int_equal(bed_type(&b, c->line, NULL), 0);
		if (bed_type(&b, c->dflt, NULL) < 0)
			fails("its defaults are refused", c->dflt, bed_error(&b, 0));
		same("a default was printed", before, bed_show(&b, false));
		free(before);
		bed_release(&b);
	}
}

/* Every word of the line is listed, with help, by `?` in its place. */
static void explained(struct bed *b, const struct row_case *c)
{
	char head[256];

	for (size_t n = 0; c->line[n]; n += strspn(c->line + n, " ")) {
		const char *text;

		snprintf(head, sizeof head, "%.*s", (int)n, c->line);
		text = bed_help(b, head);
		if (!strncmp(text, "% ", 2))
			fails("nothing is known behind", head, text);
		text += n ? 0 : strcspn(text, "\n") + 1; /* the mode's title */
		for (const char *l = text; *l && *l != '\n'; l += strcspn(l, "\n") + 1) {
			const char *gap = strncmp(l, "  ", 2) ? NULL : strpbrk(l + 2, " \n");

			if (!gap || (*gap == '\n' && strncmp(l, "  <cr>\n", 7)))
				fails("a word has no help", head, text);
		}
		n += strcspn(c->line + n, " ");
	}
}

static void every_word_explains_itself(void **state)
{
	EACH(c)
	{
		struct bed b;

		if ((c->flags & CASE_HIDDEN) || !strncmp(c->line, "do ", 3)) /* `do` explains the exec line */
			continue;
		begin(&b, c);
		explained(&b, c);
		bed_release(&b);
	}
}

static void privilege_has_two_sides(void **state)
{
	EACH(c)
	{
		struct bed b;

		begin(&b, c);
		b.level = c->level;
		if (bed_type(&b, c->line, NULL) < 0 && !(c->flags & CASE_INPUT)) /* without its hook it cannot go on */
			fails("refused at its own level", "", bed_error(&b, 0));
		bed_release(&b);
		begin(&b, c);
		b.level = c->level - 1;
		if (c->level && bed_type(&b, c->line, NULL) == 0)
			fails("known below its level", "", "");
		bed_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed_lines_parse_to_the_same), cmocka_unit_test(no_and_default_restore),
		cmocka_unit_test(defaults_are_not_printed),        cmocka_unit_test(every_word_explains_itself),
		cmocka_unit_test(privilege_has_two_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
