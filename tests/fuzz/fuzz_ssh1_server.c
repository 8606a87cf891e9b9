/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_ssh1_server.c: libFuzzer target: a stranger by SSH version 1. The first byte of the input chooses how the rest
 * is sent: raw bytes, messages in clear, or messages under the session key, before login or after it. Besides memory
 * errors it catches anything executed before login and output or input that grows without bound.
 */
#include "../unit/ssh/peer.c"

#include "ssh/v1/cipher.h"
#include "ssh/v1/number.h"
#include "ssh/v1/packet1.h"

enum { RAW, CLEAR, SEALED, LOGGED_IN, RUNNING, MODES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cipher tx;

static void feed(struct host *h, struct buf *b)
{
	while (buf_len(b) && !h->ended) {
		size_t room, n;
		uint8_t *to = ssh_feed_room(h->ssh, &room);

		if (!ssh_wants_input(h->ssh))
			break;
		n = buf_len(b) < room ? buf_len(b) : room;
		memcpy(to, buf_ptr(b), n);
		ssh_fed(h->ssh, n);
		buf_consume(b, n);
		host_run(h);
		if (!h->no_consume)
			buf_clear(ssh_output(h->ssh));
	}
	buf_clear(b);
}

static void tell(struct host *h, uint8_t type, struct str data)
{
	struct buf b;

	buf_init(&b, 0);
	packet1_seal(&tx, &b, type, data);
	feed(h, &b);
	buf_release(&b);
}

static void tell_raw(struct host *h, struct str bytes, size_t piece)
{
	struct cur in = cur_of(bytes);
	struct buf b;

	buf_init(&b, 0);
	while (in.n && !h->ended) {
		struct str s = cur_take(&in, in.n < piece ? in.n : piece);

		buf_put(&b, s.p, s.n);
		feed(h, &b);
	}
	buf_release(&b);
}

/* As far as the mode says, with everything right. */
static void begin(struct host *h, unsigned mode)
{
	static const char secret[] = "\3cookie!\0\0\x8\xff\0\0\0\0"; /* 3DES, an eight-bit secret, no flags */
	static const char name[] = "\0\0\0\1u", command[] = "\0\0\0\4show";

	if (mode == RAW)
		return;
	tell_raw(h, STR("SSH-1.5-fuzz\n"), 100);
	if (mode == CLEAR)
		return;
	tell(h, V1_CMSG_SESSION_KEY, STR(secret));
	if (cipher_set(&tx, SSH_V1_3DES, (const uint8_t *)HOST_V1_KEY, true))
		abort();
	if (mode == SEALED)
		return;
	tell(h, V1_CMSG_USER, STR(name));
	if (mode == RUNNING)
		tell(h, V1_CMSG_EXEC_CMD, STR(command));
}

static void check(const struct host *h, bool logged_in)
{
	if (!logged_in && host_executed(h))
		abort();
	if (ssh_output(h->ssh)->err || buf_len(ssh_output(h->ssh)) > 1024 * 1024)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssh_config config = { .version = STR("SSH-1.99-Test"), .window = 5000 };
	struct cur in = { data, size, false };
	unsigned mode = cur_u8(&in) % MODES, variant = cur_u8(&in);
	struct host h;

	host_init(&h, &config);
	h.answer = mode >= LOGGED_IN || variant & 16 ? SSH_AUTH_SUCCESS : SSH_AUTH_FAILED;
	h.no_consume = variant & 32;
	h.echo = variant & 64;
	host_run(&h);
	begin(&h, mode);
	if (mode >= LOGGED_IN && (h.ended || !h.seen[SSH_EV_OPEN]))
		abort(); /* the way there is right */
	if (mode == RAW)
		tell_raw(&h, (struct str){ in.p, in.n }, (variant & 15) + 1);
	while (mode != RAW && in.n && !h.ended) { /* u8 type, u8 length, bytes */
		uint8_t type = cur_u8(&in), n = cur_u8(&in);

		tell(&h, type, cur_take(&in, n % (in.n + 1)));
	}
	check(&h, mode >= LOGGED_IN || variant & 16);
	cipher_release(&tx);
	host_release(&h);
	return 0;
}
