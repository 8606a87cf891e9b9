/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: what sessions tell is printed in IOS's words and only what is switched on; a session that tells what nobody
 * asked, forges or floods costs itself, and no text of a stranger ends the line or the word it stands in.
 */
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/ssh/sshdebug.h"
#include "ipc/fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct core core;
static struct peer peer;
static struct ipc_channel session; /* the other end */
static struct buf facts, log_text;

static void on(enum debug_switch which)
{
	core.debug |= 1U << which;
	sshdebug_watch_all(&core);
}

static int start(void **state)
{
	int pair[2];

	(void)state;
	core = (struct core){ 0 };
	peer = (struct peer){ .core = &core, .kind = KIND_SSH, .number = 1, .phase = PH_NEW };
	TAILQ_INIT(&core.peers);
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&peer.channel, pair[0], FROM_SESSION, true), 0);
	assert_int_equal(ipc_channel_init(&session, pair[1], FROM_CORE, false), 0);
	buf_init(&peer.queue, 1 << 20);
	buf_init(&facts, 0);
	buf_init(&log_text, 0);
	TAILQ_INSERT_TAIL(&core.peers, &peer, link);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	ipc_channel_release(&peer.channel);
	ipc_channel_release(&session);
	buf_release(&peer.queue);
	buf_release(&facts);
	buf_release(&log_text);
	syslog_free(core.log);
	return 0;
}

static void tell(enum ssh_fact_what what, uint32_t a, uint32_t b, uint32_t c, struct str text)
{
	fact_put(&facts, &(struct ssh_fact){ (uint8_t)what, a, b, c, text });
}

static void sent(void)
{
	sshdebug_trace(&peer, &(struct ipc_msg_TRACE){ .facts = buf_str(&facts) });
	buf_clear(&facts);
}

static const char *shown(void)
{
	uint64_t at = 0;

	buf_clear(&log_text);
	while (syslog_lines(core.log, &at, &log_text))
		;
	return buf_cstr(&log_text);
}

static unsigned lines(void)
{
	unsigned n = 0;

	for (const char *s = shown(); *s; s++)
		n += *s == '\n';
	return n;
}

/* The lines without their stamps. */
static void expect(const char *want)
{
	char got[2048] = "";
	const char *s = shown();

	while (*s) {
		const char *end = strchr(s, '\n'), *text = strstr(s, "SSH");
		size_t n = strlen(got);

		snprintf(got + n, sizeof got - n, "%.*s", (int)(end + 1 - text), text);
		s = end + 1;
	}
	assert_string_equal(got, want);
}

static uint8_t watched(void)
{
	struct ipc_msg_WATCH m = { .classes = 0xff };
	struct ipc_record r;

	if (ipc_recv(&session, PH_ANY, 0, &r) == 0) {
		assert_int_equal(r.type, IPC_WATCH);
		assert_true(ipc_get_WATCH(r.body, &m));
	}
	return m.classes;
}

static void some_facts(void)
{
	tell(SSH_FACT_VERSION, 0, 0, 0, STR("SSH-2.0-x y\r"));
	tell(SSH_FACT_SEND, 280, 4, 0, STR(""));
	tell(SSH_FACT_KEXINIT_SENT, 0, 0, 0, STR(""));
	tell(SSH_FACT_RECEIVED, 96, 0, 0, STR(""));
	tell(SSH_FACT_INPUT, 632, 0, 0, STR(""));
	tell(SSH_FACT_PARTIAL, 8, 624, 0, STR(""));
	tell(SSH_FACT_MAC_IN, 3, 0, 0, STR(""));
	tell(SSH_FACT_PADDING_IN, 11, 0, 0, STR(""));
	tell(SSH_FACT_TYPE_IN, 20, 0, 0, STR(""));
	tell(SSH_FACT_TTY, 24, 80, 0, STR(""));
	sent();
}

static void test_old_words(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	assert_int_equal(watched(), SSH_TRACE_ALL);
	on(DEBUG_IP_SSH_PACKET); /* every line once, in the words of the switch that prints all */
	some_facts();
	expect("SSH1: protocol version id is - SSH-2.0-x y\n"
	       "SSH2 1: send: len 280 (includes padlen 4)\n"
	       "SSH2 1: SSH2_MSG_KEXINIT sent\n"
	       "SSH2 1: ssh_receive: 96 bytes received\n"
	       "SSH2 1: input: packet len 632\n"
	       "SSH2 1: partial packet 8, need 624, maclen 0\n"
	       "SSH2 1: MAC #3 ok\n"
	       "SSH2 1: input: padlen 11\n"
	       "SSH2 1: received packet type 20\n"
	       "SSH2 1: setting TTY - requested: height 24, width 80; set: height 24, width 80\n");
}

