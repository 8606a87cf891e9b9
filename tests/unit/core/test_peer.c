/* SPDX-License-Identifier: Apache-2.0
 *
 * test_peer.c: a session that breaks the rules is ended, and until then cannot make core spend without bound.
 */
#include "core/commands/commands.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/session/service.h"
#include "core/session/terminal.h"
#include "lines/lines.h"

#include <dirent.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct cmd_handler handlers[] = {
#define COMMAND_ROW(name, fn) { name, fn },
	COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};
static const struct peer_origin nobody;

struct bed {
	struct core core;
	struct peer *peer;
	struct ipc_channel session; /* the other end */
};

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static bool ended(const struct bed *b)
{
	return TAILQ_EMPTY(&b->core.peers);
}

static int setup(void **state)
{
	static struct bed b;
	int pair[2];

	b = (struct bed){ 0 };
	TAILQ_INIT(&b.core.peers);
	b.core.nvram_fd = -1;
	b.core.log = syslog_new(-1, &b.core.clock);
	syslog_booted(b.core.log);
	assert_int_equal(model_new(&b.core.model, NULL), 0);
	assert_int_equal(cmd_set_new(&b.core.cmds, "ios", b.core.model, NULL), 0);
	assert_int_equal(cmd_set_bind(b.core.cmds, handlers, sizeof handlers / sizeof handlers[0], NULL), 0);
	b.core.lines = lines_new(b.core.model);
	b.core.base = event_base_new();
	for (int i = 0; i < 200; i++) /* `show logging` is then longer than what goes inline */
		syslog_event(b.core.log, "TEST", 6, "LINE", "%0300d", i);
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&b.session, pair[1], FROM_CORE, false), 0);
	b.peer = service_start(&b.core, pair[0], KIND_CONSOLE, "", 0, &nobody);
	assert_non_null(b.peer);
	cli_release(&b.peer->cli); /* as if somebody had come in */
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	event_base_free(b->core.base);
	lines_free(b->core.lines);
	cmd_set_free(b->core.cmds);
	model_free(b->core.model);
	syslog_free(b->core.log);
	return 0;
}

/* Plays the session in a process of its own, which core may kill for what it does, while core's loop turns; the most
 * descriptors core had open meanwhile, above those it had before. */
static unsigned play(struct bed *b, void (*session)(struct ipc_channel *ch))
{
	unsigned before = descriptors(), most = before;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(60); /* also where core does not end it */
		session(&b->session);
		pause();
	}
	ipc_channel_release(&b->session);
	for (int i = 0; i < 5000 && !ended(b); i++) {
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
		most = descriptors() > most ? descriptors() : most;
		usleep(500);
	}
	assert_true(ended(b));
	kill(pid, SIGKILL); /* one whose first message was refused is gate's to kill: core has not learnt its pid */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return most - before;
}

static void asks_and_never_reads(struct ipc_channel *ch)
{
	for (;;) {
		if (IPC_SEND(ch, RUN, .line = STR("show logging")) == E_AGAIN)
			usleep(100);
	}
}

static void test_output_nobody_takes_is_bounded(void **state)
{
	assert_in_range(play(*state, asks_and_never_reads), 0, 64); /* some wait in the socket itself */
}

static void logs_in_on_a_line(struct ipc_channel *ch)
{
	IPC_SEND(ch, AUTH_PASSWORD, .user = STR("admin"), .password = STR("x"));
}

static unsigned peers(const struct bed *b)
{
	const struct peer *p;
	unsigned n = 0;

	TAILQ_FOREACH (p, &b->core.peers, link)
		n++;
	return n;
}

/* Another session, as far as `phase`; its end of the channel without our checks. */
static int join(struct bed *b, enum ipc_phase phase)
{
	struct peer *p;
	int pair[2];

	assert_int_equal(ipc_pair(pair), 0);
	p = service_start(&b->core, pair[0], KIND_CONSOLE, "", 0, &nobody);
	assert_non_null(p);
	peer_set_phase(p, phase);
	return pair[1];
}

