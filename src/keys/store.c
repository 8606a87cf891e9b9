/* SPDX-License-Identifier: Apache-2.0
 *
 * store.c: the key pairs of the device, in memory and in keys/ (see keys.h). Runs in core and the launcher. Files may
 * be damaged or foreign (a copied or restored folder) and are checked like any input. One file a pair, 0600 (of the
 * form of key_file.c): "RVLNPAIR"; string name, u8 type, u8 usage, u8 flags, u64 serial, u64 time made, string PKCS#8
 * DER. A file's name follows from type, usage and label, so that a pair is replaced by one rename, and a copy under
 * another name is not taken for a second pair.
 */
#include "keys.h"

#include "ecdsa.h"
#include "files/files.h"
#include "identity.h"
#include "keys_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC           "RVLNPAIR"
#define FLAG_EXPORTABLE 1
#define FILE_BYTES_MAX  (KEY_DER_MAX + KEY_NAME_MAX + 256)
#define FILE_NAME_SIZE  256
#define LABEL_PLAIN_MAX 200 /* an encoded label longer than this is cut and gets a digest */
#define LABEL_CUT       100

struct keys {
	int dirfd;
	size_t n;
	struct key *at[KEYS_MAX]; /* in order of serial */
};

static const char *const type_words[] = {
	[KEY_RSA] = "rsa", [KEY_ED25519] = "ed25519", [KEY_ECDSA] = "ec", [KEY_DSA] = "dsa"
};
static const char *const usage_words[] = {
	[KEY_GENERAL] = "general",
	[KEY_SIGNATURE] = "signature",
	[KEY_ENCRYPTION] = "encryption",
	[KEY_SSH1] = "ssh1",
};

static int file_name(const struct key *key, char out[FILE_NAME_SIZE])
{
	char label[KEY_FILE_LABEL], sum[33] = "";
	unsigned char md[EVP_MAX_MD_SIZE];

	if (key_file_label(key->name, label) > LABEL_PLAIN_MAX) {
		if (!EVP_Digest(key->name, strlen(key->name), md, NULL, EVP_sha256(), NULL))
			return E_CRYPTO;
		for (int i = 0; i < 16; i++)
			snprintf(sum + 2 * (ptrdiff_t)i, 3, "%02x", md[i]);
		label[LABEL_CUT] = '\0';
	}
	snprintf(out, FILE_NAME_SIZE, "%s-%s-%.*s%s%s", type_words[key->type], usage_words[key->usage], LABEL_PLAIN_MAX,
		 label, sum[0] ? "~" : "", sum);
	return 0;
}

static bool label_valid(const char *name)
{
	size_t n = strlen(name);

	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return n > 0 && n < KEY_NAME_MAX;
}

static int encode(const struct key *key, struct str der, struct buf *out)
{
	key_file_begin(out, MAGIC);
	buf_put_cstr(out, key->name);
	buf_put_u8(out, (uint8_t)key->type);
	buf_put_u8(out, (uint8_t)key->usage);
	buf_put_u8(out, key->exportable ? FLAG_EXPORTABLE : 0);
	buf_put_u64(out, key->serial);
	buf_put_u64(out, (uint64_t)key->made);
	buf_put_str(out, der);
	return key_file_seal(out);
}

/* Fills a zeroed key from a file's bytes, or says what is wrong with them. */
static const char *decode(struct str bytes, struct key *key)
{
	uint8_t type, usage, flags;
	struct str der, name;
	const char *wrong;
	struct cur c;

	wrong = key_file_open(bytes, MAGIC, &c);
	if (wrong)
		return wrong;
	name = cur_str(&c);
	type = cur_u8(&c);
	usage = cur_u8(&c);
	flags = cur_u8(&c);
	key->serial = cur_u64(&c);
	key->made = (time_t)cur_u64(&c);
	der = cur_str(&c);
	if (!cur_done(&c) || !str_copy(name, key->name, sizeof key->name) || !label_valid(key->name) ||
	    type > KEY_DSA || usage > KEY_SSH1 || flags > FLAG_EXPORTABLE || key->serial >= UINT64_MAX)
		return "malformed";
	key->usage = usage;
	key->exportable = flags & FLAG_EXPORTABLE;
	if (key_from_private(der, key) < 0 || key->type != type)
		return "without a usable key";
	return NULL;
}

