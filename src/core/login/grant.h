/* SPDX-License-Identifier: Apache-2.0
 *
 * grant.h: what a server granted together with its yes. By RADIUS nobody is authorized on his own (RFC 2865 section 1):
 * the attributes of the Access-Accept are kept until `aaa authorization exec` asks for them, and what the server wants
 * to see again in accounting as long as the session lives.
 */
#ifndef CORE_GRANT_H
#define CORE_GRANT_H

#include "base/buf.h"
#include "ipc/ipc.h"

struct ask_result;

struct grant {
	bool given;
	struct buf args, echo;
	uint32_t n_args;
};

void grant_take(struct grant *g, const struct ask_result *r); /* of any end: what was before is forgotten */
struct str_list grant_args(const struct grant *g);
void grant_release(struct grant *g); /* fine on zeroes */

#endif
