/* SPDX-License-Identifier: Apache-2.0
 *
 * channel.c: channels the peer opens, RFC 4254 section 5. The session runs it; input is hostile.
 * Windows: the peer may send what we granted and not one byte more; what the caller has consumed is granted again in
 * steps of an eighth of the window. Our writer takes what the peer granted and what the output queue may hold.
 */
#include "ssh/v2/channel.h"

#include "base/err.h"
#include "ssh/v2/number.h"

/* RFC 4254 section 5.1 */
#define OPEN_RESOURCE_SHORTAGE 4

static struct channel *at(struct ssh_conn *c, uint32_t id)
{
	return id < c->set.max_channels && c->channels[id].used ? &c->channels[id] : NULL;
}

struct channel *channel_named(struct ssh_conn *c, uint32_t id)
{
	struct channel *ch = at(c, id);

	if (ch && ch->open)
		return ch;
	conn_fail(c, REASON_PROTOCOL_ERROR, "no such channel");
	return NULL;
}

struct channel *channel_sendable(struct ssh_conn *c, uint32_t id)
{
	struct channel *ch = at(c, id);

	return ch && ch->open && !ch->close_sent && !c->over ? ch : NULL;
}

static void refuse(struct ssh_conn *c, uint32_t peer_id, uint32_t reason, const char *text)
{
	struct buf *out = conn_begin(c, MSG_CHANNEL_OPEN_FAILURE);

	buf_put_u32(out, peer_id);
	buf_put_u32(out, reason);
	buf_put_cstr(out, text);
	buf_put_cstr(out, "");
	conn_send(c);
}

bool channel_on_open(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct str type = cur_str(in);
	uint32_t peer_id = cur_u32(in), window = cur_u32(in), packet = cur_u32(in), id = 0;

	if (in->bad)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed channel open");
	CONN_TELL(c, CHANNEL_OPEN);
	while (id < c->set.max_channels && c->channels[id].used)
		id++;
	if (id == c->set.max_channels || packet == 0) {
		refuse(c, peer_id, OPEN_RESOURCE_SHORTAGE,
		       id == c->set.max_channels ? "too many channels" : "no room for data");
		return false;
	}
	c->channels[id] = (struct channel){ .used = true, .peer_id = peer_id, .peer_window = window };
	c->channels[id].peer_packet = packet < PACKET_PAYLOAD ? packet : PACKET_PAYLOAD;
	c->asked_channel = id;
	c->wait = WAIT_OPEN;
	ev->type = SSH_EV_OPEN;
	ev->channel = id;
	ev->u.open.type = type;
	return true;
}

int channel_accept(struct ssh_conn *c, uint32_t id)
{
	struct channel *ch = at(c, id);
	struct buf *out;

	if (c->wait != WAIT_OPEN || c->asked_channel != id || !ch)
		return E_STATE;
	c->wait = WAIT_NONE;
	ch->open = true;
	ch->window = ch->limit = c->set.window;
	out = conn_begin(c, MSG_CHANNEL_OPEN_CONFIRMATION);
	buf_put_u32(out, ch->peer_id);
	buf_put_u32(out, id);
	buf_put_u32(out, ch->window);
	buf_put_u32(out, PACKET_PAYLOAD);
	conn_send(c);
	return 0;
}

int channel_refuse(struct ssh_conn *c, uint32_t id, uint32_t reason, const char *text)
{
	struct channel *ch = at(c, id);

	if (c->wait != WAIT_OPEN || c->asked_channel != id || !ch)
		return E_STATE;
	c->wait = WAIT_NONE;
	refuse(c, ch->peer_id, reason, text);
	ch->used = false;
	return 0;
}

bool channel_on_window_adjust(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t id = cur_u32(in), more = cur_u32(in);
	struct channel *ch;

	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed window adjust");
	if (!(ch = channel_named(c, id)))
		return false;
	if (more > UINT32_MAX - ch->peer_window)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "window too large");
	ch->peer_window += more;
	return false;
}

