/* SPDX-License-Identifier: Apache-2.0
 *
 * gex.h: the round of a key exchange in which both sides agree on a modp group, RFC 4419; what follows is the exchange
 * of every other method. The groups are those of SSH_MODP_ROWS: nothing is generated, so nothing weak can be. Where the
 * client leaves a choice it gets the smallest that is as large as it asks for, else the largest there is.
 */
#ifndef SSH_V2_GEX_H
#define SSH_V2_GEX_H

#include "ssh/v2/conn.h"

/* RFC 4419 section 3, what a client may ask for; n alone (section 5) means all of it. */
#define GEX_MIN 1024
#define GEX_MAX 8192

struct gex_request {
	uint32_t min, n, max; /* bits */
};

/* Size of the group a client gets that asked so, never under `least`; 0: there is none, or the request is absurd. */
unsigned gex_choose(const struct gex_request *request, unsigned least);
/* A client's side: the group of a message GEX_GROUP (behind its number), which must be as large as was asked for and
 * not under `least`. 0, E_INVAL or E_NOMEM; to be released in any case. */
int gex_take_group(struct cur *in, const struct gex_request *request, unsigned least, struct modp_group *group);

/* A server's side. */
bool gex_on_request(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool gex_on_request_old(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);

#endif
