/* SPDX-License-Identifier: Apache-2.0
 *
 * typed.c: see typed.h. Session process; hostile input.
 */
#include "typed.h"

#include "base/utf8.h"

#include <string.h>

enum { BEL = 0x07, ESC = 0x1b, LITERAL = 0x16, SEQUENCE_MAX = 16, REPORT_MAX = 256 };

static const uint8_t control[32] = {
	[0] = TYPED_IGNORE,        /* NUL */
	[1] = TYPED_HOME,          /* A */
	[2] = TYPED_LEFT,          /* B */
	[3] = TYPED_INTERRUPT,     /* C */
	[4] = TYPED_DELETE,        /* D */
	[5] = TYPED_LAST,          /* E */
	[6] = TYPED_RIGHT,         /* F */
	[7] = TYPED_UNKNOWN,       /* G */
	[8] = TYPED_ERASE,         /* H */
	[9] = TYPED_TAB,           /* I */
	[10] = TYPED_RETURN,       /* J */
	[11] = TYPED_DELETE_LINE,  /* K */
	[12] = TYPED_REDRAW,       /* L */
	[13] = TYPED_RETURN,       /* M */
	[14] = TYPED_NEWER,        /* N */
	[15] = TYPED_UNKNOWN,      /* O */
	[16] = TYPED_OLDER,        /* P */
	[17] = TYPED_IGNORE,       /* Q: XON */
	[18] = TYPED_REDRAW,       /* R */
	[19] = TYPED_IGNORE,       /* S: XOFF */
	[20] = TYPED_TRANSPOSE,    /* T */
	[21] = TYPED_ERASE_LINE,   /* U */
	[LITERAL] = TYPED_UNKNOWN, /* V */
	[23] = TYPED_ERASE_WORD,   /* W */
	[24] = TYPED_ERASE_LINE,   /* X */
	[25] = TYPED_YANK,         /* Y */
	[26] = TYPED_END,          /* Z */
	[ESC] = TYPED_UNKNOWN,     /* [ */
	[28] = TYPED_UNKNOWN,      /* \ */
	[29] = TYPED_UNKNOWN,      /* ] */
	[30] = TYPED_ESCAPE,       /* ^ */
	[31] = TYPED_UNKNOWN,      /* _ */
};

struct row {
	const char *bytes; /* after Esc, or after CSI or SS3 */
	enum typed what;
};

static const struct row after_escape[] = {
	{ "b", TYPED_WORD_LEFT },   { "B", TYPED_WORD_LEFT },   { "f", TYPED_WORD_RIGHT },    { "F", TYPED_WORD_RIGHT },
	{ "d", TYPED_DELETE_WORD }, { "D", TYPED_DELETE_WORD }, { "c", TYPED_CAPITALIZE },    { "C", TYPED_CAPITALIZE },
	{ "l", TYPED_LOWER },       { "L", TYPED_LOWER },       { "u", TYPED_UPPER },         { "U", TYPED_UPPER },
	{ "y", TYPED_YANK_OLDER },  { "Y", TYPED_YANK_OLDER },  { "\x7f", TYPED_ERASE_WORD },
};

static const struct row sequences[] = {
	{ "A", TYPED_OLDER },        { "B", TYPED_NEWER },         { "C", TYPED_RIGHT },
	{ "D", TYPED_LEFT },         { "H", TYPED_HOME },          { "F", TYPED_LAST },
	{ "1~", TYPED_HOME },        { "7~", TYPED_HOME },         { "4~", TYPED_LAST },
	{ "8~", TYPED_LAST },        { "3~", TYPED_DELETE },       { "1;5C", TYPED_WORD_RIGHT },
	{ "1;5D", TYPED_WORD_LEFT }, { "1;3C", TYPED_WORD_RIGHT }, { "1;3D", TYPED_WORD_LEFT },
};

static enum typed look_up(const struct row *rows, size_t n, struct str bytes)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(bytes, rows[i].bytes))
			return rows[i].what;
	return TYPED_IGNORE;
}

size_t typed_cell(struct str in, uint32_t *cell)
{
	uint32_t code;
	size_t n = utf8_next(in, &code);

	*cell = in.p[0];
	for (size_t i = 1; i < n; i++)
		*cell = *cell << 8 | in.p[i];
	return n;
}

