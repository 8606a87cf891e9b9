/* SPDX-License-Identifier: Apache-2.0
 *
 * scp_common.c: what both directions of scp say, ask and read. Runs in the session process; input is hostile.
 */
#include "scp_private.h"

#include "base/err.h"
#include "transfer/words.h"

#include <string.h>

bool scp_line(struct scp *s, struct str *line)
{
	struct str in = buf_str(&s->in);
	const uint8_t *end = in.n ? memchr(in.p, '\n', in.n) : NULL;
	size_t n = end ? (size_t)(end - in.p) : in.n;

	if (n >= SCP_LINE) {
		scp_say_fatal(s, "", "line too long");
		return false;
	}
	if (!end)
		return false;
	buf_clear(&s->line);
	buf_put(&s->line, in.p, n);
	buf_consume(&s->in, n + 1);
	*line = buf_str(&s->line);
	return true;
}

void scp_say_ok(struct scp *s)
{
	buf_put_u8(&s->out, 0);
}

/* What the client's user reads; names are as hostile as he is, so only its length is looked after. */
static void say(struct scp *s, uint8_t kind, const char *what, const char *why)
{
	buf_put_u8(&s->out, kind);
	buf_printf(&s->out, "scp: %s%s%s\n", what, *what ? ": " : "", why);
	s->failed = true;
}

void scp_say_error(struct scp *s, const char *what, const char *why)
{
	say(s, 1, what, why);
}

void scp_say_fatal(struct scp *s, const char *what, const char *why)
{
	say(s, s->source ? 1 : 2, what, why);
	s->state = SCP_ENDING;
}

const char *scp_why(const struct scp *s)
{
	return buf_len(&s->line) ? (const char *)buf_ptr(&s->line) : transfer_words(s->answer.rc);
}

bool scp_enter(struct scp *s, struct str name)
{
	size_t n = strlen(s->path), slash = n > 0 && s->path[n - 1] != '/' && s->path[n - 1] != ':';

	if (n + slash + name.n >= sizeof s->path)
		return false;
	if (slash)
		s->path[n++] = '/';
	memcpy(s->path + n, name.p, name.n);
	s->path[n + name.n] = '\0';
	return true;
}

bool scp_ask(struct scp *s, struct scp_event *ev, enum scp_event_type type, enum scp_state state)
{
	memcpy(s->told, s->path, sizeof s->told);
	*ev = (struct scp_event){ .type = type, .path = s->told, .size = s->left, .mtime = s->mtime };
	s->state = state;
	s->asking = true;
	return true;
}

bool scp_end(struct scp *s, struct scp_event *ev)
{
	*ev = (struct scp_event){ .type = SCP_EV_END, .size = s->failed };
	s->state = SCP_ENDED;
	return true;
}
