/* SPDX-License-Identifier: Apache-2.0
 *
 * pattern.c: see pattern.h. Session process; hostile input.
 *
 * The expression is compiled in one pass to a program whose jumps are relative, so that a piece can be moved (to put
 * a branch before it) and copied (for {m,n}). The matcher keeps the set of places the program can be at after each
 * byte: no backtracking.
 */
#include "pattern.h"

#include "base/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum op { OP_BYTE, OP_ANY, OP_SET, OP_FIRST, OP_LAST, OP_SPLIT, OP_JUMP, OP_MATCH };

struct step {
	uint8_t op;
	uint8_t byte;      /* OP_BYTE: the byte; OP_SET: which set */
	int16_t to, other; /* OP_SPLIT: two ways on; OP_JUMP: `to`; relative to this step */
};

struct places {
	uint16_t at[PATTERN_PROGRAM];
	size_t n;
};

struct pattern {
	struct step program[PATTERN_PROGRAM];
	size_t steps;
	uint8_t sets[PATTERN_MAX][32]; /* a bit per byte value */
	size_t nsets;
	struct places now, next;
	uint32_t seen[PATTERN_PROGRAM]; /* the round in which a step was last reached */
	uint32_t round;
};

struct compiler {
	struct pattern *p;
	struct cur in;
	unsigned depth;
	int err;
};

static void alternatives(struct compiler *c);

static int peek(const struct compiler *c)
{
	return c->in.n ? c->in.p[0] : -1;
}

static bool accept(struct compiler *c, int byte)
{
	if (peek(c) != byte)
		return false;
	cur_u8(&c->in);
	return true;
}

static void fail(struct compiler *c, int err)
{
	if (!c->err)
		c->err = err;
	c->in.n = 0;
}

static void emit(struct compiler *c, enum op op, uint8_t byte)
{
	if (c->p->steps == PATTERN_PROGRAM)
		fail(c, E_TOOBIG);
	else
		c->p->program[c->p->steps++] = (struct step){ .op = op, .byte = byte };
}

static void emit_jump(struct compiler *c, enum op op, long to, long other)
{
	emit(c, op, 0);
	if (c->err)
		return;
	c->p->program[c->p->steps - 1].to = (int16_t)to;
	c->p->program[c->p->steps - 1].other = (int16_t)other;
}

/* Puts a branch before the piece that starts at `start`: into it, or `other` steps on. */
static void branch_before(struct compiler *c, size_t start, long other)
{
	struct pattern *p = c->p;

	emit(c, OP_SPLIT, 0);
	if (c->err)
		return;
	memmove(&p->program[start + 1], &p->program[start], (p->steps - 1 - start) * sizeof p->program[0]);
	p->program[start] = (struct step){ .op = OP_SPLIT, .to = 1, .other = (int16_t)other };
}

static void append(struct compiler *c, const struct step *copy, size_t n)
{
	if (c->err || n > PATTERN_PROGRAM - c->p->steps) {
		fail(c, E_TOOBIG);
		return;
	}
	memcpy(&c->p->program[c->p->steps], copy, n * sizeof *copy);
	c->p->steps += n;
}

static void star(struct compiler *c, size_t start)
{
	long n = (long)(c->p->steps - start);

	branch_before(c, start, n + 2);
	emit_jump(c, OP_JUMP, -(n + 1), 0);
}

/* The piece at `start` becomes least to most copies of itself; most < 0 is without end. */
static void repeat(struct compiler *c, size_t start, int least, int most)
{
	struct step copy[PATTERN_PROGRAM];
	size_t n = c->p->steps - start;

	memcpy(copy, &c->p->program[start], n * sizeof copy[0]);
	c->p->steps = start;
	for (int i = 0; i < least && !c->err; i++)
		append(c, copy, n);
	for (int i = least; i < most && !c->err; i++) {
		emit_jump(c, OP_SPLIT, 1, (long)n + 1);
		append(c, copy, n);
	}
	if (most < 0 && !c->err) {
		start = c->p->steps;
		append(c, copy, n);
		if (!c->err)
			star(c, start);
	}
}

