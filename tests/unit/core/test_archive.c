/* SPDX-License-Identifier: Apache-2.0
 *
 * test_archive.c: copies of the configuration come and go as configured; a full file system loses none, a file of
 * somebody's own is never taken for one, and whatever a kill leaves is understood.
 */
#include "core/files/archive.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "files/files.h"
#include "files/upload.h"
#include "model/model.h"

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../folder.h"
#include "keep.h"

static struct core core;

static char flash[32], nvram[32];

static int setup(void **state)
{
	struct errbuf e = { "" };

	(void)state;
	memset(&core, 0, sizeof core);
	core.base = event_base_new();
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	core.flash_fd = folder_make(flash);
	core.nvram_fd = folder_make(nvram);
	core.flash_size = 1000;
	if (model_new(&core.model, &e) < 0 || fs_init(&core, &e) < 0)
		return -1;
	core.archive = archive_new(&core);
	keep(core.archive);
	return core.archive ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	folder_remove(flash, core.flash_fd);
	folder_remove(nvram, core.nvram_fd);
	model_free(core.model);
	syslog_free(core.log);
	event_base_free(core.base);
	return 0;
}

static void set(const char *leaf, const char *value)
{
	struct txn *t = model_begin(core.model);
	struct errbuf e = { "" };
	char path[80];

	snprintf(path, sizeof path, "/ravelin-archive:archive/%s", leaf);
	assert_int_equal(txn_set(t, NULL, path, value, &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
}

static void stores(const char *text, const char *expected)
{
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];

	assert_int_equal(archive_store(core.archive, str_of(text), name, &e), 0);
	assert_string_equal(name, expected);
}

static bool there(const char *name)
{
	return faccessat(core.flash_fd, name, F_OK, 0) == 0;
}

static void write_own(const char *name)
{
	int fd = openat(core.flash_fd, name, O_CREAT | O_WRONLY, 0600);

	assert_int_equal(write(fd, "own", 3), 3);
	close(fd);
}

/* As after a restart. */
static void restart(void)
{
	core.archive = archive_new(&core);
	keep(core.archive);
	assert_int_equal(volume_recount(&core.flash, NULL), 0);
}

static void shows(const char *line)
{
	struct buf out;

	buf_init(&out, 0);
	archive_show(core.archive, &out);
	if (!strstr(buf_cstr(&out), line))
		print_error("no \"%s\" in\n%s", line, buf_cstr(&out));
	assert_non_null(strstr(buf_cstr(&out), line));
	buf_release(&out);
}

static void so_many_are_kept(void **state)
{
	(void)state;
	set("path", "flash:c");
	set("maximum", "2");
	stores("one", "flash0:/c-1");
	stores("two", "flash0:/c-2");
	stores("three", "flash0:/c-3");
	assert_true(!there("c-1") && there("c-2") && there("c-3"));
	restart();
	shows("There are currently 2 archive configurations saved.\nThe next archive file will be named flash:c-4\n");
	stores("four", "flash0:/c-4");
	assert_true(!there("c-2") && there("c-3") && there("c-4"));
	set("maximum", "1");
	stores("five", "flash0:/c-5");
	assert_true(!there("c-3") && !there("c-4") && there("c-5"));
}

static void names_have_host_and_time(void **state)
{
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];

	(void)state;
	set("path", "$h-$t-$x");
	assert_int_equal(archive_store(core.archive, STR("x"), name, &e), 0);
	assert_int_equal(strncmp(name, "flash0:/Router-", strlen("flash0:/Router-")), 0);
	assert_string_equal(name + strlen(name) - strlen("-$x-1"), "-$x-1");
	assert_int_equal(strlen(name), strlen("flash0:/Router-Nov-28-13-05-09.123-$x-1"));
	shows("named Router-<timestamp>-$x-2\n");
}

static void own_files_are_nobodys_copies(void **state)
{
	(void)state;
	set("path", "c");
	set("maximum", "1");
	write_own("c-1");
	write_own("c-3");
	stores("x", "flash0:/c-2");
	stores("x", "flash0:/c-4");
	assert_true(there("c-1") && !there("c-2") && there("c-3") && there("c-4"));
}