static void key_free(struct key *key)
{
	if (key)
		key_release(key);
	free(key);
}

static void insert(struct keys *k, struct key *key)
{
	size_t i = k->n++;

	for (; i > 0 && k->at[i - 1]->serial > key->serial; i--)
		k->at[i] = k->at[i - 1];
	k->at[i] = key;
}

static void take_out(struct keys *k, size_t i)
{
	key_free(k->at[i]);
	k->n--;
	memmove(k->at + i, k->at + i + 1, (k->n - i) * sizeof *k->at);
}

/* NULL, or what is wrong with the file. */
static const char *load_one(struct keys *k, const char *name)
{
	char expected[FILE_NAME_SIZE];
	const char *wrong = "unreadable";
	struct key *key = calloc(1, sizeof *key);
	struct buf bytes;

	buf_init(&bytes, FILE_BYTES_MAX);
	if (key && files_load(k->dirfd, name, FILE_BYTES_MAX, &bytes, NULL) == 0)
		wrong = decode(buf_str(&bytes), key);
	buf_release(&bytes);
	if (!wrong && (file_name(key, expected) < 0 || strcmp(name, expected) != 0))
		wrong = "a copy under another name";
	if (!wrong && k->n == KEYS_MAX)
		wrong = "one pair too many";
	if (wrong)
		key_free(key);
	else
		insert(k, key);
	return wrong;
}

static int load_all(struct keys *k, struct errbuf *e)
{
	DIR *dir = files_entries(k->dirfd);
	unsigned bad = 0;

	if (!dir)
		return err_set(e, E_IO, "key store cannot be read: %s", strerror(errno));
	for (struct dirent *d; (d = readdir(dir));) {
		bool others = d->d_name[0] == '.' || identity_file_is(d->d_name);
		const char *wrong = others ? NULL : load_one(k, d->d_name);

		if (wrong && bad++ == 0)
			err_set(e, 0, "key file skipped: \"%.100s\" is %s", d->d_name, wrong);
		else if (wrong)
			err_set(e, 0, "%u key files skipped; the last is \"%.100s\": %s", bad, d->d_name, wrong);
	}
	closedir(dir);
	return 0;
}

/* libcrypto builds its tables of encoders and decoders at their first use, which takes several milliseconds: better now
 * than when a key is made and others wait. A store that had a key to read has them already. */
