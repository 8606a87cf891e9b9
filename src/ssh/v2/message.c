/* SPDX-License-Identifier: Apache-2.0
 *
 * message.c: the table of messages. The session runs it; every message is hostile. A message of the wrong side or in
 * the wrong phase ends the connection and reaches no handler. RFC 4253 sections 7.1, 11 and 12, RFC 4252 section 6, RFC
 * 4254, strict key exchange (OpenSSH PROTOCOL section 1.9).
 */
#include "ssh/v2/message.h"

#include "ssh/v2/auth.h"
#include "ssh/v2/channel.h"
#include "ssh/v2/gex.h"
#include "ssh/v2/kex.h"
#include "ssh/v2/number.h"
#include "ssh/v2/request.h"
#include "ssh/v2/transport.h"

/* When a message may arrive. */
enum {
	AT_FIRST = 1,    /* no KEXINIT of the peer yet */
	AT_KEX = 2,      /* within the first key exchange */
	AT_STRICT = 4,   /* the same, both sides strict */
	AT_REKEY = 8,    /* within a later one */
	AT_SERVICE = 16, /* keys are in use, no service yet */
	AT_AUTH = 32,
	AT_OPEN = 64, /* logged in */
};
#define AT_ANY_KEX    (AT_KEX | AT_STRICT | AT_REKEY)
#define AT_KEYED      (AT_SERVICE | AT_AUTH | AT_OPEN)
#define AT_NOT_STRICT (AT_FIRST | AT_KEX | AT_REKEY | AT_KEYED)

enum { FROM_SERVER = 1, FROM_CLIENT = 2, FROM_BOTH = 3 };

static const struct row {
	uint8_t from;
	uint8_t at;
	bool (*handle)(struct ssh_conn *, struct cur *, struct ssh_event *);
} rows[] = {
	[MSG_DISCONNECT] = { FROM_BOTH, AT_STRICT | AT_NOT_STRICT, transport_disconnect },
	[MSG_IGNORE] = { FROM_BOTH, AT_NOT_STRICT, transport_nothing },
	[MSG_UNIMPLEMENTED] = { FROM_BOTH, AT_NOT_STRICT, transport_nothing },
	[MSG_DEBUG] = { FROM_BOTH, AT_NOT_STRICT, transport_nothing },
	/* again before each attempt to log in: that is how paramiko does it */
	[MSG_SERVICE_REQUEST] = { FROM_CLIENT, AT_SERVICE | AT_AUTH, transport_service_request },
	[MSG_SERVICE_ACCEPT] = { FROM_SERVER, AT_SERVICE, NULL },
	[MSG_EXT_INFO] = { FROM_BOTH, AT_SERVICE, transport_ext_info },
	/* not again before login: nobody needs it, and every exchange costs a signature */
	[MSG_KEXINIT] = { FROM_BOTH, AT_FIRST | AT_OPEN, kexinit_receive },
	[MSG_NEWKEYS] = { FROM_BOTH, AT_ANY_KEX, kex_on_newkeys },
	[MSG_KEX_INIT] = { FROM_CLIENT, AT_ANY_KEX, kex_on_init },
	[MSG_KEX_REPLY] = { FROM_SERVER, AT_ANY_KEX, NULL },
	[MSG_GEX_INIT] = { FROM_CLIENT, AT_ANY_KEX, kex_on_gex_init },
	[MSG_GEX_REPLY] = { FROM_SERVER, AT_ANY_KEX, NULL },
	[MSG_GEX_REQUEST] = { FROM_CLIENT, AT_ANY_KEX, gex_on_request },
	[MSG_USERAUTH_REQUEST] = { FROM_CLIENT, AT_AUTH | AT_OPEN, auth_on_request },
	[MSG_USERAUTH_FAILURE] = { FROM_SERVER, AT_AUTH, NULL },
	[MSG_USERAUTH_SUCCESS] = { FROM_SERVER, AT_AUTH, NULL },
	[MSG_USERAUTH_BANNER] = { FROM_SERVER, AT_AUTH, NULL },
	[MSG_USERAUTH_INFO_REQUEST] = { FROM_SERVER, AT_AUTH, NULL },
	[MSG_USERAUTH_INFO_RESPONSE] = { FROM_CLIENT, AT_AUTH, auth_on_response },
	[MSG_GLOBAL_REQUEST] = { FROM_BOTH, AT_OPEN, request_on_global },
	/* we send no requests that want a reply, and open no channels: nothing to answer */
	[MSG_REQUEST_SUCCESS] = { FROM_BOTH, 0, NULL },
	[MSG_REQUEST_FAILURE] = { FROM_BOTH, 0, NULL },
	[MSG_CHANNEL_OPEN] = { FROM_BOTH, AT_OPEN, channel_on_open },
	[MSG_CHANNEL_OPEN_CONFIRMATION] = { FROM_BOTH, 0, NULL },
	[MSG_CHANNEL_OPEN_FAILURE] = { FROM_BOTH, 0, NULL },
	[MSG_CHANNEL_WINDOW_ADJUST] = { FROM_BOTH, AT_OPEN, channel_on_window_adjust },
	[MSG_CHANNEL_DATA] = { FROM_BOTH, AT_OPEN, channel_on_data },
	[MSG_CHANNEL_EXTENDED_DATA] = { FROM_BOTH, AT_OPEN, channel_on_extended_data },
	[MSG_CHANNEL_EOF] = { FROM_BOTH, AT_OPEN, channel_on_eof },
	[MSG_CHANNEL_CLOSE] = { FROM_BOTH, AT_OPEN, channel_on_close },
	[MSG_CHANNEL_REQUEST] = { FROM_BOTH, AT_OPEN, request_on_channel },
	[MSG_CHANNEL_SUCCESS] = { FROM_BOTH, 0, NULL },
	[MSG_CHANNEL_FAILURE] = { FROM_BOTH, 0, NULL },
};

