/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_sftp.c: the SFTP machine under a hostile client. What must hold: every request is answered exactly once, in
 * packets of their stated length; a file is written, read, copied and closed only while it is open for that, and never
 * beyond the room it was given; nothing is asked while an answer is due; the machine ends when the client has gone.
 *
 * Input: records of a byte (how to answer next), a byte (a request's type; above 0xf0: the bytes are sent as they are),
 * a length and that many bytes. A request gets its length and an id.
 */
#include "base/err.h"
#include "transfer/sftp.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 100000
#define IDS_MAX   4096
#define ROOM      100000
#define RAW       0xf0
#define FXP_INIT  1

static void require(bool holds)
{
	if (!holds)
		abort();
}

enum use { FREE, READING, WRITING, LIST };

struct bed {
	struct sftp *s;
	uint8_t how;
	enum use files[SFTP_FILES];
	uint64_t kept[SFTP_FILES], old[SFTP_FILES]; /* of what was there: how far it is in the file; its size */
	bool ended, failed_read;
	uint32_t next_id;
	/* what was asked, as the stream says */
	struct buf head;
	uint32_t left;
	uint32_t ids[IDS_MAX];
	unsigned n_ids;
	/* what was answered */
	struct buf out;
};

/* --- the stream of requests --- */

static void note_request(struct bed *b)
{
	struct cur c = cur_of(buf_str(&b->head));

	cur_u32(&c);
	if (cur_u8(&c) != FXP_INIT && b->n_ids < IDS_MAX)
		b->ids[b->n_ids++] = cur_u32(&c);
}

static void note_bytes(struct bed *b, struct str bytes)
{
	for (; bytes.n; bytes.p++, bytes.n--) {
		if (b->left && buf_len(&b->head) == 9) {
			b->left--;
		} else {
			buf_put_u8(&b->head, *bytes.p);
			if (buf_len(&b->head) == 4) {
				struct cur c = cur_of(buf_str(&b->head));

				b->left = cur_u32(&c);
			} else if (buf_len(&b->head) > 4) {
				b->left--;
			}
			if (buf_len(&b->head) == 9)
				note_request(b);
		}
		if (buf_len(&b->head) == 9 && b->left == 0)
			buf_clear(&b->head);
	}
}

static void note_reply(struct bed *b, struct str reply)
{
	struct cur c = cur_of(reply);
	uint8_t type = cur_u8(&c);
	uint32_t id = cur_u32(&c);
	unsigned i = 0;

	require(!c.bad);
	if (type == FXP_INIT + 1 || b->n_ids == IDS_MAX)
		return;
	while (i < b->n_ids && b->ids[i] != id)
		i++;
	require(i < b->n_ids);
	b->ids[i] = b->ids[--b->n_ids];
}

/* Nothing of what was there is missing up to where it ends. */
static bool is_whole(const struct bed *b, unsigned file)
{
	return b->kept[file] >= b->old[file];
}

static size_t read_file(void *arg, unsigned file, uint64_t offset, uint8_t *to, size_t n)
{
	struct bed *b = arg;

	require(file < SFTP_FILES && (b->files[file] == READING || b->files[file] == WRITING) && n > 0);
	require(offset + n <= ROOM && is_whole(b, file));
	if (b->how == 254) {
		b->failed_read = true;
		return 0;
	}
	memset(to, 'x', n);
	return n;
}

static void drain(struct bed *b, size_t step)
{
	uint8_t room[512];
	struct cur c;

	for (unsigned i = 0; sftp_has_output(b->s); i++) {
		require(i < STEPS_MAX);
		buf_put(&b->out, room, sftp_fill(b->s, room, step, read_file, b));
		for (c = cur_of(buf_str(&b->out)); c.n >= 4;) {
			struct cur at = c;
			struct str reply = cur_str(&at);

			if (at.bad)
				break;
			note_reply(b, reply);
			buf_consume(&b->out, 4 + reply.n);
			c = cur_of(buf_str(&b->out));
		}
	}
}

/* --- events --- */

static int result(const struct bed *b)
{
	return b->how & 16 ? -(int)(b->how & 15) : 0;
}

static enum use use_of(const struct bed *b, unsigned file)
{
	require(file < SFTP_FILES);
	return b->files[file];
}

static void check(const struct bed *b, const struct sftp_event *ev)
{
	switch (ev->type) {
	case SFTP_EV_OPEN:
	case SFTP_EV_LIST:
		require(use_of(b, ev->file) == FREE && strlen(ev->path) < SFTP_PATH_MAX);
		break;
	case SFTP_EV_ENTRIES:
		require(use_of(b, ev->file) == LIST);
		break;
	case SFTP_EV_WRITE:
		require(ev->bytes.n && ev->offset + ev->bytes.n <= ROOM && ev->offset <= ROOM);
		require(use_of(b, ev->file) == WRITING && (ev->offset <= b->kept[ev->file] || is_whole(b, ev->file)));
		break;
	case SFTP_EV_KEEP:
		require(use_of(b, ev->file) == WRITING && ev->offset == b->kept[ev->file]);
		require(ev->offset + ev->size == b->old[ev->file] || ev->size == 0);
		break;
	case SFTP_EV_CLOSE:
	case SFTP_EV_SYNC:
		require(use_of(b, ev->file) == WRITING && is_whole(b, ev->file));
		break;
	case SFTP_EV_RESIZE:
		require(use_of(b, ev->file) == WRITING && ev->size <= ROOM);
		break;
	case SFTP_EV_COPY:
		require(use_of(b, ev->file) == WRITING && ev->from != ev->file);
		require(is_whole(b, ev->file) && is_whole(b, ev->from));
		require(use_of(b, ev->from) == WRITING || use_of(b, ev->from) == READING);
		require(ev->size <= ROOM && ev->offset <= ROOM - ev->size);
		break;
	case SFTP_EV_FORGET:
		require(use_of(b, ev->file) != FREE);
		break;
	case SFTP_EV_END:
		break;
	default:
		require(strlen(ev->path) < SFTP_PATH_MAX && strlen(ev->to) < SFTP_PATH_MAX);
	}
}

/* The number of a file that is being written, now and then: it is what the client asks for. */
static unsigned own(const struct bed *b)
{
	for (unsigned i = 0; i < SFTP_FILES; i++)
		if (b->files[i] == WRITING && (b->how & 32))
			return i;
	return SFTP_NO_FILE;
}

static void begin(struct bed *b, const struct sftp_event *ev, uint64_t old)
{
	b->files[ev->file] = ev->type == SFTP_EV_LIST ? LIST : ev->how & SFTP_WRITE ? WRITING : READING;
	b->kept[ev->file] = 0;
	b->old[ev->file] = old;
}

static void answer(struct bed *b, const struct sftp_event *ev)
{
	static const uint8_t names[] = { 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 2, 'a', 'b' };
	struct sftp_answer a = { .rc = result(b), .file = SFTP_NO_FILE };
	bool named = ev->type == SFTP_EV_LOOK || ev->type == SFTP_EV_OPEN;

	if (a.rc == 0) {
		a.file = named ? own(b) : SFTP_NO_FILE;
		a.size = ev->type == SFTP_EV_COPY   ? ev->offset + ev->size
			 : ev->type == SFTP_EV_OPEN ? (b->how & 1 || !(ev->how & SFTP_WRITE)) * b->how * 300U
						    : b->how;
		a.room = ROOM;
		a.folder = (b->how & 64) != 0;
		a.there = (b->how & 1) != 0;
		a.mtime = b->how;
		if (ev->type == SFTP_EV_ENTRIES && ev->offset < 3 * sizeof names)
			a.bytes = (struct str){ names, sizeof names };
	}
	if (a.rc == 0 && a.file == SFTP_NO_FILE && (ev->type == SFTP_EV_OPEN || ev->type == SFTP_EV_LIST))
		begin(b, ev, a.there && (ev->how & SFTP_KEEP) ? a.size : 0);
	if (ev->type == SFTP_EV_CLOSE)
		b->files[ev->file] = FREE;
	sftp_answer(b->s, &a);
}

/* How far what was there is in the file; what could not be had is asked for once. */
static void note_kept(struct bed *b, const struct sftp_event *ev)
{
	uint64_t end = ev->offset + ev->bytes.n;

	if (ev->type == SFTP_EV_WRITE && b->kept[ev->file] < end)
		b->kept[ev->file] = end;
	else if (ev->type == SFTP_EV_KEEP)
		b->old[ev->file] = 0;
	else if (ev->type == SFTP_EV_RESIZE && ev->size < b->old[ev->file] && result(b) == 0)
		b->old[ev->file] = ev->size;
}

static void on_event(struct bed *b, const struct sftp_event *ev)
{
	require(!b->ended);
	check(b, ev);
	note_kept(b, ev);
	if (ev->type < SFTP_EV_WRITE)
		answer(b, ev);
	else if (ev->type == SFTP_EV_FORGET)
		b->files[ev->file] = FREE;
	else if (ev->type == SFTP_EV_WRITE && b->how == 255)
		sftp_lost(b->s, E_LIMIT);
	b->ended = ev->type == SFTP_EV_END;
}

static void drive(struct bed *b, struct str bytes)
{
	struct sftp_event ev;
	size_t before;

	for (unsigned i = 0;; i++) {
		require(i < STEPS_MAX);
		before = bytes.n;
		if (sftp_step(b->s, &bytes, &ev)) {
			note_bytes(b, (struct str){ bytes.p - (before - bytes.n), before - bytes.n });
			on_event(b, &ev);
			continue;
		}
		note_bytes(b, (struct str){ bytes.p - (before - bytes.n), before - bytes.n });
		if (b->ended || !sftp_has_output(b->s))
			break;
		drain(b, b->how & 128 ? 7 : 512);
	}
	require(b->ended || bytes.n == 0);
}

static void send_request(struct bed *b, uint8_t type, struct str payload)
{
	struct buf packet;

	buf_init(&packet, 0);
	if (type == FXP_INIT) {
		buf_put_u32(&packet, (uint32_t)payload.n + 1);
		buf_put_u8(&packet, type);
	} else if (type < RAW) {
		buf_put_u32(&packet, (uint32_t)payload.n + 5);
		buf_put_u8(&packet, type);
		buf_put_u32(&packet, ++b->next_id);
	}
	buf_put(&packet, payload.p, payload.n);
	for (struct str all = buf_str(&packet); all.n && !b->ended;) {
		size_t n = (b->how & 8) && all.n > 11 ? 11 : all.n;

		drive(b, (struct str){ all.p, n });
		all.p += n;
		all.n -= n;
	}
	buf_release(&packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bed b = { .s = sftp_new() };
	size_t n;

	buf_init(&b.head, 0);
	buf_init(&b.out, 0);
	for (; size >= 3 && !b.ended; data += n, size -= n) {
		uint8_t type = data[1];

		b.how = data[0];
		n = data[2] < size - 3 ? data[2] : size - 3;
		data += 3;
		size -= 3;
		send_request(&b, type, (struct str){ data, n });
	}
	if (!b.ended && buf_len(&b.head) == 0)
		require(b.n_ids == 0);
	sftp_eof(b.s);
	drive(&b, STR(""));
	require(b.ended);
	sftp_free(b.s);
	buf_release(&b.head);
	buf_release(&b.out);
	return 0;
}
