/* SPDX-License-Identifier: Apache-2.0
 *
 * vars.c: see vars.h. Runs in rommon and core; the file was written by one of them, and is still checked.
 */
#include "vars.h"

#include "files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

uint16_t vars_register(const struct vars *v)
{
	uint16_t reg = v->confreg;

	if (!v->recovery_off)
		return reg;
	reg = (uint16_t)(reg & ~VARS_IGNORE_CONFIG);
	return reg & VARS_BOOT_FIELD ? reg : reg | 2;
}

/* A name can be typed at a prompt and stands before the first "=". */
static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '=' || s.p[i] == '#')
			return false;
	return s.n > 0 && s.n < VARS_NAME_MAX;
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

static bool split(struct str line, struct str *name, struct str *value)
{
	const uint8_t *eq = line.n ? memchr(line.p, '=', line.n) : NULL;

	if (!eq)
		return false;
	*name = (struct str){ line.p, (size_t)(eq - line.p) };
	*value = (struct str){ eq + 1, line.n - name->n - 1 };
	return is_name(*name) && is_printable(*value);
}

/* The line of `name` among the others; NULL if there is none. */
static char *find_other(struct vars *v, struct str name)
{
	for (char *at = v->others; *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, (const char *)name.p, name.n) == 0 && at[name.n] == '=')
			return at;
	return NULL;
}

static bool set_other(struct vars *v, struct str name, struct str line)
{
	char *old = find_other(v, name);
	size_t used = strlen(v->others), gone = old ? strcspn(old, "\n") + 1 : 0;

	/* The lines of BOOT, CONFREG and PASSWORD_RECOVERY at their longest fit beside it. */
	if (used - gone + line.n + 1 + sizeof v->boot + 64 > sizeof v->others)
		return false;
	vars_unset(v, name);
	used = strlen(v->others);
	memcpy(v->others + used, line.p, line.n);
	memcpy(v->others + used + line.n, "\n", 2);
	return true;
}

bool vars_set(struct vars *v, struct str line)
{
	struct str name, value;

	if (!split(line, &name, &value))
		return false;
	if (str_is(name, "CONFREG"))
		return parse_confreg(value, &v->confreg);
	if (str_is(name, "PASSWORD_RECOVERY")) {
		v->recovery_off = !str_is(value, "on");
		return true;
	}
	if (str_is(name, "BOOT"))
		return str_copy(value, v->boot, sizeof v->boot);
	return set_other(v, name, line);
}

bool vars_unset(struct vars *v, struct str name)
{
	bool is_boot = str_is(name, "BOOT");
	char *old = is_boot ? v->boot : find_other(v, name), *rest;

	if (!old || !*old)
		return false;
	rest = is_boot ? strchr(old, '\0') : strchr(old, '\n') + 1;
	memmove(old, rest, strlen(rest) + 1);
	return true;
}

bool vars_parse(struct str text, struct vars *v)
{
	bool good = true;
	struct str line;

	vars_default(v);
	while (str_line(&text, &line)) {
		if (line.n && line.p[0] != '#')
			good &= vars_set(v, line);
	}
	return good;
}

size_t vars_format(const struct vars *v, char text[VARS_MAX])
{
	int n = snprintf(text, VARS_MAX, "%s%s%sCONFREG=0x%04x\n%s%s", *v->boot ? "BOOT=" : "", v->boot,
			 *v->boot ? "\n" : "", v->confreg, v->recovery_off ? "PASSWORD_RECOVERY=off\n" : "", v->others);

	return (size_t)n; /* others leaves room for the rest */
}

bool vars_load(int nvram_fd, struct vars *v)
{
	uint8_t raw[VARS_MAX];
	int fd = openat(nvram_fd, VARS_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	vars_default(v);
	if (fd < 0 && errno == ENOENT)
		return true;
	n = fd < 0 ? -1 : read(fd, raw, sizeof raw);
	if (fd >= 0)
		close(fd);
	if (n > 0 && vars_parse((struct str){ raw, (size_t)n }, v))
		return true;
	v->recovery_off = true;
	return false;
}

int vars_save(int nvram_fd, const struct vars *v, struct errbuf *e)
{
	char text[VARS_MAX];
	size_t n = vars_format(v, text);

	return files_save(nvram_fd, VARS_FILE, (struct str){ (const uint8_t *)text, n }, 0600, e);
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
