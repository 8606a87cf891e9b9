/* SPDX-License-Identifier: Apache-2.0
 *
 * commands.h: what can be typed at rommon's prompt.
 */
#ifndef ROMMON_COMMANDS_H
#define ROMMON_COMMANDS_H

#include "rommon/monitor.h"

/* Runs a line that is not empty; `line` is cut up. */
enum monitor_action commands_run(struct monitor *p, char *line);
/* Writes the configuration register, and says what it takes to have an effect. */
void commands_set_confreg(struct monitor *p, uint16_t value);

#endif
