/* SPDX-License-Identifier: Apache-2.0
 *
 * type.c: the values of a line. A type says where a value ends, what its canonical text is and how `?` names it;
 * whether a leaf takes it is asked of the leaf's YANG type, at the same moment, so that the caret stands under it.
 * Runs in core; the text is hostile.
 */
#include "private.h"

#include "base/calendar.h"
#include "base/ifs.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- interface names --- */

/* `parts`: how many numbers a unit may have (slot/adapter/port); `most`: the greatest of the last. */
static const struct {
	const char *name, *help;
	unsigned parts;
	uint32_t most;
} interface_kinds[] = {
	{ "ATM", "ATM interface", 3, UINT16_MAX },
	{ "Async", "Async interface", 3, UINT16_MAX },
	{ "BVI", "Bridge-Group Virtual Interface", 1, UINT16_MAX },
	{ "Dialer", "Dialer interface", 1, UINT16_MAX },
	{ "Ethernet", "IEEE 802.3", 3, UINT16_MAX },
	{ "FastEthernet", "FastEthernet IEEE 802.3", 3, UINT16_MAX },
	{ "GigabitEthernet", "GigabitEthernet IEEE 802.3z", 3, UINT16_MAX },
	{ "Group-Async", "Async Group interface", 1, UINT16_MAX },
	{ "Hssi", "High Speed Serial Interface", 3, UINT16_MAX },
	{ "Loopback", "Loopback interface", 1, INT32_MAX },
	{ "Multilink", "Multilink-group interface", 1, INT32_MAX },
	{ "Null", "Null interface", 1, 0 },
	{ "POS", "Packet over Sonet", 3, UINT16_MAX },
	{ "Port-channel", "Ethernet Channel of interfaces", 1, UINT16_MAX },
	{ "Serial", "Serial", 3, UINT16_MAX },
	{ "TenGigabitEthernet", "Ten Gigabit Ethernet", 3, UINT16_MAX },
	{ "Tunnel", "Tunnel interface", 1, INT32_MAX },
	{ "Virtual-Template", "Virtual Template interface", 1, UINT16_MAX },
	{ "Vlan", "Catalyst Vlans", 1, 4094 },
};

#define KINDS (sizeof interface_kinds / sizeof *interface_kinds)

const char *interface_kind(unsigned i, const char **help)
{
	if (i >= KINDS)
		return NULL;
	*help = interface_kinds[i].help;
	return interface_kinds[i].name;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool begins(size_t kind, struct str name)
{
	const char *whole = interface_kinds[kind].name;

	return name.n <= strlen(whole) && !strncasecmp(whole, (const char *)name.p, name.n);
}

/* A number without the zeros before it; false if there is none or it is greater than `most`. */
static bool put_number(struct str *s, uint64_t most, struct buf *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s->n && is_digit(s->p[i]) && n <= most; i++)
		n = n * 10 + (uint64_t)(s->p[i] - '0');
	*s = (struct str){ s->p + i, s->n - i };
	if (!i || n > most)
		return false;
	buf_printf(out, "%llu", (unsigned long long)n);
	return true;
}

/* One to `parts` numbers with "/" between, a channel behind ":", a sub-interface behind ".": "0", "1/0/2:3.100". */
static bool put_unit(struct str unit, unsigned parts, uint64_t most, struct buf *out)
{
	static const char marks[] = { '/', ':', '.' };
	unsigned used = 1;
	size_t mark = 0;

	if (!put_number(&unit, parts > 1 ? UINT16_MAX : most, out))
		return false;
	while (unit.n) {
		while (mark < sizeof marks && unit.p[0] != marks[mark])
			mark++;
		if (mark == sizeof marks || (mark == 0 && ++used > parts))
			return false;
		buf_put_u8(out, unit.p[0]);
		unit = (struct str){ unit.p + 1, unit.n - 1 };
		if (!put_number(&unit, mark == 2 ? UINT32_MAX : UINT16_MAX, out))
			return false;
		mark += mark > 0; /* of channel and sub-interface there is one */
	}
	return true;
}

static bool takes(size_t kind, struct str unit, struct buf *out)
{
	buf_clear(out);
	return put_unit(unit, interface_kinds[kind].parts, interface_kinds[kind].most, out) && !out->err;
}

/* The one kind that begins so and takes this unit, or the one that is called so; KINDS: none, or several. The unit goes
 * to `out`. */
static size_t kind_of(struct str name, struct str unit, struct buf *out)
{
	size_t found = KINDS, n = 0;

	for (size_t i = 0; i < KINDS; i++) {
		if (!begins(i, name) || !takes(i, unit, out))
			continue;
		if (name.n == strlen(interface_kinds[i].name))
			return i;
		found = i;
		n++;
	}
	return n == 1 && takes(found, unit, out) ? found : KINDS;
}

