/* SPDX-License-Identifier: Apache-2.0
 *
 * subject.c: see subject.h. Runs in core.
 */
#include "core/login/subject.h"

#include "core/core.h"
#include "core/session/peer.h"
#include "lines/lines.h"

#include <stdio.h>

static struct ipc_msg_QUERY query(const struct line *line, const char *user, const char *address, enum aaa_kind kind,
				  char port[SUBJECT_PORT])
{
	if (line)
		snprintf(port, SUBJECT_PORT, "tty%u", line->tty);
	else
		snprintf(port, SUBJECT_PORT, "ssh");
	return (struct ipc_msg_QUERY){ .kind = (uint8_t)kind,
				       .level = 1,
				       .user = str_of(user),
				       .port = str_of(port),
				       .address = str_of(address[0] ? address : "async"),
				       .secret = STR(""),
				       .args = { STR(""), 0 },
				       .host = STR(""),
				       .echo = STR("") };
}

struct ipc_msg_QUERY subject_query(const struct peer *p, enum aaa_kind kind, const char *user, char port[SUBJECT_PORT])
{
	struct ipc_msg_QUERY m = query(p->line, user, p->address, kind, port);

	m.host = str_of(core_hostname(p->core));
	return m;
}

struct ipc_msg_QUERY subject_query_of(const struct behalf *who, enum aaa_kind kind, char port[SUBJECT_PORT])
{
	return query(who->on_line ? who->line : NULL, who->user, who->address, kind, port);
}

/* A session has its line only when its shell begins; before, the lists of the first vty count. */
struct behalf subject_behalf(const struct peer *p)
{
	struct behalf b = { .line = p->line ? p->line : lines_find(p->core->lines, LINE_VTY, 0),
			    .on_line = p->line != NULL,
			    .authenticated = p->authenticated };

	str_copy(str_of(p->cli.user), b.user, sizeof b.user);
	str_copy(str_of(p->address), b.address, sizeof b.address);
	return b;
}

bool subject_of_cli(const struct cli *sh, struct behalf *who)
{
	const struct peer *p = peer_of(sh);

	if (p)
		*who = subject_behalf(p);
	else if (sh->behalf)
		*who = *sh->behalf;
	return p || sh->behalf;
}

bool subject_kept(const struct buf *kept, struct ipc_msg_QUERY *m)
{
	struct cur c = cur_of(buf_str(kept));

	cur_u16(&c); /* the type of the record */
	return ipc_get_QUERY((struct str){ c.p, c.n }, m);
}

uint8_t subject_method(enum aaa_method method)
{
	switch (method) {
	case AAA_SERVERS:
		return AAA_BY_SERVER;
	case AAA_LINE:
		return AAA_BY_LINE;
	case AAA_ENABLE:
		return AAA_BY_ENABLE;
	case AAA_NONE:
		return AAA_BY_NONE;
	default:
		return AAA_BY_LOCAL;
	}
}

bool subject_name_valid(const char *user)
{
	for (const char *c = user; *c; c++) {
		if (*c <= ' ' || *c > '~')
			return false;
	}
	return user[0] != '\0';
}
