/* SPDX-License-Identifier: Apache-2.0
 *
 * url.h: where remote files are, as users of IOS write it:
 *     SCHEME:[//[user[:password]@]host[:port]][/path]
 * What is left out is asked for, so every part may be empty. Of all there is one reading: what could be read in two
 * ways (two "@", an address that is not quite one, a byte that ends a line) is refused. In user and password %XX stands
 * for a byte; a path is the file's name as it is, only http and https know %XX in it. Runs in core; hostile input.
 */
#ifndef FILES_URL_H
#define FILES_URL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/ifs.h"

#define URL_USER     65
#define URL_PASSWORD 129
#define URL_HOST     254
#define URL_PATH     1024
#define URL_TEXT     (URL_PATH + URL_HOST + 32)

struct url {
	enum ifs_kind scheme;
	char user[URL_USER], password[URL_PASSWORD]; /* decoded; "": none given */
	char host[URL_HOST];                         /* a name or an address, IPv6 without brackets */
	uint16_t port;                               /* 0: the scheme's own */
	char path[URL_PATH];                         /* without the slash after the host */
};

/* What can be done with a scheme. */
struct url_scheme {
	uint16_t port;
	bool client; /* this release can fetch and send with it */
};
const struct url_scheme *url_scheme(enum ifs_kind kind); /* NULL: not a protocol */

/* E_NOTFOUND: no protocol's name stands before it; E_INVAL, E_TOOBIG: it is none. */
int url_parse(struct str text, struct url *out);
/* Host and path alone, as a user answers a question; E_INVAL. */
int url_set_host(struct url *u, struct str text); /* may end in :port */
int url_set_path(struct url *u, struct str text);
/* Where a server sends to: an absolute URL, or one seen from `from`. E_DENIED: a scheme that is not followed (only http
 * and https are, and from https only https). User and password go along to the same host only. */
int url_redirect(const struct url *from, struct str location, struct url *out);

/* Without user and password: for people, and for a log. */
void url_text(const struct url *u, char out[URL_TEXT]);
/* As a client of the protocol wants it, again without user and password: names are escaped. */
void url_wire(const struct url *u, struct buf *out);
/* The last component of the path, or "". */
const char *url_base(const struct url *u);
uint16_t url_port(const struct url *u);

#endif
