/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.c: ravelin-verify, the child that says whether rommon may run an image, and exits. A program of its own so
 * that libcrypto never enters the resident part.
 *     ravelin-verify INTERFACE      descriptor 3: the image, O_RDONLY; INTERFACE: the newest one rommon speaks
 * Exit 0: standard output has the version in its first line, then lines for the console. Exit 1: it has the reason.
 * The file is hostile until its signature is verified: everything is loaded and the process is locked in before the
 * first byte is read.
 */
#include "image/image.h"
#include "image_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IMAGE_FD 3
#define CHUNK    65536

static const int allowed[] = { SCMP_SYS(pread64),       SCMP_SYS(write),      SCMP_SYS(munmap),
			       SCMP_SYS(mremap),        SCMP_SYS(brk),        SCMP_SYS(madvise),
			       SCMP_SYS(futex),         SCMP_SYS(exit_group), SCMP_SYS(close),
			       SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),  SCMP_SYS(rt_sigprocmask),
			       SCMP_SYS(sigaltstack) };

static struct image_key_ready {
	const struct image_key *row;
	EVP_PKEY *pkey;
	uint8_t id[IMAGE_KEY_ID];
} keys[sizeof image_keys / sizeof image_keys[0]];
static EVP_MD_CTX *md_ctx, *sig_ctx;
static EVP_MD *sha512;

static int lock_in(struct errbuf *e)
{
	const struct rlimit none = { 0, 0 }, seconds = { 30, 30 };
	scmp_filter_ctx f;
	int bad;

	bad = setrlimit(RLIMIT_CORE, &none) | setrlimit(RLIMIT_NPROC, &none) | setrlimit(RLIMIT_CPU, &seconds) |
	      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (bad || !f)
		return err_set(e, E_STATE, "verifier cannot lock itself in");
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	bad |= seccomp_load(f);
	seccomp_release(f);
	return bad ? err_set(e, E_STATE, "verifier cannot lock itself in") : 0;
}

/* Fetches every algorithm and uses the signature once, so that nothing is left to load afterwards. */
static int prepare(struct errbuf *e)
{
	uint8_t hash[32], nothing[IMAGE_SIG] = { 0 };
	int ok = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);

	tzset(); /* libc opens a file for strftime, even in UTC */
	md_ctx = EVP_MD_CTX_new();
	sig_ctx = EVP_MD_CTX_new();
	sha512 = EVP_MD_fetch(NULL, "SHA2-512", NULL);
	ok = ok && md_ctx && sig_ctx && sha512;
	for (size_t i = 0; ok && i < sizeof keys / sizeof keys[0]; i++) {
		keys[i].row = &image_keys[i];
		keys[i].pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, image_keys[i].public_key, 32);
		ok = keys[i].pkey &&
		     EVP_Q_digest(NULL, "SHA2-256", NULL, image_keys[i].public_key, 32, hash, NULL) == 1 &&
		     EVP_DigestVerifyInit(sig_ctx, NULL, NULL, NULL, keys[i].pkey) == 1;
		if (ok) {
			EVP_DigestVerify(sig_ctx, nothing, sizeof nothing, hash, sizeof hash);
			memcpy(keys[i].id, hash, IMAGE_KEY_ID);
			EVP_MD_CTX_reset(sig_ctx);
		}
	}
	return ok ? 0 : err_set(e, E_CRYPTO, "verifier cannot load its cryptography");
}

