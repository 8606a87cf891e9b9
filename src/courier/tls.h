/* SPDX-License-Identifier: Apache-2.0
 *
 * tls.h: TLS towards a collector (RFC 5425), without I/O: bytes of the network in, bytes for the network out. The
 * collector's certificate must lead to a trusted authority and name the collector; there is no way without.
 */
#ifndef COURIER_TLS_H
#define COURIER_TLS_H

#include "base/buf.h"
#include "base/err.h"

/* Before the walls: loads the library and the system's store of certificates. 0, or E_UNSUPPORTED: it is not there. */
int tls_prepare(void);
/* A new connection to the collector of this name or address; the one before is forgotten. `authorities`: PEM; empty:
 * the system's. */
int tls_begin(const char *name, struct str authorities, struct errbuf *e);
/* Bytes that came, and as much of the conversation as they allow; what is to be sent is appended to `out`. 1: the
 * connection stands; 0: not yet; E_CLOSED: the collector ended it; else E_* and why. `heard` counts what the collector
 * says inside, which is not looked at. */
int tls_take(struct str in, struct buf *out, size_t *heard, struct errbuf *e);
/* Appends a line, encrypted, to `out`. */
int tls_put(struct str line, struct buf *out, struct errbuf *e);

#endif
