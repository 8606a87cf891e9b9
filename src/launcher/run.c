/* SPDX-License-Identifier: Apache-2.0
 *
 * run.c: `ravelin run`: command line and device.conf, then rommon in this process, or in a child that stays when this
 * one has said whether the device came up.
 */
#include "launcher.h"

#include "rommon/rommon.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *parse(int argc, char **argv, const char **dir, bool *background, struct lent *l, struct errbuf *e)
{
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, "dp:")) != -1) {
		if (c == 'd')
			*background = true;
		else if (c != 'p')
			return "unknown option, or one without its value";
		else if (lent_publish(l, optarg, e))
			return e->text;
	}
	if (argc - optind != 1)
		return "give one folder";
	*dir = argv[optind];
	return NULL;
}

/* The last lines of what the image said on its standard error. */
static void print_log_end(const struct device *d)
{
	char bytes[2048], *from = bytes;
	int fd = openat(d->fd, "run/boot.log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = 0;

	if (size > 0)
		n = pread(fd, bytes, sizeof bytes - 1, size > 2047 ? size - 2047 : 0);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	bytes[n] = '\0';
	if (size > 2047 && strchr(bytes, '\n'))
		from = strchr(bytes, '\n') + 1;
	fprintf(stderr, "The end of %s/run/boot.log:\n%s", d->path, from);
}

static int await_report(int fd, pid_t rommon, const struct device *d)
{
	char words[512];
	size_t used = 0;
	ssize_t n;

	while (used < sizeof words - 1 &&
	       ((n = read(fd, words + used, sizeof words - 1 - used)) > 0 || (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	words[used] = '\0';
	if (words[0] == '0') {
		if (words[1])
			printf("%s: %s\n", d->path, words + 1);
		return EXIT_DONE;
	}
	while (waitpid(rommon, NULL, 0) < 0 && errno == EINTR) /* all of it has gone when this says so */
		;
	fprintf(stderr, "ravelin: %s: %s\n", d->path, used ? words + 1 : "rommon died");
	if (strncmp(words + (used > 0), "already", 7) != 0)
		print_log_end(d);
	return EXIT_FAILED;
}

static int start_background(struct rommon_options *o, const struct device *d)
{
	struct errbuf e;
	int report[2], null;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) || (null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0 || (pid = fork()) < 0) {
		err_set(&e, E_IO, "cannot go into the background: %s", strerror(errno));
		return launcher_fail(&e);
	}
	if (pid > 0) {
		close(report[1]);
		return await_report(report[0], pid, d);
	}
	close(report[0]);
	setsid();
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(EXIT_FAILED);
	o->report_fd = report[1];
	exit(rommon_run(o));
}

int run_command(int argc, char **argv)
{
	static struct lent lent;
	static struct device device;
	struct rommon_options o = { .device = device.path, .lent = lent.argv, .report_fd = -1 };
	const char *dir = NULL, *wrong;
	bool background = false;
	struct errbuf e;

	wrong = parse(argc, argv, &dir, &background, &lent, &e);
	if (wrong)
		return launcher_usage(argv[0], wrong);
	if (device_open(&device, dir, &e) || device_conf_load(&device, &lent, &e))
		return launcher_fail(&e);
	o.libexec_fd = libexec_open(&e);
	if (o.libexec_fd < 0)
		return launcher_fail(&e);
	o.device_fd = device.fd;
	o.lent_count = lent.argc;
	return background ? start_background(&o, &device) : rommon_run(&o);
}
