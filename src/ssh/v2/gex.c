/* SPDX-License-Identifier: Apache-2.0
 *
 * gex.c: see gex.h. The session runs it; the peer's sizes, and towards a server its group, are hostile. A request costs
 * us nothing but an answer: no power is computed before the client sent its own. RFC 4419, 8270.
 */
#include "ssh/v2/gex.h"

#include "ssh/v2/kex.h"
#include "ssh/v2/number.h"

unsigned gex_choose(const struct gex_request *request, unsigned least)
{
	if (request->min > request->n || request->n > request->max)
		return 0;
	return modp_group_pick(request->min > least ? request->min : least, request->n, request->max);
}

int gex_take_group(struct cur *in, const struct gex_request *request, unsigned least, struct modp_group *group)
{
	struct str p = cur_str(in), g = cur_str(in);

	*group = (struct modp_group){ 0 };
	if (!cur_done(in))
		return E_INVAL;
	return modp_group_take(group, p, g, request->min > least ? request->min : least, request->max);
}

/* What the rest of the exchange works with: the row, in the group. */
static int agree(struct kex *k, unsigned bits)
{
	int rc = modp_group_init(&k->group, bits);

	if (!rc)
		rc = modp_group_put(&k->group, &k->gex);
	k->with_group = *k->alg;
	k->with_group.agreed = &k->group;
	k->with_group.modp_bits = (uint16_t)bits;
	k->with_group.client_len = k->with_group.server_len = (uint16_t)(bits / 8);
	k->alg = &k->with_group;
	return rc;
}

static bool answer(struct ssh_conn *c, const struct gex_request *request)
{
	struct kex *k = &c->kex;
	unsigned bits = gex_choose(request, c->set.dh_min);
	struct buf *out;

	CONN_TELL(c, GEX_REQUEST, .a = request->min, .b = request->n, .c = request->max);
	k->gex_request = buf_len(&k->gex);
	if (bits == 0)
		return conn_fail(c, REASON_KEX_FAILED, "no Diffie-Hellman group of the size asked for");
	if (agree(k, bits))
		return conn_fail(c, REASON_KEX_FAILED, "Diffie-Hellman group failed");
	CONN_TELL(c, GEX_GROUP, .a = bits);
	k->state = KEX_PUBLIC;
	out = conn_begin(c, MSG_GEX_GROUP);
	buf_put(out, buf_ptr(&k->gex) + k->gex_request, buf_len(&k->gex) - k->gex_request);
	conn_send(c);
	CONN_TELL(c, EXPECTING, .a = alg_row(SSH_ALG_KEX, &k->alg->info));
	return false;
}

bool gex_on_request(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct str fields = { in->p, in->n };
	struct gex_request request;

	(void)ev;
	request.min = cur_u32(in);
	request.n = cur_u32(in);
	request.max = cur_u32(in);
	if (c->kex.state != KEX_REQUEST || !cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "group request not expected or malformed");
	buf_clear(&c->kex.gex);
	buf_put(&c->kex.gex, fields.p, fields.n);
	return answer(c, &request);
}

bool gex_on_request_old(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct gex_request request = { GEX_MIN, cur_u32(in), GEX_MAX };

	(void)ev;
	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed group request");
	buf_clear(&c->kex.gex);
	buf_put_u32(&c->kex.gex, request.n);
	return answer(c, &request);
}
