/* SPDX-License-Identifier: Apache-2.0
 *
 * url.c: see url.h. Runs in core; hostile input. RFC 3986 for the parts, RFC 1738 for ftp, RFC 3617 for tftp.
 */
#include "url.h"

#include "path.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct url_scheme schemes[IFS_KINDS] = {
	[IFS_FTP] = { 21, true },  [IFS_HTTP] = { 80, true }, [IFS_HTTPS] = { 443, true },
	[IFS_TFTP] = { 69, true }, [IFS_SCP] = { 22, false }, [IFS_SFTP] = { 22, false },
};

const struct url_scheme *url_scheme(enum ifs_kind kind)
{
	return schemes[kind].port ? &schemes[kind] : NULL;
}

uint16_t url_port(const struct url *u)
{
	return u->port ? u->port : schemes[u->scheme].port;
}

const char *url_base(const struct url *u)
{
	const char *slash = strrchr(u->path, '/');

	return slash ? slash + 1 : u->path;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_escape(struct str s)
{
	return s.n >= 3 && s.p[0] == '%' && hex_digit(s.p[1]) >= 0 && hex_digit(s.p[2]) >= 0;
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return true;
}

/* --- the parts --- */

/* User or password. What it stands for is printable, too: it goes into lines of a protocol. */
static int take_secret(struct str s, char *out, size_t size)
{
	size_t n = 0;

	while (s.n) {
		bool escaped = is_escape(s);
		int c = escaped ? hex_digit(s.p[1]) << 4 | hex_digit(s.p[2]) : s.p[0];

		if ((*s.p == '%' && !escaped) || c < ' ' || c >= 0x7f)
			return E_INVAL;
		if (n + 1 >= size)
			return E_TOOBIG;
		out[n++] = (char)c;
		s.p += escaped ? 3 : 1;
		s.n -= escaped ? 3 : 1;
	}
	out[n] = '\0';
	return 0;
}

static int take_user(struct str s, struct url *u)
{
	const uint8_t *colon = memchr(s.p, ':', s.n);
	size_t n = colon ? (size_t)(colon - s.p) : s.n;
	int rc = take_secret((struct str){ s.p, n }, u->user, sizeof u->user);

	if (rc || !colon)
		return rc ? rc : u->user[0] ? 0 : E_INVAL;
	return u->user[0] ? take_secret((struct str){ colon + 1, s.n - n - 1 }, u->password, sizeof u->password)
			  : E_INVAL;
}

/* Letters, digits, hyphens and underscores between dots. One whose last part begins with a digit is an address. */
static bool is_host_name(const char *name)
{
	size_t label = 0;
	const char *last = name;

	for (const char *c = name; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');

		if (*c == '.') {
			if (!label)
				return false;
			label = 0;
			last = c + 1;
		} else if (++label > 63 || !(letter || *c == '_' || (*c == '-' && label > 1))) {
			return false;
		}
	}
	return *last && !(*last >= '0' && *last <= '9');
}

static int take_port(struct str s, struct url *u)
{
	unsigned port = 0;

	if (!s.n || s.n > 5)
		return E_INVAL;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return E_INVAL;
		port = port * 10 + (unsigned)(s.p[i] - '0');
	}
	if (!port || port > UINT16_MAX)
		return E_INVAL;
	u->port = (uint16_t)port;
	return 0;
}

int url_set_host(struct url *u, struct str text)
{
	struct str host = text, port = { NULL, 0 };
	bool bracket = text.n && *text.p == '[';
	const uint8_t *end = text.n ? memchr(text.p, bracket ? ']' : ':', text.n) : NULL;
	struct in6_addr six;
	struct in_addr four;
	bool bare6;

	if (bracket) {
		if (!end)
			return E_INVAL;
		host = (struct str){ text.p + 1, (size_t)(end - text.p) - 1 };
		port = (struct str){ end + 1, (size_t)(text.p + text.n - end) - 1 };
		if (port.n && *port.p != ':')
			return E_INVAL;
	} else if (end && !memchr(end + 1, ':', (size_t)(text.p + text.n - end) - 1)) {
		host.n = (size_t)(end - text.p);
		port = (struct str){ end, (size_t)(text.p + text.n - end) };
	}
	if (!str_copy(host, u->host, sizeof u->host))
		return E_TOOBIG;
	bare6 = inet_pton(AF_INET6, u->host, &six) == 1; /* an answer needs no brackets */
	if (bracket ? !bare6 : !bare6 && inet_pton(AF_INET, u->host, &four) != 1 && !is_host_name(u->host))
		return E_INVAL;
	return port.n ? take_port((struct str){ port.p + 1, port.n - 1 }, u) : 0;
}

int url_set_path(struct url *u, struct str text)
{
	if (!is_printable(text))
		return E_INVAL;
	return str_copy(text, u->path, sizeof u->path) ? 0 : E_TOOBIG;
}