static void a_full_file_system_loses_nothing(void **state)
{
	static char text[600];
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	set("path", "c");
	set("maximum", "1");
	stores(text, "flash0:/c-1");
	assert_int_equal(archive_store(core.archive, str_of(text), name, &e), E_LIMIT);
	assert_string_equal(e.text, "%Error writing flash0:/c-2 (No space left on device)");
	assert_true(there("c-1") && !there("c-2"));
	shows("1        flash0:/c-1 <- Most Recent\n");
	stores("short", "flash0:/c-2");
	assert_true(!there("c-1") && there("c-2"));
}

static bool takes(const char *path)
{
	struct errbuf e = { "" };
	int rc = archive_takes(path, &e);

	assert_true((rc < 0) == (e.text[0] != '\0') && !strstr(e.text, "pw"));
	return rc == 0;
}

static void what_is_in_the_way_is_said(void **state)
{
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];
	struct upload *u;
	struct path p = { "c-1" };

	(void)state;
	assert_int_equal(archive_store(core.archive, STR("x"), name, &e), E_STATE);
	set("path", "none/c");
	assert_int_equal(archive_store(core.archive, STR("x"), name, &e), E_NOTFOUND);
	set("path", "null:c");
	assert_int_equal(archive_store(core.archive, STR("x"), name, &e), E_INVAL);
	set("path", "c");
	assert_int_equal(upload_begin(&core.flash, &p, &u, &e), 0);
	assert_int_equal(archive_store(core.archive, STR("x"), name, &e), E_BUSY);
	upload_drop(u);
	stores("x", "flash0:/c-1");
	assert_true(takes("flash:x") && takes("nvram:x") && takes("x/y"));
	assert_true(takes("tftp://192.0.2.1/$h-$t") && takes("ftp://me:pw@h/x") && takes("https://[::1]:8443/x"));
	assert_true(!takes("null:x") && !takes("system:x"));
	assert_true(!takes("tftp:") && !takes("ftp:x") && !takes("http://h") && !takes("http://h/") &&
		    !takes("scp://h/x"));
	assert_true(!takes("ftp://me:pw@@h/x") && !takes("tftp://h:0/x"));
}

/* A kill leaves an entry without a file; a hand may leave anything. */
static void any_index_is_read(void **state)
{
	static const char *const indexes[] = { "",
					       "\n\n",
					       "9",
					       "x\n-1 y\n",
					       "4\n4 flash0:/gone\n5 null:/x\n",
					       "4\n1 tftp://\n2 ftp://me:pw@@h/x\n3 http://h/\x01\n",
					       "4\n1 flash0:/../../x\n2\n3 \n",
					       "4\n1 nvram:/archive-index\n" };
	struct errbuf e = { "" };

	(void)state;
	set("path", "c");
	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
		assert_int_equal(files_save(core.nvram_fd, ARCHIVE_FILE, str_of(indexes[i]), 0600, &e), 0);
		restart();
		shows("There are currently 0 archive configurations saved.\n");
	}
	stores("x", "flash0:/c-5");
	assert_int_equal(
	    files_save(core.nvram_fd, ARCHIVE_FILE, STR("7\n3 tftp://h/x-3\n7 ftp://me:pw@h/x-7\n"), 0600, &e), 0);
	restart();
	set("path", "http://me:pw@[2001:db8::1]:81/$h");
	shows("There are currently 2 archive configurations saved.\n"
	      "The next archive file will be named http://[2001:db8::1]:81/Router-8\n");
	shows("   1        tftp://h/x-3\n   2        ftp://h/x-7 <- Most Recent\n");
}

static void kept_with_startup_config(void **state)
{
	(void)state;
	archive_written(core.archive, STR("x"));
	set("path", "c");
	archive_written(core.archive, STR("x"));
	assert_false(there("c-1"));
	set("write-memory", "true");
	archive_written(core.archive, STR("x"));
	assert_true(there("c-1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(so_many_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(names_have_host_and_time, setup, teardown),
		cmocka_unit_test_setup_teardown(own_files_are_nobodys_copies, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_file_system_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_in_the_way_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(any_index_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(kept_with_startup_config, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
