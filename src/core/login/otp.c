/* SPDX-License-Identifier: Apache-2.0
 *
 * otp.c: see otp.h. Runs in core. The file may be damaged: 8 bytes "RVLNCODE", u32 version, u8 an earlier one was lost,
 * u32 how many, of each string user, string which secret (the beginning of its SHA-256), u64 last step, u32 scratch
 * codes used; 32 bytes SHA-256 of all before. Of a user who has another secret than then, nothing is used.
 */
#include "core/login/otp.h"

#include "aaa/aaa.h"
#include "aaa/totp.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/master.h"
#include "core/login/methods.h"
#include "files/files.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC       "RVLNCODE"
#define VERSION     1
#define SUM         32
#define WHICH       8
#define FILE_MAX    (1 << 20)
#define WRONG_FREE  5
#define WRONG_PAUSE 30000 /* ms */

struct user {
	TAILQ_ENTRY(user) link;
	char name[65];
	uint8_t which[WHICH];
	struct totp_used used;
	unsigned wrong; /* in a row */
	uint64_t wrong_ms;
};

struct otp {
	struct core *core;
	bool lost; /* what was used is not known */
	TAILQ_HEAD(, user) users;
};

/* --- the file --- */

static bool sum_of(struct str bytes, uint8_t out[EVP_MAX_MD_SIZE])
{
	return EVP_Digest(bytes.p, bytes.n, out, NULL, EVP_sha256(), NULL);
}

static struct user *add(struct otp *o, struct str name)
{
	struct user *u = calloc(1, sizeof *u);

	if (!u || !str_copy(name, u->name, sizeof u->name)) {
		free(u);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&o->users, u, link);
	return u;
}

static bool read_users(struct otp *o, struct str bytes)
{
	struct str whole = { bytes.p, bytes.n > SUM ? bytes.n - SUM : 0 };
	uint8_t sum[EVP_MAX_MD_SIZE];
	struct cur c = cur_of(whole);

	if (!whole.n || !sum_of(whole, sum) || memcmp(sum, bytes.p + whole.n, SUM) != 0 ||
	    !str_is(cur_take(&c, sizeof MAGIC - 1), MAGIC) || cur_u32(&c) != VERSION)
		return false;
	o->lost = cur_u8(&c);
	for (uint32_t n = cur_u32(&c); n > 0; n--) {
		struct str name = cur_str(&c), which = cur_str(&c);
		struct user *u = which.n == WHICH ? add(o, name) : NULL;

		if (!u)
			return false;
		memcpy(u->which, which.p, WHICH);
		u->used.step = cur_u64(&c);
		u->used.scratch = cur_u32(&c);
	}
	return cur_done(&c);
}

/* Users who are no more are left out. */
static int save(struct otp *o)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	struct errbuf e = { "" };
	const struct user *u;
	uint32_t n = 0;
	struct buf out;
	int rc;

	TAILQ_FOREACH (u, &o->users, link)
		n += otp_wanted(o->core, u->name);
	buf_init(&out, FILE_MAX);
	buf_puts(&out, MAGIC);
	buf_put_u32(&out, VERSION);
	buf_put_u8(&out, o->lost);
	buf_put_u32(&out, n);
	TAILQ_FOREACH (u, &o->users, link) {
		if (!otp_wanted(o->core, u->name))
			continue;
		buf_put_cstr(&out, u->name);
		buf_put_str(&out, (struct str){ u->which, WHICH });
		buf_put_u64(&out, u->used.step);
		buf_put_u32(&out, u->used.scratch);
	}
	if (!sum_of(buf_str(&out), sum))
		out.err = E_CRYPTO;
	buf_put(&out, sum, SUM);
	rc = out.err ? out.err : files_save(o->core->nvram_fd, OTP_FILE, buf_str(&out), 0600, &e);
	buf_release(&out);
	if (rc < 0)
		syslog_event(o->core->log, "AAA", 3, "CODE_NOT_KEPT",
			     "A code is refused, that it was used cannot be kept: %s",
			     e.text[0] ? e.text : err_text(rc));
	return rc;
}

