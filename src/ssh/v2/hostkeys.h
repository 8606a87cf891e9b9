/* SPDX-License-Identifier: Apache-2.0
 *
 * hostkeys.h: the server's host keys after login, those of the exchange and all others: OpenSSH PROTOCOL section 2.5.
 */
#ifndef SSH_V2_HOSTKEYS_H
#define SSH_V2_HOSTKEYS_H

#include "ssh/v2/conn.h"

#define HOSTKEYS_PROVE "hostkeys-prove-00@openssh.com"

/* Names them, if the client is one that bears it. */
void hostkeys_announce(struct ssh_conn *c);
/* The fields of HOSTKEYS_PROVE: the caller is to prove that he has the private keys. */
bool hostkeys_on_prove(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);

#endif
