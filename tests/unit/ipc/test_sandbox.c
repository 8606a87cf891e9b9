/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: each wall holds alone: Landlock stops files, connections and signals even where no seccomp filter would, the
 * filters end whoever calls what is not on the list, by any number, argument or architecture, and only the named
 * descriptors survive.
 */
#include "session/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct sock_fprog session_list, gate_list;

static int setup(void **state)
{
	struct errbuf e;

	(void)state;
	return sandbox_compile(SANDBOX_SESSION, &session_list, &e) || sandbox_compile(SANDBOX_GATE, &gate_list, &e);
}

static int teardown(void **state)
{
	(void)state;
	free(session_list.filter);
	free(gate_list.filter);
	return 0;
}

/* Runs f in a child; its exit status, or 1000 + the signal that ended it. */
static int in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(f());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int landlock_files(void)
{
	if (!(sandbox_landlock() & WALL_FILES))
		return 77;
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
		return 1;
	if (open("/dev/null", O_RDWR) >= 0 || errno != EACCES)
		return 2;
	if (open("/tmp", O_TMPFILE | O_RDWR, 0600) >= 0 || errno != EACCES)
		return 3;
	return 0;
}

static int landlock_net(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(9),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (!(sandbox_landlock() & WALL_NET))
		return 77;
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 || errno != EACCES)
		return 1;
	a.sin_port = htons(20009);
	return bind(fd, (struct sockaddr *)&a, sizeof a) < 0 && errno == EACCES ? 0 : 2;
}

/* Who may connect has no port, but any address of the host. */
static int landlock_connecting(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(20009),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 6) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (!(sandbox_landlock_but(NULL, true) & WALL_NET))
		return 77;
	if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0 || errno != EACCES)
		return 1;
	a.sin_port = 0;
	if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0)
		return 2;
	a.sin_port = htons(9);
	return connect(fd, (struct sockaddr *)&a, sizeof a) < 0 && errno == EACCES ? 3 : 0;
}

static struct sockaddr_un outside = { .sun_family = AF_UNIX };
static socklen_t outside_len = sizeof outside.sun_family; /* the kernel finds an abstract name nobody has */

static int landlock_scope(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), walls = sandbox_landlock();

	if (!(walls & WALL_SCOPED))
		return 77;
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return 1;
	return connect(fd, (const struct sockaddr *)&outside, outside_len) < 0 && errno == EPERM ? 0 : 2;
}

static void holds(int outcome)
{
	if (outcome == 77)
		skip(); /* this kernel has no such wall */
	assert_int_equal(outcome, 0);
}

static void test_landlock_files(void **state)
{
	(void)state;
	holds(in_child(landlock_files));
}

static void test_landlock_net(void **state)
{
	(void)state;
	holds(in_child(landlock_net));
}

static void test_landlock_connecting(void **state)
{
	(void)state;
	holds(in_child(landlock_connecting));
}

/* The socket to reach is this process's own, outside of the child's domain. */
static void test_landlock_scope(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(fd, (const struct sockaddr *)&outside, outside_len), 0);
	outside_len = sizeof outside;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&outside, &outside_len), 0);
	assert_int_equal(listen(fd, 1), 0);
	holds(in_child(landlock_scope));
	close(fd);
}

static int lists_open(void)
{
	return sandbox_apply(&session_list) ? 1 : open("/etc/passwd", O_RDONLY) >= 0 ? 2 : 3;
}

static int lists_socket(void)
{
	return sandbox_apply(&session_list) ? 1 : socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 2 : 3;
}

static int lists_executable(void)
{
	return sandbox_apply(&session_list)                                                  ? 1
	       : mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ? 2
											     : 3;
}

static int lists_sockopt(void)
{
	int on = 1;

	return sandbox_apply(&session_list) ? 1 : setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ? 2 : 3;
}

static int lists_gate_socket(void)
{
	return sandbox_apply(&gate_list) ? 1 : socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 2 : 3;
}

static int lists_gate_term(void)
{
	return sandbox_apply(&gate_list) ? 1 : kill(getpid(), SIGTERM) ? 2 : 3;
}

static int lists_allowed(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) || sandbox_apply(&gate_list) || sandbox_apply(&session_list))
		return 1;
	void *p = malloc(1 << 20);
	if (!p)
		return 2;
	memset(p, 1, 1 << 20);
	free(p);
	return write(fds[0], "x", 1) == 1 ? 0 : 3;
}

