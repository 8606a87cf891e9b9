/* SPDX-License-Identifier: Apache-2.0
 *
 * weak.c: see weak.h. Runs in core.
 */
#include "weak.h"

#include "core/core.h"
#include "core/log/syslog.h"

#define NAMES_MAX 1024

struct news {
	enum offer_class of;
	const struct offer_set *told;
	struct buf names;
};

static bool note(void *arg, const char *name)
{
	struct news *n = arg;

	if (offer_strength(n->of, name) != SSH_STRONG && !offer_has(n->told, n->of, str_of(name)))
		buf_printf(&n->names, "%s%s", buf_len(&n->names) ? ", " : "", name);
	return false;
}

void weak_tell(struct core *core, struct offer_set *told)
{
	static const char *const what[OFFER_CLASSES] = {
		[OFFER_ENCRYPTION] = "ciphers",
		[OFFER_HOSTKEY] = "host key algorithms",
		[OFFER_KEX] = "key exchange methods",
		[OFFER_MAC] = "message authentication codes",
		[OFFER_PUBLICKEY] = "signatures of users' keys",
	};
	const struct offer_plan plan = offer_now(core->model);

	for (int of = 0; of < OFFER_CLASSES; of++) {
		struct news n = { .of = (enum offer_class)of, .told = told };

		buf_init(&n.names, NAMES_MAX);
		offer_any(&plan, n.of, note, &n);
		if (buf_len(&n.names))
			syslog_event(core->log, "SSH", 4, "WEAK_ALGORITHM", "Weak %s are offered: %s", what[of],
				     buf_cstr(&n.names));
		buf_release(&n.names);
	}
	offer_remember(&plan, told);
}
