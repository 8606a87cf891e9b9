/* SPDX-License-Identifier: Apache-2.0
 *
 * radius_show.c: packets of RADIUS in the words of `debug radius` (radius_talk.h). Runs in the asker; the packets may
 * be hostile. What hides a password, or would help to guess the key, is shown as a star.
 */
#include "radius_talk.h"

#include <stdio.h>
#include <string.h>

#define ATTRIBUTES_MAX 64 /* shown */
#define HEX_MAX        32 /* bytes */

enum form { FORM_HEX, FORM_TEXT, FORM_NUMBER, FORM_ADDRESS, FORM_HIDDEN };

static const struct {
	uint8_t type;
	enum form form;
	const char *name;
} names[] = {
	{ RADIUS_USER_NAME, FORM_TEXT, "User-Name" },
	{ RADIUS_USER_PASSWORD, FORM_HIDDEN, "User-Password" },
	{ RADIUS_CHAP_PASSWORD, FORM_HIDDEN, "CHAP-Password" },
	{ RADIUS_NAS_IP_ADDRESS, FORM_ADDRESS, "NAS-IP-Address" },
	{ RADIUS_NAS_PORT, FORM_NUMBER, "NAS-Port" },
	{ RADIUS_SERVICE_TYPE, FORM_NUMBER, "Service-Type" },
	{ RADIUS_REPLY_MESSAGE, FORM_TEXT, "Reply-Message" },
	{ RADIUS_STATE, FORM_HEX, "State" },
	{ RADIUS_CLASS, FORM_HEX, "Class" },
	{ RADIUS_SESSION_TIMEOUT, FORM_NUMBER, "Session-Timeout" },
	{ RADIUS_IDLE_TIMEOUT, FORM_NUMBER, "Idle-Timeout" },
	{ RADIUS_CALLING_STATION_ID, FORM_TEXT, "Calling-Station-Id" },
	{ RADIUS_NAS_IDENTIFIER, FORM_TEXT, "NAS-Identifier" },
	{ RADIUS_PROXY_STATE, FORM_HEX, "Proxy-State" },
	{ RADIUS_ACCT_STATUS_TYPE, FORM_NUMBER, "Acct-Status-Type" },
	{ RADIUS_ACCT_DELAY_TIME, FORM_NUMBER, "Acct-Delay-Time" },
	{ RADIUS_ACCT_SESSION_ID, FORM_TEXT, "Acct-Session-Id" },
	{ RADIUS_ACCT_AUTHENTIC, FORM_NUMBER, "Acct-Authentic" },
	{ RADIUS_ACCT_SESSION_TIME, FORM_NUMBER, "Acct-Session-Time" },
	{ RADIUS_EVENT_TIMESTAMP, FORM_NUMBER, "Event-Timestamp" },
	{ RADIUS_NAS_PORT_TYPE, FORM_NUMBER, "NAS-Port-Type" },
	{ RADIUS_TUNNEL_PASSWORD, FORM_HIDDEN, "Tunnel-Password" },
	{ RADIUS_PROMPT, FORM_NUMBER, "Prompt" },
	{ RADIUS_MESSAGE_AUTHENTICATOR, FORM_HIDDEN, "Message-Authenticator" },
	{ RADIUS_NAS_PORT_ID, FORM_TEXT, "NAS-Port-Id" },
	{ RADIUS_NAS_IPV6_ADDRESS, FORM_HEX, "NAS-IPv6-Address" },
};

const char *radius_code_name(uint8_t code)
{
	switch (code) {
	case RADIUS_ACCESS_REQUEST:
		return "Access-Request";
	case RADIUS_ACCESS_ACCEPT:
		return "Access-Accept";
	case RADIUS_ACCESS_REJECT:
		return "Access-Reject";
	case RADIUS_ACCOUNTING_REQUEST:
		return "Accounting-Request";
	case RADIUS_ACCOUNTING_RESPONSE:
		return "Accounting-Response";
	case RADIUS_ACCESS_CHALLENGE:
		return "Access-Challenge";
	default:
		return "unknown code";
	}
}

static void put_hex(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.n && i < HEX_MAX; i++)
		buf_printf(out, "%02X%s", value.p[i], i + 1 < value.n ? " " : "");
	if (value.n > HEX_MAX)
		buf_puts(out, "...");
}

static void put_quoted(struct buf *out, struct str value)
{
	char text[RADIUS_VALUE_MAX + 1];

	str_copy_printable(value, text, sizeof text);
	buf_printf(out, "\"%s\"", text);
}

static void put_value(struct buf *out, enum form form, struct str value)
{
	uint32_t number;

	if (form == FORM_HIDDEN)
		buf_puts(out, "*");
	else if (form == FORM_TEXT)
		put_quoted(out, value);
	else if (form == FORM_ADDRESS && value.n == 4)
		buf_printf(out, "%u.%u.%u.%u", value.p[0], value.p[1], value.p[2], value.p[3]);
	else if (form == FORM_NUMBER && radius_number(value, &number))
		buf_printf(out, "%u", number);
	else
		put_hex(out, value);
}

/* Of other vendors nothing is known, so nothing is told: some of them hide keys. */
static void put_vendor(struct buf *out, struct str value)
{
	size_t n = value.n + 2;
	uint32_t vendor = 0;
	struct str inner;
	uint8_t type;

	if (!radius_vendor(&value, &vendor))
		vendor = 0;
	if (vendor != RADIUS_VENDOR_CISCO) {
		buf_printf(out, "Vendor, %-13u[26]  %-4zu*\n", vendor, n);
		return;
	}
	buf_printf(out, "Vendor, Cisco       [26]  %zu\n", n);
	while (value.n && radius_next(&value, &type, &inner)) {
		buf_printf(out, " %-18s [%u]%*s%-4zu", type == RADIUS_CISCO_AV_PAIR ? "Cisco AVpair" : "unsupported",
			   type, type > 9 ? 2 : 3, "", inner.n + 2);
		put_value(out, type == RADIUS_CISCO_AV_PAIR ? FORM_TEXT : FORM_HIDDEN, inner);
		buf_puts(out, "\n");
	}
}

static void put_attribute(struct buf *out, uint8_t type, struct str value)
{
	const char *name = "unsupported";
	enum form form = FORM_HIDDEN;
	char number[8];

	if (type == RADIUS_VENDOR) {
		put_vendor(out, value);
		return;
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].type == type) {
			name = names[i].name;
			form = names[i].form;
		}
	}
	snprintf(number, sizeof number, "[%u]", type);
	buf_printf(out, "%-19.19s %-6s%-4zu", name, number, value.n + 2);
	put_value(out, form, value);
	buf_puts(out, "\n");
}

void radius_show(struct buf *out, struct str packet)
{
	struct str left, value;
	uint8_t type;

	if (packet.n < RADIUS_HEADER)
		return;
	left = (struct str){ packet.p + RADIUS_HEADER, packet.n - RADIUS_HEADER };
	for (unsigned n = 0; n < ATTRIBUTES_MAX && left.n && radius_next(&left, &type, &value); n++)
		put_attribute(out, type, value);
}
