/* SPDX-License-Identifier: Apache-2.0
 *
 * unenforced.h: restrictions that are kept and that nothing enforces yet. Whoever reads the configuration could believe
 * in them, and a file is typed by nobody: the log says so, once for each kind.
 */
#ifndef CORE_UNENFORCED_H
#define CORE_UNENFORCED_H

struct core;
struct unenforced;

struct unenforced *unenforced_new(struct core *core); /* NULL: no memory */
void unenforced_booted(struct unenforced *u);         /* tells of what the startup-config holds */

#endif
