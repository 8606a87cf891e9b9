/* SPDX-License-Identifier: Apache-2.0
 *
 * timeout.h: how long somebody may sit on a line: without typing (`exec-timeout`), in all (`absolute-timeout`, with a
 * warning before it), and at each question of the console's login (`timeout login response`). One timer a session, set
 * to what comes next.
 */
#ifndef CORE_TIMEOUT_H
#define CORE_TIMEOUT_H

struct peer;

void timeout_touch(struct peer *p); /* something was typed */
void timeout_arm(struct peer *p);   /* the configuration or the state of its line has changed */
void timeout_due(struct peer *p);   /* the timer has run out */

#endif
