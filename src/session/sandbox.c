/* SPDX-License-Identifier: Apache-2.0
 *
 * sandbox.c: see sandbox.h. Runs in gate and sessions before they read a byte of a stranger.
 * The headers of older systems stop at Landlock ABI 2, so the rights and scopes of later ones are defined here; the
 * kernel is asked which it knows. What may be called is one row per system call in `rules`: a session's list is part
 * of gate's, because a session inherits gate's filter and adds its own.
 */
#include "session/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---- Landlock ---- */

struct ruleset {
	uint64_t files;  /* ABI 1 */
	uint64_t net;    /* ABI 4 */
	uint64_t scoped; /* ABI 6 */
};

#define FILES_ABI1      ((UINT64_C(1) << 13) - 1)
#define FILES_REFER     (UINT64_C(1) << 13) /* ABI 2 */
#define FILES_TRUNCATE  (UINT64_C(1) << 14) /* ABI 3 */
#define FILES_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define NET_BIND_TCP    (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define RULE_NET_PORT   2
#define SCOPED_ABSTRACT (UINT64_C(1) << 0)
#define SCOPED_SIGNAL   (UINT64_C(1) << 1)

int sandbox_landlock(void)
{
	return sandbox_landlock_but(NULL, false);
}

/* A file that is not there cannot be read. */
static int grant(int ruleset, const char *const *files)
{
	for (; files && *files; files++) {
		struct landlock_path_beneath_attr rule = { LANDLOCK_ACCESS_FS_READ_FILE,
							   open(*files, O_PATH | O_CLOEXEC) };
		long rc = 0;

		if (rule.parent_fd < 0)
			continue;
		rc = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
		close(rule.parent_fd);
		if (rc < 0)
			return E_IO;
	}
	return 0;
}

/* Who connects may choose its address, and no port: the kernel takes one that is free. */
static int grant_address(int ruleset)
{
	static const struct {
		uint64_t access, port;
	} rule = { NET_BIND_TCP, 0 };

	return syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) < 0 ? E_IO : 0;
}

int sandbox_landlock_but(const char *const *files, bool connects)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset r = { .files = FILES_ABI1 };
	size_t size = sizeof r.files;
	int walls = WALL_FILES, fd, rc = E_IO;

	if (abi < 1)
		return 0;
	r.files |= (abi >= 2 ? FILES_REFER : 0) | (abi >= 3 ? FILES_TRUNCATE : 0) | (abi >= 5 ? FILES_IOCTL_DEV : 0);
	if (abi >= 4) {
		r.net = NET_BIND_TCP | (connects ? 0 : NET_CONNECT_TCP);
		size = offsetof(struct ruleset, scoped);
		walls |= WALL_NET;
	}
	if (abi >= 6) {
		r.scoped = SCOPED_ABSTRACT | SCOPED_SIGNAL;
		size = sizeof r;
		walls |= WALL_SCOPED;
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (fd < 0)
		return E_IO;
	if (grant(fd, files) == 0 && (!connects || !r.net || grant_address(fd) == 0) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0)
		rc = walls;
	close(fd);
	return rc;
}

/* ---- seccomp ---- */

#define S SANDBOX_SESSION
#define G SANDBOX_GATE
#define M SANDBOX_MOVE
#define C SANDBOX_CONNECT
#define R SANDBOX_RESOLVE
#define L SANDBOX_COURIER
#define ARG(n, value)                                                                                                  \
	{                                                                                                              \
		(n), SCMP_CMP_EQ, (value), 0                                                                           \
	}
#define MASK(n, mask, value)                                                                                           \
	{                                                                                                              \
		(n), SCMP_CMP_MASKED_EQ, (mask), (value)                                                               \
	}
#define MAX_ARGS 2

struct rule {
	int nr;
	unsigned roles;
	struct scmp_arg_cmp args[MAX_ARGS];
	unsigned n_args;
};

#define ANY(name, roles)                                                                                               \
	{                                                                                                              \
		SCMP_SYS(name), roles, { { 0 } }, 0                                                                    \
	}
#define ONE(name, roles, a)                                                                                            \
	{                                                                                                              \
		SCMP_SYS(name), roles, { a }, 1                                                                        \
	}
#define TWO(name, roles, a, b)                                                                                         \
	{                                                                                                              \
		SCMP_SYS(name), roles, { a, b }, 2                                                                     \
	}

/* glibc's fork and nothing else: no thread, no namespace, no shared memory. */
#define FORK_FLAGS (CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD)

