/* SPDX-License-Identifier: Apache-2.0
 *
 * table.h: the compiled form of commands/ *.cmd, written by tools/cmdc. All constant, and held together by numbers
 * instead of pointers, so that the loader has nothing to relocate and every process shares the pages of the image.
 * Texts are offsets into one pool; offset 0 is the empty text and means "none".
 *
 * A row's syntax is kept twice: as a position automaton (Glushkov: which tokens may come first, follow which, come
 * last) for reading, and as a shape, the bracketed order of its tokens, for printing.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stdint.h>

#define CMD_NONE 0xffff

enum cmd_kind {
	KIND_WORD,      /* a keyword */
	KIND_RANGE,     /* a number from low to high */
	KIND_STRING,    /* WORD */
	KIND_LINE,      /* the rest of the line, as it is */
	KIND_IPV4,      /* A.B.C.D */
	KIND_IPV6,      /* X:X:X:X::X */
	KIND_PREFIX,    /* X:X:X:X::X/<0-128> */
	KIND_MASK,      /* A.B.C.D of ones, then zeros */
	KIND_INTERFACE, /* "Ethernet1/0", "Gi 0/1" */
	KIND_BANNER,    /* cTEXTc, over several lines */
	KIND_COMMAND,   /* the rest of the line, a command of the mode named before it */
	KIND_METHOD,    /* of authentication: "local", "group radius" */
	KIND_SECRET,    /* the rest of the line, not for everybody's eyes */
	KIND_SIGNED,    /* a number; low and high are int32_t */
	KIND_TIME,      /* hh:mm:ss */
	KIND_MINUTES,   /* hh:mm */
	KIND_SPAN,      /* minutes, or hhh:mm */
	KIND_MONTH,     /* "Mar" */
	KIND_WEEKDAY,   /* "Sun" */
	KIND_SOURCE,    /* what is copied: a file's name, a URL, "run" */
	KIND_TARGET     /* where it is copied to */
};

struct cmd_tok {
	uint64_t follow; /* tokens of this row that may come next */
	uint32_t low, high;
	uint32_t text;  /* the keyword, or the value's name */
	uint32_t alias; /* another spelling of the keyword, accepted, never printed */
	uint32_t help;
	uint32_t value; /* keyword: what its leaf is set to */
	uint16_t path;  /* the leaf it is bound to */
	uint8_t kind;
	char letter, alias_letter; /* the first of text and alias, in lower case */
};

/* A leaf and a constant for it. `tok`: only if this token of the row was given; 0xff = always. */
struct cmd_bind {
	uint32_t value;
	uint16_t path;
	uint8_t tok;
};

enum cmd_row_flag {
	ROW_NO = 1,           /* `no` and `default` are understood */
	ROW_ALWAYS = 2,       /* a line of running-config even when it is the default, if need be as `no …` */
	ROW_MERGE = 4,        /* what is not given stays */
	ROW_INPUT = 8,        /* never printed: another row prints what it sets */
	ROW_HIDDEN = 16,      /* not in `?` nor Tab */
	ROW_FILTER = 32,      /* may be followed by `| include …` */
	ROW_GROUP = 64,       /* running-config has a `!` before it */
	ROW_EVERYWHERE = 128, /* known in every configuration mode */
	ROW_PART = 512,       /* says a part of an entry: `no` takes away this part only */
	ROW_REMOVES = 1024,   /* takes away what the other rows of its list made */
	ROW_HOOK_NO = 2048,   /* its hook runs before `no`, too */
	ROW_OUTER = 4096,     /* names an entry of the list around its own; `no` takes that away */
	ROW_WHOLE = 8192      /* its keywords are never abbreviated */
};

struct cmd_row {
	uint64_t first, last;
	uint64_t no_last; /* where the line may end after `no` */
	uint32_t shape;   /* see below */
	uint32_t levels;  /* per leading keyword: 'a' + its own privilege level, or '.' where it has none; without
			   * keywords that of the row */
	uint32_t until;   /* text follows, until one of these words (cmd_text_rule) */
	uint32_t prompt;  /* … and the prompt for it */
	uint32_t note;    /* what who types it is told once */
	uint32_t entries; /* lines, LF-ended, of entries that are always there */
	uint16_t tok;     /* first of its tokens */
	uint8_t tok_n;
	uint8_t words; /* leading keywords: its name */
	uint16_t mode;
	uint16_t flags;
	uint16_t handler, hook; /* in the table's names */
	uint16_t list;          /* the list whose entry it makes */
	uint16_t clear;         /* what `no` deletes where the row binds nothing */
	uint16_t enter;         /* the mode it enters */
	uint16_t dflt, dflt_n;  /* binds for what is left out */
	uint16_t no, no_n;      /* binds made by `no` instead of deleting */
	uint16_t sets, sets_n;  /* binds without value: leaves that only its hook sets */
	uint16_t also;          /* `no` without arguments also deletes this */
	uint16_t unless;        /* ROW_ALWAYS: not as `no …` if there is one of these */
	uint16_t range_key;  /* an entry stands for a range: of this key of the list (0, 1, …) the first number … */
	uint16_t range_last; /* … and the leaf that is the last one, where it is another; CMD_NONE: no range */
};

/* A shape is a string: a token is the byte 0x80 + its number; `[`…`]` optional, printed when it says something that is
 * not the default; `(`…`)` optional to type, printed whenever it can be; `{`…`|`…`}` one of; `*` after either or after
 * a token: once or more. */

struct cmd_mode {
	const char *name;               /* "config-line" */
	const char *prompt;             /* "(config-line)" */
	const char *title;              /* what `?` says above its commands */
	uint16_t parent;                /* CMD_NONE: exec */
	uint16_t list;                  /* its entry is one of this list */
	uint16_t range_key, range_last; /* as of the row that enters it */
	uint16_t row, row_n;
};

struct cmd_table {
	const char *dialect;
	const char *pool;
	const struct cmd_tok *toks;
	const struct cmd_row *rows;
	const struct cmd_mode *modes; /* 0 is exec, 1 is config */
	const struct cmd_bind *binds;
	const uint32_t *paths; /* absolute schema paths, in the pool */
	const uint32_t *names; /* handlers and hooks */
	uint16_t rows_n, modes_n, paths_n, names_n;
};

extern const struct cmd_table cmd_table_ios;

#endif
