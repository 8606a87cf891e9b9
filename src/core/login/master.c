/* SPDX-License-Identifier: Apache-2.0
 *
 * master.c: see master.h. Runs in core. The file may be damaged or foreign: 8 bytes "RVLNPRIV", u32 version, one or two
 * strings (the present key, the one before), 32 bytes SHA-256 of all before.
 */
#include "core/login/master.h"

#include "aaa/aaa.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/cli.h"
#include "files/files.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC    "RVLNPRIV"
#define VERSION  1
#define SUM      32
#define KEYS     2
#define FILE_MAX 256

struct key {
	bool there;
	uint8_t bytes[TYPE6_MASTER];
};

struct master {
	int nvram_fd;
	struct key now, before, saved; /* saved: as the file has it, and startup-config */
};

/* --- the file --- */

static bool same(const struct key *a, const struct key *b)
{
	return a->there == b->there && (!a->there || CRYPTO_memcmp(a->bytes, b->bytes, TYPE6_MASTER) == 0);
}

static bool sum_of(struct str bytes, uint8_t out[EVP_MAX_MD_SIZE])
{
	return EVP_Digest(bytes.p, bytes.n, out, NULL, EVP_sha256(), NULL);
}

static int write_file(struct master *m, bool both, struct errbuf *e)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	struct buf out;
	int rc;

	buf_init(&out, FILE_MAX);
	buf_put(&out, MAGIC, sizeof MAGIC - 1);
	buf_put_u32(&out, VERSION);
	buf_put_str(&out, (struct str){ m->now.bytes, TYPE6_MASTER });
	if (both)
		buf_put_str(&out, (struct str){ m->saved.bytes, TYPE6_MASTER });
	if (!sum_of(buf_str(&out), sum))
		out.err = E_CRYPTO;
	buf_put(&out, sum, SUM);
	rc = out.err ? err_set(e, out.err, "the master key cannot be written")
		     : files_save(m->nvram_fd, MASTER_FILE, buf_str(&out), 0600, e);
	buf_release(&out);
	return rc;
}

static bool take_key(struct cur *c, struct key *k)
{
	struct str bytes = cur_str(c);

	k->there = bytes.n == TYPE6_MASTER;
	if (k->there)
		memcpy(k->bytes, bytes.p, TYPE6_MASTER);
	return k->there;
}

static bool read_keys(struct master *m, struct str bytes)
{
	struct str whole = { bytes.p, bytes.n > SUM ? bytes.n - SUM : 0 }, magic;
	uint8_t sum[EVP_MAX_MD_SIZE];
	struct cur c = cur_of(whole);

	if (!whole.n || !sum_of(whole, sum) || memcmp(sum, bytes.p + whole.n, SUM) != 0)
		return false;
	magic = cur_take(&c, sizeof MAGIC - 1);
	if (!str_is(magic, MAGIC) || cur_u32(&c) != VERSION || !take_key(&c, &m->now))
		return false;
	return cur_done(&c) || (take_key(&c, &m->before) && cur_done(&c));
}

struct master *master_new(int nvram_fd, struct errbuf *damaged)
{
	struct master *m = calloc(1, sizeof *m);
	struct buf bytes;
	int rc;

	if (!m)
		return NULL;
	m->nvram_fd = nvram_fd;
	buf_init(&bytes, FILE_MAX);
	rc = files_load(nvram_fd, MASTER_FILE, FILE_MAX, &bytes, NULL);
	if (rc != E_NOTFOUND && (rc < 0 || !read_keys(m, buf_str(&bytes)))) {
		OPENSSL_cleanse(m, sizeof *m);
		m->nvram_fd = nvram_fd;
		err_set(damaged, E_INVAL, "nvram:%s is damaged: there is no master key", MASTER_FILE);
	}
	buf_release(&bytes);
	m->saved = m->now;
	return m;
}

