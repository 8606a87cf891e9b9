/* SPDX-License-Identifier: Apache-2.0
 *
 * prompt.c: keys typed at the prompt. Session process; hostile input.
 */
#include "parts.h"

/* The line is dropped, typing begins anew. */
static void again(struct term *t)
{
	edit_reset(&t->edit, false);
	history_rewind(&t->history);
	t->mode = MODE_PROMPT;
	term_show_line(t);
}

/* Of a line that is too long no part is executed. */
static bool entered(struct term *t, struct term_event *ev, enum term_event_type type, const char *mark)
{
	if (t->edit.cut && type == TERM_EV_LINE) {
		term_end_line(t, "");
		screen_put(&t->screen, STR(TERM_TOO_LONG));
		again(t);
		return false;
	}
	term_end_line(t, mark);
	term_report(t, ev, type, t->edit.n);
	history_add(&t->history, buf_str(&t->said));
	history_rewind(&t->history);
	return true;
}

/* In a configuration mode, as Ctrl-Z without the line; else the line is dropped. */
static bool interrupted(struct term *t, struct term_event *ev)
{
	bool configuring = t->configuring;

	term_end_line(t, "^C");
	if (!configuring) {
		again(t);
		return false;
	}
	edit_reset(&t->edit, false);
	history_rewind(&t->history);
	return term_report(t, ev, TERM_EV_END, 0);
}

static bool consult(struct term *t, struct term_event *ev, enum term_event_type type)
{
	t->mode = MODE_WAITING;
	return term_report(t, ev, type, t->edit.at);
}

static void recall(struct term *t, bool older)
{
	struct buf current;
	struct str line = STR("");
	bool found = false;

	buf_init(&current, EDIT_MAX);
	edit_text(&t->edit, t->edit.n, &current);
	if (!t->set.basic)
		found =
		    older ? history_older(&t->history, buf_str(&current), &line) : history_newer(&t->history, &line);
	buf_release(&current);
	if (!found) {
		term_bell(t);
		return;
	}
	edit_load(&t->edit, line);
	term_update_line(t);
}

static bool help(struct term *t, struct term_event *ev)
{
	screen_put(&t->screen, STR("?\n"));
	view_end(&t->view);
	pager_restart(&t->pager);
	return consult(t, ev, TERM_EV_HELP);
}

bool prompt_key(struct term *t, const struct typed_key *k, struct term_event *ev)
{
	switch (k->what) {
	case TYPED_RETURN:
		return entered(t, ev, TERM_EV_LINE, "");
	case TYPED_END:
		return entered(t, ev, TERM_EV_END, "^Z");
	case TYPED_INTERRUPT:
		return interrupted(t, ev);
	case TYPED_TAB:
		return consult(t, ev, TERM_EV_COMPLETE);
	case TYPED_OLDER:
	case TYPED_NEWER:
		recall(t, k->what == TYPED_OLDER);
		return false;
	case TYPED_CHAR:
		if (k->cell == '?' && !k->literal)
			return help(t, ev);
		break;
	case TYPED_DELETE:
		if (t->edit.n == 0 && k->raw.p[0] == 4) { /* Ctrl-D, not the Delete key */
			term_end_line(t, "");
			return term_report(t, ev, TERM_EV_EOF, 0);
		}
		break;
	default:
		break;
	}
	term_edit_key(t, k);
	return false;
}
