/* SPDX-License-Identifier: Apache-2.0
 *
 * help.c: `?` and Tab: what may stand where the line ends. Runs in core; the line is hostile.
 */
#include "private.h"

#include "base/ifs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCREEN      80
#define HELP_MEMORY ((size_t)4 << 20)

struct choice {
	const char *text, *help;
	bool word; /* completes; a value does not */
};

struct choices {
	const struct cmd_set *set;
	struct arena *a;
	struct str begun;  /* the word being typed; empty after a blank */
	const char *title; /* of the mode, where nothing is typed yet */
	struct choice *list;
	size_t n, cap;
	bool failed;
	bool exact; /* they follow words that were written whole */
};

static void add(struct choices *c, const char *text, const char *help, bool word)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->list[i].text, text))
			return;
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 32;
		struct choice *more = arena_alloc(c->a, cap * sizeof *more);

		if (!more) {
			c->failed = true;
			return;
		}
		if (c->n)
			memcpy(more, c->list, c->n * sizeof *more);
		c->list = more;
		c->cap = cap;
	}
	c->list[c->n++] = (struct choice){ text, help, word };
}

static void add_word(struct choices *c, const char *text, const char *help)
{
	if (c->begun.n <= strlen(text) && !strncasecmp(text, (const char *)c->begun.p, c->begun.n))
		add(c, text, help, true);
}

static void add_interfaces(struct choices *c)
{
	const char *name, *help;

	for (unsigned i = 0; (name = interface_kind(i, &help)); i++)
		add_word(c, name, help);
}

static void add_methods(struct choices *c, const struct cmd_tok *tok)
{
	const char *name, *help;

	for (unsigned i = 0; (name = method_kind(i, &help)); i++)
		if (method_fits(c->set, tok, name))
			add_word(c, name, help);
}

static const char *file_help(struct choices *c, const struct ifs_row *row, bool source)
{
	const char *way = source ? "from" : "to";

	if (row->kind == IFS_RUNNING)
		return source ? "Copy from current system configuration"
			      : "Update (merge with) current system configuration";
	if (row->kind == IFS_STARTUP)
		return arena_printf(c->a, "Copy %s startup configuration", way);
	return arena_printf(c->a, "Copy %s %s file system", way, row->name);
}

/* The file systems and protocols. */
static void add_files(struct choices *c, bool source)
{
	const struct ifs_row *row;
	const char *help;

	for (unsigned i = 0; (row = ifs_row(i)); i++) {
		help = file_help(c, row, source);
		if (help)
			add_word(c, row->name, help);
		else
			c->failed = true;
	}
}

/* `s?` lists *s="show" before the words. */
static void add_alias(void *arg, const char *name, const char *command)
{
	struct choices *c = arg;
	const char *text;

	if (c->begun.n > strlen(name) || strncasecmp(name, (const char *)c->begun.p, c->begun.n))
		return;
	text = arena_printf(c->a, "*%s=\"%s\"", name, command);
	if (text)
		add(c, text, "", true);
}

static void add_token(void *arg, const struct cmd_row *row, const struct cmd_tok *tok)
{
	struct choices *c = arg;
	char shown[32];
	const char *text, *help = pool_text(c->set, tok->help);

	if (row->flags & ROW_HIDDEN)
		return;
	if (tok->kind == KIND_WORD) {
		add_word(c, pool_text(c->set, tok->text), help);
	} else if (tok->kind == KIND_INTERFACE) {
		add_interfaces(c);
	} else if (tok->kind == KIND_METHOD) {
		add_methods(c, tok);
	} else if (tok->kind == KIND_SOURCE || tok->kind == KIND_TARGET) {
		add_files(c, tok->kind == KIND_SOURCE);
		add(c, "WORD", help, false);
	} else {
		text = arena_strdup(c->a, type_shown(c->set, tok, shown, sizeof shown));
		if (text)
			add(c, text, help, false);
	}
}

/* In the middle of a value of two words: `interface Loopback ?`, `aaa … group ?`. */
static void add_rest(void *arg, const struct cmd_row *row, const struct cmd_tok *tok)
{
	struct choices *c = arg;

	if (row->flags & ROW_HIDDEN)
		return;
	if (tok->kind == KIND_INTERFACE)
		add(c, "<unit>", pool_text(c->set, tok->help), false);
	if (tok->kind == KIND_METHOD) {
		add(c, "WORD", "Server-group name", false);
		add_word(c, "radius", "Use list of all Radius hosts.");
		add_word(c, "tacacs+", "Use list of all Tacacs+ hosts.");
	}
}