static int number(struct compiler *c)
{
	int v = -1;

	while (peek(c) >= '0' && peek(c) <= '9') {
		v = (v < 0 ? 0 : v * 10) + (cur_u8(&c->in) - '0');
		if (v > PATTERN_REPEAT) {
			fail(c, E_TOOBIG);
			return 0;
		}
	}
	return v;
}

/* After `{`: m}, m,} or m,n} */
static void interval(struct compiler *c, size_t start)
{
	int least = number(c), most = least;

	if (accept(c, ','))
		most = number(c);
	if (!accept(c, '}') || (most >= 0 && most < least))
		fail(c, E_INVAL);
	else
		repeat(c, start, least, most);
}

static void set_add(uint8_t *set, unsigned from, unsigned to)
{
	for (unsigned b = from; b <= to; b++)
		set[b / 8] |= (uint8_t)(1u << b % 8);
}

static const struct {
	const char *name;
	int (*is)(int);
} classes[] = {
	{ "alpha", isalpha }, { "digit", isdigit }, { "alnum", isalnum }, { "upper", isupper },
	{ "lower", islower }, { "space", isspace }, { "blank", isblank }, { "punct", ispunct },
	{ "print", isprint }, { "graph", isgraph }, { "cntrl", iscntrl }, { "xdigit", isxdigit },
};

/* At "[:": adds the class and steps over ":]". */
static void set_class(struct compiler *c, uint8_t *set)
{
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		size_t n = strlen(classes[i].name);

		if (c->in.n < n + 4 || memcmp(c->in.p + 2, classes[i].name, n) || memcmp(c->in.p + 2 + n, ":]", 2))
			continue;
		for (unsigned b = 0; b < 128; b++)
			if (classes[i].is((int)b))
				set_add(set, b, b);
		cur_take(&c->in, n + 4);
		return;
	}
	fail(c, E_INVAL);
}

static void set_item(struct compiler *c, uint8_t *set)
{
	unsigned from, to;

	if (c->in.n >= 2 && c->in.p[0] == '[' && memchr(":.=", c->in.p[1], 3)) {
		set_class(c, set); /* collating elements and equivalence classes fail there */
		return;
	}
	from = to = cur_u8(&c->in);
	if (c->in.n >= 2 && c->in.p[0] == '-' && c->in.p[1] != ']') {
		cur_u8(&c->in);
		to = cur_u8(&c->in);
	}
	if (to < from)
		fail(c, E_INVAL);
	else
		set_add(set, from, to);
}

/* After `[`. A `]` that comes first stands for itself. */
static void bracket(struct compiler *c)
{
	uint8_t *set = c->p->sets[c->p->nsets];
	bool negated = accept(c, '^'), first = true;

	while (first || peek(c) != ']') {
		if (peek(c) < 0) {
			fail(c, E_INVAL);
			return;
		}
		set_item(c, set);
		first = false;
	}
	accept(c, ']');
	for (size_t i = 0; negated && i < 32; i++)
		set[i] = (uint8_t)~set[i];
	emit(c, OP_SET, (uint8_t)c->p->nsets++); /* at most one set for two bytes of the expression: fits */
}

static void group(struct compiler *c)
{
	if (++c->depth > PATTERN_NESTING)
		fail(c, E_TOOBIG);
	else
		alternatives(c);
	c->depth--;
	if (!accept(c, ')'))
		fail(c, E_INVAL);
}

static void escaped(struct compiler *c)
{
	int b = peek(c);

	if (b < 0 || isalnum(b)) /* back-references, and letters nobody agrees on */
		fail(c, E_INVAL);
	else
		emit(c, OP_BYTE, cur_u8(&c->in));
}

static void atom(struct compiler *c)
{
	uint8_t b = cur_u8(&c->in);

	if (b == '.')
		emit(c, OP_ANY, 0);
	else if (b == '^')
		emit(c, OP_FIRST, 0);
	else if (b == '$')
		emit(c, OP_LAST, 0);
	else if (b == '[')
		bracket(c);
	else if (b == '(')
		group(c);
	else if (b == '\\')
		escaped(c);
	else if (b == '*' || b == '+' || b == '?') /* nothing to repeat */
		fail(c, E_INVAL);
	else
		emit(c, OP_BYTE, b);
}

