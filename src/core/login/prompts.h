/* SPDX-License-Identifier: Apache-2.0
 *
 * prompts.h: what is said to who logs in where AAA decides: `aaa authentication banner`, `fail-message`,
 * `username-prompt`, `password-prompt`. What servers ask has words of its own.
 */
#ifndef CORE_PROMPTS_H
#define CORE_PROMPTS_H

#include "base/buf.h"

struct core;

#define PROMPTS_SIZE 256
const char *prompts_username(const struct core *core, char out[PROMPTS_SIZE]);
const char *prompts_password(const struct core *core, char out[PROMPTS_SIZE]);
void prompts_banner(const struct core *core, struct buf *out); /* before he is asked */
void prompts_failed(const struct core *core, struct buf *out); /* he is not let in */

#endif