static uint8_t now(const struct ssh_conn *c)
{
	if (c->phase == PHASE_FIRST_KEX)
		return !c->kex.got ? AT_FIRST : c->kex.strict ? AT_STRICT : AT_KEX;
	if (c->kex.got)
		return AT_REKEY;
	return c->phase == PHASE_SERVICE ? AT_SERVICE : c->phase == PHASE_AUTH ? AT_AUTH : AT_OPEN;
}

/* RFC 4253 section 11.4 wants UNIMPLEMENTED for what nobody knows, but section 7.1 (and strict key exchange) allow only
 * so much during a key exchange, and nothing of the connection protocol exists before login. */
static bool unknown(struct ssh_conn *c, uint8_t type, uint8_t at)
{
	struct buf *out;

	if (type == 0 || at == AT_STRICT || (at != AT_OPEN && type >= 80) || (!(at & AT_KEYED) && type >= 30))
		return conn_unexpected(c, "message not allowed now");
	out = conn_begin(c, MSG_UNIMPLEMENTED);
	buf_put_u32(out, c->rx_seq);
	conn_send(c);
	return false;
}

bool message_handle(struct ssh_conn *c, struct str payload, struct ssh_event *ev)
{
	struct cur in = cur_of(payload);
	uint8_t type = cur_u8(&in), at = now(c);
	const struct row *row = type < sizeof(rows) / sizeof(rows[0]) ? &rows[type] : NULL;
	uint8_t from = c->role == SSH_SERVER ? FROM_CLIENT : FROM_SERVER;

	if (type != MSG_NEWKEYS) /* that one when the keys are in use */
		CONN_TELL(c, TYPE_IN, .a = type);
	if (c->kex.skip) { /* RFC 4253 section 7: the wrongly guessed packet is ignored, whatever its method calls it */
		c->kex.skip = false;
		if (type < 30 || type > 49)
			return conn_fail(c, REASON_PROTOCOL_ERROR, "guessed key exchange packet expected");
		return false;
	}
	if (!row || !row->from)
		return unknown(c, type, at);
	if (!(row->from & from) || !(row->at & at) || !row->handle)
		return conn_unexpected(c, "message not allowed now");
	return row->handle(c, &in, ev);
}