static void send_raw(int fd, unsigned type, unsigned nfds)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	uint8_t bytes[2] = { (uint8_t)(type >> 8), (uint8_t)type };
	struct iovec iov = { bytes, sizeof bytes };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const int fds[2] = { 0, 0 };

	if (nfds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &msg, 0), (ssize_t)sizeof bytes);
}

static void out_of_turn(struct bed *b, enum ipc_phase phase, unsigned type, unsigned nfds)
{
	unsigned before = peers(b);
	int fd = join(b, phase);

	send_raw(fd, type, nfds);
	for (int i = 0; i < 100 && peers(b) > before; i++)
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
	if (peers(b) != before)
		fail_msg("%s with %u descriptors in phase %d is answered", type < IPC_TYPES ? ipc_rows[type].name : "?",
			 nfds, phase);
	close(fd);
}

/* Every row of the vocabulary, in every phase that is not its own, of every other sender, and with descriptors it does
 * not bring: it ends the session that sent it, and core keeps nothing. */
static void test_every_message_out_of_turn(void **state)
{
	struct bed *b = *state;
	unsigned before = descriptors();

	for (unsigned phase = PH_NEW; phase <= PH_LINE; phase <<= 1) {
		for (unsigned type = 0; type < IPC_TYPES + 2; type++) {
			const struct ipc_row *row = &ipc_rows[type < IPC_TYPES ? type : IPC_NONE];
			bool its_turn = row->from == FROM_SESSION && (row->phases & phase);

			for (unsigned nfds = 0; nfds <= 2; nfds++) {
				if (!its_turn || nfds != row->fds)
					out_of_turn(b, (enum ipc_phase)phase, type, nfds);
			}
		}
	}
	assert_int_equal(descriptors(), before);
	play(b, asks_and_never_reads);
}

/* What the rows must say, written down a second time: a phase that is added to one is added here by somebody who knows
 * what a stranger can do with it. */
static void test_phases_are_these(void **state)
{
	static const struct {
		enum ipc_type type;
		unsigned phases;
	} rows[] = {
		{ IPC_COOKIE_ASK, PH_USER | PH_LINE },
		{ IPC_SIGN, PH_NEW | PH_USER | PH_LINE }, /* once before login */
		{ IPC_AUTH_NONE, PH_KEYED },
		{ IPC_AUTH_PASSWORD, PH_KEYED },
		{ IPC_AUTH_KBDINT, PH_KEYED },
		{ IPC_AUTH_ANSWER, PH_KEYED },
		{ IPC_AUTH_KEY, PH_KEYED },
		{ IPC_PROVE, PH_USER | PH_LINE },
		{ IPC_OPEN, PH_USER },
		{ IPC_RUN, PH_LINE },
		{ IPC_ANSWER, PH_LINE },
		{ IPC_HELP, PH_LINE },
		{ IPC_COMPLETE, PH_LINE },
		{ IPC_CANCEL, PH_LINE },
		{ IPC_RESIZE, PH_LINE },
		{ IPC_ACTIVE, PH_LINE },
	};
	struct bed *b = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (unsigned phase = PH_NEW; phase <= PH_LINE; phase <<= 1) {
			if (!(rows[i].phases & phase))
				out_of_turn(b, (enum ipc_phase)phase, rows[i].type, 0);
		}
	}
	play(b, logs_in_on_a_line);
}

static void runs_while_asked(struct ipc_channel *ch)
{
	IPC_SEND(ch, RUN, .line = STR("reload")); /* which asks */
	IPC_SEND(ch, RUN, .line = STR("show version"));
}

static void test_one_command_at_a_time(void **state)
{
	struct bed *b = *state;

	b->peer->cli.level = 15;
	play(b, runs_while_asked);
}

static volatile bool *answered; /* by the session's process */

