/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a connection tells what it does in the order it does it, with the numbers of its packets, to whoever asked and
 * only of the classes asked for; nobody is called while nobody asked; no fact holds what was said.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define FACTS_MAX 256

static struct host h;
static struct peer p;
static struct ssh_fact told[FACTS_MAX];
static char texts[FACTS_MAX][64];
static size_t n_told;

static void note(void *arg, const struct ssh_fact *f)
{
	assert_ptr_equal(arg, &h);
	assert_true(n_told < FACTS_MAX);
	assert_true(f->text.n < sizeof texts[0]);
	told[n_told] = *f;
	str_copy(f->text, texts[n_told], sizeof texts[0]);
	n_told++;
}

static int start(void **state)
{
	(void)state;
	n_told = 0;
	host_init(&h, NULL);
	peer_init(&p);
	h.answer = SSH_AUTH_SUCCESS;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	peer_release(&p);
	host_release(&h);
	return 0;
}

static void ask_for(struct buf *b, const char *name)
{
	buf_put_u32(b, 0);
	buf_put_cstr(b, name);
	buf_put_u8(b, 1);
}

static void whole_connection(void)
{
	struct buf *b;

	assert_true(peer_handshake(&p, &h));
	assert_true(peer_service(&p, &h));
	assert_true(peer_login(&p, &h));
	assert_true(peer_open(&p, &h));
	b = peer_begin(&p, MSG_CHANNEL_REQUEST);
	ask_for(b, "shell");
	peer_end(&p);
	peer_say(&p, &h);
}

static void expect(const uint8_t *facts, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n_told && at < n; i++)
		at += told[i].what == facts[at];
	if (at < n)
		fail_msg("fact %u did not come, or too early", facts[at]);
}

static const struct ssh_fact *find(enum ssh_fact_what what, size_t nth)
{
	for (size_t i = 0; i < n_told; i++)
		if (told[i].what == what && nth-- == 0)
			return &told[i];
	fail_msg("no fact %d", (int)what);
	return NULL;
}

static void test_order(void **state)
{
	static const uint8_t order[] = {
		SSH_FACT_VERSION,
		SSH_FACT_SEND,
		SSH_FACT_KEXINIT_SENT,
		SSH_FACT_RECEIVED,
		SSH_FACT_INPUT,
		SSH_FACT_PARTIAL,
		SSH_FACT_PADDING_IN,
		SSH_FACT_TYPE_IN,
		SSH_FACT_KEXINIT_RECEIVED,
		SSH_FACT_KEX_IN,
		SSH_FACT_KEX_OUT,
		SSH_FACT_EXPECTING,
		SSH_FACT_INPUT,
		SSH_FACT_TYPE_IN,
		SSH_FACT_KEX_INIT_RECEIVED,
		SSH_FACT_SIGNATURE,
		SSH_FACT_SEND,
		SSH_FACT_KEYS_DERIVED,
		SSH_FACT_SEND,
		SSH_FACT_NEWKEYS_MODE,
		SSH_FACT_NEWKEYS_SENT,
		SSH_FACT_NEWKEYS_AWAITED,
		SSH_FACT_INPUT,
		SSH_FACT_NEWKEYS_MODE,
		SSH_FACT_TYPE_IN,
		SSH_FACT_NEWKEYS_RECEIVED,
		SSH_FACT_INPUT,
		SSH_FACT_MAC_IN,
		SSH_FACT_PADDING_IN,
		SSH_FACT_TYPE_IN,
		SSH_FACT_SEND,
		SSH_FACT_MAC_OUT,
		SSH_FACT_TYPE_IN,
		SSH_FACT_SEND,
		SSH_FACT_MAC_OUT,
		SSH_FACT_AUTHENTICATED,
		SSH_FACT_TYPE_IN,
		SSH_FACT_CHANNEL_OPEN,
		SSH_FACT_SEND,
		SSH_FACT_TYPE_IN,
		SSH_FACT_REQUEST,
		SSH_FACT_SEND,
	};

	(void)state;
	ssh_trace(h.ssh, SSH_TRACE_ALL, note, &h);
	whole_connection();
	expect(order, sizeof order);
	assert_int_equal(find(SSH_FACT_NEWKEYS_MODE, 0)->a, 1); /* out first */
	assert_int_equal(find(SSH_FACT_NEWKEYS_MODE, 1)->a, 0);
	assert_int_equal(find(SSH_FACT_TYPE_IN, 0)->a, MSG_KEXINIT);
	assert_int_equal(find(SSH_FACT_TYPE_IN, 2)->a, MSG_NEWKEYS);
	assert_string_equal(texts[find(SSH_FACT_REQUEST, 0) - told], "shell");
	/* an Ed25519 signature with its name: RFC 8709 */
	assert_int_equal(find(SSH_FACT_SIGNATURE, 0)->a, 4 + 11 + 4 + 64);
}

