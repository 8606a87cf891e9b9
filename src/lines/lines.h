/* SPDX-License-Identifier: Apache-2.0
 *
 * lines.h: the device's lines: con 0, aux 0 and the vtys. Which exist and how they behave is configuration (five vtys
 * are always there: commands/ios/line.cmd); who sits on them is here. Runs in core.
 */
#ifndef LINES_LINES_H
#define LINES_LINES_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct model;

enum line_type { LINE_CON, LINE_AUX, LINE_VTY };
#define LINES_MAX_VTYS 16384

struct line {
	enum line_type type;
	unsigned number; /* within its type */
	unsigned tty;    /* absolute: con 0 is 0, aux 0 is 1, vty 0 is 2 */
	bool busy;
	char user[65];
	char location[64];  /* the peer's address; "" on the console */
	uint64_t since_ms;  /* somebody has an EXEC on it since then; 0 = nobody has */
	uint64_t active_ms; /* something was typed last */
	unsigned long uses; /* how often somebody came in */
};

enum line_login { LOGIN_NONE, LOGIN_LINE_PASSWORD, LOGIN_LOCAL, LOGIN_LIST };

/* A line by its number among all lines of the device. */
struct lines_tty {
	enum line_type type;
	unsigned number;
};
struct lines_tty lines_tty(unsigned tty);

struct lines;
struct lines *lines_new(struct model *m);
void lines_free(struct lines *l);
/* Line i in order of tty, NULL past the end. */
struct line *lines_at(struct lines *l, size_t i);
/* The first line of group i: lines of a group are configured alike. NULL past the end. */
const struct line *lines_group(struct lines *l, size_t i);
/* NULL when there is no such line. */
struct line *lines_find(struct lines *l, enum line_type type, unsigned number);
bool lines_exists(const struct lines *l, const struct line *line); /* the configuration still has it */
/* Asked of a line before it is taken, of one in a group: whether its configuration lets the caller in. */
struct lines_admit {
	bool (*line)(void *arg, const struct line *line);
	void *arg;
};
/* The first free line of the type where an EXEC may run and, unless NULL, `transport` come in, that `admit` (may be
 * NULL) lets in; NULL when there is none, e says why. */
struct line *lines_take(struct lines *l, enum line_type type, const char *transport, const struct lines_admit *admit,
			struct errbuf *e);
void lines_release(struct lines *l, struct line *line);

const char *line_type_name(enum line_type type); /* "vty" */
/* A leaf of the line's configuration by constant path ("transport/preferred"): its value or default; NULL when it has
 * none. As a number and as a flag that is 0 and false. */
const char *lines_value(const struct lines *l, const struct line *line, const char *path);
uint64_t lines_number(const struct lines *l, const struct line *line, const char *path);
bool lines_flag(const struct lines *l, const struct line *line, const char *path);
uint64_t lines_exec_timeout_ms(const struct lines *l, const struct line *line); /* 0 = never */
/* The transports that may come in, "ssh telnet"; "none". */
void lines_transports(const struct lines *l, const struct line *line, struct buf *out);
/* The name of the access list ("access-class", "ipv6-access-class") for a direction ("in", "out"); NULL if none.
 * *vrf_also, if it is not NULL: whether it is asked about who comes in in a VRF, too, where the line is closed else. */
const char *lines_access_class(const struct lines *l, const struct line *line, const char *leaf, const char *direction,
			       bool *vrf_also);
/* What a refused connection is told: the first such message of the type's lines; NULL if there is none. */
const char *lines_refuse_message(const struct lines *l, enum line_type type);
enum line_login lines_login(const struct lines *l, const struct line *line);
bool lines_allows(const struct lines *l, const struct line *line, const char *transport);
bool lines_serves(const struct lines *l, const struct line *line,
		  const char *transport); /* it exists and an EXEC may run */
/* The line's password, NULL if none. */
const char *lines_password(const struct lines *l, const struct line *line, const char **type);
/* The list that `authorization …` or `accounting …` (`what`) of a line names for "exec" or "commands" of a level; NULL:
 * the default one. */
const char *lines_list(const struct lines *l, const struct line *line, const char *what, const char *type,
		       unsigned level);
/* The authentication list of the first line of a type, NULL if none is named. */
const char *lines_login_list(struct lines *l, enum line_type type);

#endif
