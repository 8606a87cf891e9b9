/* SPDX-License-Identifier: Apache-2.0
 *
 * login_private.h: what login.c and login_ask.c (attempts that servers decide) share. Runs in core.
 */
#ifndef CORE_LOGIN_PRIVATE_H
#define CORE_LOGIN_PRIVATE_H

#include "core/session/peer.h"

void login_next_method(struct peer *p);   /* the servers of the present one could not say */
void login_server_let_in(struct peer *p); /* they said yes */
void login_fail_later(struct peer *p);    /* refused, at the time at which refusals are told */
void login_prompt(struct peer *p, struct str instruction, struct str prompt, bool echo);

/* The servers of p->login.list are asked. */
void login_ask_begin(struct peer *p);
void login_ask_answer(struct peer *p, struct str answer);

#endif
