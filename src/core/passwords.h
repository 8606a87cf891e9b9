/* SPDX-License-Identifier: Apache-2.0
 *
 * passwords.h: `service password-encryption`: no password of type 0 stays in the configuration.
 */
#ifndef CORE_PASSWORDS_H
#define CORE_PASSWORDS_H

#include "base/err.h"

struct core;
struct txn;

/* Before every commit: what this transaction set, or everything when it switched the service on, becomes type 7. */
int passwords_protect(struct core *core, struct txn *t, struct errbuf *e);

#endif
