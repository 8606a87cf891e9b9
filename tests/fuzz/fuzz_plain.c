/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a program without a terminal sends, and however its owner asks for lines, answers and texts, an event
 * is a whole line of what was sent and not too long, nothing grows, and nothing is reported unasked.
 *
 * Input: records of a byte that says what is done, a length and that many bytes; a record may be repeated, so that
 * lines grow long.
 */
#include "base/err.h"
#include "session/plain.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct term_event *ev, bool one_line)
{
	struct str s = ev->text;

	require(ev->type == TERM_EV_LINE || ev->type == TERM_EV_ANSWER || ev->type == TERM_EV_TEXT ||
		ev->type == TERM_EV_CANCEL);
	require(s.n <= 65536 && (s.n == 0 || !memchr(s.p, 0, s.n)));
	if (ev->type == TERM_EV_LINE)
		require(one_line && (s.n == 0 || (!memchr(s.p, '\n', s.n) && !memchr(s.p, '\r', s.n))));
	if (ev->type != TERM_EV_TEXT)
		require(s.n <= TERM_LINE_MAX);
}

/* Once asked, there is one event at most until the next question. */
static bool ask(struct plain *p, uint8_t what, struct str s)
{
	switch (what % 8) {
	case 0:
		plain_prompt(p, STR("R1#"));
		return true;
	case 1:
		plain_ask(p, STR("Well? "), what / 64);
		return false;
	case 2:
		plain_text(p, s, what & 16);
		return false;
	case 3:
		plain_text(p, STR("exit,quit"), false);
		return false;
	default:
		return true;
	}
}

static void feed(struct plain *p, struct str s, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		require(plain_feed(p, s) <= s.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plain *p = plain_new(true);
	struct cur c = { data, size, false };
	bool asked = true, one_line = true;

	require(p);
	plain_prompt(p, STR("R1#"));
	while (c.n) {
		struct term_event ev;
		uint8_t what = cur_u8(&c);
		size_t n = cur_u8(&c);
		struct str s = cur_take(&c, n < c.n ? n : c.n);

		feed(p, s, what & 32 ? 40 : 1);
		if (!asked) {
			require(!plain_step(p, &ev));
			one_line = ask(p, what, s);
			asked = what % 8 < 4;
		}
		if (asked && plain_step(p, &ev)) {
			check(&ev, one_line);
			asked = false;
		}
		require(buf_len(plain_output(p)) < (1 << 20));
		buf_clear(plain_output(p));
	}
	plain_free(p);
	return 0;
}
