/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_reply.c: what a client is told, and the queue it waits in: bytes, and in their places readings, whose bytes come
 * from a file only when it is their turn. So whoever does not read costs no memory. Runs in the session process.
 * draft-ietf-secsh-filexfer-02 sections 5 and 7.
 */
#include "sftp_private.h"

#include "base/calendar.h"
#include "base/err.h"
#include "transfer/words.h"

#include <stdio.h>
#include <string.h>

#define DATA_HEAD  13 /* length, type, id, length of the data */
#define SPILL_PART 64
#define HALF_YEAR  (INT64_C(182) * 86400)

/* --- replies --- */

size_t sftp_begin(struct sftp *s, uint8_t type)
{
	size_t began = buf_len(&s->out);

	buf_put_u32(&s->out, 0);
	buf_put_u8(&s->out, type);
	buf_put_u32(&s->out, s->id);
	return began;
}

void sftp_put_u32_at(struct sftp *s, size_t at, uint32_t value)
{
	uint8_t *p;

	if (s->out.err)
		return;
	p = s->out.data + s->out.off + at;
	for (int i = 3; i >= 0; i--, value >>= 8)
		p[i] = (uint8_t)value;
}

void sftp_finish(struct sftp *s, size_t began)
{
	sftp_put_u32_at(s, began, (uint32_t)(buf_len(&s->out) - began - sizeof(uint32_t)));
}

static void put_status(struct buf *b, enum sftp_status status, const char *words)
{
	buf_put_u32(b, status);
	buf_put_cstr(b, words);
	buf_put_cstr(b, ""); /* of no language */
}

void sftp_status(struct sftp *s, enum sftp_status status, const char *words)
{
	size_t began = sftp_begin(s, FXP_STATUS);

	put_status(&s->out, status, words);
	sftp_finish(s, began);
}

enum sftp_status sftp_status_of(int rc)
{
	switch (rc) {
	case 0:
		return FX_OK;
	case E_NOTFOUND:
		return FX_NO_SUCH_FILE;
	case E_DENIED:
		return FX_PERMISSION_DENIED;
	case E_UNSUPPORTED:
		return FX_OP_UNSUPPORTED;
	default:
		return FX_FAILURE;
	}
}

const char *sftp_why(const struct sftp *s)
{
	return s->words[0] ? s->words : transfer_words(s->answer.rc);
}

void sftp_result(struct sftp *s)
{
	sftp_status(s, sftp_status_of(s->answer.rc), sftp_why(s));
}

void sftp_refuse(struct sftp *s, int rc)
{
	sftp_status(s, sftp_status_of(rc), transfer_words(rc));
}

void sftp_ok(struct sftp *s)
{
	sftp_status(s, FX_OK, "Success");
}

void sftp_bad(struct sftp *s)
{
	sftp_status(s, FX_BAD_MESSAGE, "malformed request");
}

void sftp_put_attrs(struct buf *b, bool folder, uint64_t size, int64_t mtime)
{
	buf_put_u32(b, HAS_SIZE | HAS_OWNER | HAS_MODE | HAS_TIMES);
	buf_put_u64(b, size);
	buf_put_u32(b, 0);
	buf_put_u32(b, 0);
	buf_put_u32(b, folder ? 0040700 : 0100600);
	buf_put_u32(b, (uint32_t)mtime);
	buf_put_u32(b, (uint32_t)mtime);
}

/* The C library's own would look for a time zone, in a file. Days since 1970 as years that begin in March. */
static void civil(int64_t day, int *year, int *month, int *mday)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*mday = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 2 : mp - 10);
	*year = (int)(yoe + era * 400 + (*month <= 1));
}

void sftp_longname(char *out, size_t size, bool folder, uint64_t bytes, int64_t mtime, int64_t now, const char *name)
{
	int64_t at = mtime < 0 ? 0 : mtime > UINT32_MAX ? UINT32_MAX : mtime; /* as the attributes say it */
	int year, month, mday, minute = (int)(at % 86400 / 60);
	char when[24];

	civil(at / 86400, &year, &month, &mday);
	if (at > now || at < now - HALF_YEAR)
		snprintf(when, sizeof when, "%5d", year);
	else
		snprintf(when, sizeof when, "%02d:%02d", minute / 60, minute % 60);
	snprintf(out, size, "%s    1 root     root     %8llu %s %2d %s %s", folder ? "drwx------" : "-rw-------",
		 (unsigned long long)bytes, calendar_month_name(month), mday, when, name);
}

/* --- the queue --- */

