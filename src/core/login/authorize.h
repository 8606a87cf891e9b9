/* SPDX-License-Identifier: Apache-2.0
 *
 * authorize.h: may this session have an EXEC, with which privilege and what else? The methods of `aaa authorization
 * exec` decide, servers among them (RFC 8907 section 6): an argument that is mandatory and not understood is a no.
 */
#ifndef CORE_AUTHORIZE_H
#define CORE_AUTHORIZE_H

#include "core/login/methods.h"

#include <stdint.h>

struct ask;
struct peer;

struct rights {
	bool local;            /* what his local entry says counts */
	char autocommand[256]; /* "": none */
	bool stays;            /* … and the session goes on behind it */
	bool level_set;        /* by name, not by what kind of service it is */
	bool idle_set, end_set;
	uint64_t idle_ms, end_ms; /* of the session; 0 = never */
};

typedef void authorize_fn(struct peer *p, bool may);
struct authorize {
	struct method method;
	struct ask *ask;
	authorize_fn *fn;
	char why[200]; /* not; for the log */
};

enum authorize_end { AUTHORIZE_NO, AUTHORIZE_YES, AUTHORIZE_LATER };
/* p->cli.level and p->rights are set when he may. AUTHORIZE_LATER: fn is called from the event loop. */
enum authorize_end authorize_exec(struct peer *p, authorize_fn *fn);
void authorize_release(struct authorize *a); /* fn is not called any more */
/* The i-th attribute of an EXEC that is understood; false behind the last. */
bool authorize_attribute(size_t i, const char **name, const char **format);

#endif
