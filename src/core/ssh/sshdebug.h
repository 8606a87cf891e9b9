/* SPDX-License-Identifier: Apache-2.0
 *
 * sshdebug.h: `debug ip ssh`, `… detail`, `… packet`: tells sessions what to tell (WATCH), and prints what they told
 * (TRACE) in the words IOS has for it. Nothing comes from a session while every switch is off.
 */
#ifndef CORE_SSHDEBUG_H
#define CORE_SSHDEBUG_H

#include "ipc/ipc.h"

struct core;
struct peer;

/* After every change of what is wanted of it: a switch, or whether its terminal shows debug lines. Sends only changes.
 */
void sshdebug_watch(struct peer *p);
void sshdebug_watch_all(struct core *core);
void sshdebug_trace(struct peer *p, const struct ipc_msg_TRACE *m);
/* What core itself has to tell of a connection, behind "SSH1: ", or behind that of its version, which is "SSH2 1: " in
 * version 2. */
void sshdebug_say(const struct peer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sshdebug_say_version(const struct peer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
