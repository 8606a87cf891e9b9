/* SPDX-License-Identifier: Apache-2.0
 *
 * version.h: the identification strings, RFC 4253 section 4.2.
 */
#ifndef SSH_V2_VERSION_H
#define SSH_V2_VERSION_H

#include "ssh/v2/conn.h"

void version_send(struct ssh_conn *c);
/* Looks for the peer's line in the input; takes it when it is whole. True when it was. */
bool version_receive(struct ssh_conn *c);

#endif
