/* SPDX-License-Identifier: Apache-2.0
 *
 * tacacs_talk.c: see tacacs_talk.h. Runs in the asker; replies are hostile. RFC 9887 section 4, RFC 8907 sections 4.1
 * (sequence and session of packets), 5.4 (the authentication dialogues), 10.5.
 */
#include "tacacs_talk.h"

#include "base/random.h"

#include <string.h>

#define ARGS_MAX ((size_t)TACACS_BODY_MAX + 4 * TACACS_ARGS_MAX)

static const uint8_t types[AAA_KINDS] = {
	[AAA_KIND_LOGIN] = TACACS_AUTHEN, [AAA_KIND_PAP] = TACACS_AUTHEN,     [AAA_KIND_ENABLE] = TACACS_AUTHEN,
	[AAA_KIND_EXEC] = TACACS_AUTHOR,  [AAA_KIND_COMMAND] = TACACS_AUTHOR, [AAA_KIND_ACCOUNT] = TACACS_ACCT,
};

static void put_body(struct buf *b, const struct aaa_query *q)
{
	const struct tacacs_subject s = {
		.level = q->level,
		.type = q->kind == AAA_KIND_PAP ? TACACS_PAP : TACACS_ASCII,
		.service = q->kind == AAA_KIND_ENABLE ? TACACS_ENABLE : TACACS_LOGIN,
		.method = q->method,
		.user = q->user,
		.port = q->port,
		.address = q->address,
	};

	if (types[q->kind] == TACACS_AUTHOR)
		tacacs_put_author(b, &s, q->args, q->n_args);
	else if (q->kind == AAA_KIND_ACCOUNT)
		tacacs_put_acct(b, q->record, &s, q->args, q->n_args);
	else
		tacacs_put_start(b, &s, q->kind == AAA_KIND_PAP ? q->secret : STR(""));
}

/* Hides `body`, unless it goes by TLS, and writes the packet. */
static int send_body(struct tacacs_talk *t, struct buf *body, struct buf *out)
{
	struct tacacs_header h = { t->version, t->type, t->seq, t->flags, t->session, (uint32_t)buf_len(body) };
	int rc = body->err;

	if (rc == 0 && !t->clear)
		rc = tacacs_hide(&h, buf_str(&t->key), body->data + body->off, buf_len(body));
	if (rc)
		return rc;
	tacacs_put_header(out, &h);
	buf_put(out, buf_ptr(body), buf_len(body));
	t->waits = true;
	return out->err;
}

int tacacs_talk_begin(struct tacacs_talk *t, const struct aaa_query *q, const struct tacacs_terms *terms,
		      struct buf *out)
{
	struct buf body;
	int rc;

	*t = (struct tacacs_talk){ .type = types[q->kind], .seq = 1, .clear = terms->tls };
	t->flags = (uint8_t)((terms->single ? TACACS_SINGLE : 0) | (terms->tls ? TACACS_UNENCRYPTED : 0));
	t->version = q->kind == AAA_KIND_PAP ? TACACS_VERSION_1 : TACACS_VERSION_0;
	buf_init(&t->key, 0);
	buf_init(&t->text, TACACS_BODY_MAX);
	buf_init(&t->args, ARGS_MAX);
	buf_put(&t->key, terms->key.p, terms->key.n);
	if (terms->key.n == 0 && !terms->tls) /* what is not hidden is not sent */
		return E_STATE;
	rc = random_bytes(&t->session, sizeof t->session);
	if (rc < 0)
		return rc;
	buf_init(&body, 0);
	put_body(&body, q);
	rc = send_body(t, &body, out);
	buf_release(&body);
	return rc;
}

int tacacs_talk_answer(struct tacacs_talk *t, struct str answer, bool abort, struct buf *out)
{
	struct buf body;
	int rc;

	if (t->waits || !t->asked || t->seq > UINT8_MAX - 3) /* section 4.1: it never wraps */
		return E_STATE;
	t->asked = 0;
	t->seq = (uint8_t)(t->seq + 2);
	buf_init(&body, 0);
	tacacs_put_continue(&body, answer, abort);
	rc = send_body(t, &body, out);
	buf_release(&body);
	return rc;
}