static int take_authority(struct str s, struct url *u)
{
	const uint8_t *at = s.n ? memchr(s.p, '@', s.n) : NULL;
	int rc;

	if (!s.n)
		return 0;
	if (at) {
		size_t n = (size_t)(at - s.p);

		rc = take_user((struct str){ s.p, n }, u);
		if (rc)
			return rc;
		s = (struct str){ at + 1, s.n - n - 1 };
		if (!s.n)
			return E_INVAL;
	}
	/* In a URL an IPv6 address has brackets, or its end would be a port. */
	if (*s.p != '[' && s.n > 1) {
		const uint8_t *colon = memchr(s.p, ':', s.n);

		if (colon && memchr(colon + 1, ':', (size_t)(s.p + s.n - colon) - 1))
			return E_INVAL;
	}
	return url_set_host(u, s);
}

int url_parse(struct str text, struct url *out)
{
	const struct ifs_row *row;
	struct str prefix, rest;
	const uint8_t *slash;
	int rc = 0;

	*out = (struct url){ .scheme = IFS_KINDS };
	if (!path_prefix(text, &prefix, &rest) || !(row = ifs_named(prefix)) || !url_scheme(row->kind))
		return E_NOTFOUND;
	out->scheme = row->kind;
	if (!is_printable(rest))
		return E_INVAL;
	if (rest.n >= 2 && rest.p[0] == '/' && rest.p[1] == '/') {
		rest = (struct str){ rest.p + 2, rest.n - 2 };
		slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
		rc = take_authority((struct str){ rest.p, slash ? (size_t)(slash - rest.p) : rest.n }, out);
		rest = slash ? (struct str){ slash, rest.n - (size_t)(slash - rest.p) } : (struct str){ NULL, 0 };
	}
	if (rest.n && *rest.p == '/')
		rest = (struct str){ rest.p + 1, rest.n - 1 };
	return rc ? rc : url_set_path(out, rest);
}

/* --- where a server sends to --- */

/* Seen from the folder of `from`. */
static int below(const struct url *from, struct str location, struct url *out)
{
	const char *query = strchr(from->path, '?');
	size_t n = query ? (size_t)(query - from->path) : strlen(from->path);
	char path[URL_PATH];
	int len;

	while (n && from->path[n - 1] != '/')
		n--;
	if (location.n && *location.p == '/') {
		n = 0;
		location = (struct str){ location.p + 1, location.n - 1 };
	}
	len = location.n < URL_PATH ? snprintf(path, sizeof path, "%.*s%.*s", (int)n, from->path, (int)location.n,
					       (const char *)location.p)
				    : URL_PATH;
	*out = *from;
	return len < URL_PATH ? url_set_path(out, (struct str){ (uint8_t *)path, (size_t)len }) : E_TOOBIG;
}

int url_redirect(const struct url *from, struct str location, struct url *out)
{
	struct str prefix, rest;
	char text[URL_TEXT];
	int rc;

	if (!is_printable(location) || !location.n)
		return E_INVAL;
	if (location.n >= 2 && location.p[0] == '/' && location.p[1] == '/') {
		if (location.n >= URL_TEXT - 16)
			return E_TOOBIG;
		snprintf(text, sizeof text, "%s%.*s", ifs_name(from->scheme), (int)location.n,
			 (const char *)location.p);
		location = str_of(text);
	}
	if (!path_prefix(location, &prefix, &rest))
		return below(from, location, out);
	rc = url_parse(location, out);
	if (rc)
		return rc == E_NOTFOUND ? E_DENIED : rc;
	if ((out->scheme != IFS_HTTP && out->scheme != IFS_HTTPS) || out->scheme < from->scheme)
		return E_DENIED;
	if (!out->host[0] || out->user[0])
		return E_INVAL;
	if (strcasecmp(out->host, from->host) == 0) {
		memcpy(out->user, from->user, sizeof out->user);
		memcpy(out->password, from->password, sizeof out->password);
	}
	return 0;
}

/* --- as text --- */

static void put_place(const struct url *u, struct buf *out)
{
	bool six = strchr(u->host, ':');

	buf_puts(out, ifs_name(u->scheme));
	if (u->host[0])
		buf_printf(out, "//%s%s%s", six ? "[" : "", u->host, six ? "]" : "");
	if (u->port)
		buf_printf(out, ":%u", u->port);
	buf_puts(out, u->host[0] || u->path[0] ? "/" : "");
}

void url_text(const struct url *u, char out[URL_TEXT])
{
	struct buf text;

	buf_init(&text, URL_TEXT);
	put_place(u, &text);
	buf_puts(&text, u->path);
	if (!str_copy(buf_str(&text), out, URL_TEXT))
		out[0] = '\0';
	buf_release(&text);
}

/* What a client may not take for something else: "%", "#", ";type=a". http knows escapes, parameters and queries. */
void url_wire(const struct url *u, struct buf *out)
{
	static const char everywhere[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	bool http = u->scheme == IFS_HTTP || u->scheme == IFS_HTTPS;

	put_place(u, out);
	for (const char *c = u->path; *c; c++) {
		bool plain = strchr(everywhere, *c) || (http && (strchr("?&=:@!$'()*+,;", *c) || is_escape(str_of(c))));

		if (plain)
			buf_put_u8(out, (uint8_t)*c);
		else
			buf_printf(out, "%%%02X", (unsigned)(uint8_t)*c);
	}
}
