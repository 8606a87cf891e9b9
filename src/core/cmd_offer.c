/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_offer.c: who types `ip ssh server algorithm hostkey|kex` or `ip ssh dh min size` is told at once what is not
 * offered, and when nothing is left. Runs in core.
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

struct sizes {
	struct run *run;
	unsigned dh_min;
};

static bool fits_size(void *arg, const char *name)
{
	return offer_large_enough(name, ((const struct sizes *)arg)->dh_min);
}

static bool tell_small(void *arg, const char *name)
{
	const struct sizes *s = arg;

	if (!offer_large_enough(name, s->dh_min))
		buf_printf(&s->run->out, "%% %s is not offered: ip ssh dh min size is %u\n", name, s->dh_min);
	return false;
}

/* Which of the methods that are named or configured are under the size that is named or configured? */
static void judge_sizes(struct run *run)
{
	const char *size = cmd_arg(&run->match, "dh-min-size");
	struct sizes s = { run, size ? (unsigned)strtoul(size, NULL, 10) : offer_dh_min(run->core->model) };
	bool named = any_named(run, OFFER_KEX, yes, NULL);

	if (!(named ? any_named(run, OFFER_KEX, fits_size, &s) : offer_kex_left(run->core->model, s.dh_min)))
		buf_puts(&run->out, "% No key exchange method is large enough: the SSH server goes off\n");
	else if (named)
		any_named(run, OFFER_KEX, tell_small, &s);
	else
		offer_too_small(run->core->model, s.dh_min, tell_small, &s);
}

/* What is not served any more is said where it is asked for. */
int hook_ssh_offer(struct run *run)
{
	struct sshd *sshd = run->core->sshd;

	judge_sizes(run);
	if (sshd_enabled(sshd) && any_named(run, OFFER_HOSTKEY, yes, NULL) &&
	    !any_named(run, OFFER_HOSTKEY, has_key, sshd))
		buf_puts(&run->out, "% No key pair for these algorithms: the SSH server goes off until there is one\n");
	return RUN_DONE;
}
