/* SPDX-License-Identifier: Apache-2.0
 *
 * radius_talk.c: see radius_talk.h. Runs in the asker; replies are hostile. RFC 2865 sections 4, 5; RFC 2866; RFC 2869
 * section 5.10 (Prompt); RFC 5080 section 2.
 */
#include "radius_talk.h"

#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATUS_START = 1, STATUS_STOP = 2, STATUS_ON = 7, STATUS_OFF = 8 };
enum { BY_RADIUS = 1, BY_LOCAL = 2 };

/* --- requests --- */

/* A random one of those that are free. */
static int choose_id(struct radius_talk *t)
{
	int rc = random_bytes(&t->sent.id, sizeof t->sent.id);

	for (unsigned n = 0; rc == 0 && t->taken && t->taken[t->sent.id]; n++) {
		if (n > UINT8_MAX)
			return E_BUSY;
		t->sent.id++;
	}
	return rc;
}

/* A random Identifier, and for a login a random authenticator: no two requests share them. */
static int make_packet(struct radius_talk *t, struct str secret)
{
	struct buf attributes;
	int rc = choose_id(t);

	if (rc == 0)
		rc = random_bytes(t->sent.auth, sizeof t->sent.auth);
	buf_init(&attributes, RADIUS_PACKET_MAX);
	buf_put(&attributes, buf_ptr(&t->fixed), buf_len(&t->fixed));
	if (rc == 0 && t->sent.code == RADIUS_ACCESS_REQUEST)
		rc = radius_put_password(&attributes, &t->sent, buf_str(&t->key), secret);
	else if (rc == 0)
		radius_put_number(&attributes, RADIUS_ACCT_DELAY_TIME, (uint32_t)((uint64_t)time(NULL) - t->since));
	buf_put(&attributes, buf_ptr(&t->state), buf_len(&t->state));
	buf_clear(&t->packet);
	if (rc == 0)
		rc = attributes.err;
	if (rc == 0)
		rc = radius_put_packet(&t->packet, &t->sent, buf_str(&t->key), buf_str(&attributes));
	buf_release(&attributes);
	t->waits = rc == 0;
	return rc;
}

static bool has(const struct aaa_query *q, const char *argument)
{
	struct cur c = cur_of(q->args);

	for (unsigned i = 0; i < q->n_args; i++) {
		if (str_is(cur_str(&c), argument))
			return true;
	}
	return false;
}

static void put_nas(struct buf *b, const struct aaa_query *q)
{
	bool tty = q->port.n > 3 && q->port.n < 16 && memcmp(q->port.p, "tty", 3) == 0;
	bool console = str_is(q->address, "async");
	char number[16];

	if (q->local.n)
		radius_put(b, q->local.n == 4 ? RADIUS_NAS_IP_ADDRESS : RADIUS_NAS_IPV6_ADDRESS, q->local);
	if (q->host.n)
		radius_put(b, RADIUS_NAS_IDENTIFIER, q->host);
	if (tty && str_copy((struct str){ q->port.p + 3, q->port.n - 3 }, number, sizeof number))
		radius_put_number(b, RADIUS_NAS_PORT, (uint32_t)strtoul(number, NULL, 10));
	if (has(q, "service=system"))
		return;
	radius_put(b, RADIUS_NAS_PORT_ID, q->port);
	radius_put_number(b, RADIUS_NAS_PORT_TYPE, console ? RADIUS_PORT_ASYNC : RADIUS_PORT_VIRTUAL);
	if (!console)
		radius_put(b, RADIUS_CALLING_STATION_ID, q->address);
}

/* A level has a user of its own, as IOS asks: $enab15$. */
static void put_login(struct buf *b, const struct aaa_query *q)
{
	bool enable = q->kind == AAA_KIND_ENABLE;
	char level[16];

	snprintf(level, sizeof level, "$enab%u$", q->level);
	radius_put(b, RADIUS_USER_NAME, enable ? str_of(level) : q->user);
	radius_put_number(b, RADIUS_SERVICE_TYPE, enable ? RADIUS_ADMINISTRATIVE : RADIUS_LOGIN);
}

/* The value of an argument "name=value"; 0 if there is none. */
static uint64_t number_of(const struct aaa_query *q, const char *name)
{
	struct cur c = cur_of(q->args);
	size_t n = strlen(name);
	char text[64];

	for (unsigned i = 0; i < q->n_args; i++) {
		if (str_copy(cur_str(&c), text, sizeof text) && strncmp(text, name, n) == 0 && text[n] == '=')
			return strtoull(text + n + 1, NULL, 10);
	}
	return 0;
}

