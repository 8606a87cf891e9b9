/* SPDX-License-Identifier: Apache-2.0
 *
 * edit.c: see edit.h. Session process; hostile input.
 */
#include "edit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void edit_init(struct edit *e)
{
	memset(e, 0, offsetof(struct edit, cells)); /* pages of cells never typed cost no memory */
}

static void cut_free(struct edit_cut *cut)
{
	if (cut->cells)
		explicit_bzero(cut->cells, cut->n * sizeof *cut->cells);
	free(cut->cells);
	*cut = (struct edit_cut){ 0 };
}

void edit_release(struct edit *e)
{
	for (size_t i = 0; i < EDIT_CUTS; i++)
		cut_free(&e->cuts[i]);
	explicit_bzero(e, sizeof *e);
}

void edit_reset(struct edit *e, bool secret)
{
	explicit_bzero(e->cells, e->n * sizeof e->cells[0]);
	e->n = e->at = e->bytes = e->yanked = 0;
	e->cut = false;
	e->secret = secret;
}

static bool insert_cells(struct edit *e, const uint32_t *cells, size_t n)
{
	size_t bytes = e->bytes;

	for (size_t i = 0; i < n; i++)
		bytes += typed_cell_len(cells[i]);
	if (bytes > EDIT_MAX)
		return false;
	memmove(&e->cells[e->at + n], &e->cells[e->at], (e->n - e->at) * sizeof e->cells[0]);
	memcpy(&e->cells[e->at], cells, n * sizeof e->cells[0]);
	e->bytes = bytes;
	e->n += n;
	e->at += n;
	while (e->at < e->n && typed_cell_width(e->cells[e->at]) == 0)
		e->at++;
	return true;
}

bool edit_insert(struct edit *e, uint32_t cell)
{
	bool done = insert_cells(e, &cell, 1);

	e->yanked = 0;
	e->cut = e->cut || !done;
	return done;
}

bool edit_insert_text(struct edit *e, struct str text)
{
	if (text.n > EDIT_MAX - e->bytes)
		return false;
	while (text.n) {
		uint32_t cell;
		size_t n = typed_cell(text, &cell);

		edit_insert(e, cell);
		n = n ? n : 1;
		text.p += n;
		text.n -= n;
	}
	return true;
}

void edit_load(struct edit *e, struct str text)
{
	edit_reset(e, e->secret);
	edit_insert_text(e, text);
}

void edit_text(const struct edit *e, size_t cells, struct buf *out)
{
	for (size_t i = 0; i < cells && i < e->n; i++)
		typed_cell_put(e->cells[i], out);
}

static void erase(struct edit *e, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		e->bytes -= typed_cell_len(e->cells[i]);
	memmove(&e->cells[from], &e->cells[to], (e->n - to) * sizeof e->cells[0]);
	explicit_bzero(&e->cells[e->n - (to - from)], (to - from) * sizeof e->cells[0]);
	e->n -= to - from;
	e->at = from;
}

static bool cut(struct edit *e, size_t from, size_t to)
{
	uint32_t *kept;

	if (from == to)
		return false;
	kept = e->secret ? NULL : malloc((to - from) * sizeof *kept);
	if (kept) {
		memcpy(kept, &e->cells[from], (to - from) * sizeof *kept);
		cut_free(&e->cuts[EDIT_CUTS - 1]);
		memmove(&e->cuts[1], &e->cuts[0], (EDIT_CUTS - 1) * sizeof e->cuts[0]);
		e->cuts[0] = (struct edit_cut){ kept, to - from };
	}
	erase(e, from, to);
	return true;
}

/* Marks stay with the character before them: the cursor never stands between. */
static size_t next(const struct edit *e, size_t at)
{
	at++;
	while (at < e->n && typed_cell_width(e->cells[at]) == 0)
		at++;
	return at;
}

static size_t previous(const struct edit *e, size_t at)
{
	at--;
	while (at && typed_cell_width(e->cells[at]) == 0)
		at--;
	return at;
}

static bool is_word(uint32_t cell)
{
	return cell > 0x7f || isalnum((int)cell);
}

static size_t word_left(const struct edit *e)
{
	size_t at = e->at;

	while (at && !is_word(e->cells[previous(e, at)]))
		at = previous(e, at);
	while (at && is_word(e->cells[previous(e, at)]))
		at = previous(e, at);
	return at;
}

static size_t word_right(const struct edit *e)
{
	size_t at = e->at;

	while (at < e->n && !is_word(e->cells[at]))
		at = next(e, at);
	while (at < e->n && is_word(e->cells[at]))
		at = next(e, at);
	return at;
}

static bool move(struct edit *e, size_t to)
{
	bool moved = to != e->at;

	e->at = to;
	return moved;
}

static bool left(struct edit *e)
{
	return e->at && move(e, previous(e, e->at));
}

