/* SPDX-License-Identifier: Apache-2.0
 *
 * identity.c: see identity.h. Runs in core. Files may be damaged or foreign and are checked like any input. One file an
 * identity, 0600 (of the form of key_file.c): "RVLNIDEN"; string name, u64 time made, string cards, string chain,
 * string PKCS#8 DER. A file's name follows from that of the identity, so that it is replaced by one rename, and a copy
 * under another name is not taken for a second one.
 */
#include "identity.h"

#include "files/files.h"
#include "keys_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC          "RVLNIDEN"
#define PREFIX         "identity-"
#define CARDS_MAX      (IDENTITY_CHAIN * (2 * IDENTITY_TEXT_MAX + 128))
#define FILE_BYTES_MAX (CARDS_MAX + IDENTITY_CHAIN_MAX + IDENTITY_KEY_MAX + 256)
#define FILE_NAME_SIZE (sizeof PREFIX + KEY_FILE_LABEL)

struct identities {
	int dirfd;
	size_t n;
	struct identity *at[IDENTITIES_MAX]; /* by name */
};

/* --- cards --- */

void identity_card_put(const struct identity_card *card, struct buf *cards)
{
	buf_put_str(cards, card->serial);
	buf_put_str(cards, card->issuer);
	buf_put_str(cards, card->subject);
	buf_put_u8(cards, (uint8_t)card->usage);
	buf_put_u64(cards, card->from);
	buf_put_u64(cards, card->until);
}

static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\n' && (s.p[i] < 0x20 || s.p[i] > 0x7e))
			return false;
	}
	return s.n <= IDENTITY_TEXT_MAX;
}

bool identity_card_next(struct cur *cards, struct identity_card *out)
{
	uint8_t usage;

	if (cards->n == 0)
		return false;
	out->serial = cur_str(cards);
	out->issuer = cur_str(cards);
	out->subject = cur_str(cards);
	usage = cur_u8(cards);
	out->from = cur_u64(cards);
	out->until = cur_u64(cards);
	if (usage >= IDENTITY_USAGES || !is_text(out->serial) || !is_text(out->issuer) || !is_text(out->subject) ||
	    out->from > INT64_MAX || out->until > INT64_MAX)
		cards->bad = true;
	out->usage = (enum identity_usage)usage;
	return !cards->bad;
}

/* The first card is looked into by others, too. */
static bool cards_are_good(struct str cards, struct identity_card *first)
{
	struct identity_card other;
	struct cur c = cur_of(cards);
	unsigned n = identity_card_next(&c, first);

	while (n && n <= IDENTITY_CHAIN && identity_card_next(&c, &other))
		n++;
	return n && n <= IDENTITY_CHAIN && cur_done(&c);
}

/* --- one identity --- */

bool identity_name_valid(const char *name)
{
	size_t n = strlen(name);

	for (const char *p = name; *p; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
	}
	return n > 0 && n < IDENTITY_NAME;
}

static void file_name(const char *name, char out[FILE_NAME_SIZE])
{
	char label[KEY_FILE_LABEL];

	key_file_label(name, label);
	snprintf(out, FILE_NAME_SIZE, PREFIX "%s", label);
}

bool identity_file_is(const char *name)
{
	return strncmp(name, PREFIX, strlen(PREFIX)) == 0;
}

void identity_release(struct identity *id)
{
	buf_release(&id->cards);
	buf_release(&id->chain);
	buf_release(&id->key);
}

static void free_one(struct identity *id)
{
	if (id)
		identity_release(id);
	free(id);
}

/* Fills it but for the time it was made. */
static const char *fill(struct identity *id, const char *name, struct str cards, struct str chain, struct str key)
{
	struct identity_card own;

	buf_init(&id->cards, CARDS_MAX);
	buf_init(&id->chain, IDENTITY_CHAIN_MAX);
	buf_init(&id->key, IDENTITY_KEY_MAX);
	if (!identity_name_valid(name) || !cards_are_good(cards, &own) || !chain.n || !key.n)
		return "malformed";
	snprintf(id->name, sizeof id->name, "%s", name);
	id->from = own.from;
	id->until = own.until;
	buf_put(&id->cards, cards.p, cards.n);
	buf_put(&id->chain, chain.p, chain.n);
	buf_put(&id->key, key.p, key.n);
	return id->cards.err || id->chain.err || id->key.err ? "too large" : NULL;
}

const char *identity_parse(struct str file, struct identity *out)
{
	struct str name, cards, chain, key;
	char text[IDENTITY_NAME];
	const char *wrong;
	uint64_t made;
	struct cur c;

	*out = (struct identity){ .name = "" };
	wrong = key_file_open(file, MAGIC, &c);
	if (wrong)
		return wrong;
	name = cur_str(&c);
	made = cur_u64(&c);
	cards = cur_str(&c);
	chain = cur_str(&c);
	key = cur_str(&c);
	if (!cur_done(&c) || made > INT64_MAX || !str_copy(name, text, sizeof text))
		return "malformed";
	out->made = (time_t)made;
	return fill(out, text, cards, chain, key);
}

