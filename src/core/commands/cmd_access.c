/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_access.c: access lists as people write and see them: names, sequence numbers, `no` by content, and what
 * `show access-lists` prints. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/gate/guard.h"
#include "core/session/cli.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP         10
#define SEQUENCE_MAX 2147483647u

/* The leaves of an entry that make it what it is; what differs most comes first. */
static const char *const leaves[] = {
	"source",           "source-wildcard",      "source-host",      "action",           "protocol",
	"source-operator",  "source-port",          "source-last",      "destination",      "destination-wildcard",
	"destination-host", "destination-operator", "destination-port", "destination-last", "log",
	"remark",
};
#define LEAVES (sizeof leaves / sizeof leaves[0])

/* --- names --- */

static bool in(unsigned long n, unsigned long low, unsigned long high)
{
	return n >= low && n <= high;
}

/* The kind of list a number stands for; GUARD_KINDS: none, or the name is no number. */
static enum guard_kind kind_of_number(const char *name)
{
	unsigned long n = strtoul(name, NULL, 10);

	if (strspn(name, "0123456789") != strlen(name))
		return GUARD_KINDS;
	if (in(n, 1, 99) || in(n, 1300, 1999))
		return GUARD_STANDARD;
	return in(n, 100, 199) || in(n, 2000, 2699) ? GUARD_EXTENDED : GUARD_KINDS;
}

static enum guard_kind kind_of_row(const struct run *run)
{
	const char *mode = cmd_row_mode(&run->match);

	if (strcmp(mode, "config-ipv6-acl") == 0)
		return GUARD_IPV6;
	if (strcmp(mode, "config-ext-nacl") == 0)
		return GUARD_EXTENDED;
	if (strcmp(mode, "config-std-nacl") == 0)
		return GUARD_STANDARD;
	if (cmd_has(&run->match, "ipv6"))
		return GUARD_IPV6;
	if (cmd_has(&run->match, "standard"))
		return GUARD_STANDARD;
	if (cmd_has(&run->match, "extended"))
		return GUARD_EXTENDED;
	return kind_of_number(cmd_arg(&run->match, "name"));
}

static const struct lyd_node *list_named(const struct run *run, enum guard_kind kind, const char *name)
{
	return model_entry(run->cli->model, guard_path(kind), (const char *[]){ name });
}

/* `ip access-list …`: a number says of which kind a list is, and a name is that of one list. */
int hook_access_list(struct run *run)
{
	const char *name = cmd_arg(&run->match, "name");
	bool digit = name[0] >= '0' && name[0] <= '9';
	enum guard_kind kind = kind_of_row(run);

	if (digit && kind_of_number(name) != kind)
		return run_fail(run, "%% Invalid access list name.");
	for (enum guard_kind other = 0; other < GUARD_KINDS; other++)
		if (other != kind && list_named(run, other, name))
			return run_fail(run, "%% A named %s access list with this name already exists",
					other == GUARD_IPV6       ? "IPv6"
					: other == GUARD_STANDARD ? "Standard IP"
								  : "Extended IP");
	return RUN_DONE;
}

/* `access-class NAME out` is of connections that nobody makes. */
int hook_access_class(struct run *run)
{
	const char *direction = cmd_arg(&run->match, "direction");

	if (direction && strcmp(direction, "out") == 0 && run->cli->interactive)
		buf_puts(&run->out, "Kept for configuration only: no line makes connections in this release\n");
	return RUN_DONE;
}

/* --- entries --- */

static const char *given(const struct run *run, const char *leaf)
{
	const char *value = cmd_arg(&run->match, leaf);

	return value ? value : strcmp(leaf, "log") == 0 ? "false" : "";
}

static const char *kept(const struct lyd_node *entry, const char *leaf)
{
	const char *value = model_below(entry, leaf);

	return value ? value : "";
}

