/* SPDX-License-Identifier: Apache-2.0
 *
 * private.h: what the files of src/cmd share.
 */
#ifndef CMD_PRIVATE_H
#define CMD_PRIVATE_H

#include "cmd/cmd.h"
#include "cmd/table.h"
#include "model/node.h"

#include <string.h>

struct cmd_set {
	const struct cmd_table *table;
	struct model *model;
	const struct lysc_node **schema; /* per path of the table */
	cmd_step_fn **fns;               /* per name of the table; NULL until bound */
	uint8_t *level;                  /* per row: the privilege it needs now */
	bool beside;                     /* all but the model is another set's */
	struct permanent *permanent;     /* entries that `no` empties but does not delete */
	size_t permanent_n;
};

struct ranges {
	const struct lysc_node *list, *last;
	unsigned at; /* the key that is the first number */
};

struct permanent {
	const struct lysc_node *list;
	char keys[2][16];
	bool is_range;
	struct ranges of;
	unsigned long first, last; /* of a range */
};

/* One word or value of a parsed line, or a leaf set by a hook (then without `tok`). */
struct cmd_item {
	struct cmd_item *next; /* while parsing: the one before */
	const struct cmd_tok *tok;
	const char *name; /* of its value, "" for a bare keyword */
	const char *value;
	size_t column;
	uint16_t path;
};

/* Of what somebody typed. */
static inline bool item_is_secret(const struct cmd_item *i)
{
	return i->tok->kind == KIND_SECRET || strcmp(i->name, "password") == 0;
}

struct cmd_values {
	const struct cmd_set *set;
	struct cmd_item *first;
	uint64_t given;   /* tokens of the row, by number */
	size_t size;      /* of the line */
	const char *text; /* what was collected by the row's text rule */
	bool exact;       /* every keyword was written whole */
	bool negated;     /* `no` stood before it */
};

static inline const char *pool_text(const struct cmd_set *set, uint32_t offset)
{
	return set->table->pool + offset;
}

static inline const struct cmd_tok *row_tok(const struct cmd_set *set, const struct cmd_row *row, unsigned i)
{
	return &set->table->toks[row->tok + i];
}

static inline bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

/* word.c: the words of a line. */
size_t word_length(struct str rest); /* up to the next blank */
/* What stands before the words proper: `no`, `default`. Unless the line is whole, its last word may still grow. */
struct prefix {
	bool no, dflt, comment;
	size_t pos; /* of the first word after them */
};
struct prefix line_prefix(struct str line, bool configuring, bool whole);

/* type.c: values. MATCH_PART: the line ends inside this value. The better match is the greater. */
enum match {
	MATCH_NONE,
	MATCH_PART,
	MATCH_LINE,
	MATCH_STRING,
	MATCH_METHOD,
	MATCH_INTERFACE,
	MATCH_IPV4,
	MATCH_RANGE,
	MATCH_ABBREV,
	MATCH_EXACT
};
enum match type_match(const struct cmd_set *set, const struct cmd_tok *tok, struct str rest, struct arena *a,
		      const char **value, size_t *used);
/* How `?` names a value: "<0-15>", "WORD" …; buffer of at least 32 bytes. */
const char *type_shown(const struct cmd_set *set, const struct cmd_tok *tok, char *buffer, size_t size);
struct banner {
	const char *delimiter; /* in the arena */
	const char *text;
	bool closed;
};
int banner_split(struct str rest, struct arena *a, struct banner *b);
/* The kinds of interfaces, and the methods of authentication, for `?`; NULL behind the last. */
const char *interface_kind(unsigned i, const char **help);
const char *method_kind(unsigned i, const char **help);
/* Whether a leaf takes the method that begins with this word. */
bool method_fits(const struct cmd_set *set, const struct cmd_tok *tok, const char *kind);

/* scan.c: a line is read word by word; every row that still fits is one thread or more. */
struct thread {
	const struct cmd_row *row;
	struct cmd_item *items; /* the last first */
	uint8_t tok;            /* the position it stands at */
	bool exact;
};
struct scan {
	const struct cmd_set *set;
	unsigned level;
	bool negated;
	struct arena *a;
	struct str line;
	size_t pos;
	struct thread *threads;
	size_t n;
	bool started; /* before the first word there is no thread: every row may begin */
	const struct cmd_row *const *rows;
	size_t rows_n;
};
/* Rows of `mode`, and those known everywhere, that a user of `level` may type, after `no` if negated. */
int scan_begin(struct scan *s, const struct cmd_set *set, const struct cmd_mode *mode, unsigned level, bool negated,
	       struct str line, size_t pos, struct arena *a);
