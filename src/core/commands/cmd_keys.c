/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_keys.c: making, showing and destroying key pairs; public keys and secrets on their way into the configuration.
 * Runs in core; RSA pairs are generated and secrets hashed in helpers.
 */
#include "core/commands/commands.h"

#include "aaa/aaa.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/session/cli.h"
#include "core/ssh/offer.h"
#include "core/ssh/sshd.h"
#include "core/ssh/version1.h"
#include "keys/keys.h"
#include "model/model.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULUS_MIN       512
#define MODULUS_MAX       4096
#define MODULUS_OLD_MIN   360 /* what IOS once made; libcrypto does not */
#define MODULUS_ADVISED   2048
#define GENERATE_LIMIT_MS 300000
#define REPLACE_PROMPT    "% Do you really want to replace them? [yes/no]: "
#define REMOVE_PROMPT     "Do you really want to remove these keys? [yes/no]: "

/* --- crypto key generate rsa --- */

struct generate {
	char name[KEY_NAME_MAX];
	enum key_usage usages[2]; /* usage-keys makes two pairs, and asks for the size of each */
	unsigned n_usages, made;
	unsigned bits;
	bool exportable;
	uint64_t started_ms; /* of the pair under way */
};
enum generate_step { GK_BEGIN, GK_REPLACE, GK_SIZE, GK_MADE, GK_HOST1 };

static const char *usage_name(enum key_usage u)
{
	static const char *const names[] = { "General Purpose Key", "Signature Key", "Encryption Key",
					     "SSH Version 1 Host Key" };

	return names[u];
}

/* The label, or host name and domain: without both there is no name for the pair. */
static int name_pair(struct run *run, char name[KEY_NAME_MAX])
{
	const char *label = cmd_arg(&run->match, "label");
	const char *host = core_hostname(run->core);
	const char *domain = model_str(run->core->model, "/ravelin-system:domain/name");
	int n;

	if (!label && strcmp(host, "Router") == 0)
		return run_fail(run, "%% No hostname specified\n%% Please define a hostname other than Router.");
	if (!label && !domain)
		return run_fail(run, "%% No domain specified\n%% Please define a domain-name first.");
	n = label ? snprintf(name, KEY_NAME_MAX, "%s", label) : snprintf(name, KEY_NAME_MAX, "%s.%s", host, domain);
	if (n < 0 || n >= KEY_NAME_MAX)
		return run_fail(run, "%% The name for the keys is longer than %d characters", KEY_NAME_MAX - 1);
	for (const char *c = name; *c; c++) {
		if (*c < '!' || *c > '~')
			return run_fail(run, "%% The name for the keys holds characters that are not ASCII");
	}
	return RUN_DONE;
}

static int ask_size(struct run *run, struct generate *g)
{
	char prompt[400];

	snprintf(prompt, sizeof prompt,
		 "Choose the size of the key modulus in the range of %d to %d for your\n"
		 "  %ss. Choosing a key modulus greater than 512 may take\n"
		 "  a few minutes.\n\nHow many bits in the modulus [%d]: ",
		 MODULUS_MIN, MODULUS_MAX, usage_name(g->usages[g->made]), MODULUS_ADVISED);
	return run_ask(run, GK_SIZE, true, ASK_LINE, prompt);
}

/* RUN_DONE: the size is good. */
static int check_size(struct run *run, unsigned long bits)
{
	if (bits >= MODULUS_OLD_MIN && bits < MODULUS_MIN)
		return run_fail(
		    run,
		    "%% A modulus of %lu bits is not made here: keys under %d bits can be factored on a desk.\n"
		    "%% Choose a size from %d to %d.",
		    bits, MODULUS_MIN, MODULUS_MIN, MODULUS_MAX);
	if (bits < MODULUS_MIN || bits > MODULUS_MAX)
		return run_fail(run, "%% A decimal number between %d and %d.", MODULUS_MIN, MODULUS_MAX);
	if (bits < MODULUS_ADVISED)
		buf_printf(&run->out, "%% Warning: a modulus under %d bits is not safe.%s\n", MODULUS_ADVISED,
			   bits < 768 ? " SSH version 2 needs at least 768 bits." : "");
	return RUN_DONE;
}

