/* SPDX-License-Identifier: Apache-2.0
 *
 * privilege.c: the privilege each row needs. A keyword has a level of its own or none; a row needs the highest along
 * its leading keywords. `privilege exec level N WORDS` replaces the level of the last of WORDS, with `all` that of
 * every word behind it too, and, as in IOS, that of the words before it unless they are set themselves. Runs in core.
 */
#include "private.h"

#include <stdlib.h>
#include <string.h>

#define PRIVILEGES "/ravelin-system:privileges/privilege"

/* One `privilege` line; its texts are the model's. */
struct override {
	const char *mode, *words;
	int level;
	bool all;
};

static bool word_at(const char **text, const char *word)
{
	size_t n = strcspn(*text, " ");
	bool same = n && strlen(word) == n && !strncmp(*text, word, n);

	*text += n + ((*text)[n] == ' ');
	return same;
}

/* How the words of an override stand to the first `n` keywords of a row. */
enum relation { ELSEWHERE, BEFORE, SAME, BEYOND };

static enum relation compare_words(const struct cmd_set *set, const struct cmd_row *row, unsigned n, const char *words)
{
	for (unsigned i = 0; i < n; i++) {
		if (!*words)
			return BEFORE;
		if (!word_at(&words, pool_text(set, row_tok(set, row, i)->text)))
			return ELSEWHERE;
	}
	return *words ? BEYOND : SAME;
}

static int lesser(int a, int b)
{
	return a < 0 || b < a ? b : a;
}

/* The level of the row's n-th keyword, set by itself, by an `all` before it, or implied by what is set beyond it; -1:
 * as it is. Of two `all` before it the lesser will do: the words they stand at have their levels too. */
static int overridden(const struct cmd_set *set, const struct cmd_row *row, unsigned n, const struct override *list,
		      size_t list_n)
{
	const char *mode = mode_called(&set->table->modes[row->mode]);
	int same = -1, all = -1, beyond = -1;

	for (size_t i = 0; i < list_n; i++) {
		enum relation r = strcmp(list[i].mode, mode) ? ELSEWHERE : compare_words(set, row, n, list[i].words);

		if (r == SAME)
			same = list[i].level;
		if (r == BEYOND)
			beyond = lesser(beyond, list[i].level);
		if (r == BEFORE && list[i].all)
			all = lesser(all, list[i].level);
	}
	if (same >= 0)
		return same;
	return all >= 0 ? all : beyond;
}

static uint8_t needed(const struct cmd_set *set, const struct cmd_row *row, const struct override *list, size_t list_n)
{
	const char *own = pool_text(set, row->levels);
	int need = row->words ? 0 : own[0] - 'a';

	for (unsigned n = 0; n < row->words; n++) {
		int level = own[n] == '.' ? 0 : own[n] - 'a';
		int other = overridden(set, row, n + 1, list, list_n);

		level = other >= 0 ? other : level;
		need = level > need ? level : need;
	}
	return (uint8_t)need;
}

void cmd_set_reload_privileges(struct cmd_set *set)
{
	const struct lyd_node *first = model_first(set->model, NULL, PRIVILEGES), *p;
	struct override *list = NULL;
	size_t n = 0;

	for (p = first; p; p = model_next(p))
		n++;
	if (n && !(list = calloc(n, sizeof *list)))
		return; /* what was in force stays */
	n = 0;
	for (p = first; p; p = model_next(p), n++)
		list[n] = (struct override){ .mode = model_below(p, "mode"),
					     .words = model_below(p, "command"),
					     .level = (int)strtoul(model_below(p, "level"), NULL, 10),
					     .all = strcmp(model_below(p, "all"), "true") == 0 };
	for (unsigned i = 0; i < set->table->rows_n; i++)
		set->level[i] = needed(set, &set->table->rows[i], list, n);
	free(list);
}