static bool any_kind(struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < KINDS; i++)
		n += begins(i, name);
	return name.n && n;
}

static enum match match_interface(struct str rest, struct arena *a, const char **value, size_t *used)
{
	size_t name = 0, start, word = word_length(rest), kind;
	struct buf unit;

	while (name < word && (is_letter(rest.p[name]) || (name && rest.p[name] == '-')))
		name++;
	if (!any_kind((struct str){ rest.p, name }))
		return MATCH_NONE;
	start = name;
	if (name == word) { /* the number is a word of its own */
		while (start < rest.n && is_blank(rest.p[start]))
			start++;
		if (start == rest.n)
			return MATCH_PART;
		word = start + word_length((struct str){ rest.p + start, rest.n - start });
	}
	buf_init(&unit, 64);
	kind = kind_of((struct str){ rest.p, name }, (struct str){ rest.p + start, word - start }, &unit);
	if (kind != KINDS)
		*value = arena_printf(a, "%s%s", interface_kinds[kind].name, buf_cstr(&unit));
	buf_release(&unit);
	*used = word;
	return kind != KINDS && *value ? MATCH_INTERFACE : MATCH_NONE;
}

/* No control characters; bytes above 127 are left to the leaf, which wants UTF-8. */
static bool printable(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
			return false;
	return true;
}

/* --- methods of authentication --- */

static const struct {
	const char *name, *help;
} method_kinds[] = {
	{ "enable", "Use enable password for authentication." },
	{ "group", "Use Server-group" },
	{ "if-authenticated", "Succeed if user has authenticated." },
	{ "line", "Use line password for authentication." },
	{ "local", "Use local username authentication." },
	{ "local-case", "Use case-sensitive local username authentication." },
	{ "none", "NO authentication." },
	{ "radius", "Use list of all Radius hosts." },
	{ "tacacs+", "Use list of all Tacacs+ hosts." },
};

#define METHODS (sizeof method_kinds / sizeof *method_kinds)

const char *method_kind(unsigned i, const char **help)
{
	if (i >= METHODS)
		return NULL;
	*help = method_kinds[i].help;
	return method_kinds[i].name;
}

bool method_fits(const struct cmd_set *set, const struct cmd_tok *tok, const char *kind)
{
	return tok->path == CMD_NONE ||
	       node_accepts(set->model, set->schema[tok->path], strcmp(kind, "group") ? kind : "group radius");
}

/* Of the methods this leaf knows, the one that is written so or, if it is the only one, begins so. */
static const char *method_named(const struct cmd_set *set, const struct cmd_tok *tok, struct str word)
{
	const char *found = NULL;

	for (size_t i = 0; i < METHODS; i++) {
		const char *name = method_kinds[i].name;

		if (!word.n || word.n > strlen(name) || strncasecmp(name, (const char *)word.p, word.n) ||
		    !method_fits(set, tok, name))
			continue;
		if (word.n == strlen(name))
			return name;
		if (found)
			return NULL;
		found = name;
	}
	return found;
}

/* "group NAME" is one value of two words. */
static enum match match_method(const struct cmd_set *set, const struct cmd_tok *tok, struct str rest, struct arena *a,
			       const char **value, size_t *used)
{
	const char *kind = method_named(set, tok, (struct str){ rest.p, word_length(rest) });
	size_t start = word_length(rest), n;

	*value = kind;
	*used = start;
	if (!kind)
		return MATCH_NONE;
	if (strcmp(kind, "group"))
		return MATCH_METHOD;
	while (start < rest.n && is_blank(rest.p[start]))
		start++;
	if (start == rest.n)
		return MATCH_PART;
	n = word_length((struct str){ rest.p + start, rest.n - start });
	if (!printable(rest.p + start, n))
		return MATCH_NONE;
	*value = arena_printf(a, "group %.*s", (int)n, (const char *)rest.p + start);
	*used = start + n;
	return *value ? MATCH_METHOD : MATCH_NONE;
}

/* --- the other types --- */

static enum match match_word(const struct cmd_set *set, const struct cmd_tok *tok, struct str word, const char **value,
			     size_t *used)
{
	const char *const names[] = { pool_text(set, tok->text), tok->alias ? pool_text(set, tok->alias) : "" };

	*value = pool_text(set, tok->value);
	*used = word.n;
	for (size_t i = 0; i < 2; i++)
		if (str_eq(word, str_of(names[i])) ||
		    (strlen(names[i]) == word.n && !strncasecmp(names[i], (const char *)word.p, word.n)))
			return word.n ? MATCH_EXACT : MATCH_NONE;
	for (size_t i = 0; i < 2; i++)
		if (word.n < strlen(names[i]) && !strncasecmp(names[i], (const char *)word.p, word.n))
			return is_digit(word.p[0]) ? MATCH_NONE : MATCH_ABBREV;
	return MATCH_NONE;
}

