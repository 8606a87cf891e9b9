/* SPDX-License-Identifier: Apache-2.0
 *
 * init.c: see init.h. Executed once by `ravelin init`, as the owner of the new device, and exits: it may take its time.
 * The configuration file is the owner's; here it is only copied and looked through for the names of the RSA key pair,
 * core checks every line at boot.
 */
#include "init.h"

#include "aaa/aaa.h"
#include "files/files.h"
#include "image/boot.h"
#include "keys/keys.h"
#include "keys/rsa1.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONFIG_MAX     ((size_t)16 << 20)
#define DEFAULT_DOMAIN "ravelin.internal"
#define RSA_BITS       2048
#define PASSWORD_SIZE  20 /* four groups of four, three hyphens, zero */

struct names {
	char host[64], domain[64];
};

/* 31 characters nobody confuses, 16 of them: 79 bits. */
static int make_password(char out[PASSWORD_SIZE], struct errbuf *e)
{
	static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz2345679";
	const unsigned letters = sizeof alphabet - 1, fair = 256 - 256 % letters;
	size_t n = 0;

	while (n < PASSWORD_SIZE - 1) {
		uint8_t byte;

		if (n % 5 == 4) {
			out[n++] = '-';
			continue;
		}
		if (getrandom(&byte, 1, 0) != 1)
			return err_set(e, E_IO, "no random bytes: %s", strerror(errno));
		if (byte < fair)
			out[n++] = alphabet[byte % letters];
	}
	out[n] = '\0';
	return 0;
}

static int default_config(const struct names *names, const char *password, struct buf *out, struct errbuf *e)
{
	char secret[128];
	int rc = aaa_secret_make(SECRET_SCRYPT, str_of(password), secret, sizeof secret, e);

	if (rc)
		return rc;
	buf_printf(out,
		   "version " RAVELIN_VERSION
		   "\n!\nhostname %s\n!\nip domain-name %s\n!\nusername admin privilege 15 secret 9 %s\n!\n"
		   "ip ssh version 2\n!\nline con 0\nline vty 0 4\n login local\n transport input ssh\n!\nend\n",
		   names->host, names->domain, secret);
	explicit_bzero(secret, sizeof secret);
	return out->err;
}

static int read_config(struct buf *out, struct errbuf *e)
{
	ssize_t n;

	do {
		uint8_t *room = buf_room(out, 65536);

		if (!room)
			return err_set(e, out->err, "configuration file: %s", err_text(out->err));
		n = read(STDIN_FILENO, room, 65536);
		if (n > 0)
			buf_claim(out, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? err_set(e, E_IO, "configuration file: %s", strerror(errno)) : 0;
}

/* The word after `keyword`, if the line begins with it; true if it fits. */
static bool word_after(struct str line, const char *keyword, char *out, size_t size)
{
	size_t k = strlen(keyword), end;

	if (line.n <= k || memcmp(line.p, keyword, k) != 0 || line.p[k] != ' ')
		return false;
	for (k++; k < line.n && line.p[k] == ' '; k++)
		;
	for (end = k; end < line.n && line.p[end] > ' ' && line.p[end] < 0x7f; end++)
		;
	return end > k && end - k < size && str_copy((struct str){ line.p + k, end - k }, out, size);
}

static void find_names(struct str text, struct names *names)
{
	struct str line;

	while (str_line(&text, &line)) {
		word_after(line, "hostname", names->host, sizeof names->host);
		if (!word_after(line, "ip domain-name", names->domain, sizeof names->domain))
			word_after(line, "ip domain name", names->domain, sizeof names->domain);
	}
}

/* Who writes a configuration by hand may leave out the `end` by which a device knows that it has all of one. */
static void put_end(struct buf *config)
{
	const uint8_t *text = buf_ptr(config);
	size_t n = buf_len(config), last;

	while (n && text[n - 1] <= ' ')
		n--;
	for (last = n; last && text[last - 1] != '\n'; last--)
		;
	if (!str_is((struct str){ text + last, n - last }, "end"))
		buf_puts(config, buf_len(config) && text[buf_len(config) - 1] == '\n' ? "end\n" : "\nend\n");
}

static int make_rsa(unsigned bits, struct buf *der, struct errbuf *e)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);
	PKCS8_PRIV_KEY_INFO *info = key ? EVP_PKEY2PKCS8(key) : NULL;
	uint8_t *raw = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &raw) : 0, rc = E_CRYPTO;

	if (n > 0) {
		buf_put(der, raw, (size_t)n);
		rc = der->err;
		OPENSSL_cleanse(raw, (size_t)n);
	}
	OPENSSL_free(raw);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(key);
	return rc ? err_set(e, rc, "cannot make an RSA key pair") : 0;
}