void sftp_send_data(struct sftp *s, unsigned file, uint64_t offset, size_t n)
{
	struct sftp_reading *r = &s->reads[(s->first + s->n_reads++) % SFTP_READS];

	*r = (struct sftp_reading){
		.id = s->id, .file = file, .offset = offset, .n = n, .before = buf_len(&s->out) - s->claimed
	};
	s->claimed += r->before;
	s->files[file].readings++;
	s->unstable += s->files[file].writing;
}

static void drop_reading(struct sftp *s)
{
	struct sftp_file *f = &s->files[s->reads[s->first].file];

	s->unstable -= f->writing;
	s->first = (s->first + 1) % SFTP_READS;
	s->n_reads--;
	f->readings--;
	sftp_file_released(s, f);
}

static void advance(struct sftp *s, size_t n)
{
	struct sftp_reading *r = &s->reads[s->first];

	r->begun = true;
	r->offset += n;
	r->n -= n;
	if (r->n == 0)
		drop_reading(s);
}

static void put_head(const struct sftp_reading *r, uint8_t *to)
{
	uint32_t fields[] = { (uint32_t)r->n + DATA_HEAD - 4, r->id, (uint32_t)r->n };
	static const uint8_t places[] = { 0, 5, 9 };

	for (int f = 0; f < 3; f++)
		for (int i = 0; i < 4; i++)
			to[places[f] + i] = (uint8_t)(fields[f] >> (24 - 8 * i));
	to[4] = FXP_DATA;
}

/* In place of the bytes that cannot be read. */
static void spill_failure(struct sftp *s)
{
	struct buf b;

	buf_init(&b, sizeof s->spill);
	buf_put_u32(&b, 0);
	buf_put_u8(&b, FXP_STATUS);
	buf_put_u32(&b, s->reads[s->first].id);
	put_status(&b, FX_FAILURE, err_text(E_IO));
	s->spill_n = buf_len(&b);
	memcpy(s->spill, buf_ptr(&b), s->spill_n);
	s->spill[3] = (uint8_t)(s->spill_n - sizeof(uint32_t));
	s->spill_at = 0;
	buf_release(&b);
	drop_reading(s);
}

/* Head and first bytes, in one go, or by way of `spill` where there is hardly any room. */
static size_t fill_begin(struct sftp *s, uint8_t *to, size_t room, sftp_read_fn *read, void *arg)
{
	struct sftp_reading *r = &s->reads[s->first];
	bool spill = room <= DATA_HEAD;
	size_t max = spill ? SPILL_PART : room - DATA_HEAD, n;

	if (spill)
		to = s->spill;
	n = read(arg, r->file, r->offset, to + DATA_HEAD, r->n < max ? r->n : max);
	if (n == 0) {
		spill_failure(s);
		return 0;
	}
	put_head(r, to);
	advance(s, n);
	if (!spill)
		return DATA_HEAD + n;
	s->spill_at = 0;
	s->spill_n = DATA_HEAD + n;
	return 0;
}

/* The client was told how much would come: when it does not, all is over. */
static size_t fill_rest(struct sftp *s, uint8_t *to, size_t room, sftp_read_fn *read, void *arg)
{
	const struct sftp_reading *r = &s->reads[s->first];
	size_t n = read(arg, r->file, r->offset, to, r->n < room ? r->n : room);

	if (n) {
		advance(s, n);
		return n;
	}
	while (s->n_reads)
		drop_reading(s);
	s->claimed = 0;
	buf_clear(&s->out);
	s->failed = s->ending = true;
	return 0;
}

static size_t take(uint8_t *to, size_t room, const uint8_t *from, size_t n)
{
	n = n < room ? n : room;
	memcpy(to, from, n);
	return n;
}

static size_t fill_some(struct sftp *s, uint8_t *to, size_t room, sftp_read_fn *read, void *arg)
{
	struct sftp_reading *r = s->n_reads ? &s->reads[s->first] : NULL;
	size_t n = r ? r->before : buf_len(&s->out);

	if (s->spill_n > s->spill_at) {
		n = take(to, room, s->spill + s->spill_at, s->spill_n - s->spill_at);
		s->spill_at += n;
		return n;
	}
	if (n) {
		n = take(to, room, buf_ptr(&s->out), n);
		buf_consume(&s->out, n);
		if (r) {
			r->before -= n;
			s->claimed -= n;
		}
		return n;
	}
	return r->begun ? fill_rest(s, to, room, read, arg) : fill_begin(s, to, room, read, arg);
}

size_t sftp_fill(struct sftp *s, uint8_t *to, size_t room, sftp_read_fn *read, void *arg)
{
	size_t done = 0;

	while (done < room && sftp_has_output(s))
		done += fill_some(s, to + done, room - done, read, arg);
	return done;
}

bool sftp_has_output(const struct sftp *s)
{
	return s->n_reads || s->spill_n > s->spill_at || (buf_len(&s->out) && !s->out.err);
}
