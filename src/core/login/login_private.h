/* SPDX-License-Identifier: Apache-2.0
 *
 * login_private.h: what login.c, login_ask.c (attempts that servers decide), login_pubkey.c (by key) and factors.c
 * (more than one proof) share. Runs in core.
 */
#ifndef CORE_LOGIN_PRIVATE_H
#define CORE_LOGIN_PRIVATE_H

#include "core/session/peer.h"

void login_succeeded(struct peer *p);
void login_partial(struct peer *p);           /* so far so good (RFC 4252 section 5.1) */
bool login_still_local(const struct peer *p); /* his entry, when time has passed: he may have been removed */

/* The entry of who tries to log in, if he may by this method; the log says once a connection when nobody may. */
const struct lyd_node *login_local_user(struct peer *p, enum aaa_method method);

void login_next_method(struct peer *p);   /* the servers of the present one could not say */
void login_server_let_in(struct peer *p); /* they said yes */
void login_fail_later(struct peer *p);    /* refused, at the time at which refusals are told */
void login_fail_now(struct peer *p);      /* the same without a check of its own */
void login_prompt(struct peer *p, struct str instruction, struct str prompt, bool echo);

/* Is this method of use to who has proven so much? */
bool factors_may_try(const struct peer *p, enum login_method method);
/* One more is proven: he is in, or the next is asked for. */
void factors_proven(struct peer *p, enum login_factor factor);
/* Keyboard-interactive begins: true, and asked, if a code is what is missing. */
bool factors_ask_code(struct peer *p);
void factors_code(struct peer *p, struct str typed);

/* The servers of p->login.list are asked. */
void login_ask_begin(struct peer *p);
void login_ask_answer(struct peer *p, struct str answer);

#endif
