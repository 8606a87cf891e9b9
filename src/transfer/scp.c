/* SPDX-License-Identifier: Apache-2.0
 *
 * scp.c: see scp.h: the command's options, and what both directions share. Runs in the session process; input is
 * hostile.
 */
#include "scp_private.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define IN_MAX    65536
#define OUT_MAX   65536
#define NAMES_MAX ((size_t)8 << 20)

/* --- the command --- */

static struct str next_word(struct str *text)
{
	struct str word;

	while (text->n && *text->p == ' ') {
		text->p++;
		text->n--;
	}
	word = (struct str){ text->p, 0 };
	while (text->n && *text->p != ' ') {
		text->p++;
		text->n--;
		word.n++;
	}
	return word;
}

static bool take_option(struct scp *s, uint8_t letter)
{
	switch (letter) {
	case 't':
	case 'f':
		s->source = letter == 'f';
		s->state = s->source ? SOURCE_BEGIN : SINK_BEGIN;
		return true;
	case 'r':
		s->recursive = true;
		return true;
	case 'p':
		s->times = true;
		return true;
	case 'd':
		s->must_be_folder = true;
		return true;
	case 'v':
	case 'q':
		return true;
	default:
		return false;
	}
}

/* A client puts the path in quotes when its shell on the other side would need them. */
static bool take_path(struct scp *s, struct str path)
{
	char quote;
	size_t n = 0;

	while (path.n && path.p[path.n - 1] == ' ')
		path.n--;
	quote = path.n > 1 && (*path.p == '\'' || *path.p == '"') && path.p[path.n - 1] == *path.p ? (char)*path.p : 0;
	if (quote)
		path = (struct str){ path.p + 1, path.n - 2 };
	for (size_t i = 0; i < path.n && n < sizeof s->path - 1; i++) {
		if (!quote && path.p[i] == '\\' && i + 1 < path.n)
			i++;
		s->path[n++] = (char)path.p[i];
	}
	s->path[n] = '\0';
	return strlen(s->path) == n && n < sizeof s->path - 1 && n > 0;
}

static bool parse(struct scp *s, struct str command)
{
	struct str rest = command, word = next_word(&rest), path = rest;
	bool direction = false;

	if (!str_is(word, "scp"))
		return false;
	for (word = next_word(&rest); word.n > 1 && *word.p == '-'; path = rest, word = next_word(&rest)) {
		if (str_is(word, "--")) {
			path = rest;
			break;
		}
		for (size_t i = 1; i < word.n; i++) {
			if (!take_option(s, word.p[i]))
				return false;
			direction |= word.p[i] == 't' || word.p[i] == 'f';
		}
	}
	while (path.n && *path.p == ' ') {
		path.p++;
		path.n--;
	}
	return direction && take_path(s, path);
}

struct scp *scp_new(struct str command)
{
	struct scp *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	buf_init(&s->in, IN_MAX);
	buf_init(&s->out, OUT_MAX);
	buf_init(&s->line, SCP_LINE);
	for (unsigned i = 0; i < SCP_DEPTH; i++)
		buf_init(&s->names[i], NAMES_MAX);
	if (parse(s, command))
		return s;
	scp_free(s);
	return NULL;
}

void scp_free(struct scp *s)
{
	if (!s)
		return;
	buf_release(&s->in);
	buf_release(&s->out);
	buf_release(&s->line);
	for (unsigned i = 0; i < SCP_DEPTH; i++)
		buf_release(&s->names[i]);
	free(s);
}

/* --- in and out --- */

size_t scp_feed(struct scp *s, struct str bytes)
{
	size_t room = IN_MAX - buf_len(&s->in), n = bytes.n < room ? bytes.n : room;

	buf_put(&s->in, bytes.p, n);
	return s->in.err ? 0 : n;
}

size_t scp_data(struct scp *s, size_t n)
{
	if (s->state != SINK_DATA || buf_len(&s->in))
		return 0;
	n = n < s->left ? n : (size_t)s->left;
	s->left -= n;
	if (s->left == 0)
		s->state = SINK_STATUS;
	return n;
}

void scp_eof(struct scp *s)
{
	s->eof = true;
}

void scp_lost(struct scp *s, int rc)
{
	s->lost = true;
	s->lost_rc = rc;
}

struct buf *scp_output(struct scp *s)
{
	return &s->out;
}

/* --- the machine --- */

/* The words are kept in `line`, which nobody needs while an answer is due. */
void scp_answer(struct scp *s, const struct scp_answer *a)
{
	if (!s->asking)
		return;
	s->answer = *a;
	s->answer.names = (struct str){ NULL, 0 };
	buf_clear(&s->line);
	buf_put(&s->line, a->words.p, a->words.n < 200 ? a->words.n : 200);
	buf_cstr(&s->line);
	if (s->depth < SCP_DEPTH && a->names.n) {
		buf_clear(&s->names[s->depth]);
		buf_put(&s->names[s->depth], a->names.p, a->names.n);
	}
	s->asking = false;
	s->asked = true;
}

bool scp_step(struct scp *s, struct scp_event *ev)
{
	if (s->asking || s->state == SCP_ENDED)
		return false;
	if (s->state == SCP_ENDING)
		return scp_end(s, ev);
	return s->source ? scp_source_step(s, ev) : scp_sink_step(s, ev);
}
