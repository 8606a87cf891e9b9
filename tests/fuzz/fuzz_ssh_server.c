/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_ssh_server.c: libFuzzer target: a stranger before login. The first byte of the input chooses how the rest is
 * sent: raw bytes, messages framed in clear, messages sealed after a real key exchange (the client of tests/unit/ssh
 * holds the keys), before login or after it, or, many times as fast, messages in clear to a server that was told its
 * key exchange is over. Besides memory errors it catches anything executed
 * before login and output or input that grows without bound.
 */
#include "../unit/ssh/peer.c"
#include "ssh_messages.h"

enum { RAW, CLEAR, SEALED, LOGGED_IN, SKIPPED, MODES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct host *h, bool logged_in)
{
	if (!logged_in && host_executed(h))
		abort();
	if (ssh_output(h->ssh)->err || buf_len(ssh_output(h->ssh)) > 1024 * 1024)
		abort();
}

static void say(struct peer *p, struct host *h)
{
	peer_say(p, h);
	buf_clear(&p->in);
}

enum { JOIN = 1, TEMPLATE = 2, AGAIN = 4 };

/* u8 flags, u8 length, bytes of a message, or what to do with a template. */
static void messages(struct peer *p, struct host *h, struct cur in)
{
	uint8_t flags;
	struct str bytes;

	while (in.n && !h->ended) {
		flags = cur_u8(&in);
		bytes = cur_take(&in, cur_u8(&in) % (in.n + 1));
		if ((flags & AGAIN) && p->keyed && !peer_handshake(p, h))
			return;
		if (bytes.n == 0)
			continue;
		p->at = packet_begin(&p->out);
		if (flags & TEMPLATE)
			put_template(&p->out, buf_str(&h->blob), bytes);
		else
			buf_put(&p->out, bytes.p, bytes.n);
		peer_end(p);
		if (!(flags & JOIN))
			say(p, h);
	}
	if (!h->ended)
		say(p, h);
}

/* In pieces, since a packet may arrive cut anywhere. */
static void raw(struct peer *p, struct host *h, struct cur in, size_t piece)
{
	while (in.n && !h->ended) {
		struct str s = cur_take(&in, in.n < piece ? in.n : piece);

		buf_put(&p->out, s.p, s.n);
		say(p, h);
	}
}

static bool greet(struct peer *p, struct host *h, unsigned mode, unsigned variant)
{
	static const char *const ciphers[] = { "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "3des-cbc",
					       "aes256-ctr" };
	static const char *const macs[] = { "", "", "hmac-md5-96", "hmac-sha2-256-etm@openssh.com" };

	p->ciphers = ciphers[variant & 3];
	p->macs = macs[variant & 3];
	if (variant & 4)
		p->kex = "curve25519-sha256";
	if (variant & 8)
		ssh_tick(h->ssh, 1); /* and a re-exchange of our own later */
	if (mode == CLEAR)
		peer_version(p);
	if (mode == SKIPPED)
		host_skip_kex(h, PHASE_SERVICE);
	if (mode <= CLEAR || mode == SKIPPED)
		return true;
	if (!peer_handshake(p, h))
		return false;
	if (mode == LOGGED_IN && !(peer_login(p, h) && peer_open(p, h)))
		return false;
	if (variant & 8)
		ssh_tick(h->ssh, 10000000);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssh_config config = {
		.banner = STR("hello"),
		.max_channels = 3,
		.window = 5000,
		.ciphers = STR("aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,3des-cbc"),
		.macs = STR("hmac-sha2-256-etm@openssh.com,hmac-md5-96"),
	};
	struct cur in = { data, size, false };
	unsigned mode = cur_u8(&in) % MODES, variant = cur_u8(&in);
	struct host h;
	struct peer p;

	host_init(&h, &config);
	peer_init(&p);
	h.answer = mode == LOGGED_IN ? SSH_AUTH_SUCCESS : (variant & 16 ? SSH_AUTH_PK_OK : SSH_AUTH_FAILED);
	h.prompts = variant >> 6;
	h.no_consume = variant & 32;
	h.echo = variant & 16;
	if (greet(&p, &h, mode, variant)) {
		if (mode == RAW)
			raw(&p, &h, in, (variant >> 2) + 1);
		else
			messages(&p, &h, in);
	}
	check(&h, mode == LOGGED_IN);
	peer_release(&p);
	host_release(&h);
	return 0;
}
