/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.c: see monitor.h. The line editor. Runs in rommon; whoever types here holds the console and so the device.
 */
#include "monitor.h"

#include "rommon/commands.h"

#include <string.h>

#define KEY_CTRL(c) ((c)&0x1f)

void monitor_show(struct monitor *p)
{
	char text[32];

	p->used = 0;
	p->escape = 0;
	p->recalled = p->number;
	p->asking = false;
	snprintf(text, sizeof text, "rommon %u > ", p->number);
	console_puts(p->console, text);
}

static enum monitor_action run_command(struct monitor *p)
{
	const char *first = p->line + strspn(p->line, " ");

	if (!*first)
		return MONITOR_STAY;
	snprintf(p->history[p->number++ % MONITOR_HISTORY], MONITOR_LINE, "%s", first);
	return commands_run(p, p->line);
}

static void answer_confreg(struct monitor *p)
{
	enum confreg_state state = confreg_answer(&p->confreg, p->line);

	p->asking = state == CONFREG_ASKS;
	if (state == CONFREG_CHANGED)
		commands_set_confreg(p, p->confreg.value);
}

static enum monitor_action end_line(struct monitor *p)
{
	enum monitor_action action = MONITOR_STAY;

	console_puts(p->console, "\n");
	p->line[p->used] = '\0';
	if (p->asking)
		answer_confreg(p);
	else
		action = run_command(p);
	p->used = 0;
	if (action == MONITOR_STAY && !p->asking)
		monitor_show(p);
	return action;
}

static void insert(struct monitor *p, char key)
{
	if (p->used == sizeof p->line - 1)
		return;
	p->line[p->used++] = key;
	console_put(p->console, &key, 1);
}

static void rub_out(struct monitor *p, size_t n)
{
	for (; n && p->used; n--) {
		p->used--;
		console_put(p->console, "\b \b", 3);
	}
}

/* Brings back line number `n` of the history, or the empty line behind it. */
static void recall(struct monitor *p, unsigned n)
{
	if (p->asking || n > p->number || n == 0 || p->number - n > MONITOR_HISTORY)
		return;
	rub_out(p, p->used);
	p->recalled = n;
	if (n < p->number)
		for (const char *c = p->history[n % MONITOR_HISTORY]; *c; c++)
			insert(p, *c);
}

/* A key that sends ESC [ and a letter. */
static void on_escape(struct monitor *p, char key)
{
	if (p->escape == 1 && (key == '[' || key == 'O')) {
		p->escape = 2;
		return;
	}
	if (p->escape == 2 && key >= '0' && key <= '9')
		return;
	if (p->escape == 2 && (key == 'A' || key == 'B'))
		recall(p, key == 'A' ? p->recalled - 1 : p->recalled + 1);
	p->escape = 0;
}

enum monitor_action monitor_key(struct monitor *p, char key)
{
	if (p->escape) {
		on_escape(p, key);
		return MONITOR_STAY;
	}
	switch (key) {
	case '\r':
		return end_line(p);
	case 0x1b:
		p->escape = 1;
		break;
	case '\b':
	case 0x7f:
		rub_out(p, 1);
		break;
	case KEY_CTRL('C'): /* gives up what was begun */
		console_puts(p->console, "\n");
		monitor_show(p);
		break;
	case KEY_CTRL('U'):
		rub_out(p, p->used);
		break;
	case KEY_CTRL('P'):
		recall(p, p->recalled - 1);
		break;
	case KEY_CTRL('N'):
		recall(p, p->recalled + 1);
		break;
	default:
		if (key >= ' ' && key <= '~')
			insert(p, key);
	}
	return MONITOR_STAY;
}
