/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a client of scp asks for and says, and whatever the device answers, paths stay within their bound and
 * below what was asked for, a file gets no byte more than was announced, nothing is asked while an answer is due, and
 * the machine ends when the client has gone.
 *
 * Input: the command, a zero byte, then records of a byte (how to answer next), a length and that many bytes from the
 * client.
 */
#include "base/err.h"
#include "transfer/scp.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 100000

static void require(bool holds)
{
	if (!holds)
		abort();
}

struct bed {
	struct scp *s;
	uint8_t how;
	uint64_t announced, given;
	bool writing, due, ended;
	char target[SCP_PATH_MAX];
};

static void answer(struct bed *b)
{
	static const uint8_t names[] = { 0, 0, 0, 1, 'a', 0, 0, 0, 2, 'b', '/', 0, 0, 0, 0 };
	struct scp_answer a = {
		.rc = -(int)(b->how & 15), .folder = (b->how & 16) != 0, .size = b->how, .mtime = b->how
	};

	if (a.rc == 0)
		a.names = (struct str){ names, sizeof names };
	scp_answer(b->s, &a);
	b->due = false;
}

static void on_event(struct bed *b, const struct scp_event *ev)
{
	bool asks = ev->type < SCP_EV_DROP || ev->type == SCP_EV_SEND;

	require(!b->due && !b->ended);
	require(!asks || ev->type == SCP_EV_SEND || strlen(ev->path) < SCP_PATH_MAX);
	if (ev->type == SCP_EV_LOOK && !b->target[0])
		memcpy(b->target, ev->path, strlen(ev->path) + 1);
	if (asks && ev->type != SCP_EV_SEND)
		require(strncmp(ev->path, b->target, strlen(b->target)) == 0);
	if (ev->type == SCP_EV_WRITE) {
		b->announced = ev->size;
		b->given = 0;
		b->writing = (b->how & 15) == 0;
	}
	if (ev->type == SCP_EV_DATA) {
		b->given += ev->bytes.n;
		require(b->writing && b->given <= b->announced);
		if (b->how == 255)
			scp_lost(b->s, E_LIMIT);
	}
	if (ev->type == SCP_EV_CLOSE)
		require(b->writing && b->given == b->announced);
	if (ev->type == SCP_EV_CLOSE || ev->type == SCP_EV_DROP)
		b->writing = false;
	b->ended = ev->type == SCP_EV_END;
	b->due = asks;
}

static void drive(struct bed *b)
{
	struct scp_event ev;

	for (unsigned i = 0; scp_step(b->s, &ev); i++) {
		require(i < STEPS_MAX);
		on_event(b, &ev);
		if (b->due)
			answer(b);
		buf_clear(scp_output(b->s));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	struct bed b = { 0 };
	size_t n, direct;

	if (!zero)
		return 0;
	n = (size_t)(zero - data);
	b.s = scp_new((struct str){ data, n });
	if (!b.s)
		return 0;
	for (data += n + 1, size -= n + 1; size >= 2; data += n, size -= n) {
		b.how = data[0];
		n = data[1] < size - 2 ? data[1] : size - 2;
		data += 2;
		size -= 2;
		direct = b.due ? 0 : scp_data(b.s, n);
		b.given += direct;
		require(!direct || (b.writing && b.given <= b.announced));
		scp_feed(b.s, (struct str){ data + direct, n - direct });
		drive(&b);
	}
	scp_eof(b.s);
	drive(&b);
	require(b.ended);
	scp_free(b.s);
	return 0;
}