static void add_filters(struct choices *c, unsigned level)
{
	const char *word, *help;

	for (unsigned i = 0; (word = filter_word(i, level, &help)); i++)
		add_word(c, word, help);
}

/* Behind a pipe: the filters, then their expression. */
static void after_pipe(struct choices *c, struct scan *s)
{
	enum cmd_filter_kind kind;
	struct str word;

	s->pos++;
	if (!scan_skip(s)) {
		add_filters(c, s->level);
		return;
	}
	word = (struct str){ s->line.p + s->pos, s->line.n - s->pos };
	word.n = word_length(word);
	kind = filter_kind(word, s->level);
	s->pos += word.n;
	if (kind == CMD_FILTER_TEE && !scan_skip(s))
		add_word(c, "/append", "Append to what the file holds");
	if (kind < CMD_FILTER_REDIRECT)
		add(c, "LINE", "Regular Expression", false);
	else
		add(c, "WORD", "File to be written", false);
}

static void add_ends(struct choices *c, const struct scan *s)
{
	const struct thread *th = scan_complete(s);

	if (!th || c->begun.n)
		return;
	if (th->row->flags & ROW_FILTER)
		add(c, "|", "Output modifiers", true);
	add(c, "<cr>", "", false);
}

/* What may follow in one mode. `line` ends where the word being typed begins. */
static int collect(struct choices *c, const struct cmd_mode *mode, unsigned level, struct str line,
		   const struct prefix *pre, struct cmd_error *err)
{
	const struct cmd_mode *exec = &c->set->table->modes[0];
	struct scan s;
	int rc = scan_begin(&s, c->set, mode, level, pre->no || pre->dflt, line, pre->pos, c->a);

	while (!rc && scan_skip(&s)) {
		const struct thread *th = scan_complete(&s);

		if (th && s.line.p[s.pos] == '|' && (th->row->flags & ROW_FILTER)) {
			after_pipe(c, &s);
			return 0;
		}
		rc = scan_word(&s, err);
	}
	c->exact = scan_exact(&s);
	if (rc == E_INVAL && err->kind == CMD_ERR_INCOMPLETE) {
		scan_expected(&s, add_rest, c);
		return 0;
	}
	if (rc < 0)
		return rc;
	if (!s.started && !pre->no && !pre->dflt && !c->begun.n)
		c->title = mode->title;
	if (!s.started && mode != exec && !pre->no && !pre->dflt) {
		add_word(c, "default", "Set a command to its defaults");
		add_word(c, "no", "Negate a command or set its defaults");
	}
	scan_expected(&s, add_token, c);
	add_ends(c, &s);
	return 0;
}

/* `do` in a configuration mode: the rest is an exec line. */
static bool behind_do(const struct cmd_place *place, struct str *line)
{
	static const char word[] = "do-exec";
	size_t n = 0, len;

	while (n < line->n && is_blank(line->p[n]))
		n++;
	len = word_length((struct str){ line->p + n, line->n - n });
	if (!cmd_place_configuring(place) || len < 2 || len >= sizeof word || n + len == line->n ||
	    strncasecmp((const char *)line->p + n, word, len))
		return false;
	*line = (struct str){ line->p + n + len + 1, line->n - n - len - 1 };
	return true;
}

/* As for a line (parse.c): the innermost mode that knows the words before, unless it knows them only as abbreviations
 * and one further out knows them whole. */
static int find_mode(struct choices *c, const struct cmd_place *place, unsigned level, struct str head,
		     const struct prefix *pre, struct cmd_error *err)
{
	int rc = collect(c, place->levels[place->depth].mode, level, head, pre, err);

	for (unsigned d = place->depth; d > 1 && (rc < 0 || !c->exact); d--) {
		struct choices outer = { .set = c->set, .a = c->a, .begun = c->begun };
		struct cmd_error other;

		if (!collect(&outer, place->levels[d - 1].mode, level, head, pre, &other) && (rc < 0 || outer.exact)) {
			*c = outer;
			rc = 0;
		}
	}
	return rc;
}

static int find(struct choices *c, const struct cmd_place *place, unsigned level, struct str line,
		struct cmd_error *err)
{
	struct cmd_place exec;
	struct prefix pre;
	struct str head;
	ptrdiff_t grown;
	int rc;

