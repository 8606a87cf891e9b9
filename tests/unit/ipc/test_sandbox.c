/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: each wall holds alone: Landlock stops files, connections and signals even where no seccomp filter would, the
 * filters end whoever calls what is not on the list, and only the named descriptors survive.
 */
#include "session/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
	if (sandbox_limit_session())
		return 1;
	if (write(fd, "x", 1) != -1 || errno != EFBIG)
		return 2;
	for (int i = 0; i < 64; i++)
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
		cmocka_unit_test(test_landlock_files), cmocka_unit_test(test_landlock_net),
		cmocka_unit_test(test_landlock_scope), cmocka_unit_test(test_lists),
		cmocka_unit_test(test_descriptors),    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_become),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
