/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever a server does to its connections, by TACACS+ or by RADIUS over TLS (whose TLS is left out here), each
 * question core has asked ends once, with a pass only if an accept of this very question came; core hears nothing of
 * one that is over, and nothing it would not take; the server never gets two requests that it cannot tell apart; and
 * nothing is left behind.
 *
 * Input: a byte (1: RADIUS; 2: sign, or single-connection; 4: core gives up on what is left, else it ends by itself; 8:
 * packets are told), then operations: a byte (its low three bits: enum operation; the next four: which one of them; the
 * highest: the next one happens before the asker has seen this) and what the operation needs.
 */
#include "aaa_server.h"
#include "asker/asker_question.h"
#include "base/random.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OPTION_RADIUS = 1, OPTION_TERMS = 2, OPTION_ABORT = 4, OPTION_WATCHED = 8 };
enum operation { ASK, SOCKET, REPLY, RAW_BYTES, CLOSE, ANSWER, ABORT, AGAIN };
enum { ASKED_MAX = 24, SEEN_MAX = 128, PEERS_OF_SOCKETS = 40, PEERS_MAX = PEERS_OF_SOCKETS + 2 * ASKED_MAX };
enum { WANTS_MAX = 2, NOTES_MAX = 512 }; /* core's */

/* A question; its id is the number of the place it has. */
struct asked {
	bool over, passed, wants, prompted, may_pass;
	unsigned n_wants, notes;
	unsigned request; /* 1 + the place of the last of its requests that the server has */
};
/* A request the server has. */
struct seen {
	unsigned peer, asked;
	bool answered;
	struct radius_request radius;
	struct tacacs_header tacacs;
};
/* The server's end of a connection. */
struct peer {
	int fd;
	bool ended;
	bool lied; /* what the asker makes of it is not foreseen any more */
	struct buf in;
};

static struct {
	uint8_t options;
	unsigned n_asked, n_seen, n_peers;
	struct asked asked[ASKED_MAX];
	struct seen seen[SEEN_MAX];
	struct peer peers[PEERS_MAX];
	bool behind; /* the asker has not seen everything */
	uint32_t random;
} run;
static struct ipc_channel core;

/* Instead of the kernel's: Identifiers meet often, everything else never, sessions not even when tacacs_misfit was at
 * them, and a finding is one again. */
int random_bytes(void *to, size_t n)
{
	uint8_t *p = to;

	run.random++;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i < 4 ? run.random << 8 >> 8 * i : i);
	if (n == 1)
		p[0] = run.random & 3;
	return 0;
}

static bool by_radius(void)
{
	return run.options & OPTION_RADIUS;
}

/* --- what the server gets --- */

static void saw(const struct seen *new)
{
	struct asked *a;

	require(new->asked < run.n_asked);
	for (unsigned i = 0; by_radius() && i < run.n_seen; i++)
		require(run.seen[i].answered || run.seen[i].peer != new->peer ||
			run.seen[i].radius.id != new->radius.id);
	if (run.n_seen == SEEN_MAX)
		return;
	a = &run.asked[new->asked];
	a->may_pass = false;
	run.seen[run.n_seen++] = *new;
	a->request = run.n_seen;
}

static unsigned number_in(struct str user)
{
	char text[16], *digits;

	require(str_copy(user, text, sizeof text));
	digits = strpbrk(text, "0123456789");
	require(digits != NULL);
	return (unsigned)strtoul(digits, NULL, 10);
}

static size_t take_radius(unsigned peer, struct str in)
{
	struct seen new = { .peer = peer };
	struct str left, value;
	uint8_t type = 0;
	size_t n;

	if (in.n < RADIUS_HEADER)
		return 0;
	n = (size_t)in.p[2] << 8 | in.p[3];
	require(n >= RADIUS_HEADER && n <= RADIUS_PACKET_MAX);
	if (in.n < n)
		return 0;
	new.radius.code = in.p[0];
	new.radius.id = in.p[1];
	memcpy(new.radius.auth, in.p + 4, RADIUS_AUTH_SIZE);
	left = (struct str){ in.p + RADIUS_HEADER, n - RADIUS_HEADER };
	while (type != RADIUS_USER_NAME)
		require(radius_next(&left, &type, &value));
	new.asked = number_in(value);
	saw(&new);
	return n;
}

