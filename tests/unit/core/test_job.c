/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: helpers answer rightly from inside their walls, and no helper, however it dies, lies, floods or hangs, can do
 * more to core than fail its own job. This program is also the image: executed with --role it becomes the real helper
 * or one of the hostile ones below.
 */
#include "core/job.h"

#include "aaa/aaa.h"
#include "helpers/helpers.h"
#include "helpers/record.h"
#include "keys/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the hostile helpers ---- */

static void say(uint8_t kind, size_t n, const char *bytes)
{
	uint8_t head[RECORD_HEAD] = { kind, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	if (write(3, head, sizeof head) < 0 || write(3, bytes, strlen(bytes)) < 0)
		_exit(1);
}

static void flood(uint8_t kind)
{
	for (;;)
		say(kind, 1, ".");
}

static void mode_exits(void)
{
	_exit(7);
}
static void mode_crashes(void)
{
	raise(SIGKILL);
}
static void mode_hangs(void)
{
	for (;;)
		pause();
}
static void mode_goes_silent(void)
{
	close(3);
	mode_hangs();
}
static void mode_huge(void)
{
	say(RECORD_RESULT, RECORD_MAX + 1, "x");
	mode_hangs();
}
static void mode_gigantic(void)
{
	say(RECORD_RESULT, 0xffffffff, "x");
	mode_hangs();
}
static void mode_short(void)
{
	say(RECORD_RESULT, 100, "only this");
}
static void mode_head_only(void)
{
	if (write(3, "\3\0", 2) != 2)
		_exit(1);
}
static void mode_unknown_kind(void)
{
	say(77, 1, "x");
	mode_hangs();
}
static void mode_request_back(void)
{
	say(RECORD_REQUEST, 1, "x");
	mode_hangs();
}
static void mode_floods(void)
{
	flood(RECORD_PROGRESS);
}
static void mode_long_progress(void)
{
	say(RECORD_PROGRESS, 300, "x");
	mode_hangs();
}
static void mode_escapes(void)
{
	say(RECORD_REFUSED, 8, "a\033[2J\nb\x9b");
	mode_hangs();
}
static void mode_early(void)
{
	say(RECORD_RESULT, 2, "ok");
	say(RECORD_RESULT, 5, "again");
	mode_hangs();
}
static void mode_slow(void)
{
	usleep(150000);
	say(RECORD_RESULT, 4, "slow");
	mode_hangs();
}
static void mode_dots(void)
{
	say(RECORD_PROGRESS, 1, ".");
	say(RECORD_PROGRESS, 1, ".");
	say(RECORD_RESULT, 4, "done");
}

extern char **environ;

/* What the child was given: how many descriptors above 2, whether the environment is empty. */
static void mode_inventory(void)
{
	char text[32];
	unsigned n = 0;

	for (int fd = 3; fd < 200; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	snprintf(text, sizeof text, "%u %d", n, environ[0] != NULL);
	say(RECORD_RESULT, strlen(text), text);
}

static const struct {
	const char *name;
	void (*act)(void);
	const char *want; /* a part of the words of its failure; NULL: see the tests */
} modes[] = {
	{ "exits", mode_exits, "exited with 7" },
	{ "crashes", mode_crashes, "signal 9" },
	{ "hangs", mode_hangs, "not done after" },
	{ "goes-silent", mode_goes_silent, "not done after" },
	{ "huge", mode_huge, "malformed answer" },
	{ "gigantic", mode_gigantic, "malformed answer" },
	{ "short", mode_short, "gave no answer" },
	{ "head-only", mode_head_only, "gave no answer" },
	{ "unknown-kind", mode_unknown_kind, "malformed answer" },
	{ "request-back", mode_request_back, "malformed answer" },
	{ "floods", mode_floods, "too much" },
	{ "long-progress", mode_long_progress, "malformed answer" },
	{ "escapes", mode_escapes, "a?[2J\nb?" },
	{ "no-such-role", NULL, "exited with 3" },
	{ "early", mode_early, NULL },
	{ "slow", mode_slow, NULL },
	{ "dots", mode_dots, NULL },
	{ "inventory", mode_inventory, NULL },
};

static int become(const char *role, int argc, char **argv)
{
	const char *name = strncmp(role, "helper-", 7) == 0 ? role + 7 : "";

	alarm(60); /* whatever core fails to do, no helper of a test stays behind */
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strcmp(modes[i].name, name) == 0 && modes[i].act) {
			modes[i].act();
			return 0;
		}
	return helper_main(role, argc, argv);
}

/* ---- core's side ---- */

static struct job_host host = { .spawn = { .image_fd = -1, .device_dir = "test-device" } };
static struct event *sigchld;
static unsigned reaped;

struct outcome {
	unsigned progresses, results, failures;
	struct buf bytes;
	struct job *cancel_in_progress;
	struct job **cancel_first;
	int pending; /* of several */
};

static void reap(evutil_socket_t fd, short what, void *arg)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		reaped++;
		job_reaped(pid, status);
	}
}

