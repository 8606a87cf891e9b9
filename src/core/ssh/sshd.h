/* SPDX-License-Identifier: Apache-2.0
 *
 * sshd.h: the SSH server as configuration and keys make it: on or off, which host keys, which algorithms, where it
 * listens. The protocol itself runs in the sessions.
 */
#ifndef CORE_SSHD_H
#define CORE_SSHD_H

#include "base/buf.h"
#include "core/ssh/offer.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct key;
struct listen;
struct peer;
struct sshd;

struct sshd *sshd_new(struct core *core);
/* Looks at keys and configuration again: turns the server on or off and logs it. Sessions that run go on. */
void sshd_update(struct sshd *s);
bool sshd_enabled(const struct sshd *s);
struct listen *sshd_listen(const struct sshd *s); /* its sockets */
/* Sends a new session what it needs. */
void sshd_setup(struct sshd *s, struct peer *p);
/* Whether the server, as it is now, serves clients of version 1 or 2. */
bool sshd_serves(const struct sshd *s, unsigned version);
/* Appends the names of a class that a session is given to offer: host key algorithms only where there is a key. */
void sshd_offered(const struct sshd *s, enum offer_class of, struct buf *out);
struct str sshd_version(const struct sshd *s);        /* the identification string of new connections */
const struct key *sshd_rsa(const struct sshd *s);     /* the RSA pair that serves SSH; NULL if none */
uint32_t sshd_version1_ciphers(const struct sshd *s); /* configured: a bit for each number of the protocol */
/* The host key behind an algorithm, NULL if none; also while the server is off, for the sessions that go on. */
const struct key *sshd_hostkey(const struct sshd *s, struct str alg);
/* The host key with this public blob that an algorithm of the configuration uses, NULL if none. *alg is what it signs
 * with: `preferred` if it fits, else the first of the configuration's. */
const struct key *sshd_hostkey_of(const struct sshd *s, struct str blob, const char *preferred, const char **alg);
/* "1.5", "2.0" or "1.99": the versions served; while it is off, those configured. */
const char *sshd_versions(const struct sshd *s);
/* Why it is off, for `show ip ssh`; NULL when it is on. */
const char *sshd_off_reason(const struct sshd *s);
/* Why version 2 alone is off though nobody turned it off; NULL when it is not. */
const char *sshd_version2_off_reason(const struct sshd *s);
bool sshd_off_is_odd(const struct sshd *s); /* off for another reason than that no pair was ever made */
/* Lines for `ravelin status`. */
void sshd_status(const struct sshd *s, struct buf *out);

#endif
