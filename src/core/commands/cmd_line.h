/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_line.h: how commands name a line, and who is on it.
 */
#ifndef CORE_CMD_LINE_H
#define CORE_CMD_LINE_H

#include "core/session/cli.h"
#include "lines/lines.h"

struct peer;

/* The line of `{N | aux N | con N | vty N}`; NULL when there is no such line. */
struct line *named_line(const struct run *run);
struct peer *peer_on(const struct core *core, const struct line *line); /* NULL: nobody */

#endif