static void test_packet_words(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH_PACKET);
	assert_int_equal(watched(), SSH_TRACE_PACKET);
	some_facts();
	expect("SSH2 1: send:packet of length 280 (length also includes padlen of 4)\n"
	       "SSH2 1: ssh_receive: 96 bytes received\n"
	       "SSH2 1: input: total packet length of 632 bytes\n"
	       "SSH2 1: partial packet length(block size)8 bytes,needed 624 bytes, maclen 0\n"
	       "SSH2 1: MAC compared for #3 :ok\n"
	       "SSH2 1: input: padlength 11 bytes\n");
}

static void test_detail_words(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH_DETAIL);
	assert_int_equal(watched(), SSH_TRACE_DETAIL);
	some_facts();
	expect("SSH1: protocol version id is - SSH-2.0-x y\n"
	       "SSH2 1: SSH2_MSG_KEXINIT sent\n"
	       "SSH2 1: setting TTY - requested: height 24, width 80; set: height 24, width 80\n");
}

/* Version 1 has words of its own for what both have. */
static void test_version_1(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH_DETAIL);
	peer.v1.chosen = true;
	tell(SSH_FACT_V1_SESSION_KEY, 112, 3, 0, STR(""));
	tell(SSH_FACT_V1_USERID, 0, 0, 0, STR("cis co\n"));
	tell(SSH_FACT_V1_INVALID, 0x22, 0, 0, STR(""));
	tell(SSH_FACT_TTY, 0, 0, 0, STR(""));
	tell(SSH_FACT_SHELL, 0, 0, 0, STR(""));
	sent();
	sshdebug_say_version(&peer, "starting shell for vty");
	expect("SSH1: SSH_CMSG_SESSION_KEY msg - length 112, type 0x03\n"
	       "SSH1: authentication request for userid cis?co?\n"
	       "SSH1: invalid request - 0x22\n"
	       "SSH1: setting TTY - requested: length 0, width 0; set: length 24, width 80\n"
	       "SSH1: starting shell for vty\n");
}

/* Each fact has words, and rows of algorithms their names. */
static void test_every_fact(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	for (unsigned what = 0; what < SSH_FACT_COUNT; what++) {
		tell((enum ssh_fact_what)what, 0, 0, 0, STR("x"));
		sent();
	}
	assert_false(peer.doomed);
	assert_int_equal(lines(), SSH_FACT_COUNT);
	assert_null(strchr(shown(), '%'));
	assert_non_null(strstr(shown(), "SSH2: kex: client->server aes128-gcm@openssh.com implicit none\n"));
}

static void test_switched_off(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	core.debug = 0;
	sshdebug_watch_all(&core);
	assert_int_equal(watched(), SSH_TRACE_ALL);
	assert_int_equal(watched(), 0);
	some_facts(); /* they crossed */
	assert_false(peer.doomed);
	assert_int_equal(lines(), 0);
}

/* What is not changed is not sent, and a terminal that shows debug lines tells no packets: each would make the next. */
static void test_watch(void **state)
{
	(void)state;
	sshdebug_watch(&peer);
	assert_int_equal(watched(), 0xff);
	on(DEBUG_IP_SSH);
	on(DEBUG_IP_SSH_DETAIL);
	assert_int_equal(watched(), SSH_TRACE_ALL);
	assert_int_equal(watched(), 0xff);
	peer.monitor = true;
	sshdebug_watch(&peer);
	assert_int_equal(watched(), SSH_TRACE_DETAIL);
	peer.kind = KIND_CONSOLE;
	sshdebug_watch(&peer);
	assert_int_equal(watched(), 0);
}

static void test_nobody_asked(void **state)
{
	(void)state;
	some_facts();
	assert_true(peer.doomed);
	assert_int_equal(lines(), 1);
	assert_non_null(strstr(shown(), "%SSH-4-SESSION_ENDED: "));
}

static void ends(void)
{
	sent();
	assert_true(peer.doomed);
	peer.doomed = false;
	assert_int_equal(watched(), 0xff);
}

static void test_forged(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	watched();
	tell(SSH_FACT_COUNT, 0, 0, 0, STR(""));
	ends();
	tell(SSH_FACT_KEX_IN, 1000, 0, 0, STR(""));
	ends();
	tell(SSH_FACT_KEX_OUT, 0, 1000, 0, STR(""));
	ends();
	tell(SSH_FACT_EXPECTING, UINT32_MAX, 0, 0, STR(""));
	ends();
	tell(SSH_FACT_SEND, 0, 0, 0, STR(""));
	facts.len -= 3; /* cut off */
	ends();
	buf_put_u8(&facts, SSH_FACT_SHELL);
	ends();
}

