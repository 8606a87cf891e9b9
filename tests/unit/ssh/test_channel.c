/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: channels as RFC 4254 has them: windows are kept to the byte in both directions, requests arrive as they were
 * meant and are answered in order, ends are told once, and what breaks the rules ends the connection.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define WINDOW 8000

static struct host h;
static struct peer p;

static int start(void **state)
{
	const struct ssh_config c = { .window = WINDOW, .max_channels = 3 };

	host_init(&h, &c);
	h.answer = SSH_AUTH_SUCCESS;
	peer_init(&p);
	return peer_handshake(&p, &h) && peer_login(&p, &h) && peer_open(&p, &h) ? 0 : -1;
}

static int stop(void **state)
{
	peer_release(&p);
	host_release(&h);
	return 0;
}

static void say(void)
{
	peer_end(&p);
	peer_say(&p, &h);
}

static void send_data(uint32_t channel, size_t n)
{
	static uint8_t bulk[65536];

	buf_put_u32(peer_begin(&p, MSG_CHANNEL_DATA), channel);
	buf_put_str(&p.out, (struct str){ bulk, n });
	say();
}

static struct buf *request(const char *name, bool want_reply)
{
	struct buf *b = peer_begin(&p, MSG_CHANNEL_REQUEST);

	buf_put_u32(b, 0);
	buf_put_cstr(b, name);
	buf_put_u8(b, want_reply);
	return b;
}

static void open_with(const char *type, uint32_t id, uint32_t window, uint32_t packet)
{
	struct buf *b = peer_begin(&p, MSG_CHANNEL_OPEN);

	buf_put_cstr(b, type);
	buf_put_u32(b, id);
	buf_put_u32(b, window);
	buf_put_u32(b, packet);
	say();
}

static void expect_refusal(uint32_t id, uint32_t reason)
{
	struct cur c = cur_of(peer_next(&p));

	assert_int_equal(cur_u8(&c), MSG_CHANNEL_OPEN_FAILURE);
	assert_int_equal(cur_u32(&c), id);
	assert_int_equal(cur_u32(&c), reason);
	cur_str(&c);
	cur_str(&c);
	assert_true(cur_done(&c));
}

static void expect_about(uint8_t type)
{
	struct cur c = cur_of(peer_next(&p));

	assert_int_equal(cur_u8(&c), type);
	assert_int_equal(cur_u32(&c), 100);
	assert_true(cur_done(&c));
}

static void test_open(void **state)
{
	struct cur c;

	open_with("session", 7, 1, 1);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_CHANNEL_OPEN_CONFIRMATION);
	assert_int_equal(cur_u32(&c), 7);
	assert_int_equal(cur_u32(&c), 1);
	assert_int_equal(cur_u32(&c), WINDOW);
	assert_int_equal(cur_u32(&c), 32768);
	assert_true(cur_done(&c));
	open_with("direct-tcpip", 8, 1, 1);
	expect_refusal(8, 1);
	open_with("session", 9, 1, 0);
	expect_refusal(9, 4);
	open_with("session", 10, 1, 1);
	assert_int_equal(peer_next_type(&p), MSG_CHANNEL_OPEN_CONFIRMATION);
	open_with("session", 11, 1, 1); /* three are open */
	expect_refusal(11, 4);
	assert_int_equal(h.seen[SSH_EV_OPEN], 4);
}

/* What the peer may send is what was granted; consumed bytes are granted again in larger steps. */
static void test_window_in(void **state)
{
	struct cur c;

	send_data(0, 999);
	assert_int_equal(peer_next_type(&p), 0); /* less than an eighth: not worth a message */
	send_data(0, 1);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_CHANNEL_WINDOW_ADJUST);
	assert_int_equal(cur_u32(&c), 100);
	assert_int_equal(cur_u32(&c), 1000);
	h.no_consume = true;
	send_data(0, WINDOW);
	assert_false(h.ended);
	assert_int_equal(buf_len(&h.data), 9000);
	ssh_channel_consumed(h.ssh, 0, 1u << 30); /* no more is given back than was taken */
	peer_say(&p, &h);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_CHANNEL_WINDOW_ADJUST);
	cur_u32(&c);
	assert_int_equal(cur_u32(&c), WINDOW);
	send_data(0, WINDOW);
	assert_false(h.ended);
	send_data(0, 1);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(buf_len(&h.data), 9000 + WINDOW);
}

