/* SPDX-License-Identifier: Apache-2.0
 *
 * transport.c: the small messages of the transport layer: RFC 4253 sections 10 (service request) and 11 (disconnect,
 * ignore, debug, unimplemented), RFC 8308 (ext-info). The session runs it; input is hostile.
 */
#include "ssh/v2/transport.h"

#include "ssh/v2/number.h"

#define EXTENSIONS_MAX 64

bool transport_disconnect(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t reason = cur_u32(in);
	struct str text = cur_str(in);

	return conn_end(c, true, reason, text); /* a malformed one ends the connection too */
}

/* IGNORE, DEBUG and UNIMPLEMENTED say nothing we act on. */
bool transport_nothing(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	return false;
}

bool transport_service_request(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct str name = cur_str(in);
	struct buf *out;

	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed service request");
	if (!str_is(name, "ssh-userauth"))
		return conn_fail(c, REASON_SERVICE_NOT_AVAILABLE, "service not available");
	c->phase = PHASE_AUTH;
	out = conn_begin(c, MSG_SERVICE_ACCEPT);
	buf_put_str(out, name);
	conn_send(c);
	return false;
}

/* No extension of a client changes what we do; its form is checked. */
bool transport_ext_info(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t n = cur_u32(in);

	if (n > EXTENSIONS_MAX)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "too many extensions");
	while (n--) {
		cur_str(in);
		cur_str(in);
	}
	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed extensions");
	return false;
}

void transport_send_ext_info(struct ssh_conn *c)
{
	struct buf *out = conn_begin(c, MSG_EXT_INFO);

	buf_put_u32(out, 1);
	buf_put_cstr(out, "server-sig-algs");
	buf_put_str(out, buf_str(&c->set.sig_algs));
	conn_send(c);
}
