/* SPDX-License-Identifier: Apache-2.0
 *
 * ssh1.h: SSH 1.5 behind the machine of ssh.h, from the moment both identification strings are known: the functions
 * are those of ssh.h for a connection whose client chose version 1. It shares nothing with version 2 but the buffers.
 * There is one channel, number 0, which the library opens of its own accord after login, so that its caller need not
 * know the version. Nobody exchanges keys again, and nothing here waits for time.
 */
#ifndef SSH_V1_SSH1_H
#define SSH_V1_SSH1_H

#include "ssh/ssh.h"
#include "ssh/tell.h"

struct ssh1;

/* `in` and `out` are the connection's; `peer_version` outlives it. `window`: how much of the peer's data may lie with
 * the caller. NULL: out of memory. */
struct ssh1 *ssh1_new(struct buf *in, struct buf *out, struct str peer_version, uint32_t window,
		      const struct tracer *tracer);
void ssh1_free(struct ssh1 *c);
int ssh1_load_des(void); /* for ssh_load_des */
/* The ciphers once each, for ssh_warm. 0 or E_CRYPTO. */
int ssh1_warm(void);

enum ssh_step_result ssh1_step(struct ssh1 *c, struct ssh_event *ev);
bool ssh1_over(const struct ssh1 *c);
void ssh1_disconnect(struct ssh1 *c, const char *text);

int ssh1_give_keys(struct ssh1 *c, const struct ssh_v1_keys *keys);
int ssh1_give_session_key(struct ssh1 *c, const uint8_t key[SSH_V1_KEY]);
int ssh1_give_challenge(struct ssh1 *c, struct str number);
int ssh1_auth_reply(struct ssh1 *c, enum ssh_auth_result result);
int ssh1_channel_accept(struct ssh1 *c);
int ssh1_channel_refuse(struct ssh1 *c, const char *text);
int ssh1_request_reply(struct ssh1 *c, bool success);
size_t ssh1_channel_write(struct ssh1 *c, uint32_t extended, const void *bytes, size_t n);
void ssh1_channel_consumed(struct ssh1 *c, size_t n);
int ssh1_exit_status(struct ssh1 *c, uint32_t status);

#endif
