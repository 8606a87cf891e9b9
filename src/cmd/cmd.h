/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd.h: the command line of a dialect as a view of the model. A command is one row of commands/{common,ios},
 * compiled to tables at build time; from the row come parser, abbreviation, `?`, Tab, `no` and `default`, the lines of
 * running-config and their order, the manual and the generated tests. Runs in core; lines are hostile.
 * Nothing here does I/O or waits. The notation is described in docs/commands-notation.md.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>

#define CMD_LINE_MAX 8192 /* bytes of one line; a terminal takes less, as what is printed for a line may be longer */

/* A command in flight; core's (core/session/cli.h). Rows name their handlers and hooks; core binds the names. */
struct run;
typedef int cmd_step_fn(struct run *run);
struct cmd_handler {
	const char *name;
	cmd_step_fn *fn;
};

struct cmd_set; /* the compiled rows of one dialect, bound to a model and to handlers */
int cmd_set_new(struct cmd_set **out, const char *dialect, struct model *m, struct errbuf *e);
/* Every handler and hook a row names must be in the table and the other way round; e names the culprit. */
int cmd_set_bind(struct cmd_set *set, const struct cmd_handler *handlers, size_t n, struct errbuf *e);
/* The same rows for a model beside the set's (model/swap.h), in which the entries that are always there are made. It
 * shares the rest with `set` and is to be freed before it. */
int cmd_set_beside(struct cmd_set **out, const struct cmd_set *set, struct model *m, struct errbuf *e);
void cmd_set_free(struct cmd_set *set);
/* Reads the run-time privilege overrides (`privilege exec level …`) from the model again. */
void cmd_set_reload_privileges(struct cmd_set *set);

/* Where a line is typed: a mode and the keys of the entries it stands in. A plain value; copy freely. It holds no
 * pointer into the model: the entry may vanish while somebody stands in it and is made again by the next line. */
#define CMD_DEPTH   5
#define CMD_KEY_MAX 128
struct cmd_mode;
struct cmd_place {
	unsigned depth; /* levels[0] is exec, levels[1] global configuration, … */
	struct {
		const struct cmd_mode *mode;
		char keys[2][CMD_KEY_MAX];
		unsigned last; /* ranges: the last number of `line vty 0 4`; the first is in the key */
	} levels[CMD_DEPTH];
};
void cmd_place_exec(const struct cmd_set *set, struct cmd_place *p);   /* `>` or `#` */
void cmd_place_config(const struct cmd_set *set, struct cmd_place *p); /* (config)# */
bool cmd_place_configuring(const struct cmd_place *p);
const char *cmd_place_mode(const struct cmd_place *p); /* "exec", "config", "config-line" … */
const char *cmd_place_key(const struct cmd_place *p);  /* first key of the entry one stands in; "" without one */
bool cmd_place_up(struct cmd_place *p);                /* one level out (`exit`); false at exec */
/* "R1#", "R1(config-line)#"; the host name is cut to 20 characters in configuration modes. */
void cmd_place_prompt(const struct cmd_place *p, const char *hostname, unsigned level, struct buf *out);

struct cmd_error {
	enum { CMD_ERR_INVALID, CMD_ERR_INCOMPLETE, CMD_ERR_AMBIGUOUS, CMD_ERR_UNKNOWN, CMD_ERR_OTHER } kind;
	size_t column;  /* byte offset in the line of the word at fault */
	char word[64];  /* AMBIGUOUS: the line as typed, which is what IOS quotes */
	char text[256]; /* OTHER: the whole message, e.g. of a constraint */
};
/* As IOS prints it: the caret line (indented by `prompt_len` + column) and `% Invalid input detected at '^' marker.`,
 * each line ended by LF, followed by a blank line where IOS has one. */
void cmd_error_text(const struct cmd_error *err, size_t prompt_len, struct buf *out);

/* "More text until": banners, key-string … */
struct cmd_text_rule {
	const char *prompt; /* e.g. "(conf-ssh-pubkey-data)#"; NULL = none */
	const char *until; /* a line equal to one of these comma-separated words; or, if within, this string anywhere */
	bool within;
	bool echo;
};

enum cmd_filter_kind {
	CMD_FILTER_NONE,
	CMD_FILTER_INCLUDE,
	CMD_FILTER_EXCLUDE,
	CMD_FILTER_BEGIN,
	CMD_FILTER_SECTION,
	CMD_FILTER_COUNT, /* up to here as enum ipc_filter */
	CMD_FILTER_REDIRECT,
	CMD_FILTER_APPEND,
	CMD_FILTER_TEE,
	CMD_FILTER_TEE_APPEND
};

