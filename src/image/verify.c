/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.c: ravelin-verify, the child that says whether rommon may run an image, and exits. A program of its own so
 * that libcrypto never enters the resident part.
 *     ravelin-verify INTERFACE      descriptor 3: the image, O_RDONLY; INTERFACE: the newest one rommon speaks
 * Exit 0: standard output has the version in its first line, then lines for the console. Exit 1: it has the reason.
 * The file is hostile until its signature is verified: everything is loaded and the process is locked in before the
 * first byte is read.
 */
#include "image/check.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IMAGE_FD 3

static const int allowed[] = { SCMP_SYS(pread64),       SCMP_SYS(write),      SCMP_SYS(munmap),
			       SCMP_SYS(mremap),        SCMP_SYS(brk),        SCMP_SYS(madvise),
			       SCMP_SYS(futex),         SCMP_SYS(exit_group), SCMP_SYS(close),
			       SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),  SCMP_SYS(rt_sigprocmask),
			       SCMP_SYS(sigaltstack) };

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

static void describe(const struct image_info *info, const struct image_key *key, struct buf *out)
{
	char built[IMAGE_TIME];

	image_time(info->built, built);
	buf_printf(out,
		   "%s\nVersion %s, built %s, %llu bytes\nSHA-512 digest and Ed25519 signature verified, key \"%s\"\n",
		   info->version, info->version, built, (unsigned long long)info->payload, key->name);
	if (key->development)
		buf_puts(out, "NOTE: development key: it proves only that this image was built by the same checkout\n");
}

int main(int argc, char **argv)
{
	struct errbuf e = { "" };
	struct check c;
	struct stat st;
	struct buf out;
	int rc;

	buf_init(&out, 1024);
	tzset(); /* libc opens a file for strftime, even in UTC */
	if (argc != 2 || fstat(IMAGE_FD, &st) || !S_ISREG(st.st_mode))
		rc = err_set(&e, E_INVAL, "run by rommon only, with a regular file as descriptor 3");
	else if (!(rc = check_prepare(&e)) && !(rc = lock_in(&e)))
		rc = check_image(IMAGE_FD, (uint64_t)st.st_size, (uint32_t)strtoul(argv[1], NULL, 10), &c, &e);
	if (rc)
		buf_printf(&out, "%s\n", e.text);
	else
		describe(&c.info, c.key, &out);
	if (write(STDOUT_FILENO, buf_ptr(&out), buf_len(&out)) != (ssize_t)buf_len(&out))
		rc = E_IO;
	_exit(rc ? 1 : 0);
}