/* What a kind of list does not have is not asked for. */
static bool has_leaf(enum guard_kind kind, const char *leaf)
{
	static const char *const standard[] = { "source", "source-wildcard", "action", "log", "remark" };

	for (size_t i = 0; kind == GUARD_STANDARD && i < sizeof standard / sizeof standard[0]; i++)
		if (strcmp(standard[i], leaf) == 0)
			return true;
	return kind != GUARD_STANDARD && !strstr(leaf, kind == GUARD_IPV6 ? "-wildcard" : "-host");
}

static bool same_entry(const struct run *run, const struct lyd_node *entry, enum guard_kind kind)
{
	for (size_t i = 0; i < LEAVES; i++)
		if (has_leaf(kind, leaves[i]) && strcmp(given(run, leaves[i]), kept(entry, leaves[i])) != 0)
			return false;
	return true;
}

static uint32_t sequence_of(const struct lyd_node *entry)
{
	return (uint32_t)strtoul(model_below(entry, "sequence"), NULL, 10);
}

/* A wildcard of zeros says nothing, one of ones is `any`; an address has no bits that do not count. */
static int canonical(struct run *run, const char *leaf, const char *wildcard_leaf)
{
	const char *address = cmd_arg(&run->match, leaf), *wildcard = cmd_arg(&run->match, wildcard_leaf);
	unsigned a[4], w[4];
	char text[20];
	int rc;

	if (address && strcmp(address, "::/0") == 0)
		return cmd_set_arg(&run->match, &run->arena, leaf, "any");
	if (!address || !wildcard || sscanf(address, "%u.%u.%u.%u", &a[0], &a[1], &a[2], &a[3]) != 4 ||
	    sscanf(wildcard, "%u.%u.%u.%u", &w[0], &w[1], &w[2], &w[3]) != 4)
		return 0;
	snprintf(text, sizeof text, "%u.%u.%u.%u", a[0] & ~w[0] & 255, a[1] & ~w[1] & 255, a[2] & ~w[2] & 255,
		 a[3] & ~w[3] & 255);
	rc = cmd_set_arg(&run->match, &run->arena, leaf, strcmp(wildcard, "255.255.255.255") == 0 ? "any" : text);
	if (rc == 0 && (strcmp(wildcard, "0.0.0.0") == 0 || strcmp(wildcard, "255.255.255.255") == 0))
		rc = cmd_set_arg(&run->match, &run->arena, wildcard_leaf, NULL);
	return rc;
}

/* The number of the entry that says the same, else that of a new one. */
struct place {
	uint32_t same, last; /* 0: there is none */
};

static struct place find_place(const struct run *run, enum guard_kind kind, const struct lyd_node *list)
{
	struct model_leaf wanted[LEAVES];
	const struct lyd_node *same;
	uint64_t last = 0;
	size_t n = 0;

	for (size_t i = 0; i < LEAVES; i++) {
		const char *value = given(run, leaves[i]);

		if (has_leaf(kind, leaves[i]))
			wanted[n++] = (struct model_leaf){ leaves[i], strcmp(value, "false") == 0 ? "" : value };
	}
	same = model_like(list ? model_first(run->cli->model, list, "rule") : NULL, wanted, n, &last);
	return (struct place){ .same = same ? sequence_of(same) : 0, .last = (uint32_t)last };
}

/* The number that was given is that of another entry. */
static bool taken(const struct run *run, enum guard_kind kind, const struct lyd_node *list, const char *number)
{
	const struct lyd_node *entry = NULL;

	if (list)
		entry = model_entry_below(run->cli->model, list, "rule", (const char *[]){ number });
	return entry && !same_entry(run, entry, kind);
}

static int take_number(struct run *run, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof text, "%u", number);
	return cmd_set_arg(&run->match, &run->arena, "sequence", text) < 0 ? run_fail(run, "%% Out of memory")
									   : RUN_DONE;
}

static bool negative(const struct run *run)
{
	return run->match.no || run->match.dflt;
}

