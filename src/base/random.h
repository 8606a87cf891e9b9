/* SPDX-License-Identifier: Apache-2.0
 *
 * random.h: random bytes from the kernel, for keys, cookies, padding and names. A process that was forked a moment ago
 * has no generator to seed for them, which costs a session more than the bytes are worth.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/* 0 or E_CRYPTO: the kernel has none. */
int random_bytes(void *to, size_t n);

#endif
