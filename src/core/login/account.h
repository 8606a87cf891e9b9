/* SPDX-License-Identifier: Apache-2.0
 *
 * account.h: `aaa accounting`: that a session began and ended, that a command ran, that the device started and stops,
 * are told to servers. Nobody waits for it (login/records.h).
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "base/buf.h"

struct core;
struct peer;
struct run;

void account_start(struct peer *p); /* it has an EXEC */
void account_stop(struct peer *p);  /* … and no more; fine when it had none */

void account_command(struct run *run);      /* the line of a session begins */
void account_command_done(struct run *run); /* … and is done with; fine when nothing was told of it */

/* Its client moves files by this command, for as long as it is there. */
void account_transfer(struct peer *p, struct str command, unsigned level);

int account_new(struct core *core); /* core->records; 0 or E_* */
/* The device is up; what waited is sent, too. Called once. */
void account_booted(struct core *core);
/* It goes down: all that is under way ends. */
void account_ends(struct core *core, const char *reason);

#endif
