/* SPDX-License-Identifier: Apache-2.0
 *
 * usercert.h: users who show an OpenSSH certificate: whether a `trusted-ca` of `ip ssh pubkey-chain` vouches for this
 * user, now and from this address, and what it lets him do.
 */
#ifndef CORE_USERCERT_H
#define CORE_USERCERT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define USERCERT_COMMAND_MAX 512

struct core;
struct lyd_node;
struct peer;
struct errbuf;

/* What stays of a certificate once its owner is in; all zero: he came without one. */
struct usercert {
	bool used;
	bool no_pty;
	char command[USERCERT_COMMAND_MAX]; /* runs in place of what he asks for; "" = what he asks for */
	char words[256];                    /* for the log: id, serial and authority */
};

/* Judges a certificate for the user under way (peer's login.name, "" = nobody). 0: `key` gets the plain public key
 * blob, *alg the plain signature algorithm, *flags what a security key must attest. Else he is not admitted, and
 * `out->words` is "" unless a trusted authority has signed it: then e says why not. */
int usercert_admit(const struct peer *p, struct str blob, struct usercert *out, struct buf *key, uint8_t *flags,
		   struct errbuf *e);
/* Is the address (as core prints it) in a list of A.B.C.D, A.B.C.D/N and the same of IPv6? E_INVAL: it is no list. */
int usercert_address(struct str list, const char *address, bool *in);

#endif