/* `no permit …` without a number means the entry that says the same. */
int hook_access_rule(struct run *run)
{
	const char *number = cmd_arg(&run->match, "sequence"), *name = cmd_arg(&run->match, "name");
	uint32_t wanted = number ? (uint32_t)strtoul(number, NULL, 10) : 0;
	enum guard_kind kind = kind_of_row(run);
	const struct lyd_node *list = list_named(run, kind, name ? name : cmd_place_key(&run->match.place));
	struct place p;

	if (negative(run) && wanted)
		return RUN_DONE;
	if (number && !wanted)
		return run_invalid(run, "sequence");
	if (canonical(run, "source", "source-wildcard") < 0 ||
	    canonical(run, "destination", "destination-wildcard") < 0)
		return run_fail(run, "%% Out of memory");
	if (wanted && taken(run, kind, list, number))
		return run_fail(run, "%% Duplicate sequence number");
	if (wanted)
		return RUN_DONE;
	p = find_place(run, kind, list);
	if (negative(run) && !p.same)
		return run_fail(run, "%% Specified access list entry does not exist");
	if (p.same && run->cli->interactive && !negative(run))
		buf_puts(&run->out, "% Duplicate statement ignored.\n");
	if (!p.same && p.last > SEQUENCE_MAX - STEP)
		return run_fail(run, "%% No sequence number is left behind %u", p.last);
	return take_number(run, p.same ? p.same : p.last + STEP);
}

/* --- show --- */

struct shown {
	const struct lyd_node *node;
	const char *name;
	uint32_t sequence;
};

