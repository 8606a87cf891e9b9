/* SPDX-License-Identifier: Apache-2.0
 *
 * inject.c: makes a live process execute one system call and says what came of it: what somebody who has taken the
 * process over would get. Run by root, for test_walls.py; x86-64. The process goes on as before if it still can.
 *
 *     inject PID CALL [ARG]...     CALL is a number; ARG is a number, s:TEXT, x:HEXBYTES or b:SIZE (a buffer)
 * prints "returned N", "errno N" or "killed by signal N".
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#define MAX_ARGS  6
#define ARG_BYTES 512
#define RED_ZONE  4096 /* below the stack pointer, further than any function in flight has gone */

static pid_t target;

static int kept_signal;

static void die(const char *what)
{
	fprintf(stderr, "inject: %s failed: %s\n", what, strerror(errno));
	exit(1);
}

/* The signal with which the process stopped, 0 for a trace stop. */
static int await_stop(void)
{
	int status;

	if (waitpid(target, &status, __WALL) != target)
		die("wait");
	if (WIFSIGNALED(status)) {
		printf("killed by signal %d\n", WTERMSIG(status));
		exit(0);
	}
	if (WIFEXITED(status)) {
		printf("exited %d\n", WEXITSTATUS(status));
		exit(0);
	}
	return status >> 16 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
}

static void put(uint64_t at, const void *bytes, size_t n)
{
	struct iovec here = { (void *)(uintptr_t)bytes, n }, there = { (void *)(uintptr_t)at, n };

	if (process_vm_writev(target, &here, 1, &there, 1, 0) != (ssize_t)n)
		die("write");
}

static size_t from_hex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; text[0] && text[1] && n < ARG_BYTES; text += 2)
		out[n++] = (uint8_t)strtoul((char[]){ text[0], text[1], 0 }, NULL, 16);
	return n;
}

/* A number stands for itself; anything else is laid below the stack and its address is passed. */
static uint64_t argument(const char *text, uint64_t *stack)
{
	uint8_t bytes[ARG_BYTES] = { 0 };
	size_t n = 0;

	if (strncmp(text, "s:", 2) == 0) {
		n = strnlen(text + 2, ARG_BYTES - 1) + 1;
		memcpy(bytes, text + 2, n - 1);
	} else if (strncmp(text, "x:", 2) == 0) {
		n = from_hex(text + 2, bytes);
	} else if (strncmp(text, "b:", 2) == 0) {
		n = strtoul(text + 2, NULL, 0) % ARG_BYTES;
	} else {
		return strtoull(text, NULL, 0);
	}
	*stack -= ARG_BYTES;
	put(*stack, bytes, n);
	return *stack;
}

static void call(const struct user_regs_struct *before, int argc, char **argv)
{
	struct user_regs_struct r = *before;
	unsigned long long *slots[MAX_ARGS] = { &r.rdi, &r.rsi, &r.rdx, &r.r10, &r.r8, &r.r9 };
	uint64_t stack = (r.rsp - RED_ZONE) & ~15ULL;
	uint16_t instruction;
	uint64_t at;
	long text;

	/* It waits inside a system call: the instruction before the next one is `syscall`. */
	r.rip -= 2;
	errno = 0;
	text = ptrace(PTRACE_PEEKTEXT, target, r.rip, 0);
	memcpy(&instruction, &text, sizeof instruction);
	if (errno || instruction != 0x050f) {
		fprintf(stderr, "inject: the process is not inside a system call\n");
		exit(1);
	}
	for (int i = 0; i + 1 < argc && i < MAX_ARGS; i++)
		*slots[i] = argument(argv[i + 1], &stack);
	r.rax = strtoull(argv[0], NULL, 0);
	r.orig_rax = ~0ULL;
	at = r.rip;
	if (ptrace(PTRACE_SETREGS, target, 0, &r) < 0)
		die("registers");
	do { /* a signal that arrives (gate's children end) stops it before the call: it is delivered at the end */
		int got;

		if (ptrace(PTRACE_SINGLESTEP, target, 0, 0) < 0)
			die("step");
		got = await_stop();
		kept_signal = got ? got : kept_signal;
		if (ptrace(PTRACE_GETREGS, target, 0, &r) < 0)
			die("registers");
	} while (r.rip == at);
	if ((int64_t)r.rax < 0 && (int64_t)r.rax > -4096)
		printf("errno %d\n", (int)-(int64_t)r.rax);
	else
		printf("returned %lld\n", (long long)r.rax);
}

int main(int argc, char **argv)
{
	struct user_regs_struct before;

	if (argc < 3) {
		fprintf(stderr, "usage: inject PID CALL [ARG]...\n");
		return 2;
	}
	target = (pid_t)strtol(argv[1], NULL, 10);
	if (ptrace(PTRACE_SEIZE, target, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, target, 0, 0) < 0)
		die("attach");
	await_stop();
	if (ptrace(PTRACE_GETREGS, target, 0, &before) < 0)
		die("registers");
	call(&before, argc - 2, argv + 2);
	fflush(stdout);
	if (ptrace(PTRACE_SETREGS, target, 0, &before) < 0 || ptrace(PTRACE_DETACH, target, 0, (long)kept_signal) < 0)
		die("detach");
	return 0;
}
