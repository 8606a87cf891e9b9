/* SPDX-License-Identifier: Apache-2.0
 *
 * utf8.h: characters of a text: where one ends (RFC 3629: no overlong forms, no surrogates) and how many columns of a
 * terminal it takes. Core needs it to put a caret under a character, sessions for everything on a screen. The text is
 * hostile.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define UTF8_NONE 0x110000 /* plus a byte: that byte, which belongs to no character */

/* The character at the start of a text of at least one byte: its bytes (1 to 4), or 0 if the text ends within it.
 * Bytes that are not UTF-8 count singly. */
size_t utf8_next(struct str text, uint32_t *code);
/* 2: wide, 0: joins the character before it, 1: all others, control characters too. */
unsigned utf8_width(uint32_t code);
size_t utf8_columns(struct str text);

#endif
