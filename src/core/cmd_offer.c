/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_offer.c: who types `ip ssh server algorithm hostkey|kex` or `ip ssh dh min size` is told at once when nothing is
 * left to offer. Runs in core.
 */
#include "commands.h"

#include "core/cli.h"
#include "core/core.h"
#include "core/offer.h"
#include "core/sshd.h"

#include <stdlib.h>

/* Whether one of the names of the class that the line holds fits. */
static bool any_named(struct run *run, enum offer_class of, offer_fn *fits, void *arg)
{
	const char *name;

	for (size_t i = 0; (name = offer_name(of, i)); i++)
		if (cmd_has(&run->match, name) && fits(arg, name))
			return true;
	return false;
}

static bool yes(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return true;
}

static bool has_key(void *sshd, const char *name)
{
	return sshd_hostkey(sshd, str_of(name)) != NULL;
}

static bool fits_size(void *dh_min, const char *name)
{
	return offer_large_enough(name, *(unsigned *)dh_min);
}

/* Is one of the methods that are named or configured large enough for the size that is named or configured? */
static bool kex_left(struct run *run)
{
	const char *size = cmd_arg(&run->match, "dh-min-size");
	unsigned dh_min = size ? (unsigned)strtoul(size, NULL, 10) : offer_dh_min(run->core->model);

	if (any_named(run, OFFER_KEX, yes, NULL))
		return any_named(run, OFFER_KEX, fits_size, &dh_min);
	return offer_kex_left(run->core->model, dh_min);
}

/* What is not served any more is said where it is asked for. */
int hook_ssh_offer(struct run *run)
{
	struct sshd *sshd = run->core->sshd;

	if (!kex_left(run))
		buf_puts(&run->out, "% No key exchange method is large enough: the SSH server goes off\n");
	if (sshd_enabled(sshd) && any_named(run, OFFER_HOSTKEY, yes, NULL) &&
	    !any_named(run, OFFER_HOSTKEY, has_key, sshd))
		buf_puts(&run->out, "% No key pair for these algorithms: the SSH server goes off until there is one\n");
	return RUN_DONE;
}
