/* SPDX-License-Identifier: Apache-2.0
 *
 * confreg.c: see confreg.h. The bits that mean something on this device are asked for, and no others.
 */
#include "confreg.h"

#include "image/vars.h"

#include <stdlib.h>
#include <string.h>

/* In the order in which they are asked. */
static const struct bit {
	uint16_t mask;
	bool inverted; /* the words hold when the bit is off */
	const char *words;
} bits[] = {
	{ VARS_BREAK_OFF, true, "break/abort has effect" },
	{ VARS_IGNORE_CONFIG, false, "ignore system config info" },
};

#define BITS (sizeof bits / sizeof bits[0])

enum question { Q_CHANGE, Q_FIRST_BIT, Q_BOOT = Q_FIRST_BIT + BITS, Q_BOOT_FROM };

static bool holds(const struct bit *b, uint16_t value)
{
	return ((value & b->mask) != 0) != b->inverted;
}

static void summarize(const struct confreg *c)
{
	static const char *const from[] = { "the ROM Monitor", "the first image in flash0:",
					    "image specified by the boot system commands" };
	unsigned field = c->value & VARS_BOOT_FIELD;
	char text[512];

	snprintf(text, sizeof text,
		 "\n    Configuration Summary\n   (Virtual Configuration Register: 0x%04x)\nenabled are:\n",
		 (unsigned)c->value);
	console_puts(c->console, text);
	for (size_t i = 0; i < BITS; i++)
		if (holds(&bits[i], c->value)) {
			console_puts(c->console, bits[i].words);
			console_puts(c->console, "\n");
		}
	console_puts(c->console, "boot: ");
	console_puts(c->console, from[field < 2 ? field : 2]);
	console_puts(c->console, field < 2 ? "\n\n" : "\n      or default to: the first image in flash0:\n\n");
}

static void ask(const struct confreg *c)
{
	char text[160];

	if (c->question == Q_CHANGE) {
		console_puts(c->console, "do you wish to change the configuration? y/n  [n]:  ");
	} else if (c->question == Q_BOOT) {
		console_puts(c->console, "change the boot characteristics? y/n  [n]:  ");
	} else if (c->question == Q_BOOT_FROM) {
		snprintf(text, sizeof text,
			 "enter to boot:\n 0 = ROM Monitor\n 1 = the first image in flash0:\n 2-15 = boot system\n"
			 "    [%u]:  ",
			 (unsigned)c->value & VARS_BOOT_FIELD);
		console_puts(c->console, text);
	} else {
		const struct bit *b = &bits[c->question - Q_FIRST_BIT];

		snprintf(text, sizeof text, "%s \"%s\"? y/n  [n]:  ", holds(b, c->value) ? "disable" : "enable ",
			 b->words);
		console_puts(c->console, text);
	}
}

void confreg_begin(struct confreg *c, struct console *console, uint16_t value)
{
	*c = (struct confreg){ .console = console, .question = Q_CHANGE, .value = value, .was = value };
	summarize(c);
	ask(c);
}

/* 1 yes, 0 no, negative neither. */
static int yes_or_no(const char *line)
{
	if (!*line || strcmp(line, "n") == 0 || strcmp(line, "N") == 0 || strcmp(line, "no") == 0)
		return 0;
	return strcmp(line, "y") == 0 || strcmp(line, "Y") == 0 || strcmp(line, "yes") == 0 ? 1 : -1;
}

static bool choose_boot(struct confreg *c, const char *line)
{
	char *end;
	unsigned long n = strtoul(line, &end, 10);

	if (*line && (*line < '0' || *line > '9' || *end || n > VARS_BOOT_FIELD))
		return false;
	if (*line)
		c->value = (uint16_t)((c->value & ~VARS_BOOT_FIELD) | n);
	return true;
}

/* After the last question: what it is now, and once more. */
static void again(struct confreg *c)
{
	c->question = Q_CHANGE;
	summarize(c);
}

enum confreg_state confreg_answer(struct confreg *c, const char *line)
{
	int yes = yes_or_no(line);

	if (c->question == Q_BOOT_FROM) {
		if (choose_boot(c, line))
			again(c);
	} else if (c->question == Q_CHANGE && yes == 0) {
		return c->value == c->was ? CONFREG_KEPT : CONFREG_CHANGED;
	} else if (c->question == Q_BOOT && yes == 0) {
		again(c);
	} else if (yes >= 0) {
		if (yes && c->question != Q_CHANGE && c->question != Q_BOOT)
			c->value ^= bits[c->question - Q_FIRST_BIT].mask;
		c->question++;
	}
	ask(c);
	return CONFREG_ASKS;
}

bool confreg_parse(const char *word, uint16_t *value)
{
	const char *digits = strncmp(word, "0x", 2) == 0 || strncmp(word, "0X", 2) == 0 ? word + 2 : word;
	size_t n = strspn(digits, "0123456789abcdefABCDEF");

	if (n == 0 || n > 4 || digits[n])
		return false;
	*value = (uint16_t)strtoul(digits, NULL, 16);
	return true;
}
