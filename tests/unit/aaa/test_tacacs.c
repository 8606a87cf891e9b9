/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: packets are those of RFC 8907, byte by byte, and a reply counts only when everything about it is right.
 * The vector of `hidden` was made by another program (scapy's obfuscate).
 */
#include "aaa/tacacs_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const struct aaa_query login = { .kind = AAA_KIND_LOGIN,
					.level = 1,
					.user = { (const uint8_t *)"alice", 5 },
					.port = { (const uint8_t *)"tty2", 4 },
					.address = { (const uint8_t *)"192.0.2.1", 9 } };

/* The body of the only packet in `out`, revealed; its header. */
static struct str packet(struct buf *out, struct tacacs_header *h)
{
	assert_true(tacacs_get_header(buf_str(out), h));
	assert_int_equal(buf_len(out), TACACS_HEADER + h->length);
	assert_int_equal(tacacs_hide(h, STR("cisco"), out->data + out->off + TACACS_HEADER, h->length), 0);
	return (struct str){ out->data + out->off + TACACS_HEADER, h->length };
}

static enum aaa_outcome answer(struct tacacs_talk *t, struct tacacs_header h, const char *key, struct str clear)
{
	uint8_t body[512];

	assert_true(clear.n <= sizeof body);
	memcpy(body, clear.p, clear.n);
	h.length = (uint32_t)clear.n;
	assert_int_equal(tacacs_hide(&h, str_of(key), body, clear.n), 0);
	return tacacs_talk_reply(t, &h, body);
}

static struct tacacs_header reply_to(const struct tacacs_talk *t)
{
	return (struct tacacs_header){ t->version, t->type, (uint8_t)(t->seq + 1), 0, t->session, 0 };
}