static int read_at(uint64_t off, uint8_t *p, size_t n, struct errbuf *e)
{
	while (n) {
		ssize_t got = pread(IMAGE_FD, p, n, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(e, E_IO, "read failed: %s", got ? strerror(errno) : "it became shorter");
		p += got;
		off += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

static int check_signature(const uint8_t *trailer, const struct image_info *info, const struct image_key **row,
			   struct errbuf *e)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (memcmp(keys[i].id, info->key_id, IMAGE_KEY_ID) != 0)
			continue;
		*row = keys[i].row;
		if (EVP_DigestVerifyInit(sig_ctx, NULL, NULL, NULL, keys[i].pkey) == 1 &&
		    EVP_DigestVerify(sig_ctx, info->signature, IMAGE_SIG, trailer, IMAGE_SIGNED) == 1)
			return 0;
		return err_set(e, E_CRYPTO, "wrong signature");
	}
	return err_set(e, E_CRYPTO, "signed by a key this rommon does not know");
}

static int check_digest(const struct image_info *info, struct errbuf *e)
{
	static uint8_t chunk[CHUNK];
	uint8_t digest[IMAGE_DIGEST];
	int ok = EVP_DigestInit_ex2(md_ctx, sha512, NULL);

	for (uint64_t off = 0; ok == 1 && off < info->payload;) {
		size_t n = info->payload - off < CHUNK ? (size_t)(info->payload - off) : CHUNK;

		if (read_at(off, chunk, n, e))
			return E_IO;
		ok = EVP_DigestUpdate(md_ctx, chunk, n);
		off += n;
	}
	if (ok != 1 || EVP_DigestFinal_ex(md_ctx, digest, NULL) != 1)
		return err_set(e, E_CRYPTO, "digest failed");
	return memcmp(digest, info->digest, IMAGE_DIGEST) == 0 ? 0 : err_set(e, E_CRYPTO, "wrong digest");
}

static int verify(uint64_t size, uint32_t newest, struct image_info *info, const struct image_key **row,
		  struct errbuf *e)
{
	uint8_t trailer[IMAGE_TRAILER], head[4];
	size_t tail = size < IMAGE_TRAILER ? 0 : IMAGE_TRAILER;
	int rc;

	if (size < sizeof head || read_at(0, head, sizeof head, e) ||
	    !image_head_fits((struct str){ head, sizeof head }))
		return err_set(e, E_INVAL, "not an image");
	if ((rc = read_at(size - tail, trailer, tail, e)) ||
	    (rc = image_parse((struct str){ trailer, tail }, size, info, e)) ||
	    (rc = check_signature(trailer, info, row, e)) || (rc = check_digest(info, e)))
		return rc;
	if (info->interface > newest)
		return err_set(e, E_UNSUPPORTED, "needs boot interface %u, this rommon has %u", info->interface,
			       newest);
	return 0;
}

static void describe(const struct image_info *info, const struct image_key *row, struct buf *out)
{
	char built[32] = "?";
	time_t t = (time_t)info->built;
	struct tm tm;

	if (gmtime_r(&t, &tm))
		strftime(built, sizeof built, "%Y-%m-%d %H:%M:%S UTC", &tm);
	buf_printf(out,
		   "%s\nVersion %s, built %s, %llu bytes\nSHA-512 digest and Ed25519 signature verified, key \"%s\"\n",
		   info->version, info->version, built, (unsigned long long)info->payload, row->name);
	if (row->development)
		buf_puts(out, "NOTE: development key: it proves only that this image was built by the same checkout\n");
}

int main(int argc, char **argv)
{
	const struct image_key *row = NULL;
	struct errbuf e = { "" };
	struct image_info info;
	struct stat st;
	struct buf out;
	int rc;

	buf_init(&out, 1024);
	if (argc != 2 || fstat(IMAGE_FD, &st) || !S_ISREG(st.st_mode))
		rc = err_set(&e, E_INVAL, "run by rommon only, with a regular file as descriptor 3");
	else if (!(rc = prepare(&e)) && !(rc = lock_in(&e)))
		rc = verify((uint64_t)st.st_size, (uint32_t)strtoul(argv[1], NULL, 10), &info, &row, &e);
	if (rc)
		buf_printf(&out, "%s\n", e.text);
	else
		describe(&info, row, &out);
	if (write(STDOUT_FILENO, buf_ptr(&out), buf_len(&out)) != (ssize_t)buf_len(&out))
		rc = E_IO;
	_exit(rc ? 1 : 0);
}