static int by_name(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;
	unsigned long m = strtoul(x->name, NULL, 10), n = strtoul(y->name, NULL, 10);

	if (m != n && m && n)
		return m < n ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_sequence(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* The nodes from `first` on, in the run's arena, in order. */
static struct shown *ordered(struct run *run, const struct lyd_node *first, bool lists, size_t *n)
{
	struct shown *all;
	size_t i = 0;

	*n = 0;
	for (const struct lyd_node *node = first; node; node = model_next(node))
		++*n;
	all = arena_alloc(&run->arena, (*n + 1) * sizeof *all);
	for (const struct lyd_node *node = first; all && node; node = model_next(node), i++)
		all[i] = (struct shown){ node, lists ? kept(node, "name") : "", lists ? 0 : sequence_of(node) };
	if (all && *n)
		qsort(all, *n, sizeof *all, lists ? by_name : by_sequence);
	return all;
}

/* A leaf of one side of an entry; "" where its kind of list has none. */
static const char *side_leaf(const struct lyd_node *e, enum guard_kind kind, const char *side, const char *suffix)
{
	char leaf[32];

	snprintf(leaf, sizeof leaf, "%s%s", side, suffix);
	return has_leaf(kind, leaf) ? kept(e, leaf) : "";
}

static void put_end(struct buf *out, const struct lyd_node *e, enum guard_kind kind, const char *side)
{
	const char *address = side_leaf(e, kind, side, ""), *host = side_leaf(e, kind, side, "-host");
	const char *wildcard = side_leaf(e, kind, side, "-wildcard"), *op = side_leaf(e, kind, side, "-operator");

	if (*host)
		buf_printf(out, " host %s", host);
	else if (*wildcard)
		buf_printf(out, kind == GUARD_STANDARD ? " %s, wildcard bits %s" : " %s %s", address, wildcard);
	else if (kind == GUARD_EXTENDED && strcmp(address, "any") != 0)
		buf_printf(out, " host %s", address);
	else
		buf_printf(out, " %s", address);
	if (*op)
		buf_printf(out, " %s %s", op, side_leaf(e, kind, side, "-port"));
	if (strcmp(op, "range") == 0)
		buf_printf(out, " %s", side_leaf(e, kind, side, "-last"));
}

static void put_entry(struct run *run, enum guard_kind kind, const char *list, const struct shown *s)
{
	bool permit = strcmp(kept(s->node, "action"), "permit") == 0;
	struct buf *out = &run->out;
	uint64_t hits = 0;

	if (!permit && strcmp(kept(s->node, "action"), "deny") != 0)
		return;
	guard_hits(run->core->guard, kind, list, s->sequence, &hits);
	buf_puts(out, "    ");
	if (kind != GUARD_IPV6)
		buf_printf(out, "%u ", s->sequence);
	buf_puts(out, permit ? "permit" : kind == GUARD_STANDARD ? "deny  " : "deny");
	if (kind != GUARD_STANDARD)
		buf_printf(out, " %s", kept(s->node, "protocol"));
	put_end(out, s->node, kind, "source");
	if (kind != GUARD_STANDARD)
		put_end(out, s->node, kind, "destination");
	if (strcmp(kept(s->node, "log"), "true") == 0)
		buf_puts(out, " log");
	if (hits)
		buf_printf(out, " (%llu match%s)", (unsigned long long)hits, hits == 1 ? "" : "es");
	if (kind == GUARD_IPV6)
		buf_printf(out, " sequence %u", s->sequence);
	buf_puts(out, "\n");
}

#define PER_TURN 400 /* entries; 4,000 take core 10 ms */

/* How far it is shown. Lists change while others have their turn: a place is a name and a number. */
struct showing {
	enum guard_kind kind, to;
	char list[65];         /* "": none of the kind yet */
	uint32_t after;        /* … and the entry of it that was shown last */
	unsigned left;         /* in this turn */
	struct shown *entries; /* of the list; NULL: to be looked for */
	size_t next, n;
	uint64_t version; /* of the model they were found in */
};

static void find_entries(struct run *run, struct showing *at, const struct shown *list)
{
	at->version = model_version(run->core->model);
	at->entries = ordered(run, model_first(run->core->model, list->node, "rule"), false, &at->n);
	at->next = 0;
	while (at->entries && at->next < at->n && at->entries[at->next].sequence <= at->after)
		at->next++;
}

/* The rest of a list; false: not to its end in this turn. */
static bool put_list(struct run *run, struct showing *at, const struct shown *list)
{
	static const char *const heads[GUARD_KINDS] = { "Standard IP", "Extended IP", "IPv6" };

	if (strcmp(list->name, at->list) != 0) {
		buf_printf(&run->out, "%s access list %s\n", heads[at->kind], list->name);
		str_copy(str_of(list->name), at->list, sizeof at->list);
		at->after = 0;
		at->entries = NULL;
	}
	if (!at->entries || at->version != model_version(run->core->model))
		find_entries(run, at, list);
	for (; at->entries && at->next < at->n; at->next++) {
		if (at->left-- == 0)
			return false;
		put_entry(run, at->kind, list->name, &at->entries[at->next]);
		at->after = at->entries[at->next].sequence;
	}
	return true;
}

static bool put_kind(struct run *run, struct showing *at)
{
	const char *wanted = cmd_arg(&run->match, "name");
	const struct shown shown_last = { .name = at->list };
	size_t n;
	struct shown *lists = ordered(run, model_first(run->core->model, NULL, guard_path(at->kind)), true, &n);

	for (size_t i = 0; lists && i < n; i++) {
		bool done = at->list[0] && by_name(&lists[i], &shown_last) < 0;

		if (!done && (!wanted || strcmp(wanted, lists[i].name) == 0) && !put_list(run, at, &lists[i]))
			return false;
	}
	return true;
}

static int show(struct run *run, enum guard_kind from, enum guard_kind to)
{
	struct showing *at = run->data;

	if (!at) {
		run->data = at = arena_alloc(&run->arena, sizeof *at);
		if (!at)
			return run_fail(run, "%% Out of memory");
		*at = (struct showing){ .kind = from, .to = to };
	}
	at->left = PER_TURN;
	for (; at->kind <= at->to; at->kind++, at->list[0] = '\0')
		if (!put_kind(run, at))
			return run_yield(run);
	return RUN_DONE;
}

int cmd_show_access_lists(struct run *run)
{
	return show(run, GUARD_STANDARD, GUARD_IPV6);
}

int cmd_show_ip_access_lists(struct run *run)
{
	return show(run, GUARD_STANDARD, GUARD_EXTENDED);
}

int cmd_show_ipv6_access_list(struct run *run)
{
	return show(run, GUARD_IPV6, GUARD_IPV6);
}

int cmd_clear_access_list(struct run *run)
{
	guard_clear_hits(run->core->guard, cmd_arg(&run->match, "name"));
	return RUN_DONE;
}
