/* SPDX-License-Identifier: Apache-2.0
 *
 * guard.h: access lists at work: those that the lines, quiet mode and penalties name are compiled into one table, which
 * gate gets and core itself asks again when a line is allotted. A change counts for the next connection.
 */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "access/access.h"
#include "access/penalty.h"
#include "base/buf.h"

#include <stdbool.h>

struct core;
struct guard;
struct line;
struct lyd_node;
struct ipc_msg_MATCHED;

/* How a list is called in the model and by people. */
enum guard_kind { GUARD_STANDARD, GUARD_EXTENDED, GUARD_IPV6, GUARD_KINDS };
const char *guard_path(enum guard_kind kind); /* of the list of lists */

struct guard *guard_new(struct core *core);
/* Gate is new: it gets table and penalties. */
int guard_send(struct guard *g);
void guard_booted(struct guard *g); /* the configuration is whole: the first table */
/* Whether the access-class of this line lets the connection in. */
bool guard_line_admits(struct guard *g, const struct line *line, const struct access_packet *p);
/* Whether quiet mode does not keep it out; whether it is never penalized. */
bool guard_quiet_admits(struct guard *g, const struct access_packet *p);
bool guard_exempt(struct guard *g, const struct access_packet *p);
/* How often the rule decided; false: nothing asks this list. */
bool guard_hits(struct guard *g, enum guard_kind kind, const char *name, uint32_t sequence, uint64_t *hits);
void guard_clear_hits(struct guard *g, const char *name); /* NULL: of all lists */
/* Gate tells of a rule with `log`. */
void guard_matched(struct guard *g, const struct ipc_msg_MATCHED *m);
const struct penalty_table *guard_penalties(const struct guard *g);
/* One entry of a list as a rule; false for a remark. */
bool guard_compile(const struct lyd_node *entry, enum guard_kind kind, struct access_rule *rule);

#endif
