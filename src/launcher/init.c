/* SPDX-License-Identifier: Apache-2.0
 *
 * init.c: `ravelin init`. Makes the folder and its tree, puts the image into flash, verifies it, and lets that image
 * write keys and startup-config (`--role init`, see image/boot.h), so that this program needs libc only. What fails
 * half-way leaves nothing behind.
 */
#include "launcher.h"

#include "files/files.h"
#include "image/boot.h"
#include "rommon/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMAGE_SOURCE "ravelin.img"
#define IMAGE_NAME   "ravelin-universalk9." RAVELIN_VERSION ".bin"

struct init {
	const char *dir, *hostname, *config;
	bool bare, made; /* made: the folder itself is ours to remove */
	int config_fd;   /* -1: none */
	struct device device;
};

static const char conf_text[] =
    "# device.conf: what the host lends to this device. Read at each `ravelin run`.\n"
    "# A keyword and its values a line; # begins a comment.\n"
    "\n"
    "# The command language. xr is not in this release.\n"
    "dialect ios\n"
    "\n"
    "# Ports of the device on the host, [HOST:]HOSTPORT:PORT[/udp], HOST being 127.0.0.1 if left out; `ravelin run "
    "-p`\n"
    "# adds to them. With any of them only published ports are bound, without one the device's own.\n"
    "#publish 2222:22\n"
    "\n"
    "# What the files in flash0: may take in all.\n"
    "#flash-size 256M\n"
    "\n"
    "# VRFs of the configuration: NAME and the network namespace (ip-netns(8)) it stands for.\n"
    "#vrf MGMT mgmt\n";

static const struct {
	const char *name;
	mode_t mode;
} folders[] = { { "flash", 0755 },  { "nvram", 0700 }, { "keys", 0700 },
		{ "secure", 0700 }, { "run", 0700 },   { "crashinfo", 0700 } };

static void empty_folder(int fd, unsigned depth)
{
	DIR *d = files_entries(fd);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		int sub;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0 || depth == 0)
			continue;
		sub = openat(fd, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		empty_folder(sub, depth - 1);
		close(sub);
		unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
}

static bool is_empty(int fd)
{
	DIR *d = files_entries(fd);
	unsigned entries = 0;

	while (d && readdir(d))
		entries++;
	if (d)
		closedir(d);
	return d && entries <= 2;
}

