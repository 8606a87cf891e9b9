/* SPDX-License-Identifier: Apache-2.0
 *
 * term.h: the terminal of a command line, without I/O: line editor, history, pager, output filters, questions,
 * collected text. Bytes typed go in; bytes to show and events come out. Runs in the session process; what is typed
 * is hostile, what is shown comes from core. The same terminal serves SSH, console and (later) telnet.
 *
 *     term_feed(t, bytes); while (term_step(t, &ev)) …; write(term_output(t)), buf_consume()
 *
 * Type-ahead: input is consumed one event at a time. After TERM_EV_LINE (or ANSWER, TEXT) nothing more is read from
 * the queue until the owner calls term_prompt, term_ask or term_text again; only the interrupt keys are seen.
 * Nothing typed is lost, reordered or echoed twice.
 *
 * What waits is bounded: term_step returns false while more than TERM_OUTPUT_HIGH bytes of output wait, so call it
 * again after writing; input beyond TERM_INPUT_MAX is refused whole.
 */
#ifndef TERM_TERM_H
#define TERM_TERM_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define TERM_LINE_MAX    4096 /* bytes; a longer line is refused with these words */
#define TERM_TOO_LONG    "% Line is too long\n"
#define TERM_INPUT_MAX   ((size_t)128 << 10)
#define TERM_OUTPUT_HIGH ((size_t)64 << 10)
#define TERM_TEXT_MAX    ((size_t)65536 - 64) /* bytes of term_text: with its framing, an IPC record */

struct term_settings {
	uint32_t length;  /* lines a page; 0 = never --More-- */
	uint32_t width;   /* columns; 0 = unlimited */
	uint32_t history; /* lines kept */
	bool basic;       /* `no editing`: of the editing keys only those that erase */
};

struct term;
struct term *term_new(const struct term_settings *s);
void term_free(struct term *t);
void term_set(struct term *t, const struct term_settings *s);

int term_feed(struct term *t, const void *bytes, size_t n); /* 0 or E_TOOBIG: stop reading (term_wants_input) */
bool term_typed_ahead(const struct term *t);                /* more than the end of a line waits to be read: a paste */
bool term_wants_input(const struct term *t); /* while true, a feed of up to TERM_INPUT_MAX / 2 succeeds */
struct buf *term_output(struct term *t);

enum term_event_type {
	TERM_EV_LINE,     /* Return at the prompt: text, may be empty */
	TERM_EV_HELP,     /* `?`: text is the line up to the cursor; answer with term_help */
	TERM_EV_COMPLETE, /* Tab: text is the line up to the cursor; answer with term_complete */
	TERM_EV_ANSWER,   /* to term_ask: text; for CONFIRM and KEY the key's bytes, for CONFIRM "\r" if it means yes */
	TERM_EV_TEXT,     /* to term_text: everything before the terminator; each whole line ends in LF */
	TERM_EV_END,      /* Ctrl-Z at the prompt: text is the line so far; configuring, Ctrl-C too, without text */
	TERM_EV_CANCEL,   /* Ctrl-C or Ctrl-Shift-6 while a command runs, asks or pages; the end of a text too large;
			   * `q` and other keys at --More--, unless the command has ended: its output is dropped */
	TERM_EV_EOF,      /* Ctrl-D on an empty line */
	TERM_EV_ACTIVITY  /* something was typed; at most one per term_feed */
};
struct term_event {
	enum term_event_type type;
	struct str text; /* borrowed until the next term_step */
};
bool term_step(struct term *t, struct term_event *ev);

/* What the owner may call between events. */
/* End of a command: filter is dropped, editing starts when the output before it has been paged through. */
void term_prompt(struct term *t, struct str prompt, bool configuring);
void term_write(struct term *t, struct str bytes);   /* command output: filtered, paged, LF becomes CR LF */
bool term_paused(const struct term *t);              /* --More-- stands or output is queued: stop fetching output */
void term_progress(struct term *t, struct str text); /* at once, not filtered, not paged */
/* A log line; while editing the line is redrawn under it (`logging synchronous` style). */
void term_monitor(struct term *t, struct str text);
void term_help(struct term *t, struct str text);       /* shows it and redraws prompt and line */
void term_complete(struct term *t, struct str insert); /* puts it at the cursor (a bell if empty) and redraws */

enum term_filter {
	TERM_FILTER_NONE,
	TERM_FILTER_INCLUDE,
	TERM_FILTER_EXCLUDE,
	TERM_FILTER_BEGIN,
	TERM_FILTER_SECTION,
	TERM_FILTER_COUNT
};
int term_filter(struct term *t, enum term_filter kind, struct str pattern); /* E_INVAL: bad expression, E_TOOBIG */

enum term_ask { TERM_ASK_LINE, TERM_ASK_CONFIRM, TERM_ASK_YESNO, TERM_ASK_KEY }; /* as enum ipc_ask */
void term_ask(struct term *t, struct str prompt, bool echo, enum term_ask kind);
/* Command output: the lines typed before, oldest first. */
void term_history(struct term *t);
/* What was typed last is a secret from this byte on: it stays in no history. */
void term_hide(struct term *t, size_t from);
/* Collect until a line is one of the comma-separated words (`within` false) or until the string appears anywhere in
 * a line, whose rest is dropped. If that string is Ctrl-Z, the key ends the text at once. */
void term_text(struct term *t, struct str prompt, struct str until, bool within, bool echo);
/* Flush filters and pager at the end of a command without a new prompt (exec channel, close). */
void term_finish(struct term *t);

/* The filter alone, for remote commands without a terminal: see filter.h. */

#endif