static void forget(struct otp *o)
{
	struct user *u;

	while ((u = TAILQ_FIRST(&o->users))) {
		TAILQ_REMOVE(&o->users, u, link);
		free(u);
	}
}

struct otp *otp_new(struct core *core, struct errbuf *damaged)
{
	struct otp *o = calloc(1, sizeof *o);
	struct buf bytes;
	int rc;

	if (!o || totp_init() < 0) {
		free(o);
		return NULL;
	}
	o->core = core;
	TAILQ_INIT(&o->users);
	buf_init(&bytes, FILE_MAX);
	rc = files_load(core->nvram_fd, OTP_FILE, FILE_MAX, &bytes, NULL);
	if (rc != E_NOTFOUND && (rc < 0 || !read_users(o, buf_str(&bytes)))) {
		o->lost = true;
		forget(o);
		err_set(damaged, E_INVAL,
			"nvram:%s is damaged: all codes up to now and all scratch codes count as used", OTP_FILE);
	}
	buf_release(&bytes);
	return o;
}

/* --- codes --- */

static const struct lyd_node *entry_of(const struct core *core, const char *user, const char **value)
{
	const struct lyd_node *entry = user[0] ? methods_user(core, user, true) : NULL;

	*value = entry ? model_below(entry, "otp/value") : NULL;
	return entry;
}

bool otp_wanted(const struct core *core, const char *user)
{
	const char *value;

	entry_of(core, user, &value);
	return value != NULL;
}

static time_t now_of(const struct core *core)
{
	return clock_wall(&core->clock).tv_sec;
}

/* What is known of his secret; another than before, and nothing of it was used. */
static struct user *user_of(struct otp *o, const char *name, const char *secret, bool fresh)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	struct user *u;

	if (!sum_of(str_of(secret), sum))
		return NULL;
	TAILQ_FOREACH (u, &o->users, link) {
		if (strcmp(u->name, name) == 0)
			break;
	}
	if (u && memcmp(u->which, sum, WHICH) == 0)
		return u;
	u = u ? u : add(o, str_of(name));
	if (!u)
		return NULL;
	memcpy(u->which, sum, WHICH);
	u->used = (struct totp_used){ 0 };
	u->wrong = 0;
	if (o->lost && !fresh)
		u->used = (struct totp_used){ (uint64_t)now_of(o->core) / TOTP_STEP + 1, UINT32_MAX };
	return u;
}

void otp_begin(struct core *core, const char *user, const char *secret)
{
	user_of(core->otp, user, secret, true);
}

static bool judge(struct otp *o, struct user *u, const char *secret, struct str typed)
{
	struct totp_used before = u->used;
	uint64_t now = clock_now_ms();

	if (u->wrong >= WRONG_FREE && now - u->wrong_ms < WRONG_PAUSE)
		return false;
	if (totp_check(secret, now_of(o->core), typed, &u->used)) {
		if (save(o) == 0) {
			u->wrong = 0;
			return true;
		}
		u->used = before;
		return false;
	}
	u->wrong++;
	u->wrong_ms = now;
	return false;
}

bool otp_check(struct core *core, const char *user, struct str typed)
{
	char secret[AAA_CLEAR_MAX + 1];
	const char *value;
	const struct lyd_node *entry = entry_of(core, user, &value);
	const char *type = value ? model_below(entry, "otp/type") : NULL;
	struct user *u = NULL;
	bool good;

	if (!type)
		return false;
	if (master_reveal(core->master, (int)strtol(type, NULL, 10), value, secret, sizeof secret) == 0)
		u = user_of(core->otp, user, secret, false);
	good = u && judge(core->otp, u, secret, typed);
	OPENSSL_cleanse(secret, sizeof secret);
	return good;
}
