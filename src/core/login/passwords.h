/* SPDX-License-Identifier: Apache-2.0
 *
 * passwords.h: `service password-encryption`: no password of type 0 stays in the configuration.
 */
#ifndef CORE_PASSWORDS_H
#define CORE_PASSWORDS_H

#include "base/err.h"

struct model;

/* From now on, before every commit, what it sets becomes type 7, or everything when it switches the service on. */
int passwords_guard(struct model *m);

#endif
