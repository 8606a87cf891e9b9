/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: at every stage of a connection every message number is either the one that belongs there, or answered with
 * UNIMPLEMENTED and the right number, or the end of the connection with reason 2; and nothing is executed by it.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum stage { FIRST, KEX, STRICT, SIGNED, ASKS, GROUP, AGREED, KEYED, AUTH, OPEN, REKEY, STAGES };

/* Numbers, and ranges with a dash, of RFC 4250 section 4.1. */
static const struct {
	const char *name, *allowed, *unimplemented;
} stages[STAGES] = {
	[FIRST] = { "before KEXINIT", "1 2 3 4 20", "8-19 22-29" },
	[KEX] = { "first exchange", "1 2 3 4 30", "8-19 22-29" },
	[STRICT] = { "first exchange, strict", "1 30", "" },
	[SIGNED] = { "before NEWKEYS", "1 2 3 4 21", "8-19 22-29" },
	[ASKS] = { "group exchange", "1 2 3 4 30 34", "8-19 22-29" },
	[GROUP] = { "with a group", "1 2 3 4 32", "8-19 22-29" },
	[AGREED] = { "with a group, before NEWKEYS", "1 2 3 4 21", "8-19 22-29" },
	[KEYED] = { "before the service", "1 2 3 4 5 7", "8-19 22-29 35-49 54-59 62-79" },
	[AUTH] = { "before login", "1 2 3 4 5 50", "8-19 22-29 35-49 54-59 62-79" },
	[OPEN] = { "logged in", "1 2 3 4 20 50 80 90 93-98", "8-19 22-29 35-49 54-59 62-79 83-89 101-255" },
	[REKEY] = { "later exchange", "1 2 3 4 30", "8-19 22-29" },
};

static bool in_list(const char *list, unsigned number)
{
	unsigned long from, to;
	char *end;

	while (*list) {
		from = to = strtoul(list, &end, 10);
		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		if (number >= from && number <= to)
			return true;
		list = *end ? end + 1 : end;
	}
	return false;
}

/* Fields that would be right at the right time, so that only the time is wrong. */
static void put_fields(struct buf *b, unsigned type)
{
	switch (type) {
	case MSG_DISCONNECT:
		buf_put_u32(b, 11);
		buf_put_cstr(b, "bye");
		buf_put_cstr(b, "");
		break;
	case MSG_SERVICE_REQUEST:
		buf_put_cstr(b, "ssh-userauth");
		break;
	case MSG_KEX_INIT:
	case MSG_GEX_INIT:
		buf_put_cstr(b, "0123456789abcdef0123456789abcdef");
		break;
	case MSG_GEX_REQUEST:
		for (int i = 0; i < 3; i++)
			buf_put_u32(b, 2048);
		break;
	case MSG_USERAUTH_REQUEST:
		buf_put_cstr(b, "u");
		buf_put_cstr(b, "ssh-connection");
		buf_put_cstr(b, "none");
		break;
	case MSG_GLOBAL_REQUEST:
		buf_put_cstr(b, "keepalive@openssh.com");
		buf_put_u8(b, 1);
		break;
	case MSG_CHANNEL_OPEN:
		buf_put_cstr(b, "session");
		for (int i = 0; i < 3; i++)
			buf_put_u32(b, 32768);
		break;
	case MSG_CHANNEL_DATA:
	case MSG_CHANNEL_EXTENDED_DATA:
		buf_put_u32(b, 0);
		if (type == MSG_CHANNEL_EXTENDED_DATA)
			buf_put_u32(b, 1);
		buf_put_cstr(b, "data");
		break;
	case MSG_CHANNEL_REQUEST:
		buf_put_u32(b, 0);
		buf_put_cstr(b, "shell");
		buf_put_u8(b, 1);
		break;
	case MSG_EXT_INFO:
	case MSG_CHANNEL_EOF:
	case MSG_CHANNEL_CLOSE:
	case MSG_USERAUTH_INFO_RESPONSE:
		buf_put_u32(b, 0);
		break;
	case MSG_CHANNEL_WINDOW_ADJUST:
		buf_put_u32(b, 0);
		buf_put_u32(b, 1);
		break;
	default:
		break;
	}
}

static void reach_kex(struct peer *p, struct host *h, enum stage s)
{
	peer_version(p);
	if (s != FIRST)
		peer_kexinit(p);
	if (s == SIGNED)
		peer_public(p);
	if (s == GROUP || s == AGREED)
		peer_request(p);
	peer_say(p, h);
	buf_consume(&p->in, strlen("SSH-2.0-Test\r\n"));
	if (s == GROUP || s == AGREED)
		assert_true(peer_take_group(p, peer_find(p, MSG_GEX_GROUP)));
	if (s == AGREED) {
		peer_public(p);
		peer_say(p, h);
	}
}

static void reach(struct peer *p, struct host *h, enum stage s)
{
	static const struct ssh_config gex = { .kex = STR("diffie-hellman-group-exchange-sha256") };
	bool asks = s == ASKS || s == GROUP || s == AGREED;

	host_init(h, asks ? &gex : NULL);
	h->answer = SSH_AUTH_SUCCESS;
	peer_init(p);
	if (asks)
		p->kex = p->method = "diffie-hellman-group-exchange-sha256";
	if (s == KEX || s == SIGNED)
		p->kex = "curve25519-sha256";
	if (s < KEYED) {
		reach_kex(p, h, s);
		return;
	}
	assert_true(peer_handshake(p, h));
	if (s == AUTH)
		assert_true(peer_service(p, h));
	if (s >= OPEN)
		assert_true(peer_login(p, h) && peer_open(p, h));
	if (s == REKEY) {
		peer_kexinit(p);
		peer_say(p, h);
	}
	while (peer_next_type(p))
		;
}