/* The user of a request that begins a session. */
static struct str user_of(const struct tacacs_header *h, const uint8_t *body)
{
	size_t fixed = h->type == TACACS_ACCT ? 9 : 8, args = h->type == TACACS_AUTHEN ? 0 : body[fixed - 1];

	return (struct str){ body + fixed + args, body[h->type == TACACS_ACCT ? 5 : 4] };
}

static unsigned session_of(uint32_t session)
{
	for (unsigned i = run.n_seen; i > 0; i--) {
		if (run.seen[i - 1].tacacs.session == session)
			return run.seen[i - 1].asked;
	}
	return ASKED_MAX;
}

static size_t take_tacacs(unsigned peer, struct str in)
{
	struct seen new = { .peer = peer };
	uint8_t body[1024];
	size_t n;

	if (!tacacs_get_header(in, &new.tacacs) || in.n < TACACS_HEADER + (size_t) new.tacacs.length)
		return 0;
	n = new.tacacs.length;
	require(n >= 5 && n <= sizeof body);
	memcpy(body, in.p + TACACS_HEADER, n);
	require(tacacs_hide(&new.tacacs, STR(KEY), body, n) == 0);
	new.asked = new.tacacs.seq == 1 ? number_in(user_of(&new.tacacs, body)) : session_of(new.tacacs.session);
	if (new.asked < ASKED_MAX)
		saw(&new);
	return TACACS_HEADER + n;
}

