/* SPDX-License-Identifier: Apache-2.0
 *
 * front.h: what a person or a program sees of a command line: a terminal (term.h) where there is one, else plain
 * lines in and output alone (plain.h). The functions are those of term.h. Input is hostile.
 */
#ifndef SESSION_FRONT_H
#define SESSION_FRONT_H

#include "session/plain.h"
#include "term/term.h"

struct front {
	struct term *term;
	struct plain *plain; /* one of the two, or none yet */
};

int front_init(struct front *f, bool terminal, bool prompts); /* 0 or E_NOMEM */
void front_release(struct front *f);
size_t front_feed(struct front *f, struct str bytes); /* bytes taken */
bool front_typed_ahead(const struct front *f);
bool front_step(struct front *f, struct term_event *ev);
struct buf *front_output(struct front *f);
bool front_passes(struct front *f); /* what is written now leaves as it is, and nothing is before it */
bool front_paused(const struct front *f);
void front_set(struct front *f, const struct term_settings *s);
void front_prompt(struct front *f, struct str prompt, bool configuring);
void front_write(struct front *f, struct str bytes);
void front_progress(struct front *f, struct str text);
void front_monitor(struct front *f, struct str text);
void front_help(struct front *f, struct str text);
void front_complete(struct front *f, struct str insert);
int front_filter(struct front *f, enum term_filter kind, struct str pattern);
void front_ask(struct front *f, struct str prompt, bool echo, enum term_ask kind);
void front_text(struct front *f, struct str prompt, struct str until, bool within, bool echo);
void front_hide(struct front *f, size_t from); /* the line typed last is a secret from this byte on */
void front_history(struct front *f);
void front_finish(struct front *f);

#endif
