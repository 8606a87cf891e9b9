/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a server of TACACS+ answers, nothing is read behind a body, nothing but a pass of this very session is
 * one, and what is handed on for terminals and for core keeps to its bounds.
 *
 * Input: a byte (what is asked; its first bit: by TLS, where nothing is hidden), then replies of a byte (how its header
 * is: 0 fits, else a bit for each field that does not), two bytes of length and that many bytes of a body, which is
 * hidden by the key as a server would.
 */
#include "aaa/tacacs_talk.h"
#include "aaa_server.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct tacacs_talk *t, enum aaa_outcome outcome, uint8_t how, struct str clear)
{
	struct str arg;
	struct cur c = cur_of(buf_str(&t->args));

	require(how == 0 || outcome == AAA_BROKEN);
	require(outcome != AAA_YES || clear.p[t->type == TACACS_ACCT ? 4 : 0] == TACACS_PASS ||
		(t->type == TACACS_AUTHOR && clear.p[0] == TACACS_PASS_REPL));
	require(outcome != AAA_ASKS || (t->type == TACACS_AUTHEN && t->asked));
	require(outcome != AAA_BROKEN || t->why.text[0]);
	require_text(buf_str(&t->text));
	for (unsigned i = 0; i < t->n_args; i++) {
		arg = cur_str(&c);
		require(arg.n <= TACACS_WORD_MAX);
	}
	require(cur_done(&c));
}

static enum aaa_outcome reply(struct tacacs_talk *t, uint8_t how, struct str clear)
{
	struct tacacs_header h = {
		t->version, t->type,          (uint8_t)(t->seq + 1), t->clear ? TACACS_UNENCRYPTED : 0,
		t->session, (uint32_t)clear.n
	};
	enum aaa_outcome outcome;
	uint8_t *body = malloc(clear.n ? clear.n : 1); /* of its own: a read behind it is seen */

	require(body != NULL);
	if (clear.n)
		memcpy(body, clear.p, clear.n);
	tacacs_misfit(&h, how);
	if (!t->clear)
		tacacs_hide(&h, buf_str(&t->key), body, clear.n);
	outcome = tacacs_talk_reply(t, &h, body);
	free(body);
	check(t, outcome, how, clear);
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aaa_query q = { .user = STR("alice"), .port = STR("tty2"), .address = STR("192.0.2.1") };
	struct tacacs_terms terms = { STR("key"), true, false };
	struct tacacs_talk t;
	struct buf out;
	bool more;

	if (size < 1)
		return 0;
	q.kind = (enum aaa_kind)((data[0] & 0x7f) % AAA_KINDS);
	terms.tls = data[0] & 0x80;
	data++;
	size--;
	buf_init(&out, 0);
	more = tacacs_talk_begin(&t, &q, &terms, &out) == 0;
	require(more);
	while (more && size >= 3) {
		size_t n = (size_t)data[1] << 8 | data[2];

		n = n < size - 3 ? n : size - 3;
		more = reply(&t, data[0], (struct str){ data + 3, n }) == AAA_ASKS &&
		       tacacs_talk_answer(&t, STR("answer"), false, &out) == 0;
		data += 3 + n;
		size -= 3 + n;
	}
	tacacs_talk_release(&t);
	buf_release(&out);
	return 0;
}
