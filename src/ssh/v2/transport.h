/* SPDX-License-Identifier: Apache-2.0
 *
 * transport.h: the small messages of the transport layer, RFC 4253 sections 10 and 11, RFC 8308.
 */
#ifndef SSH_V2_TRANSPORT_H
#define SSH_V2_TRANSPORT_H

#include "ssh/v2/conn.h"

bool transport_disconnect(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool transport_nothing(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool transport_service_request(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool transport_ext_info(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
void transport_send_ext_info(struct ssh_conn *c);

#endif