static void check_unimplemented(struct peer *p, struct host *h, uint32_t seq)
{
	struct cur c = cur_of(peer_find(p, MSG_UNIMPLEMENTED));

	assert_false(h->ended);
	assert_int_equal(cur_u8(&c), MSG_UNIMPLEMENTED);
	assert_int_equal(cur_u32(&c), seq);
	assert_true(cur_done(&c));
}

static void check_ended(struct peer *p, struct host *h)
{
	struct cur c = cur_of(peer_find(p, MSG_DISCONNECT));
	uint8_t cookie[16] = { 0 };

	assert_true(h->ended);
	assert_false(h->by_peer);
	assert_int_equal(h->reason, REASON_PROTOCOL_ERROR);
	assert_int_equal(cur_u8(&c), MSG_DISCONNECT);
	assert_int_equal(cur_u32(&c), REASON_PROTOCOL_ERROR);
	assert_true(cur_str(&c).n > 0);
	cur_str(&c);
	assert_true(cur_done(&c));
	assert_int_equal(peer_next_type(p), 0); /* nothing follows */
	assert_int_equal(ssh_give_cookie(h->ssh, cookie), E_STATE);
	assert_false(ssh_wants_input(h->ssh));
}

static void try_number(enum stage s, unsigned type)
{
	bool allowed = in_list(stages[s].allowed, type);
	unsigned executed, auths;
	struct host h;
	struct peer p;
	uint32_t seq;

	reach(&p, &h, s);
	executed = host_executed(&h);
	auths = h.seen[SSH_EV_AUTH];
	seq = p.tx.seq;
	if (s == ASKS && type == MSG_GEX_REQUEST_OLD)
		buf_put_u32(peer_begin(&p, (uint8_t)type), 2048);
	else
		put_fields(peer_begin(&p, (uint8_t)type), type);
	peer_end(&p);
	peer_say(&p, &h);
	if ((s == SIGNED || s == AGREED) &&
	    !allowed) /* the server's new keys are in use; this client has not looked at its reply */
		assert_int_equal(h.reason, in_list(stages[s].unimplemented, type) ? 0 : REASON_PROTOCOL_ERROR);
	else if (in_list(stages[s].unimplemented, type))
		check_unimplemented(&p, &h, seq);
	else if (!allowed)
		check_ended(&p, &h);
	if (!allowed) {
		assert_int_equal(host_executed(&h), executed);
		assert_int_equal(h.seen[SSH_EV_AUTH], auths);
	} else if (type != MSG_DISCONNECT && type != MSG_KEXINIT) {
		assert_false(h.ended);
	}
	peer_release(&p);
	host_release(&h);
}

static void test_every_number_at_every_stage(void **state)
{
	for (enum stage s = 0; s < STAGES; s++) {
		for (unsigned type = 0; type < 256; type++) {
			if (type < 110 || type > 250)
				try_number(s, type);
		}
	}
}

/* Commands queued behind a failing login are not reached. */
static void test_pipelined_commands(void **state)
{
	struct host h;
	struct peer p;
	struct buf *b;

	reach(&p, &h, AUTH);
	h.answer = SSH_AUTH_FAILED;
	for (unsigned i = 0; i < 2; i++) {
		b = peer_begin(&p, MSG_USERAUTH_REQUEST);
		put_fields(b, MSG_USERAUTH_REQUEST);
		peer_end(&p);
	}
	put_fields(peer_begin(&p, MSG_CHANNEL_OPEN), MSG_CHANNEL_OPEN);
	peer_end(&p);
	put_fields(peer_begin(&p, MSG_CHANNEL_REQUEST), MSG_CHANNEL_REQUEST);
	peer_end(&p);
	peer_say(&p, &h);
	assert_int_equal(h.seen[SSH_EV_AUTH], 2);
	assert_int_equal(host_executed(&h), 0);
	assert_int_equal(h.reason, REASON_PROTOCOL_ERROR);
	peer_release(&p);
	host_release(&h);
}

/* Only the user authentication service exists; paramiko asks for it before each attempt. */
static void test_services(void **state)
{
	struct host h;
	struct peer p;

	reach(&p, &h, AUTH);
	assert_true(peer_service(&p, &h));
	peer_release(&p);
	host_release(&h);
	reach(&p, &h, KEYED);
	buf_put_cstr(peer_begin(&p, MSG_SERVICE_REQUEST), "ssh-connection");
	peer_end(&p);
	peer_say(&p, &h);
	assert_int_equal(h.reason, REASON_SERVICE_NOT_AVAILABLE);
	peer_release(&p);
	host_release(&h);
}

static void test_peer_says_goodbye(void **state)
{
	struct host h;
	struct peer p;

	reach(&p, &h, OPEN);
	put_fields(peer_begin(&p, MSG_DISCONNECT), MSG_DISCONNECT);
	peer_end(&p);
	peer_say(&p, &h);
	assert_true(h.ended && h.by_peer);
	assert_int_equal(h.reason, 11);
	assert_int_equal(peer_next_type(&p), 0);
	peer_release(&p);
	host_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number_at_every_stage),
		cmocka_unit_test(test_pipelined_commands),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_peer_says_goodbye),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
