/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever comes from a server of RADIUS, or in its name, nothing is read behind a datagram, nothing but a reply
 * that was made with the key for this very request changes anything, and what is handed on for terminals, debug and
 * core keeps to its bounds.
 *
 * Input: a byte (what is asked, whether replies must be signed), then datagrams of a byte (how it is made: its low
 * nibble 0 is genuine with a Message-Authenticator, 1 genuine without, else taken as it is; its high nibble the code),
 * two bytes of length and that many bytes: attributes, or a whole datagram.
 */
#include "aaa/radius_talk.h"
#include "aaa_server.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct radius_talk *t, enum aaa_outcome outcome, enum radius_flaw flaw, uint8_t how)
{
	struct cur c = cur_of(buf_str(&t->args));

	require(flaw == RADIUS_GOOD || outcome == AAA_BROKEN);
	require((how & 15) < RAW || flaw != RADIUS_GOOD);
	require((how & 15) != BARE || !t->sign || t->sent.code != RADIUS_ACCESS_REQUEST || flaw != RADIUS_GOOD);
	require(outcome != AAA_YES || how >> 4 == RADIUS_ACCESS_ACCEPT || how >> 4 == RADIUS_ACCOUNTING_RESPONSE);
	require(outcome != AAA_ASKS || how >> 4 == RADIUS_ACCESS_CHALLENGE);
	require(t->waits == (flaw != RADIUS_GOOD));
	require(buf_len(&t->keep) <= AAA_ECHO_MAX);
	for (unsigned i = 0; i < t->n_args; i++)
		require(cur_str(&c).n <= RADIUS_VALUE_MAX);
	require(cur_done(&c));
	require_text(buf_str(&t->text));
}

static enum aaa_outcome reply(struct radius_talk *t, uint8_t how, struct str data)
{
	uint8_t *bytes;
	enum aaa_outcome outcome;
	enum radius_flaw flaw;
	struct buf out, shown;
	size_t n;

	buf_init(&out, 0);
	buf_init(&shown, 0);
	if ((how & 15) < RAW)
		radius_reply(&out, &t->sent, how, data);
	else
		buf_put(&out, data.p, data.n);
	n = buf_len(&out);
	bytes = malloc(n ? n : 1); /* of its own: a read behind it is seen */
	require(bytes != NULL);
	if (n)
		memcpy(bytes, buf_ptr(&out), n);
	radius_show(&shown, (struct str){ bytes, n });
	require_text(buf_str(&shown));
	outcome = radius_talk_reply(t, (struct str){ bytes, n }, &flaw);
	check(t, outcome, flaw, how);
	free(bytes);
	buf_release(&out);
	buf_release(&shown);
	return flaw == RADIUS_GOOD ? outcome : AAA_ASKS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aaa_query q = {
		.user = STR("alice"), .port = STR("tty2"), .address = STR("192.0.2.1"), .secret = STR("x")
	};
	struct radius_talk t;
	bool more;

	if (size < 1)
		return 0;
	q.kind = data[0] & 1 ? AAA_KIND_ACCOUNT : AAA_KIND_LOGIN;
	more = radius_talk_begin(&t, &q, STR(KEY), data[0] & 2, NULL) == 0;
	require(more);
	data++;
	size--;
	while (more && size >= 3) {
		size_t n = (size_t)data[1] << 8 | data[2];

		n = n < size - 3 ? n : size - 3;
		n = n < RADIUS_PACKET_MAX - RADIUS_HEADER - 18 ? n : RADIUS_PACKET_MAX - RADIUS_HEADER - 18;
		more = reply(&t, data[0], (struct str){ data + 3, n }) == AAA_ASKS;
		if (more && !t.waits)
			more = radius_talk_answer(&t, STR("answer")) == 0;
		data += 3 + n;
		size -= 3 + n;
	}
	radius_talk_release(&t);
	return 0;
}
