/* SPDX-License-Identifier: Apache-2.0
 *
 * device.c: the device's folder, its device.conf, and where the image comes from. Runs in the launcher; the files
 * belong to the device's owner, who also runs this.
 */
#include "launcher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int parse_port(struct str s)
{
	int port = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || port > 6553)
			return -1;
		port = port * 10 + (s.p[i] - '0');
	}
	return s.n && port >= 1 && port <= 65535 ? port : -1;
}

/* Takes what is behind the last colon off the end. */
static struct str take_last(struct str *s)
{
	const uint8_t *colon = s->n ? memrchr(s->p, ':', s->n) : NULL;
	struct str last = *s;

	if (colon) {
		last = (struct str){ colon + 1, s->n - (size_t)(colon + 1 - s->p) };
		s->n = (size_t)(colon - s->p);
	} else {
		s->n = 0;
	}
	return last;
}

static bool parse_host(struct str s, char *out, size_t size)
{
	char host[64];
	uint8_t raw[16];

	if (s.n == 0)
		return str_copy(STR("127.0.0.1"), out, size);
	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		return str_copy((struct str){ s.p + 1, s.n - 2 }, host, sizeof host) &&
		       inet_pton(AF_INET6, host, raw) == 1 && str_copy(s, out, size);
	return str_copy(s, host, sizeof host) && inet_pton(AF_INET, host, raw) == 1 && str_copy(s, out, size);
}

int publish_add(struct publish_list *l, const char *text, struct errbuf *e)
{
	struct str s = str_of(text), slash = { NULL, 0 };
	const uint8_t *at = s.n ? memchr(s.p, '/', s.n) : NULL;
	bool whole = at == NULL, colon;
	int port, host_port;
	char host[64];

	if (at) {
		slash = (struct str){ at, s.n - (size_t)(at - s.p) };
		s.n = (size_t)(at - s.p);
	}
	port = parse_port(take_last(&s));
	colon = s.n > 0;
	host_port = parse_port(take_last(&s));
	if (port < 0 || host_port < 0 || !colon || !parse_host(s, host, sizeof host) ||
	    !(whole || str_is(slash, "/udp") || str_is(slash, "/tcp")))
		return err_set(e, E_INVAL, "\"%.80s\" is not [HOST:]HOSTPORT:PORT[/udp]", text);
	if (l->count == CORE_PUBLISH_MAX)
		return err_set(e, E_LIMIT, "more than %d published ports", CORE_PUBLISH_MAX);
	snprintf(l->rows[l->count], PUBLISH_TEXT, "%s:%d:%d%s", host, host_port, port,
		 str_is(slash, "/udp") ? "/udp" : "");
	l->argv[l->count] = l->rows[l->count];
	l->count++;
	return 0;
}

static int conf_line(char *line, struct publish_list *l, struct errbuf *e)
{
	char *save = NULL, *word, *value, *more;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, " \t\r", &save);
	if (!word)
		return 0;
	value = strtok_r(NULL, " \t\r", &save);
	more = strtok_r(NULL, " \t\r", &save);
	if (!value || more)
		return err_set(e, E_INVAL, "\"%.60s\" takes one value", word);
	if (strcmp(word, "publish") == 0)
		return publish_add(l, value, e);
	if (strcmp(word, "dialect") != 0)
		return err_set(e, E_INVAL, "unknown word \"%.60s\"", word);
	if (strcmp(value, "ios") == 0)
		return 0;
	return strcmp(value, "xr") == 0 ? err_set(e, E_UNSUPPORTED, "dialect xr is not in this release")
					: err_set(e, E_INVAL, "unknown dialect \"%.60s\"", value);
}

int device_conf_parse(struct str text, struct publish_list *l, struct errbuf *e)
{
	struct errbuf why = { "" };
	char line[512];

	for (unsigned number = 1; text.n; number++) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		int rc = str_copy((struct str){ text.p, n }, line, sizeof line)
			     ? conf_line(line, l, &why)
			     : err_set(&why, E_INVAL, "line too long or not text");

		if (rc)
			return err_set(e, rc, DEVICE_CONF " line %u: %s", number, why.text);
		n += end ? 1 : 0;
		text.p += n;
		text.n -= n;
	}
	return 0;
}

int device_conf_load(const struct device *d, struct publish_list *l, struct errbuf *e)
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