/* Killed between the two, the next boot has both: whichever startup-config it finds can be read. */
int master_save_begin(struct master *m, struct errbuf *e)
{
	return m->now.there && !same(&m->now, &m->saved) ? write_file(m, m->saved.there, e) : 0;
}

int master_save_end(struct master *m, struct errbuf *e)
{
	int rc = 0;

	if (m->now.there && (m->before.there || !same(&m->now, &m->saved)))
		rc = write_file(m, false, e);
	else if (!m->now.there && m->saved.there)
		rc = files_remove(m->nvram_fd, MASTER_FILE, e);
	if (rc < 0)
		return rc;
	m->saved = m->now;
	OPENSSL_cleanse(&m->before, sizeof m->before);
	return 0;
}

void master_erase(struct master *m)
{
	files_remove(m->nvram_fd, MASTER_FILE, NULL);
	OPENSSL_cleanse(&m->saved, sizeof m->saved);
}

/* --- secrets --- */

bool master_there(const struct master *m)
{
	return m && m->now.there;
}

bool master_is(const struct master *m, const uint8_t key[TYPE6_MASTER])
{
	return m->now.there && CRYPTO_memcmp(m->now.bytes, key, TYPE6_MASTER) == 0;
}

void master_set(struct master *m, const uint8_t key[TYPE6_MASTER])
{
	m->before = m->now;
	m->now.there = key != NULL;
	if (key) {
		memcpy(m->now.bytes, key, TYPE6_MASTER);
	} else {
		OPENSSL_cleanse(&m->before, sizeof m->before);
		OPENSSL_cleanse(m->now.bytes, sizeof m->now.bytes);
	}
}

int master_seal(const struct master *m, struct str clear, char *out, size_t size)
{
	return m->now.there ? type6_seal(m->now.bytes, clear, out, size) : E_STATE;
}

static int open_by(const struct key *k, const char *stored, char *out, size_t size)
{
	if (k->there)
		return type6_open(k->bytes, stored, out, size);
	out[0] = '\0';
	return E_STATE;
}

/* By a key that still counts: without a present one none does. */
static int open_by_any(const struct master *m, const char *stored, char *out, size_t size)
{
	int rc = m ? open_by(&m->now, stored, out, size) : E_STATE;

	if (rc < 0 && master_there(m))
		rc = open_by(&m->before, stored, out, size);
	if (rc < 0 && master_there(m))
		rc = open_by(&m->saved, stored, out, size);
	if (rc < 0)
		out[0] = '\0';
	return rc;
}

bool master_opens(const struct master *m, const char *stored)
{
	char clear[AAA_CLEAR_MAX + 1];
	bool can = open_by_any(m, stored, clear, sizeof clear) == 0;

	OPENSSL_cleanse(clear, sizeof clear);
	return can;
}

bool master_is_old(const struct master *m, const char *stored)
{
	char clear[AAA_CLEAR_MAX + 1];
	bool old = master_there(m) && open_by(&m->now, stored, clear, sizeof clear) < 0 && master_opens(m, stored);

	OPENSSL_cleanse(clear, sizeof clear);
	return old;
}

int master_reveal(const struct master *m, int type, const char *stored, char *out, size_t size)
{
	return type == SECRET_ENCRYPTED ? open_by_any(m, stored, out, size)
					: aaa_secret_reveal(type, stored, out, size);
}

void master_warn(struct run *run, int type, const char *value)
{
	if (type != SECRET_ENCRYPTED || master_opens(run->core->master, value))
		return;
	if (run->cli->interactive)
		buf_puts(&run->out, "% Warning: it is kept, but the present master key does not decrypt it\n");
	else
		syslog_event(run->core->log, "AAA", 3, "TYPE6_UNUSABLE",
			     "A secret of type 6 is kept, but cannot be decrypted: %s",
			     master_there(run->core->master) ? "it was encrypted by another master key"
							     : "there is no master key");
}
