/* SPDX-License-Identifier: Apache-2.0
 *
 * passwords.h: `service password-encryption`: no password of type 0 stays in the configuration. `password encryption
 * aes`: what the device must read again stays in no other type than 6, if there is a master key. A password in a URL
 * has no type and is not reached (docs/decisions/0049).
 */
#ifndef CORE_PASSWORDS_H
#define CORE_PASSWORDS_H

#include "base/err.h"

struct core;
struct errbuf;

/* From now on, before every commit, what it sets becomes type 6 or 7, or everything when it switches a service on. */
int passwords_guard(struct core *core);
/* The same for everything, now: the master key is new. */
int passwords_renew(struct core *core, struct errbuf *e);

#endif
