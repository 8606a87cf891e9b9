/* SPDX-License-Identifier: Apache-2.0
 *
 * place.c: where a line is typed, its prompt, and how an error is said. Runs in core.
 */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTNAME_IN_CONFIG 20 /* as IOS cuts it */

void cmd_place_exec(const struct cmd_set *set, struct cmd_place *p)
{
	*p = (struct cmd_place){ 0 };
	p->levels[0].mode = &set->table->modes[0];
}

void cmd_place_config(const struct cmd_set *set, struct cmd_place *p)
{
	cmd_place_exec(set, p);
	p->depth = 1;
	p->levels[1].mode = &set->table->modes[1];
}

bool cmd_place_configuring(const struct cmd_place *p)
{
	return p->depth > 0;
}

const char *cmd_place_mode(const struct cmd_place *p)
{
	return p->levels[p->depth].mode->name;
}

const char *cmd_place_key(const struct cmd_place *p)
{
	return p->levels[p->depth].keys[0];
}

bool cmd_place_up(struct cmd_place *p)
{
	if (!p->depth)
		return false;
	p->depth--;
	return true;
}

void cmd_place_prompt(const struct cmd_place *p, const char *hostname, unsigned level, struct buf *out)
{
	if (p->depth)
		buf_printf(out, "%.*s%s#", HOSTNAME_IN_CONFIG, hostname, p->levels[p->depth].mode->prompt);
	else
		buf_printf(out, "%s%c", hostname, level > 1 ? '#' : '>');
}

const char *mode_called(const struct cmd_mode *mode)
{
	static const struct {
		const char *name, *called;
	} own[] = { { "config", "configure" }, { "config-if", "interface" } };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!strcmp(mode->name, own[i].name))
			return own[i].called;
	return strncmp(mode->name, "config-", strlen("config-")) ? mode->name : mode->name + strlen("config-");
}

const struct cmd_mode *mode_find(const struct cmd_set *set, const char *called)
{
	for (unsigned i = 0; i < set->table->modes_n; i++)
		if (!strcmp(mode_called(&set->table->modes[i]), called))
			return &set->table->modes[i];
	return NULL;
}

unsigned place_first(const struct cmd_place *p)
{
	uint16_t key = p->levels[p->depth].mode->range_key;

	return key == CMD_NONE ? 0 : (unsigned)strtoul(p->levels[p->depth].keys[key], NULL, 10);
}

int place_entry(const struct cmd_set *set, const struct cmd_place *p, unsigned depth, struct txn *t,
		struct lyd_node **out, struct errbuf *e)
{
	int rc = 0;

	*out = NULL;
	for (unsigned d = 1; d <= depth && !rc; d++) {
		const char *keys[2] = { p->levels[d].keys[0], p->levels[d].keys[1] };
		uint16_t list = p->levels[d].mode->list;

		if (list != CMD_NONE)
			rc = txn_entry_node(t, *out, set->schema[list], keys, out, e);
	}
	return rc;
}

void cmd_error_text(const struct cmd_error *err, size_t prompt_len, struct buf *out)
{
	switch (err->kind) {
	case CMD_ERR_INVALID:
		buf_printf(out, "%*s^\n%% Invalid input detected at '^' marker.\n\n", (int)(prompt_len + err->column),
			   "");
		break;
	case CMD_ERR_INCOMPLETE:
		buf_puts(out, "% Incomplete command.\n\n");
		break;
	case CMD_ERR_AMBIGUOUS:
		buf_printf(out, "%% Ambiguous command:  \"%s\"\n", err->word);
		break;
	case CMD_ERR_UNKNOWN:
		buf_puts(out, "% Unknown command or computer name, or unable to find computer address\n");
		break;
	case CMD_ERR_OTHER:
		buf_printf(out, "%s\n", err->text);
		break;
	}
}