static int save(int dirfd, const struct identity *id, struct errbuf *e)
{
	char file[FILE_NAME_SIZE];
	struct buf bytes;
	int rc;

	buf_init(&bytes, FILE_BYTES_MAX);
	key_file_begin(&bytes, MAGIC);
	buf_put_cstr(&bytes, id->name);
	buf_put_u64(&bytes, (uint64_t)id->made);
	buf_put_str(&bytes, buf_str(&id->cards));
	buf_put_str(&bytes, buf_str(&id->chain));
	buf_put_str(&bytes, buf_str(&id->key));
	file_name(id->name, file);
	rc = key_file_seal(&bytes);
	rc = rc < 0 ? err_set(e, rc, "%s", err_text(rc)) : files_save(dirfd, file, buf_str(&bytes), 0600, e);
	buf_release(&bytes);
	return rc;
}

/* --- all of them --- */

/* Where it is, or belongs. */
static size_t place_of(const struct identities *all, const char *name, bool *there)
{
	size_t i = 0;

	while (i < all->n && strcmp(all->at[i]->name, name) < 0)
		i++;
	*there = i < all->n && strcmp(all->at[i]->name, name) == 0;
	return i;
}

static void take_out(struct identities *all, size_t i)
{
	free_one(all->at[i]);
	all->n--;
	memmove(all->at + i, all->at + i + 1, (all->n - i) * sizeof *all->at);
}

static void put_in(struct identities *all, struct identity *id)
{
	bool there;
	size_t i = place_of(all, id->name, &there);

	if (there)
		take_out(all, i);
	memmove(all->at + i + 1, all->at + i, (all->n - i) * sizeof *all->at);
	all->at[i] = id;
	all->n++;
}

/* NULL, or what is wrong with the file. */
static const char *load_one(struct identities *all, const char *name)
{
	struct identity *id = calloc(1, sizeof *id);
	const char *wrong = "unreadable";
	char expected[FILE_NAME_SIZE];
	struct buf bytes;

	buf_init(&bytes, FILE_BYTES_MAX);
	if (id && files_load(all->dirfd, name, FILE_BYTES_MAX, &bytes, NULL) == 0)
		wrong = identity_parse(buf_str(&bytes), id);
	buf_release(&bytes);
	if (!wrong) {
		file_name(id->name, expected);
		wrong = strcmp(name, expected) != 0 ? "a copy under another name"
			: all->n == IDENTITIES_MAX  ? "one identity too many"
						    : NULL;
	}
	if (wrong)
		free_one(id);
	else
		put_in(all, id);
	return wrong;
}

static int load_all(struct identities *all, struct errbuf *e)
{
	DIR *dir = files_entries(all->dirfd);

	if (!dir)
		return err_set(e, E_IO, "identities cannot be read: %s", strerror(errno));
	for (struct dirent *d; (d = readdir(dir));) {
		const char *wrong = identity_file_is(d->d_name) ? load_one(all, d->d_name) : NULL;

		if (wrong)
			err_set(e, 0, "identity skipped: \"%.100s\" is %s", d->d_name, wrong);
	}
	closedir(dir);
	return 0;
}

int identity_open(int dirfd, struct identities **out, struct errbuf *e)
{
	struct identities *all = calloc(1, sizeof *all);
	int rc;

	*out = NULL;
	if (!all)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	all->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	rc = all->dirfd < 0 ? err_set(e, E_IO, "identities cannot be opened: %s", strerror(errno)) : load_all(all, e);
	if (rc < 0)
		identity_close(all);
	else
		*out = all;
	return rc;
}

void identity_close(struct identities *all)
{
	if (!all)
		return;
	while (all->n)
		take_out(all, all->n - 1);
	if (all->dirfd >= 0)
		close(all->dirfd);
	free(all);
}

size_t identity_count(const struct identities *all)
{
	return all->n;
}

const struct identity *identity_at(const struct identities *all, size_t i)
{
	return i < all->n ? all->at[i] : NULL;
}

const struct identity *identity_find(const struct identities *all, const char *name)
{
	bool there;
	size_t i = place_of(all, name, &there);

	return there ? all->at[i] : NULL;
}

int identity_put(struct identities *all, const char *name, struct str cards, struct str chain, struct str key,
		 struct errbuf *e)
{
	struct identity *id;
	const char *wrong;
	int rc;

	if (!identity_find(all, name) && all->n == IDENTITIES_MAX)
		return err_set(e, E_LIMIT, "there are %d already, and no room for more", IDENTITIES_MAX);
	id = calloc(1, sizeof *id);
	if (!id)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	wrong = fill(id, name, cards, chain, key);
	id->made = time(NULL);
	rc = wrong ? err_set(e, E_INVAL, "it is %s", wrong) : save(all->dirfd, id, e);
	if (rc < 0)
		free_one(id);
	else
		put_in(all, id);
	return rc;
}

int identity_remove(struct identities *all, const char *name, struct errbuf *e)
{
	char file[FILE_NAME_SIZE];
	bool there;
	size_t i = place_of(all, name, &there);
	int rc;

	if (!there)
		return err_set(e, E_NOTFOUND, "there is none of this name");
	file_name(name, file);
	rc = files_remove(all->dirfd, file, e);
	if (rc < 0 && rc != E_NOTFOUND)
		return rc;
	take_out(all, i);
	return 0;
}
