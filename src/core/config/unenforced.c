/* SPDX-License-Identifier: Apache-2.0
 *
 * unenforced.c: see unenforced.h. Runs in core.
 */
#include "unenforced.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

/* A row goes when what it names is enforced. */
static const struct {
	const char *path, *text;
} restrictions[] = {
	{ "/ravelin-system:users/user/access-class",
	  "access-class of a user is kept only: his connections are not filtered" },
};
#define RESTRICTIONS (sizeof restrictions / sizeof restrictions[0])

struct unenforced {
	struct restriction {
		struct core *core;
		const char *text;
		bool found, told;
	} of[RESTRICTIONS];
};

static void tell(struct restriction *r)
{
	if (r->found && !r->told)
		syslog_event(r->core->log, "SYS", 4, "NOT_ENFORCED", "%s", r->text);
	r->told |= r->found;
}

/* What startup-config brings is told at the end of the boot, behind the lines that were not taken. */
static void on_change(void *arg, const struct txn *t)
{
	struct restriction *r = arg;

	for (size_t i = 0; i < txn_changes(t) && !r->found; i++) {
		const char *after = txn_change(t, i)->after;

		r->found = after && strcmp(after, "false") != 0;
	}
	if (r->core->booted)
		tell(r);
}

struct unenforced *unenforced_new(struct core *core)
{
	struct unenforced *u = calloc(1, sizeof *u);

	for (size_t i = 0; u && i < RESTRICTIONS; i++) {
		u->of[i] = (struct restriction){ .core = core, .text = restrictions[i].text };
		if (model_watch(core->model, restrictions[i].path, on_change, &u->of[i]) < 0)
			return NULL; /* the boot fails: what watches already goes with it */
	}
	return u;
}

void unenforced_booted(struct unenforced *u)
{
	for (size_t i = 0; i < RESTRICTIONS; i++)
		tell(&u->of[i]);
}
