/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a new session counts only when gate itself brings it, however a session came by gate's channel: the kernel says
 * who sent a message. This program is also the image: executed as gate it lets a child of its own, which is what a
 * session is, forge every message of gate's before it sends the same honestly.
 */
#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/log/syslog.h"
#include "gate/gate.h"
#include "ipc/ipc.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- gate ---- */

/* The near end of a TCP connection to oneself; -1 if there is none. */
static int connection(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), far = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t n = sizeof a;

	if (bind(listener, (struct sockaddr *)&a, n) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &n) < 0 || connect(far, (struct sockaddr *)&a, n) < 0)
		return -1;
	return accept(listener, NULL, NULL);
}

static void bring(struct ipc_channel *core, uint32_t pid)
{
	int pair[2];

	if (ipc_pair(pair) < 0 || IPC_SEND_FDS(core, ((int[]){ pair[0], connection() }), 2, CONNECTION, .pid = pid))
		_exit(1);
}

static int play_gate(void)
{
	struct ipc_channel core;
	int status;
	pid_t pid;

	if (ipc_channel_init(&core, GATE_FD_CORE, FROM_CORE_TO_GATE, false) || IPC_SEND(&core, READY, .walls = 255))
		return 1;
	pid = fork();
	if (pid == 0) {
		bring(&core, (uint32_t)getppid());
		bring(&core, (uint32_t)getpid());
		IPC_SEND(&core, READY, .walls = 0);
		IPC_SEND(&core, REFUSED, .peer = STR("192.0.2.1"), .why = STR("forged"));
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return 1;
	bring(&core, 4711);
	IPC_SEND(&core, REFUSED, .peer = STR("192.0.2.2"), .why = STR("honest"));
	for (;;)
		pause();
}

/* ---- core ---- */

static struct core core;
static struct gatectl *gate;
static unsigned arrived, ready;

static void on_ready(struct core *c)
{
	ready++;
}

static struct peer *on_arrived(struct core *c, int fd, enum ipc_kind kind, const char *address, uint16_t port,
			       const struct peer_origin *origin)
{
	arrived++;
	assert_int_equal(kind, KIND_SSH);
	assert_string_equal(address, "127.0.0.1");
	assert_true(port > 0);
	close(fd);
	return NULL;
}

static bool logged(const char *text)
{
	uint64_t at = 0;
	struct buf log;
	bool found;

	buf_init(&log, 0);
	syslog_lines(core.log, &at, &log);
	found = buf_len(&log) && memmem(buf_ptr(&log), buf_len(&log), text, strlen(text)) != NULL;
	buf_release(&log);
	return found;
}

static void test_only_gate_brings_sessions(void **state)
{
	static const struct gatectl_events events = { .ready = on_ready, .arrived = on_arrived };
	struct errbuf e;

	(void)state;
	TAILQ_INIT(&core.peers);
	core.booted = true;
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	assert_int_equal(model_new(&core.model, NULL), 0);
	core.base = event_base_new();
	gate = core.gate = gatectl_new(&core, -1, &events);
	assert_int_equal(gatectl_start(gate, &e), 0);
	for (int i = 0; i < 10000 && !logged("honest"); i++) {
		event_base_loop(core.base, EVLOOP_NONBLOCK);
		usleep(500);
	}
	assert_true(logged("honest"));
	assert_int_equal(arrived, 1);
	assert_int_equal(ready, 1);
	assert_false(logged("forged"));
	assert_true(logged("IMPOSTOR"));
	kill(gatectl_pid(gate), SIGKILL);
	waitpid(gatectl_pid(gate), NULL, 0);
	syslog_free(core.log);
	model_free(core.model);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_only_gate_brings_sessions) };

	if (argc > 2 && strcmp(argv[1], "--role") == 0)
		_exit(play_gate());
	core.jobs.spawn.image_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	core.jobs.spawn.device_dir = "test-device";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