static void read_peer(unsigned number)
{
	struct peer *p = &run.peers[number];
	uint8_t bytes[4096];
	ssize_t got;
	size_t n;

	while ((got = recv(p->fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
		buf_put(&p->in, bytes, (size_t)got);
	while ((n = by_radius() ? take_radius(number, buf_str(&p->in)) : take_tacacs(number, buf_str(&p->in))))
		buf_consume(&p->in, n);
}

/* --- what core hears --- */

static struct asked *told(uint32_t id)
{
	require(id < run.n_asked && !run.asked[id].over);
	return &run.asked[id];
}

static void on_prompt(struct str body)
{
	struct ipc_msg_QUERY_PROMPT m;
	struct asked *a;

	require(ipc_get_QUERY_PROMPT(body, &m));
	a = told(m.id);
	require(!a->prompted && m.asked >= AAA_GETDATA && m.asked <= AAA_GETPASS);
	require_text(m.text);
	a->prompted = true;
}

static void on_note(struct str body)
{
	struct ipc_msg_QUERY_NOTE m;

	require(ipc_get_QUERY_NOTE(body, &m));
	require(m.flaw < RADIUS_FLAWS && told(m.id)->notes++ < NOTES_MAX);
	require_text(m.text);
}

static void on_result(struct str body)
{
	struct ipc_msg_QUERY_RESULT m;
	struct asked *a;

	require(ipc_get_QUERY_RESULT(body, &m));
	a = told(m.id);
	require(m.outcome > AAA_ASKS && m.outcome <= AAA_ABSENT && m.echo.n <= AAA_ECHO_MAX);
	require(m.outcome != AAA_YES || a->may_pass);
	require(!str_is(m.why, err_text(E_BUSY)));
	require_text(m.text);
	require_text(m.why);
	*a = (struct asked){ .over = true, .passed = m.outcome == AAA_YES };
}

static void on_want(struct str body)
{
	struct ipc_msg_QUERY_WANT m;
	struct asked *a;

	require(ipc_get_QUERY_WANT(body, &m));
	a = told(m.id);
	require(!a->wants && a->n_wants++ < WANTS_MAX);
	a->wants = true;
}

static void hear(void)
{
	static void (*const on[IPC_TYPES])(struct str body) = {
		[IPC_QUERY_PROMPT] = on_prompt,
		[IPC_QUERY_NOTE] = on_note,
		[IPC_QUERY_RESULT] = on_result,
		[IPC_QUERY_WANT] = on_want,
	};
	struct ipc_record r;
	int rc;

	while ((rc = ipc_recv(&core, PH_ANY, 0, &r)) == 0) {
		require(on[r.type] != NULL);
		on[r.type](r.body);
		ipc_record_release(&r);
	}
	require(rc == E_AGAIN);
}

/* The asker does what there is to do, as its loop does. */
static void turn(void)
{
	struct pollfd fds[PEERS_MAX];
	nfds_t n;
	int busy = 1;

	for (int round = 0; round < 8 && busy > 0; round++) {
		n = asker_server.speaks->poll(fds, PEERS_MAX);
		busy = poll(fds, n, 0);
		for (nfds_t i = 0; busy > 0 && i < n; i++) {
			if (fds[i].revents)
				asker_server.speaks->ready(&fds[i]);
		}
		for (unsigned i = 0; i < run.n_peers; i++)
			read_peer(i);
		hear();
	}
	run.behind = false;
}

/* --- what the server sends --- */

static bool feed(struct peer *p, struct str bytes)
{
	return !p->ended && send(p->fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)bytes.n;
}

static void end_peer(struct peer *p)
{
	p->ended = true;
	shutdown(p->fd, SHUT_WR);
}

static void flaw_radius(uint8_t *packet, uint8_t how)
{
	if (how >= RAW)
		packet[(const uint8_t[]){ 0, 1, 3, 5 }[how & 3]] ^=
		    (uint8_t)(1 << (how & 7)); /* of code, Identifier, length, authenticator */
}

static bool make_reply(struct buf *out, const struct seen *to, uint8_t how, struct str body)
{
	struct tacacs_header h = to->tacacs;

	if (by_radius()) {
		radius_reply(out, &to->radius, (uint8_t)((how & 0xf0) | ((how & 15) == SIGNED ? SIGNED : BARE)), body);
		flaw_radius(out->data, how & 15);
		return (how & 15) == SIGNED ||
		       ((how & 15) == BARE && (!asker_server.sign || to->radius.code != RADIUS_ACCESS_REQUEST));
	}
	h.seq++;
	h.length = (uint32_t)body.n;
	tacacs_misfit(&h, how);
	tacacs_put_header(out, &h);
	buf_put(out, body.p, body.n);
	if (body.n)
		require(tacacs_hide(&h, STR(KEY), out->data + TACACS_HEADER, body.n) == 0);
	return how == 0;
}

static bool accepts(const struct seen *to, uint8_t how, struct str body)
{
	if (by_radius())
		return how >> 4 ==
		       (to->radius.code == RADIUS_ACCESS_REQUEST ? RADIUS_ACCESS_ACCEPT : RADIUS_ACCOUNTING_RESPONSE);
	if (to->tacacs.type == TACACS_ACCT)
		return body.n > 4 && body.p[4] == TACACS_ACCT_SUCCESS;
	return body.n &&
	       (body.p[0] == TACACS_PASS || (to->tacacs.type == TACACS_AUTHOR && body.p[0] == TACACS_PASS_REPL));
}

/* Nothing is in it but its status. */
static bool is_plain(const struct seen *to, struct str body)
{
	bool record = to->tacacs.type == TACACS_ACCT;

	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] && i != (record ? 4 : 0))
			return false;
	}
	return body.n == (by_radius() ? 0 : record ? 5 : 6);
}

/* One that was sent anew, by another connection, is the same. */
static struct seen *sent_by(struct seen *to, const struct peer *by)
{
	const struct asked *a = &run.asked[to->asked];
	struct seen *last = a->request ? &run.seen[a->request - 1] : to;