/* A modulus is the product of two primes of one length: an odd size would come out a bit short. */
static unsigned even(unsigned long bits)
{
	return (unsigned)(bits + (bits & 1));
}

static int make_next(struct run *run, struct generate *g)
{
	struct buf request;

	buf_printf(&run->out, "%% Generating %u bit RSA keys, keys will be %s...", g->bits,
		   g->exportable ? "exportable" : "non-exportable");
	g->started_ms = clock_now_ms();
	buf_init(&request, 64);
	buf_put_u32(&request, g->bits);
	return run_start_job(run, GK_MADE, "rsa", &request, GENERATE_LIMIT_MS);
}

static int size_typed(struct run *run, struct generate *g)
{
	const char *text = run_answer(run);
	unsigned long bits = MODULUS_ADVISED;
	char *end = NULL;

	if (run->cancelled)
		return RUN_FAILED;
	if (*text) {
		bits = strtoul(text, &end, 10);
		if (*end)
			bits = 0;
	}
	if (check_size(run, bits) != RUN_DONE)
		return ask_size(run, g);
	g->bits = even(bits);
	return make_next(run, g);
}

static int choose_size(struct run *run, struct generate *g)
{
	const char *modulus = cmd_arg(&run->match, "modulus");
	unsigned long bits;

	if (!modulus)
		return ask_size(run, g);
	bits = strtoul(modulus, NULL, 10);
	g->bits = even(bits);
	buf_printf(&run->out, "%% The key modulus size is %lu bits\n", bits < MODULUS_MIN ? bits : g->bits);
	if (check_size(run, bits) != RUN_DONE)
		return RUN_FAILED;
	return make_next(run, g);
}

/* What the pairs are for; false: the line says two things at once. */
static bool choose_usages(const struct run *run, struct generate *g)
{
	static const struct {
		const char *word;
		enum key_usage first;
		unsigned n;
	} kinds[] = {
		{ "general-keys", KEY_GENERAL, 1 },
		{ "usage-keys", KEY_SIGNATURE, 2 },
		{ "signature", KEY_SIGNATURE, 1 },
		{ "encryption", KEY_ENCRYPTION, 1 },
	};
	unsigned said = 0;

	g->usages[0] = KEY_GENERAL;
	g->usages[1] = KEY_ENCRYPTION;
	g->n_usages = 1;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!cmd_has(&run->match, kinds[i].word))
			continue;
		g->usages[0] = kinds[i].first;
		g->n_usages = kinds[i].n;
		said++;
	}
	return said <= 1;
}

/* Can pairs of one name stand beside each other? Only one for signing and one for encryption. */
static bool excludes(enum key_usage a, enum key_usage b)
{
	return a == b || a == KEY_GENERAL || b == KEY_GENERAL;
}

/* Is there a pair the new ones would take the place of? */
static bool replaces(const struct run *run, const struct generate *g)
{
	static const enum key_usage all[] = { KEY_GENERAL, KEY_SIGNATURE, KEY_ENCRYPTION };

	for (size_t i = 0; i < 3; i++) {
		bool in_the_way = false;

		for (unsigned j = 0; j < g->n_usages; j++)
			in_the_way |= excludes(all[i], g->usages[j]);
		if (in_the_way && keys_find(run->core->keys, KEY_RSA, g->name, all[i]))
			return true;
	}
	return false;
}

/* After the new pair is safe on disk: a kill in between leaves one too many, not one too few. */
static void remove_replaced(const struct run *run, const struct generate *g, enum key_usage made)
{
	static const enum key_usage all[] = { KEY_GENERAL, KEY_SIGNATURE, KEY_ENCRYPTION };

	for (size_t i = 0; i < 3; i++) {
		if (all[i] != made && excludes(all[i], made) && keys_find(run->core->keys, KEY_RSA, g->name, all[i]))
			keys_remove_usage(run->core->keys, g->name, KEY_RSA, all[i], NULL);
	}
}

