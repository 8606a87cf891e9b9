/* SPDX-License-Identifier: Apache-2.0
 *
 * view.c: see view.h. Session process; hostile input.
 */
#include "view.h"

#include <string.h>

enum { SHIFT = 10 }; /* columns a long line moves at once */

/* 0: too little for a line */
static size_t room(size_t prompt_columns, uint32_t width)
{
	if (width && prompt_columns && prompt_columns + VIEW_MIN >= width)
		return 0;
	if (width == 0 || width - prompt_columns > VIEW_MAX)
		return VIEW_MAX - 1;
	/* the last column stays free: a character there makes terminals wrap, each in its way */
	return width > VIEW_MIN ? width - prompt_columns - 1 : VIEW_MIN;
}

bool view_begin(struct view *v, size_t prompt_columns, uint32_t width)
{
	view_end(v);
	v->left = 0;
	v->room = room(prompt_columns, width);
	return v->room;
}

bool view_resize(struct view *v, size_t prompt_columns, uint32_t width)
{
	size_t now = room(prompt_columns, width);
	bool whole = v->left == 0 && v->shown_n < v->room;

	if (now != v->room && (!whole || v->shown_n >= now))
		return false;
	v->room = now;
	return true;
}

void view_end(struct view *v)
{
	explicit_bzero(v->shown, v->shown_n * sizeof v->shown[0]);
	v->shown_n = v->at = 0;
}

/* Bytes that are not UTF-8, and its second set of control characters: terminals differ on them, and obey some. */
static bool is_strange(uint32_t cell)
{
	return (cell >= 0x80 && cell <= 0xff) || (cell >= 0xc280 && cell <= 0xc29f);
}

/* How a character looks that starts in column `column`: control characters as ^X, a tab as blanks. */
static size_t looks(uint32_t cell, size_t column, uint32_t as[8])
{
	size_t n = 1;

	as[0] = is_strange(cell) ? '?' : cell;
	if (cell == '\t') {
		for (n = 0; n < 8 - column % 8; n++)
			as[n] = ' ';
	} else if (cell < 0x20 || cell == 0x7f) {
		as[0] = '^';
		as[1] = cell ^ 0x40;
		n = 2;
	}
	return n;
}

static void scroll(struct view *v, size_t cursor, size_t total)
{
	size_t shift = v->room > 2 * SHIFT ? SHIFT : v->room / 2;
	size_t end; /* the last column, from the left one, where the cursor may stand */

	if (total <= v->room) {
		v->left = 0;
		return;
	}
	if (v->left && cursor <= v->left)
		v->left = cursor > shift + 1 ? cursor - shift : 0;
	end = cursor == total ? v->room : v->room - 2;
	if (cursor - v->left > end)
		v->left = cursor - v->room + shift;
}

/* Fills `want` with the columns to show; the number of them, and in *cursor where among them the cursor stands. */
static size_t lay_out(struct view *v, const struct edit *e, size_t *cursor)
{
	size_t total = 0, n = 0, column = 0;
	uint32_t as[8];

	*cursor = 0;
	for (size_t i = 0; i < e->n; i++) {
		if (i == e->at)
			*cursor = total;
		total += looks(e->cells[i], total, as);
	}
	if (e->at == e->n)
		*cursor = total;
	scroll(v, *cursor, total);
	for (size_t i = 0; i < e->n; i++) {
		size_t wide = looks(e->cells[i], column, as);

		for (size_t j = 0; j < wide; j++, column++)
			if (column >= v->left && n < v->room)
				v->want[n++] = as[j];
	}
	if (v->left)
		v->want[0] = '$';
	if (total > v->left + v->room)
		v->want[v->room - 1] = '$';
	*cursor -= v->left;
	return n;
}

static void go(struct view *v, size_t to, struct buf *out)
{
	for (; v->at > to; v->at--)
		buf_put_u8(out, '\b');
	for (; v->at < to; v->at++)
		typed_cell_put(v->shown[v->at], out);
}

void view_update(struct view *v, const struct edit *e, struct buf *out)
{
	size_t cursor, n = lay_out(v, e, &cursor), from = 0, to = n;

	while (from < n && from < v->shown_n && v->want[from] == v->shown[from])
		from++;
	if (n == v->shown_n)
		while (to > from && v->want[to - 1] == v->shown[to - 1])
			to--;
	if (from < to || n < v->shown_n)
		go(v, from, out);
	memcpy(&v->shown[from], &v->want[from], (to - from) * sizeof v->shown[0]);
	explicit_bzero(v->want, n * sizeof v->want[0]);
	for (size_t i = n; i < v->shown_n; i++)
		v->shown[i] = ' ';
	if (n < v->shown_n)
		go(v, v->shown_n, out);
	else if (from < to)
		go(v, to, out);
	v->shown_n = n;
	go(v, cursor, out);
}
