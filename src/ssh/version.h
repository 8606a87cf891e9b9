/* SPDX-License-Identifier: Apache-2.0
 *
 * version.h: the identification strings, RFC 4253 sections 4.2 and 5.
 */
#ifndef SSH_VERSION_H
#define SSH_VERSION_H

#include "ssh/v2/conn.h"

/* Which versions our own string stands for. */
bool version_serves_1(const struct ssh_conn *c);
bool version_serves_2(const struct ssh_conn *c);
void version_send(struct ssh_conn *c);
/* Looks for the peer's line in the input; takes it when it is whole. True when it was; if it chose version 1, c->v1 is
 * set. */
bool version_receive(struct ssh_conn *c);

#endif
