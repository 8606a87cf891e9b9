/* SPDX-License-Identifier: Apache-2.0
 *
 * radius.h: the packets of RADIUS (RFC 2865, 2866, 2869 section 5.14), without I/O. A client's: it writes requests and
 * reads replies. What is read is hostile: who does not know the key can put anything on the way. A reply is looked into
 * only when radius_check says that it is whole, answers this very request and was made with the key.
 */
#ifndef AAA_RADIUS_H
#define AAA_RADIUS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define RADIUS_HEADER       20
#define RADIUS_PACKET_MAX   4096
#define RADIUS_VALUE_MAX    253 /* bytes of an attribute */
#define RADIUS_PASSWORD_MAX 128
#define RADIUS_AUTH_SIZE    16

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11
};

enum radius_type {
	RADIUS_USER_NAME = 1,
	RADIUS_USER_PASSWORD = 2,
	RADIUS_CHAP_PASSWORD = 3,
	RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_NAS_PORT = 5,
	RADIUS_SERVICE_TYPE = 6,
	RADIUS_REPLY_MESSAGE = 18,
	RADIUS_STATE = 24,
	RADIUS_CLASS = 25,
	RADIUS_VENDOR = 26,
	RADIUS_SESSION_TIMEOUT = 27,
	RADIUS_IDLE_TIMEOUT = 28,
	RADIUS_CALLING_STATION_ID = 31,
	RADIUS_NAS_IDENTIFIER = 32,
	RADIUS_PROXY_STATE = 33,
	RADIUS_ACCT_STATUS_TYPE = 40,
	RADIUS_ACCT_DELAY_TIME = 41,
	RADIUS_ACCT_SESSION_ID = 44,
	RADIUS_ACCT_AUTHENTIC = 45,
	RADIUS_ACCT_SESSION_TIME = 46,
	RADIUS_EVENT_TIMESTAMP = 55,
	RADIUS_NAS_PORT_TYPE = 61,
	RADIUS_TUNNEL_PASSWORD = 69,
	RADIUS_PROMPT = 76,
	RADIUS_MESSAGE_AUTHENTICATOR = 80,
	RADIUS_NAS_PORT_ID = 87,
	RADIUS_NAS_IPV6_ADDRESS = 95
};
enum radius_service { RADIUS_LOGIN = 1, RADIUS_ADMINISTRATIVE = 6, RADIUS_NAS_PROMPT = 7 };
enum radius_port_type { RADIUS_PORT_ASYNC = 0, RADIUS_PORT_VIRTUAL = 5 };
#define RADIUS_VENDOR_CISCO  9
#define RADIUS_CISCO_AV_PAIR 1

/* --- requests --- */

/* What of a request its reply is measured by. */
struct radius_request {
	uint8_t code, id;
	uint8_t auth[RADIUS_AUTH_SIZE];
};

/* An attribute; one of more than RADIUS_VALUE_MAX bytes leaves E_TOOBIG in `b`. */
void radius_put(struct buf *b, enum radius_type type, struct str value);
void radius_put_number(struct buf *b, enum radius_type type, uint32_t value);
/* Hidden by the key and the Request Authenticator (RFC 2865 section 5.2). 0, E_TOOBIG or E_CRYPTO. */
int radius_put_password(struct buf *b, const struct radius_request *r, struct str key, struct str password);
/* The whole packet around attributes. An Access-Request begins with its Message-Authenticator; the Request
 * Authenticator of an Accounting-Request is computed (RFC 2866 section 3) and put into `r`. 0 or E_*. */
int radius_put_packet(struct buf *b, struct radius_request *r, struct str key, struct str attributes);

/* --- replies --- */

enum radius_flaw {
	RADIUS_GOOD,
	RADIUS_MALFORMED, /* lengths that do not add up */
	RADIUS_UNKNOWN,   /* an Identifier or a code that answers nothing */
	RADIUS_FORGED,    /* not made with the key, or for another request */
	RADIUS_UNSIGNED,  /* no Message-Authenticator where one must be */
	RADIUS_FLAWS
};
/* Is it a reply to `r`? `sign`: one to an Access-Request must have a Message-Authenticator; one that is there is always
 * checked. RADIUS_GOOD: *code and *attributes, which borrow from `datagram`. */
enum radius_flaw radius_check(struct str datagram, const struct radius_request *r, struct str key, bool sign,
			      uint8_t *code, struct str *attributes);
/* The next attribute; false at the end, and where it does not fit, which radius_check has seen. */
bool radius_next(struct str *attributes, uint8_t *type, struct str *value);
/* A value of four bytes. */
bool radius_number(struct str value, uint32_t *out);
/* Of a Vendor-Specific attribute: whose it is; the rest are attributes of his, where they are built as usual. */
bool radius_vendor(struct str *value, uint32_t *vendor);

#endif
