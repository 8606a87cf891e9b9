/* SPDX-License-Identifier: Apache-2.0
 *
 * test_ending.c: a process that stays behind its session is killed, at once or after its grace; one that began after
 * that session's end has only its number, and lives.
 */
#include "core/session/ending.h"

#include "core/session/peer.h"

#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t stays(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static bool lives(pid_t pid)
{
	siginfo_t how = { 0 };

	assert_int_equal(waitid(P_PID, (id_t)pid, &how, WEXITED | WNOHANG | WNOWAIT), 0);
	return how.si_pid == 0;
}

static void assert_killed(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_at_once(void **state)
{
	pid_t pid = stays();

	ending_begin(NULL, pid, true);
	assert_killed(pid);
	ending_begin(NULL, pid, true); /* nobody has that number now */
	ending_begin(NULL, 0, true);   /* and not the group of whoever calls */
}

static void test_after_its_grace(void **state)
{
	struct event_base *base = event_base_new();
	pid_t pid = stays();
	uint64_t begun = ending_now_ms();

	ending_begin(base, pid, false);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(lives(pid));
	event_base_dispatch(base); /* until the timer is through */
	assert_true(ending_now_ms() - begun >= PEER_CLOSE_GRACE_MS - 100);
	assert_killed(pid);
	event_base_free(base);
}

static void test_another_of_that_number(void **state)
{
	pid_t pid = stays();

	ending_kill(pid, ending_now_ms() - 1000);
	assert_true(lives(pid));
	ending_kill(pid, ending_now_ms());
	assert_killed(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_after_its_grace),
		cmocka_unit_test(test_another_of_that_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
