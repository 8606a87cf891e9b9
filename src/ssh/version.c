/* SPDX-License-Identifier: Apache-2.0
 *
 * version.c: the identification strings, RFC 4253 sections 4.2 and 5. The session runs it; the peer's first bytes are
 * whatever a scanner sends. Only a server may send lines before its version, so a client's first line must be it.
 */
#include "ssh/version.h"

#include "ssh/v1/ssh1.h"

#include <string.h>

static bool starts(struct str line, const char *with)
{
	size_t n = strlen(with);

	return line.n >= n && memcmp(line.p, with, n) == 0;
}

bool version_serves_1(const struct ssh_conn *c)
{
	return starts(buf_str(&c->set.version), "SSH-1.");
}

bool version_serves_2(const struct ssh_conn *c)
{
	return !starts(buf_str(&c->set.version), "SSH-1.5-");
}

void version_send(struct ssh_conn *c)
{
	buf_put(&c->out, buf_ptr(&c->set.version), buf_len(&c->set.version));
	buf_puts(&c->out,
		 version_serves_1(c) ? "\n" : "\r\n"); /* RFC 4253 section 5.1: no carriage return for old clients */
}

/* Who does not speak our version is told in a line of text: a packet would mean nothing there. */
static bool refuse(struct ssh_conn *c, const char *text)
{
	buf_puts(&c->out, text);
	buf_puts(&c->out, "\r\n");
	return conn_end(c, false, REASON_VERSION, str_of(text));
}

/* As far as the line has come. */
static bool may_be_ssh(struct str line)
{
	size_t n = line.n < 4 ? line.n : 4;

	return memcmp(line.p, "SSH-", n) == 0;
}

static bool take(struct ssh_conn *c, struct str line)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < 0x20 || line.p[i] > 0x7e)
			return refuse(c, "Invalid SSH identification string.");
	if (!starts(line, "SSH-"))
		return refuse(c, "Invalid SSH identification string.");
	if (str_is(line, "SSH-2.0-") || str_is(line, "SSH-1.99-")) /* and core signs for no software without a name */
		return refuse(c, "Invalid SSH identification string.");
	if (!str_copy(line, c->peer_version, sizeof(c->peer_version)))
		return false;
	if (version_serves_2(c) && (starts(line, "SSH-2.0-") || starts(line, "SSH-1.99-")))
		return true;
	if (!version_serves_1(c) || (!starts(line, "SSH-1.5-") && !starts(line, "SSH-1.99-")))
		return refuse(c, "Protocol major versions differ.");
	c->v1 = ssh1_new(&c->in, &c->out, str_of(c->peer_version), c->set.window, &c->tracer);
	return c->v1 || refuse(c, "out of memory");
}

bool version_receive(struct ssh_conn *c)
{
	struct str seen = buf_str(&c->in), line;
	const uint8_t *end;

	if (seen.n == 0)
		return false;
	line = (struct str){ seen.p, seen.n < CONN_VERSION_MAX ? seen.n : CONN_VERSION_MAX };
	end = memchr(line.p, '\n', line.n);
	if (!end && line.n < CONN_VERSION_MAX && may_be_ssh(seen))
		return false;
	line.n = end ? (size_t)(end - line.p) : line.n;
	CONN_TELL(c, VERSION, .text = line);
	if (!end || !may_be_ssh(seen))
		return refuse(c, "Invalid SSH identification string.");
	if (!take(c, line))
		return false;
	buf_consume(&c->in, line.n + 1);
	c->fed = buf_len(&c->in); /* the line itself was no packet */
	return true;
}