static void piece(struct compiler *c)
{
	size_t start = c->p->steps;

	atom(c);
	while (!c->err) {
		long n = (long)(c->p->steps - start);

		if (accept(c, '*'))
			star(c, start);
		else if (accept(c, '+'))
			emit_jump(c, OP_SPLIT, -n, 1);
		else if (accept(c, '?'))
			branch_before(c, start, n + 1);
		else if (c->in.n >= 2 && c->in.p[0] == '{' && isdigit(c->in.p[1]) && accept(c, '{'))
			interval(c, start);
		else
			break;
	}
}

static void sequence(struct compiler *c)
{
	while (peek(c) >= 0 && peek(c) != '|' && peek(c) != ')')
		piece(c);
}

static void alternatives(struct compiler *c)
{
	size_t start = c->p->steps;

	sequence(c);
	while (accept(c, '|')) {
		size_t jump;

		branch_before(c, start, (long)(c->p->steps - start) + 2);
		jump = c->p->steps;
		emit_jump(c, OP_JUMP, 0, 0);
		sequence(c);
		if (!c->err)
			c->p->program[jump].to = (int16_t)(c->p->steps - jump);
	}
}

int pattern_new(struct pattern **out, struct str expression)
{
	struct compiler c = { .in = cur_of(expression) };

	*out = NULL;
	if (expression.n == 0)
		return E_INVAL;
	if (expression.n > PATTERN_MAX)
		return E_TOOBIG;
	c.p = calloc(1, sizeof *c.p);
	if (!c.p)
		return E_NOMEM;
	alternatives(&c);
	if (c.in.n) /* a `)` too many */
		fail(&c, E_INVAL);
	emit(&c, OP_MATCH, 0);
	if (c.err) {
		pattern_free(c.p);
		return c.err;
	}
	*out = c.p;
	return 0;
}

void pattern_free(struct pattern *p)
{
	free(p);
}

static void reach(struct pattern *p, struct places *set, size_t place)
{
	if (p->seen[place] == p->round)
		return;
	p->seen[place] = p->round;
	set->at[set->n++] = (uint16_t)place;
}

/* Follows what consumes nothing from every place of the set, which grows under the loop; true if the end is among
 * them. */
static bool follow(struct pattern *p, struct places *set, bool first, bool last)
{
	for (size_t i = 0; i < set->n; i++) {
		size_t at = set->at[i];
		const struct step *s = &p->program[at];

		if (s->op == OP_MATCH)
			return true;
		if ((s->op == OP_FIRST && first) || (s->op == OP_LAST && last))
			reach(p, set, at + 1);
		else if (s->op == OP_JUMP || s->op == OP_SPLIT)
			reach(p, set, (size_t)((long)at + s->to));
		if (s->op == OP_SPLIT)
			reach(p, set, (size_t)((long)at + s->other));
	}
	return false;
}

static bool consumes(const struct pattern *p, const struct step *s, uint8_t b)
{
	return s->op == OP_ANY || (s->op == OP_BYTE && s->byte == b) ||
	       (s->op == OP_SET && (p->sets[s->byte][b / 8] >> b % 8 & 1));
}

static void new_round(struct pattern *p, struct places *set)
{
	set->n = 0;
	if (++p->round == 0) {
		memset(p->seen, 0, sizeof p->seen);
		p->round = 1;
	}
}

bool pattern_match(struct pattern *p, struct str line)
{
	struct places *now = &p->now, *next = &p->next, *swap;

	new_round(p, now);
	for (size_t i = 0;; i++) {
		reach(p, now, 0);
		if (follow(p, now, i == 0, i == line.n))
			return true;
		if (i == line.n)
			return false;
		new_round(p, next);
		for (size_t j = 0; j < now->n; j++)
			if (consumes(p, &p->program[now->at[j]], line.p[i]))
				reach(p, next, now->at[j] + 1u);
		swap = now;
		now = next;
		next = swap;
	}
}