static const struct rule rules[] = {
	/* talking over the descriptors one has */
	ANY(read, S | G),
	ANY(write, S | G),
	ANY(recvmsg, S | G),
	ANY(sendmsg, S | G),
	ANY(ppoll, S | G),
	ANY(close, S | G),
	ANY(pread64, S | G), /* long output in a sealed memfd, and files */
	/* files that core opened for writing, or as what a new one begins as */
	ANY(pwrite64, S | G),
	ANY(ftruncate, S | G),
	ANY(fsync, S | G),
	ANY(copy_file_range, S | G),
	TWO(setsockopt, S | G, ARG(1, IPPROTO_TCP), ARG(2, TCP_QUICKACK)),
	ONE(ioctl, S | G, ARG(1, TIOCGWINSZ)),
	TWO(prlimit64, S | G, ARG(0, 0), ARG(1, RLIMIT_FSIZE)), /* how large a file may become, where core gave one */
	/* memory, never executable; protections do not change */
	ONE(mmap, S | G, MASK(2, PROT_EXEC, 0)),
	ANY(munmap, S | G),
	ANY(brk, S | G),
	ANY(mremap, S | G), /* a large buffer that grows */
	ONE(madvise, G, ARG(2, MADV_DONTFORK)),
	/* libcrypto and the C library; the clocks only where the kernel does not lend them to the process */
	ANY(getrandom, S | G),
	ANY(clock_gettime, S | G),
	ANY(gettimeofday, S | G),
	ANY(time, S | G),
	ANY(getpid, S | G),
	ANY(futex, S | G), /* what is made once: helpers, and methods gate did not warm */
	ANY(exit_group, S | G),
	/* gate: accepting and forking */
	ANY(accept4, G),
	ANY(getsockname, G), /* an access list may name the address that was called */
	TWO(setsockopt, G, ARG(1, SOL_SOCKET), ARG(2, SO_LINGER)),
	TWO(setsockopt, G, ARG(1, IPPROTO_TCP), ARG(2, TCP_NODELAY)),
	TWO(setsockopt, G, ARG(1, SOL_SOCKET), ARG(2, SO_PASSCRED)),
	ONE(socketpair, G, ARG(0, AF_UNIX)),
	ONE(fcntl, G, ARG(1, F_SETFL)),
	ONE(fcntl, G, ARG(1, F_DUPFD)),
	ONE(clone, G, ARG(0, FORK_FLAGS)),
	ANY(wait4, G),
	ANY(rt_sigreturn, G),          /* a child ended */
	ONE(kill, G, ARG(1, SIGKILL)), /* Landlock keeps it inside gate's own domain */
	/* gate's child: becoming a session */
	ANY(set_robust_list, G),
	ANY(rt_sigprocmask, G),
	ANY(close_range, G),
	ANY(dup3, G),
	ANY(rt_sigaction, G),
	ONE(prlimit64, G, ARG(0, 0)),
	TWO(prctl, G, ARG(0, PR_SET_DUMPABLE), ARG(1, 0)),
	ONE(prctl, G, ARG(0, PR_SET_NO_NEW_PRIVS)),
	ONE(prctl, G, ARG(0, PR_SET_NAME)),
	ANY(landlock_create_ruleset, G),
	ANY(landlock_restrict_self, G),
	ONE(seccomp, G, ARG(0, SECCOMP_SET_MODE_FILTER)),
	/* helpers that move files: the descriptors they were given */
	ANY(copy_file_range, M),
	ANY(fdatasync, M),
	/* helpers that connect: only over IP */
	TWO(socket, C, ARG(0, AF_INET), MASK(1, 0xf, SOCK_STREAM)),
	TWO(socket, C, ARG(0, AF_INET), MASK(1, 0xf, SOCK_DGRAM)),
	TWO(socket, C, ARG(0, AF_INET6), MASK(1, 0xf, SOCK_STREAM)),
	TWO(socket, C, ARG(0, AF_INET6), MASK(1, 0xf, SOCK_DGRAM)),
	ONE(socketpair, C, ARG(0, AF_UNIX)),
	ANY(connect, C),
	ANY(bind, C), /* tftp answers from another port */
	ANY(sendto, C),
	ANY(recvfrom, C),
	ANY(poll, C),
	ANY(setsockopt, C),
	ANY(getsockopt, C),
	ANY(getsockname, C),
	ANY(getpeername, C),
	ONE(fcntl, C, ARG(1, F_GETFL)),
	ONE(fcntl, C, ARG(1, F_SETFL)),
	/* … and look names up: Landlock says in which files */
	ANY(openat, R),
	ANY(fstat, R),
	ANY(newfstatat, R),
	ANY(lseek, R),
	ANY(sendmmsg, R),
	ONE(ioctl, R, ARG(1, FIONREAD)),
	ONE(socket, R, ARG(0, AF_NETLINK)), /* which kinds of addresses this host has */
	ANY(uname, R),
	ONE(ioctl, L, ARG(1, SIOCOUTQ)), /* bytes the other end has not acknowledged */
#if SANITIZED
	ANY(mprotect, S | G),
	ANY(madvise, S | G),
	ANY(rt_sigprocmask, S),
	ANY(sched_yield, S | G),
	ANY(sigaltstack, S | G),
	ANY(gettid, S | G),
	ANY(tgkill, S | G),
	ANY(rt_sigaction, S),
#endif
};

