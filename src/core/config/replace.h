/* SPDX-License-Identifier: Apache-2.0
 *
 * replace.h: the running configuration replaced by another one as a whole. The text is made into a configuration beside
 * the running one, line by line; if a line is refused nothing has happened. Then both change places in one transaction
 * (model/swap.h). One replacement at a time; whoever began it may be gone before it ends. Runs in core.
 */
#ifndef CORE_REPLACE_H
#define CORE_REPLACE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct behalf;
struct core;
struct replace;

struct replace_events {
	/* A line that is refused: its number, its first word and why. */
	void (*refused)(void *arg, const char *message);
	/* The last call. `changes`: how much was different. `refused`: so many lines were refused, and nothing has
	 * changed. `words`: why nothing has changed, or what a guard has to say, or "". */
	void (*ended)(void *arg, bool done, size_t changes, unsigned refused, const char *words);
};

/* `name` and `text`: the new configuration (copied). `who`: whose lines they are (loader.h). `by`: who wants it,
 * as the log says; `user`: his name. Unless `lock` is false nobody else may configure meanwhile. NULL: e says why. */
struct replace *replace_begin(struct core *core, const struct behalf *who, const char *name, struct str text,
			      const char *by, const char *user, bool lock, const struct replace_events *events,
			      void *arg, struct errbuf *e);
/* Its events are not called any more, and unless it is done it does nothing. NULL is fine. */
void replace_abandon(struct replace *r);
/* Somebody replaces the configuration and does not want to be disturbed: e says who. */
bool replace_locks(const struct core *core, struct errbuf *e);

#endif