static bool take_data(struct ssh_conn *c, struct channel *ch, uint32_t id, struct str bytes, struct ssh_event *ev)
{
	if (bytes.n > ch->window)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "more data than the window allows");
	if (ch->eof_got)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "data after the end of data");
	ch->window -= (uint32_t)bytes.n;
	c->in_secret = true; /* people type passwords into their shells, too */
	if (ch->close_sent || bytes.n == 0)
		return false;
	ev->type = SSH_EV_DATA;
	ev->channel = id;
	ev->u.data.bytes = bytes;
	return true;
}

bool channel_on_data(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t id = cur_u32(in);
	struct str bytes = cur_str(in);
	struct channel *ch;

	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed channel data");
	if (!(ch = channel_named(c, id)))
		return false;
	ev->u.data.extended = 0;
	return take_data(c, ch, id, bytes, ev);
}

bool channel_on_extended_data(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t id = cur_u32(in), kind = cur_u32(in);
	struct str bytes = cur_str(in);
	struct channel *ch;

	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed channel data");
	if (!(ch = channel_named(c, id)))
		return false;
	ev->u.data.extended = kind;
	return take_data(c, ch, id, bytes, ev);
}

/* The channel of a message that names one and says nothing more; NULL: the connection has failed. */
static struct channel *channel_alone(struct ssh_conn *c, struct cur *in, uint32_t *id, const char *malformed)
{
	*id = cur_u32(in);
	if (!cur_done(in)) {
		conn_fail(c, REASON_PROTOCOL_ERROR, malformed);
		return NULL;
	}
	return channel_named(c, *id);
}

bool channel_on_eof(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t id;
	struct channel *ch = channel_alone(c, in, &id, "malformed channel eof");

	if (!ch)
		return false;
	if (ch->eof_got || ch->close_sent)
		return false;
	ch->eof_got = true;
	ev->type = SSH_EV_EOF;
	ev->channel = id;
	return true;
}

static void send_about(struct ssh_conn *c, uint8_t type, const struct channel *ch)
{
	struct buf *out = conn_begin(c, type);

	buf_put_u32(out, ch->peer_id);
	conn_send(c);
}

bool channel_on_close(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t id;
	struct channel *ch = channel_alone(c, in, &id, "malformed channel close");

	if (!ch)
		return false;
	if (!ch->close_sent)
		send_about(c, MSG_CHANNEL_CLOSE, ch);
	ch->used = false;
	ev->type = SSH_EV_CLOSED;
	ev->channel = id;
	return true;
}

static void put_data(struct ssh_conn *c, const struct channel *ch, uint32_t extended, const uint8_t *bytes, size_t n)
{
	struct buf *out = conn_begin(c, extended ? MSG_CHANNEL_EXTENDED_DATA : MSG_CHANNEL_DATA);

	buf_put_u32(out, ch->peer_id);
	if (extended)
		buf_put_u32(out, extended);
	buf_put_str(out, (struct str){ bytes, n });
	conn_send(c);
}

/* What a packet of data may hold now; 0: the peer, or the output, has no room. */
static size_t part_now(struct ssh_conn *c, struct channel *ch)
{
	size_t part = ch->peer_packet < ch->peer_window ? ch->peer_packet : ch->peer_window;

	if (c->over || buf_len(&c->out) >= CONN_OUT_HIGH)
		return 0;
	if (part == 0 || c->kex.sent) {
		ch->starved = true;
		return 0;
	}
	return part;
}

size_t ssh_channel_room(struct ssh_conn *c, uint32_t id, uint8_t **room)
{
	struct channel *ch = channel_sendable(c, id);
	size_t part = ch && !ch->eof_sent ? part_now(c, ch) : 0;
	struct buf *out;

	if (!part)
		return 0;
	out = conn_begin(c, MSG_CHANNEL_DATA);
	buf_put_u32(out, ch->peer_id);
	buf_put_u32(out, 0);
	*room = buf_room(out, part);
	if (!*room) {
		conn_end(c, false, REASON_BY_APPLICATION, str_of(err_text(out->err)));
		return 0;
	}
	c->fill_channel = id;
	return part;
}