/* Sessions of other lives of the device have other ids: theirs begin with the second in which they began. */
static void put_session(struct buf *b, const struct aaa_query *q, bool stop)
{
	radius_put_number(b, RADIUS_ACCT_STATUS_TYPE, stop ? STATUS_STOP : STATUS_START);
	radius_put_number(b, RADIUS_ACCT_AUTHENTIC, q->method == AAA_BY_SERVER ? BY_RADIUS : BY_LOCAL);
	radius_put(b, RADIUS_USER_NAME, q->user);
	radius_put_number(b, RADIUS_SERVICE_TYPE, RADIUS_NAS_PROMPT);
	if (stop)
		radius_put_number(b, RADIUS_ACCT_SESSION_TIME, (uint32_t)number_of(q, "elapsed_time"));
	buf_put(b, q->echo.p, q->echo.n);
}

/* Of a session, or that the device is there (RFC 2866 section 5.1: Accounting-On). */
static void put_record(struct buf *b, const struct aaa_query *q, uint64_t *since)
{
	bool stop = q->record == AAA_RECORD_STOP;
	uint64_t start = number_of(q, "start_time");
	char id[32];

	*since = stop ? number_of(q, "stop_time") : start;
	if (has(q, "service=system"))
		radius_put_number(b, RADIUS_ACCT_STATUS_TYPE, stop ? STATUS_OFF : STATUS_ON);
	else
		put_session(b, q, stop);
	snprintf(id, sizeof id, "%08X%08X", (unsigned)start, (unsigned)number_of(q, "task_id"));
	radius_put(b, RADIUS_ACCT_SESSION_ID, str_of(id));
	radius_put_number(b, RADIUS_EVENT_TIMESTAMP, (uint32_t)*since);
}

int radius_talk_begin(struct radius_talk *t, const struct aaa_query *q, struct str key, bool sign, const bool *taken)
{
	*t = (struct radius_talk){ .sign = sign, .taken = taken };
	buf_init(&t->key, 0);
	buf_init(&t->fixed, RADIUS_PACKET_MAX);
	buf_init(&t->state, RADIUS_PACKET_MAX);
	buf_init(&t->packet, RADIUS_PACKET_MAX);
	buf_init(&t->text, RADIUS_PACKET_MAX);
	buf_init(&t->args, 2 * RADIUS_PACKET_MAX);
	buf_init(&t->keep, AAA_ECHO_MAX);
	buf_put(&t->key, key.p, key.n);
	if (key.n == 0 || q->kind == AAA_KIND_EXEC || q->kind == AAA_KIND_COMMAND) /* what it has no question for */
		return E_STATE;
	t->sent.code = q->kind == AAA_KIND_ACCOUNT ? RADIUS_ACCOUNTING_REQUEST : RADIUS_ACCESS_REQUEST;
	if (q->kind == AAA_KIND_ACCOUNT)
		put_record(&t->fixed, q, &t->since);
	else
		put_login(&t->fixed, q);
	put_nas(&t->fixed, q);
	return t->fixed.err ? t->fixed.err : make_packet(t, q->secret);
}

int radius_talk_answer(struct radius_talk *t, struct str answer)
{
	return t->waits ? E_STATE : make_packet(t, answer);
}

int radius_talk_again(struct radius_talk *t)
{
	if (!t->waits)
		return E_STATE;
	return t->sent.code == RADIUS_ACCOUNTING_REQUEST ? make_packet(t, STR("")) : 0;
}

void radius_talk_release(struct radius_talk *t)
{
	buf_release(&t->key);
	buf_release(&t->fixed);
	buf_release(&t->state);
	buf_release(&t->packet);
	buf_release(&t->text);
	buf_release(&t->args);
	buf_release(&t->keep);
}

/* --- replies --- */

static enum aaa_outcome broken(struct radius_talk *t, const char *why)
{
	err_set(&t->why, E_INVAL, "%s", why);
	return AAA_BROKEN;
}

static void put_argument(struct radius_talk *t, struct str argument)
{
	buf_put_str(&t->args, argument);
	t->n_args++;
}

static void put_number(struct radius_talk *t, const char *name, uint32_t value)
{
	char text[64];

	snprintf(text, sizeof text, "%s=%u", name, value);
	put_argument(t, str_of(text));
}

