/* SPDX-License-Identifier: Apache-2.0
 *
 * debug.h: the switch-board of `debug`. Every switch is one row here and its `debug …` rows in commands/ios/debug.cmd;
 * whoever has something to tell asks debug_on first, a test of a bit, and gives its line to syslog_debug; what there is
 * to tell of SSH goes through sshdebug.h. Lines are of severity 7 and go where the log lets them. Never a secret.
 */
#ifndef CORE_DEBUG_H
#define CORE_DEBUG_H

#include <stdbool.h>

struct core;

/* switch, what stands behind `debug`, heading of `show debugging`, what is then "on" or "off", and what else to say of
 * it when it goes on (NULL: nothing) */
#define DEBUGS(X)                                                                                                      \
	X(DEBUG_IP_SSH, "ip ssh", "SSH", "Incoming SSH debugging", NULL)                                               \
	X(DEBUG_IP_SSH_CLIENT, "ip ssh client", "SSH", "SSH Client debugging",                                         \
	  "% This release has no SSH client: there is nothing to show yet")                                            \
	X(DEBUG_IP_SSH_DETAIL, "ip ssh detail", "SSH", "ssh detail messages debugging", NULL)                          \
	X(DEBUG_IP_SSH_PACKET, "ip ssh packet", "SSH", "ssh packet debugging", NULL)                                   \
	X(DEBUG_IP_SCP, "ip scp", "SCP", "Incoming SCP debugging", NULL)                                               \
	X(DEBUG_RADIUS, "radius", "General OS", "Radius protocol debugging", NULL)                                     \
	X(DEBUG_TACACS, "tacacs", "General OS", "TACACS access control debugging", NULL)                               \
	X(DEBUG_AAA_AUTHEN, "aaa authentication", "General OS", "AAA Authentication debugging", NULL)                  \
	X(DEBUG_AAA_AUTHOR, "aaa authorization", "General OS", "AAA Authorization debugging", NULL)                    \
	X(DEBUG_AAA_ACCT, "aaa accounting", "General OS", "AAA Accounting debugging", NULL)

enum debug_switch {
#define DEBUG_NAME(name, words, heading, text, note) name,
	DEBUGS(DEBUG_NAME)
#undef DEBUG_NAME
	    DEBUG_SWITCHES
};

bool debug_on(const struct core *core, enum debug_switch which);

#endif
