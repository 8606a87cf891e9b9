/* SPDX-License-Identifier: Apache-2.0
 *
 * test_records.c: accounting records that wait: when there is no room the old ones stay and the log says what is lost;
 * a list that is broadcast has one for each group; what cannot be read of a file is said; all of it through a reload.
 */
#include "cmd/cmd.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/records_private.h"
#include "core/login/servers.h"
#include "files/journal.h"
#include "lines/lines.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../folder.h"
#include "change.h"
#include "keep.h"

#define QUEUE_MAX 16384

static struct core core;
static char folder[32];

static void list_of(const char *leaf, const char *value)
{
	struct txn *t = model_begin(core.model);
	struct lyd_node *entry;

	assert_int_equal(
	    txn_entry(t, NULL, "/ravelin-aaa:aaa/exec-accounting", (const char *[]){ "default" }, &entry, NULL), 0);
	if (leaf)
		assert_int_equal(txn_set(t, entry, leaf, value, NULL), 0);
	assert_int_equal(txn_set(t, entry, "when", "start-stop", NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static int setup(void **state)
{
	(void)state;
	core = (struct core){ .base = event_base_new(), .nvram_fd = folder_make(folder) };
	assert_int_equal(model_new(&core.model, NULL), 0);
	assert_int_equal(cmd_set_new(&core.cmds, "ios", core.model, NULL), 0);
	core.lines = lines_new(core.model);
	core.servers = servers_new(&core);
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	keep(core.servers);
	change(core.model, NULL, NULL, "/ravelin-aaa:aaa/new-model", "true");
	change(core.model, "/ravelin-servers:radius/server", (const char *[]){ "R" }, NULL,
	       NULL); /* without an address or key */
	change(core.model, "/ravelin-servers:tacacs/server", (const char *[]){ "T" }, NULL, NULL);
	list_of("method", "group radius");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	folder_remove(folder, core.nvram_fd);
	syslog_free(core.log);
	lines_free(core.lines);
	cmd_set_free(core.cmds);
	model_free(core.model);
	event_base_free(core.base);
	return 0;
}

static const struct account_list list = { .of = ACCOUNT_EXEC, .name = "default" };

static bool begin(struct records *r, uint32_t task)
{
	const struct ipc_msg_QUERY m = { .user = STR("alice"), .port = STR("tty2"), .address = STR("192.0.2.1") };

	return records_begin(r, &list, task, &m);
}

static unsigned logged(const char *text)
{
	const char *found;
	uint64_t at = 0;
	unsigned n = 0;
	struct buf log;

	buf_init(&log, 0);
	syslog_lines(core.log, &at, &log);
	buf_put_u8(&log, 0);
	for (found = (const char *)buf_ptr(&log); (found = strstr(found, text)); found++)
		n++;
	buf_release(&log);
	return n;
}

/* As the device has it after a kill. */
static struct records *again(struct records *r)
{
	journal_close(r->journal);
	r = records_new(&core);
	assert_non_null(r);
	keep(r);
	return r;
}

static struct records *fresh(void)
{
	struct records *r = records_new(&core);

	assert_non_null(r);
	keep(r);
	return r;
}

static void no_room(void **state)
{
	struct records *r = fresh();
	unsigned n = 0;

	(void)state;
	while (r->n_queue < QUEUE_MAX && n++ < QUEUE_MAX)
		assert_true(begin(r, records_task(r)));
	assert_int_equal(r->n_queue, QUEUE_MAX);
	assert_int_equal(logged("ACCT_LOST"), 0);
	for (int i = 0; i < 5; i++)
		assert_true(begin(r, records_task(r))); /* its stop may find room */
	assert_int_equal(logged("ACCT_LOST: the start record of task 16385, user alice, is lost"), 1);
	assert_int_equal(logged("ACCT_LOST"), 1);
	records_end(r, 16386, NULL);
	assert_int_equal(r->n_queue, QUEUE_MAX);
	r = again(r);
	assert_int_equal(r->n_queue, QUEUE_MAX);
	assert_int_equal(TAILQ_FIRST(&r->queue)->task, 1); /* the oldest are there */
	assert_int_equal(r->n_open, QUEUE_MAX + 4);
	assert_null(records_find(&r->open, 16386, true)); /* and what has ended is not begun any more */
	journal_close(r->journal);
}

static void one_for_each_group(void **state)
{
	struct records *r = fresh();
	const struct record *x;

	(void)state;
	list_of("method", "group tacacs+");
	assert_true(begin(r, 7));
	assert_int_equal(r->n_queue, 1);
	list_of("broadcast", "true");
	assert_true(begin(r, 8));
	records_end(r, 8, NULL);
	for (int i = 0; i < 2; i++, r = again(r)) {
		assert_int_equal(r->n_queue, 5);
		x = TAILQ_FIRST(&r->queue);
		assert_string_equal(x->group, "");
		for (int n = 0; n < 4; n++) {
			x = TAILQ_NEXT(x, link);
			assert_int_equal(x->task, 8);
			assert_int_equal(x->stop, n / 2);
			assert_string_equal(x->group, n % 2 ? "tacacs+" : "radius");
		}
		assert_null(records_find(&r->open, 8, true));
	}
	journal_close(r->journal);
}

/* As a journal of before: its questions had less in them. */
static void what_cannot_be_read(void **state)
{
	struct records *r = fresh();
	struct record *x;
	struct errbuf e;
	struct buf out;

	(void)state;
	assert_true(begin(r, 1));
	x = TAILQ_FIRST(&r->queue);
	x->id = 2;
	x->query.len -= 5;
	buf_init(&out, 0);
	records_put_entry(&out, RECORDS_RECORD, x);
	assert_int_equal(journal_append(r->journal, buf_str(&out), &e), 0);
	buf_release(&out);
	r = again(r);
	assert_int_equal(r->n_queue, 1);
	assert_int_equal(logged("ACCT_LOST: 1 accounting records are lost: they are of another release"), 1);
	journal_close(r->journal);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(no_room), TEST(one_for_each_group), TEST(what_cannot_be_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