static void test_extended_data_shares_the_window(void **state)
{
	h.no_consume = true;
	buf_put_u32(peer_begin(&p, MSG_CHANNEL_EXTENDED_DATA), 0);
	buf_put_u32(&p.out, 1);
	buf_put_cstr(&p.out, "err");
	say();
	assert_true(str_is(buf_str(&h.data), "err"));
	send_data(0, WINDOW - 3);
	assert_false(h.ended);
	buf_put_u32(peer_begin(&p, MSG_CHANNEL_EXTENDED_DATA), 0);
	buf_put_u32(&p.out, 1);
	buf_put_cstr(&p.out, "x");
	say();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

static size_t received(uint8_t type)
{
	struct str m;
	size_t n = 0;

	while ((m = peer_next(&p)).n) {
		struct cur c = cur_of(m);

		assert_int_equal(cur_u8(&c), type);
		assert_int_equal(cur_u32(&c), 100);
		if (type == MSG_CHANNEL_EXTENDED_DATA)
			assert_int_equal(cur_u32(&c), 1);
		n += cur_str(&c).n;
		assert_true(cur_done(&c));
		assert_true(m.n <= 32768 + 13);
	}
	return n;
}

/* What we may send is what the peer granted, in packets no larger than it takes; then we wait to hear of more. */
static void test_window_out(void **state)
{
	static uint8_t bulk[2 << 20];
	size_t sent = 0, n;

	do {
		n = ssh_channel_write(h.ssh, 0, 1, bulk, sizeof(bulk));
		assert_true(buf_len(ssh_output(h.ssh)) < 200000);
		peer_say(&p, &h);
		assert_int_equal(received(MSG_CHANNEL_EXTENDED_DATA), n);
		sent += n;
	} while (n);
	assert_int_equal(sent, 1 << 20);
	assert_int_equal(h.seen[SSH_EV_WRITABLE], 0);
	buf_put_u32(peer_begin(&p, MSG_CHANNEL_WINDOW_ADJUST), 0);
	buf_put_u32(&p.out, 5);
	say();
	assert_int_equal(h.seen[SSH_EV_WRITABLE], 1);
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, bulk, 100), 5);
	peer_say(&p, &h);
	assert_int_equal(received(MSG_CHANNEL_DATA), 5);
	buf_put_u32(peer_begin(&p, MSG_CHANNEL_WINDOW_ADJUST), 0);
	buf_put_u32(&p.out, UINT32_MAX);
	say();
	assert_false(h.ended);
	buf_put_u32(peer_begin(&p, MSG_CHANNEL_WINDOW_ADJUST), 0);
	buf_put_u32(&p.out, 1);
	say();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

static void test_small_packets(void **state)
{
	open_with("session", 100, 1000, 10);
	peer_next(&p);
	assert_int_equal(ssh_channel_write(h.ssh, 1, 0, "0123456789abcdefghijklmnopqrstuv", 32), 32);
	peer_say(&p, &h);
	assert_int_equal(cur_str(&(struct cur){ peer_next(&p).p + 5, 14, false }).n, 10);
	assert_int_equal(received(MSG_CHANNEL_DATA), 22);
}

