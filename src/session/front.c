/* SPDX-License-Identifier: Apache-2.0
 *
 * front.c: see front.h. Runs in the session process.
 */
#include "session/front.h"

#include "base/err.h"

#define FEED_STEP 256

int front_init(struct front *f, bool terminal, bool prompts)
{
	/* What core says with LINE replaces this. */
	static const struct term_settings first = { .length = 0, .width = 80, .history = 20 };

	*f = (struct front){ 0 };
	if (terminal)
		f->term = term_new(&first);
	else
		f->plain = plain_new(prompts);
	return f->term || f->plain ? 0 : E_NOMEM;
}

void front_release(struct front *f)
{
	if (f->term)
		term_free(f->term);
	plain_free(f->plain);
	*f = (struct front){ 0 };
}

size_t front_feed(struct front *f, struct str bytes)
{
	size_t done = 0;

	if (f->plain)
		return plain_feed(f->plain, bytes);
	while (done < bytes.n && term_wants_input(f->term)) {
		size_t n = bytes.n - done < FEED_STEP ? bytes.n - done : FEED_STEP;

		if (term_feed(f->term, bytes.p + done, n))
			break;
		done += n;
	}
	return done;
}

bool front_typed_ahead(const struct front *f)
{
	return f->term ? term_typed_ahead(f->term) : plain_typed_ahead(f->plain);
}

bool front_step(struct front *f, struct term_event *ev)
{
	return f->term ? term_step(f->term, ev) : plain_step(f->plain, ev);
}

struct buf *front_output(struct front *f)
{
	return f->term ? term_output(f->term) : plain_output(f->plain);
}

bool front_passes(struct front *f)
{
	return f->plain && plain_passes(f->plain);
}

bool front_paused(const struct front *f)
{
	return f->term && term_paused(f->term);
}

void front_set(struct front *f, const struct term_settings *s)
{
	if (f->term)
		term_set(f->term, s);
}

void front_prompt(struct front *f, struct str prompt, bool configuring)
{
	if (f->term)
		term_prompt(f->term, prompt, configuring);
	else
		plain_prompt(f->plain, prompt);
}

void front_write(struct front *f, struct str bytes)
{
	if (f->term)
		term_write(f->term, bytes);
	else
		plain_write(f->plain, bytes);
}

void front_progress(struct front *f, struct str text)
{
	if (f->term)
		term_progress(f->term, text);
	else
		plain_progress(f->plain, text);
}

void front_monitor(struct front *f, struct str text)
{
	if (f->term)
		term_monitor(f->term, text);
	else
		plain_monitor(f->plain, text);
}

void front_help(struct front *f, struct str text)
{
	if (f->term)
		term_help(f->term, text);
}

void front_complete(struct front *f, struct str insert)
{
	if (f->term)
		term_complete(f->term, insert);
}

int front_filter(struct front *f, enum term_filter kind, struct str pattern)
{
	return f->term ? term_filter(f->term, kind, pattern) : plain_filter(f->plain, kind, pattern);
}

void front_ask(struct front *f, struct str prompt, bool echo, enum term_ask kind)
{
	if (f->term)
		term_ask(f->term, prompt, echo, kind);
	else
		plain_ask(f->plain, prompt, kind);
}

void front_text(struct front *f, struct str prompt, struct str until, bool within, bool echo)
{
	if (f->term)
		term_text(f->term, prompt, until, within, echo);
	else
		plain_text(f->plain, until, within);
}

/* A program's lines are not kept. */
void front_hide(struct front *f, size_t from)
{
	if (f->term)
		term_hide(f->term, from);
}

void front_history(struct front *f)
{
	if (f->term)
		term_history(f->term);
}

void front_finish(struct front *f)
{
	if (f->term)
		term_finish(f->term);
	else
		plain_finish(f->plain);
}
