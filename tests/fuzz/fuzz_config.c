/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_config.c: any bytes as a startup-config: the loader ends, reports and leaves a configuration that loads again
 * without a report.
 */
#include "core/config/config.h"
#include "core/config/doubt.h"
#include "core/config/loader.h"
#include "core_bed.h"

static void report(void *arg, const char *message)
{
	int *left = arg;

	if (!message)
		*left = 0;
	else if (*left == 2) /* the second pass reads what we printed ourselves */
		abort();
}

static void load(struct core *core, struct str text, int pass)
{
	int left = pass;

	if (loader_merge(core, NULL, "fuzz", text, report, &left) < 0)
		return;
	while (left)
		event_base_loop(core->base, EVLOOP_ONCE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct core core;
	struct config_build *b;

	if (!core.base)
		bed_start(&core);
	doubt_damage((struct str){ data, size });
	load(&core, (struct str){ data, size }, 1);
	b = config_build_new(&core, CMD_VIEW_WHOLE);
	while (b && !config_build_step(b))
		continue;
	bed_clear(&core);
	if (b)
		load(&core, buf_str(config_build_text(b)), 2);
	config_build_free(b);
	bed_clear(&core);
	return 0;
}
