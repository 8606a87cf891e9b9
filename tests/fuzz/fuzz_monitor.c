/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: nothing typed at rommon's prompt leaves the line, the history or the variables outside their memory, puts
 * anything into nvram: that cannot be read again, or prints a byte that a terminal obeys beyond BS, CR and LF.
 */
#include "rommon/monitor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int folder(void)
{
	char path[] = "/tmp/fuzz-monitor-XXXXXX";
	int fd = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0)
		abort();
	rmdir(path); /* nothing can be made in it: the image, not the disk, is what is tried here */
	return fd;
}

static void check(const struct monitor *p)
{
	char text[VARS_MAX];
	struct vars again;
	size_t n = vars_format(p->vars, text);

	if (n >= sizeof text || !vars_parse((struct str){ (const uint8_t *)text, n }, &again) ||
	    strcmp(again.others, p->vars->others) != 0)
		abort();
	if (p->used >= sizeof p->line || p->number == 0 || strlen(p->boot) >= sizeof p->boot)
		abort();
	for (size_t i = 0; i < sizeof p->console->ring && i < p->console->end; i++) {
		char c = p->console->ring[i];

		if ((c < ' ' || c > '~') && !strchr("\b\r\n", c))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct console console;
	static struct vars vars;
	static struct monitor p;
	static int fd = -1;

	if (fd < 0)
		fd = folder();
	memset(&console, 0, sizeof console);
	console.master = console.slave = -1;
	vars_default(&vars);
	p = (struct monitor){
		.console = &console, .vars = &vars, .flash_fd = fd, .nvram_fd = fd, .secure_fd = -1, .number = 1
	};
	monitor_show(&p);
	for (size_t i = 0; i < size; i++)
		if (monitor_key(&p, (char)data[i]) != MONITOR_STAY)
			monitor_show(&p);
	check(&p);
	return 0;
}