	if (by == &run.peers[last->peer] && memcmp(&last->radius, &to->radius, sizeof to->radius) == 0 &&
	    memcmp(&last->tacacs, &to->tacacs, sizeof to->tacacs) == 0)
		return last;
	return to;
}

/* In one piece or two. What is good, answers what is asked last, and comes alone, cannot be without effect. */
static void reply(struct seen *to, struct peer *by, uint8_t how, uint8_t cut, struct str body)
{
	struct asked *a = &run.asked[to->asked];
	bool own = by == &run.peers[to->peer], current = a->request == (unsigned)(to - run.seen) + 1;
	bool due = own && current && !to->answered && !a->over && !by->lied && !by->ended && !run.behind, made, fed;
	struct buf out;
	struct str all;

	buf_init(&out, 0);
	made = make_reply(&out, to, how, body);
	a->may_pass |= made && own && current && !a->over && accepts(to, how, body);
	to->answered |= own;
	by->lied |= !made || !own || !current;
	all = buf_str(&out);
	cut = cut < all.n ? cut : 0;
	if (cut && feed(by, (struct str){ all.p, cut }))
		turn();
	fed = feed(by, (struct str){ all.p + cut, all.n - cut });
	require(fed || !due || !made || a->wants);
	if (due && made && fed) {
		turn();
		require(a->over || a->prompted);
		require(a->passed || !accepts(to, how, body) || !is_plain(to, body));
	}
	buf_release(&out);
}

/* With some zeroes behind them. */
static void raw(unsigned number, struct str bytes, uint8_t zeroes)
{
	static const uint8_t zero[64];
	struct peer *p = &run.peers[number];

	for (unsigned i = 0; i < run.n_seen; i++)
		run.seen[i].answered |= run.seen[i].peer == number;
	p->lied = true;
	feed(p, bytes);
	for (unsigned n = 0; n < zeroes; n++)
		feed(p, (struct str){ zero, sizeof zero });
}

/* --- what core says --- */

static void ask(uint8_t kind)
{
	struct ipc_msg_QUERY m = { .kind = kind % AAA_KINDS,
				   .record = AAA_RECORD_START,
				   .port = STR("tty2"),
				   .address = STR("192.0.2.1"),
				   .secret = STR("x"),
				   .watched = (run.options & OPTION_WATCHED) != 0 };
	char user[16];

	if (run.n_asked == ASKED_MAX)
		return;
	snprintf(user, sizeof user, "u%u", run.n_asked);
	m.user = str_of(user);
	m.level = (uint8_t)run.n_asked; /* by RADIUS, it is the name of who wants it */
	m.id = run.n_asked++;
	asker_server.speaks->query(&m);
}

/* Core may give one when the question is over already. */
static struct peer *give(uint32_t id)
{
	const struct ipc_msg_QUERY_SOCKET m = { id, STR("\x7f\0\0\1") };
	struct peer *p = &run.peers[run.n_peers];
	int pair[2];

	run.asked[id].wants = false;
	require(run.n_peers < PEERS_MAX && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	run.n_peers++;
	*p = (struct peer){ .fd = pair[0] };
	buf_init(&p->in, 0);
	asker_server.speaks->socket(&m, &pair[1]);
	if (pair[1] >= 0)
		close(pair[1]);
	return p;
}

static void answer(uint32_t id, bool abort)
{
	run.asked[id].prompted = false;
	if (abort)
		run.asked[id] = (struct asked){ .over = true };
	asker_server.speaks->answer(&(struct ipc_msg_QUERY_ANSWER){ id, abort, abort ? STR("") : STR("answer") });
}

static bool may(enum operation o, const struct asked *a)
{
	switch (o) {
	case SOCKET:
		return (a->wants || a->over) && run.n_peers < PEERS_OF_SOCKETS;
	case ANSWER:
		return a->prompted;
	default:
		return !a->over;
	}
}

/* The n-th of the questions it can be about. */
static uint32_t choose(enum operation o, unsigned n)
{
	unsigned there = 0;

	for (uint32_t id = 0; id < run.n_asked; id++)
		there += may(o, &run.asked[id]);
	n = there ? n % there : 0;
	for (uint32_t id = 0; id < run.n_asked && there; id++) {
		if (may(o, &run.asked[id]) && n-- == 0)
			return id;
	}
	return ASKED_MAX;
}

/* --- a run --- */

static struct str take_bytes(struct cur *c)
{
	size_t n = cur_u8(c);

