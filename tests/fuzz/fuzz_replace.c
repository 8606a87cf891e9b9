/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_replace.c: any configuration is replaced by any other: then it is what the other one alone would be, or, where a
 * line was refused, what it was, byte for byte. The texts are parted by the first zero byte.
 */
#include "core/config/loader.h"
#include "core/config/replace.h"
#include "core_bed.h"
#include "model/swap.h"

#include <string.h>

struct outcome {
	bool over, done;
	unsigned refused;
};

static void on_refused(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static void on_ended(void *arg, bool done, size_t changes, unsigned refused, const char *words)
{
	struct outcome *o = arg;

	(void)changes;
	(void)words;
	*o = (struct outcome){ true, done, refused };
}

static void on_report(void *arg, const char *message)
{
	struct outcome *o = arg;

	o->over = !message;
	o->refused += message != NULL;
}

static void render(const struct cmd_set *set, struct buf *out)
{
	struct cmd_render *r = cmd_render_new(set, CMD_VIEW_WHOLE, out);

	while (!cmd_render_step(r))
		continue;
	cmd_render_free(r);
}

/* What `text` makes where nothing else is. */
static void alone(struct core *core, struct str text, struct buf *out)
{
	struct outcome o = { 0 };
	struct cmd_set *cmds;
	struct model *m;

	if (model_new_beside(core->model, &m, NULL) < 0 || cmd_set_beside(&cmds, core->cmds, m, NULL) < 0 ||
	    loader_make(core, NULL, m, cmds, "fuzz", text, on_report, &o) < 0)
		abort();
	while (!o.over)
		event_base_loop(core->base, EVLOOP_ONCE);
	render(cmds, out);
	cmd_set_free(cmds);
	model_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct replace_events events = { on_refused, on_ended };
	static struct core core;
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	struct buf before, after, expected;
	struct outcome o = { 0 };
	struct str text;

	if (!core.base)
		bed_start(&core);
	if (!zero)
		return 0;
	text = (struct str){ zero + 1, size - (size_t)(zero + 1 - data) };
	buf_init(&before, 0);
	buf_init(&after, 0);
	buf_init(&expected, 0);
	if (loader_merge(&core, NULL, "fuzz", (struct str){ data, (size_t)(zero - data) }, on_report, &o) < 0)
		abort();
	while (!o.over)
		event_base_loop(core.base, EVLOOP_ONCE);
	render(core.cmds, &before);
	alone(&core, text, &expected);
	o.over = false;
	if (!replace_begin(&core, NULL, "fuzz", text, "the fuzzer", "", true, &events, &o, &(struct errbuf){ "" }))
		abort();
	while (!o.over)
		event_base_loop(core.base, EVLOOP_ONCE);
	render(core.cmds, &after);
	if (o.done == (o.refused > 0) || !str_eq(buf_str(&after), buf_str(o.done ? &expected : &before)))
		abort();
	buf_release(&before);
	buf_release(&after);
	buf_release(&expected);
	bed_clear(&core);
	return 0;
}
