/* SPDX-License-Identifier: Apache-2.0
 *
 * keychain.h: entries of `ip ssh pubkey-chain` are made before their keys are typed, and one without a key lets nobody
 * in.
 */
#ifndef CORE_KEYCHAIN_H
#define CORE_KEYCHAIN_H

#include "base/buf.h"

struct cmd_place;
struct core;

/* Somebody leaves this place: if it is an entry without a key, `out` says so. */
void keychain_left(const struct core *core, const struct cmd_place *place, struct buf *out);

#endif
