/* SPDX-License-Identifier: Apache-2.0
 *
 * views.h: the files of system:, which are made anew whenever somebody reads one. All but running-config (virtual.h)
 * are small texts that are made at once, and nobody writes them. Paths are path.h's. Runs in core.
 */
#ifndef CORE_VIEWS_H
#define CORE_VIEWS_H

#include "files/path.h"
#include "files/volume.h"

struct core;

/* As volume_stat, volume_list (to be released like that one's) and volume_open. A size is not known before it is read:
 * 0. */
int view_stat(const struct path *p, struct volume_entry *out);
int view_list(const struct path *folder, struct volume_list *out);
int view_open(const struct core *core, const struct path *p); /* a sealed memfd */

#endif