static enum match match_range(const struct cmd_tok *tok, struct str word, struct arena *a, const char **value)
{
	uint64_t n = 0;

	for (size_t i = 0; i < word.n; i++) {
		if (!is_digit(word.p[i]) || i == 10)
			return MATCH_NONE;
		n = n * 10 + (uint64_t)(word.p[i] - '0');
	}
	if (n < tok->low || n > tok->high)
		return MATCH_NONE;
	*value = arena_printf(a, "%llu", (unsigned long long)n);
	return *value ? MATCH_RANGE : MATCH_NONE;
}

static enum match match_signed(const struct cmd_tok *tok, struct str word, struct arena *a, const char **value)
{
	bool minus = word.n && word.p[0] == '-';
	struct cmd_tok size = { .high = minus ? 0 - tok->low : tok->high };
	enum match match = match_range(&size, (struct str){ word.p + minus, word.n - minus }, a, value);

	if (match != MATCH_NONE && minus && word.n > 1 && strcmp(*value, "0"))
		*value = arena_printf(a, "-%s", *value);
	return *value && word.n > minus ? match : MATCH_NONE;
}

/* Times and names of the calendar, in the spelling running-config has. */
static enum match match_calendar(const struct cmd_tok *tok, struct str word, struct arena *a, const char **value)
{
	int n = -1;

	if (tok->kind == KIND_MONTH && (n = calendar_month(word)) >= 0)
		*value = calendar_month_name(n);
	else if (tok->kind == KIND_WEEKDAY && (n = calendar_weekday(word)) >= 0)
		*value = calendar_weekday_name(n);
	else if (tok->kind == KIND_MINUTES && (n = calendar_minutes(word)) >= 0)
		*value = arena_printf(a, "%d:%02d", n / 60, n % 60);
	else if (tok->kind == KIND_TIME && (n = calendar_time(word)) >= 0)
		*value = arena_printf(a, "%d", n);
	else if (tok->kind == KIND_SPAN && (n = calendar_span(word)) >= 0)
		*value = arena_printf(a, "%d", n);
	return *value ? MATCH_RANGE : MATCH_NONE;
}

static enum match match_ipv4(const struct cmd_tok *tok, struct str word, struct arena *a, const char **value)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr addr;
	uint32_t ones;

	if (!str_copy(word, text, sizeof text) || inet_pton(AF_INET, text, &addr) != 1)
		return MATCH_NONE;
	ones = ~ntohl(addr.s_addr);
	if (tok->kind == KIND_MASK && (ones & (ones + 1)))
		return MATCH_NONE;
	*value = arena_strdup(a, text);
	return *value ? MATCH_IPV4 : MATCH_NONE;
}

/* As IOS writes it: capital letters, and a prefix has no bits behind its length. */
static enum match match_ipv6(const struct cmd_tok *tok, struct str word, struct arena *a, const char **value)
{
	char text[INET6_ADDRSTRLEN + 4], *slash, *end;
	struct in6_addr addr;
	unsigned long length = 128;

	if (!str_copy(word, text, sizeof text))
		return MATCH_NONE;
	slash = strchr(text, '/');
	if ((tok->kind == KIND_PREFIX) != (slash != NULL))
		return MATCH_NONE;
	if (slash) {
		*slash++ = '\0';
		length = isdigit((unsigned char)*slash) ? strtoul(slash, &end, 10) : ULONG_MAX;
		if (length > 128 || *end)
			return MATCH_NONE;
	}
	if (inet_pton(AF_INET6, text, &addr) != 1)
		return MATCH_NONE;
	for (unsigned bit = (unsigned)length; bit < 128; bit++)
		addr.s6_addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	inet_ntop(AF_INET6, &addr, text, sizeof text);
	for (char *c = text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	*value = slash ? arena_printf(a, "%s/%lu", text, length) : arena_strdup(a, text);
	return *value ? MATCH_IPV4 : MATCH_NONE;
}

/* The first line of a banner as it is printed is a line that can be read. */
#define BANNER_LINE_MAX (CMD_LINE_MAX - 64)

int banner_split(struct str rest, struct arena *a, struct banner *b)
{
	size_t n = rest.n >= 2 && rest.p[0] == '^' && rest.p[1] == 'C' ? 2 : 1;
	struct str body = { rest.p + n, rest.n - n };
	const uint8_t *end;

	if (!rest.n || rest.p[0] >= 0x7f || is_blank(rest.p[0]))
		return E_INVAL;
	end = body.n ? memmem(body.p, body.n, rest.p, n) : NULL;
	b->closed = end;
	b->delimiter = arena_strndup(a, (const char *)rest.p, n);
	b->text = arena_strndup(a, (const char *)body.p, end ? (size_t)(end - body.p) : body.n);
	return b->delimiter && b->text ? 0 : E_NOMEM;
}

static enum match match_banner(struct str rest, struct arena *a, const char **value, size_t *used)
{
	struct banner b;