static void test_lists(void **state)
{
	static int (*const forbidden[])(void) = { lists_open,    lists_socket,      lists_executable,
						  lists_sockopt, lists_gate_socket, lists_gate_term };

	(void)state;
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
		assert_int_equal(in_child(forbidden[i]), 1000 + SIGSYS);
	assert_int_equal(in_child(lists_allowed), 0);
}

/* What may be called at all, whatever the arguments. A call that is added to the sandbox is added here by somebody who
 * knows why; one that no device test needs any more goes from both. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZER                                                                                                      \
	SYS_mprotect, SYS_madvise, SYS_rt_sigprocmask, SYS_sched_yield, SYS_sigaltstack, SYS_gettid, SYS_tgkill,       \
	    SYS_rt_sigaction,
#else
#define SANITIZER
#endif
#ifdef SYS_time
#define TIME SYS_time,
#else
#define TIME
#endif

static const long session_calls[] = {
	SANITIZER TIME SYS_read,
	SYS_write,
	SYS_recvmsg,
	SYS_sendmsg,
	SYS_ppoll,
	SYS_close,
	SYS_pread64,
	SYS_pwrite64,
	SYS_ftruncate,
	SYS_fsync,
	SYS_copy_file_range,
	SYS_setsockopt,
	SYS_ioctl,
	SYS_prlimit64,
	SYS_mmap,
	SYS_munmap,
	SYS_mremap,
	SYS_brk,
	SYS_getrandom,
	SYS_getpid,
	SYS_futex,
	SYS_clock_gettime,
	SYS_gettimeofday,
	SYS_exit_group,
};
static const long gate_calls[] = {
	SYS_accept4,
	SYS_getsockname,
	SYS_madvise,
	SYS_socketpair,
	SYS_fcntl,
	SYS_clone,
	SYS_wait4,
	SYS_rt_sigreturn,
	SYS_kill,
	SYS_set_robust_list,
	SYS_rt_sigprocmask,
	SYS_close_range,
	SYS_dup3,
	SYS_rt_sigaction,
	SYS_prlimit64,
	SYS_prctl,
	SYS_landlock_create_ruleset,
	SYS_landlock_restrict_self,
	SYS_seccomp,
};

static bool named(const long *calls, size_t n, long nr)
{
	while (n--)
		if (calls[n] == nr)
			return true;
	return false;
}
#define NAMED(calls, nr) named(calls, sizeof(calls) / sizeof((calls)[0]), nr)

static struct attempt {
	bool session; /* behind both lists, as a session is; else gate's alone */
	long nr, args[3];
} attempt;

/* Where the list does not end it, -1 is no descriptor, no address and no process. */
static int attempts(void)
{
	if (sandbox_apply(&gate_list) || (attempt.session && sandbox_apply(&session_list)))
		return 1;
	syscall(attempt.nr, attempt.args[0], attempt.args[1], attempt.args[2], -1L, -1L, -1L);
	return 2;
}

static void is_forbidden(bool session, long nr, long a, long b, long c)
{
	attempt = (struct attempt){ session, nr, { a, b, c } };
	if (in_child(attempts) != 1000 + SIGSYS)
		fail_msg("system call %ld(%ld, %ld, %ld) is not forbidden", nr, a, b, c);
}

/* Linux lets uretprobe and uprobe pass every filter; away from a probe they end the caller or do nothing. */
#define PROBES(nr) ((nr) == 335 || (nr) == 336)
#define NUMBERS    512         /* more than there are */
#define X32_BIT    0x40000000L /* the same calls by another door */

static void test_every_other_call(void **state)
{
	(void)state;
	for (long nr = 0; nr < NUMBERS; nr++) {
		if (PROBES(nr))
			continue;
		if (!NAMED(session_calls, nr))
			is_forbidden(true, nr, -1, -1, -1);
		if (!NAMED(session_calls, nr) && !NAMED(gate_calls, nr))
			is_forbidden(false, nr, -1, -1, -1);
#ifdef __x86_64__
		is_forbidden(true, X32_BIT | nr, -1, -1, -1);
#endif
	}
}

