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
	bool whole = v->left == 0 && v->columns < v->room;

	if (now != v->room && (!whole || v->columns >= now))
		return false;
	v->room = now;
	return true;
}

void view_end(struct view *v)
{
	explicit_bzero(v->shown, v->shown_n * sizeof v->shown[0]);
	v->shown_n = v->at = v->columns = 0;
}

/* Bytes that are not UTF-8, and its second set of control characters: terminals differ on them, and obey some. */
static bool is_strange(uint32_t cell)
{
	return (cell >= 0x80 && cell <= 0xff) || (cell >= 0xc280 && cell <= 0xc29f);
}

/* How a character looks that starts in column `column`: control characters as ^X, a tab as blanks. How many characters
 * that are, and in *wide their columns; more than one character are all of one column. */
static size_t looks(uint32_t cell, size_t column, uint32_t as[8], size_t *wide)
{
	size_t n = 1;

	as[0] = is_strange(cell) ? '?' : cell;
	*wide = as[0] < 0x80 ? 1 : typed_cell_width(cell);
	if (*wide == 0 && column == 0) { /* nothing is before it to join */
		as[0] = '?';
		*wide = 1;
	}
	if (cell == '\t') {
		for (n = 0; n < 8 - column % 8; n++)
			as[n] = ' ';
		*wide = n;
	} else if (cell < 0x20 || cell == 0x7f) {
		as[0] = '^';
		as[1] = cell ^ 0x40;
		*wide = n = 2;
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

/* The columns of the line, and in *cursor those before the cursor. */
static size_t measure(const struct edit *e, size_t *cursor)
{
	size_t total = 0, wide;
	uint32_t as[8];

	*cursor = 0;
	for (size_t i = 0; i < e->n; i++) {
		looks(e->cells[i], total, as, &wide);
		total += wide;
		if (i + 1 == e->at)
			*cursor = total;
	}
	return total;
}

/* What of a character falls into the columns [from, to): all of it, or blanks for the part of a wide one. */
static size_t put_part(uint32_t *want, const uint32_t as[8], size_t n, size_t column, size_t wide, size_t from,
		       size_t to)
{
	size_t put = 0;

	if (n == 1 && column >= from && column + wide <= to) {
		want[0] = as[0];
		return 1;
	}
	for (size_t i = 0; i < wide; i++)
		if (column + i >= from && column + i < to)
			want[put++] = n == 1 ? ' ' : as[i];
	return put;
}

/* Fills `want` with the characters to show; how many, and in *cursor before which of them the cursor stands. */
static size_t lay_out(struct view *v, const struct edit *e, size_t *cursor)
{
	size_t before, total = measure(e, &before), n = 0, column = 0, wide, from, to;
	uint32_t as[8];

	scroll(v, before, total);
	from = v->left + (v->left > 0); /* a `$` takes the first and the last column where the line goes on */
	to = v->left + v->room - (total > v->left + v->room);
	if (v->left)
		v->want[n++] = '$';
	*cursor = n;
	for (size_t i = 0; i < e->n; i++) {
		size_t many = looks(e->cells[i], column, as, &wide);
		bool alone = wide == 0 && (column <= from || column > to); /* what it joins is not shown */

		if (!alone)
			n += put_part(&v->want[n], as, many, column, wide, from, to);
		column += wide;
		if (i + 1 == e->at)
			*cursor = n;
	}
	if (total > v->left + v->room)
		v->want[n++] = '$';
	return n;
}

static size_t columns_of(const uint32_t *cells, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += cells[i] < 0x80 ? 1 : typed_cell_width(cells[i]);
	return n;
}

static bool is_mark(const uint32_t *cells, size_t n, size_t i)
{
	return i < n && cells[i] >= 0x80 && typed_cell_width(cells[i]) == 0;
}

/* Moves the cursor over what is shown. */
static void go(struct view *v, size_t to, struct buf *out)
{
	if (to < v->at)
		for (size_t i = columns_of(v->shown, to, v->at); i; i--)
			buf_put_u8(out, '\b');
	for (size_t i = v->at; i < to; i++)
		typed_cell_put(v->shown[i], out);
	v->at = to;
}

/* The first character to be written anew: one that a mark joins is written with it, unless the mark is only added
 * where the cursor stands. */
static size_t first_change(const struct view *v, size_t n)
{
	size_t from = 0;

	while (from < n && from < v->shown_n && v->want[from] == v->shown[from])
		from++;
	if (from && (is_mark(v->shown, v->shown_n, from) || (is_mark(v->want, n, from) && from != v->at))) {
		do
			from--;
		while (from && is_mark(v->want, n, from));
	}
	return from;
}

/* Behind the last character to be written: the same columns follow on the screen. */
static size_t last_change(const struct view *v, size_t n, size_t from, size_t columns)
{
	size_t to = n, old = v->shown_n;

	if (columns == v->columns)
		while (to > from && old > from && v->want[to - 1] == v->shown[old - 1]) {
			to--;
			old--;
		}
	while (is_mark(v->want, n, to))
		to++;
	return to;
}

void view_update(struct view *v, const struct edit *e, struct buf *out)
{
	size_t cursor, n = lay_out(v, e, &cursor), columns = columns_of(v->want, 0, n);
	size_t from = first_change(v, n), to = last_change(v, n, from, columns);
	size_t left_over = columns < v->columns ? v->columns - columns : 0;

	if (from < to || left_over)
		go(v, from, out);
	for (size_t i = from; i < to; i++)
		typed_cell_put(v->want[i], out);
	for (size_t i = 0; i < left_over; i++)
		buf_put_u8(out, ' ');
	for (size_t i = 0; i < left_over; i++)
		buf_put_u8(out, '\b');
	if (from < to || left_over)
		v->at = to;
	if (n < v->shown_n)
		explicit_bzero(&v->shown[n], (v->shown_n - n) * sizeof v->shown[0]);
	memcpy(v->shown, v->want, n * sizeof v->shown[0]);
	explicit_bzero(v->want, n * sizeof v->want[0]);
	v->shown_n = n;
	v->columns = columns;
	go(v, cursor, out);
}

bool view_append(struct view *v, const struct edit *e, struct buf *out)
{
	size_t wide, n;
	uint32_t as[8];

	if (e->n == 0 || e->at != e->n || v->at != v->shown_n)
		return false;
	n = looks(e->cells[e->n - 1], v->left + v->columns, as, &wide);
	if (v->columns + wide > v->room)
		return false;
	for (size_t i = 0; i < n; i++) {
		typed_cell_put(as[i], out);
		v->shown[v->shown_n++] = as[i];
	}
	v->at = v->shown_n;
	v->columns += wide;
	return true;
}
