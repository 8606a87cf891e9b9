/* SPDX-License-Identifier: Apache-2.0
 *
 * loader.h: configuration files on their way in. Loading takes the path of typing: every line is a command of a shell
 * that no person sits at; a bad line is reported with its number and nothing else is lost.
 */
#ifndef CORE_LOADER_H
#define CORE_LOADER_H

#include "base/buf.h"

struct behalf;
struct cmd_set;
struct core;
struct model;

/* Merges `text` into running-config, line by line, in slices that leave the loop free. `report` gets every message
 * (one line each, without LF) and, when all is done, NULL. `who`: whose doing it is (login/subject.h): his lines are
 * authorized where the configuration says so; NULL: the device's own. */
typedef void loader_report_fn(void *arg, const char *message);
int loader_merge(struct core *core, const struct behalf *who, const char *name, struct str text,
		 loader_report_fn *report, void *arg);
/* The same for a configuration in the making: the rows of `cmds` (cmd_set_beside) for the model `m`. What acts on
 * something else than the configuration is refused. */
int loader_make(struct core *core, const struct behalf *who, struct model *m, struct cmd_set *cmds, const char *name,
		struct str text, loader_report_fn *report, void *arg);
/* Reads the startup-config; `report` as above. E_NOTFOUND (and no report) when there is none; another E_* when it is
 * not in force, which is then known to doubt.h. */
int loader_startup(struct core *core, loader_report_fn *report, void *arg);
bool loader_busy(void); /* a file is being read */
/* Abandons whatever is being merged for `arg`. */
void loader_abandon(const void *arg);

#endif
