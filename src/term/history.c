/* SPDX-License-Identifier: Apache-2.0
 *
 * history.c: see history.h. Session process; the lines are what the user typed.
 */
#include "history.h"

#include "base/ifs.h"

#include <string.h>

void history_init(struct history *h, uint32_t limit)
{
	h->count = 0; /* pages of lines never typed cost no memory */
	buf_init(&h->draft, 0);
	history_limit(h, limit);
}

static void forget_oldest(struct history *h)
{
	buf_release(&h->lines[0].text);
	memmove(&h->lines[0], &h->lines[1], --h->count * sizeof h->lines[0]);
}

void history_release(struct history *h)
{
	while (h->count)
		forget_oldest(h);
	buf_release(&h->draft);
}

void history_limit(struct history *h, uint32_t limit)
{
	h->limit = limit < HISTORY_MAX ? limit : HISTORY_MAX;
	while (h->count > h->limit)
		forget_oldest(h);
	history_rewind(h);
}

static bool blank(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ')
			return false;
	return true;
}

static struct history_line *newest(struct history *h)
{
	return h->count ? &h->lines[h->count - 1] : NULL;
}

void history_add(struct history *h, struct str line)
{
	struct history_line *last = newest(h);

	h->added = h->limit && !blank(line) && !ifs_has_password(line);
	if (!h->added || (last && !last->hidden && str_eq(buf_str(&last->text), line)))
		return;
	if (h->count == h->limit)
		forget_oldest(h);
	h->lines[h->count] = (struct history_line){ .hidden = false };
	buf_init(&h->lines[h->count].text, 0);
	buf_put(&h->lines[h->count].text, line.p, line.n);
	h->count++;
}

void history_hide(struct history *h, size_t from)
{
	struct history_line *line = newest(h);

	if (!h->added || !line || line->hidden)
		return;
	buf_cut(&line->text, from);
	line->hidden = true;
	if (h->count > 1 && line[-1].hidden && str_eq(buf_str(&line[-1].text), buf_str(&line->text)))
		buf_release(&h->lines[--h->count].text);
}

void history_rewind(struct history *h)
{
	h->at = h->count;
	buf_clear(&h->draft);
}

bool history_older(struct history *h, struct str current, struct str *line)
{
	if (h->at == 0)
		return false;
	if (h->at == h->count) {
		buf_clear(&h->draft);
		buf_put(&h->draft, current.p, current.n);
	}
	*line = buf_str(&h->lines[--h->at].text);
	return true;
}

bool history_newer(struct history *h, struct str *line)
{
	if (h->at == h->count)
		return false;
	h->at++;
	*line = h->at == h->count ? buf_str(&h->draft) : buf_str(&h->lines[h->at].text);
	return true;
}
