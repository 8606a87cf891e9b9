/* SPDX-License-Identifier: Apache-2.0
 *
 * cfglog.c: see cfglog.h. Runs in core. A ring of the last so many commands; its memory is that of what is in it.
 */
#include "cfglog.h"

#include "base/ifs.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT       "/ravelin-archive:archive/log"
#define MASK       "*****"
#define SHOWN_MAX  1000 /* entries, as `logging size` allows */
#define LINE_BYTES 512  /* of a line that is kept */

struct entry {
	uint64_t number;
	unsigned session;
	char user[65], line[33]; /* whose, on which line of the device */
	char *text;
};

struct cfglog {
	struct core *core;
	struct entry ring[SHOWN_MAX];
	uint64_t first, next; /* numbers: of the oldest that is kept, of the next to come; from 1 */
	unsigned sessions;
};

static struct entry *at(const struct cfglog *l, uint64_t number)
{
	return (struct entry *)&l->ring[number % SHOWN_MAX];
}

static void forget_before(struct cfglog *l, uint64_t number)
{
	for (; l->first < number; l->first++) {
		free(at(l, l->first)->text);
		at(l, l->first)->text = NULL;
	}
}

static void cut(struct cfglog *l)
{
	uint64_t size = model_uint(l->core->model, ROOT "/size", SHOWN_MAX);

	if (l->next > size)
		forget_before(l, l->next - size);
}

static void on_change(void *arg, const struct txn *t)
{
	(void)t;
	cut(arg);
}

struct cfglog *cfglog_new(struct core *core)
{
	struct cfglog *l = calloc(1, sizeof *l);

	if (!l || model_watch(core->model, ROOT, on_change, l) < 0)
		return NULL; /* the boot fails: what watches already goes with it */
	l->core = core;
	l->first = l->next = 1;
	return l;
}

unsigned cfglog_session(struct cfglog *l)
{
	return l ? ++l->sessions : 0;
}

/* The types whose stored form does not lead back to the secret. */
static bool is_hash(const char *type)
{
	return type && (strcmp(type, "5") == 0 || strcmp(type, "8") == 0 || strcmp(type, "9") == 0);
}

/* The line as it may be shown: `hashes` as they are stored. */
static void put_line(const struct run *run, bool hashes, struct buf *out)
{
	size_t secret = cmd_secret_column(&run->match);
	const char *type = cmd_arg(&run->match, "type"), *value = cmd_arg(&run->match, "value");

	if (!secret) {
		ifs_put_hidden(out, run->line, MASK);
		return;
	}
	buf_put(out, run->line.p, secret);
	if (hashes && value && is_hash(type))
		buf_printf(out, "%s %s", type, value);
	else
		buf_puts(out, MASK);
}

static char *shown(const struct run *run, bool hashes, bool indent)
{
	struct str line;
	struct buf out;
	char *text;

	buf_init(&out, CMD_LINE_MAX);
	for (unsigned i = 1; indent && i < run->match.place.depth; i++)
		buf_puts(&out, " ");
	put_line(run, hashes, &out);
	line = buf_str(&out);
	text = calloc(1, LINE_BYTES);
	if (text)
		str_copy_printable(line, text, LINE_BYTES);
	buf_release(&out);
	return text;
}

static void keep(struct cfglog *l, const struct run *run)
{
	struct entry *e;

	if (l->next - l->first == SHOWN_MAX)
		forget_before(l, l->first + 1);
	e = at(l, l->next);
	*e = (struct entry){ .number = l->next, .session = run->cli->config_session };
	snprintf(e->user, sizeof e->user, "%s", run->cli->user[0] ? run->cli->user : "console");
	snprintf(e->line, sizeof e->line, "%.*s", (int)strcspn(run->cli->origin, " "), run->cli->origin);
	e->text = shown(run, !model_bool(l->core->model, ROOT "/hidekeys"), true);
	l->next++;
	cut(l);
}

void cfglog_note(struct cfglog *l, const struct run *run)
{
	char *text;

	if (!l || !run->cli->interactive || !model_bool(l->core->model, ROOT "/enabled"))
		return;
	keep(l, run);
	if (!model_bool(l->core->model, ROOT "/notify"))
		return;
	text = shown(run, false, false);
	syslog_event(l->core->log, "PARSER", 5, "CFGLOG_LOGGEDCMD", "User:%s  logged command:%s",
		     run->cli->user[0] ? run->cli->user : "console", text ? text : "");
	free(text);
}

void cfglog_show(const struct cfglog *l, uint64_t first, uint64_t last, const char *user, struct buf *out)
{
	buf_puts(out, " idx   sess           user@line      Logged command\n");
	for (uint64_t n = first > l->first ? first : l->first; n < l->next && n <= last; n++) {
		const struct entry *e = at(l, n);
		char who[sizeof e->user + sizeof e->line];

		if (user && strcmp(user, e->user) != 0)
			continue;
		snprintf(who, sizeof who, "%s@%s", e->user, e->line);
		buf_printf(out, "%5llu %5u %19s  |%s\n", (unsigned long long)n, e->session, who,
			   e->text ? e->text : "");
	}
}

void cfglog_clear(struct cfglog *l)
{
	forget_before(l, l->next);
}