static int fill(scmp_filter_ctx ctx, unsigned roles)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		const struct rule *r = &rules[i];

		if (!(r->roles & roles))
			continue;
		if (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, r->nr, r->n_args, r->args) < 0)
			return E_UNSUPPORTED;
	}
	return 0;
}

/* libseccomp can only write a program into a file: one in memory. */
static int export_program(scmp_filter_ctx ctx, struct sock_fprog *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), rc = E_IO;
	struct stat st;
	size_t n;

	if (fd < 0 || seccomp_export_bpf(ctx, fd) < 0 || fstat(fd, &st) < 0)
		goto out;
	n = (size_t)st.st_size / sizeof *out->filter;
	if (n == 0 || n > BPF_MAXINSNS)
		goto out;
	out->filter = calloc(n, sizeof *out->filter);
	rc = E_NOMEM;
	if (!out->filter)
		goto out;
	out->len = (unsigned short)n;
	rc = pread(fd, out->filter, n * sizeof *out->filter, 0) == st.st_size ? 0 : E_IO;
out:
	if (rc) {
		free(out->filter);
		*out = (struct sock_fprog){ 0 };
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int sandbox_compile(unsigned roles, struct sock_fprog *out, struct errbuf *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = E_NOMEM;

	*out = (struct sock_fprog){ 0 };
	if (!ctx)
		return err_set(e, rc, "system call filter failed: out of memory");
	rc = fill(ctx, roles);
	if (rc == 0)
		rc = export_program(ctx, out);
	seccomp_release(ctx);
	return rc ? err_set(e, rc, "system call filter failed: %s", err_text(rc)) : 0;
}

int sandbox_apply(const struct sock_fprog *filter)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return E_IO;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) == 0 ? 0 : E_IO;
}

/* ---- the rest ---- */

static int limit(int what, rlim_t soft, rlim_t hard)
{
	return setrlimit(what, &(struct rlimit){ soft, hard });
}

int sandbox_undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && limit(RLIMIT_CORE, 0, 0) == 0 ? 0 : E_IO;
}

int sandbox_close_others(const int *keep, unsigned n)
{
	unsigned from = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned fd = (unsigned)keep[i];

		if (fd > from && close_range(from, fd - 1, 0) < 0)
			return E_IO;
		from = fd + 1;
	}
	return close_range(from, UINT_MAX, 0) < 0 ? E_IO : 0;
}

int sandbox_become(uid_t uid, gid_t gid, const char *root, struct errbuf *e)
{
	if (root && (chdir(root) < 0 || chroot(".") < 0))
		return err_set(e, E_IO, "chroot failed: \"%s\"", root);
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return err_set(e, E_IO, "change of user failed: %u", (unsigned)uid);
	if (uid == 0 || setresuid(0, 0, 0) == 0)
		return err_set(e, E_DENIED, "user %u is not harmless", (unsigned)uid);
	return 0;
}

#define SESSION_DATA  ((rlim_t)64 << 20)
#define SESSION_SPACE ((rlim_t)512 << 20)

int sandbox_limit_session(unsigned fds)
{
	/* No process also means no thread. Files: none until core gives a descriptor to write, and then as large as it
	 * says. */
	if (limit(RLIMIT_NOFILE, fds, fds) < 0 || limit(RLIMIT_NPROC, 0, 0) < 0 ||
	    limit(RLIMIT_FSIZE, 0, RLIM_INFINITY) < 0 || limit(RLIMIT_CORE, 0, 0) < 0)
		return E_IO;
	if (!SANITIZED &&
	    (limit(RLIMIT_DATA, SESSION_DATA, SESSION_DATA) < 0 || limit(RLIMIT_AS, SESSION_SPACE, SESSION_SPACE) < 0))
		return E_IO;
	return 0;
}

unsigned sandbox_argument(int argc, char **argv, const char *option)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], option) == 0)
			return (unsigned)strtoul(argv[i + 1], NULL, 10);
	return 0;
}

int sandbox_alone(int argc, char **argv, unsigned roles, int fd, unsigned fds, rlim_t cpu_seconds)
{
	unsigned uid = sandbox_argument(argc, argv, "--uid"), gid = sandbox_argument(argc, argv, "--gid");
	struct sock_fprog filter;

	if (sandbox_close_others(&fd, 1) < 0 || sandbox_compile(roles, &filter, NULL) < 0)
		return E_IO;
	if (uid && sandbox_become(uid, gid, NULL, NULL) < 0)
		return E_IO;
	if (sandbox_undumpable() < 0 || sandbox_landlock() < 0 || sandbox_limit_session(fds) < 0 ||
	    limit(RLIMIT_FSIZE, 0, 0) < 0 || limit(RLIMIT_CPU, cpu_seconds, cpu_seconds) < 0)
		return E_IO;
	return sandbox_apply(&filter);
}
