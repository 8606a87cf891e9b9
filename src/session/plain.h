/* SPDX-License-Identifier: Apache-2.0
 *
 * plain.h: a command line for programs, without a terminal: lines in, output alone out. No echo, no editing, no
 * paging; LF stays LF. Serves `ssh host command` and shells without a pty. What arrives is hostile.
 */
#ifndef SESSION_PLAIN_H
#define SESSION_PLAIN_H

#include "base/buf.h"
#include "term/term.h"

#include <stdbool.h>
#include <stddef.h>

struct plain;
struct plain *plain_new(bool prompts); /* prompts: show the prompt (a shell); NULL: out of memory */
void plain_free(struct plain *p);      /* NULL is fine */

size_t plain_feed(struct plain *p, struct str bytes); /* bytes taken */
bool plain_typed_ahead(const struct plain *p);
bool plain_step(struct plain *p, struct term_event *ev);
struct buf *plain_output(struct plain *p);

void plain_prompt(struct plain *p, struct str prompt);
void plain_write(struct plain *p, struct str bytes);
bool plain_passes(const struct plain *p); /* nothing waits, nothing is filtered */
void plain_progress(struct plain *p, struct str text);
void plain_monitor(struct plain *p, struct str text);
int plain_filter(struct plain *p, enum term_filter kind, struct str pattern);
void plain_ask(struct plain *p, struct str prompt, enum term_ask kind);
void plain_text(struct plain *p, struct str until, bool within);
void plain_finish(struct plain *p);

#endif
