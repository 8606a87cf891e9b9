/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_cmd.c: any bytes as lines typed at any place and privilege, each parsed, explained, completed and applied, in
 * one transaction. Then what is printed must parse and print again the same, and the undone transaction must leave what
 * was there before.
 */
#include "cmd/cmd.h"
#include "cmd/private.h"

#include <stdlib.h>
#include <string.h>

static struct model *model;
static struct cmd_set *set;

static int nothing(struct run *run)
{
	(void)run;
	return 0;
}

static void start(void)
{
	struct cmd_handler handlers[256];

	if (model_new(&model, NULL) < 0 || cmd_set_new(&set, "ios", model, NULL) < 0)
		abort();
	for (unsigned i = 0; i < set->table->names_n; i++)
		handlers[i] = (struct cmd_handler){ pool_text(set, set->table->names[i]), nothing };
	if (cmd_set_bind(set, handlers, set->table->names_n, NULL) < 0)
		abort();
}

static struct str take_line(struct str *rest)
{
	const uint8_t *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = end ? (size_t)(end - rest->p) : rest->n;
	struct str line = { rest->p, n };

	rest->p += n + (end != NULL);
	rest->n -= n + (end != NULL);
	return line;
}

/* What a row's text rule collects from the lines that follow. */
static struct str take_text(const struct cmd_text_rule *rule, struct str *rest)
{
	const uint8_t *end = rest->n ? memmem(rest->p, rest->n, rule->until, strlen(rule->until)) : NULL;
	struct str text = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	rest->p += text.n;
	rest->n -= text.n;
	take_line(rest);
	return text;
}

static void key_arguments(struct cmd_match *m, struct arena *a)
{
	if (!m->hook || !cmd_has(m, "key-string"))
		return;
	cmd_set_arg(m, a, "type", "ssh-rsa");
	cmd_set_arg(m, a, "hash", "0123456789ABCDEF0123456789ABCDEF");
}

/* A word goes into a message of its own: there are no blanks in it. */
static void check_word(void *arg, struct str word)
{
	(void)arg;
	if (!word.n || memchr(word.p, ' ', word.n) || memchr(word.p, 0, word.n))
		abort();
}

static int run_line(struct txn *t, struct cmd_place *place, unsigned level, struct str line, struct str *rest)
{
	struct cmd_error err;
	struct cmd_match m;
	struct arena a;
	struct buf out;
	int rc;

	arena_init(&a, (size_t)1 << 20);
	buf_init(&out, 0);
	rc = cmd_parse(set, place, level, line, &a, &m, &err);
	if (!rc && m.row) {
		cmd_words(&m, &a, check_word, NULL);
		if (cmd_level(&m) > level)
			abort();
	}
	if (!rc && m.row && m.needs_text)
		rc = cmd_match_text(&m, &a, take_text(&m.text_rule, rest));
	if (!rc && m.row && !m.handler) {
		key_arguments(&m, &a);
		rc = cmd_apply(set, &m, t, place, &err);
	} else if (rc == E_INVAL) {
		if (err.column > line.n)
			abort();
		cmd_error_text(&err, 10, &out);
	}
	buf_release(&out);
	arena_release(&a);
	return rc;
}

/* What an alias stands for is typed like anything else. */
static void expand(struct txn *t, struct cmd_place *place, unsigned level, struct str line)
{
	struct str none = STR("");
	struct arena a;
	ptrdiff_t grown;
	struct str whole;

	arena_init(&a, (size_t)1 << 20);
	whole = cmd_alias(set, place, line, &a, &grown);
	if ((ptrdiff_t)whole.n != (ptrdiff_t)line.n + grown)
		abort();
	if (grown)
		run_line(t, place, level, whole, &none);
	arena_release(&a);
}

static void explain(const struct cmd_place *place, unsigned level, struct str line)
{
	struct buf out;

	buf_init(&out, 0);
	cmd_help(set, place, level, line, &out);
	if (!buf_len(&out))
		abort();
	buf_clear(&out);
	cmd_complete(set, place, level, line, &out);
	buf_release(&out);
}

static void show(struct buf *out)
{
	struct cmd_render *r = cmd_render_new(set, CMD_VIEW_WHOLE, out);

	buf_init(out, 0);
	while (!cmd_render_step(r))
		continue;
	cmd_render_free(r);
}

static void type_all(struct txn *t, struct str rest, unsigned level, bool exec)
{
	struct cmd_place place;

	if (exec)
		cmd_place_exec(set, &place);
	else
		cmd_place_config(set, &place);
	while (rest.n) {
		struct str line = take_line(&rest);

		explain(&place, level, line);
		expand(t, &place, level, line);
		if (line.n && line.p[0] == '~') /* out of a mode, as `exit` does in core */
			cmd_place_up(&place);
		else
			run_line(t, &place, level, line, &rest);
	}
}

/* What was printed parses without a fault and prints the same. */
static void round_trip(struct txn *t)
{
	struct buf one, two;
	struct cmd_place place;
	struct str rest;

	show(&one);
	cmd_place_config(set, &place);
	for (rest = buf_str(&one); rest.n;) {
		struct str line = take_line(&rest);

		if (run_line(t, &place, 15, line, &rest) < 0)
			abort();
	}
	show(&two);
	if (!str_eq(buf_str(&one), buf_str(&two)))
		abort();
	buf_release(&one);
	buf_release(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf before, after;
	struct txn *t;

	if (!set)
		start();
	if (!size)
		return 0;
	show(&before);
	t = model_begin(model);
	if (!t)
		abort();
	type_all(t, (struct str){ data + 1, size - 1 }, data[0] & 15, data[0] & 16);
	round_trip(t);
	txn_abort(t);
	show(&after);
	if (!str_eq(buf_str(&before), buf_str(&after)))
		abort();
	buf_release(&before);
	buf_release(&after);
	return 0;
}
