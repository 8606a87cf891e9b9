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

typedef void session_fn(struct ipc_channel *ch);

/* A session in a process of its own, which core may kill for what it does. */
static pid_t begin(struct ipc_channel *ch, session_fn *session)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(60); /* also where core does not end it */
		session(ch);
		pause();
	}
	ipc_channel_release(ch);
	return pid;
}

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL); /* one whose first message was refused is gate's to kill: core has not learnt its pid */
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void grow(size_t *most, size_t n)
{
	*most = n > *most ? n : *most;
}

/* What core had for sessions at most: descriptors above those it had before, bytes that wait for one of them. */
struct spent {
	size_t descriptors, bytes;
};

/* Plays the session while core's loop turns, until it was ended. */
static struct spent play(struct bed *b, session_fn *session)
{
	struct spent most = { 0, 0 };
	unsigned before = descriptors();
	pid_t pid = begin(&b->session, session);

	for (int i = 0; i < 5000 && !ended(b); i++) {
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
		grow(&most.descriptors, descriptors() > before ? descriptors() - before : 0);
		grow(&most.bytes, ended(b) ? 0 : buf_len(&b->peer->queue));
		usleep(500);
	}
	assert_true(ended(b));
	end(pid);
	return most;
}

/* How often the log has it. */
static unsigned logged(const struct bed *b, const char *text)
{
	const uint8_t *at;
	uint64_t from = 0;
	unsigned n = 0;
	struct buf log;

	buf_init(&log, 0);
	syslog_lines(b->core.log, &from, &log);
	at = buf_ptr(&log);
	while (at && (at = memmem(at, buf_len(&log) - (size_t)(at - buf_ptr(&log)), text, strlen(text)))) {
		at++;
		n++;
	}
	buf_release(&log);
	return n;
}

static void asks_for(struct ipc_channel *ch, struct str line)
{
	for (;;) {
		if (IPC_SEND(ch, RUN, .line = line) == E_AGAIN)
			usleep(100);
	}
}

#define DESCRIPTORS_MAX 16 /* those of one session: QUEUE_FDS of peer.c, and what is just being made */

static void asks_and_never_reads(struct ipc_channel *ch)
{
	asks_for(ch, STR("show logging"));
}

static void test_output_nobody_takes_is_bounded(void **state)
{
	struct spent most = play(*state, asks_and_never_reads);

	assert_in_range(most.descriptors, 0, DESCRIPTORS_MAX);
	assert_int_equal(logged(*state, "does not take its output"), 1);
}

#define WAITING_MAX ((size_t)320 << 10) /* LAG_MAX of peer.c, and one answer more */

static void asks_for_lines_and_never_reads(struct ipc_channel *ch)
{
	asks_for(ch, STR("show version"));
}

/* The same with what goes through the channel itself: so much waits, then who asks for more is ended. */
static void test_lines_nobody_takes_are_bounded(void **state)
{
	struct spent most = play(*state, asks_for_lines_and_never_reads);

	assert_in_range(most.bytes, 0, WAITING_MAX);
	assert_int_equal(logged(*state, "asks for more than it takes"), 1);
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

#define FLOODS 12

static volatile struct {
	unsigned done;
	bool enough;
} * honest; /* by the session's process */

/* One who types the next command when the last one is done. */
static void goes_on(struct ipc_channel *ch)
{
	struct ipc_record r = { 0 };

	while (!honest->enough) {
		IPC_SEND(ch, RUN, .line = STR("show clock"));
		for (r.type = IPC_NONE; r.type != IPC_DONE && !honest->enough; ipc_record_release(&r)) {
			if (ipc_recv(ch, PH_ANY, 0, &r) == E_AGAIN)
				usleep(50);
		}
		honest->done += r.type == IPC_DONE;
	}
	logs_in_on_a_line(ch); /* this ends it */
}

/* Turns core's loop until nobody else is left, and so many commands more are done; the most descriptors it had. */
static size_t turn(struct bed *b, unsigned left, unsigned more)
{
	unsigned want = honest->done + more;
	size_t most = 0;

	for (unsigned i = 0; i < 4000 && (peers(b) > left || honest->done < want); i++) {
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
		grow(&most, descriptors());
		usleep(100);
	}
	assert_int_equal(peers(b), left);
	assert_true(honest->done >= want);
	return most;
}

/* Many at once, of both kinds: each has its bound and is ended, core has never more open than all bounds together, and
 * who is at a prompt beside them is answered before, meanwhile and after. */
static void test_floods_stop_nobody_else(void **state)
{
	struct bed *b = *state;
	struct ipc_channel flood;
	pid_t pids[FLOODS], person;
	size_t most, before;

	honest = mmap(NULL, sizeof *honest, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(honest != MAP_FAILED);
	person = begin(&b->session, goes_on);
	turn(b, 1, 3);
	before = descriptors();
	for (unsigned i = 0; i < FLOODS; i++) {
		assert_int_equal(ipc_channel_init(&flood, join(b, PH_LINE), FROM_CORE, false), 0);
		cli_release(&TAILQ_LAST(&b->core.peers, peer_list)->cli);
		pids[i] = begin(&flood, i % 2 ? asks_and_never_reads : asks_for_lines_and_never_reads);
	}
	most = turn(b, 1, 1);
	assert_in_range(most - before, 0, FLOODS * DESCRIPTORS_MAX);
	assert_int_equal(logged(b, "does not take its output"), FLOODS / 2);
	assert_int_equal(logged(b, "asks for more than it takes"), FLOODS / 2);
	turn(b, 1, 3);
	honest->enough = true;
	turn(b, 0, 0);
	for (unsigned i = 0; i < FLOODS; i++)
		end(pids[i]);
	end(person);
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
		cmocka_unit_test_setup_teardown(test_lines_nobody_takes_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_floods_stop_nobody_else, setup, teardown),
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