/* Calls that are allowed for one thing are for nothing else. */
static void test_every_other_argument(void **state)
{
	static const struct attempt both[] = {
		{ true, SYS_ioctl, { 0, TIOCSTI, 0 } },
		{ true, SYS_ioctl, { 0, FIONBIO, 0 } },
		{ true, SYS_mmap, { 0, 4096, PROT_EXEC } },
		{ true, SYS_mmap, { 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC } },
		{ true, SYS_setsockopt, { 0, SOL_SOCKET, SO_RCVBUF } },
		{ true, SYS_setsockopt, { 0, IPPROTO_TCP, TCP_CORK } },
		{ true, SYS_setsockopt, { 0, IPPROTO_IP, TCP_QUICKACK } },
	};
	static const struct attempt one[] = {
		{ true, SYS_setsockopt, { 0, SOL_SOCKET, SO_PASSCRED } },
		{ true, SYS_setsockopt, { 0, IPPROTO_TCP, TCP_NODELAY } },
		{ false, SYS_socketpair, { AF_INET, SOCK_STREAM, 0 } },
		{ false, SYS_fcntl, { 0, F_GETFL, 0 } },
#if !defined(__SANITIZE_ADDRESS__)
		{ false, SYS_madvise, { 0, 4096, MADV_DONTNEED } },
		{ false, SYS_madvise, { 0, 4096, MADV_DOFORK } },
#endif
		{ false, SYS_fcntl, { 0, F_SETOWN, 1 } },
		{ false, SYS_fcntl, { 0, F_SETLEASE, 0 } },
		{ false, SYS_clone, { CLONE_NEWUSER | SIGCHLD, 0, 0 } },
		{ false, SYS_clone, { CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, 0, 0 } },
		{ false, SYS_clone, { SIGCHLD, 0, 0 } },
		{ false, SYS_kill, { 1, SIGTERM, 0 } },
		{ false, SYS_kill, { 1, 0, 0 } },
		{ false, SYS_prlimit64, { 1, RLIMIT_CORE, 0 } },
		{ false, SYS_prctl, { PR_SET_DUMPABLE, 1, 0 } },
		{ false, SYS_prctl, { PR_SET_PTRACER, -1, 0 } },
		{ false, SYS_prctl, { PR_SET_SECCOMP, 1, 0 } },
		{ false, SYS_seccomp, { SECCOMP_SET_MODE_STRICT, 0, 0 } },
		{ false, SYS_seccomp, { SECCOMP_GET_ACTION_AVAIL, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++)
		for (int session = 0; session < 2; session++)
			is_forbidden(session, both[i].nr, both[i].args[0], both[i].args[1], both[i].args[2]);
	for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
		is_forbidden(one[i].session, one[i].nr, one[i].args[0], one[i].args[1], one[i].args[2]);
}

#ifdef __x86_64__
static int calls_as_32_bits(void)
{
	long nr = 20; /* getpid there, writev here */

	if (sandbox_apply(&gate_list) || sandbox_apply(&session_list))
		return 1;
	__asm__ volatile("int $0x80" : "+a"(nr) : : "memory");
	return 2;
}

static void test_other_architecture(void **state)
{
	(void)state;
	assert_int_equal(in_child(calls_as_32_bits), 1000 + SIGSYS);
}
#endif

static int keeps_named(void)
{
	static const int keep[] = { 4, 7 };

	for (int fd = 3; fd < 12; fd++)
		dup2(0, fd);
	if (sandbox_close_others(keep, 2))
		return 1;
	for (int fd = 0; fd < 64; fd++)
		if ((fcntl(fd, F_GETFD) >= 0) != (fd == 4 || fd == 7))
			return 2;
	return 0;
}

static void test_descriptors(void **state)
{
	(void)state;
	assert_int_equal(in_child(keeps_named), 0);
}

static int limited(void)
{
	int fd = memfd_create("x", 0);

	signal(SIGXFSZ, SIG_IGN);
	if (sandbox_limit_session(SANDBOX_SESSION_FDS))
		return 1;
	if (write(fd, "x", 1) != -1 || errno != EFBIG)
		return 2;
	for (int i = 0; i < 100; i++)
		if (dup(fd) < 0)
			return errno == EMFILE ? 0 : 3;
	return 4;
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(in_child(limited), 0);
}

static int becomes(void)
{
	struct errbuf e;

	if (sandbox_become(0, 0, NULL, &e) != E_DENIED)
		return 1;
	if (sandbox_become(65534, 65534, "/proc/self/fdinfo", &e))
		return 2;
	if (getuid() != 65534 || getgroups(0, NULL) != 0 || setuid(0) == 0)
		return 3;
	return open("/etc/passwd", O_RDONLY) < 0 ? 0 : 4;
}

static void test_become(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(becomes), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_landlock_files),
		cmocka_unit_test(test_landlock_net),
		cmocka_unit_test(test_landlock_connecting),
		cmocka_unit_test(test_landlock_scope),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_every_other_call),
		cmocka_unit_test(test_every_other_argument),
#ifdef __x86_64__
		cmocka_unit_test(test_other_architecture),
#endif
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_become),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