static void test_requests(void **state)
{
	static const struct {
		const char *name;
		enum ssh_request_type type;
		unsigned strings_before, numbers, strings_after;
		const char *text;
	} known[] = {
		{ "pty-req", SSH_REQ_PTY, 1, 4, 1, "text" },
		{ "window-change", SSH_REQ_WINDOW, 0, 4, 0, "" },
		{ "shell", SSH_REQ_SHELL, 0, 0, 0, "" },
		{ "exec", SSH_REQ_EXEC, 1, 0, 0, "text" },
		{ "subsystem", SSH_REQ_SUBSYSTEM, 1, 0, 0, "text" },
		{ "env", SSH_REQ_ENV, 1, 0, 1, "text" },
		{ "signal", SSH_REQ_SIGNAL, 1, 0, 0, "text" },
		{ "break", SSH_REQ_BREAK, 0, 1, 0, "" },
		{ "x11-req", SSH_REQ_OTHER, 3, 0, 0, "" },
		{ "", SSH_REQ_OTHER, 0, 0, 0, "" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (int want = 0; want < 2; want++) {
			struct buf *b = request(known[i].name, want);

			for (unsigned j = 0; j < known[i].strings_before; j++)
				buf_put_cstr(b, "text");
			for (unsigned j = 0; j < known[i].numbers; j++)
				buf_put_u32(b, 40 + j);
			for (unsigned j = 0; j < known[i].strings_after; j++)
				buf_put_cstr(b, "value");
			h.reply = known[i].type != SSH_REQ_OTHER;
			say();
			assert_int_equal(h.seen[SSH_EV_REQUEST], 2 * i + (size_t)want + 1);
			assert_int_equal(h.request, known[i].type);
			assert_string_equal(h.text, known[i].text);
			if (want)
				expect_about(h.reply ? MSG_CHANNEL_SUCCESS : MSG_CHANNEL_FAILURE);
			assert_int_equal(peer_next_type(&p), 0);
		}
	}
	assert_false(h.ended);
	request("shell", true); /* a shell has no arguments */
	buf_put_u8(&p.out, 0);
	say();
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

static void test_env_is_bounded(void **state)
{
	for (int i = 0; i < 100; i++) {
		request("env", true);
		buf_put_cstr(&p.out, "NAME");
		buf_put_cstr(&p.out, "value");
		say();
		expect_about(i < 64 ? MSG_CHANNEL_SUCCESS : MSG_CHANNEL_FAILURE);
	}
	assert_int_equal(h.seen[SSH_EV_REQUEST], 64);
}

static void test_global_requests(void **state)
{
	buf_put_cstr(peer_begin(&p, MSG_GLOBAL_REQUEST), "keepalive@openssh.com");
	buf_put_u8(&p.out, 1);
	peer_end(&p);
	buf_put_cstr(peer_begin(&p, MSG_GLOBAL_REQUEST), "no-more-sessions@openssh.com");
	buf_put_u8(&p.out, 0);
	peer_end(&p);
	request("shell", true);
	peer_end(&p);
	buf_put_cstr(peer_begin(&p, MSG_GLOBAL_REQUEST), "tcpip-forward");
	buf_put_u8(&p.out, 1);
	buf_put_cstr(&p.out, "");
	buf_put_u32(&p.out, 80);
	say();
	assert_int_equal(peer_next_type(&p), MSG_REQUEST_FAILURE);
	assert_int_equal(peer_next_type(&p), MSG_CHANNEL_SUCCESS);
	assert_int_equal(peer_next_type(&p), MSG_REQUEST_FAILURE);
	assert_int_equal(peer_next_type(&p), 0);
}

static void send_about(uint8_t type)
{
	buf_put_u32(peer_begin(&p, type), 0);
	say();
}

static void test_end_by_us(void **state)
{
	struct cur c;

	assert_int_equal(ssh_channel_exit_status(h.ssh, 0, 7), 0);
	assert_int_equal(ssh_channel_eof(h.ssh, 0), 0);
	assert_int_equal(ssh_channel_eof(h.ssh, 0), E_STATE);
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, "x", 1), 0);
	assert_int_equal(ssh_channel_close(h.ssh, 0), 0);
	assert_int_equal(ssh_channel_close(h.ssh, 0), E_STATE);
	assert_int_equal(ssh_channel_exit_status(h.ssh, 0, 7), E_STATE);
	peer_say(&p, &h);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_CHANNEL_REQUEST);
	assert_int_equal(cur_u32(&c), 100);
	assert_true(str_is(cur_str(&c), "exit-status"));
	assert_int_equal(cur_u8(&c), 0);
	assert_int_equal(cur_u32(&c), 7);
	assert_true(cur_done(&c));
	expect_about(MSG_CHANNEL_EOF);
	expect_about(MSG_CHANNEL_CLOSE);
	/* what was on its way is dropped */
	send_data(0, 10);
	request("shell", true);
	say();
	send_about(MSG_CHANNEL_EOF);
	assert_int_equal(host_executed(&h), 1);
	send_about(MSG_CHANNEL_CLOSE);
	assert_int_equal(h.seen[SSH_EV_CLOSED], 1);
	assert_int_equal(peer_next_type(&p), 0);
	assert_false(h.ended);
	send_data(0, 10); /* it is gone */
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

static void test_end_by_peer(void **state)
{
	send_about(MSG_CHANNEL_EOF);
	send_about(MSG_CHANNEL_EOF);
	assert_int_equal(h.seen[SSH_EV_EOF], 1);
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, "still", 5), 5);
	send_about(MSG_CHANNEL_CLOSE);
	assert_int_equal(peer_next_type(&p), MSG_CHANNEL_DATA);
	expect_about(MSG_CHANNEL_CLOSE);
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, "x", 1), 0);
	assert_true(peer_open(&p, &h)); /* the place is free again */
	send_about(MSG_CHANNEL_CLOSE);
	assert_false(h.ended);
	send_about(MSG_CHANNEL_CLOSE);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

/* A channel that we closed has its number until the peer has closed it too: else what is on its way would reach
 * another.
 */
static void test_a_number_is_not_given_again_too_early(void **state)
{
	static const uint32_t numbers[] = { 1, 2 };
	struct cur c;

	assert_int_equal(ssh_channel_close(h.ssh, 0), 0);
	peer_say(&p, &h);
	expect_about(MSG_CHANNEL_CLOSE);
	for (size_t i = 0; i < 2; i++) {
		open_with("session", 7, 1, 1);
		c = cur_of(peer_next(&p));
		assert_int_equal(cur_u8(&c), MSG_CHANNEL_OPEN_CONFIRMATION);
		assert_int_equal(cur_u32(&c), 7);
		assert_int_equal(cur_u32(&c), numbers[i]);
	}
	open_with("session", 9, 1, 1);
	expect_refusal(9, 4); /* three */
	send_data(0, 10);
	assert_int_equal(h.seen[SSH_EV_DATA], 0);
	send_about(MSG_CHANNEL_CLOSE);
	open_with("session", 100, 1, 1);
	c = cur_of(peer_next(&p));
	assert_int_equal(cur_u8(&c), MSG_CHANNEL_OPEN_CONFIRMATION);
	cur_u32(&c);
	assert_int_equal(cur_u32(&c), 0); /* now it is free */
	assert_false(h.ended);
}