static void warm(void)
{
	struct key made = { .type = KEY_ED25519, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") }, read = { 0 };
	struct buf der;

	buf_init(&der, KEY_DER_MAX);
	if (made.pkey && keys_export_private(&made, &der) == 0)
		key_from_private(buf_str(&der), &read);
	buf_release(&der);
	key_release(&read);
	key_release(&made);
}

int keys_open(int dirfd, struct keys **out, struct errbuf *e)
{
	struct keys *k = calloc(1, sizeof *k);
	int r;

	*out = NULL;
	if (e)
		e->text[0] = '\0';
	if (!k)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	k->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (k->dirfd < 0) {
		free(k);
		return err_set(e, E_IO, "key store cannot be opened: %s", strerror(errno));
	}
	files_sweep(k->dirfd);
	r = load_all(k, e);
	if (r == 0 && k->n == 0)
		warm();
	if (r < 0)
		keys_close(k);
	else
		*out = k;
	return r;
}

void keys_close(struct keys *k)
{
	if (!k)
		return;
	while (k->n)
		take_out(k, k->n - 1);
	close(k->dirfd);
	free(k);
}

size_t keys_count(const struct keys *k)
{
	return k->n;
}

const struct key *keys_at(const struct keys *k, size_t i)
{
	return i < k->n ? k->at[i] : NULL;
}

static size_t index_of(const struct keys *k, enum key_type type, const char *name, enum key_usage usage)
{
	size_t i = 0;

	while (i < k->n && (k->at[i]->type != type || k->at[i]->usage != usage || strcmp(k->at[i]->name, name) != 0))
		i++;
	return i;
}

const struct key *keys_find(const struct keys *k, enum key_type type, const char *name, enum key_usage usage)
{
	return keys_at(k, index_of(k, type, name, usage));
}

static int save(struct keys *k, const struct key *key, struct str der, struct errbuf *e)
{
	char name[FILE_NAME_SIZE];
	struct buf bytes;
	int r;

	buf_init(&bytes, FILE_BYTES_MAX);
	r = file_name(key, name);
	if (r == 0)
		r = encode(key, der, &bytes);
	if (r < 0)
		err_set(e, r, "key cannot be stored: %s", err_text(r));
	else
		r = files_save(k->dirfd, name, buf_str(&bytes), 0600, e);
	buf_release(&bytes);
	return r;
}

int keys_add(struct keys *k, const char *name, enum key_type type, enum key_usage usage, bool exportable,
	     struct str der, struct errbuf *e)
{
	size_t old = index_of(k, type, name, usage);
	struct key *key;
	int r;

	if (!label_valid(name))
		return err_set(e, E_INVAL, "not a key label: 1 to %d printable characters are", KEY_NAME_MAX - 1);
	if (old == k->n && k->n == KEYS_MAX)
		return err_set(e, E_LIMIT, "key store is full: it holds %d pairs", KEYS_MAX);
	key = calloc(1, sizeof *key);
	if (!key)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	r = key_from_private(der, key);
	if (r == 0 && key->type != type)
		r = E_INVAL;
	if (r < 0) {
		err_set(e, r, "private key refused: %s", err_text(r));
		goto out;
	}
	snprintf(key->name, sizeof key->name, "%s", name);
	key->usage = usage;
	key->exportable = exportable;
	key->made = time(NULL);
	key->serial = k->n ? k->at[k->n - 1]->serial + 1 : 1;
	r = save(k, key, der, e);
	if (r < 0)
		goto out;
	if (old < k->n)
		take_out(k, old);
	insert(k, key);
	key = NULL;
out:
	key_free(key);
	return r;
}

static int remove_at(struct keys *k, size_t i, struct errbuf *e)
{
	char file[FILE_NAME_SIZE];
	int r = file_name(k->at[i], file);

	if (r == 0)
		r = files_remove(k->dirfd, file, e);
	if (r < 0 && r != E_NOTFOUND)
		return r;
	take_out(k, i);
	return 0;
}

int keys_remove(struct keys *k, const char *name, enum key_type type, struct errbuf *e)
{
	bool found = false;

	for (size_t i = k->n; i-- > 0;) {
		const struct key *key = k->at[i];
		int r;

		if (key->type != type || (name && strcmp(key->name, name) != 0))
			continue;
		r = remove_at(k, i, e);
		if (r < 0)
			return r;
		found = true;
	}
	return found ? 0 : err_set(e, E_NOTFOUND, "no such key: \"%s\"", name ? name : type_words[type]);
}

int keys_remove_usage(struct keys *k, const char *name, enum key_type type, enum key_usage usage, struct errbuf *e)
{
	size_t i = index_of(k, type, name, usage);

	return i < k->n ? remove_at(k, i, e) : err_set(e, E_NOTFOUND, "no such key: \"%s\"", name);
}

/* Adds `made`, whose pkey libcrypto just made (NULL: it did not), and frees the pkey. */
static int add_made(struct keys *k, const char *name, struct key *made, struct errbuf *e)
{
	struct buf der;
	int r;

	buf_init(&der, KEY_DER_MAX);
	r = made->pkey ? keys_export_private(made, &der) : E_CRYPTO;
	if (r < 0)
		err_set(e, r, "key cannot be made: %s", err_text(r));
	else
		r = keys_add(k, name, made->type, made->usage, made->exportable, buf_str(&der), e);
	key_release(made);
	buf_release(&der);
	return r;
}

int keys_make_ed25519(struct keys *k, const char *name, struct errbuf *e)
{
	struct key made = { .type = KEY_ED25519, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };

	return add_made(k, name, &made, e);
}

int keys_make_ecdsa(struct keys *k, const char *name, unsigned bits, bool exportable, struct errbuf *e)
{
	const struct ec_curve *curve = ec_curve_sized(bits);
	struct key made = { .type = KEY_ECDSA, .usage = KEY_SIGNATURE, .exportable = exportable };

	if (!curve)
		return err_set(e, E_INVAL, "no curve of %u bits: 256, 384 and 521 there are", bits);
	made.pkey = ec_generate(curve);
	return add_made(k, name, &made, e);
}