void ssh_channel_filled(struct ssh_conn *c, size_t n)
{
	struct buf *out = &c->out;
	uint8_t *length = out->data + out->len - 4;

	if (n == 0) {
		buf_cut(out, c->send_at);
		return;
	}
	length[0] = (uint8_t)(n >> 24);
	length[1] = (uint8_t)(n >> 16);
	length[2] = (uint8_t)(n >> 8);
	length[3] = (uint8_t)n;
	buf_claim(out, n);
	conn_send(c);
	c->channels[c->fill_channel].peer_window -= (uint32_t)n;
}

size_t channel_write(struct ssh_conn *c, uint32_t id, uint32_t extended, const void *bytes, size_t n)
{
	struct channel *ch = channel_sendable(c, id);
	const uint8_t *p = bytes;
	size_t done = 0, part;

	if (!ch || ch->eof_sent)
		return 0;
	while (done < n && (part = part_now(c, ch))) {
		part = part < n - done ? part : n - done;
		put_data(c, ch, extended, p + done, part);
		ch->peer_window -= (uint32_t)part;
		done += part;
	}
	return done;
}

bool channel_writable(struct ssh_conn *c, struct ssh_event *ev)
{
	for (uint32_t id = 0; id < c->set.max_channels && !c->kex.sent; id++) {
		struct channel *ch = channel_sendable(c, id);

		if (!ch || !ch->starved || ch->peer_window == 0)
			continue;
		ch->starved = false;
		ev->type = SSH_EV_WRITABLE;
		ev->channel = id;
		return true;
	}
	return false;
}

static void grant(struct ssh_conn *c, struct channel *ch)
{
	struct buf *out = conn_begin(c, MSG_CHANNEL_WINDOW_ADJUST);

	buf_put_u32(out, ch->peer_id);
	buf_put_u32(out, ch->consumed);
	conn_send(c);
	ch->window += ch->consumed;
	ch->consumed = 0;
}

void channel_consumed(struct ssh_conn *c, uint32_t id, size_t n)
{
	struct channel *ch = channel_sendable(c, id);
	uint32_t given;

	if (!ch)
		return;
	given = ch->limit - ch->window - ch->consumed;
	ch->consumed += n < given ? (uint32_t)n : given; /* no more than was taken */
	if (!ch->eof_got && ch->consumed >= ch->limit / 8 && ch->consumed > 0)
		grant(c, ch);
}

void channel_widen(struct ssh_conn *c, uint32_t id, uint32_t window)
{
	struct channel *ch = channel_sendable(c, id);

	if (!ch || window <= ch->limit || ch->eof_got)
		return;
	ch->consumed += window - ch->limit;
	ch->limit = window;
	grant(c, ch);
}

int channel_exit_status(struct ssh_conn *c, uint32_t id, uint32_t status)
{
	struct channel *ch = channel_sendable(c, id);
	struct buf *out;

	if (!ch)
		return E_STATE;
	out = conn_begin(c, MSG_CHANNEL_REQUEST);
	buf_put_u32(out, ch->peer_id);
	buf_put_cstr(out, "exit-status");
	buf_put_u8(out, 0);
	buf_put_u32(out, status);
	conn_send(c);
	return 0;
}

int channel_eof(struct ssh_conn *c, uint32_t id)
{
	struct channel *ch = channel_sendable(c, id);

	if (!ch || ch->eof_sent)
		return E_STATE;
	ch->eof_sent = true;
	send_about(c, MSG_CHANNEL_EOF, ch);
	return 0;
}

int channel_close(struct ssh_conn *c, uint32_t id)
{
	struct channel *ch = channel_sendable(c, id);

	if (!ch)
		return E_STATE;
	ch->close_sent = true;
	send_about(c, MSG_CHANNEL_CLOSE, ch);
	return 0;
}
