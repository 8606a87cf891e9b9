/* SPDX-License-Identifier: Apache-2.0
 *
 * type.c: the values of a line. A type says where a value ends, what its canonical text is and how `?` names it;
 * whether a leaf takes it is asked of the leaf's YANG type, at the same moment, so that the caret stands under it.
 * Runs in core; the text is hostile.
 */
#include "private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- interface names --- */

static const struct {
	const char *name, *help;
} interface_kinds[] = {
	{ "ATM", "ATM interface" },
	{ "Async", "Async interface" },
	{ "BVI", "Bridge-Group Virtual Interface" },
	{ "Dialer", "Dialer interface" },
	{ "Ethernet", "IEEE 802.3" },
	{ "FastEthernet", "FastEthernet IEEE 802.3" },
	{ "GigabitEthernet", "GigabitEthernet IEEE 802.3z" },
	{ "Group-Async", "Async Group interface" },
	{ "Hssi", "High Speed Serial Interface" },
	{ "Loopback", "Loopback interface" },
	{ "Multilink", "Multilink-group interface" },
	{ "Null", "Null interface" },
	{ "POS", "Packet over Sonet" },
	{ "Port-channel", "Ethernet Channel of interfaces" },
	{ "Serial", "Serial" },
	{ "TenGigabitEthernet", "Ten Gigabit Ethernet" },
	{ "Tunnel", "Tunnel interface" },
	{ "Virtual-Template", "Virtual Template interface" },
	{ "Vlan", "Catalyst Vlans" },
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

static const char *kind_named(const uint8_t *p, size_t n)
{
	const char *found = NULL;

	for (size_t i = 0; i < KINDS; i++) {
		const char *name = interface_kinds[i].name;

		if (n > strlen(name) || strncasecmp(name, (const char *)p, n))
			continue;
		if (n == strlen(name))
			return name;
		if (found)
			return NULL;
		found = name;
	}
	return found;
}

/* Digits, with "/", "." or ":" between: "0", "1/0", "2/0.100", "0/0:23". */
static bool is_unit(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digit(p[i]) && (!strchr("/.:", p[i]) || i == 0 || !is_digit(p[i - 1])))
			return false;
	return n && n < 24 && is_digit(p[n - 1]);
}

static enum match match_interface(struct str rest, struct arena *a, const char **value, size_t *used)
{
	size_t name = 0, start, word = word_length(rest);
	const char *kind;

	while (name < word && (is_letter(rest.p[name]) || (name && rest.p[name] == '-')))
		name++;
	kind = name ? kind_named(rest.p, name) : NULL;
	if (!kind)
		return MATCH_NONE;
	start = name;
	if (name == word) { /* the number is a word of its own */
		while (start < rest.n && is_blank(rest.p[start]))
			start++;
		if (start == rest.n)
			return MATCH_PART;
		word = start + word_length((struct str){ rest.p + start, rest.n - start });
	}
	if (!is_unit(rest.p + start, word - start))
		return MATCH_NONE;
	*value = arena_printf(a, "%s%.*s", kind, (int)(word - start), (const char *)rest.p + start);
	*used = word;
	return *value ? MATCH_INTERFACE : MATCH_NONE;
}

/* --- the other types --- */

/* No control characters; bytes above 127 are left to the leaf, which wants UTF-8. */
static bool printable(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
			return false;
	return true;
}

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
	if (memchr(rest.p, 0, rest.n) || banner_split(rest, a, &b) < 0)
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

static enum match match_value(const struct cmd_tok *tok, struct str rest, struct arena *a, const char **value,
			      size_t *used)
{
	struct str word = { rest.p, word_length(rest) };

	*used = word.n;
	switch ((enum cmd_kind)tok->kind) {
	case KIND_RANGE:
		return match_range(tok, word, a, value);
	case KIND_IPV4:
	case KIND_MASK:
		return match_ipv4(tok, word, a, value);
	case KIND_INTERFACE:
		return match_interface(rest, a, value, used);
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
	match = match_value(tok, rest, a, value, used);
	if (match > MATCH_PART && *value && tok->path != CMD_NONE &&
	    !node_accepts(set->model, set->schema[tok->path], *value))
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
	case KIND_IPV4:
	case KIND_MASK:
		return "A.B.C.D";
	case KIND_STRING:
		return "WORD";
	default:
		return "LINE";
	}
}
