/* SPDX-License-Identifier: Apache-2.0
 *
 * match.c: what was parsed, by name, for handlers and hooks. Runs in core.
 */
#include "private.h"

#include <string.h>

static struct cmd_item *item_named(const struct cmd_match *m, const char *name)
{
	struct cmd_item *last = NULL;

	for (struct cmd_item *i = m->values ? m->values->first : NULL; i; i = i->next)
		if (*name && !strcmp(i->name, name))
			last = i;
	return last;
}

const char *cmd_arg(const struct cmd_match *m, const char *name)
{
	const struct cmd_item *i = item_named(m, name);

	if (i)
		return i->value;
	return m->values && !strcmp(name, "text") ? m->values->text : NULL;
}

bool cmd_has(const struct cmd_match *m, const char *word)
{
	for (const struct cmd_item *i = m->values ? m->values->first : NULL; i; i = i->next)
		if (i->tok && i->tok->kind == KIND_WORD && !strcmp(pool_text(m->values->set, i->tok->text), word))
			return true;
	return false;
}

/* The leaf of the row that goes by this name, whether or not the line gave it. */
static uint16_t path_named(const struct cmd_match *m, const char *name)
{
	const struct cmd_set *set = m->values->set;

	for (unsigned i = 0; i < m->row->tok_n; i++) {
		uint16_t path = row_tok(set, m->row, i)->path;

		if (path != CMD_NONE && !strcmp(path_name(set, path), name))
			return path;
	}
	for (unsigned i = 0; i < m->row->sets_n; i++) {
		uint16_t path = set->table->binds[m->row->sets + i].path;

		if (!strcmp(path_name(set, path), name))
			return path;
	}
	return CMD_NONE;
}

bool cmd_value_begins(const struct cmd_match *m, const char *name, const char *text)
{
	for (const struct cmd_item *i = m->values ? m->values->first : NULL; i; i = i->next)
		if (!strcmp(i->name, name) && i->value && !strncmp(i->value, text, strlen(text)))
			return true;
	return false;
}

size_t cmd_arg_column(const struct cmd_match *m, const char *name)
{
	const struct cmd_item *i = item_named(m, name);

	return i ? i->column : 0;
}

size_t cmd_secret_column(const struct cmd_match *m)
{
	size_t type = cmd_arg_column(m, "type");

	for (const struct cmd_item *i = m->values ? m->values->first : NULL; i; i = i->next)
		if (i->tok && item_is_secret(i))
			return type && type < i->column ? type : i->column;
	return 0;
}

int cmd_set_arg(struct cmd_match *m, struct arena *a, const char *name, const char *value)
{
	struct cmd_item *i = item_named(m, name);
	const char *copy = value ? arena_strdup(a, value) : NULL;

	if (value && !copy)
		return E_NOMEM;
	if (!i) {
		uint16_t path = path_named(m, name);

		if (path == CMD_NONE)
			return E_NOTFOUND;
		i = arena_alloc(a, sizeof *i);
		if (!i)
			return E_NOMEM;
		*i = (struct cmd_item){ m->values->first, NULL, path_name(m->values->set, path), NULL, 0, path };
		m->values->first = i;
	}
	i->value = copy;
	return 0;
}

/* Of `text`, what comes before the line that ends it, or all. */
static size_t until_line(const char *words, struct str text)
{
	for (size_t pos = 0; pos < text.n;) {
		const uint8_t *end = memchr(text.p + pos, '\n', text.n - pos);
		size_t n = end ? (size_t)(end - text.p) - pos : text.n - pos, next = pos + n + 1, skip = 0;

		while (n && is_blank(text.p[pos + n - 1]))
			n--;
		while (skip < n && is_blank(text.p[pos + skip]))
			skip++;
		for (const char *w = words; *w;) {
			size_t len = strcspn(w, ",");

			if (len == n - skip && !memcmp(w, text.p + pos + skip, len))
				return pos;
			w += len + (w[len] == ',');
		}
		pos = next;
	}
	return text.n;
}

int cmd_match_text(struct cmd_match *m, struct arena *a, struct str text)
{
	const struct cmd_text_rule *rule = &m->text_rule;

	if (!m->needs_text || (text.n && memchr(text.p, 0, text.n)))
		return E_INVAL;
	m->needs_text = false;
	if (!rule->within) {
		m->values->text = arena_strndup(a, (const char *)text.p, until_line(rule->until, text));
		return m->values->text ? 0 : E_NOMEM;
	}
	for (struct cmd_item *i = m->values->first; i; i = i->next) {
		const uint8_t *end = text.n ? memmem(text.p, text.n, rule->until, strlen(rule->until)) : NULL;

		if (!i->tok || i->tok->kind != KIND_BANNER)
			continue;
		i->value = arena_printf(a, "%s\n%.*s", i->value, (int)(end ? (size_t)(end - text.p) : text.n),
					(const char *)text.p);
		return i->value ? 0 : E_NOMEM;
	}
	return E_STATE;
}

const char *cmd_row_mode(const struct cmd_match *m)
{
	return m->row ? m->values->set->table->modes[m->row->mode].name : "";
}
