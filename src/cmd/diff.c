/* SPDX-License-Identifier: Apache-2.0
 *
 * diff.c: see diff.h. A line belongs to the nearest line above it that is less indented; the lines of a banner belong
 * to its first. A line of the later text is matched with the first line of the former that says the same and belongs to
 * the line that its own parent is matched with. They are found in a hash table whose key is random, so no text can make
 * it slow. Where the order of lines has a meaning (access lists, banners), the longest sequence that is in order on
 * both sides stays matched. Runs in core; both texts are hostile.
 */
#include "diff.h"

#include "base/err.h"
#include "base/random.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of nodes; 0 is the whole text, the parent of what is not indented. As a match it means none. */
struct node {
	const uint8_t *text;
	uint32_t len, indent;
	uint32_t parent, match;
	uint32_t next; /* former text: the next in the table's chain; later text: the one before in a sequence */
	bool ordered;  /* its order among its siblings has a meaning */
	bool changed;  /* it, or what it belongs to, is on one side only */
	bool inner;    /* something that belongs to it is */
};

struct side {
	struct str rest; /* what is not read yet */
	struct node *nodes;
	size_t n, room;
	struct str until; /* in a banner: what ends it; else empty */
	uint32_t banner;  /* its first line */
	size_t only;      /* lines that are on this side only */
	uint32_t at;      /* of the pass under way: the next node */
};

/* A sequence of matched lines with one parent whose order counts: the last line of the best sequence of each length. */
struct sequence {
	uint32_t parent;
	uint32_t *tails;
	size_t n, room;
	uint32_t first, end; /* the nodes it is made of */
};

enum pass { PASS_READ_BEFORE, PASS_READ_AFTER, PASS_TABLE, PASS_MATCH, PASS_MARK_AFTER, PASS_MARK_BEFORE, PASS_DONE };

struct diff {
	struct side before, after;
	struct sequence sequence;
	uint32_t *table;
	size_t mask;
	uint64_t key;
	bool ignore_case;
	enum pass pass;
	unsigned written; /* passes of diff_write that are done */
	int err;
};

/* --- reading --- */

static bool begins(struct str s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && memcmp(s.p, word, n) == 0;
}

