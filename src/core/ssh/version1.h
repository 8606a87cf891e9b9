/* SPDX-License-Identifier: Apache-2.0
 *
 * version1.h: core's part of SSH version 1. Two RSA pairs unwrap a session key, both here alone: the host key of
 * version 1, which is made, replaced and removed with the RSA pair that serves SSH and never used for anything else,
 * and the server key, which lives in memory and is another one every hour it is used. A session gets public keys, and
 * once 32 bytes of which core does not say whether they are right. Users' RSA keys are challenged here, too.
 */
#ifndef CORE_VERSION1_H
#define CORE_VERSION1_H

#include "ipc/ipc.h"
#include "keys/rsa1.h"

#include <stdbool.h>

struct core;
struct peer;
struct version1;

/* Of one session. */
struct version1_peer {
	bool des;         /* its process has single DES */
	bool chosen;      /* the client speaks version 1 */
	bool waiting;     /* for keys that are being made */
	bool offered;     /* the keys were named, the session key is to come */
	uint32_t ciphers; /* offered: a bit for each number of the protocol */
	uint8_t cookie[RSA1_COOKIE];
	struct key host, server; /* shared while offered: neither a zeroize nor the hour takes them away */
	uint8_t session_id[RSA1_SESSION_ID];
	uint8_t challenge[RSA1_CHALLENGE];
	bool challenged;
};

struct version1 *version1_new(struct core *core); /* NULL: out of memory */
/* A host key of version 1 for the RSA pair of this name, if that still serves SSH and has none: PKCS#8. 0, or an error
 * that was logged. */
int version1_made(struct version1 *v, const char *name, struct str der);
/* Another RSA pair takes the place of this one: its host key of version 1 goes, too. */
void version1_replaced(struct version1 *v, const char *name);

void version1_ask(struct peer *p, const struct ipc_msg_V1_ASK *m);
void version1_session_key(struct peer *p, const struct ipc_msg_V1_SESSION_KEY *m);
void version1_auth_rsa(struct peer *p, const struct ipc_msg_V1_AUTH_RSA *m);
void version1_auth_response(struct peer *p, const struct ipc_msg_V1_AUTH_RESPONSE *m);
/* May a session that chose its version as this one did send this message? */
bool version1_allows(const struct peer *p, uint16_t type);
void version1_release(struct version1_peer *v);

#endif
