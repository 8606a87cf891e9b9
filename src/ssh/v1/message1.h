/* SPDX-License-Identifier: Apache-2.0
 *
 * message1.h: what becomes of a message of SSH 1, and the handlers of the server.
 */
#ifndef SSH_V1_MESSAGE1_H
#define SSH_V1_MESSAGE1_H

#include "ssh/v1/conn1.h"

/* Judges and handles one message from the peer. True: *ev was filled. */
bool message1_handle(struct ssh1 *c, uint8_t type, struct str data, struct ssh_event *ev);

typedef bool message1_fn(struct ssh1 *c, struct cur *in, struct ssh_event *ev);

/* kex1_server.c */
message1_fn kex1_on_session_key;
/* auth1_server.c */
message1_fn auth1_on_user, auth1_on_password, auth1_on_rsa, auth1_on_rsa_response, auth1_on_other;
bool auth1_due(struct ssh1 *c, struct ssh_event *ev); /* the name alone is an attempt */
/* session1_server.c */
message1_fn session1_on_pty, session1_on_window, session1_on_shell, session1_on_command, session1_on_other,
    session1_on_data, session1_on_eof, session1_on_port_open, session1_on_confirmation;
bool session1_due(struct ssh1 *c, struct ssh_event *ev); /* the channel opens; it is writable again */

#endif
