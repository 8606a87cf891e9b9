/* SPDX-License-Identifier: Apache-2.0
 *
 * vars.c: see vars.h. Runs in rommon and core; the file was written by core, and is still checked.
 */
#include "vars.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void vars_default(struct vars *v)
{
	*v = (struct vars){ .confreg = VARS_CONFREG };
}

static bool parse_confreg(struct str s, uint16_t *out)
{
	uint32_t v = 0;

	if (s.n < 3 || s.n > 6 || s.p[0] != '0' || (s.p[1] | 0x20) != 'x')
		return false;
	for (size_t i = 2; i < s.n; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = s.p[i] ? strchr(digits, s.p[i] >= 'A' && s.p[i] <= 'F' ? s.p[i] | 0x20 : s.p[i]) : NULL;

		if (!d)
			return false;
		v = v << 4 | (uint32_t)(d - digits);
	}
	*out = (uint16_t)v;
	return true;
}

static bool parse_boot(struct str s, struct vars *v)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return str_copy(s, v->boot, sizeof v->boot);
}

static bool parse_line(struct str line, struct vars *v)
{
	const uint8_t *eq = line.n ? memchr(line.p, '=', line.n) : NULL;
	struct str name, value;

	if (line.n == 0 || line.p[0] == '#')
		return true;
	if (!eq)
		return false;
	name = (struct str){ line.p, (size_t)(eq - line.p) };
	value = (struct str){ eq + 1, line.n - name.n - 1 };
	if (str_is(name, "CONFREG"))
		return parse_confreg(value, &v->confreg);
	if (str_is(name, "BOOT"))
		return parse_boot(value, v);
	return name.n > 0;
}

bool vars_parse(struct str text, struct vars *v)
{
	bool good = true;

	vars_default(v);
	while (text.n) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		struct str line = { text.p, end ? (size_t)(end - text.p) : text.n };
		size_t used = line.n + (end ? 1 : 0);

		good &= parse_line(line, v);
		text.p += used;
		text.n -= used;
	}
	return good;
}

bool vars_load(int nvram_fd, struct vars *v)
{
	uint8_t raw[VARS_MAX];
	int fd = openat(nvram_fd, VARS_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	vars_default(v);
	if (fd < 0)
		return errno == ENOENT;
	n = read(fd, raw, sizeof raw);
	close(fd);
	return n >= 0 && vars_parse((struct str){ raw, (size_t)n }, v);
}

const char *vars_strip(const char *name)
{
	if (strncmp(name, "flash0:", 7) == 0)
		return name + 7;
	return strncmp(name, "flash:", 6) == 0 ? name + 6 : name;
}

bool vars_next(const char **at, char name[VARS_NAME_MAX])
{
	while (**at) {
		size_t n = strcspn(*at, ";");
		struct str s = { (const uint8_t *)*at, n };
		const uint8_t *comma = n ? memchr(s.p, ',', n) : NULL; /* IOS writes "flash0:NAME,1" */
		char whole[VARS_NAME_MAX];

		*at += n + ((*at)[n] == ';');
		if (comma)
			s.n = (size_t)(comma - s.p);
		if (!str_copy(s, whole, sizeof whole) || !*vars_strip(whole))
			continue;
		memmove(name, vars_strip(whole), strlen(vars_strip(whole)) + 1);
		return true;
	}
	return false;
}
