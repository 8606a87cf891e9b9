/* SPDX-License-Identifier: Apache-2.0
 *
 * hooks.c: rows whose typed form is not what is kept, as a public key becomes its fingerprint, and rows with something
 * to say to who types them. They run before the row is applied and may change its arguments. Runs in core.
 */
#include "core/commands/commands.h"

#include "aaa/aaa.h"
#include "core/core.h"
#include "core/login/master.h"
#include "core/session/cli.h"
#include "keys/keys.h"
#include "lines/lines.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MD5_DIGITS    32
#define SHA256_DIGITS 64

/* --- aaa --- */

/* Servers of RADIUS know nothing of commands. */
int hook_aaa_commands(struct run *run)
{
	if (run->cli->interactive && (cmd_value_begins(&run->match, "method", "group radius") ||
				      cmd_value_begins(&run->match, "method", "radius")))
		buf_puts(&run->out, "No RADIUS server is asked about commands: the next method is tried\n");
	return RUN_DONE;
}

/* A key of a server is used as it was typed: one that cannot be is refused, not kept. */
int hook_server_key(struct run *run)
{
	const char *value = cmd_arg(&run->match, "value"), *type = cmd_arg(&run->match, "type");
	int number = type ? (int)strtol(type, NULL, 10) : SECRET_CLEAR;

	if (value && !aaa_secret_valid(number, value))
		return run_fail(run, "%% Invalid key: not a well-formed type %d value of 1 to %d characters", number,
				AAA_CLEAR_MAX);
	if (value)
		master_warn(run, number, value);
	return RUN_DONE;
}

/* Who lets replies be unsigned is told what they are worth. */
int hook_radius_unsigned(struct run *run)
{
	if (run->match.no && run->cli->interactive)
		buf_puts(&run->out,
			 "% Warning: insecure: whoever is on the way to this server can turn its no into a yes\n");
	return RUN_DONE;
}

/* --- key-string: `ip ssh pubkey-chain` --- */

/* An authority vouches for many, and no older device wrote its hash: it is known by SHA-256. */
static bool of_authority(const struct run *run)
{
	return strcmp(cmd_place_mode(&run->match.place), "conf-ssh-pubkey-ca") == 0;
}

/* `key-hash TYPE HASH` takes any word as hash; one that no key can have is said aloud. */
int hook_key_hash(struct run *run)
{
	const char *hash = cmd_arg(&run->match, "hash"), *method = of_authority(run) ? "SHA-256" : "MD5";
	size_t digits = of_authority(run) ? SHA256_DIGITS : MD5_DIGITS;

	if (hash && (strlen(hash) != digits || strspn(hash, "0123456789abcdefABCDEF") != digits))
		buf_printf(&run->out,
			   "%% Warning: not the %s hash of a key (%zu hexadecimal digits), no key will match\n", method,
			   digits);
	return RUN_DONE;
}

int hook_key_string(struct run *run)
{
	const char *text = cmd_arg(&run->match, "text");
	char type[KEY_TYPE_MAX], comment[128], hash[SHA256_DIGITS + 1];
	struct errbuf e = { "" };
	struct buf blob;
	int rc;

	buf_init(&blob, 16384);
	rc = key_parse_openssh(str_of(text ? text : ""), &blob, type, comment, &e);
	if (rc == 0 && of_authority(run))
		key_hash_sha256_hex(buf_str(&blob), hash);
	else if (rc == 0)
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

/* --- line-login: `login` asks for a password that must be there; a vty's is nothing to SSH --- */

int hook_line_login(struct run *run)
{
	const struct line *line = lines_find(run->core->lines, LINE_CON, 0);
	const char *type;

	if (!run->cli->interactive || cmd_has(&run->match, "local") || cmd_has(&run->match, "authentication"))
		return RUN_DONE;
	if (strcmp(cmd_place_key(&run->match.place), "con") == 0 && !lines_password(run->core->lines, line, &type))
		buf_puts(&run->out, "% Login disabled on line 0, until 'password' is set\n");
	return RUN_DONE;
}

/* --- line-number: `line 2 6` counts all lines of the device --- */

int hook_line_number(struct run *run)
{
	const char *first = cmd_arg(&run->match, "first"), *last = cmd_arg(&run->match, "end");
	struct lines_tty from = lines_tty((unsigned)strtoul(first, NULL, 10)), to = from;
	char number[12];

	if (last)
		to = lines_tty((unsigned)strtoul(last, NULL, 10));
	if (from.type != to.type)
		return run_fail(run, "%% Lines of one type only: %s and %s are different", first, last);
	if (cmd_set_arg(&run->match, &run->arena, "type", line_type_name(from.type)) < 0)
		return run_fail(run, "%% Out of memory");
	snprintf(number, sizeof number, "%u", from.number);
	if (cmd_set_arg(&run->match, &run->arena, "number", number) < 0)
		return run_fail(run, "%% Out of memory");
	snprintf(number, sizeof number, "%u", to.number);
	if (to.number < from.number)
		return run_invalid(run, "end");
	if (last && cmd_set_arg(&run->match, &run->arena, "last", number) < 0)
		return run_fail(run, "%% Out of memory");
	return RUN_DONE;
}
