/* SPDX-License-Identifier: Apache-2.0
 *
 * backtrace.c: see backtrace.h. Runs in core. The handler uses nothing that may be locked or broken: static memory,
 * write(2), and the unwinder, which was loaded when it was installed.
 */
#include "backtrace.h"

#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 32

extern const char __executable_start, etext;

static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS };
static char lines[BACKTRACE_LINES][BACKTRACE_LINE];
static unsigned noted;
static char handler_stack[65536];

static void put(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));

	(void)n; /* there is nobody left to tell */
}

static void put_hex(uintptr_t value)
{
	char text[2 * sizeof value + 3], *p = text + sizeof text - 1;

	*p = '\0';
	do {
		*--p = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	*--p = 'x';
	*--p = '0';
	put(p);
}

static void put_frame(const void *frame)
{
	uintptr_t at = (uintptr_t)frame, from = (uintptr_t)&__executable_start;

	if (at < from || at >= (uintptr_t)&etext) {
		put(" library");
		return;
	}
	put(" image+");
	put_hex(at - from);
}

static void on_death(int sig, siginfo_t *info, void *context)
{
	char number[3] = { (char)('0' + sig / 10 % 10), (char)('0' + sig % 10), '\0' };
	void *frames[FRAMES];
	int n = backtrace(frames, FRAMES);

	(void)info;
	(void)context;
	put("core died of signal ");
	put(number[0] == '0' ? number + 1 : number);
	put("; the end of its log:\n");
	for (unsigned i = noted < BACKTRACE_LINES ? 0 : noted - BACKTRACE_LINES; i < noted; i++) {
		put(lines[i % BACKTRACE_LINES]);
		put("\n");
	}
	put("backtrace:");
	for (int i = 0; i < n; i++)
		put_frame(frames[i]);
	put("\n");
	raise(sig); /* its own action is back: it kills when the handler returns */
}

void backtrace_install(void)
{
	const stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof handler_stack };
	struct sigaction sa = { .sa_sigaction = on_death, .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND };
	void *frame;

	backtrace(&frame, 1); /* loads the unwinder */
	sigaltstack(&stack, NULL);
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
		sigaction(deadly[i], &sa, NULL);
}

void backtrace_note(const char *line)
{
	snprintf(lines[noted++ % BACKTRACE_LINES], BACKTRACE_LINE, "%s", line);
}
