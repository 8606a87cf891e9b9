/* SPDX-License-Identifier: Apache-2.0
 *
 * lines.h: the device's lines: con 0, aux 0 and the vtys (five unless configured otherwise). Which exist and how they
 * behave is configuration; who sits on them is here. Runs in core.
 */
#ifndef LINES_LINES_H
#define LINES_LINES_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct model;

enum line_type { LINE_CON, LINE_AUX, LINE_VTY };
#define LINES_DEFAULT_VTYS 5
#define LINES_MAX_VTYS     64

struct line {
	enum line_type type;
	unsigned number; /* within its type */
	unsigned tty;    /* absolute: con 0 is 0, aux 0 is 1, vty 0 is 2 */
	bool busy;
	char user[65];
	char location[64]; /* the peer's address; "" on the console */
	uint64_t active_ms;
	unsigned long uses;
};

enum line_login { LOGIN_NONE, LOGIN_LINE_PASSWORD, LOGIN_LOCAL, LOGIN_LIST };

struct lines;
struct lines *lines_new(const struct model *m);
void lines_free(struct lines *l);
/* Line i in order of tty, NULL past the end. */
struct line *lines_at(struct lines *l, size_t i);
/* The first free vty whose `transport input` allows `transport`; NULL when there is none, e says why. */
struct line *lines_take(struct lines *l, enum line_type type, const char *transport, struct errbuf *e);
void lines_release(struct line *line);

const char *line_type_name(enum line_type type);                                /* "vty" */
uint64_t lines_exec_timeout_ms(const struct lines *l, const struct line *line); /* 0 = never */
enum line_login lines_login(const struct lines *l, const struct line *line);
bool lines_allows(const struct lines *l, const struct line *line, const char *transport);
const char *lines_location(const struct lines *l, const struct line *line); /* its description, NULL if none */
/* The line's password, NULL if none. */
const char *lines_password(const struct lines *l, const struct line *line, const char **type);
/* The authentication list of the first line of a type, NULL if none is named. */
const char *lines_login_list(const struct lines *l, enum line_type type);

#endif
