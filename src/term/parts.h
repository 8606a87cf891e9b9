/* SPDX-License-Identifier: Apache-2.0
 *
 * parts.h: what the files of the terminal share and nobody else sees. Runs in the session process.
 *
 * A terminal is in one mode; its table entry takes the next key. BUSY and WAITING take none: there, type-ahead stays
 * in `in`. A prompt, question or text that is wanted while output still waits for its page is `next` until then.
 */
#ifndef TERM_PARTS_H
#define TERM_PARTS_H

#include "term/edit.h"
#include "term/filter.h"
#include "term/history.h"
#include "term/pager.h"
#include "term/screen.h"
#include "term/term.h"
#include "term/typed.h"
#include "term/view.h"

enum mode {
	MODE_BUSY,    /* the owner is at work; with --More--, its keys */
	MODE_WAITING, /* the owner is about to answer TERM_EV_HELP or TERM_EV_COMPLETE */
	MODE_PROMPT,
	MODE_ASK,
	MODE_TEXT,
	MODE_COUNT
};

struct term {
	struct term_settings set;
	enum mode mode, next; /* next: MODE_BUSY = none */

	struct buf in;
	size_t scanned; /* bytes of `in` known to hold no interrupt */
	bool after_cr, activity;
	struct buf said; /* the text of the last event */

	struct buf prompt; /* of the prompt, question or text line */
	bool configuring, echo, within;
	enum term_ask kind;
	struct buf until, text;
	bool overflow; /* the text is larger than allowed: dropped until its end */

	struct screen screen;
	struct pager pager;
	struct filter *filter;
	bool discard; /* the user has seen enough of this command's output */

	struct edit edit;
	struct view view;
	struct history history;
};

/* Each takes a key; true if `ev` is to be reported. */
bool prompt_key(struct term *t, const struct typed_key *k, struct term_event *ev);
bool ask_key(struct term *t, const struct typed_key *k, struct term_event *ev);
bool text_key(struct term *t, const struct typed_key *k, struct term_event *ev);

/* Shared by them, in term.c. */
void term_bell(struct term *t);
void term_show_line(struct term *t);   /* on a new row: the prompt and what is typed so far */
void term_update_line(struct term *t); /* after a change of `edit` */
/* The typing is over: `mark` (such as "^C") and a newline are shown; nothing more is read until the owner says so. */
void term_end_line(struct term *t, const char *mark);
/* Reports an event whose text is the first `cells` characters of the line. */
bool term_report(struct term *t, struct term_event *ev, enum term_event_type type, size_t cells);
void term_edit_key(struct term *t, const struct typed_key *k);

#endif