static void record(void *arg, enum job_kind kind, struct str bytes)
{
	struct outcome *o = arg;

	if (kind == JOB_PROGRESS) {
		o->progresses++;
		job_cancel(o->cancel_in_progress);
		if (o->cancel_in_progress)
			event_base_loopbreak(host.base);
		return;
	}
	o->results += kind == JOB_RESULT;
	o->failures += kind == JOB_FAILED;
	buf_release(&o->bytes);
	buf_init(&o->bytes, 0);
	buf_put(&o->bytes, bytes.p, bytes.n);
	if (--o->pending <= 0)
		event_base_loopbreak(host.base);
}

static struct job *start(struct outcome *o, const char *name, struct str request, unsigned limit_ms)
{
	struct errbuf e;
	struct job *j = job_start(&host, name, request, limit_ms, record, o, &e);

	assert_non_null(j);
	return j;
}

static struct outcome run(const char *name, struct str request, unsigned limit_ms)
{
	struct outcome o = { 0 };

	start(&o, name, request, limit_ms);
	event_base_dispatch(host.base);
	return o;
}

static unsigned open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int children(void)
{
	int status, n = 0;

	for (int i = 0; i < 200; i++) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid < 0)
			break;
		n += pid > 0;
		if (pid == 0)
			usleep(5000);
	}
	return n;
}

static unsigned descriptors_before;

static int setup(void **state)
{
	host.base = event_base_new();
	host.spawn.uid = host.spawn.gid = 0;
	sigchld = event_new(host.base, SIGCHLD, EV_SIGNAL | EV_PERSIST, reap, NULL);
	event_add(sigchld, NULL);
	descriptors_before = open_descriptors();
	return 0;
}

/* After every test: no job, child or descriptor is left. */
static int teardown(void **state)
{
	children();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(open_descriptors(), descriptors_before);
	event_free(sigchld);
	event_base_free(host.base);
	return 0;
}

static void verify_request(struct buf *b, int type, const char *stored, struct str typed)
{
	buf_init(b, 0);
	buf_put_u32(b, (uint32_t)type);
	buf_put_cstr(b, stored);
	buf_put_str(b, typed);
}

