/* SPDX-License-Identifier: Apache-2.0
 *
 * console.h: the console's line between two users: it waits for a key, then asks who it is as the line says.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

struct peer;

void console_start(struct peer *p); /* the console's session takes its line and waits for somebody */

#endif