void tacacs_talk_release(struct tacacs_talk *t)
{
	buf_release(&t->key);
	buf_release(&t->text);
	buf_release(&t->args);
}

static enum aaa_outcome broken(struct tacacs_talk *t, const char *why)
{
	err_set(&t->why, E_INVAL, "%s", why);
	return AAA_BROKEN;
}

static enum aaa_outcome authen(struct tacacs_talk *t, const struct tacacs_reply *r)
{
	switch (r->status) {
	case TACACS_PASS:
		return AAA_YES;
	case TACACS_FAIL:
	case TACACS_RESTART: /* section 5.4.3: who cannot start over takes it as a failure */
	case TACACS_FOLLOW:  /* section 10.5.5: and nobody follows any more */
		return AAA_NO;
	case TACACS_GETDATA:
	case TACACS_GETUSER:
	case TACACS_GETPASS:
		if (t->version == TACACS_VERSION_1)
			return broken(t, "a question where none may come");
		t->asked = r->status;
		t->echo = !r->no_echo;
		return AAA_ASKS;
	case TACACS_ERROR:
		return broken(t, "the server reports an error");
	default:
		return broken(t, "unknown status");
	}
}

static enum aaa_outcome author(struct tacacs_talk *t, struct tacacs_reply *r)
{
	struct str argument;

	switch (r->status) {
	case TACACS_PASS_ADD:
	case TACACS_PASS_REPL:
		while (tacacs_next_argument(r, &argument)) {
			buf_put_str(&t->args, argument);
			t->n_args++;
		}
		return t->args.err ? broken(t, "too many arguments") : AAA_YES;
	case TACACS_AUTHOR_FAIL:
	case TACACS_AUTHOR_FOLLOW:
		return AAA_NO;
	case TACACS_AUTHOR_ERROR:
		return broken(t, "the server reports an error");
	default:
		return broken(t, "unknown status");
	}
}

static enum aaa_outcome acct(struct tacacs_talk *t, const struct tacacs_reply *r)
{
	if (r->status == TACACS_ACCT_SUCCESS)
		return AAA_YES;
	return broken(t, "the server did not write the record");
}

static const char *misfit(const struct tacacs_talk *t, const struct tacacs_header *h)
{
	if (!t->waits)
		return "a reply nobody waits for";
	if (h->session != t->session)
		return "a reply to another session";
	if (h->type != t->type || h->version != t->version)
		return "a reply of another kind";
	if (h->seq != t->seq + 1)
		return "a reply out of sequence";
	if (!t->clear && h->flags & TACACS_UNENCRYPTED) /* section 10.5.2 */
		return "a reply that is not hidden by the key";
	if (t->clear && !(h->flags & TACACS_UNENCRYPTED)) /* RFC 9887 section 4 */
		return "a reply that is hidden by a key, which TLS has none of";
	return NULL;
}

enum aaa_outcome tacacs_talk_reply(struct tacacs_talk *t, const struct tacacs_header *h, uint8_t *body)
{
	struct str bytes = { body, h->length };
	const char *why = misfit(t, h);
	struct tacacs_reply r;
	bool whole;

	if (why)
		return broken(t, why);
	t->waits = false;
	if (t->seq == 1)
		t->single = (h->flags & TACACS_SINGLE) != 0;
	if (!t->clear && tacacs_hide(h, buf_str(&t->key), body, h->length) < 0)
		return broken(t, "out of memory");
	whole = t->type == TACACS_AUTHEN   ? tacacs_get_authen(bytes, &r)
		: t->type == TACACS_AUTHOR ? tacacs_get_author(bytes, &r)
					   : tacacs_get_acct(bytes, &r);
	if (!whole)
		return broken(t, t->clear ? "a malformed reply" : "a malformed reply: are the keys the same?");
	buf_clear(&t->text);
	aaa_put_text(&t->text, r.message);
	return t->type == TACACS_AUTHEN ? authen(t, &r) : t->type == TACACS_AUTHOR ? author(t, &r) : acct(t, &r);
}