static void verify_answers(void **state)
{
	static const struct {
		int type;
		const char *stored, *typed;
		uint8_t want;
	} rows[] = {
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "cisco", 1 },
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "Cisco", 0 },
		{ 7, "094F471A1A0A", "cisco", 1 },
		{ 8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk", "hashcat", 1 },
		{ 9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat", 1 },
		{ 9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcats", 0 },
		{ 9, "$9$damaged", "hashcat", 0 },
		{ 99, "x", "x", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct outcome o;
		struct buf b;

		verify_request(&b, rows[i].type, rows[i].stored, str_of(rows[i].typed));
		o = run("verify", buf_str(&b), 5000);
		assert_int_equal(o.results, 1);
		assert_int_equal(buf_len(&o.bytes), 1);
		assert_int_equal(buf_ptr(&o.bytes)[0], rows[i].want);
		buf_release(&o.bytes);
		buf_release(&b);
	}
}

static void secret_answers(void **state)
{
	static const int types[] = { 5, 7, 8, 9 };

	for (size_t i = 0; i < 4; i++) {
		char stored[AAA_SECRET_SIZE];
		struct outcome o;
		struct buf b;
		struct cur c;

		buf_init(&b, 0);
		buf_put_u32(&b, (uint32_t)types[i]);
		buf_put_cstr(&b, "hashcat");
		o = run("secret", buf_str(&b), 5000);
		assert_int_equal(o.results, 1);
		c = cur_of(buf_str(&o.bytes));
		assert_true(str_copy(cur_str(&c), stored, sizeof stored));
		assert_true(cur_done(&c));
		assert_true(aaa_secret_matches(types[i], stored, STR("hashcat")));
		buf_release(&o.bytes);
		buf_release(&b);
	}
}

static void rsa_and_sign_answer(void **state)
{
	struct key key = { .usage = KEY_GENERAL };
	struct buf b, blob;
	struct outcome o;
	struct cur c;

	buf_init(&b, 0);
	buf_init(&blob, 0);
	buf_put_u32(&b, 2048);
	o = run("rsa", buf_str(&b), 60000);
	assert_int_equal(o.results, 1);
	c = cur_of(buf_str(&o.bytes));
	assert_int_equal(key_from_private(cur_str(&c), &key), 0);
	assert_true(cur_done(&c));
	assert_int_equal(key.bits, 2048);
	key_blob(&key, &blob);

	buf_clear(&b);
	buf_put(&b, buf_ptr(&o.bytes), buf_len(&o.bytes)); /* the DER, already a string */
	buf_put_cstr(&b, "rsa-sha2-512");
	buf_put_cstr(&b, "the exchange hash");
	buf_release(&o.bytes);
	o = run("sign", buf_str(&b), 5000);
	assert_int_equal(o.results, 1);
	c = cur_of(buf_str(&o.bytes));
	assert_int_equal(key_verify(STR("rsa-sha2-512"), buf_str(&blob), STR("the exchange hash"), cur_str(&c)), 0);
	assert_true(cur_done(&c));
	buf_release(&o.bytes);
	buf_release(&b);
	buf_release(&blob);
	key_release(&key);
}

static void long_work_shows_life(void **state)
{
	struct outcome o = { 0 };
	struct buf b;

	/* 4,096 bits take seconds; on a lucky draw less, so a few are allowed. */
	buf_init(&b, 0);
	buf_put_u32(&b, 4096);
	for (int i = 0; i < 10 && o.progresses == 0; i++) {
		buf_release(&o.bytes);
		o = run("rsa", buf_str(&b), 120000);
		assert_int_equal(o.results, 1);
	}
	assert_true(o.progresses > 0);
	buf_release(&o.bytes);
	buf_release(&b);
}

/* The helper's own copies of the descriptors are all there is of them when its answer is here. */
static void files_are_moved(void **state)
{
	char from[] = "/tmp/move-XXXXXX", to[] = "/tmp/move-XXXXXX";
	int fds[2] = { mkstemp(from), mkstemp(to) };
	unsigned before = open_descriptors();
	static char bytes[100000], back[sizeof bytes];
	struct outcome o = { 0 };
	struct buf b;

	assert_true(fds[0] >= 0 && fds[1] >= 0);
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(write(fds[0], bytes, sizeof bytes), sizeof bytes);
	for (uint64_t most = sizeof bytes - 1; most <= sizeof bytes; most++) {
		bool fits = most == sizeof bytes;

		assert_int_equal(ftruncate(fds[1], 0), 0);
		assert_int_equal(lseek(fds[1], 0, SEEK_SET), 0);
		o = (struct outcome){ 0 };
		buf_init(&o.bytes, 0);
		buf_init(&b, 0);
		buf_put_u64(&b, most);
		buf_put_u64(&b, sizeof bytes);
		buf_put_cstr(&b, "");
		assert_non_null(job_start_moving(&host, "move", buf_str(&b), fds, 2, 5000, record, &o, NULL));
		event_base_dispatch(host.base);
		assert_int_equal(o.results, fits);
		assert_int_equal(o.failures, !fits);
		buf_release(&o.bytes);
		buf_release(&b);
	}
	assert_int_equal(pread(fds[1], back, sizeof back, 0), sizeof back);
	assert_memory_equal(bytes, back, sizeof back);
	assert_int_equal(open_descriptors(), before);
	unlink(from);
	unlink(to);
	close(fds[0]);
	close(fds[1]);
	/* Without descriptors there is nothing to move. */
	o = run("move", STR("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0"), 5000);
	assert_int_equal(o.failures, 1);
	buf_release(&o.bytes);
}

static void malformed_requests_are_refused(void **state)
{
	static const char *const names[] = { "rsa", "verify", "secret", "sign" };
	static const struct str bad[] = {
		{ (const uint8_t *)"x", 1 },
		{ (const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff", 8 },
		{ (const uint8_t *)"\0\0\0\1", 4 },
		{ (const uint8_t *)"\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0more", 20 },
	};

	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
			struct outcome o = run(names[n], bad[i], 5000);

			assert_int_equal(o.failures, 1);
			assert_string_equal(buf_cstr(&o.bytes), err_text(E_INVAL));
			buf_release(&o.bytes);
		}
}

static void hostile_helpers_fail_their_job_only(void **state)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		struct outcome o;

		if (!modes[i].want)
			continue;
		o = run(modes[i].name, STR("request"), strstr(modes[i].want, "not done") ? 100 : 5000);
		assert_int_equal(o.results, 0);
		assert_int_equal(o.failures, 1);
		if (!strstr(buf_cstr(&o.bytes), modes[i].want))
			fail_msg("%s: %s", modes[i].name, buf_cstr(&o.bytes));
		buf_release(&o.bytes);
	}
}

static void only_the_first_result_counts(void **state)
{
	struct outcome o = run("early", STR("request"), 5000);

	assert_int_equal(o.results, 1);
	assert_string_equal(buf_cstr(&o.bytes), "ok");
	buf_release(&o.bytes);
}

static void progress_comes_before_the_result(void **state)
{
	struct outcome o = run("dots", STR("request"), 5000);

	assert_int_equal(o.progresses, 2);
	assert_int_equal(o.results, 1);
	buf_release(&o.bytes);
}

static void helpers_get_one_descriptor_and_no_environment(void **state)
{
	int extra = open("/dev/null", O_RDONLY); /* not close-on-exec */
	struct outcome o = run("inventory", STR("request"), 5000);

	close(extra);
	assert_string_equal(buf_cstr(&o.bytes), "1 0");
	buf_release(&o.bytes);
}

static void big_requests_arrive(void **state)
{
	static uint8_t bytes[RECORD_MAX + 1];
	struct outcome o;
	struct errbuf e;
	struct buf b;

	/* More than a socket holds at once, for a helper that does not read, and for one that does. */
	o = run("early", (struct str){ bytes, RECORD_MAX }, 5000);
	assert_int_equal(o.results, 1);
	buf_release(&o.bytes);
	buf_init(&b, 0);
	buf_put_u32(&b, 9);
	buf_put_str(&b, (struct str){ bytes, 60000 });
	o = run("secret", buf_str(&b), 5000);
	assert_int_equal(o.failures, 1);
	buf_release(&o.bytes);
	buf_release(&b);
	assert_null(job_start(&host, "early", (struct str){ bytes, RECORD_MAX + 1 }, 10, record, &o, &e));
	assert_null(job_start(&host, "early", STR(""), 10, record, &o, &e));
	assert_null(job_start(&host, "a-name-of-more-than-thirty-one-letters", STR("x"), 10, record, &o, &e));
}

static void a_missing_image_fails_the_job(void **state)
{
	int image = host.spawn.image_fd;
	struct outcome o;

	host.spawn.image_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	o = run("early", STR("request"), 5000);
	close(host.spawn.image_fd);
	host.spawn.image_fd = image;
	assert_int_equal(o.failures, 1);
	buf_release(&o.bytes);
}

static void no_descriptor_left_fails_the_job(void **state)
{
	struct rlimit before, none;
	struct outcome o = { 0 };

	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ 4, before.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	start(&o, "early", STR("request"), 5000);
	assert_int_equal(o.failures, 0); /* not from inside job_start */
	setrlimit(RLIMIT_NOFILE, &before);
	event_base_dispatch(host.base);
	assert_int_equal(o.failures, 1);
	buf_release(&o.bytes);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void more_than_the_places_wait(void **state)
{
	struct outcome o = { .pending = 3 * JOB_MAX };
	double begun = seconds(), took;

	for (int i = 0; i < 3 * JOB_MAX; i++)
		start(&o, "slow", STR("request"), 5000);
	event_base_dispatch(host.base);
	took = seconds() - begun;
	assert_int_equal(o.results, 3 * JOB_MAX);
	assert_true(took > 0.45); /* three turns of 150 ms: no more than JOB_MAX at once */
	buf_release(&o.bytes);
}

static void long_jobs_leave_a_place(void **state)
{
	struct outcome slow = { 0 }, quick = { 0 };
	struct job *j[JOB_MAX];

	for (int i = 0; i < JOB_MAX; i++)
		j[i] = start(&slow, "hangs", STR("request"), JOB_LONG_MS + 1);
	start(&quick, "early", STR("request"), 5000);
	event_base_dispatch(host.base);
	assert_int_equal(quick.results, 1);
	for (int i = 0; i < JOB_MAX; i++)
		job_cancel(j[i]);
	assert_int_equal(slow.failures, 0);
	buf_release(&quick.bytes);
}

static void the_queue_is_bounded(void **state)
{
	struct job *j[JOB_MAX + JOB_QUEUE_MAX];
	struct outcome o = { 0 };
	struct errbuf e;

	for (int i = 0; i < JOB_MAX + JOB_QUEUE_MAX; i++)
		j[i] = start(&o, "hangs", STR("request"), 5000);
	assert_null(job_start(&host, "early", STR("request"), 5000, record, &o, &e));
	/* Backwards, so that no waiting one takes the place of a cancelled one. */
	for (int i = JOB_MAX + JOB_QUEUE_MAX; i-- > 0;)
		job_cancel(j[i]);
	assert_int_equal(o.failures + o.results, 0);
}

static void waiting_jobs_have_deadlines_too(void **state)
{
	struct outcome blockers = { 0 }, o = { 0 };
	struct job *j[JOB_MAX];

	for (int i = 0; i < JOB_MAX; i++)
		j[i] = start(&blockers, "hangs", STR("request"), 5000);
	start(&o, "early", STR("request"), 50);
	event_base_dispatch(host.base);
	assert_int_equal(o.failures, 1);
	for (int i = 0; i < JOB_MAX; i++)
		job_cancel(j[i]);
	buf_release(&o.bytes);
}

static void a_job_can_be_cancelled_from_its_own_progress(void **state)
{
	struct outcome o = { 0 };

	o.cancel_in_progress = start(&o, "dots", STR("request"), 5000);
	event_base_dispatch(host.base);
	assert_int_equal(o.progresses, 1);
	assert_int_equal(o.results + o.failures, 0);
	job_cancel(NULL);
}

/* ---- the walls ---- */

static void assert_status(pid_t pid, const char *want)
{
	char path[40], text[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof text - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	if (!strstr(text, want))
		fail_msg("no \"%s\" in %s", want, text);
}

static pid_t wait_for_child(void)
{
	/* The only child; its pid is what /proc says. */
	char path[64], text[32];
	int fd;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

static void helpers_stand_inside_their_walls(void **state)
{
	struct outcome o = { 0 };
	char path[64], link[64];
	struct job *j;
	struct buf b;
	pid_t pid;

	if (geteuid() == 0)
		host.spawn.uid = host.spawn.gid = 65534;
	buf_init(&b, 0);
	buf_put_u32(&b, 4096);
	j = start(&o, "rsa", buf_str(&b), 60000);
	pid = wait_for_child();
	if (pid <= 0) {
		print_message("skipped: this kernel does not list children\n");
		job_cancel(j);
		buf_release(&b);
		skip();
	}
	event_base_loopexit(host.base, &(struct timeval){ 0, 50000 }); /* it works by now: a key takes longer */
	event_base_dispatch(host.base);
	if (o.results == 0) {
		assert_status(pid, "NoNewPrivs:\t1");
		assert_status(pid, "Seccomp:\t2");
		assert_status(pid, "CapEff:\t0000000000000000");
		if (geteuid() == 0)
			assert_status(pid, "Uid:\t65534\t65534\t65534\t65534");
		snprintf(path, sizeof path, "/proc/%d/fd", pid);
		if (geteuid() == 0) { /* it is not dumpable: nobody else may look */
			DIR *d = opendir(path);
			unsigned n = 0;

			assert_non_null(d);
			for (struct dirent *entry; (entry = readdir(d));)
				n += entry->d_name[0] != '.';
			closedir(d);
			assert_int_equal(n, 1);
			strncat(path, "/3", 3);
			ssize_t got = readlink(path, link, sizeof link - 1);
			assert_true(got > 7 && strncmp(link, "socket:", 7) == 0);
		}
		job_cancel(j);
	}
	buf_release(&o.bytes);
	buf_release(&b);
}

static double milliseconds_of(int type, const char *stored, unsigned rounds)
{
	double best = 1e9;
	struct buf b;

	verify_request(&b, type, stored, STR("hashcat"));
	for (unsigned i = 0; i < rounds; i++) {
		double begun = seconds();
		struct outcome o = run("verify", buf_str(&b), 5000);
		double took = (seconds() - begun) * 1e3;

		assert_int_equal(o.results, 1);
		buf_release(&o.bytes);
		best = took < best ? took : best;
	}
	buf_release(&b);
	return best;
}

/* A figure, not a check: machines differ. */
static void launch_latency(void **state)
{
	print_message("a helper's answer takes %.1f ms, with scrypt %.1f ms (best of 20)\n",
		      milliseconds_of(7, "094F471A1A0A", 20), milliseconds_of(9, aaa_decoy_secret, 20));
}

int main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(verify_answers),
		T(secret_answers),
		T(rsa_and_sign_answer),
		T(long_work_shows_life),
		T(files_are_moved),
		T(malformed_requests_are_refused),
		T(hostile_helpers_fail_their_job_only),
		T(only_the_first_result_counts),
		T(progress_comes_before_the_result),
		T(helpers_get_one_descriptor_and_no_environment),
		T(big_requests_arrive),
		T(a_missing_image_fails_the_job),
		T(no_descriptor_left_fails_the_job),
		T(more_than_the_places_wait),
		T(long_jobs_leave_a_place),
		T(the_queue_is_bounded),
		T(waiting_jobs_have_deadlines_too),
		T(a_job_can_be_cancelled_from_its_own_progress),
		T(helpers_stand_inside_their_walls),
		T(launch_latency),
	};

	if (argc > 2 && strcmp(argv[1], "--role") == 0)
		_exit(become(argv[2], argc, argv));
	host.spawn.image_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
