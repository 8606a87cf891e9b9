/* SPDX-License-Identifier: Apache-2.0
 *
 * loader.c: see loader.h. Runs in core; a configuration file may hold anything.
 */
#include "loader.h"

#include "core/clock.h"
#include "core/config/bootvars.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/subject.h"
#include "core/session/cli.h"
#include "files/files.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINES_PER_SLICE 100

struct loader {
	struct cli cli;
	struct behalf who;
	struct core *core;
	struct event *turn;
	char name[64];
	struct buf text;  /* what is left to read */
	unsigned line_no; /* of the command under way */
	unsigned lines_read;
	char line[160];  /* its beginning, for the report */
	struct buf said; /* what the command printed */
	bool want_text, want_answer, driving, over;
	struct cmd_text_rule rule;
	loader_report_fn *report;
	void *arg;
	struct loader *next;
};
static struct loader *loaders; /* few: boot, and one per `copy` under way */

static struct loader *loader_of(struct cli *sh)
{
	return (struct loader *)((char *)sh - offsetof(struct loader, cli));
}

static void load_out(struct cli *sh, struct str bytes)
{
	buf_put(&loader_of(sh)->said, bytes.p, bytes.n);
}

static void load_filter(struct cli *sh, enum cmd_filter_kind kind, const char *pattern)
{
	(void)sh; /* a file shows nothing */
	(void)kind;
	(void)pattern;
}

static void load_progress(struct cli *sh, const char *text)
{
	(void)sh;
	(void)text;
}

static void load_ask(struct cli *sh, const char *prompt, bool echo, enum ipc_ask kind)
{
	(void)prompt;
	(void)echo;
	(void)kind;
	loader_of(sh)->want_answer = true;
}

static void load_text(struct cli *sh, const struct cmd_text_rule *rule)
{
	struct loader *l = loader_of(sh);

	l->want_text = true;
	l->rule = *rule;
}

static void drive(struct loader *l);

/* The last line printed that is not the caret's is the reason. No secret in any log: of the line only its first word is
 * quoted, and what a reason itself quotes is cut off. */
