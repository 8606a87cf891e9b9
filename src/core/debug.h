/* SPDX-License-Identifier: Apache-2.0
 *
 * debug.h: the switch-board of `debug`. Every switch is one row here and its `debug …` rows in commands/ios/debug.cmd;
 * whoever has something to tell calls debug_say, which costs a test of a bit while the switch is off. Lines are of
 * severity 7 and go where the log lets them. Never a secret.
 */
#ifndef CORE_DEBUG_H
#define CORE_DEBUG_H

#include <stdbool.h>

struct core;

/* switch, what stands behind `debug`, heading of `show debugging`, what is then "on" or "off" */
#define DEBUGS(X) X(DEBUG_IP_SSH, "ip ssh", "SSH", "Incoming SSH debugging")

enum debug_switch {
#define DEBUG_NAME(name, words, heading, text) name,
	DEBUGS(DEBUG_NAME)
#undef DEBUG_NAME
	    DEBUG_SWITCHES
};

bool debug_on(const struct core *core, enum debug_switch which);
void debug_say(const struct core *core, enum debug_switch which, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
