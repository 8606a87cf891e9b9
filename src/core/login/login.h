/* SPDX-License-Identifier: Apache-2.0
 *
 * login.h: who gets in. Core binds a user to a session when core itself has verified password or signature; an unknown
 * user and a wrong password take the same steps and get the same answer. RFC 4252, RFC 4256.
 */
#ifndef CORE_LOGIN_H
#define CORE_LOGIN_H

#include "core/login/methods.h"
#include "core/login/secret_check.h"
#include "core/ssh/usercert.h"
#include "ipc/ipc.h"

#include <stdbool.h>
#include <stdint.h>

struct ask;
struct event;
struct peer;
struct run;
struct job;

/* What he has proven of himself on this connection, while more is asked of him. */
enum login_factor { FACTOR_KEY = 1, FACTOR_PASSWORD = 2, FACTOR_CODE = 4 };
enum login_method { LOGIN_PASSWORD, LOGIN_KBDINT, LOGIN_KEY, LOGIN_METHODS };

#define LOGIN_TYPED_MAX 256

struct login {
	unsigned failures[LOGIN_METHODS];
	unsigned queries; /* publickey queries without signature */
	bool told;        /* the log has said why nobody can log in */
	bool prompted;    /* a keyboard-interactive prompt is out */
	char user[65];    /* of the attempt under way, as he typed it */
	char name[65];    /* of his entry; "" for who has none */
	enum login_method method;
	unsigned proven;                /* bits of enum login_factor, for this user */
	bool coding;                    /* the prompt that is out asks for a code */
	struct usercert cert;           /* of who is in */
	struct method list;             /* of the attempt's list, the method that decides now */
	uint8_t typed[LOGIN_TYPED_MAX]; /* the password that came with the attempt; more characters match nothing */
	size_t typed_len;
	bool typed_used;
	struct ask *ask;   /* servers are asked */
	uint8_t asked;     /* what they ask the user */
	bool lost;         /* … and will not hear: with his answer the next method begins */
	bool by_server;    /* they let him in: he needs no entry of his own */
	char message[200]; /* what they told him then */
	struct secret_check check;
	struct job *job;
	uint64_t begun_ms;    /* the check of a password */
	struct event *answer; /* its refusal, when it is due */
};

void login_release(struct login *l);
bool login_failed(const struct login *l); /* somebody tried, in vain */
void login_none(struct peer *p, const struct ipc_msg_AUTH_NONE *m);
void login_password(struct peer *p, const struct ipc_msg_AUTH_PASSWORD *m);
void login_kbdint(struct peer *p, const struct ipc_msg_AUTH_KBDINT *m);
void login_answer(struct peer *p, const struct ipc_msg_AUTH_ANSWER *m);
void login_key(struct peer *p, const struct ipc_msg_AUTH_KEY *m);

/* What other ways to prove a key share with login_key (version1.c). */
/* An attempt begins; false: answered already. */
bool login_begin(struct peer *p, enum login_method method, struct str user);
/* Is this public key in the chain for this user? Only the fingerprint decides; the key is parsed after it matched. */
bool login_key_listed(struct peer *p, struct str type, struct str blob);
void login_key_refused(struct peer *p);        /* it is not, or not fit for use */
void login_key_end(struct peer *p, bool good); /* what it was to prove is, or is not */

#endif
