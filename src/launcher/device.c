/* SPDX-License-Identifier: Apache-2.0
 *
 * device.c: the device's folder, its device.conf, and where the image comes from. Runs in the launcher; the files
 * belong to the device's owner, who also runs this.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int conf_line(char *line, struct lent *l, struct errbuf *e)
{
	char *save = NULL, *word, *value, *second, *more;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, " \t\r", &save);
	if (!word)
		return 0;
	value = strtok_r(NULL, " \t\r", &save);
	second = strtok_r(NULL, " \t\r", &save);
	more = strtok_r(NULL, " \t\r", &save);
	if (strcmp(word, "vrf") == 0)
		return second && !more ? lent_vrf(l, value, second, e)
				       : err_set(e, E_INVAL, "\"vrf\" takes a name and a network namespace");
	if (!value || second)
		return err_set(e, E_INVAL, "\"%.60s\" takes one value", word);
	if (strcmp(word, "publish") == 0)
		return lent_publish(l, value, e);
	if (strcmp(word, "flash-size") == 0)
		return lent_flash_size(l, value, e);
	if (strcmp(word, "dialect") != 0)
		return err_set(e, E_INVAL, "unknown word \"%.60s\"", word);
	if (strcmp(value, "ios") == 0)
		return 0;
	return strcmp(value, "xr") == 0 ? err_set(e, E_UNSUPPORTED, "dialect xr is not in this release")
					: err_set(e, E_INVAL, "unknown dialect \"%.60s\"", value);
}

int device_conf_parse(struct str text, struct lent *l, struct errbuf *e)
{
	struct errbuf why = { "" };
	struct str given;
	char line[512];

	for (unsigned number = 1; str_line(&text, &given); number++) {
		int rc = str_copy(given, line, sizeof line) ? conf_line(line, l, &why)
							    : err_set(&why, E_INVAL, "line too long or not text");

		if (rc)
			return err_set(e, rc, DEVICE_CONF " line %u: %s", number, why.text);
	}
	return 0;
}

int device_conf_load(const struct device *d, struct lent *l, struct errbuf *e)
{
	static uint8_t bytes[DEVICE_CONF_MAX];
	int fd = openat(d->fd, DEVICE_CONF, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
	int failure = errno;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return err_set(e, E_IO, "\"%.150s\" is not a device: " DEVICE_CONF ": %s", d->path, strerror(failure));
	if (n == sizeof bytes)
		return err_set(e, E_TOOBIG, DEVICE_CONF " is too long");
	return device_conf_parse((struct str){ bytes, (size_t)n }, l, e);
}

int device_open(struct device *d, const char *dir, struct errbuf *e)
{
	if (!realpath(dir, d->path))
		return err_set(e, E_NOTFOUND, "\"%.150s\": %s", dir, strerror(errno));
	d->fd = open(d->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0)
		return err_set(e, E_IO, "\"%.150s\": %s", dir, strerror(errno));
	if (faccessat(d->fd, DEVICE_CONF, F_OK, 0) == 0)
		return 0;
	close(d->fd);
	return err_set(e, E_INVAL, "\"%.150s\" is not a device (ravelin init makes one)", dir);
}

int libexec_open(struct errbuf *e)
{
	static const char *const places[] = { "../image", "../libexec/ravelin" };
	char path[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	for (size_t i = 0; slash && i < sizeof places / sizeof places[0]; i++) {
		int fd;

		snprintf(slash + 1, 32, "%s", places[i]);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && faccessat(fd, "ravelin-verify", X_OK, 0) == 0)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return err_set(e, E_NOTFOUND, "no ravelin-verify in ../image or ../libexec/ravelin beside this program");
}
