/* SPDX-License-Identifier: Apache-2.0
 *
 * subject.c: see subject.h. Runs in core.
 */
#include "core/login/subject.h"

#include "core/session/peer.h"
#include "lines/lines.h"

#include <stdio.h>

/* A session has its line only when its shell begins. */
struct ipc_msg_QUERY subject_query(const struct peer *p, enum tacacs_kind kind, const char *user,
				   char port[SUBJECT_PORT])
{
	if (p->line)
		snprintf(port, SUBJECT_PORT, "tty%u", p->line->tty);
	else
		snprintf(port, SUBJECT_PORT, "ssh");
	return (struct ipc_msg_QUERY){ .kind = (uint8_t)kind,
				       .level = 1,
				       .user = str_of(user),
				       .port = str_of(port),
				       .address = str_of(p->address[0] ? p->address : "async"),
				       .secret = STR(""),
				       .args = { STR(""), 0 } };
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
		return TACACS_BY_SERVER;
	case AAA_LINE:
		return TACACS_BY_LINE;
	case AAA_ENABLE:
		return TACACS_BY_ENABLE;
	case AAA_NONE:
		return TACACS_BY_NONE;
	default:
		return TACACS_BY_LOCAL;
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
