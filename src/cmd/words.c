/* SPDX-License-Identifier: Apache-2.0
 *
 * words.c: a parsed line in whole words, as servers that authorize and record commands know it. What is hidden here is
 * shown to nobody outside the device: passwords, secrets and keys, and the password in a URL. Runs in core; the line is
 * hostile.
 */
#include "private.h"

#include "base/ifs.h"

#include <string.h>

#define HIDDEN "*****"

static void put_word(struct str word, struct arena *a, cmd_word_fn *fn, void *arg)
{
	size_t secret, rest;
	const char *shown;

	if (ifs_password(word, &secret, &rest)) {
		shown = arena_printf(a, "%.*s%s%.*s", (int)secret, (const char *)word.p, HIDDEN, (int)(word.n - rest),
				     (const char *)word.p + rest);
		word = str_of(shown ? shown : HIDDEN);
	}
	fn(arg, word);
}

static void put_words(const char *text, struct arena *a, cmd_word_fn *fn, void *arg)
{
	struct str rest = str_of(text);

	while (rest.n) {
		size_t n = word_length(rest);

		if (n)
			put_word((struct str){ rest.p, n }, a, fn, arg);
		n += n < rest.n;
		rest.p += n;
		rest.n -= n;
	}
}

/* Output that goes into a file is more than a look at it. */
static void put_sink(const struct cmd_match *m, struct arena *a, cmd_word_fn *fn, void *arg)
{
	static const char *const names[] = { [CMD_FILTER_REDIRECT] = "| redirect",
					     [CMD_FILTER_APPEND] = "| append",
					     [CMD_FILTER_TEE] = "| tee",
					     [CMD_FILTER_TEE_APPEND] = "| tee /append" };

	if (m->filter < CMD_FILTER_REDIRECT)
		return;
	put_words(names[m->filter], a, fn, arg);
	put_words(m->pattern, a, fn, arg);
}

void cmd_words(const struct cmd_match *m, struct arena *a, cmd_word_fn *fn, void *arg)
{
	const struct cmd_set *set = m->values->set;

	if (m->values->negated)
		fn(arg, STR("no"));
	else if (m->dflt)
		fn(arg, STR("default"));
	for (const struct cmd_item *i = m->values->first; i; i = i->next) {
		if (!i->tok) /* a hook set it: nobody typed it */
			continue;
		if (i->tok->kind == KIND_WORD)
			fn(arg, str_of(pool_text(set, i->tok->text)));
		else if (item_is_secret(i))
			fn(arg, STR(HIDDEN));
		else if (i->value)
			put_words(i->value, a, fn, arg);
	}
	put_sink(m, a, fn, arg);
}

unsigned cmd_level(const struct cmd_match *m)
{
	return m->values->set->level[m->row - m->values->set->table->rows];
}
