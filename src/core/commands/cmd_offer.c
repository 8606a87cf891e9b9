/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_offer.c: who types `ip ssh server algorithm hostkey|kex|preset` or `ip ssh dh min size` is told at once what is
 * not offered, when nothing is left, and what an old preset brings. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/session/cli.h"
#include "core/ssh/offer.h"
#include "core/ssh/sshd.h"

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

/* One that the line names, else one that will be offered. */
static bool any_left(struct run *run, const struct offer_plan *plan, enum offer_class of, offer_fn *fits, void *arg)
{
	if (any_named(run, of, offer_one, NULL))
		return any_named(run, of, fits, arg);
	return offer_any(plan, of, fits, arg);
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

/* Which of the methods that are named, configured or in the preset are under the size? */
static void judge_sizes(struct run *run, const struct offer_plan *plan)
{
	struct sizes s = { run, plan->dh_min };
	struct offer_plan all = *plan;

	all.dh_min = 0;
	if (!any_left(run, plan, OFFER_KEX, fits_size, &s))
		buf_puts(&run->out, "% No key exchange method is large enough: the SSH server goes off\n");
	else if (any_named(run, OFFER_KEX, offer_one, NULL))
		any_named(run, OFFER_KEX, tell_small, &s);
	else if (offer_listed(plan, OFFER_KEX))
		offer_any(&all, OFFER_KEX, tell_small, &s);
}

/* What is not served any more is said where it is asked for. */
int hook_ssh_offer(struct run *run)
{
	const char *size = cmd_arg(&run->match, "dh-min-size");
	const struct preset *preset = preset_named(cmd_arg(&run->match, "preset"));
	const struct model *m = run->core->model;
	struct offer_plan plan = preset ? offer_under(m, preset) : offer_now(m);
	struct sshd *sshd = run->core->sshd;

	if (size)
		plan.dh_min = (unsigned)strtoul(size, NULL, 10);
	if (preset && preset->old)
		buf_printf(
		    &run->out,
		    "%% Weak algorithms for old devices are offered; Diffie-Hellman groups of %u bits and more\n",
		    plan.dh_min);
	judge_sizes(run, &plan);
	if (sshd_enabled(sshd) && !any_left(run, &plan, OFFER_HOSTKEY, has_key, sshd))
		buf_puts(&run->out, "% No key pair for these algorithms: the SSH server goes off until there is one\n");
	return RUN_DONE;
}