static int make_folder(struct init *in, struct errbuf *e)
{
	in->made = mkdir(in->dir, 0755) == 0;
	if (!in->made && errno != EEXIST)
		return err_set(e, E_IO, "cannot make \"%.150s\": %s", in->dir, strerror(errno));
	if (!realpath(in->dir, in->device.path) ||
	    (in->device.fd = open(in->device.path, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_set(e, E_IO, "\"%.150s\": %s", in->dir, strerror(errno));
	if (!in->made && !is_empty(in->device.fd)) {
		close(in->device.fd);
		in->device.fd = -1;
		return err_set(e, E_EXISTS, "\"%.150s\" exists and is not empty", in->dir);
	}
	return 0;
}

static int make_tree(struct init *in, struct errbuf *e)
{
	int fd;

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (mkdirat(in->device.fd, folders[i].name, 0700) ||
		    fchmodat(in->device.fd, folders[i].name, folders[i].mode, 0))
			return err_set(e, E_IO, "cannot make \"%s\": %s", folders[i].name, strerror(errno));
	fd = openat(in->device.fd, DEVICE_CONF, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, conf_text, sizeof conf_text - 1) != sizeof conf_text - 1 || close(fd))
		return err_set(e, E_IO, "cannot write \"" DEVICE_CONF "\": %s", strerror(errno));
	return 0;
}

/* 0, or -1 and errno. Between two kinds of file systems the kernel copies by sendfile only. */
static ssize_t copy_all(int from, int to)
{
	ssize_t n;

	while ((n = copy_file_range(from, NULL, to, NULL, (size_t)1 << 30, 0)) > 0)
		;
	if (n < 0 && errno == EXDEV)
		while ((n = sendfile(to, from, NULL, (size_t)1 << 30)) > 0)
			;
	return n;
}

/* Across file systems, and where the kernel forbids links to files of others. */
static int copy_image(int libexec_fd, int flash_fd, struct errbuf *e)
{
	int from = openat(libexec_fd, IMAGE_SOURCE, O_RDONLY | O_CLOEXEC), to = -1, rc = E_IO;
	char path[32];
	ssize_t n;

	if (from < 0 || (to = openat(flash_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0755)) < 0)
		goto out;
	n = copy_all(from, to);
	snprintf(path, sizeof path, "/proc/self/fd/%d", to);
	if (n == 0 && fchmod(to, 0755) == 0 && fsync(to) == 0 &&
	    linkat(AT_FDCWD, path, flash_fd, IMAGE_NAME, AT_SYMLINK_FOLLOW) == 0)
		rc = 0;
out:
	if (rc)
		err_set(e, rc, "cannot put \"" IMAGE_SOURCE "\" into flash: %s", strerror(errno));
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* The image that will be booted, verified; l->fd is the caller's to close. */
static int put_image(struct init *in, struct load *l, struct errbuf *e)
{
	int libexec_fd = libexec_open(e), flash_fd, rc = E_IO;
	struct errbuf why;

	if (libexec_fd < 0)
		return libexec_fd;
	flash_fd = openat(in->device.fd, "flash", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (linkat(libexec_fd, IMAGE_SOURCE, flash_fd, IMAGE_NAME, 0) == 0)
		rc = 0;
	else
		rc = copy_image(libexec_fd, flash_fd, e);
	if (rc == 0 && (rc = load_named(libexec_fd, flash_fd, IMAGE_NAME, l, &why)))
		err_set(e, rc, "the image \"%s\" is refused: %s", IMAGE_SOURCE, why.text);
	close(libexec_fd);
	if (flash_fd >= 0)
		close(flash_fd);
	return rc;
}

/* A name from the folder's: what is no letter, digit or hyphen becomes a hyphen. */
static void host_name(const char *path, char out[64])
{
	const char *base = strrchr(path, '/');
	size_t n = 0;

	for (base = base ? base + 1 : path; *base && n < 63; base++) {
		char c = *base, low = c | 0x20;
		bool letter = low >= 'a' && low <= 'z', digit = c >= '0' && c <= '9';

		if (n == 0 ? letter : letter || digit)
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (!n)
		snprintf(out, 64, "Router");
}

static bool host_name_valid(const char *s)
{
	char cleaned[64];

	host_name(s, cleaned);
	return !strchr(s, '/') && strcmp(s, cleaned) == 0;
}

static void exec_init(struct init *in, int image_fd, const char *hostname)
{
	char *const envp[] = { NULL };
	const char *argv[] = { "ravelin-image",
			       "--role",
			       "init",
			       "--device",
			       in->device.path,
			       "--hostname",
			       hostname,
			       in->config ? "--config" : NULL,
			       NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int from = fcntl(in->config_fd >= 0 ? in->config_fd : null, F_DUPFD_CLOEXEC, 64);
	int device = fcntl(in->device.fd, F_DUPFD_CLOEXEC, 64), image = fcntl(image_fd, F_DUPFD_CLOEXEC, 64);

	if (from >= 0 && device >= 0 && image >= 0 && dup2(from, 0) == 0 && dup2(device, BOOT_FD_DEVICE) >= 0) {
		close_range(3, BOOT_FD_DEVICE - 1, 0);
		close_range(BOOT_FD_DEVICE + 1, ~0u, CLOSE_RANGE_CLOEXEC);
		execveat(image, "", (char *const *)argv, envp, AT_EMPTY_PATH);
	}
	fprintf(stderr, "ravelin: cannot run the image: %s\n", strerror(errno));
	_exit(1);
}

static int run_init(struct init *in, int image_fd, struct errbuf *e)
{
	char hostname[64];
	int status = 0;
	pid_t pid;

	if (in->hostname)
		snprintf(hostname, sizeof hostname, "%s", in->hostname);
	else
		host_name(in->device.path, hostname);
	pid = fork();
	if (pid == 0)
		exec_init(in, image_fd, hostname);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return err_set(e, E_IO, "the image could not make keys and startup-config");
}

static int make_device(struct init *in, struct errbuf *e)
{
	struct load l = { .fd = -1 };
	int rc;

	if ((rc = make_folder(in, e)))
		return rc;
	if ((rc = make_tree(in, e)) == 0 && (rc = put_image(in, &l, e)) == 0 && !in->bare)
		rc = run_init(in, l.fd, e);
	if (l.fd >= 0)
		close(l.fd);
	if (rc) {
		empty_folder(in->device.fd, 3);
		if (in->made)
			rmdir(in->dir);
	}
	return rc;
}

/* NULL or what is wrong with the command line. */
static const char *parse(struct init *in, int argc, char **argv)
{
	static const struct option longs[] = { { "dialect", required_argument, NULL, 'D' },
					       { "hostname", required_argument, NULL, 'H' },
					       { "config", required_argument, NULL, 'C' },
					       { "bare", no_argument, NULL, 'B' },
					       { NULL, 0, NULL, 0 } };
	const char *dialect = "ios";
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'D')
			dialect = optarg;
		else if (c == 'H')
			in->hostname = optarg;
		else if (c == 'C')
			in->config = optarg;
		else if (c == 'B')
			in->bare = true;
		else
			return "unknown option, or one without its value";
	}
	if (argc - optind != 1)
		return "give one folder";
	in->dir = argv[optind];
	if (strcmp(dialect, "xr") == 0)
		return "dialect xr is not in this release";
	if (strcmp(dialect, "ios") != 0)
		return "the dialects are ios and xr";
	if (in->bare && (in->config || in->hostname))
		return "--bare makes no configuration, so it goes with neither --config nor --hostname";
	if (in->hostname && in->config)
		return "with --config the name is FILE's; leave out --hostname";
	if (in->hostname && !host_name_valid(in->hostname))
		return "a host name has letters, digits and hyphens, begins with a letter, and has at most 63 "
		       "characters";
	return NULL;
}

int init_command(int argc, char **argv)
{
	struct init in = { .config_fd = -1, .device.fd = -1 };
	const char *wrong = parse(&in, argc, argv);
	struct errbuf e;
	int rc;

	if (wrong)
		return launcher_usage(argv[0], wrong);
	if (in.config && (in.config_fd = open(in.config, O_RDONLY | O_CLOEXEC)) < 0) {
		err_set(&e, E_IO, "cannot read \"%.150s\": %s", in.config, strerror(errno));
		return launcher_fail(&e);
	}
	umask(022);
	rc = make_device(&in, &e);
	if (rc)
		return launcher_fail(&e);
	printf("%s is ready: ravelin run %s\n", in.device.path, in.dir);
	return EXIT_DONE;
}