/* The numbers of one packet belong together. */
static void test_numbers(void **state)
{
	const struct ssh_fact *in, *part, *pad;

	(void)state;
	ssh_trace(h.ssh, SSH_TRACE_ALL, note, &h);
	whole_connection();
	for (size_t i = 0; i < 3; i++) { /* KEXINIT, the public value, NEWKEYS: in clear, blocks of 8 */
		in = find(SSH_FACT_INPUT, i);
		part = find(SSH_FACT_PARTIAL, i);
		pad = find(SSH_FACT_PADDING_IN, i);
		assert_int_equal(in->a % 8, 0);
		assert_int_equal(part->a, 8);
		assert_int_equal(part->a + part->b, in->a);
		assert_int_equal(part->c, 0);
		assert_in_range(pad->a, 4, 11);
	}
	assert_int_equal(find(SSH_FACT_INPUT, 2)->a, 16);
	assert_int_equal(find(SSH_FACT_PADDING_IN, 2)->a, 10);
	part = find(SSH_FACT_PARTIAL, 3); /* sealed: there is a tag */
	assert_true(part->c > 0);
	assert_int_equal(part->a + part->b, find(SSH_FACT_INPUT, 3)->a);
}

/* A packet that comes in pieces is told of once, each piece with what is still missing. */
static void test_pieces(void **state)
{
	size_t n, whole;

	(void)state;
	ssh_trace(h.ssh, SSH_TRACE_PACKET, note, &h);
	peer_version(&p);
	peer_kexinit(&p);
	whole = buf_len(&p.out);
	for (n = 0; n < whole; n++) {
		assert_int_equal(ssh_feed(h.ssh, buf_ptr(&p.out) + n, 1), 0);
		host_run(&h);
		if (n_told > 40)
			break;
	}
	assert_true(n < whole);
	assert_int_equal(find(SSH_FACT_RECEIVED, 0)->a, 1);
	for (size_t i = 1, inputs = 0; i < n_told; i++) {
		inputs += told[i].what == SSH_FACT_INPUT;
		assert_true(inputs <= 1);
	}
	host_run(&h); /* nothing new came */
	n = n_told;
	host_run(&h);
	assert_int_equal(n_told, n);
}

static void test_classes(void **state)
{
	(void)state;
	ssh_trace(h.ssh, SSH_TRACE_DETAIL, note, &h);
	whole_connection();
	assert_true(n_told > 10);
	for (size_t i = 0; i < n_told; i++)
		assert_true(told[i].what >= SSH_FACT_VERSION);
	n_told = 0;
	ssh_trace(h.ssh, SSH_TRACE_PACKET, note, &h);
	peer_bare(&p, MSG_IGNORE);
	peer_say(&p, &h);
	for (size_t i = 0; i < n_told; i++)
		assert_true(told[i].what < SSH_FACT_VERSION);
}

static void test_nobody_asked(void **state)
{
	(void)state;
	whole_connection();
	assert_int_equal(n_told, 0);
	ssh_trace(h.ssh, SSH_TRACE_ALL, note, &h);
	ssh_trace(h.ssh, 0, note, &h);
	peer_bare(&p, MSG_IGNORE);
	peer_say(&p, &h);
	assert_int_equal(n_told, 0);
}

static void test_no_contents(void **state)
{
	(void)state;
	ssh_trace(h.ssh, SSH_TRACE_ALL, note, &h);
	whole_connection();
	for (size_t i = 0; i < n_told; i++)
		assert_true(told[i].text.n == 0 || told[i].what == SSH_FACT_VERSION ||
			    told[i].what == SSH_FACT_REQUEST);
}

#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order),   T(test_numbers),      T(test_pieces),
		T(test_classes), T(test_nobody_asked), T(test_no_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
