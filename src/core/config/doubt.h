/* SPDX-License-Identifier: Apache-2.0
 *
 * doubt.h: a startup-config of which less is in force than it said. What is missing may have been what kept people out,
 * so until somebody saves a configuration nobody gets an EXEC, or a privilege, without being asked for a password,
 * whatever the lines that are in force say. Runs in core.
 */
#ifndef CORE_DOUBT_H
#define CORE_DOUBT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct core;
struct run;

enum doubt {
	DOUBT_NONE,
	DOUBT_LINES, /* lines were refused that say who gets in */
	DOUBT_FILE   /* none of it is in force: it cannot be read, or is not whole */
};

/* What shows that the text is not all of a configuration; NULL: nothing does. */
const char *doubt_damage(struct str text);
/* The same of startup-config; what cannot be read is damaged, too. */
const char *doubt_startup(const struct core *core, struct errbuf *e);
/* startup-config is left alone because of this. */
void doubt_file(struct core *core, const char *why);
/* A line of startup-config was refused in this mode; `word` is its first. */
void doubt_line(struct core *core, const char *mode, struct str word);
/* A text that nothing ended took all that followed. */
void doubt_rest(struct core *core);
/* startup-config was loaded as far as it can be: what follows from it is logged. */
void doubt_loaded(const struct core *core);
/* Of somebody whom nobody asked for a password: RUN_DONE, or RUN_FAILED and he has been told. */
int doubt_check(struct run *run);

#endif