static int generate_begin(struct run *run)
{
	struct generate *g = arena_alloc(&run->arena, sizeof *g);
	const char *storage = cmd_arg(&run->match, "storage");

	if (!g)
		return run_fail(run, "%% Out of memory");
	run->data = g;
	if (storage && strcmp(storage, "nvram:") != 0)
		return run_fail(run, "%% No such storage device: \"%s\"; keys are kept in nvram:", storage);
	if (!choose_usages(run, g))
		return run_fail(run, "%% Choose one of general-keys, usage-keys, signature and encryption");
	if (name_pair(run, g->name) != RUN_DONE)
		return RUN_FAILED;
	g->exportable = cmd_has(&run->match, "exportable");
	if (replaces(run, g)) {
		buf_printf(&run->out, "%% You already have RSA keys defined named %s.\n", g->name);
		return run_ask(run, GK_REPLACE, true, ASK_YESNO, REPLACE_PROMPT);
	}
	buf_printf(&run->out, "%sThe name for the keys will be: %s\n", cmd_arg(&run->match, "modulus") ? "% " : "",
		   g->name);
	return choose_size(run, g);
}

/* The pair that serves SSH has a host key of version 1 beside it. Without one all is well but that the first client of
 * version 1 will wait for it. */
static int make_host1(struct run *run, const struct generate *g)
{
	const struct key *rsa = sshd_rsa(run->core->sshd);
	struct buf request;

	if (!rsa || strcmp(rsa->name, g->name) != 0)
		return RUN_DONE;
	buf_init(&request, 64);
	buf_put_u32(&request, RSA1_HOST_BITS);
	run->job_quiet = true;
	return run_start_job(run, GK_HOST1, "rsa", &request, GENERATE_LIMIT_MS);
}

static int host1_made(struct run *run, const struct generate *g)
{
	struct cur c = cur_of(buf_str(&run->job_result));
	struct str der = cur_str(&c);

	if (run->job_ok && cur_done(&c))
		version1_made(run->core->version1, g->name, der);
	return RUN_DONE;
}

static int pair_made(struct run *run, struct generate *g)
{
	uint64_t ms = clock_now_ms() - g->started_ms;
	struct cur c = cur_of(buf_str(&run->job_result));
	struct errbuf e = { "" };
	struct str der = cur_str(&c);
	char done[64];
	int rc;

	if (!run->job_ok || !cur_done(&c))
		return run_fail(run, "\n%% Key generation failed: %.*s", (int)buf_len(&run->job_result),
				run->job_ok ? "bad answer" : (const char *)buf_cstr(&run->job_result));
	rc = keys_add(run->core->keys, g->name, KEY_RSA, g->usages[g->made], g->exportable, der, &e);
	if (rc == 0) {
		remove_replaced(run, g, g->usages[g->made]);
		if (g->usages[g->made] != KEY_ENCRYPTION)
			version1_replaced(run->core->version1, g->name);
		snprintf(done, sizeof done, "\n[OK] (elapsed time was %llu seconds)\n",
			 (unsigned long long)(ms / 1000));
		run_progress(run, done);
	}
	sshd_update(run->core->sshd); /* it borrows keys from the store */
	if (rc < 0)
		return run_fail(run, "\n%% The key pair was not saved: %s", e.text);
	if (++g->made == g->n_usages)
		return make_host1(run, g);
	return cmd_arg(&run->match, "modulus") ? make_next(run, g) : ask_size(run, g);
}

int cmd_key_generate(struct run *run)
{
	struct generate *g = run->data;
	int rc;

	switch (run->step) {
	case GK_BEGIN:
		return generate_begin(run);
	case GK_REPLACE:
		rc = run_yes_or_no(run, REPLACE_PROMPT);
		if (rc != RUN_DONE)
			return rc;
		buf_printf(&run->out, "%sThe name for the keys will be: %s\n",
			   cmd_arg(&run->match, "modulus") ? "% " : "", g->name);
		return choose_size(run, g);
	case GK_SIZE:
		return size_typed(run, g);
	case GK_HOST1:
		return host1_made(run, g);
	default:
		return pair_made(run, g);
	}
}

