/* SPDX-License-Identifier: Apache-2.0
 *
 * records_file.c: accounting records in a file (records_private.h). Runs in core. The file is a journal
 * (files/journal.h) of what is open, what is to be sent and what was; it is written anew when most of it counts no
 * more.
 */
#include "core/login/records_private.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/subject.h"
#include "files/journal.h"

#include <stdlib.h>

#define REWRITE_SIZE ((size_t)1 << 20)

/* --- entries --- */

static void put_body(const struct record *x, struct buf *out)
{
	buf_put_u8(out, (uint8_t)x->list.of);
	buf_put_u8(out, (uint8_t)x->list.level);
	buf_put_cstr(out, x->list.name);
	buf_put_u8(out, x->stop);
	buf_put_u32(out, x->task);
	buf_put_str(out, buf_str(&x->query));
	if (x->group[0]) /* what a release of before wrote has none */
		buf_put_cstr(out, x->group);
}

void records_put_entry(struct buf *out, enum records_entry kind, const struct record *x)
{
	struct buf body;

	buf_init(&body, RECORDS_ENTRY_MAX);
	put_body(x, &body);
	journal_put(out, (uint8_t)kind, kind == RECORDS_OPEN ? x->task : x->id, buf_str(&body));
	buf_release(&body);
}

/* False: it is not what this release writes. */
static bool get_body(struct str bytes, struct record *x)
{
	struct cur c = cur_of(bytes);
	struct ipc_msg_QUERY m;
	struct str query;
	bool named;

	x->list.of = (enum account_of)cur_u8(&c);
	x->list.level = cur_u8(&c);
	named = str_copy(cur_str(&c), x->list.name, sizeof x->list.name);
	x->stop = cur_u8(&c) != 0;
	x->task = cur_u32(&c);
	query = cur_str(&c);
	buf_init(&x->query, RECORDS_ENTRY_MAX);
	buf_put(&x->query, query.p, query.n);
	if (c.n)
		named &= str_copy(cur_str(&c), x->group, sizeof x->group);
	return cur_done(&c) && named && x->list.of < ACCOUNT_KINDS && !x->query.err && subject_kept(&x->query, &m);
}

void records_put_number(struct buf *out, enum records_entry kind, uint32_t number)
{
	journal_put(out, (uint8_t)kind, number, STR(""));
}

/* --- the file --- */

static void say_broken(struct records *r, const char *why)
{
	if (!r->broken)
		syslog_event(r->core->log, "AAA", 3, "ACCT_FILE",
			     "accounting records are kept in memory only, a reload loses them: %s", why);
	r->broken = true;
}

void records_rewrite(struct records *r)
{
	const struct record *x;
	struct errbuf e = { "" };
	struct buf all;

	buf_init(&all, JOURNAL_MAX);
	records_put_number(&all, RECORDS_TASKS, r->reserved);
	TAILQ_FOREACH (x, &r->open, link)
		records_put_entry(&all, RECORDS_OPEN, x);
	TAILQ_FOREACH (x, &r->queue, link)
		records_put_entry(&all, RECORDS_RECORD, x);
	if (all.err || journal_rewrite(r->journal, buf_str(&all), &e) < 0)
		say_broken(r, all.err ? err_text(all.err) : e.text);
	else
		r->broken = false;
	r->rewrite_at = 2 * buf_len(&all) > REWRITE_SIZE ? 2 * buf_len(&all) : REWRITE_SIZE;
	buf_release(&all);
}

void records_write_down(struct records *r, struct buf *entries)
{
	struct errbuf e = { "" };

	if (r->journal && (entries->err || journal_append(r->journal, buf_str(entries), &e) < 0))
		say_broken(r, entries->err ? err_text(entries->err) : e.text);
	buf_release(entries);
	if (r->journal && journal_size(r->journal) > r->rewrite_at)
		records_rewrite(r);
}

/* --- at the start --- */

static void take_record(struct records *r, uint8_t kind, uint32_t id, struct str body)
{
	struct record *x = calloc(1, sizeof *x), *open;

	if (!x)
		return;
	x->of = r;
	x->id = id;
	if (!get_body(body, x)) {
		r->unread++;
		record_free(x);
		return;
	}
	if (kind == RECORDS_OPEN) {
		TAILQ_INSERT_TAIL(&r->open, x, link);
		r->n_open++;
		return;
	}
	open = x->stop ? records_find(&r->open, x->task, true) : NULL;
	if (open)
		records_close(r, open);
	records_put(r, x);
	r->last_id = id > r->last_id ? id : r->last_id;
}

static void take_entry(void *arg, uint8_t kind, uint32_t id, struct str body)
{
	struct records *r = arg;
	struct record *x;

	switch (kind) {
	case RECORDS_TASKS:
		r->reserved = id;
		break;
	case RECORDS_OPEN:
	case RECORDS_RECORD:
		take_record(r, kind, id, body);
		break;
	case RECORDS_DONE:
		if ((x = records_find(&r->queue, id, false)))
			records_drop(r, x);
		break;
	case RECORDS_CLOSED:
		if ((x = records_find(&r->open, id, true)))
			records_close(r, x);
		break;
	default:
		break;
	}
}

void records_load(struct records *r)
{
	struct errbuf e = { "" };
	size_t cut;

	if (journal_open(&r->journal, r->core->nvram_fd, RECORDS_FILE, take_entry, r, &cut, &e) < 0)
		say_broken(r, e.text);
	else if (cut)
		syslog_event(r->core->log, "AAA", 3, "ACCT_FILE",
			     "the last %zu bytes of the accounting records are damaged", cut);
	if (r->unread)
		syslog_event(r->core->log, "AAA", 3, "ACCT_LOST",
			     "%u accounting records are lost: they are of another release and cannot be read",
			     r->unread);
	r->last_task = r->reserved;
}
