/* SPDX-License-Identifier: Apache-2.0
 *
 * listen.h: the listening sockets of the SSH server: the published ports, or the device's own; and those in its VRFs.
 * Core opens them, gate accepts on them. What the configuration no longer asks for is closed, the rest stays as it is.
 */
#ifndef CORE_LISTEN_H
#define CORE_LISTEN_H

#include "base/buf.h"

#include <stdbool.h>

struct core;
struct listen;

struct listen *listen_new(struct core *core);
/* Makes the sockets what the configuration asks for; `on` false: none. */
void listen_update(struct listen *l, bool on);
void listen_hand_over(struct listen *l); /* gate is new: give it all of them */
/* The last port of the host that could not be had, and why; NULL if none. VRFs are not meant: they may come later. */
const char *listen_trouble(const struct listen *l);
void listen_status(const struct listen *l, struct buf *out); /* lines for `ravelin status` */
/* Whether the SSH server listens in the VRF on this address family. */
bool listen_in_vrf(const struct listen *l, const char *vrf, int family);

#endif
