/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_ssh_channels.c: libFuzzer target: what a client says once it is logged in, all messages of the connection
 * protocol, and a caller who writes, consumes and ends channels meanwhile. The packets are in clear and the server was
 * told that it has come so far: nothing but the messages is tried, and fast. Besides memory errors it catches
 * windows that are overrun in either direction, events of channels that are not there, events after the end, and
 * queues without bound.
 *
 * The input is a row of steps: u8 kind and flags, u8 length, bytes.
 */
#include "ssh/v2/conn.h"
#include "ssh_messages.h"

#define CHANNELS 3
#define WINDOW   5000

enum { MESSAGE, CHANGED, WRITE, CONSUME, END, TICK, MESSAGE_TOO, CHANGED_TOO, KINDS };
enum { KEEP = 16, REFUSE = 32, DENY = 64, JOIN = 128 }; /* do not consume; refuse channels; requests; send later */

struct fuzz {
	struct ssh_conn *conn;
	struct packet_side tx; /* the client's */
	struct buf out;
	uint8_t flags;
	bool over;
	uint64_t now, granted, sent; /* by the client for all channels; to it */
	struct {
		bool open, eof;
		uint64_t may, got; /* what the client may have sent, has sent */
	} channel[CHANNELS];
};

static const struct str hostkey = STR("\0\0\0\13ssh-ed25519\0\0\0\3key");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void begin(struct fuzz *f)
{
	const struct ssh_config config = { .role = SSH_SERVER,
					   .version = STR("SSH-2.0-Test"),
					   .hostkey_blobs = &hostkey,
					   .n_hostkey_blobs = 1,
					   .max_channels = CHANNELS,
					   .window = WINDOW };

	*f = (struct fuzz){ .conn = ssh_new(&config), .now = 1 };
	require(f->conn);
	packet_init(&f->tx, true);
	buf_init(&f->out, 0);
	f->conn->phase = PHASE_OPEN;
	f->conn->kex.wanted = false;
	ssh_tick(f->conn, f->now);
	buf_clear(ssh_output(f->conn));
}

static void finish(struct fuzz *f)
{
	ssh_free(f->conn);
	packet_release(&f->tx);
	buf_release(&f->out);
}

static void on_open(struct fuzz *f, const struct ssh_event *ev)
{
	require(!f->channel[ev->channel].open);
	if (f->flags & REFUSE) {
		require(ssh_channel_refuse(f->conn, ev->channel, 1, "no") == 0);
		return;
	}
	f->granted += f->conn->channels[ev->channel].peer_window;
	require(ssh_channel_accept(f->conn, ev->channel) == 0);
	f->channel[ev->channel].open = true;
	f->channel[ev->channel].eof = false;
	f->channel[ev->channel].may = WINDOW;
	f->channel[ev->channel].got = 0;
}

static void consume(struct fuzz *f, uint32_t id, size_t n)
{
	uint32_t before = f->conn->channels[id].window;

	ssh_channel_consumed(f->conn, id, n);
	f->channel[id].may += f->conn->channels[id].window - before;
	require(f->channel[id].may <= f->channel[id].got + WINDOW);
}

static void on_data(struct fuzz *f, const struct ssh_event *ev)
{
	struct str bytes = ev->u.data.bytes;
	uint64_t got = f->channel[ev->channel].got += bytes.n;

	require(bytes.n && !f->channel[ev->channel].eof && got <= f->channel[ev->channel].may);
	if (!(f->flags & KEEP))
		consume(f, ev->channel, bytes.n);
}

/* Of a channel that is open, unless it is asked for. */
static void on_channel(struct fuzz *f, const struct ssh_event *ev)
{
	require(ev->channel < CHANNELS && f->channel[ev->channel].open == (ev->type != SSH_EV_OPEN));
	switch (ev->type) {
	case SSH_EV_OPEN:
		on_open(f, ev);
		break;
	case SSH_EV_REQUEST:
		if (ev->u.request.want_reply)
			require(ssh_request_reply(f->conn, ev->channel, !(f->flags & DENY)) == 0);
		break;
	case SSH_EV_DATA:
		on_data(f, ev);
		break;
	case SSH_EV_EOF:
		require(!f->channel[ev->channel].eof);
		f->channel[ev->channel].eof = true;
		break;
	case SSH_EV_CLOSED:
		f->channel[ev->channel].open = false;
		break;
	default:
		require(ev->type == SSH_EV_WRITABLE);
	}
}

static void on_prove(struct fuzz *f, const struct ssh_event *ev)
{
	struct buf signatures;

	buf_init(&signatures, 0);
	for (uint32_t i = 0; i < ev->u.prove.n && !(f->flags & DENY); i++)
		buf_put_cstr(&signatures, "signature");
	require(ssh_prove_reply(f->conn, buf_str(&signatures)) == 0);
	buf_release(&signatures);
}

