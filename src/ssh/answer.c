/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c: what a caller of ssh.h answers and does once the version is chosen goes to the machine of that version.
 * The session runs it; nothing here is hostile.
 */
#include "ssh/v1/ssh1.h"
#include "ssh/v2/auth.h"
#include "ssh/v2/channel.h"
#include "ssh/v2/conn.h"
#include "ssh/v2/request.h"

int ssh_v1_give_keys(struct ssh_conn *c, const struct ssh_v1_keys *keys)
{
	return c->v1 ? ssh1_give_keys(c->v1, keys) : E_STATE;
}

int ssh_v1_give_session_key(struct ssh_conn *c, const uint8_t key[SSH_V1_KEY])
{
	return c->v1 ? ssh1_give_session_key(c->v1, key) : E_STATE;
}

int ssh_v1_give_challenge(struct ssh_conn *c, struct str number)
{
	return c->v1 ? ssh1_give_challenge(c->v1, number) : E_STATE;
}

int ssh_auth_reply(struct ssh_conn *c, enum ssh_auth_result result, struct str methods)
{
	return c->v1 ? ssh1_auth_reply(c->v1, result) : auth_reply(c, result, methods);
}

int ssh_auth_prompt(struct ssh_conn *c, struct str name, struct str instruction, const struct str *prompts,
		    const bool *echo, size_t n)
{
	return c->v1 ? E_STATE : auth_prompt(c, name, instruction, prompts, echo, n);
}

int ssh_channel_accept(struct ssh_conn *c, uint32_t channel)
{
	return c->v1 ? ssh1_channel_accept(c->v1) : channel_accept(c, channel);
}

int ssh_channel_refuse(struct ssh_conn *c, uint32_t channel, uint32_t reason, const char *text)
{
	return c->v1 ? ssh1_channel_refuse(c->v1, text) : channel_refuse(c, channel, reason, text);
}

int ssh_request_reply(struct ssh_conn *c, uint32_t channel, bool success)
{
	return c->v1 ? ssh1_request_reply(c->v1, success) : request_reply(c, channel, success);
}

bool ssh_channel_direct(const struct ssh_conn *c)
{
	return !c->v1;
}

size_t ssh_channel_write(struct ssh_conn *c, uint32_t channel, uint32_t extended, const void *bytes, size_t n)
{
	return c->v1 ? ssh1_channel_write(c->v1, extended, bytes, n) : channel_write(c, channel, extended, bytes, n);
}

void ssh_channel_consumed(struct ssh_conn *c, uint32_t channel, size_t n)
{
	if (c->v1)
		ssh1_channel_consumed(c->v1, n);
	else
		channel_consumed(c, channel, n);
}

void ssh_channel_widen(struct ssh_conn *c, uint32_t channel, uint32_t window)
{
	if (!c->v1) /* version 1 has no windows */
		channel_widen(c, channel, window);
}

int ssh_channel_exit_status(struct ssh_conn *c, uint32_t channel, uint32_t status)
{
	return c->v1 ? ssh1_exit_status(c->v1, status) : channel_exit_status(c, channel, status);
}

/* In version 1 the exit status says that nothing follows. */
int ssh_channel_eof(struct ssh_conn *c, uint32_t channel)
{
	return c->v1 ? 0 : channel_eof(c, channel);
}

int ssh_channel_close(struct ssh_conn *c, uint32_t channel)
{
	return c->v1 ? 0 : channel_close(c, channel);
}
