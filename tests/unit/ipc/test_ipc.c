/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a record is accepted only when it fits its row in every respect, and whatever a peer sends, no descriptor
 * stays open behind a refused record.
 */
#include "ipc/ipc.h"

#include "base/err.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct pair {
	struct ipc_channel core; /* receives what sessions send */
	int raw;                 /* the session's end, without our checks */
	unsigned fds_before;
};

static unsigned open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int setup(void **state)
{
	static struct pair p;
	int fds[2];

	p.fds_before = open_fds();
	assert_int_equal(ipc_pair(fds), 0);
	assert_int_equal(ipc_channel_init(&p.core, fds[0], FROM_SESSION, true), 0);
	p.raw = fds[1];
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	ipc_channel_release(&p->core);
	if (p->raw >= 0)
		close(p->raw);
	assert_int_equal(open_fds(), p->fds_before);
	return 0;
}

static void send_raw(int fd, const void *bytes, size_t n, unsigned nfds)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(16 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)bytes, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[16];

	for (unsigned i = 0; i < nfds; i++)
		fds[i] = STDERR_FILENO;
	if (nfds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &msg, 0), (ssize_t)n);
}

/* Sends one raw record of `type` with n zero bytes of body and says what core makes of it. */
static int try_at(struct pair *p, unsigned type, size_t n, unsigned nfds, unsigned phase, uint64_t now_ms)
{
	static uint8_t bytes[2 * IPC_MAX_RECORD];
	struct ipc_record r;
	int rc;

	bytes[0] = (uint8_t)(type >> 8);
	bytes[1] = (uint8_t)type;
	send_raw(p->raw, bytes, 2 + n, nfds);
	rc = ipc_recv(&p->core, phase, now_ms, &r);
	if (rc == 0)
		ipc_record_release(&r);
	return rc;
}

static int try_record(struct pair *p, unsigned type, size_t n, unsigned nfds, unsigned phase)
{
	return try_at(p, type, n, nfds, phase, 0);
}

static void test_round_trip(void **state)
{
	struct pair *p = *state;
	struct ipc_channel session = { .fd = p->raw };
	struct ipc_msg_OPEN m;
	struct ipc_record r;

	assert_int_equal(IPC_SEND(&session, OPEN, .kind = OPEN_EXEC, .pty = 1, .term = STR("vt100"), .cols = 80,
				  .rows = 24, .command = STR("show version")),
			 0);
	assert_int_equal(ipc_recv(&p->core, PH_USER, 0, &r), 0);
	assert_int_equal(r.type, IPC_OPEN);
	assert_int_equal(r.pid, getpid());
	assert_int_equal(r.uid, getuid());
	assert_true(ipc_get_OPEN(r.body, &m));
	assert_int_equal(m.kind, OPEN_EXEC);
	assert_true(str_is(m.term, "vt100"));
	assert_int_equal(m.rows, 24);
	assert_true(str_is(m.command, "show version"));
	assert_int_equal(ipc_recv(&p->core, PH_USER, 0, &r), E_AGAIN);
}

static void test_lists(void **state)
{
	struct pair *p = *state;
	struct ipc_channel session = { .fd = p->raw };
	struct ipc_msg_AUTH_ANSWER m;
	struct ipc_record r;
	struct buf items;
	struct cur c;
	struct str s;

	buf_init(&items, 0);
	str_list_put(&items, STR("one"));
	str_list_put(&items, STR(""));
	assert_int_equal(IPC_SEND(&session, AUTH_ANSWER, .answers = str_list_of(&items, 2)), 0);
	assert_int_equal(ipc_recv(&p->core, PH_KEYED, 0, &r), 0);
	assert_true(ipc_get_AUTH_ANSWER(r.body, &m));
	assert_int_equal(m.answers.count, 2);
	c = cur_of(m.answers.raw);
	assert_true(str_list_next(&c, &s));
	assert_true(str_is(s, "one"));
	assert_true(str_list_next(&c, &s));
	assert_int_equal(s.n, 0);
	assert_false(str_list_next(&c, &s));
	assert_true(cur_done(&c));
	buf_release(&items);
}

