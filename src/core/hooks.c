/* SPDX-License-Identifier: Apache-2.0
 *
 * hooks.c: rows whose typed form is not what is kept: a clear secret becomes its hash, a public key its fingerprint.
 * They run before the row is applied and change its arguments. Runs in core.
 */
#include "commands.h"

#include "aaa/aaa.h"
#include "core/cli.h"
#include "keys/keys.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LIMIT_MS 5000
#define MD5_DIGITS    32

/* --- hash-secret: `username … secret`, `enable secret` --- */

enum hash_step { HASH_BEGIN, HASH_DONE };

struct secret_arguments {
	const char *type, *value; /* names of the row's arguments */
};

static struct secret_arguments arguments_of(const struct run *run)
{
	if (cmd_arg(&run->match, "credential/value"))
		return (struct secret_arguments){ "credential/type", "credential/value" };
	return (struct secret_arguments){ "type", "value" };
}

static int hash_begin(struct run *run, struct secret_arguments names)
{
	const char *value = cmd_arg(&run->match, names.value), *type = cmd_arg(&run->match, names.type);
	int number = type ? (int)strtol(type, NULL, 10) : SECRET_CLEAR;
	struct buf request;

	if (!value) /* a row without a secret: `username admin privilege 15` */
		return RUN_DONE;
	if (number != SECRET_CLEAR && !aaa_secret_valid(number, value))
		return run_fail(run, "%% Invalid encrypted password: not a well-formed type %d value", number);
	if (number != SECRET_CLEAR || !cmd_has(&run->match, "secret"))
		return RUN_DONE;
	buf_init(&request, 8192);
	buf_put_u32(&request, SECRET_SCRYPT);
	buf_put_cstr(&request, value);
	return run_start_job(run, HASH_DONE, "secret", &request, HASH_LIMIT_MS);
}

static int hash_done(struct run *run, struct secret_arguments names)
{
	struct cur c = cur_of(buf_str(&run->job_result));
	char stored[128];

	if (!run->job_ok)
		return run_fail(run, "%% The secret was not hashed: %s", buf_cstr(&run->job_result));
	if (!str_copy(cur_str(&c), stored, sizeof stored) || !cur_done(&c) ||
	    !aaa_secret_valid(SECRET_SCRYPT, stored) || cmd_set_arg(&run->match, &run->arena, names.type, "9") < 0 ||
	    cmd_set_arg(&run->match, &run->arena, names.value, stored) < 0)
		return run_fail(run, "%% The secret was not hashed");
	return RUN_DONE;
}

int hook_hash_secret(struct run *run)
{
	struct secret_arguments names = arguments_of(run);

	return run->step == HASH_BEGIN ? hash_begin(run, names) : hash_done(run, names);
}

/* --- key-string: `ip ssh pubkey-chain` --- */

/* `ip ssh version 1`: what is not served is said where it is asked for. */
int hook_ssh_version(struct run *run)
{
	const char *version = cmd_arg(&run->match, "version");

	if (version && strcmp(version, "1") == 0)
		buf_puts(&run->out, "% This release serves version 2 only: the SSH server goes off\n");
	return RUN_DONE;
}

/* `key-hash TYPE HASH` takes any word as hash; one that no key can have is said aloud. */
int hook_key_hash(struct run *run)
{
	const char *hash = cmd_arg(&run->match, "hash");

	if (hash && (strlen(hash) != MD5_DIGITS || strspn(hash, "0123456789abcdefABCDEF") != MD5_DIGITS))
		buf_puts(&run->out,
			 "% Warning: not the MD5 hash of a key (32 hexadecimal digits), no key will match\n");
	return RUN_DONE;
}

int hook_key_string(struct run *run)
{
	const char *text = cmd_arg(&run->match, "text");
	char type[32], comment[128], hash[33];
	struct errbuf e = { "" };
	struct buf blob;
	int rc;

	buf_init(&blob, 16384);
	rc = key_parse_openssh(str_of(text ? text : ""), &blob, type, comment, &e);
	if (rc == 0)
		key_hash_md5(buf_str(&blob), hash);
	buf_release(&blob);
	if (rc < 0)
		return run_fail(run, "%%SSH: Failed to decode the Key Value (%s)", e.text);
	if (cmd_set_arg(&run->match, &run->arena, "type", type) < 0 ||
	    cmd_set_arg(&run->match, &run->arena, "hash", hash) < 0 ||
	    (comment[0] && cmd_set_arg(&run->match, &run->arena, "comment", comment) < 0))
		return run_fail(run, "%% Out of memory");
	return RUN_DONE;
}

/* `ip route PREFIX MASK …`: a prefix has no bits outside its mask. */
int hook_route(struct run *run)
{
	const char *prefix = cmd_arg(&run->match, "prefix"), *mask = cmd_arg(&run->match, "mask");
	struct in_addr p, m;

	if (!prefix || !mask || inet_pton(AF_INET, prefix, &p) != 1 || inet_pton(AF_INET, mask, &m) != 1)
		return RUN_FAILED;
	if (p.s_addr & ~m.s_addr)
		return run_fail(run, "%%Inconsistent address and mask");
	return RUN_DONE;
}