static void report_failure(struct loader *l)
{
	char *text = (char *)buf_cstr(&l->said), *save = NULL;
	size_t blank = strspn(l->line, " \t"), word = blank + strcspn(l->line + blank, " \t");
	const char *reason = "refused";
	char message[512];

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strchr(line, '%') || strncmp(line, "ERROR:", strlen("ERROR:")) == 0)
			reason = line;
	}
	snprintf(message, sizeof message, "%s line %u: %.*s: \"%.*s%s\"", l->name, l->line_no,
		 (int)strcspn(reason, "\""), reason, (int)word, l->line, l->line[word] ? " ..." : "");
	for (char *p = message; *p; p++) { /* it is for a terminal: nothing in it moves the cursor */
		if ((uint8_t)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	if (!l->core->booted)
		doubt_line(l->core, cmd_place_mode(&l->cli.place),
			   (struct str){ (const uint8_t *)l->line + blank, word - blank });
	l->report(l->arg, message);
}

static void load_done(struct cli *sh, unsigned status)
{
	struct loader *l = loader_of(sh);

	if (status != 0)
		report_failure(l);
	if (!cmd_place_configuring(&sh->place)) /* a stray `exit`: nothing in a file runs as an EXEC command */
		cmd_place_config(l->core->cmds, &sh->place);
	buf_clear(&l->said);
	drive(l);
}

static const struct cli_ops load_ops = {
	.out = load_out,
	.filter = load_filter,
	.progress = load_progress,
	.ask = load_ask,
	.text = load_text,
	.done = load_done,
};

static void loader_free(struct loader *l)
{
	for (struct loader **at = &loaders; *at; at = &(*at)->next) {
		if (*at == l) {
			*at = l->next;
			break;
		}
	}
	cli_release(&l->cli);
	if (l->turn)
		event_free(l->turn);
	buf_release(&l->text);
	buf_release(&l->said);
	free(l);
}

/* The next line without its end; false at the end of the text. Borrowed until the next call. */
static bool next_line(struct loader *l, struct str *line)
{
	struct str rest = buf_str(&l->text);
	const uint8_t *lf;

	if (rest.n == 0)
		return false;
	lf = memchr(rest.p, '\n', rest.n);
	line->p = rest.p;
	line->n = lf ? (size_t)(lf - rest.p) : rest.n;
	buf_consume(&l->text, line->n + (lf != NULL));
	l->lines_read++;
	while (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

/* Blanks at the end belong to a password or a banner, but not to a word. */
static struct str without_blanks(struct str line)
{
	while (line.n && (*line.p == ' ' || *line.p == '\t')) {
		line.p++;
		line.n--;
	}
	while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

static bool ends_text(const struct cmd_text_rule *rule, struct str line)
{
	const char *words = rule->until;

	if (rule->within)
		return memmem(line.p, line.n, words, strlen(words)) != NULL;
	line = without_blanks(line);
	while (*words) {
		size_t n = strcspn(words, ",");

		if (line.n == n && memcmp(line.p, words, n) == 0)
			return true;
		words += n + (words[n] == ',');
	}
	return false;
}

static void feed_text(struct loader *l)
{
	struct buf text;
	struct str line;
	bool ended = false;

	buf_init(&text, 65536);
	while (!ended && next_line(l, &line)) {
		ended = ends_text(&l->rule, line);
		if (ended && !l->rule.within)
			break;
		if (ended)
			line.n =
			    (size_t)((const uint8_t *)memmem(line.p, line.n, l->rule.until, strlen(l->rule.until)) -
				     line.p);
		buf_put(&text, line.p, line.n);
		if (!ended)
			buf_put_u8(&text, '\n');
	}
	l->want_text = false;
	if (!ended && !l->core->booted)
		doubt_rest(l->core);
	cli_answer(&l->cli, !ended || text.err, buf_str(&text));
	buf_release(&text);
}

static void keep_last_change(struct loader *l, struct str line)
{
	size_t n = strlen(CONFIG_LAST_CHANGE);

	if (l->cli.model == l->core->model && line.n > n && memcmp(line.p, CONFIG_LAST_CHANGE, n) == 0)
		str_copy((struct str){ line.p + n, line.n - n }, l->core->last_saved, sizeof l->core->last_saved);
}

static void start_line(struct loader *l, struct str line)
{
	size_t n = line.n < sizeof l->line - 1 ? line.n : sizeof l->line - 1;
	struct str word;

	l->line_no = l->lines_read;
	memcpy(l->line, line.p, n);
	l->line[n] = '\0';
	keep_last_change(l, line);
	while (line.n && (*line.p == ' ' || *line.p == '\t')) {
		line.p++;
		line.n--;
	}
	word = without_blanks(line);
	if (word.n == 3 && strncasecmp((const char *)word.p, "end", 3) == 0) {
		buf_clear(&l->text);
		return;
	}
	if (cli_command(&l->cli, line) < 0) {
		buf_puts(&l->said, "% line too long\n");
		report_failure(l);
		buf_clear(&l->said);
	}
}

static void drive(struct loader *l)
{
	uint64_t until = clock_now_ms() + CONFIG_STEP_MS;
	struct timeval now = { 0, 0 };
	struct str line;

	if (l->driving)
		return;
	l->driving = true;
	for (int i = 0; i < LINES_PER_SLICE && !l->over && clock_now_ms() < until; i++) {
		if (l->want_text)
			feed_text(l);
		else if (l->want_answer) {
			l->want_answer = false;
			cli_answer(&l->cli, true, STR(""));
		} else if (l->cli.run) {
			l->driving = false;
			return; /* a helper works: load_done drives on */
		} else if (next_line(l, &line))
			start_line(l, line);
		else
			l->over = true;
	}
	l->driving = false;
	event_add(l->turn, &now);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct loader *l = arg;
	loader_report_fn *report = l->report;
	void *report_arg = l->arg;

	(void)fd;
	(void)what;
	if (!l->over) {
		drive(l);
		return;
	}
	loader_free(l);
	report(report_arg, NULL);
}

int loader_make(struct core *core, const struct behalf *who, struct model *m, struct cmd_set *cmds, const char *name,
		struct str text, loader_report_fn *report, void *arg)
{
	struct loader *l = calloc(1, sizeof *l);
	struct timeval now = { 0, 0 };

	if (!l)
		return E_NOMEM;
	l->core = core;
	l->report = report;
	l->arg = arg;
	snprintf(l->name, sizeof l->name, "%s", name);
	buf_init(&l->text, CONFIG_MAX_BYTES);
	buf_init(&l->said, 65536);
	cli_init(&l->cli, core, &load_ops);
	l->cli.model = m;
	l->cli.cmds = cmds;
	if (who) {
		l->who = *who;
		l->cli.behalf = &l->who;
	}
	cmd_place_config(cmds, &l->cli.place);
	l->cli.level = 15;
	l->cli.bare = true;
	l->next = loaders;
	loaders = l;
	buf_put(&l->text, text.p, text.n);
	l->turn = evtimer_new(core->base, on_turn, l);
	if (l->text.err || !l->turn || event_add(l->turn, &now) < 0) {
		loader_free(l);
		return E_NOMEM;
	}
	return 0;
}

int loader_merge(struct core *core, const struct behalf *who, const char *name, struct str text,
		 loader_report_fn *report, void *arg)
{
	return loader_make(core, who, core->model, core->cmds, name, text, report, arg);
}

int loader_startup(struct core *core, loader_report_fn *report, void *arg)
{
	const char *damage = NULL;
	struct errbuf e = { "" };
	struct buf text;
	int rc;

	if (core->ignore_config) {
		syslog_event(core->log, "SYS", 4, "CONFIG_IGNORED",
			     "startup-config is not read: the configuration register is 0x%04x", core->confreg);
		return E_NOTFOUND;
	}
	buf_init(&text, CONFIG_MAX_BYTES);
	rc = files_load(core->nvram_fd, CONFIG_STARTUP, CONFIG_MAX_BYTES, &text, &e);
	if (rc == 0 && (damage = doubt_damage(buf_str(&text))))
		rc = err_set(&e, E_INVAL, "%s", damage);
	if (rc == 0) {
		bootvars_found(core, buf_str(&text));
		rc = loader_merge(core, NULL, CONFIG_STARTUP, buf_str(&text), report, arg);
	}
	if (rc < 0 && rc != E_NOTFOUND)
		doubt_file(core, e.text[0] ? e.text : err_text(rc));
	buf_release(&text);
	return rc;
}

bool loader_busy(void)
{
	return loaders != NULL;
}

void loader_abandon(const void *arg)
{
	for (struct loader *l = loaders, *next; l; l = next) {
		next = l->next;
		if (l->arg == arg)
			loader_free(l);
	}
}
