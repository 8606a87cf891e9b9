/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever is written as a URL, or a server says in a redirection, is refused or has one meaning: no control
 * byte, no user and no password in what is shown or sent as a URL, and what is shown parses to the same. The first byte
 * of the input says what it is.
 */
#include "files/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void check(const struct url *u)
{
	char text[URL_TEXT];
	struct buf wire;
	struct url again;

	if (!url_scheme(u->scheme) || (u->password[0] && !u->user[0]))
		abort();
	for (const char *part = u->user; part; part = part == u->user ? u->password : NULL)
		for (const char *c = part; *c; c++)
			if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
				abort();
	url_text(u, text);
	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~')
			abort();
	buf_init(&wire, 0);
	url_wire(u, &wire);
	if (memmem(buf_ptr(&wire), buf_len(&wire), "#", 1) || strlen(buf_cstr(&wire)) != buf_len(&wire))
		abort();
	buf_release(&wire);
	if (!u->host[0])
		return;
	if (url_parse(str_of(text), &again) < 0 || again.user[0] || strcmp(again.host, u->host) != 0 ||
	    again.port != u->port || strcmp(again.path, u->path) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url u, from;
	struct str text;

	if (!size)
		return 0;
	text = (struct str){ data + 1, size - 1 };
	if (data[0] & 1) {
		if (url_parse(STR("http://me:secret@here.example:81/a/b?c=d"), &from) < 0)
			abort();
		if (data[0] & 2)
			from.scheme = IFS_HTTPS;
		if (url_redirect(&from, text, &u) < 0)
			return 0;
		check(&u);
		if ((u.scheme != IFS_HTTP && u.scheme != IFS_HTTPS) || u.scheme < from.scheme)
			abort();
		if (u.password[0] && strcasecmp(u.host, from.host) != 0)
			abort();
	} else if (url_parse(text, &u) == 0) {
		check(&u);
	}
	return 0;
}