	*used = rest.n;
	if (rest.n > BANNER_LINE_MAX || memchr(rest.p, 0, rest.n) || banner_split(rest, a, &b) < 0)
		return MATCH_NONE;
	*value = b.closed ? b.text : NULL; /* more is to come: nothing to check yet */
	return MATCH_LINE;
}

static enum match match_text(const struct cmd_tok *tok, struct str rest, struct arena *a, const char **value,
			     size_t *used)
{
	size_t n = tok->kind == KIND_STRING ? word_length(rest) : rest.n;

	while (tok->kind != KIND_STRING && n && (rest.p[n - 1] == '\r' || rest.p[n - 1] == '\n'))
		n--;
	if (!n || !printable(rest.p, n))
		return MATCH_NONE;
	*used = tok->kind == KIND_STRING ? n : rest.n;
	*value = arena_strndup(a, (const char *)rest.p, n);
	if (!*value)
		return MATCH_NONE;
	return tok->kind == KIND_STRING ? MATCH_STRING : MATCH_LINE;
}

/* "run" is the configuration, "tftp" begins a URL; whatever else stands there is a file's name. */
static enum match match_file(struct str word, struct arena *a, const char **value)
{
	const struct ifs_row *row = ifs_abbreviated(word);

	if (!word.n || !printable(word.p, word.n))
		return MATCH_NONE;
	*value = row ? row->name : arena_strndup(a, (const char *)word.p, word.n);
	return *value ? MATCH_STRING : MATCH_NONE;
}

static enum match match_value(const struct cmd_set *set, const struct cmd_tok *tok, struct str rest, struct arena *a,
			      const char **value, size_t *used)
{
	struct str word = { rest.p, word_length(rest) };

	*used = word.n;
	switch ((enum cmd_kind)tok->kind) {
	case KIND_RANGE:
		return match_range(tok, word, a, value);
	case KIND_SIGNED:
		return match_signed(tok, word, a, value);
	case KIND_TIME:
	case KIND_MINUTES:
	case KIND_SPAN:
	case KIND_MONTH:
	case KIND_WEEKDAY:
		return match_calendar(tok, word, a, value);
	case KIND_IPV4:
	case KIND_MASK:
		return match_ipv4(tok, word, a, value);
	case KIND_IPV6:
	case KIND_PREFIX:
		return match_ipv6(tok, word, a, value);
	case KIND_INTERFACE:
		return match_interface(rest, a, value, used);
	case KIND_METHOD:
		return match_method(set, tok, rest, a, value, used);
	case KIND_SOURCE:
	case KIND_TARGET:
		return match_file(word, a, value);
	case KIND_BANNER:
		return match_banner(rest, a, value, used);
	default:
		return match_text(tok, rest, a, value, used);
	}
}

enum match type_match(const struct cmd_set *set, const struct cmd_tok *tok, struct str rest, struct arena *a,
		      const char **value, size_t *used)
{
	enum match match;

	*value = NULL;
	if (tok->kind == KIND_WORD)
		return match_word(set, tok, (struct str){ rest.p, word_length(rest) }, value, used);
	match = match_value(set, tok, rest, a, value, used);
	if (match <= MATCH_PART || !*value)
		return match;
	/* What no leaf checks may be shown to others all the same. */
	if (tok->path == CMD_NONE ? !node_is_text(*value) : !node_accepts(set->model, set->schema[tok->path], *value))
		return MATCH_NONE;
	return match;
}

const char *type_shown(const struct cmd_set *set, const struct cmd_tok *tok, char *buffer, size_t size)
{
	switch ((enum cmd_kind)tok->kind) {
	case KIND_WORD:
		return pool_text(set, tok->text);
	case KIND_RANGE:
		snprintf(buffer, size, "<%u-%u>", tok->low, tok->high);
		return buffer;
	case KIND_SIGNED:
		snprintf(buffer, size, "<%d - %d>", (int32_t)tok->low, (int32_t)tok->high);
		return buffer;
	case KIND_TIME:
		return "hh:mm:ss";
	case KIND_MINUTES:
		return "hh:mm";
	case KIND_SPAN:
		return "hhh:mm";
	case KIND_MONTH:
		return "MONTH";
	case KIND_WEEKDAY:
		return "DAY";
	case KIND_IPV4:
	case KIND_MASK:
		return "A.B.C.D";
	case KIND_IPV6:
		return "X:X:X:X::X";
	case KIND_PREFIX:
		return "X:X:X:X::X/<0-128>";
	case KIND_STRING:
	case KIND_SOURCE:
	case KIND_TARGET:
		return "WORD";
	default:
		return "LINE";
	}
}
