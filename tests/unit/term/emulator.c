/* SPDX-License-Identifier: Apache-2.0
 *
 * emulator.c: see emulator.h. Tests only.
 */
#include "emulator.h"

#include "base/utf8.h"

#include <string.h>

void emulator_init(struct emulator *em)
{
	memset(em, 0, sizeof *em);
	memset(em->row, ' ', EMULATOR_COLUMNS);
	buf_init(&em->above, 0);
	buf_init(&em->character, 4);
}

void emulator_release(struct emulator *em)
{
	buf_release(&em->above);
	buf_release(&em->character);
}

static void put_column(struct emulator *em, char c)
{
	assert_true(em->at < EMULATOR_COLUMNS);
	if (em->row[em->at] == '>' && em->at) /* half of a wide character is no character */
		em->row[em->at - 1] = ' ';
	if (em->row[em->at] == '<')
		em->row[em->at + 1] = ' ';
	em->row[em->at++] = c;
	em->n = em->at > em->n ? em->at : em->n;
}

static void put_mark(struct emulator *em)
{
	size_t on = em->at ? em->at - 1 : 0;

	assert_true(em->at > 0);
	em->row[on] = em->row[on] == '+' || em->row[on] == '*' ? '*' : '+';
}

static void show_character(struct emulator *em, uint32_t code)
{
	assert_true(code < 0x80 || code > 0x9f);
	assert_true(code < UTF8_NONE);
	if (utf8_width(code) == 0) {
		put_mark(em);
	} else if (utf8_width(code) == 2) {
		put_column(em, '<');
		put_column(em, '>');
	} else {
		put_column(em, code < 0x80 ? (char)code : '~');
	}
}

/* Never half a character, and no control character but these. */
static void show_byte(struct emulator *em, uint8_t b)
{
	uint32_t code;

	if (b >= 0x20 && b != 0x7f) {
		buf_put_u8(&em->character, b);
		if (utf8_next(buf_str(&em->character), &code)) {
			show_character(em, code);
			buf_clear(&em->character);
		}
		return;
	}
	assert_int_equal(buf_len(&em->character), 0);
	if (b == '\b') {
		assert_true(em->at > 0);
		em->at--;
	} else if (b == '\r') {
		em->at = 0;
	} else if (b == '\n') {
		assert_int_equal(em->at, 0); /* always CR LF */
		while (em->n && em->row[em->n - 1] == ' ')
			em->n--;
		buf_put(&em->above, em->row, em->n);
		buf_put_u8(&em->above, '\n');
		memset(em->row, ' ', EMULATOR_COLUMNS);
		em->n = 0;
	} else {
		assert_int_equal(b, '\a');
		em->bells++;
	}
}

void emulator_show(struct emulator *em, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		show_byte(em, bytes.p[i]);
}

const char *emulator_row(struct emulator *em)
{
	static char row[EMULATOR_COLUMNS + 1];
	size_t n = em->n;

	while (n > em->at && em->row[n - 1] == ' ')
		n--;
	memcpy(row, em->row, n);
	row[n] = '\0';
	return row;
}

const char *emulator_above(struct emulator *em)
{
	return buf_cstr(&em->above);
}

void drive_init(struct drive *d, uint32_t length, uint32_t width)
{
	struct term_settings s = { .length = length, .width = width, .history = 20 };

	memset(d, 0, sizeof *d);
	d->t = term_new(&s);
	assert_non_null(d->t);
	emulator_init(&d->em);
	buf_init(&d->raw, 0);
	buf_init(&d->log, 0);
	d->prompt = "R1#";
	d->help = "  help\n";
	d->insert = "";
}

void drive_release(struct drive *d)
{
	term_free(d->t);
	emulator_release(&d->em);
	buf_release(&d->raw);
	buf_release(&d->log);
}

static const char *const names[] = {
	[TERM_EV_LINE] = "line", [TERM_EV_HELP] = "help", [TERM_EV_COMPLETE] = "complete", [TERM_EV_ANSWER] = "answer",
	[TERM_EV_TEXT] = "text", [TERM_EV_END] = "end",   [TERM_EV_CANCEL] = "cancel",     [TERM_EV_EOF] = "eof",
};

static void react(struct drive *d, const struct term_event *ev)
{
	if (ev->type == TERM_EV_ACTIVITY)
		return;
	buf_puts(&d->log, names[ev->type]);
	buf_put_u8(&d->log, ':');
	buf_put(&d->log, ev->text.p, ev->text.n);
	buf_put_u8(&d->log, '\n');
	if (ev->type == TERM_EV_HELP)
		term_help(d->t, str_of(d->help));
	else if (ev->type == TERM_EV_COMPLETE)
		term_complete(d->t, str_of(d->insert));
	else if (ev->type == TERM_EV_LINE && d->on_line)
		d->on_line(d, ev->text);
	else if (ev->type != TERM_EV_CANCEL)
		term_prompt(d->t, str_of(d->prompt), d->configuring);
}

static void show(struct drive *d)
{
	struct buf *out = term_output(d->t);

	emulator_show(&d->em, buf_str(out));
	buf_put(&d->raw, buf_ptr(out), buf_len(out));
	buf_consume(out, buf_len(out));
}

void drive_step(struct drive *d)
{
	struct term_event ev;
	bool more = true;

	while (more) {
		show(d);
		more = term_step(d->t, &ev);
		if (more)
			react(d, &ev);
		more = more || buf_len(term_output(d->t));
	}
}

void drive_bytes(struct drive *d, const void *keys, size_t n, size_t chunk)
{
	const uint8_t *p = keys;

	while (n) {
		size_t part = n < chunk ? n : chunk;

		assert_int_equal(term_feed(d->t, p, part), 0);
		drive_step(d);
		p += part;
		n -= part;
	}
	drive_step(d);
}

void drive_type(struct drive *d, const char *keys)
{
	drive_bytes(d, keys, strlen(keys), TERM_INPUT_MAX);
}

static const char *taken(struct buf *b)
{
	static struct buf last;

	buf_release(&last);
	last = *b;
	buf_init(b, 0);
	return buf_cstr(&last);
}

const char *drive_log(struct drive *d)
{
	return taken(&d->log);
}

const char *drive_raw(struct drive *d)
{
	drive_step(d);
	return taken(&d->raw);
}
