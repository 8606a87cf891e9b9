/* SPDX-License-Identifier: Apache-2.0
 *
 * compare.c: see compare.h. Runs in core.
 */
#include "core/files/compare.h"

#include "base/err.h"
#include "core/clock.h"
#include "core/config/config.h"
#include "core/session/cli.h"

#define PIECE 64 /* lines between two looks at the clock */

int compare_step(struct run *run, struct diff **d, struct str before, struct str after)
{
	uint64_t until = clock_now_ms() + CONFIG_STEP_MS;

	if (!*d)
		*d = diff_new(before, after, cmd_has(&run->match, "ignorecase"));
	while (*d && !diff_step(*d, PIECE))
		if (clock_now_ms() >= until)
			return run_yield(run);
	return *d && !diff_error(*d) ? RUN_DONE : RUN_FAILED;
}

const char *compare_error(const struct diff *d)
{
	return err_text(d ? diff_error(d) : E_NOMEM);
}

int compare_write(struct run *run, struct diff *d, enum diff_form form)
{
	uint64_t until = clock_now_ms() + CONFIG_STEP_MS;

	while (!diff_write(d, form, PIECE, &run->out))
		if (clock_now_ms() >= until)
			return run_yield(run);
	return RUN_DONE;
}