static bool right(struct edit *e)
{
	return e->at < e->n && move(e, next(e, e->at));
}

static bool home(struct edit *e)
{
	move(e, 0);
	return true;
}

static bool last(struct edit *e)
{
	move(e, e->n);
	return true;
}

static bool go_word_left(struct edit *e)
{
	return move(e, word_left(e));
}

static bool go_word_right(struct edit *e)
{
	return move(e, word_right(e));
}

static bool erase_left(struct edit *e)
{
	if (!e->at)
		return false;
	erase(e, previous(e, e->at), e->at);
	return true;
}

static bool delete_right(struct edit *e)
{
	if (e->at == e->n)
		return false;
	erase(e, e->at, next(e, e->at));
	return true;
}

/* Ctrl-W goes back to a blank, so that an address or an interface name is one word. */
static bool erase_word(struct edit *e)
{
	size_t from = e->at;

	while (from && e->cells[from - 1] == ' ')
		from--;
	while (from && e->cells[from - 1] != ' ')
		from--;
	return cut(e, from, e->at);
}

static bool delete_word(struct edit *e)
{
	return cut(e, e->at, word_right(e));
}

static bool erase_line(struct edit *e)
{
	return cut(e, 0, e->at);
}

static bool delete_line(struct edit *e)
{
	return cut(e, e->at, e->n);
}

static void reverse(uint32_t *cells, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint32_t swap = cells[i];

		cells[i] = cells[n - 1 - i];
		cells[n - 1 - i] = swap;
	}
}

/* The characters before and at the cursor; at the end of the line, the last two. */
static bool transpose(struct edit *e)
{
	size_t first, second, end;

	if (e->n == 0 || e->at == 0)
		return false;
	second = e->at == e->n ? previous(e, e->n) : e->at;
	if (second == 0)
		return false;
	first = previous(e, second);
	end = next(e, second);
	reverse(&e->cells[first], second - first);
	reverse(&e->cells[second], end - second);
	reverse(&e->cells[first], end - first);
	e->at = end;
	return true;
}

static bool yank_cut(struct edit *e, size_t which)
{
	const struct edit_cut *c = &e->cuts[which];
	size_t to = e->at + c->n;

	if (!c->n || !insert_cells(e, c->cells, c->n))
		return false;
	e->yanked = e->at == to ? c->n : 0;
	e->yank = which;
	return true;
}

static bool yank(struct edit *e)
{
	return yank_cut(e, 0);
}

/* After a yank: puts the next older cut in its place. */
static bool yank_older(struct edit *e)
{
	size_t next = e->yank + 1 < EDIT_CUTS && e->cuts[e->yank + 1].n ? e->yank + 1 : 0;

	if (!e->yanked)
		return false;
	erase(e, e->at - e->yanked, e->at);
	e->yanked = 0;
	return yank_cut(e, next);
}

static bool change_case(struct edit *e, int (*first)(int), int (*rest)(int))
{
	size_t to = word_right(e);
	int (*change)(int) = first;

	if (e->at == to)
		return false;
	for (; e->at < to; e->at++) {
		uint32_t *cell = &e->cells[e->at];

		if (!is_word(*cell))
			continue;
		if (*cell < 0x80)
			*cell = (uint32_t)change((int)*cell);
		change = rest;
	}
	return true;
}

static bool capitalize(struct edit *e)
{
	return change_case(e, toupper, tolower);
}

static bool lower(struct edit *e)
{
	return change_case(e, tolower, tolower);
}

static bool upper(struct edit *e)
{
	return change_case(e, toupper, toupper);
}

static bool (*const keys[TYPED_COUNT])(struct edit *) = {
	[TYPED_LEFT] = left,
	[TYPED_RIGHT] = right,
	[TYPED_HOME] = home,
	[TYPED_LAST] = last,
	[TYPED_WORD_LEFT] = go_word_left,
	[TYPED_WORD_RIGHT] = go_word_right,
	[TYPED_ERASE] = erase_left,
	[TYPED_DELETE] = delete_right,
	[TYPED_ERASE_WORD] = erase_word,
	[TYPED_DELETE_WORD] = delete_word,
	[TYPED_ERASE_LINE] = erase_line,
	[TYPED_DELETE_LINE] = delete_line,
	[TYPED_TRANSPOSE] = transpose,
	[TYPED_YANK] = yank,
	[TYPED_YANK_OLDER] = yank_older,
	[TYPED_CAPITALIZE] = capitalize,
	[TYPED_LOWER] = lower,
	[TYPED_UPPER] = upper,
};

bool edit_do(struct edit *e, enum typed key)
{
	if (key != TYPED_YANK_OLDER)
		e->yanked = 0;
	if (!keys[key] || !keys[key](e))
		return false;
	e->cut = false;
	return true;
}
