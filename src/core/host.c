/* SPDX-License-Identifier: Apache-2.0
 *
 * host.c: see host.h. Runs in core. The kernel's texts are trusted, but not their length or shape.
 */
#include "host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_BYTES 4096
#define STAT_UTIME 14 /* fields as proc(5) counts them */
#define STAT_STIME 15
#define STAT_RSS   24

/* The beginning of a file as a C string; false when it cannot be read. */
static bool head_of(const char *path, char text[TEXT_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT_BYTES - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* --- one process --- */

bool host_parse_process(struct str text, uint64_t tick_ms, uint64_t page_kb, struct host_process *p)
{
	char copy[TEXT_BYTES], *at, *end;
	uint64_t ticks = 0, pages = 0;

	if (!str_copy(text, copy, sizeof copy) || !(at = strrchr(copy, ')'))) /* the name may hold anything */
		return false;
	at += strcspn(at, " ");
	at += strspn(at, " ");
	at += strcspn(at, " "); /* behind field 3, the state */
	for (int field = 4; field <= STAT_RSS; field++) {
		unsigned long long n = strtoull(at, &end, 10);

		if (end == at)
			return false;
		if (field == STAT_UTIME || field == STAT_STIME)
			ticks += n;
		if (field == STAT_RSS)
			pages = n;
		at = end;
	}
	*p = (struct host_process){ ticks * tick_ms, pages * page_kb };
	return true;
}

bool host_process(int pid, struct host_process *p)
{
	char path[32], text[TEXT_BYTES];

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	return head_of(path, text) && host_parse_process(str_of(text), 1000 / (uint64_t)sysconf(_SC_CLK_TCK),
							 (uint64_t)sysconf(_SC_PAGESIZE) / 1024, p);
}

/* --- memory --- */

static bool kilobytes(const char *text, const char *name, uint64_t *bytes)
{
	const char *at = strstr(text, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	*bytes = strtoull(at, &end, 10) * 1024;
	return end != at;
}

bool host_parse_memory(struct str text, struct host_memory *m)
{
	char copy[TEXT_BYTES];

	return str_copy(text, copy, sizeof copy) && kilobytes(copy, "MemTotal:", &m->total) &&
	       kilobytes(copy, "MemAvailable:", &m->available) && m->available <= m->total;
}

bool host_memory(struct host_memory *m)
{
	char text[TEXT_BYTES];

	return head_of("/proc/meminfo", text) && host_parse_memory(str_of(text), m);
}

/* --- processors --- */

/* The first line: user nice system idle iowait irq softirq steal. */
bool host_parse_load(struct str text, struct host_sample *s)
{
	char copy[TEXT_BYTES], *at = copy + 3, *end;
	uint64_t n[8];

	if (!str_copy(text, copy, sizeof copy) || strncmp(copy, "cpu ", 4) != 0)
		return false;
	for (int i = 0; i < 8; i++, at = end) {
		n[i] = strtoull(at, &end, 10);
		if (end == at)
			return false;
	}
	s->interrupts = n[5] + n[6];
	s->busy = n[0] + n[1] + n[2] + n[5] + n[6] + n[7];
	s->total = s->busy + n[3] + n[4];
	return true;
}

void host_sample(struct host_load *l)
{
	char text[TEXT_BYTES];
	struct host_sample s;

	if (head_of("/proc/stat", text) && host_parse_load(str_of(text), &s))
		l->ring[l->taken++ % HOST_SAMPLES] = s;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
	return whole && part <= whole ? (unsigned)((part * 100 + whole / 2) / whole) : 0;
}

unsigned host_busy(const struct host_load *l, unsigned seconds, unsigned *interrupts)
{
	const struct host_sample *now, *then;

	*interrupts = 0;
	if (l->taken < 2)
		return 0;
	if (seconds >= HOST_SAMPLES)
		seconds = HOST_SAMPLES - 1;
	if (seconds >= l->taken)
		seconds = (unsigned)l->taken - 1;
	now = &l->ring[(l->taken - 1) % HOST_SAMPLES];
	then = &l->ring[(l->taken - 1 - seconds) % HOST_SAMPLES];
	*interrupts = percent(now->interrupts - then->interrupts, now->total - then->total);
	return percent(now->busy - then->busy, now->total - then->total);
}