/* --- crypto key generate ec --- */

static bool is_alg(void *arg, const char *name)
{
	return strcmp(arg, name) == 0;
}

static int make_ec(struct run *run, const char *name)
{
	unsigned bits = cmd_has(&run->match, "256") ? 256 : cmd_has(&run->match, "384") ? 384 : 521;
	const struct offer_plan plan = offer_now(run->core->model);
	struct errbuf e = { "" };
	char alg[32];
	int rc;

	buf_printf(&run->out, "The name for the keys will be: %s\n", name);
	rc = keys_make_ecdsa(run->core->keys, name, bits, cmd_has(&run->match, "exportable"), &e);
	sshd_update(run->core->sshd);
	if (rc < 0)
		return run_fail(run, "%% The key pair was not saved: %s", e.text);
	snprintf(alg, sizeof alg, "ecdsa-sha2-nistp%u", bits);
	if (!offer_any(&plan, OFFER_HOSTKEY, is_alg, alg))
		buf_printf(&run->out, "%% SSH uses it once \"ip ssh server algorithm hostkey\" names %s\n", alg);
	return RUN_DONE;
}

int cmd_key_generate_ec(struct run *run)
{
	int rc = run->step ? run_yes_or_no(run, REPLACE_PROMPT) : RUN_DONE;
	char name[KEY_NAME_MAX];

	if (rc != RUN_DONE)
		return rc;
	if (name_pair(run, name) != RUN_DONE)
		return RUN_FAILED;
	if (run->step || !keys_find(run->core->keys, KEY_ECDSA, name, KEY_SIGNATURE))
		return make_ec(run, name);
	buf_printf(&run->out, "%% You already have EC keys defined named %s.\n", name);
	return run_ask(run, 1, true, ASK_YESNO, REPLACE_PROMPT);
}

/* --- crypto key generate dsa --- */

#define DSA_BITS 1024

enum dsa_step { DSA_BEGIN, DSA_REPLACE, DSA_MADE };

static int start_dsa(struct run *run, const char *name)
{
	struct buf request;

	buf_printf(&run->out, "The name for the keys will be: %s\n%% Generating %d bit DSA keys...", name, DSA_BITS);
	buf_init(&request, 16);
	buf_put_u32(&request, DSA_BITS);
	return run_start_job(run, DSA_MADE, "dsa", &request, GENERATE_LIMIT_MS);
}

static int dsa_made(struct run *run, const char *name)
{
	const struct offer_plan plan = offer_now(run->core->model);
	struct cur c = cur_of(buf_str(&run->job_result));
	struct str der = cur_str(&c);
	struct errbuf e = { "" };
	char alg[] = "ssh-dss";
	int rc;

	if (!run->job_ok || !cur_done(&c))
		return run_fail(run, "\n%% Key generation failed");
	rc = keys_add(run->core->keys, name, KEY_DSA, KEY_SIGNATURE, false, der, &e);
	sshd_update(run->core->sshd); /* it borrows keys from the store */
	if (rc < 0)
		return run_fail(run, "\n%% The key pair was not saved: %s", e.text);
	buf_puts(&run->out, "\n[OK]\n% Warning: DSA with 1024 bits and SHA-1 is broken.\n");
	if (!offer_any(&plan, OFFER_HOSTKEY, is_alg, alg))
		buf_printf(&run->out, "%% SSH uses it once \"ip ssh server algorithm hostkey\" names %s\n", alg);
	return RUN_DONE;
}

int cmd_key_generate_dsa(struct run *run)
{
	int rc = run->step == DSA_REPLACE ? run_yes_or_no(run, REPLACE_PROMPT) : RUN_DONE;
	char name[KEY_NAME_MAX];

	if (rc != RUN_DONE)
		return rc;
	if (name_pair(run, name) != RUN_DONE)
		return RUN_FAILED;
	if (run->step == DSA_MADE)
		return dsa_made(run, name);
	if (run->step == DSA_REPLACE || !keys_find(run->core->keys, KEY_DSA, name, KEY_SIGNATURE))
		return start_dsa(run, name);
	buf_printf(&run->out, "%% You already have DSA keys defined named %s.\n", name);
	return run_ask(run, DSA_REPLACE, true, ASK_YESNO, REPLACE_PROMPT);
}

