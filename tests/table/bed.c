/* SPDX-License-Identifier: Apache-2.0
 *
 * bed.c: see bed.h.
 */
#include "bed.h"

#include "cmd/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nothing(struct run *run)
{
	(void)run;
	return 0;
}

static void must(int rc, const struct errbuf *e)
{
	if (rc < 0) {
		fprintf(stderr, "%s\n", e->text);
		abort();
	}
}

/* What a released bed leaves for the next one: a schema context takes a hundred times as long to make as a line takes
 * to type. The tree is emptied; the rows, which put into it what a device always has, are made anew. */
static struct kept {
	struct model *model;
	struct cmd_set *set; /* NULL: no bed has it */
} kept[2];

static void privileges_changed(void *arg, const struct txn *t)
{
	const struct kept *k = arg;

	(void)t;
	if (k->set)
		cmd_set_reload_privileges(k->set);
}

static struct kept *free_one(void)
{
	struct kept *k = kept;
	struct errbuf e = { "more beds at once than are kept" };

	while (k < kept + sizeof kept / sizeof *kept && k->set)
		k++;
	must(k < kept + sizeof kept / sizeof *kept ? 0 : E_LIMIT, &e);
	if (!k->model) {
		must(model_new(&k->model, &e), &e);
		must(model_watch(k->model, "/ravelin-system:privileges", privileges_changed, k), &e);
	}
	return k;
}

void bed_init(struct bed *b)
{
	struct kept *k = free_one();
	struct cmd_handler handlers[256];
	struct errbuf e = { "" };
	unsigned n;

	*b = (struct bed){ .model = k->model, .level = 15 };
	buf_init(&b->out, 0);
	arena_init(&b->arena, 0);
	must(cmd_set_new(&b->set, "ios", b->model, &e), &e);
	n = b->set->table->names_n;
	for (unsigned i = 0; i < n && i < 256; i++)
		handlers[i] = (struct cmd_handler){ pool_text(b->set, b->set->table->names[i]), nothing };
	must(cmd_set_bind(b->set, handlers, n, &e), &e);
	k->set = b->set;
	cmd_place_config(b->set, &b->place);
}

static void empty(struct model *m)
{
	struct txn *t = model_begin(m);
	struct errbuf e = { "a transaction is open" };
	const struct lyd_node *node;

	must(t ? 0 : E_BUSY, &e);
	while ((node = model_running(m)))
		must(txn_delete_node(t, (struct lyd_node *)node, &e), &e);
	must(txn_commit(t, &e), &e);
}

void bed_release(struct bed *b)
{
	buf_release(&b->out);
	arena_release(&b->arena);
	empty(b->model);
	cmd_set_free(b->set);
	for (struct kept *k = kept; k < kept + sizeof kept / sizeof *kept; k++)
		if (k->set == b->set)
			k->set = NULL;
}

static int apply(struct bed *b)
{
	struct txn *t = model_begin(b->model);
	struct errbuf e = { "" };
	int rc = t ? cmd_apply(b->set, &b->match, t, &b->place, &b->err) : E_BUSY;

	if (t && rc < 0)
		txn_abort(t);
	else if (t && (rc = txn_commit(t, &e)) < 0)
		snprintf(b->err.text, sizeof b->err.text, "commit: %.200s", e.text);
	return rc;
}

int bed_type(struct bed *b, const char *line, const char *text)
{
	int rc;

	arena_release(&b->arena);
	b->handled = false;
	rc = cmd_parse(b->set, &b->place, b->level, str_of(line), &b->arena, &b->match, &b->err);
	if (rc < 0 || !b->match.row)
		return rc;
	if (b->match.needs_text)
		rc = cmd_match_text(&b->match, &b->arena, str_of(text ? text : ""));
	b->handled = b->match.handler;
	return rc < 0 || b->handled ? rc : apply(b);
}

/* The text after the line at `line`; moves it behind the terminator. */
static char *take_text(const struct cmd_text_rule *rule, char **next)
{
	char *text = *next, *end = strstr(text, rule->until);

	if (end)
		*next = end + strcspn(end, "\n") + (end[strcspn(end, "\n")] == '\n');
	else
		*next = text + strlen(text);
	return end ? strndup(text, (size_t)(*next - text)) : strdup(text);
}

unsigned bed_load(struct bed *b, const char *config)
{
	char *copy = strdup(config), *line = copy;
	unsigned refused = 0;

	while (line && *line) {
		char *next = line + strcspn(line, "\n"), *text = NULL;

		next = *next ? (*next = '\0', next + 1) : next;
		arena_release(&b->arena);
		if (!cmd_parse(b->set, &b->place, b->level, str_of(line), &b->arena, &b->match, &b->err) &&
		    b->match.row && b->match.needs_text)
			text = take_text(&b->match.text_rule, &next);
		if (bed_type(b, line, text) < 0)
			refused++;
		free(text);
		line = next;
	}
	free(copy);
	return refused;
}

const char *bed_show(struct bed *b, bool all)
{
	struct cmd_render *r = cmd_render_new(b->set, (struct cmd_view){ .level = 15, .all = all }, &b->out);

	buf_clear(&b->out);
	while (r && !cmd_render_step(r))
		continue;
	cmd_render_free(r);
	return buf_cstr(&b->out);
}

const char *bed_help(struct bed *b, const char *line)
{
	buf_clear(&b->out);
	cmd_help(b->set, &b->place, b->level, str_of(line), &b->out);
	return buf_cstr(&b->out);
}

const char *bed_complete(struct bed *b, const char *line)
{
	buf_clear(&b->out);
	cmd_complete(b->set, &b->place, b->level, str_of(line), &b->out);
	return buf_cstr(&b->out);
}

const char *bed_error(struct bed *b, size_t prompt_len)
{
	buf_clear(&b->out);
	cmd_error_text(&b->err, prompt_len, &b->out);
	return buf_cstr(&b->out);
}