/* Messages in their order; one of full length goes on in the next. */
static void take_text(struct radius_talk *t, struct str attributes)
{
	struct str value;
	bool full = true;
	uint8_t type;

	buf_clear(&t->text);
	while (radius_next(&attributes, &type, &value)) {
		if (type != RADIUS_REPLY_MESSAGE)
			continue;
		if (!full)
			buf_put_u8(&t->text, '\n');
		aaa_put_text(&t->text, value);
		full = value.n == RADIUS_VALUE_MAX;
	}
}

/* Vendor-Specific of Cisco: pairs of the protocol shell are for us. False: it is not built as his are. */
static bool take_pairs(struct radius_talk *t, struct str value)
{
	static const char shell[] = "shell:";
	const size_t n = sizeof shell - 1;
	struct str pair;
	uint32_t vendor;
	uint8_t type;

	if (!radius_vendor(&value, &vendor))
		return false;
	while (vendor == RADIUS_VENDOR_CISCO && value.n) {
		if (!radius_next(&value, &type, &pair))
			return false;
		if (type == RADIUS_CISCO_AV_PAIR && pair.n > n && memcmp(pair.p, shell, n) == 0)
			put_argument(t, (struct str){ pair.p + n, pair.n - n });
	}
	return true;
}

static void keep_class(struct radius_talk *t, struct str value)
{
	if (buf_len(&t->keep) + 2 + value.n <= AAA_ECHO_MAX)
		radius_put(&t->keep, RADIUS_CLASS, value);
}

static bool take_attribute(struct radius_talk *t, uint8_t type, struct str value, uint32_t *service)
{
	uint32_t number;

	switch (type) {
	case RADIUS_SERVICE_TYPE:
		return radius_number(value, service);
	case RADIUS_SESSION_TIMEOUT:
	case RADIUS_IDLE_TIMEOUT:
		if (!radius_number(value, &number))
			return false;
		put_number(t, type == RADIUS_SESSION_TIMEOUT ? "session-timeout" : "idle-timeout", number);
		return true;
	case RADIUS_CLASS:
		keep_class(t, value);
		return true;
	case RADIUS_VENDOR:
		return take_pairs(t, value);
	default:
		return true;
	}
}

/* A service that is not to be had here is a rejection (RFC 2865 section 5.6). */
static bool is_served(uint32_t service)
{
	return service == RADIUS_LOGIN || service == RADIUS_ADMINISTRATIVE || service == RADIUS_NAS_PROMPT;
}

static enum aaa_outcome accepted(struct radius_talk *t, struct str attributes)
{
	struct str left = attributes, value;
	uint32_t service = 0;
	uint8_t type;

	while (radius_next(&left, &type, &value)) {
		if (!take_attribute(t, type, value, &service))
			return broken(t, "an attribute of the Access-Accept makes no sense");
	}
	if (service)
		put_number(t, "service-type", service);
	if (t->args.err || t->keep.err)
		return broken(t, "out of memory");
	return service && !is_served(service) ? AAA_NO : AAA_YES;
}

/* State comes back as it came, Prompt says whether the answer may be seen: not, if nothing is said. */
static enum aaa_outcome challenged(struct radius_talk *t, struct str attributes)
{
	uint32_t prompt = 0;
	struct str value;
	uint8_t type;

	buf_clear(&t->state);
	while (radius_next(&attributes, &type, &value)) {
		if (type == RADIUS_STATE)
			radius_put(&t->state, RADIUS_STATE, value);
		else if (type == RADIUS_PROMPT && !radius_number(value, &prompt))
			return broken(t, "a Prompt that makes no sense");
	}
	if (buf_len(&t->text) == 0)
		buf_puts(&t->text, "Response: ");
	t->echo = prompt == 1;
	return t->state.err ? broken(t, "out of memory") : AAA_ASKS;
}

enum aaa_outcome radius_talk_reply(struct radius_talk *t, struct str datagram, enum radius_flaw *flaw)
{
	struct str attributes;
	uint8_t code;

	*flaw =
	    t->waits ? radius_check(datagram, &t->sent, buf_str(&t->key), t->sign, &code, &attributes) : RADIUS_UNKNOWN;
	if (*flaw != RADIUS_GOOD)
		return AAA_BROKEN;
	t->waits = false;
	take_text(t, attributes);
	switch (code) {
	case RADIUS_ACCESS_ACCEPT:
		return accepted(t, attributes);
	case RADIUS_ACCESS_CHALLENGE:
		return challenged(t, attributes);
	case RADIUS_ACCOUNTING_RESPONSE:
		return AAA_YES;
	default:
		return AAA_NO;
	}
}