static void test_data_after_eof(void **state)
{
	send_about(MSG_CHANNEL_EOF);
	send_data(0, 1);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
}

static void test_wrong_channel(void **state)
{
	static const uint32_t ids[] = { 1, 2, 3, 100, UINT32_MAX };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		send_data(ids[i], 1);
		assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
		assert_int_equal(h.seen[SSH_EV_DATA], 0);
		stop(state);
		assert_int_equal(start(state), 0);
	}
}

/* A peer that reads nothing: what it asks is left in the input, the queue stays bounded, and it goes on later. */
static void test_peer_reads_nothing(void **state)
{
	struct buf *out = ssh_output(h.ssh);
	size_t fed = 0, room, answers = 0;
	uint8_t *to;

	for (int i = 0; i < 60000; i++) {
		buf_put_cstr(peer_begin(&p, MSG_GLOBAL_REQUEST), "keepalive@openssh.com");
		buf_put_u8(&p.out, 1);
		peer_end(&p);
	}
	while (ssh_wants_input(h.ssh)) {
		to = ssh_feed_room(h.ssh, &room);
		room = room < buf_len(&p.out) ? room : buf_len(&p.out);
		memcpy(to, buf_ptr(&p.out), room);
		ssh_fed(h.ssh, room);
		buf_consume(&p.out, room);
		fed += room;
		host_run(&h);
		assert_true(buf_len(out) < 513 * 1024);
	}
	assert_true(fed > 0 && buf_len(&p.out) > 0);
	assert_false(h.ended);
	peer_say(&p, &h);
	while (peer_next_type(&p) == MSG_REQUEST_FAILURE)
		answers++;
	assert_int_equal(answers, 60000);
}

static void test_feed_is_bounded(void **state)
{
	static const uint8_t bytes[400000];

	assert_int_equal(ssh_feed(h.ssh, bytes, sizeof(bytes)), E_TOOBIG);
	assert_true(ssh_wants_input(h.ssh));
}

/* Our own re-exchange, and a peer that never answers it but keeps asking: what is held for it is bounded too. */
static void test_held_is_bounded(void **state)
{
	ssh_tick(h.ssh, 1);
	ssh_tick(h.ssh, 4000000);
	peer_say(&p, &h);
	for (int i = 0; i < 100000 && !h.ended; i++) {
		request("shell", true);
		say();
	}
	assert_true(h.ended);
}

static void test_disconnect_by_us(void **state)
{
	ssh_disconnect(h.ssh, REASON_BY_APPLICATION, "idle too long");
	ssh_disconnect(h.ssh, REASON_BY_APPLICATION, "twice");
	assert_int_equal(ssh_channel_write(h.ssh, 0, 0, "x", 1), 0);
	peer_say(&p, &h);
	assert_int_equal(peer_next_type(&p), MSG_DISCONNECT);
	assert_int_equal(peer_next_type(&p), 0);
	assert_true(h.ended && !h.by_peer);
	assert_int_equal(h.seen[SSH_EV_DISCONNECT], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open, start, stop),
		cmocka_unit_test_setup_teardown(test_window_in, start, stop),
		cmocka_unit_test_setup_teardown(test_extended_data_shares_the_window, start, stop),
		cmocka_unit_test_setup_teardown(test_window_out, start, stop),
		cmocka_unit_test_setup_teardown(test_small_packets, start, stop),
		cmocka_unit_test_setup_teardown(test_requests, start, stop),
		cmocka_unit_test_setup_teardown(test_env_is_bounded, start, stop),
		cmocka_unit_test_setup_teardown(test_global_requests, start, stop),
		cmocka_unit_test_setup_teardown(test_end_by_us, start, stop),
		cmocka_unit_test_setup_teardown(test_end_by_peer, start, stop),
		cmocka_unit_test_setup_teardown(test_a_number_is_not_given_again_too_early, start, stop),
		cmocka_unit_test_setup_teardown(test_data_after_eof, start, stop),
		cmocka_unit_test_setup_teardown(test_wrong_channel, start, stop),
		cmocka_unit_test_setup_teardown(test_peer_reads_nothing, start, stop),
		cmocka_unit_test_setup_teardown(test_feed_is_bounded, start, stop),
		cmocka_unit_test_setup_teardown(test_held_is_bounded, start, stop),
		cmocka_unit_test_setup_teardown(test_disconnect_by_us, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
