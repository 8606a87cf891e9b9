/* SPDX-License-Identifier: Apache-2.0
 *
 * word.c: where the words of a line begin and end, and the words before the command proper. Runs in core; the line is
 * hostile.
 */
#include "private.h"

#include <string.h>
#include <strings.h>

size_t word_length(struct str rest)
{
	size_t n = 0;

	while (n < rest.n && !is_blank(rest.p[n]))
		n++;
	return n;
}

static bool word_is(struct str line, size_t pos, size_t n, const char *word, size_t least)
{
	return n >= least && n <= strlen(word) && !strncasecmp((const char *)line.p + pos, word, n);
}

struct prefix line_prefix(struct str line, bool configuring, bool whole)
{
	struct prefix p = { 0 };

	for (int i = 0; i < 2; i++) {
		while (p.pos < line.n && is_blank(line.p[p.pos]))
			p.pos++;
		size_t n = word_length((struct str){ line.p + p.pos, line.n - p.pos });

		if (i == 0 && n && line.p[p.pos] == '!')
			p.comment = true;
		if (i == 1 || !configuring || p.comment || (p.pos + n == line.n && !whole))
			break;
		p.no = word_is(line, p.pos, n, "no", 2);
		p.dflt = word_is(line, p.pos, n, "default", 3);
		if (!p.no && !p.dflt)
			break;
		p.pos += n;
	}
	return p;
}
