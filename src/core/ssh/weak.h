/* SPDX-License-Identifier: Apache-2.0
 *
 * weak.h: the log says once which weak algorithms the SSH server begins to offer.
 */
#ifndef CORE_WEAK_H
#define CORE_WEAK_H

#include "core/ssh/offer.h"

struct core;

/* Names what is offered now and not in `told`, which becomes what is offered now. */
void weak_tell(struct core *core, struct offer_set *told);

#endif
