/* SPDX-License-Identifier: Apache-2.0
 *
 * credentials.h: what this device shows of itself to who is spoken with by TLS: the identity (keys/identity.h) of the
 * trustpoint that the configuration names. Who names one never connects without it.
 */
#ifndef CORE_CREDENTIALS_H
#define CORE_CREDENTIALS_H

#include "base/err.h"
#include "keys/identity.h"

struct core;
struct model;

/* The trustpoint of `logging tls-profile`; NULL: there is no such profile, or it names none. */
const char *credentials_name(const struct model *m, const char *profile);
/* Valid until that trustpoint changes. NULL: it cannot be shown, e says why and what to do. */
const struct identity *credentials_of(const struct core *core, const char *trustpoint, struct errbuf *e);
/* The identity of this trustpoint is another one, or gone: processes that have the former end, or take nothing new. */
void credentials_changed(struct core *core, const char *trustpoint);

#endif
