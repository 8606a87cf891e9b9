/* SPDX-License-Identifier: Apache-2.0
 *
 * authorities.h: who may vouch for a server that is spoken with by TLS: the certificates in the file that a profile
 * (`logging tls-profile`, `tls trustpoint server`) names. Whoever has such a server asks here.
 */
#ifndef CORE_AUTHORITIES_H
#define CORE_AUTHORITIES_H

#include "base/buf.h"
#include "base/err.h"

struct core;
struct model;

#define AUTHORITIES "/ravelin-log:logging/tls-profile" /* to be watched */

/* The file of this profile; NULL: there is no such profile, or it names none. */
const char *authorities_file(const struct model *m, const char *profile);
/* Its certificates as they are now (PEM). `file`: of authorities_file, "" for NULL. 0, or E_* and why. */
int authorities_read(struct core *core, const char *profile, const char *file, struct buf *out, struct errbuf *e);

#endif
