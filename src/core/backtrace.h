/* SPDX-License-Identifier: Apache-2.0
 *
 * backtrace.h: what core says when it crashes, or is told to because it hangs: the signal, where it was, and the last
 * lines of the log. It goes to standard error, which is the device's run/boot.log; rommon puts the end of that into
 * its note of the crash. Addresses and lines of the log, no memory.
 */
#ifndef CORE_BACKTRACE_H
#define CORE_BACKTRACE_H

/* From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT and SIGSYS are told before they kill. */
void backtrace_install(void);
/* A line of the log; the last BACKTRACE_LINES are kept, cut to BACKTRACE_LINE bytes. */
#define BACKTRACE_LINES 8
#define BACKTRACE_LINE  200
void backtrace_note(const char *line);

#endif
