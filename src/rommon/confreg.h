/* SPDX-License-Identifier: Apache-2.0
 *
 * confreg.h: the configuration register in words, and the dialogue of `confreg` that changes it bit by bit. Runs in
 * rommon.
 */
#ifndef ROMMON_CONFREG_H
#define ROMMON_CONFREG_H

#include "rommon/console.h"

struct confreg {
	struct console *console;
	unsigned question; /* the one that waits for its answer */
	uint16_t value, was;
};

enum confreg_state {
	CONFREG_ASKS,
	CONFREG_KEPT,   /* ended, and nothing is to be changed */
	CONFREG_CHANGED /* ended: c->value is to be written */
};

/* Prints the summary and the first question. */
void confreg_begin(struct confreg *c, struct console *console, uint16_t value);
/* A line that was typed. An answer that is none asks again. */
enum confreg_state confreg_answer(struct confreg *c, const char *line);
/* "0x2102", or "2102" without the prefix. */
bool confreg_parse(const char *word, uint16_t *value);

#endif