static void answers_nobody(struct ipc_channel *ch)
{
	struct ipc_record r = { 0 };

	for (int i = 0; i < 20000; i++) {
		while (IPC_SEND(ch, ANSWER, .text = STR("show version")) == E_AGAIN)
			usleep(100);
	}
	while (IPC_SEND(ch, RUN, .line = STR("show clock")) == E_AGAIN)
		usleep(100);
	while (r.type != IPC_DONE) {
		if (ipc_recv(ch, PH_ANY, 0, &r) == 0 && r.type == IPC_OUT)
			*answered = memmem(r.body.p, r.body.n, "Ravelin", 7) == NULL;
	}
	logs_in_on_a_line(ch); /* this ends it */
}

/* An answer that nobody asked for is no command, however often it comes; the next command is served. */
static void test_answers_without_a_question(void **state)
{
	answered = mmap(NULL, sizeof *answered, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(answered != MAP_FAILED);
	play(*state, answers_nobody);
	assert_true(*answered);
}

static void sends_escapes(struct ipc_channel *ch)
{
	IPC_SEND(ch, KEXED, .client = STR("SSH-2.0-x"), .kex = STR("k"), .hostkey = STR("h"),
		 .cipher_in = STR("\033]52;c;AAAA\007"), .cipher_out = STR("c"), .mac_in = STR("m"),
		 .mac_out = STR("m"));
}

static void test_names_are_printable(void **state)
{
	play(*state, sends_escapes);
}

static void test_wrong_phase_ends_it(void **state)
{
	play(*state, logs_in_on_a_line);
}

/* Nobody presses a key where one command runs: its output does not stop, whatever the window does. */
static void test_one_command_has_no_pages(void **state)
{
	struct bed *b = *state;

	b->peer->length = 0;
	b->peer->exec = true;
	terminal_resize(b->peer, 100, 30);
	assert_int_equal(b->peer->length, 0);
	b->peer->exec = false;
	b->peer->cli.leave = true; /* it ends behind its command */
	terminal_resize(b->peer, 100, 30);
	assert_int_equal(b->peer->length, 0);
	assert_int_equal(b->peer->width, 100);
	play(b, logs_in_on_a_line);
}

static void answers(struct ipc_channel *ch)
{
	IPC_SEND(ch, ANSWER, .cancelled = 0, .text = STR("\r"));
	logs_in_on_a_line(ch); /* this ends it */
}

/* What he was asked before his line was cleared, he cannot say yes to any more. */
static void test_who_was_told_to_end_answers_nothing(void **state)
{
	struct bed *b = *state;
	uint64_t at = 0;
	struct buf log;

	b->peer->cli.level = 15;
	assert_int_equal(cli_command(&b->peer->cli, STR("clear logging")), 0);
	peer_close(b->peer, 1, "");
	play(b, answers);
	buf_init(&log, 0);
	syslog_lines(b->core.log, &at, &log);
	assert_true(buf_len(&log) > 200 * 300);
	buf_release(&log);
}

/* The session was told that his certificate permits no terminal; one that asks for it all the same has broken out. */
static void test_no_terminal_without_permission(void **state)
{
	const struct ipc_msg_OPEN shell = { .kind = OPEN_SHELL, .pty = 1 }, command = { .kind = OPEN_EXEC };
	struct bed *b = *state;

	b->peer->login.cert.no_pty = true;
	terminal_open(b->peer, &command); /* refused for another reason: nobody has logged in */
	assert_true(b->peer->closing && !b->peer->doomed);
	b->peer->closing = false;
	terminal_open(b->peer, &shell);
	assert_true(b->peer->doomed && !b->peer->closing);
	play(b, logs_in_on_a_line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_output_nobody_takes_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_message_out_of_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_phases_are_these, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_command_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answers_without_a_question, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_are_printable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_phase_ends_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_command_has_no_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_was_told_to_end_answers_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_terminal_without_permission, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