static void on_event(struct fuzz *f, const struct ssh_event *ev)
{
	require(!f->over);
	switch (ev->type) {
	case SSH_EV_COOKIE:
		require(ssh_give_cookie(f->conn, (const uint8_t *)"0123456789abcdef") == 0);
		break;
	case SSH_EV_SIGN: /* key exchange is another target's */
		require(ssh_give_signature(f->conn, STR(""), STR("")) == 0);
		break;
	case SSH_EV_PROVE:
		on_prove(f, ev);
		break;
	case SSH_EV_DISCONNECT:
		f->over = true;
		break;
	default:
		on_channel(f, ev);
	}
}

/* What the server says: data within the windows it was given, in packets any client takes, nothing after goodbye. */
static void hear(struct fuzz *f)
{
	struct buf *in = ssh_output(f->conn);
	struct packet_side rx;
	struct str payload;
	size_t used;

	require(!in->err && buf_len(in) <= CONN_OUT_MAX && buf_len(&f->conn->held) <= CONN_HELD_MAX);
	packet_init(&rx, false);
	while (packet_open(&rx, in->data + in->off, buf_len(in), &payload, &used) == 1) {
		size_t head = payload.p[0] == MSG_CHANNEL_DATA ? 9 : payload.p[0] == MSG_CHANNEL_EXTENDED_DATA ? 13 : 0;

		if (head) {
			require(payload.n > head && payload.n - head <= PACKET_PAYLOAD);
			f->sent += payload.n - head;
			require(f->sent <= f->granted);
		}
		buf_consume(in, used);
		require(payload.p[0] != MSG_DISCONNECT || buf_len(in) == 0);
	}
	require(buf_len(in) == 0);
	packet_release(&rx);
}

static void say(struct fuzz *f)
{
	struct ssh_event ev;
	size_t room, n;
	uint8_t *to;

	do {
		to = ssh_feed_room(f->conn, &room);
		n = buf_len(&f->out) < room ? buf_len(&f->out) : room;
		if (n)
			memcpy(to, buf_ptr(&f->out), n);
		ssh_fed(f->conn, n);
		buf_consume(&f->out, n);
		while (ssh_step(f->conn, &ev) == SSH_EVENT)
			on_event(f, &ev);
		hear(f);
	} while (n && !f->over);
}

static void message(struct fuzz *f, struct str bytes, bool changed)
{
	size_t at = packet_begin(&f->out);
	struct cur c;

	if (changed && bytes.n)
		put_template(&f->out, hostkey, bytes);
	else
		buf_put(&f->out, bytes.p, bytes.n);
	c = cur_of((struct str){ f->out.data + f->out.off + at + PACKET_HEAD, buf_len(&f->out) - at - PACKET_HEAD });
	if (cur_u8(&c) == MSG_CHANNEL_WINDOW_ADJUST) {
		cur_u32(&c);
		f->granted += cur_u32(&c); /* whether or not it is taken */
	}
	require(packet_seal(&f->tx, &f->out, at) == 0);
}

static void write_some(struct fuzz *f, struct cur in)
{
	static const uint8_t bulk[65536];
	uint32_t id = cur_u8(&in) % (CHANNELS + 1), extended = cur_u8(&in) & 1;
	size_t n = cur_u16(&in);

	require(ssh_channel_write(f->conn, id, extended, bulk, n) <= n);
}

static void end_some(struct fuzz *f, struct cur in)
{
	uint32_t id = cur_u8(&in) % (CHANNELS + 1);

	switch (cur_u8(&in) & 3) {
	case 0:
		ssh_channel_exit_status(f->conn, id, 1);
		break;
	case 1:
		ssh_channel_eof(f->conn, id);
		break;
	case 2:
		ssh_channel_close(f->conn, id);
		break;
	default:
		if (cur_u8(&in) == 77)
			ssh_disconnect(f->conn, 11, "enough");
	}
}

static void step(struct fuzz *f, uint8_t what, struct str bytes)
{
	struct cur in = cur_of(bytes);
	uint32_t id;

	f->flags = what;
	switch (what % KINDS) {
	case WRITE:
		write_some(f, in);
		break;
	case CONSUME:
		id = cur_u8(&in) % CHANNELS;
		if (f->channel[id].open)
			consume(f, id, cur_u16(&in));
		break;
	case END:
		end_some(f, in);
		break;
	case TICK:
		f->now += (uint64_t)cur_u16(&in) * 1000;
		ssh_tick(f->conn, f->now);
		break;
	default:
		message(f, bytes, what % KINDS == CHANGED || what % KINDS == CHANGED_TOO);
	}
	if (!(what & JOIN))
		say(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur in = { data, size, false };
	struct fuzz f;

	begin(&f);
	message(&f, STR("Z\0\0\0\7session\0\0\0\7\0\1\206\240\0\0\100\0"), false);
	say(&f);
	while (in.n && !f.over) {
		uint8_t what = cur_u8(&in);
		size_t n = cur_u8(&in);

		step(&f, what, cur_take(&in, n < in.n ? n : in.n));
	}
	say(&f);
	finish(&f);
	return 0;
}