static struct str trim(struct str s)
{
	while (s.n && isspace(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Nothing that a configuration consists of: what is said about it, and its end. */
static bool is_idle(struct str line, uint32_t indent)
{
	return line.n == 0 || line.p[0] == '!' ||
	       (indent == 0 && ((line.n == 3 && begins(line, "end")) || begins(line, "Building configuration") ||
				begins(line, "Current configuration : ")));
}

/* "banner motd ^Ctext": what ends it, if it is not on this line; else empty. */
static struct str banner_end(struct str line)
{
	struct str none = { NULL, 0 }, end;

	if (!begins(line, "banner "))
		return none;
	for (int words = 0; words < 2; words++) {
		while (line.n && *line.p != ' ') {
			line.p++;
			line.n--;
		}
		while (line.n && *line.p == ' ') {
			line.p++;
			line.n--;
		}
	}
	if (!line.n)
		return none;
	end = (struct str){ line.p, begins(line, "^C") ? 2 : 1 };
	line.p += end.n;
	line.n -= end.n;
	return memmem(line.p, line.n, end.p, end.n) ? none : end;
}

/* Lines of a list that is searched from its beginning. */
static bool order_counts(const struct side *s, const struct node *node)
{
	const struct node *parent = &s->nodes[node->parent];
	struct str line = { node->text, node->len }, around = { parent->text, parent->len };

	if (!node->parent)
		return begins(line, "access-list ");
	return begins(around, "ip access-list ") || begins(around, "ipv6 access-list ");
}

static int add(struct side *s, struct str line, uint32_t indent, uint32_t parent)
{
	struct node *node;

	if (line.n > DIFF_LINE_MAX)
		return E_TOOBIG;
	if (s->n > DIFF_LINES_MAX)
		return E_LIMIT;
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		struct node *more = realloc(s->nodes, room * sizeof *more);

		if (!more)
			return E_NOMEM;
		s->nodes = more;
		s->room = room;
	}
	node = &s->nodes[s->n++];
	*node = (struct node){ .text = line.p, .len = (uint32_t)line.n, .indent = indent, .parent = parent };
	node->ordered = s->until.n || order_counts(s, node);
	return 0;
}

static uint32_t parent_for(const struct side *s, uint32_t indent)
{
	uint32_t at = (uint32_t)s->n - 1;

	while (at && s->nodes[at].indent >= indent)
		at = s->nodes[at].parent;
	return at;
}

/* A banner's lines are kept as they are. */
static int read_banner(struct side *s, struct str line)
{
	int rc = add(s, line, 1, s->banner);

	if (memmem(line.p, line.n, s->until.p, s->until.n))
		s->until.n = 0;
	return rc;
}

static int read_line(struct side *s)
{
	struct str line = STR("");
	uint32_t indent = 0;
	int rc;

	str_line(&s->rest, &line);
	if (s->until.n)
		return read_banner(s, line);
	line = trim(line);
	while (line.n && isspace(*line.p)) {
		line.p++;
		line.n--;
		indent++;
	}
	if (is_idle(line, indent))
		return 0;
	rc = add(s, line, indent, parent_for(s, indent));
	s->until = indent == 0 ? banner_end(line) : (struct str){ NULL, 0 };
	s->banner = (uint32_t)s->n - 1;
	return rc;
}

/* --- matching --- */

/* Polynomials over a prime: for a key that nobody knows, two lines have one value by chance only. */
#define PRIME ((UINT64_C(1) << 61) - 1)

static uint64_t multiply(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	uint64_t sum = (uint64_t)(product & PRIME) + (uint64_t)(product >> 61);

	return sum >= PRIME ? sum - PRIME : sum;
}

static size_t slot(const struct diff *d, const struct node *node, uint32_t parent)
{
	uint64_t h = (uint64_t)parent + 1;

	for (uint32_t i = 0; i < node->len; i++)
		h = multiply(h, d->key) + (d->ignore_case ? (uint64_t)tolower(node->text[i]) : node->text[i]) + 1;
	h = multiply(h, d->key);
	return (size_t)(h ^ h >> 32) & d->mask;
}

static bool same(const struct diff *d, const struct node *a, const struct node *b)
{
	if (a->len != b->len)
		return false;
	if (!d->ignore_case)
		return memcmp(a->text, b->text, a->len) == 0;
	for (uint32_t i = 0; i < a->len; i++)
		if (tolower(a->text[i]) != tolower(b->text[i]))
			return false;
	return true;
}

static int make_table(struct diff *d)
{
	size_t n = 16;

	while (n < d->before.n)
		n *= 2;
	d->mask = n - 1;
	d->table = calloc(n, sizeof *d->table);
	d->before.at = (uint32_t)d->before.n - 1;
	d->after.at = 1;
	if (random_bytes(&d->key, sizeof d->key) < 0)
		return E_CRYPTO;
	d->key = d->key % (PRIME - 2) + 2;
	return d->table ? 0 : E_NOMEM;
}

/* From the last to the first, so that the first of equal lines is the first of its chain. */
static void enter(struct diff *d)
{
	uint32_t number = d->before.at--;
	struct node *node = &d->before.nodes[number];
	uint32_t *head = &d->table[slot(d, node, node->parent)];

	node->next = *head;
	*head = number;
}

static void unmatch(struct diff *d, struct node *node)
{
	d->before.nodes[node->match].match = 0;
	node->match = 0;
}

/* What is not in the longest sequence has changed its place. */
static void end_sequence(struct diff *d)
{
	struct sequence *q = &d->sequence;
	struct node *nodes = d->after.nodes;
	uint32_t at = q->n ? q->tails[q->n - 1] : 0;

	for (uint32_t i = q->end; q->n && i-- > q->first;) {
		if (i == at)
			at = nodes[i].next;
		else if (nodes[i].parent == q->parent && nodes[i].ordered && nodes[i].match)
			unmatch(d, &nodes[i]);
	}
	q->n = 0;
}

static int join_sequence(struct diff *d, uint32_t number)
{
	struct node *nodes = d->after.nodes, *node = &nodes[number];
	struct sequence *q = &d->sequence;
	size_t low = 0, high;

	if (q->n && q->parent != node->parent)
		end_sequence(d);
	if (!q->n)
		q->first = number;
	q->parent = node->parent;
	q->end = number + 1;
	if (q->n == q->room) {
		size_t room = q->room ? 2 * q->room : 64;
		uint32_t *more = realloc(q->tails, room * sizeof *more);

		if (!more)
			return E_NOMEM;
		q->tails = more;
		q->room = room;
	}
	for (high = q->n; low < high;) {
		size_t middle = (low + high) / 2;

		if (nodes[q->tails[middle]].match < node->match)
			low = middle + 1;
		else
			high = middle;
	}
	node->next = low ? q->tails[low - 1] : 0;
	q->tails[low] = number;
	q->n += low == q->n;
	return 0;
}

static int match(struct diff *d)
{
	uint32_t number = d->after.at++, parent, *link;
	struct node *node = &d->after.nodes[number], *found;

	parent = d->after.nodes[node->parent].match;
	if (node->parent && !parent)
		return 0;
	link = &d->table[slot(d, node, parent)];
	while (*link) {
		found = &d->before.nodes[*link];
		if (found->parent == parent && same(d, node, found)) {
			found->match = number;
			node->match = *link;
			*link = found->next;
			return node->ordered ? join_sequence(d, number) : 0;
		}
		link = &found->next;
	}
	return 0;
}

static void mark(struct side *s)
{
	struct node *node = &s->nodes[s->at++];

	node->changed = !node->match || s->nodes[node->parent].changed;
	s->only += node->changed;
	for (uint32_t up = node->parent; node->changed && up && !s->nodes[up].inner; up = s->nodes[up].parent)
		s->nodes[up].inner = true;
}

/* One line of the pass under way, or its end. */
static int one(struct diff *d)
{
	switch (d->pass) {
	case PASS_READ_BEFORE:
		if (d->before.rest.n)
			return read_line(&d->before);
		break;
	case PASS_READ_AFTER:
		if (d->after.rest.n)
			return read_line(&d->after);
		d->pass++;
		return make_table(d);
	case PASS_TABLE:
		if (d->before.at) {
			enter(d);
			return 0;
		}
		break;
	case PASS_MATCH:
		if (d->after.at < d->after.n)
			return match(d);
		end_sequence(d);
		d->after.at = d->before.at = 1;
		break;
	case PASS_MARK_AFTER:
	case PASS_MARK_BEFORE: {
		struct side *s = d->pass == PASS_MARK_AFTER ? &d->after : &d->before;

		if (s->at < s->n) {
			mark(s);
			return 0;
		}
		s->at = 1;
		break;
	}
	case PASS_DONE:
		return 0;
	}
	d->pass++;
	return 0;
}

bool diff_step(struct diff *d, unsigned most)
{
	for (; !d->err && d->pass != PASS_DONE && most; most--)
		d->err = one(d);
	return d->err || d->pass == PASS_DONE;
}

struct diff *diff_new(struct str before, struct str after, bool ignore_case)
{
	struct diff *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->before.rest = before;
	d->after.rest = after;
	d->ignore_case = ignore_case;
	d->err = add(&d->before, (struct str){ (const uint8_t *)"", 0 }, 0, 0);
	if (!d->err)
		d->err = add(&d->after, (struct str){ (const uint8_t *)"", 0 }, 0, 0);
	return d;
}

void diff_free(struct diff *d)
{
	if (!d)
		return;
	free(d->before.nodes);
	free(d->after.nodes);
	free(d->sequence.tails);
	free(d->table);
	free(d);
}

int diff_error(const struct diff *d)
{
	return d->err;
}

size_t diff_added(const struct diff *d)
{
	return d->after.only;
}

size_t diff_removed(const struct diff *d)
{
	return d->before.only;
}

/* --- writing --- */

static void put_line(struct buf *out, const struct node *node, const char *sign, size_t skip)
{
	for (uint32_t i = 0; i < node->indent; i++)
		buf_put_u8(out, ' ');
	buf_puts(out, sign);
	buf_put(out, node->text + skip, node->len - skip);
	buf_puts(out, "\n");
}

/* What is taken away with its parent needs no line of its own; what is a `no` line is taken away without it. */
static void put_removal(struct buf *out, const struct side *s, const struct node *node)
{
	bool no = begins((struct str){ node->text, node->len }, "no ");

	if (!s->nodes[node->parent].changed)
		put_line(out, node, no ? "" : "no ", no ? strlen("no ") : 0);
}

static void write_one(const struct side *s, const struct node *node, enum diff_form form, bool removed, struct buf *out)
{
	if (!node->changed && node->inner)
		put_line(out, node, "", 0);
	else if (node->changed && form == DIFF_CONTEXT)
		put_line(out, node, removed ? "-" : "+", 0);
	else if (node->changed && removed)
		put_removal(out, s, node);
	else if (node->changed)
		put_line(out, node, "", 0);
}

bool diff_write(struct diff *d, enum diff_form form, unsigned most, struct buf *out)
{
	unsigned passes = form == DIFF_ADDED ? 1 : 2;

	for (; d->written < passes && most; most--) {
		bool removed = form == DIFF_CONTEXT ? d->written == 1 : form == DIFF_COMMANDS && d->written == 0;
		struct side *s = removed ? &d->before : &d->after;

		if (s->at < s->n) {
			write_one(s, &s->nodes[s->at], form, removed, out);
			s->at++;
		} else {
			d->written++;
		}
	}
	return d->written == passes;
}