static void test_too_many_in_one(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	watched();
	for (unsigned i = 0; i <= IPC_TRACE_FACTS; i++)
		tell(SSH_FACT_SHELL, 0, 0, 0, STR(""));
	ends();
}

/* All sessions together get so many lines; what is more is counted, with what sessions left out themselves. */
static void test_flood(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned k = 0; k < IPC_TRACE_FACTS; k++)
			tell(SSH_FACT_SEND, i, k, 0, STR(""));
		sent();
	}
	assert_false(peer.doomed); /* the rate of its row is what ends it: ipc_recv */
	assert_in_range(lines(), 2000, 8000);
	sshdebug_trace(&peer, &(struct ipc_msg_TRACE){ .lost = 1000000 });
	core.ssh_debug_pace.closed_until = 0;
	core.ssh_debug_pace.bucket.milli = 10000;
	tell(SSH_FACT_SHELL, 0, 0, 0, STR(""));
	sent();
	assert_non_null(strstr(shown(), "SSH: 10"));
	assert_non_null(strstr(shown(), " debug messages left out\n"));
	assert_int_equal(core.ssh_debug_pace.left_out, 0);
}

static void test_rate(void **state)
{
	struct ipc_record r;
	int rc = 0;

	(void)state;
	for (unsigned i = 0; rc == 0 && i < 1000; i++) {
		assert_int_equal(IPC_SEND(&session, TRACE, .facts = STR("")), 0);
		rc = ipc_recv(&peer.channel, PH_NEW, 1, &r);
	}
	assert_int_equal(rc, E_LIMIT);
}

static void test_size(void **state)
{
	static const uint8_t much[9000];

	(void)state;
	assert_int_equal(IPC_SEND(&session, TRACE, .facts = { much, sizeof much }), E_TOOBIG);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	on(DEBUG_IP_SSH);
	tell(SSH_FACT_VERSION, 0, 0, 0, STR("SSH-2.0-\x1b[2J\n00:00:01: SSH1: \x07\x9b\0\xff%s%n\r"));
	tell(SSH_FACT_REQUEST, 0, 0, 0, STR("a b\nc: ok ' %s\0x\xe2\x80\xae"));
	sent();
	expect("SSH1: protocol version id is - SSH-2.0-?[2J?00:00:01: SSH1: ????%s%n\n"
	       "SSH2 1: a?b?c??ok????s?x??? request\n");
}

static void test_long_text(void **state)
{
	static char text[7000];

	(void)state;
	on(DEBUG_IP_SSH);
	memset(text, 'x', sizeof text);
	tell(SSH_FACT_VERSION, 0, 0, 0, (struct str){ (uint8_t *)text, sizeof text });
	tell(SSH_FACT_REQUEST, 0, 0, 0, (struct str){ (uint8_t *)text, sizeof text });
	sent();
	assert_false(peer.doomed);
	assert_int_equal(lines(), 2);
	assert_true(strlen(shown()) < 1024);
}

/* What a record holds is read as it was written, and nothing else is read. */
static void test_encoding(void **state)
{
	const struct ssh_fact f = { SSH_FACT_PARTIAL, 1, UINT32_MAX, 3, STR("x11-req") };
	struct ssh_fact back;
	struct buf b;
	struct cur c;

	(void)state;
	buf_init(&b, 0);
	fact_put(&b, &f);
	c = cur_of(buf_str(&b));
	assert_true(fact_get(&c, &back) && cur_done(&c));
	assert_int_equal(back.what, f.what);
	assert_int_equal(back.b, f.b);
	assert_true(str_eq(back.text, f.text));
	for (size_t n = 0; n < buf_len(&b); n++) {
		c = cur_of((struct str){ buf_ptr(&b), n });
		assert_false(fact_get(&c, &back));
	}
	b.data[b.off] = SSH_FACT_COUNT;
	c = cur_of(buf_str(&b));
	assert_false(fact_get(&c, &back));
	buf_release(&b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_old_words),  T(test_packet_words),    T(test_detail_words), T(test_version_1),
		T(test_every_fact), T(test_switched_off),    T(test_watch),        T(test_nobody_asked),
		T(test_forged),     T(test_too_many_in_one), T(test_flood),        T(test_rate),
		T(test_size),       T(test_hostile_texts),   T(test_long_text),    T(test_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
