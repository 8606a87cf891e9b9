/* SPDX-License-Identifier: Apache-2.0
 *
 * compare.h: two configurations compared, and their differences printed, by a step function that leaves the loop free
 * (cmd/diff.h does the work). Runs in core; the texts may hold anything.
 */
#ifndef CORE_COMPARE_H
#define CORE_COMPARE_H

#include "cmd/diff.h"

struct run;

/* Compares into *d, which is NULL at first; `ignorecase` of the command counts. RUN_DONE, or RUN_WAIT: the same step is
 * called again, or RUN_FAILED, and nothing was said: compare_error says why. */
int compare_step(struct run *run, struct diff **d, struct str before, struct str after);
const char *compare_error(const struct diff *d);
/* Prints. RUN_DONE or RUN_WAIT. */
int compare_write(struct run *run, struct diff *d, enum diff_form form);

#endif