/* A parsed line. Everything lives in the arena given to cmd_parse. */
struct cmd_row;
struct cmd_match {
	const struct cmd_row *row; /* NULL: an empty line or a comment; nothing to do */
	cmd_step_fn *handler;      /* exec rows: runs the command. NULL for configuration rows */
	cmd_step_fn *hook;         /* configuration rows: runs before cmd_apply, may ask, wait and change arguments */
	bool no, dflt;             /* `no …` (or `terminal no …`), `default …` */
	struct cmd_place place;    /* where it applies: the place of typing or, after walk-up, one of its parents */
	const char *note;          /* what the row does not do, for who types it; NULL: nothing is to be said */
	bool needs_text;           /* collect text by `text_rule`, then cmd_match_text */
	struct cmd_text_rule text_rule;
	enum cmd_filter_kind filter; /* `| include …` */
	const char *pattern;         /* from CMD_FILTER_REDIRECT on the file */
	struct cmd_values *values;
};
/* What a line stands for by `alias`: `line` itself, or the alias's command and what was typed behind the alias, in the
 * arena (without memory: `line`). *grown is by how much what follows the
 * first word moved. A line that begins with a blank is never an alias; what an alias stands for is not expanded again.
 */
struct str cmd_alias(const struct cmd_set *set, const struct cmd_place *place, struct str line, struct arena *a,
		     ptrdiff_t *grown);
/* `show aliases`: those of the mode the line names, or of all modes, the built-in ones included. */
void cmd_aliases(const struct cmd_match *m, struct buf *out);
/* 0, E_INVAL (err is filled) or E_NOMEM. `level`: the privilege of who types; rows above it do not exist for him. */
int cmd_parse(const struct cmd_set *set, const struct cmd_place *place, unsigned level, struct str line,
	      struct arena *a, struct cmd_match *m, struct cmd_error *err);
const char *cmd_arg(const struct cmd_match *m, const char *name); /* as typed or canonical; NULL if not given */
bool cmd_has(const struct cmd_match *m, const char *word);        /* this keyword was given */
/* One of the values given for a leaf-list begins so. */
bool cmd_value_begins(const struct cmd_match *m, const char *name, const char *text);
size_t cmd_arg_column(const struct cmd_match *m, const char *name); /* where it stands in the line; 0 if not given */
/* For hooks; NULL: this leaf (no leaf-list) is to be deleted, even if the row merges. */
int cmd_set_arg(struct cmd_match *m, struct arena *a, const char *name, const char *value);
/* The lines collected by the text rule, LF between them, without the terminator (what follows it is ignored). A banner
 * is then whole; other text is cmd_arg(m, "text") for the row's hook. */
int cmd_match_text(struct cmd_match *m, struct arena *a, struct str text);
/* What stands from here on is shown to nobody: the line's secret, and before it the type it is written in. 0: none. */
size_t cmd_secret_column(const struct cmd_match *m);
/* The line in whole words, one call each: keywords written out, values as they are kept; secrets are hidden. What is
 * made for it is in the arena. */
typedef void cmd_word_fn(void *arg, struct str word);
void cmd_words(const struct cmd_match *m, struct arena *a, cmd_word_fn *fn, void *arg);
unsigned cmd_level(const struct cmd_match *m);       /* the privilege its row needs now */
const char *cmd_row_mode(const struct cmd_match *m); /* "exec", "config", "config-line" … */

/* Configuration rows (without handler): make the change in `t`. *place becomes where the next line is typed (a mode
 * entered, a walk-up). A failure is the model's (range, limit) with IOS's words in err; `t` is then as it was before
 * this line. */
int cmd_apply(const struct cmd_set *set, const struct cmd_match *m, struct txn *t, struct cmd_place *place,
	      struct cmd_error *err);

/* `?`: what may follow `line`, as IOS lists it (words, or words and help in two columns, below the mode's title where
 * nothing is typed yet), LF-ended lines, an empty one last. */
void cmd_help(const struct cmd_set *set, const struct cmd_place *place, unsigned level, struct str line,
	      struct buf *out);
/* Tab: what to append to make the last word whole, with a blank if it is unique; empty if ambiguous or unknown. */
void cmd_complete(const struct cmd_set *set, const struct cmd_place *place, unsigned level, struct str line,
		  struct buf *out);

/* How running-config is looked at. */
struct cmd_view {
	unsigned level;    /* lines that somebody of this privilege may type */
	bool all;          /* with what equals its default */
	bool hide_secrets; /* `<removed>` in their place */
};
#define CMD_VIEW_WHOLE ((struct cmd_view){ .level = 15 })
/* running-config's body: from the first `hostname`-like line to the last before `end`, `!` between groups. In pieces of
 * some ten microseconds: true when the whole is in `out`, which the caller owns. The model must not change before that
 * (model_version tells); if it did, only cmd_render_free is left. NULL: out of memory. */
struct cmd_render;
struct cmd_render *cmd_render_new(const struct cmd_set *set, struct cmd_view view, struct buf *out);
bool cmd_render_step(struct cmd_render *r);
void cmd_render_free(struct cmd_render *r);

#endif
