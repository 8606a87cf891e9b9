/* SPDX-License-Identifier: Apache-2.0
 *
 * alias.c: `alias`: a word that stands for the beginning of a line. The user's own come before the built-in ones, of
 * which only those exist whose command does. Runs in core; the line is hostile.
 */
#include "private.h"

#include <stdio.h>
#include <string.h>

#define ALIASES    "/ravelin-system:aliases/alias"
#define ALIAS_NAME 64

static const struct {
	const char *name, *command;
} built_in[] = {
	{ "h", "help" }, { "lo", "logout" }, { "p", "ping" },     { "r", "resume" },
	{ "s", "show" }, { "u", "undebug" }, { "un", "undebug" }, { "w", "where" },
};

static bool word_exists(const struct cmd_set *set, const struct cmd_mode *mode, const char *word)
{
	for (unsigned i = 0; i < mode->row_n; i++)
		if (!strcmp(pool_text(set, row_tok(set, &set->table->rows[mode->row + i], 0)->text), word))
			return true;
	return false;
}

static const char *configured(const struct cmd_set *set, const struct cmd_mode *mode, const char *name)
{
	const struct lyd_node *entry = model_entry(set->model, ALIASES, (const char *[]){ mode_called(mode), name });

	return entry ? model_below(entry, "command") : NULL;
}

static const char *command_of(const struct cmd_set *set, const struct cmd_mode *mode, const char *name)
{
	const char *own = configured(set, mode, name);

	for (size_t i = 0; !own && mode == &set->table->modes[0] && i < sizeof built_in / sizeof *built_in; i++)
		if (!strcmp(built_in[i].name, name) && word_exists(set, mode, built_in[i].command))
			return built_in[i].command;
	return own;
}

struct str cmd_alias(const struct cmd_set *set, const struct cmd_place *place, struct str line, struct arena *a,
		     ptrdiff_t *grown)
{
	struct str word = { line.p, word_length(line) };
	struct str rest = { line.p + word.n, line.n - word.n };
	const char *command;
	char name[ALIAS_NAME], *whole;
	size_t n;

	*grown = 0;
	if (!word.n || !str_copy(word, name, sizeof name))
		return line;
	command = command_of(set, place->levels[place->depth].mode, name);
	n = command ? strlen(command) : 0;
	if (!command || n + rest.n > CMD_LINE_MAX)
		return line;
	whole = arena_alloc(a, n + rest.n);
	if (!whole)
		return line;
	memcpy(whole, command, n);
	memcpy(whole + n, rest.p, rest.n); /* all of it: it may hold a NUL, which the parser refuses */
	*grown = (ptrdiff_t)n - (ptrdiff_t)word.n;
	return (struct str){ (const uint8_t *)whole, n + rest.n };
}

void alias_each(const struct cmd_set *set, const struct cmd_mode *mode, alias_fn *fn, void *arg)
{
	bool exec = mode == &set->table->modes[0];

	for (size_t i = 0; exec && i < sizeof built_in / sizeof *built_in; i++)
		if (word_exists(set, mode, built_in[i].command) && !configured(set, mode, built_in[i].name))
			fn(arg, built_in[i].name, built_in[i].command);
	for (const struct lyd_node *n = model_first(set->model, NULL, ALIASES); n; n = model_next(n))
		if (!strcmp(model_below(n, "mode"), mode_called(mode)))
			fn(arg, model_below(n, "name"), model_below(n, "command"));
}

static void put_alias(void *arg, const char *name, const char *command)
{
	buf_printf(arg, "  %-20s  %s\n", name, command);
}

static bool mode_named(const struct cmd_match *m)
{
	for (const struct cmd_item *i = m->values->first; i; i = i->next)
		if (i->tok && mode_find(m->values->set, pool_text(m->values->set, i->tok->text)))
			return true;
	return false;
}

void cmd_aliases(const struct cmd_match *m, struct buf *out)
{
	const struct cmd_set *set = m->values->set;
	bool named = mode_named(m);
	struct buf list;

	buf_init(&list, 0);
	for (unsigned i = 0; i < set->table->modes_n; i++) {
		const char *called = mode_called(&set->table->modes[i]);

		if (named && !cmd_has(m, called))
			continue;
		buf_clear(&list);
		alias_each(set, &set->table->modes[i], put_alias, &list);
		if (!buf_len(&list))
			continue;
		buf_printf(out, "%s%c%s mode aliases:\n", buf_len(out) ? "\n" : "", called[0] & ~0x20, called + 1);
		buf_put(out, buf_ptr(&list), buf_len(&list));
	}
	buf_release(&list);
}
