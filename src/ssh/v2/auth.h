/* SPDX-License-Identifier: Apache-2.0
 *
 * auth.h: user authentication, RFC 4252 and 4256. Who may log in is the caller's decision; the forms are ours.
 */
#ifndef SSH_V2_AUTH_H
#define SSH_V2_AUTH_H

#include "ssh/v2/conn.h"

void auth_init(struct auth *a);
void auth_release(struct auth *a);
bool auth_on_request(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool auth_on_response(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);

/* The answers of ssh.h. */
int auth_reply(struct ssh_conn *c, enum ssh_auth_result result, struct str list);
int auth_prompt(struct ssh_conn *c, struct str name, struct str instruction, const struct str *prompts,
		const bool *echo, size_t n);

#endif
