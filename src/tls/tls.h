/* SPDX-License-Identifier: Apache-2.0
 *
 * tls.h: the client's side of TLS 1.2 and 1.3, without I/O: bytes of the network in, bytes for the network out. The
 * other end's certificate must lead to a trusted authority and name whom the configuration names; there is no way
 * without, and before it is checked nothing is taken and nothing given. For processes that speak with syslog servers
 * (RFC 5425) and AAA servers (RFC 9887, 6614).
 */
#ifndef TLS_TLS_H
#define TLS_TLS_H

#include "base/buf.h"
#include "base/err.h"

#define TLS_OPTION          "tls" /* the option of a role that has it load the library */
#define TLS_AUTHORITIES_MAX 61440 /* bytes of certificates */
#define TLS_DESCRIBED       80    /* bytes of words about a connection */

struct tls; /* a connection */

/* Before the walls: loads the library and, if wanted, the system's store of certificates. 0, or E_UNSUPPORTED: it is
 * not there. */
int tls_prepare(bool host_store);
/* Who is to be at the other end, and what this one shows of itself. */
struct tls_ends {
	const char *name;       /* a name or an address */
	struct str authorities; /* PEM; empty: the system's, where they were loaded */
	bool only_13;           /* no TLS 1.2 */
	/* DER: this end's certificate and those above it, one behind the other, and PKCS#8. Empty: it has none to show.
	 */
	struct str chain, key;
};
/* A new connection. NULL: e says why. */
struct tls *tls_new(const struct tls_ends *ends, struct errbuf *e);
void tls_free(struct tls *t); /* NULL is fine */
/* Bytes that came, and as much of the conversation as they allow; what is to be sent is appended to `out`, what the
 * other end says to `heard`. 1: the connection stands; 0: not yet; E_CLOSED: the other end ended it; else E_* and why.
 * An error leaves what was heard before it, and perhaps an alert to be sent. */
int tls_take(struct tls *t, struct str in, struct buf *out, struct buf *heard, struct errbuf *e);
/* Has the other end taken what this one showed of itself? By TLS 1.3 it says nothing of it unless it refuses; then this
 * is true when it has said anything since. */
bool tls_confirmed(const struct tls *t);
#define TLS_UNCONFIRMED "closed the connection behind the handshake: does it want another certificate of this device?"
/* Appends bytes, encrypted, to `out`; of a connection that stands. 0 or E_* and why. */
int tls_put(struct tls *t, struct str bytes, struct buf *out, struct errbuf *e);
/* "TLSv1.3, TLS_AES_256_GCM_SHA384" */
void tls_describe(const struct tls *t, char text[TLS_DESCRIBED]);

#endif