bool scan_skip(struct scan *s); /* to the next word; false at the end of the line */
/* The word or value at pos; E_INVAL fills err. */
int scan_word(struct scan *s, struct cmd_error *err);
/* Whether there is a thread all of whose keywords were written whole. */
bool scan_exact(const struct scan *s);
/* A thread that may end here, or NULL. */
const struct thread *scan_complete(const struct scan *s);
/* Calls fn for every token that may come next. */
typedef void scan_fn(void *arg, const struct cmd_row *row, const struct cmd_tok *tok);
void scan_expected(const struct scan *s, scan_fn *fn, void *arg);

/* place.c: the entry of the model that the first `depth` levels of a place stand in; NULL in *out at the top. */
int place_entry(const struct cmd_set *set, const struct cmd_place *p, unsigned depth, struct txn *t,
		struct lyd_node **out, struct errbuf *e);
unsigned place_first(const struct cmd_place *p);
/* How `privilege` and `alias` call a mode: "exec", "configure", "interface", "line" … */
const char *mode_called(const struct cmd_mode *mode);
const struct cmd_mode *mode_find(const struct cmd_set *set, const char *called); /* NULL if there is none */

/* alias.c: calls fn for every alias that may be typed in a mode. */
typedef void alias_fn(void *arg, const char *name, const char *command);
void alias_each(const struct cmd_set *set, const struct cmd_mode *mode, alias_fn *fn, void *arg);

/* `| include` … as a user of this privilege has them: who may write no file has none that does. NULL behind the last.
 */
const char *filter_word(unsigned i, unsigned level, const char **help);
enum cmd_filter_kind filter_kind(struct str word, unsigned level); /* NONE: there is none that begins so */

/* shape.c: a row's line at one entry. */
struct line {
	const struct cmd_set *set;
	const struct cmd_row *row;
	const struct lyd_node *entry; /* where its leaves are */
	const char *last;             /* end of a range, NULL if it is one number */
	struct buf *out;
	bool begun;
	bool hide;  /* secrets */
	bool whole; /* a value reads like a keyword of the row: leave no optional word out before it */
};
const struct lysc_node *line_schema(const struct line *l, uint16_t path);
const struct lyd_node *line_node(const struct line *l, uint16_t path);
/* There is a value, and it is not `dflt`. */
bool line_differs(const struct line *l, uint16_t path, const char *dflt);
bool line_ready(const struct line *l); /* everything that is not optional has its data */
/* The line; or `no` and what names it: its leading keywords, of an entry everything. */
void line_put(struct line *l, bool no);

/* row.c: what a row says of its leaves. */
/* The last step of a path: how its value is called. */
const char *path_name(const struct cmd_set *set, uint16_t path);
/* What the row takes for a leaf left out, when these tokens were given; NULL: it leaves it unset. */
const char *row_default(const struct cmd_set *set, const struct cmd_row *row, uint16_t path, uint64_t given);
/* The i-th of the leaves a row sets, each once, keys and hidden ones included; CMD_NONE behind the last. */
uint16_t row_path(const struct cmd_set *set, const struct cmd_row *row, unsigned *cursor);
/* An entry that the row makes and that is always there: `no` empties it but does not delete it. */
int entry_keep(struct cmd_set *set, const struct cmd_row *row, const struct lyd_node *entry);
/* The one it is, or is a part of; NULL: none. */
const struct permanent *entry_permanent(const struct cmd_set *set, const struct lyd_node *entry);

/* range.c: lists whose entries stand for several numbers; false: those of this row or mode do not. */
bool ranges_of_row(const struct cmd_set *set, const struct cmd_row *row, struct ranges *out);
bool ranges_of_mode(const struct cmd_set *set, const struct cmd_mode *mode, struct ranges *out);
unsigned long range_first(const struct ranges *rs, const struct lyd_node *entry);
unsigned long range_last(const struct ranges *rs, const struct lyd_node *entry);
struct lyd_node *range_last_leaf(const struct ranges *rs, const struct lyd_node *entry); /* NULL: it holds one */
/* The other keys are these; the content is the same. */
bool range_same_keys(const struct ranges *rs, const struct lyd_node *entry, const char *const *keys);
bool range_alike(const struct ranges *rs, const struct lyd_node *a, const struct lyd_node *b);
struct range_keys {
	const char *key[NODE_KEYS_MAX];
	char number[24];
};
/* range_change.c. Calls fn for the entries that hold the numbers first … last, and only those; with `make`, for all of
 * these numbers. fn changes the entry or deletes it, and nothing else: it may be called for more numbers first, and
 * that is undone. */
struct range_change {
	const struct cmd_set *set;
	struct txn *t;
	struct ranges of;
	struct lyd_node *scope;  /* that the list is in */
	const char *const *keys; /* NODE_KEYS_MAX; that of the number is not looked at */
	unsigned long first, last;
	bool make;
	int (*fn)(void *arg, struct lyd_node *entry);
	void *arg;
	struct errbuf *e;
};
int range_apply(const struct range_change *c);

#endif