/* --- crypto key zeroize --- */

static const char *const type_names[] = {
	[KEY_RSA] = "RSA", [KEY_ED25519] = "Ed25519", [KEY_ECDSA] = "EC", [KEY_DSA] = "DSA"
};

static int zeroize(struct run *run, enum key_type type)
{
	const char *label = cmd_arg(&run->match, "label");
	struct errbuf e = { "" };
	bool any = false;
	int rc;

	if (run->step == 0) {
		for (size_t i = 0; i < keys_count(run->core->keys); i++) {
			const struct key *k = keys_at(run->core->keys, i);

			any |= k->type == type && (!label || strcmp(label, k->name) == 0);
		}
		if (!any)
			return run_fail(run, "%% No Signature %s Keys found in configuration.\n", type_names[type]);
		if (label)
			buf_printf(&run->out, "%% Keys to be removed are named '%s'.\n", label);
		else
			buf_printf(&run->out, "%% All %s keys will be removed.\n", type_names[type]);
		buf_puts(&run->out, "% All router certs issued using these keys will also be removed.\n");
		return run_ask(run, 1, true, ASK_YESNO, REMOVE_PROMPT);
	}
	rc = run_yes_or_no(run, REMOVE_PROMPT);
	if (rc != RUN_DONE)
		return rc;
	rc = keys_remove(run->core->keys, label, type, &e);
	sshd_update(run->core->sshd);
	return rc < 0 ? run_fail(run, "%% Keys not removed: %s", e.text) : RUN_DONE;
}

int cmd_key_zeroize(struct run *run)
{
	return zeroize(run, KEY_RSA);
}

int cmd_key_zeroize_ec(struct run *run)
{
	return zeroize(run, KEY_ECDSA);
}

int cmd_key_zeroize_dsa(struct run *run)
{
	return zeroize(run, KEY_DSA);
}

/* --- show crypto key mypubkey --- */

/* SubjectPublicKeyInfo, as IOS shows it. */
static void put_public_der(const struct key *k, struct buf *out)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(k->pkey, &der);

	if (n > 0)
		buf_put(out, der, (size_t)n);
	OPENSSL_free(der);
}

static void put_hex(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (i % 32 == 0)
			buf_puts(out, i ? "\n  " : "  ");
		else if (i % 4 == 0)
			buf_puts(out, " ");
		buf_printf(out, "%02X", s.p[i]);
	}
	buf_puts(out, "\n");
}

static int show_mypubkey(struct run *run, enum key_type type)
{
	char when[CLOCK_TEXT];
	struct buf blob;

	buf_init(&blob, 8192);
	for (size_t i = 0; i < keys_count(run->core->keys); i++) {
		const struct key *k = keys_at(run->core->keys, i);

		if (k->type != type)
			continue;
		clock_text(&run->core->clock, k->made, when, sizeof when);
		buf_clear(&blob);
		put_public_der(k, &blob);
		buf_printf(&run->out,
			   "%% Key pair was generated at: %s\nKey name: %s\nKey type: %s KEYS\n"
			   " Storage Device: private-config\n Usage: %s\n Key is %sexportable.\n Key Data:\n",
			   when, k->name, type_names[type], usage_name(k->usage), k->exportable ? "" : "not ");
		put_hex(&run->out, buf_str(&blob));
	}
	buf_release(&blob);
	return RUN_DONE;
}

int cmd_show_mypubkey(struct run *run)
{
	return show_mypubkey(run, KEY_RSA);
}

int cmd_show_mypubkey_ec(struct run *run)
{
	return show_mypubkey(run, KEY_ECDSA);
}

int cmd_show_mypubkey_dsa(struct run *run)
{
	return show_mypubkey(run, KEY_DSA);
}