size_t typed_cell_len(uint32_t cell)
{
	return cell > 0xffffff ? 4 : cell > 0xffff ? 3 : cell > 0xff ? 2 : 1;
}

void typed_cell_put(uint32_t cell, struct buf *out)
{
	for (size_t n = typed_cell_len(cell); n; n--)
		buf_put_u8(out, (uint8_t)(cell >> 8 * (n - 1)));
}

unsigned typed_cell_width(uint32_t cell)
{
	uint8_t bytes[4];
	size_t len = typed_cell_len(cell);
	uint32_t code = 0;

	if (len == 1)
		return 1;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(cell >> 8 * (len - 1 - i));
	utf8_next((struct str){ bytes, len }, &code);
	return utf8_width(code);
}

static size_t character(struct str in, struct typed_key *k)
{
	k->what = TYPED_CHAR;
	return typed_cell(in, &k->cell);
}

/* A line never holds NUL, CR or LF: quoted, they are unknown keys. */
static size_t literal(struct str in, struct typed_key *k)
{
	size_t n;

	if (in.n < 2)
		return 0;
	k->literal = true;
	n = character((struct str){ in.p + 1, in.n - 1 }, k);
	if (n == 1 && (k->cell == 0 || k->cell == '\r' || k->cell == '\n'))
		k->what = TYPED_UNKNOWN;
	return n ? n + 1 : 0;
}

/* ESC [ or ESC O, parameters, a final byte. */
static size_t sequence(struct str in, struct typed_key *k)
{
	k->what = TYPED_IGNORE;
	for (size_t i = 2; i < in.n; i++) {
		if (in.p[i] < 0x20 || in.p[i] > 0x7e) /* no sequence: what follows counts for itself */
			return i;
		if (in.p[i] >= 0x40) {
			k->what =
			    look_up(sequences, sizeof sequences / sizeof sequences[0], (struct str){ in.p + 2, i - 1 });
			return i + 1;
		}
		if (i == SEQUENCE_MAX)
			return i;
	}
	return 0;
}

/* What a terminal reports of itself, unasked here: ESC ] or ESC P, text, then BEL or ESC \. */
static size_t report(struct str in)
{
	for (size_t i = 2; i < in.n && i < REPORT_MAX; i++) {
		if (in.p[i] == BEL)
			return i + 1;
		if (in.p[i] == ESC && i + 1 < in.n && in.p[i + 1] == '\\')
			return i + 2;
		if (in.p[i] < 0x20 && (in.p[i] != ESC || i + 1 < in.n))
			return 2; /* no report: what follows counts for itself */
	}
	return in.n < REPORT_MAX ? 0 : 2;
}

/* A person who hits these two keys goes on with a letter. */
static bool begins_report(struct str in)
{
	return (in.p[1] == ']' && in.p[2] >= '0' && in.p[2] <= '9') ||
	       (in.p[1] == 'P' && in.p[2] > ' ' && in.p[2] < 'A');
}

static size_t escape(struct str in, struct typed_key *k)
{
	if (in.n < 2)
		return 0;
	if (in.p[1] == '[' || in.p[1] == 'O')
		return sequence(in, k);
	k->what = TYPED_IGNORE;
	if (in.p[1] == ']' || in.p[1] == 'P') {
		if (in.n < 3)
			return 0;
		return begins_report(in) ? report(in) : 2;
	}
	if (in.p[1] < 0x20) /* Esc alone, then a control key */
		return 1;
	k->what = look_up(after_escape, sizeof after_escape / sizeof after_escape[0], (struct str){ in.p + 1, 1 });
	return 2;
}

static size_t decode(struct str in, bool after_cr, struct typed_key *k)
{
	uint8_t b = in.p[0];

	if (b == LITERAL)
		return literal(in, k);
	if (b == ESC)
		return escape(in, k);
	if (b >= 0x20 && b != 0x7f)
		return character(in, k);
	k->what = b == 0x7f ? TYPED_ERASE : control[b];
	if (b == '\n' && after_cr)
		k->what = TYPED_IGNORE;
	return 1;
}

size_t typed_next(struct str in, bool *after_cr, struct typed_key *k)
{
	size_t n;

	*k = (struct typed_key){ 0 };
	if (in.n == 0)
		return 0;
	n = decode(in, *after_cr, k);
	if (n) {
		*after_cr = in.p[0] == '\r';
		k->raw = (struct str){ in.p, n };
	}
	return n;
}