/* What SSH needs to answer: an Ed25519 host key, and what `crypto key generate rsa` would have made: the RSA pair, and
 * beside it the host key of version 1. */
static int make_keys(const struct names *names, struct errbuf *e)
{
	char label[KEY_NAME_MAX];
	struct keys *keys = NULL;
	struct buf der;
	int fd = files_open_dir(BOOT_FD_DEVICE, "keys", e), rc = fd;

	if (fd < 0)
		return fd;
	buf_init(&der, 8192);
	snprintf(label, sizeof label, "%s.%s", names->host, names->domain);
	if ((rc = keys_open(fd, &keys, e)) || (rc = keys_make_ed25519(keys, "ed25519", e)) ||
	    (rc = make_rsa(RSA_BITS, &der, e)) ||
	    (rc = keys_add(keys, label, KEY_RSA, KEY_GENERAL, false, buf_str(&der), e)))
		goto out;
	buf_clear(&der);
	if ((rc = make_rsa(RSA1_HOST_BITS, &der, e)) == 0)
		rc = keys_add(keys, label, KEY_RSA, KEY_SSH1, false, buf_str(&der), e);
out:
	keys_close(keys);
	buf_release(&der);
	close(fd);
	return rc;
}

static int save_config(const struct buf *config, struct errbuf *e)
{
	int fd = files_open_dir(BOOT_FD_DEVICE, "nvram", e), rc = fd;

	if (fd >= 0) {
		rc = files_save(fd, "startup-config", buf_str(config), 0600, e);
		close(fd);
	}
	return rc;
}

static int init_device(struct names *names, bool given, struct errbuf *e)
{
	char password[PASSWORD_SIZE];
	struct buf config;
	int rc;

	buf_init(&config, CONFIG_MAX);
	if (given) {
		rc = read_config(&config, e);
		put_end(&config);
		find_names(buf_str(&config), names);
	} else {
		rc = make_password(password, e);
		if (rc == 0)
			rc = default_config(names, password, &config, e);
	}
	if (rc == 0)
		rc = make_keys(names, e);
	if (rc == 0)
		rc = save_config(&config, e);
	if (rc == 0 && !given)
		printf("User \"admin\", password \"%s\": written down nowhere, so keep it.\n", password);
	explicit_bzero(password, sizeof password);
	buf_release(&config);
	return rc;
}

int init_main(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };
	struct names names = { .host = "Router", .domain = DEFAULT_DOMAIN };
	struct errbuf e = { "" };
	bool given = false;
	int rc;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0)
			given = true;
		else if (strcmp(argv[i], "--hostname") == 0 && i + 1 < argc)
			str_copy(str_of(argv[++i]), names.host, sizeof names.host);
	}
	if (prctl(PR_SET_DUMPABLE, 0) || setrlimit(RLIMIT_CORE, &none))
		rc = err_set(&e, E_STATE, "cannot protect itself: %s", strerror(errno));
	else
		rc = init_device(&names, given, &e);
	if (rc)
		fprintf(stderr, "ravelin: %s\n", e.text[0] ? e.text : err_text(rc));
	return rc || fflush(stdout) ? 1 : 0;
}