#define BEGIN(t, q)                                                                                                    \
	struct tacacs_talk t;                                                                                          \
	struct buf t##_out;                                                                                            \
	buf_init(&t##_out, 0);                                                                                         \
	assert_int_equal(tacacs_talk_begin(&t, q, &(struct tacacs_terms){ STR("cisco"), false, false }, &t##_out), 0)
#define END(t)                                                                                                         \
	tacacs_talk_release(&t);                                                                                       \
	buf_release(&t##_out)

#define PASS_BODY STR("\1\0\0\0\0\0")

static void hidden(void **state)
{
	static const struct tacacs_header h = { 0xc0, 1, 1, 0, 0x01020304, 25 };
	uint8_t body[] = "sixteen bytes...and more";
	uint8_t once[sizeof body];

	assert_int_equal(tacacs_hide(&h, STR("cisco"), body, sizeof body), 0);
	assert_memory_equal(
	    body,
	    "\x0e\x1f\x64\xdd\x2f\xc7\x86\x9c\xe4\xfd\xd9\x08\xce\x9b\x6b\xb1\xfc\x67\x98\xdd\x35\xf1\xc9\xa6\x70",
	    sizeof body);
	memcpy(once, body, sizeof body);
	assert_int_equal(tacacs_hide(&h, STR("cisco"), body, sizeof body), 0);
	assert_string_equal((char *)body, "sixteen bytes...and more");
	assert_memory_not_equal(once, body, sizeof body);
}

static void start(void **state)
{
	struct tacacs_header h;
	BEGIN(t, &login);
	struct str body = packet(&t_out, &h);

	assert_int_equal(h.version, 0xc0);
	assert_int_equal(h.type, 1);
	assert_int_equal(h.seq, 1);
	assert_int_equal(h.flags, 0);
	assert_int_equal(body.n, 26);
	assert_memory_equal(body.p, "\1\1\1\1\5\4\11\0alicetty2192.0.2.1", 26);
	END(t);
}

static void pap_is_minor_version_one(void **state)
{
	struct aaa_query q = login;
	struct tacacs_header h;

	q.kind = AAA_KIND_PAP;
	q.secret = STR("wonder");
	BEGIN(t, &q);
	struct str body = packet(&t_out, &h);
	assert_int_equal(h.version, 0xc1);
	assert_memory_equal(body.p, "\1\1\2\1\5\4\11\6alicetty2192.0.2.1wonder", 32);
	assert_int_equal(answer(&t, reply_to(&t), "cisco", STR("\5\0\0\0\0\0")), AAA_BROKEN);
	END(t);
}

static void a_dialogue(void **state)
{
	struct tacacs_header h;
	BEGIN(t, &login);

	assert_int_equal(answer(&t, reply_to(&t), "cisco", STR("\5\1\0\12\0\0Password: ")), AAA_ASKS);
	assert_int_equal(t.asked, TACACS_GETPASS);
	assert_false(t.echo);
	assert_true(str_is(buf_str(&t.text), "Password: "));
	buf_clear(&t_out);
	assert_int_equal(tacacs_talk_answer(&t, STR("wonder"), false, &t_out), 0);
	struct str body = packet(&t_out, &h);
	assert_int_equal(h.seq, 3);
	assert_memory_equal(body.p, "\0\6\0\0\0wonder", 11);
	assert_int_equal(tacacs_talk_answer(&t, STR("again"), false, &t_out), E_STATE);
	assert_int_equal(answer(&t, reply_to(&t), "cisco", PASS_BODY), AAA_YES);
	assert_int_equal(answer(&t, reply_to(&t), "cisco", PASS_BODY), AAA_BROKEN); /* once */
	END(t);
}

static void text_is_harmless(void **state)
{
	BEGIN(t, &login);
	assert_int_equal(answer(&t, reply_to(&t), "cisco", STR("\3\0\0\7\0\0a\r\n\033[m\377")), AAA_ASKS);
	assert_true(str_is(buf_str(&t.text), "a\n?[m?"));
	assert_true(t.echo);
	END(t);
}

static void misfits(void **state)
{
	for (int i = 0; i < 8; i++) {
		BEGIN(t, &login);
		struct tacacs_header h = reply_to(&t);

		h.session ^= i == 0;
		h.type = i == 1 ? TACACS_AUTHOR : h.type;
		h.version ^= i == 2;
		h.seq = i == 3 ? 1 : i == 4 ? 4 : h.seq;
		h.flags = i == 5 ? TACACS_UNENCRYPTED : 0;
		assert_int_equal(answer(&t, h, i == 6 ? "other" : "cisco", i == 7 ? STR("\1\0\0\0\0") : PASS_BODY),
				 AAA_BROKEN);
		assert_true(t.why.text[0]);
		END(t);
	}
}

static void statuses(void **state)
{
	static const struct {
		uint8_t status;
		enum aaa_outcome outcome;
	} rows[] = { { 0, AAA_BROKEN }, { 1, AAA_YES },   { 2, AAA_NO },      { 6, AAA_NO },
		     { 7, AAA_BROKEN }, { 0x21, AAA_NO }, { 255, AAA_BROKEN } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t body[6] = { rows[i].status };
		BEGIN(t, &login);

		assert_int_equal(answer(&t, reply_to(&t), "cisco", (struct str){ body, 6 }), rows[i].outcome);
		END(t);
	}
}

static void authorization(void **state)
{
	struct aaa_query q = login;
	struct tacacs_header h;
	struct buf args;
	struct cur c;

	buf_init(&args, 0);
	buf_put_cstr(&args, "service=shell");
	buf_put_cstr(&args, "cmd=");
	q.kind = AAA_KIND_EXEC;
	q.method = AAA_BY_SERVER;
	q.args = buf_str(&args);
	q.n_args = 2;
	BEGIN(t, &q);
	struct str body = packet(&t_out, &h);
	assert_int_equal(h.type, 2);
	assert_memory_equal(body.p, "\6\1\1\1\5\4\11\2\15\4alicetty2192.0.2.1service=shellcmd=", 45);
	assert_int_equal(answer(&t, reply_to(&t), "cisco", STR("\1\2\0\0\0\0\13\3priv-lvl=15a*b")), AAA_YES);
	assert_int_equal(t.n_args, 2);
	c = cur_of(buf_str(&t.args));
	assert_true(str_is(cur_str(&c), "priv-lvl=15"));
	assert_true(str_is(cur_str(&c), "a*b"));
	END(t);
	BEGIN(u, &q);
	assert_int_equal(answer(&u, reply_to(&u), "cisco", STR("\1\2\0\0\0\0\13\4priv-lvl=15a*b")), AAA_BROKEN);
	END(u);
	BEGIN(v, &q);
	assert_int_equal(answer(&v, reply_to(&v), "cisco", STR("\20\0\0\0\0\0")), AAA_NO);
	END(v);
	buf_release(&args);
}

static void accounting(void **state)
{
	struct aaa_query q = login;
	struct tacacs_header h;

	q.kind = AAA_KIND_ACCOUNT;
	q.record = AAA_RECORD_STOP;
	q.method = AAA_BY_LOCAL;
	BEGIN(t, &q);
	assert_memory_equal(packet(&t_out, &h).p, "\4\5\1\1\1\5\4\11\0alice", 14);
	assert_int_equal(h.type, 3);
	assert_int_equal(answer(&t, reply_to(&t), "cisco", STR("\0\0\0\0\1")), AAA_YES);
	END(t);
	BEGIN(u, &q);
	assert_int_equal(answer(&u, reply_to(&u), "cisco", STR("\0\0\0\0\2")), AAA_BROKEN);
	END(u);
}

/* A session has 127 rounds at most: the number of a packet never wraps. */
static void rounds_end(void **state)
{
	unsigned rounds = 0;
	BEGIN(t, &login);

	do {
		buf_clear(&t_out);
		assert_int_equal(answer(&t, reply_to(&t), "cisco", STR("\3\0\0\0\0\0")), AAA_ASKS);
		rounds++;
	} while (tacacs_talk_answer(&t, STR("x"), false, &t_out) == 0);
	assert_int_equal(rounds, 127);
	END(t);
}

/* RFC 9887 section 4: by TLS nothing is hidden, and both sides say so; no key is needed. */
static void by_tls(void **state)
{
	static const uint8_t pass[] = { TACACS_PASS, 0, 0, 0, 0, 0 };
	const struct tacacs_terms terms = { STR(""), false, true };
	struct tacacs_talk t;
	struct tacacs_header h;
	uint8_t body[sizeof pass];
	struct buf out;

	for (unsigned marked = 0; marked <= 1; marked++) {
		buf_init(&out, 0);
		assert_int_equal(tacacs_talk_begin(&t, &login, &terms, &out), 0);
		assert_true(tacacs_get_header(buf_str(&out), &h));
		assert_int_equal(h.flags, TACACS_UNENCRYPTED);
		assert_int_equal(out.data[out.off + TACACS_HEADER], 1); /* LOGIN, to be read by anybody */
		h.seq++;
		h.flags = marked ? TACACS_UNENCRYPTED : 0;
		h.length = sizeof pass;
		memcpy(body, pass, sizeof pass);
		assert_int_equal(tacacs_talk_reply(&t, &h, body), marked ? AAA_YES : AAA_BROKEN);
		tacacs_talk_release(&t);
		buf_release(&out);
	}
}

static void what_is_too_long(void **state)
{
	static const uint8_t word[TACACS_WORD_MAX + 1];
	struct aaa_query q = login;
	struct tacacs_talk t;
	struct buf out;

	buf_init(&out, 0);
	q.user = (struct str){ word, sizeof word };
	assert_int_equal(tacacs_talk_begin(&t, &q, &(struct tacacs_terms){ STR("cisco"), false, false }, &out),
			 E_TOOBIG);
	tacacs_talk_release(&t);
	assert_int_equal(tacacs_talk_begin(&t, &login, &(struct tacacs_terms){ STR(""), false, false }, &out),
			 E_STATE); /* no key: nothing is sent */
	assert_int_equal(buf_len(&out), 0);
	tacacs_talk_release(&t);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hidden),     cmocka_unit_test(start),      cmocka_unit_test(pap_is_minor_version_one),
		cmocka_unit_test(by_tls),     cmocka_unit_test(a_dialogue), cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(misfits),    cmocka_unit_test(statuses),   cmocka_unit_test(authorization),
		cmocka_unit_test(accounting), cmocka_unit_test(rounds_end), cmocka_unit_test(what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
