/* SPDX-License-Identifier: Apache-2.0
 *
 * wire.c: see wire.h. Runs in core. Texts may quote what strangers sent, already without a control character; what
 * stands in a field that a space ends (name, tag, identifiers) is reduced to what cannot end it. RFC 3164 section 4.1,
 * RFC 5424 section 6.
 */
#include "core/log/wire.h"

#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 255
#define APP_BYTES      48
#define ID_BYTES       32

unsigned wire_facility(const char *name)
{
	static const struct {
		const char *name;
		unsigned number;
	} facilities[] = {
		{ "kern", 0 },   { "user", 1 }, { "mail", 2 }, { "daemon", 3 }, { "auth", 4 },
		{ "syslog", 5 }, { "lpr", 6 },  { "news", 7 }, { "uucp", 8 },   { "cron", 9 },
	};
	const unsigned local0 = 16;

	for (size_t i = 0; i < sizeof facilities / sizeof facilities[0]; i++) {
		if (strcmp(facilities[i].name, name) == 0)
			return facilities[i].number;
	}
	return local0 + (unsigned)(name[strlen("local")] - '0');
}

/* A field: printable, without a space, never empty. */
static void put_field(const char *text, size_t most, struct buf *out)
{
	size_t n = 0;

	for (; n < most && text[n]; n++)
		buf_put_u8(out, text[n] > 0x20 && text[n] < 0x7f ? (uint8_t)text[n] : '-');
	if (n == 0)
		buf_put_u8(out, '-');
}

static void put_number(const struct syslog_message *m, struct buf *out)
{
	if (m->numbered)
		buf_printf(out, "%06lu: ", m->number);
}

/* "46: R1: 000046: *Nov 28 18:00:00.123: %SYS-5-CONFIG_I: …" */
static void put_ios(const struct wire_head *h, const struct syslog_message *m, struct buf *out)
{
	buf_printf(out, "%lu: ", m->number);
	if (h->origin) {
		put_field(h->origin, NAME_MAX_BYTES, out);
		buf_puts(out, ": ");
	}
	buf_puts(out, m->line);
}

/* "Nov 28 18:00:00 R1 %SYS-5-CONFIG_I: …": the tag of a line of `debug` is that word. */
static void put_3164(const struct wire_head *h, const struct syslog_message *m, struct buf *out)
{
	const char *zone;
	struct tm tm;

	zone_local(&h->clock->zone, m->wall.tv_sec, &tm, &zone);
	buf_printf(out, "%s %2d %02d:%02d:%02d ", calendar_month_name(tm.tm_mon), tm.tm_mday, tm.tm_hour, tm.tm_min,
		   tm.tm_sec);
	put_field(h->origin ? h->origin : h->host, NAME_MAX_BYTES, out);
	if (m->mnemonic)
		buf_printf(out, " %%%s-%d-%s: ", m->facility, m->severity, m->mnemonic);
	else
		buf_puts(out, " debug: ");
	put_number(m, out);
	buf_puts(out, m->text);
}

/* "1 2026-11-28T18:00:00.123Z R1 SYS - CONFIG_I [meta sequenceId="46"][timeQuality …] %SYS-5-CONFIG_I: …" */
static void put_5424(const struct wire_head *h, const struct syslog_message *m, struct buf *out)
{
	const unsigned long most = 2147483647; /* RFC 5424 section 7.3.1: then 1 again */
	static const struct zone utc;
	const char *zone;
	struct tm tm;

	zone_local(&utc, m->wall.tv_sec, &tm, &zone);
	buf_printf(out, "1 %04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		   tm.tm_hour, tm.tm_min, tm.tm_sec, m->wall.tv_nsec / 1000000 % 1000);
	put_field(h->origin ? h->origin : h->host, NAME_MAX_BYTES, out);
	buf_put_u8(out, ' ');
	put_field(m->mnemonic ? m->facility : "debug", APP_BYTES, out);
	buf_puts(out, " - ");
	put_field(m->mnemonic ? m->mnemonic : "", ID_BYTES, out);
	buf_printf(out, " [meta sequenceId=\"%lu\"][timeQuality tzKnown=\"1\" isSynced=\"%d\"] ",
		   (m->number - 1) % most + 1, h->clock->set);
	if (m->mnemonic)
		buf_printf(out, "%%%s-%d-%s: ", m->facility, m->severity, m->mnemonic);
	put_number(m, out);
	buf_puts(out, m->text);
}

void wire_put(const struct wire_head *h, const struct syslog_message *m, struct buf *out)
{
	buf_printf(out, "<%u>", h->facility * 8 + (unsigned)m->severity);
	if (h->form == WIRE_RFC5424)
		put_5424(h, m, out);
	else if (h->form == WIRE_RFC3164)
		put_3164(h, m, out);
	else
		put_ios(h, m, out);
}
