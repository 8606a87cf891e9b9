/* SPDX-License-Identifier: Apache-2.0
 *
 * request.h: global requests (RFC 4254 section 4) and channel requests (sections 5.4, 6).
 */
#ifndef SSH_V2_REQUEST_H
#define SSH_V2_REQUEST_H

#include "ssh/v2/conn.h"

bool request_on_global(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool request_on_channel(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);

int request_reply(struct ssh_conn *c, uint32_t id, bool success); /* as in ssh.h */

#endif
