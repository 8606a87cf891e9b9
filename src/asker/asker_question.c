/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_question.c: see asker_question.h. Runs in the asker; packets that were received are hostile.
 */
#include "asker_question.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTES_MAX 8    /* told of one question */
#define SHOWN_MAX 8000 /* bytes of a packet in words */

struct questions questions = LIST_HEAD_INITIALIZER(questions);

struct question *question_find(uint32_t id)
{
	struct question *q;

	LIST_FOREACH(q, &questions, entry)
	{
		if (q->id == id)
			return q;
	}
	return NULL;
}

struct question *question_new(const struct ipc_msg_QUERY *m)
{
	struct question *q = calloc(1, sizeof *q);

	if (!q || question_find(m->id))
		_exit(WORKER_MEMORY);
	q->id = m->id;
	q->fd = -1;
	q->watched = m->watched;
	buf_init(&q->asks, IPC_MAX_RECORD);
	ipc_put_QUERY(&q->asks, m);
	LIST_INSERT_HEAD(&questions, q, entry);
	if (q->asks.err == 0)
		return q;
	question_break(q, err_text(q->asks.err));
	return NULL;
}

void question_free(struct question *q)
{
	LIST_REMOVE(q, entry);
	if (q->fd >= 0)
		close(q->fd);
	radius_talk_release(&q->talk);
	buf_release(&q->asks);
	free(q);
}

void question_end(struct question *q, enum aaa_outcome outcome)
{
	const struct radius_talk *t = &q->talk;
	struct str_list args = str_list_of(&t->args, outcome == AAA_YES ? t->n_args : 0);

	if (outcome != AAA_YES)
		args.raw = STR("");
	ASKER_TELL(QUERY_RESULT, .id = q->id, .outcome = (uint8_t)outcome, .text = buf_str(&t->text),
		   .why = str_of(t->why.text), .args = args, .echo = buf_str(&t->keep), .sent = q->sent,
		   .received = q->received);
	question_free(q);
}

void question_break(struct question *q, const char *why)
{
	err_set(&q->talk.why, E_IO, "%s", why);
	question_end(q, AAA_BROKEN);
}

int question_begin(struct question *q, struct str local, const bool *taken)
{
	struct cur c = cur_of(buf_str(&q->asks));
	struct ipc_msg_QUERY m;
	struct aaa_query ask;
	int rc;

	cur_u16(&c); /* the type of the record */
	if (!ipc_get_QUERY((struct str){ c.p, c.n }, &m))
		return E_INVAL;
	ask = asker_query(&m);
	ask.local = local;
	q->begun = true;
	rc = radius_talk_begin(&q->talk, &ask, buf_str(&asker_server.key), asker_server.sign, taken);
	buf_release(&q->asks);
	return rc;
}

/* --- words --- */

static void put_authenticator(struct buf *out, struct str packet)
{
	buf_puts(out, " authenticator");
	for (size_t i = 4; i < RADIUS_HEADER && i < packet.n; i++)
		buf_printf(out, "%s%02X", i == 12 ? " - " : " ", packet.p[i]);
	buf_puts(out, "\n");
}

void question_show(const struct question *q, const char *what, struct str packet)
{
	struct str rest, line;
	struct buf out, lines;

	if (!q->watched || packet.n < RADIUS_HEADER)
		return;
	buf_init(&out, SHOWN_MAX);
	buf_init(&lines, 0);
	buf_printf(&out, "%s %s id %u, len %zu\n", what, radius_code_name(packet.p[0]), packet.p[1], packet.n);
	put_authenticator(&out, packet);
	radius_show(&lines, packet);
	rest = buf_str(&lines);
	while (str_line(&rest, &line))
		buf_printf(&out, " %.*s\n", (int)line.n, (const char *)line.p);
	ASKER_TELL(QUERY_NOTE, .id = q->id, .text = buf_str(&out));
	buf_release(&lines);
	buf_release(&out);
}

void question_flaw(struct question *q, enum radius_flaw flaw)
{
	static const char *const words[RADIUS_FLAWS] = {
		[RADIUS_MALFORMED] = "a malformed reply",
		[RADIUS_UNKNOWN] = "a reply to another request",
		[RADIUS_FORGED] = "a reply not made with this key",
		[RADIUS_UNSIGNED] = "a reply without Message-Authenticator",
	};

	if (q->notes++ < NOTES_MAX)
		ASKER_TELL(QUERY_NOTE, .id = q->id, .flaw = (uint8_t)flaw, .text = str_of(words[flaw]));
}