static void test_malformed_bodies(void **state)
{
	static const uint8_t lying_count[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
	static const uint8_t lying_length[] = { 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 'x' };
	static const uint8_t one[] = { 0, 0, 0, 3, 'e', 'x', 'i', 1, 't' };
	struct ipc_msg_AUTH_ANSWER a;
	struct ipc_msg_RUN run;

	(void)state;
	assert_false(ipc_get_AUTH_ANSWER((struct str){ lying_count, sizeof lying_count }, &a));
	assert_false(ipc_get_AUTH_ANSWER((struct str){ lying_length, sizeof lying_length }, &a));
	assert_false(ipc_get_AUTH_ANSWER((struct str){ NULL, 0 }, &a));
	assert_false(ipc_get_RUN((struct str){ one, sizeof one }, &run)); /* one byte too many */
	assert_true(ipc_get_RUN((struct str){ one, sizeof one - 1 }, &run));
	for (size_t n = 0; n < sizeof one - 1; n++)
		assert_false(ipc_get_RUN((struct str){ one, n }, &run));
}

/* Every row, from every sender, in every phase, with every number of descriptors: only its own is accepted. */
static void test_rows(void **state)
{
	struct pair *p = *state;

	for (unsigned type = 0; type < IPC_TYPES + 2; type++) {
		const struct ipc_row *row = type < IPC_TYPES ? &ipc_rows[type] : &ipc_rows[IPC_NONE];

		for (unsigned phase = PH_NEW; phase <= PH_LINE; phase <<= 1)
			for (unsigned nfds = 0; nfds <= IPC_MAX_FDS; nfds++) {
				int rc = try_record(p, type, 0, nfds, phase);

				if (row->from != FROM_SESSION)
					assert_int_equal(rc, E_INVAL);
				else if (!(row->phases & phase))
					assert_int_equal(rc, E_STATE);
				else if (row->fds != nfds)
					assert_int_equal(rc, E_INVAL);
				else
					assert_int_equal(rc, 0);
			}
	}
}

static void test_sizes(void **state)
{
	struct pair *p = *state;

	assert_int_equal(try_record(p, IPC_CANCEL, 16, 0, PH_LINE), 0);
	assert_int_equal(try_record(p, IPC_CANCEL, 17, 0, PH_LINE), E_TOOBIG);
	assert_int_equal(try_record(p, IPC_ANSWER, IPC_MAX_RECORD - 2, 0, PH_LINE), 0);
	assert_int_equal(try_record(p, IPC_ANSWER, IPC_MAX_RECORD - 1, 0, PH_LINE), E_TOOBIG);
	assert_int_equal(try_record(p, IPC_ANSWER, 2 * IPC_MAX_RECORD - 2, 1, PH_LINE), E_TOOBIG);
}

static void test_short_and_empty_records(void **state)
{
	struct pair *p = *state;
	struct ipc_record r;

	send_raw(p->raw, "x", 1, 0);
	assert_int_equal(ipc_recv(&p->core, PH_ANY, 0, &r), E_INVAL);
	send_raw(p->raw, "", 0, 1);
	assert_int_equal(ipc_recv(&p->core, PH_ANY, 0, &r), E_CLOSED);
	assert_int_equal(open_fds(), p->fds_before + 2);
}

static void test_descriptors_that_do_not_belong(void **state)
{
	struct pair *p = *state;

	for (unsigned n = 1; n <= 16; n++) {
		assert_int_equal(try_record(p, IPC_CANCEL, 1, n, PH_LINE), E_INVAL);
		assert_int_equal(open_fds(), p->fds_before + 2);
	}
}

static void test_descriptors_that_do(void **state)
{
	struct pair *p = *state;
	struct ipc_channel gate = { .fd = p->raw };
	struct ipc_record r;
	int fds[2] = { STDERR_FILENO, STDERR_FILENO };

	p->core.accept_from = FROM_GATE;
	assert_int_equal(IPC_SEND_FDS(&gate, fds, 2, CONNECTION, .pid = 7), 0);
	assert_int_equal(ipc_recv(&p->core, PH_ANY, 0, &r), 0);
	assert_int_equal(r.nfds, 2);
	for (int i = 0; i < 2; i++)
		assert_true(fcntl(r.fds[i], F_GETFD) & FD_CLOEXEC);
	close(r.fds[0]);
	r.fds[0] = -1; /* taken */
	ipc_record_release(&r);
	assert_int_equal(open_fds(), p->fds_before + 2);
	/* a record without the descriptors it must bring, and one with too few */
	assert_int_equal(try_record(p, IPC_CONNECTION, 4, 0, PH_ANY), E_INVAL);
	assert_int_equal(try_record(p, IPC_CONNECTION, 4, 1, PH_ANY), E_INVAL);
}

static void test_rate(void **state)
{
	struct pair *p = *state;
	uint32_t rate = ipc_rows[IPC_ACTIVE].rate;

	for (unsigned i = 0; i < 4 * rate; i++)
		assert_int_equal(try_record(p, IPC_ACTIVE, 1, 0, PH_LINE), 0);
	assert_int_equal(try_record(p, IPC_ACTIVE, 1, 0, PH_LINE), E_LIMIT);
	assert_int_equal(try_record(p, IPC_CANCEL, 1, 0, PH_LINE), 0); /* each row has its own bucket */
	assert_int_equal(try_at(p, IPC_ACTIVE, 1, 0, PH_LINE, 1000 / rate), 0);
	assert_int_equal(try_at(p, IPC_ACTIVE, 1, 0, PH_LINE, 1000 / rate), E_LIMIT);
}

static void test_bucket_time(void **state)
{
	struct ipc_bucket b;
	unsigned taken = 0;

	(void)state;
	ipc_bucket_init(&b, 3);
	while (ipc_bucket_take(&b, 3, UINT64_MAX - 5000))
		taken++;
	assert_int_equal(taken, 12);
	assert_false(ipc_bucket_take(&b, 3, 0)); /* a clock that goes back gives nothing */
	for (taken = 0; ipc_bucket_take(&b, 3, UINT64_MAX); taken++)
		;
	assert_int_equal(taken, 12); /* a long rest fills it and no more */
}

static void test_flood_is_refused_not_blocked(void **state)
{
	struct pair *p = *state;
	struct ipc_channel session = { .fd = p->raw };
	int rc = 0;
	unsigned sent = 0;

	for (; rc == 0 && sent < 100000; sent++)
		rc = IPC_SEND(&session, RUN, .line = STR("show version"));
	assert_int_equal(rc, E_AGAIN);
}

static void test_sender_checks_itself(void **state)
{
	static const uint8_t big[IPC_MAX_RECORD];
	struct pair *p = *state;
	struct ipc_channel session = { .fd = p->raw };
	int fd = STDERR_FILENO;

	assert_int_equal(IPC_SEND(&session, RUN, .line = { big, 9000 }), E_TOOBIG);
	assert_int_equal(IPC_SEND(&session, ANSWER, .text = { big, sizeof big }), E_TOOBIG);
	assert_int_equal(IPC_SEND_FDS(&session, &fd, 1, RUN, .line = STR("x")), E_INVAL);
	assert_int_equal(IPC_SEND(&session, CONNECTION, .pid = 1), E_INVAL);
}

static void test_closed(void **state)
{
	struct pair *p = *state;
	struct ipc_record r;

	close(p->raw);
	p->raw = -1;
	assert_int_equal(ipc_recv(&p->core, PH_ANY, 0, &r), E_CLOSED);
	assert_int_equal(IPC_SEND(&p->core, MONITOR, .text = STR("x")), E_CLOSED);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_round_trip),
		T(test_lists),
		T(test_malformed_bodies),
		T(test_rows),
		T(test_sizes),
		T(test_short_and_empty_records),
		T(test_descriptors_that_do_not_belong),
		T(test_descriptors_that_do),
		T(test_rate),
		T(test_bucket_time),
		T(test_flood_is_refused_not_blocked),
		T(test_sender_checks_itself),
		T(test_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
