/* SPDX-License-Identifier: Apache-2.0
 *
 * harmless.h: a file's bytes as a terminal may have them. Session process; hostile input.
 */
#ifndef TERM_HARMLESS_H
#define TERM_HARMLESS_H

#include <stddef.h>
#include <stdint.h>

/* In place: carriage returns go, every other control character but the tab and the end of a line becomes a dot. The
 * bytes that are left. */
size_t harmless(uint8_t *p, size_t n);

#endif
