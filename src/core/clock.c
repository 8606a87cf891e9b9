/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.c: see clock.h. Runs in core.
 */
#include "clock.h"

#include "files/files.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MAX       32
#define OFFSET_MS_MAX  (INT64_C(200) * 366 * 86400 * 1000)
#define CLOCK          "/ravelin-clock:clock/"
#define SUMMER_MINUTES 60

uint64_t clock_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

struct timespec clock_wall(const struct clock *c)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += (time_t)(c->offset_ms / 1000);
	ts.tv_nsec += (long)(c->offset_ms % 1000) * 1000000;
	if (ts.tv_nsec < 0) {
		ts.tv_nsec += 1000000000;
		ts.tv_sec--;
	} else if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	return ts;
}

void clock_wall_text(const struct clock *c, time_t utc, char *out, size_t size)
{
	const char *zone;
	struct tm tm;

	zone_local(&c->zone, utc, &tm, &zone);
	snprintf(out, size, "%02d:%02d:%02d %s %s %s %d %d", tm.tm_hour, tm.tm_min, tm.tm_sec, zone,
		 calendar_weekday_name(tm.tm_wday), calendar_month_name(tm.tm_mon), tm.tm_mday, tm.tm_year + 1900);
}

void clock_text(const struct clock *c, time_t host, char *out, size_t size)
{
	clock_wall_text(c, host + (time_t)(c->offset_ms / 1000), out, size);
}

/* --- what `clock set` said --- */

bool clock_parse_offset(struct str text, int64_t *ms)
{
	char line[KEPT_MAX], *end;
	long long n;

	if (!str_copy(text, line, sizeof line) || !strpbrk(line, "0123456789") || strpbrk(line, " \t+"))
		return false;
	n = strtoll(line, &end, 10);
	*ms = n;
	return strcmp(end, "\n") == 0 && n >= -OFFSET_MS_MAX && n <= OFFSET_MS_MAX;
}

int clock_set(struct clock *c, int nvram_fd, time_t utc, struct errbuf *e)
{
	struct timespec host;
	char line[KEPT_MAX];
	int64_t offset = 0;
	int rc;

	clock_gettime(CLOCK_REALTIME, &host);
	if (utc)
		offset = ((int64_t)utc - host.tv_sec) * 1000 - host.tv_nsec / 1000000;
	snprintf(line, sizeof line, "%lld\n", (long long)offset);
	if (utc)
		rc = files_save(nvram_fd, CLOCK_FILE, str_of(line), 0600, e);
	else
		rc = files_remove(nvram_fd, CLOCK_FILE, e);
	if (rc < 0 && rc != E_NOTFOUND)
		return rc;
	c->offset_ms = offset;
	c->set = utc != 0;
	return 0;
}

void clock_load(struct clock *c, int nvram_fd, struct errbuf *e)
{
	struct buf text;
	int rc;

	buf_init(&text, KEPT_MAX);
	rc = files_load(nvram_fd, CLOCK_FILE, KEPT_MAX, &text, e);
	c->set = rc == 0 && clock_parse_offset(buf_str(&text), &c->offset_ms);
	if (!c->set)
		c->offset_ms = 0;
	if (rc == 0 && !c->set)
		err_set(e, E_INVAL, "nvram:%s is damaged: the clock is the host's", CLOCK_FILE);
	if (rc == E_NOTFOUND)
		e->text[0] = '\0';
	buf_release(&text);
}

/* --- zone --- */

static int number_below(const struct lyd_node *node, const char *leaf, int otherwise)
{
	const char *text = model_below(node, leaf);

	return text ? (int)strtol(text, NULL, 10) : otherwise;
}

static void read_turn(struct zone_turn *t, const struct lyd_node *turn)
{
	t->minute = calendar_minutes(str_of(model_below(turn, "time")));
	t->month = calendar_month(str_of(model_below(turn, "month")));
	t->weekday = calendar_weekday(str_of(model_below(turn, "weekday")));
	t->week = number_below(turn, "week", 1);
	t->year = number_below(turn, "year", 0);
	t->day = number_below(turn, "day", 1);
}

/* `recurring` alone: as the law has it in the United States, which is what IOS takes. */
static void rule_of_the_states(struct zone *z)
{
	z->begins = (struct zone_turn){ .month = 2, .week = 2, .weekday = 0, .minute = 120 };
	z->ends = (struct zone_turn){ .month = 10, .week = 1, .weekday = 0, .minute = 120 };
}

void clock_configure(struct clock *c, const struct model *m)
{
	const char *name = model_str(m, CLOCK "timezone/name"), *summer = model_str(m, CLOCK "summer-time/name");
	const char *kind = model_str(m, CLOCK "summer-time/kind"), *hours = model_str(m, CLOCK "timezone/hours");
	struct zone *z = &c->zone;
	int minutes = (int)model_uint(m, CLOCK "timezone/minutes", 0);

	*z = (struct zone){ .shift = (int)model_uint(m, CLOCK "summer-time/offset", SUMMER_MINUTES) };
	str_copy(str_of(name), z->name, sizeof z->name);
	str_copy(str_of(summer), z->summer_name, sizeof z->summer_name);
	if (hours)
		z->offset = (int)strtol(hours, NULL, 10) * 60 + (hours[0] == '-' ? -minutes : minutes);
	if (!summer || !kind)
		return;
	z->summer = strcmp(kind, "date") == 0 ? SUMMER_DATE : SUMMER_RECURRING;
	read_turn(&z->begins, model_first(m, NULL, CLOCK "summer-time/begins"));
	read_turn(&z->ends, model_first(m, NULL, CLOCK "summer-time/ends"));
	if (z->summer == SUMMER_RECURRING && z->begins.month < 0)
		rule_of_the_states(z);
}