	return cur_take(c, n < c->n ? n : c->n);
}

static void of_server(enum operation o, unsigned n, struct cur *c)
{
	uint8_t how, where, cut;
	struct peer *by;

	if (o == REPLY) {
		how = cur_u8(c);
		where = cur_u8(c);
		cut = cur_u8(c);
		if (where && run.behind) /* what was sent anew must be known to be so */
			turn();
		if (run.n_seen) {
			n %= run.n_seen;
			by = &run.peers[(run.seen[n].peer + where) % run.n_peers];
			reply(sent_by(&run.seen[n], by), by, how, cut, take_bytes(c));
		}
	} else if (run.n_peers && o == RAW_BYTES) {
		how = cur_u8(c);
		raw(n % run.n_peers, take_bytes(c), how);
	} else if (run.n_peers) {
		end_peer(&run.peers[n % run.n_peers]);
	}
}

static void of_core(enum operation o, unsigned n)
{
	uint32_t id = o == ASK ? 0 : choose(o, n);

	if (o == ASK)
		ask((uint8_t)n);
	else if (id == ASKED_MAX)
		return;
	else if (o == SOCKET)
		give(id);
	else if (o == AGAIN)
		asker_server.speaks->again(id);
	else
		answer(id, o == ABORT);
}

static void operate(struct cur *c)
{
	uint8_t op = cur_u8(c);
	enum operation o = op & 7;

	if (o >= REPLY && o <= CLOSE)
		of_server(o, op >> 3 & 15, c);
	else
		of_core(o, op >> 3 & 15);
	hear();
	if (op & 0x80)
		run.behind = true;
	else
		turn();
}

/* Connections are made and end at once, until nobody waits for one. */
static void let_end(void)
{
	for (uint32_t id = 0; id < run.n_asked; id++) {
		if (run.options & OPTION_ABORT && !run.asked[id].over)
			answer(id, true);
		if (run.asked[id].prompted)
			answer(id, false);
		hear();
		if (run.asked[id].wants)
			end_peer(give(id));
		turn();
	}
}

/* The asker has closed its end of each. */
static void finish(void)
{
	struct pollfd none;
	struct peer *p;
	uint8_t byte;

	turn();
	for (unsigned i = 0; i < run.n_peers; i++)
		end_peer(&run.peers[i]);
	turn();
	for (int round = 0; round <= WANTS_MAX; round++)
		let_end();
	for (unsigned i = 0; i < run.n_asked; i++)
		require(run.asked[i].over);
	require(asker_server.speaks->poll(&none, 1) == 0 && asker_radsec_taken() == 0);
	for (p = run.peers; p < run.peers + run.n_peers; p++) {
		require(recv(p->fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET);
		close(p->fd);
		buf_release(&p->in);
	}
}

static void prepare(void)
{
	int pair[2];

	require(ipc_pair(pair) == 0 && ipc_channel_init(&core, pair[0], FROM_ASKER, false) == 0 &&
		ipc_channel_init(&asker_core, pair[1], FROM_CORE_TO_ASKER, false) == 0);
	buf_init(&asker_server.key, 0);
	buf_puts(&asker_server.key, KEY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur c = cur_of((struct str){ data, size });

	if (!core.fd)
		prepare();
	memset(&run, 0, sizeof run);
	run.options = cur_u8(&c);
	asker_server.speaks = by_radius() ? &asker_radsec : &asker_tacacs;
	asker_server.sign = asker_server.single = run.options & OPTION_TERMS;
	while (c.n && !c.bad)
		operate(&c);
	finish();
	return 0;
}