	if (word_length(line) < line.n) /* a word that may still grow is no alias yet */
		line = cmd_alias(c->set, place, line, c->a, &grown);
	head = line;
	if (behind_do(place, &line)) {
		cmd_place_exec(c->set, &exec);
		return find(c, &exec, level, line, err);
	}
	while (head.n && !is_blank(head.p[head.n - 1]))
		head.n--;
	c->begun = (struct str){ line.p + head.n, line.n - head.n };
	if (c->begun.n && c->begun.p[0] == '|') { /* a pipe needs no blank behind it */
		c->begun = (struct str){ c->begun.p + 1, c->begun.n - 1 };
		head.n++;
	}
	pre = line_prefix(head, cmd_place_configuring(place), false);
	rc = find_mode(c, place, level, head, &pre, err);
	if (c->begun.n && c->begun.p == line.p)
		alias_each(c->set, place->levels[place->depth].mode, add_alias, c);
	return rc;
}

static int by_text(const void *a, const void *b)
{
	const struct choice *ca = a, *cb = b;
	bool end_a = !strcmp(ca->text, "<cr>"), end_b = !strcmp(cb->text, "<cr>");

	return end_a != end_b ? end_a - end_b : strcmp(ca->text, cb->text);
}

static size_t widest(const struct choices *c)
{
	size_t most = 0;

	for (size_t i = 0; i < c->n; i++)
		most = strlen(c->list[i].text) > most ? strlen(c->list[i].text) : most;
	return most;
}

/* Words alone, in columns. */
static void put_words(const struct choices *c, struct buf *out)
{
	size_t width = widest(c) + 2, column = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (column && column + width > SCREEN) {
			buf_puts(out, "\n");
			column = 0;
		}
		buf_printf(out, "%-*s", (int)width, c->list[i].text);
		column += width;
	}
	buf_puts(out, "\n");
}

static void put_table(const struct choices *c, struct buf *out)
{
	int width = (int)widest(c);

	for (size_t i = 0; i < c->n; i++)
		if (*c->list[i].help)
			buf_printf(out, "  %-*s  %s\n", width, c->list[i].text, c->list[i].help);
		else
			buf_printf(out, "  %s\n", c->list[i].text);
}

/* In the middle of a word its continuations count; values only where no word begins so. */
static void keep_words(struct choices *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].word)
			c->list[n++] = c->list[i];
	c->n = n ? n : c->n;
}

void cmd_help(const struct cmd_set *set, const struct cmd_place *place, unsigned level, struct str line,
	      struct buf *out)
{
	struct arena a;
	struct choices c = { .set = set, .a = &a };
	struct cmd_error err = { .kind = CMD_ERR_INVALID };
	int rc = E_TOOBIG;

	arena_init(&a, HELP_MEMORY);
	if (line.n <= CMD_LINE_MAX)
		rc = find(&c, place, level, line, &err);
	if (rc < 0 && err.kind == CMD_ERR_AMBIGUOUS)
		cmd_error_text(&err, 0, out);
	else if (rc < 0 || !c.n || c.failed)
		buf_puts(out, "% Unrecognized command\n");
	else {
		if (c.begun.n)
			keep_words(&c);
		qsort(c.list, c.n, sizeof *c.list, by_text);
		if (c.title)
			buf_printf(out, "%s\n", c.title);
		if (c.begun.n && c.list[0].word)
			put_words(&c, out);
		else
			put_table(&c, out);
		buf_puts(out, "\n"); /* what was typed so far stands below it again, with a line between */
	}
	arena_release(&a);
}

void cmd_complete(const struct cmd_set *set, const struct cmd_place *place, unsigned level, struct str line,
		  struct buf *out)
{
	struct arena a;
	struct choices c = { .set = set, .a = &a };
	struct cmd_error err;
	const char *found = NULL;
	size_t fits = 0;

	arena_init(&a, HELP_MEMORY);
	if (line.n <= CMD_LINE_MAX && !find(&c, place, level, line, &err) && c.begun.n) {
		for (size_t i = 0; i < c.n; i++) {
			if (!c.list[i].word || c.list[i].text[0] == '*')
				continue;
			found = c.list[i].text;
			fits++;
			if (strlen(found) == c.begun.n) { /* whole already, whatever else begins so */
				fits = 1;
				break;
			}
		}
		if (fits == 1)
			buf_printf(out, "%s ", found + c.begun.n);
	}
	arena_release(&a);
}
