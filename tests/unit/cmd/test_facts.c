/* SPDX-License-Identifier: Apache-2.0
 *
 * test_facts.c: what IOS's documents say of a command holds: the line it takes, the line it shows, the line it refuses.
 */
#include "table/bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The last of `typed` is refused if `shown` is NULL; else each line of `shown` is one of running-config, and none of
 * `absent`. Indents do not count. */
struct fact {
	const char *typed, *shown, *absent;
};

#define IF    "interface Ethernet1/0\n"
#define CHAIN "ip ssh pubkey-chain\nusername user1\n"

static const struct fact facts[] = {
	{ "hostname host1", "hostname host1", NULL },
	{ "hostname cisco7200", "hostname cisco7200", NULL },
	{ "hostname cisco 7200", NULL, NULL },
	{ "hostname R2\nno hostname", "hostname Router", NULL },
	{ "ip domain-name example.com", "ip domain-name example.com", NULL },
	{ "ip domain name name1", "ip domain-name name1", "ip domain name name1" },
	{ "username superuser privilege 2 password 0 superpassword",
	  "username superuser privilege 2 password 0 superpassword", NULL },
	{ "username superuser password 7 094F471A1A0A", "username superuser password 7 094F471A1A0A", NULL },
	{ "username samplename privilege 15 password password1",
	  "username samplename privilege 15 password 0 password1", NULL },
	{ "username a privilege 1 password 0 x", "username a password 0 x", NULL },
	{ "username b secret 5 $1$x\nusername b privilege 14", "username b privilege 14 secret 5 $1$x", NULL },
	{ "username b secret 5 $1$x\nusername b password 7 00", "username b password 7 00", NULL },
	{ "username samplename password x\nno username samplename", "hostname Router",
	  "username samplename password 0 x" },
	{ "username x privilege 16", NULL, NULL },
	{ "enable password password", "enable password password", NULL },
	{ "enable password 7 094F", "enable password 7 094F", NULL },
	{ "enable secret level 3 5 $1$x", "enable secret level 3 5 $1$x", NULL },
	{ "enable secret 5 a\nenable password b", "enable secret 5 a\nenable password b", NULL },
	{ "enable secret 5 a\nenable secret level 2 5 b\nno enable secret", "enable secret level 2 5 b",
	  "enable secret 5 a" },
	{ "banner login #Authorized users only#", "banner login ^CAuthorized users only^C", NULL },
	{ "ip ssh timeout 30", "ip ssh time-out 30", "ip ssh timeout 30" },
	{ "ip ssh time-out 120", "hostname Router", "ip ssh time-out 120" },
	{ "ip ssh time-out 12\nno ip ssh time-out", "hostname Router", "ip ssh time-out 12" },
	{ "ip ssh timeout 121", NULL, NULL },
	{ "ip ssh authentication-retries 2", "ip ssh authentication-retries 2", NULL },
	{ "ip ssh authentication-retries 5", "ip ssh authentication-retries 5", NULL },
	{ "ip ssh authentication-retries 3", "hostname Router", "ip ssh authentication-retries 3" },
	{ "ip ssh authentication-retries 6", NULL, NULL },
	{ "ip ssh", NULL, NULL },
	{ "ip ssh version 1", "ip ssh version 1", NULL },
	{ "ip ssh version 2\nno ip ssh version", "hostname Router", "ip ssh version 2" },
	{ "ip ssh version", NULL, NULL },
	{ "ip ssh version 3", NULL, NULL },
	{ "ip ssh rsa keypair-name sshkeys", "ip ssh rsa keypair-name sshkeys", NULL },
	{ "ip ssh min dh size 2048", NULL, NULL },
	{ "ip ssh pubkey-chain", "hostname Router", "ip ssh pubkey-chain" },
	{ CHAIN, "ip ssh pubkey-chain\nusername user1", NULL },
	{ CHAIN "key-hash ssh-rsa key1", "key-hash ssh-rsa key1", NULL },
	{ CHAIN "key-hash ssh-rsa 83D9C8976CF994C80FFBCA704C9FCD90 user1@host",
	  "key-hash ssh-rsa 83D9C8976CF994C80FFBCA704C9FCD90 user1@host", NULL },
	{ CHAIN "key-hash ssh-dss key1", NULL, NULL },
	{ CHAIN "key-hash ssh-rsa a\nkey-hash ssh-rsa b\nkey-hash ssh-rsa c", NULL, NULL },
	{ "ip ssh pubkey-chain\nusername u1\nusername u2\nusername u3\nusername u4\nusername u5\nusername u6\nusername "
	  "u7\n"
	  "username u8\nusername u9\nusername u10\nusername u11",
	  NULL, NULL },
	{ CHAIN "key-hash ssh-rsa a\nip ssh pubkey-chain\nno username user1", "hostname Router",
	  "ip ssh pubkey-chain" },
	{ "ip ssh pubkey-chain\nserver s\nkey-hash ssh-rsa a\nno ip ssh pubkey-chain", "hostname Router",
	  "ip ssh pubkey-chain" },
	{ "line con 0\nexec-timeout 0 0\nlogin authentication aaa7200kw\ntransport input none",
	  "line con 0\nexec-timeout 0 0\nlogin authentication aaa7200kw\ntransport input none", NULL },
	{ "line con 0\nexec-timeout 5", "exec-timeout 5 0", NULL },
	{ "line vty 0 4\nexec-timeout 10 0", "line vty 0 4", "exec-timeout 10 0" },
	{ "line aux 0\ntransport input all", "line aux 0\ntransport input all", NULL },
	{ "line vty 0 4\npassword password", "line vty 0 4\npassword password", NULL },
	{ "line vty 0 4\ntransport input ssh telnet", "transport input telnet ssh", NULL },
	{ "line vty 0 4\ntransport input ssh\ntransport input telnet", "transport input telnet", NULL },
	{ "line vty 0 4\ntransport input none ssh", NULL, NULL },
	{ "line vty 0 4\nlogin", "login", NULL },
	{ "line vty 0 4\nlogin local", "login local", "login" },
	{ "line vty 0 4\nlogin local\nno login", "no login", "login local" },
	{ "line vty 0 4\nno login\ndefault login", "line vty 0 4", "no login" },
	{ "line vty 0 4\nlogin authentication default", "login authentication default", NULL },
	{ "line vty 0 4\npassword x\nno line vty 0 4", "line vty 0 4", "password x" },
	{ "line vty 5\npassword x\nno line vty 5", "line vty 0 4", "line vty 5" },
	{ "line vty 16", NULL, NULL },
	{ "ip host h 10.0.0.1 10.0.0.2", "ip host h 10.0.0.1 10.0.0.2", NULL },
	{ "ip host h 10.0.0.1 10.0.0.2\nno ip host h 10.0.0.1", "ip host h 10.0.0.2", NULL },
	{ "ip host h 10.0.0.1\nno ip host h 10.0.0.1", "hostname Router", "ip host h 10.0.0.1" },
	{ "ip host h 10.0.0.1 10.0.0.2\nip host h 10.0.0.3", "ip host h 10.0.0.3", NULL },
	{ "ip host h 10.0.0.1 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8", NULL, NULL },
	{ IF "ip address 192.168.110.2 255.255.255.0 secondary\nip address 192.168.109.2 255.255.255.0",
	  "interface Ethernet1/0\nip address 192.168.110.2 255.255.255.0 secondary\n"
	  "ip address 192.168.109.2 255.255.255.0",
	  "no ip address" },
	{ IF, "interface Ethernet1/0\nno ip address", "shutdown" },
	{ IF "ip address 10.0.0.2 255.0.0.0 secondary", "ip address 10.0.0.2 255.0.0.0 secondary", "no ip address" },
	{ IF "ip address 10.0.0.1 255.0.0.0\nip address 10.0.0.2 255.0.0.0 secondary\nno ip address", "no ip address",
	  "ip address 10.0.0.1 255.0.0.0\nip address 10.0.0.2 255.0.0.0 secondary" },
	{ IF "ip address 10.0.0.1 255.0.0.0\nno ip address 10.0.0.2 255.0.0.0 secondary",
	  "ip address 10.0.0.1 255.0.0.0", NULL },
	{ IF "ip address 10.0.0.1 255.0.255.0", NULL, NULL },
	{ IF "no ip proxy-arp\nshutdown", "no ip proxy-arp\nshutdown", NULL },
	{ IF "no ip proxy-arp\nip proxy-arp\nshutdown\nno shutdown", IF, "no ip proxy-arp\nshutdown" },
	{ "int Gi 0/1", "interface GigabitEthernet0/1", NULL },
	{ "int loopback0\nno interface Lo 0", "hostname Router", "interface Loopback0" },
	{ "interface ATM0/0\ninterface POS1/0\ninterface Serial2/0\ninterface Vlan1",
	  "interface ATM0/0\ninterface POS1/0\ninterface Serial2/0\ninterface Vlan1", NULL },
	{ "aaa new-model", "aaa new-model", NULL },
	{ "aaa authentication login default local enable none", "aaa authentication login default local enable none",
	  NULL },
	{ "aaa authentication login default local\naaa authentication login default enable line",
	  "aaa authentication login default enable line", NULL },
	{ "aaa authentication login aaa7200kw none", "aaa authentication login aaa7200kw none", NULL },
	{ "aaa authentication login default", NULL, NULL },
	{ "aaa authentication login default local enable line none local-case", NULL, NULL },
};

static bool has_line(const char *text, const char *line, size_t n)
{
	while (*text) {
		const char *start = text + strspn(text, " ");
		size_t len = strcspn(start, "\n");

		if (len == n && !memcmp(start, line, n))
			return true;
		text = start + len + (start[len] == '\n');
	}
	return false;
}

static void expect_lines(const struct fact *f, const char *text, const char *lines, bool there)
{
	for (const char *l = lines; l && *l; l += strcspn(l, "\n") + (l[strcspn(l, "\n")] == '\n'))
		if (has_line(text, l, strcspn(l, "\n")) != there)
			fail_msg("after\n%s\n%s \"%s\":\n%s", f->typed, there ? "no" : "still", l, text);
}

/* Types the lines; the last one's result. */
static int type_lines(struct bed *b, const char *lines)
{
	char *copy = strdup(lines), *save = NULL;
	int rc = 0;

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (rc < 0)
			fail_msg("refused: %s before \"%s\" in\n%s", bed_error(b, 0), l, lines);
		rc = bed_type(b, l, NULL);
	}
	free(copy);
	return rc;
}

static void every_fact_holds(void **state)
{
	for (const struct fact *f = facts; f < facts + sizeof facts / sizeof *facts; f++) {
		struct bed b;
		int rc;

		bed_init(&b);
		rc = type_lines(&b, f->typed);
		if (rc < 0 && f->shown)
			fail_msg("refused: %s%s", f->typed, bed_error(&b, 0));
		if (rc == 0 && !f->shown)
			fail_msg("taken: %s", f->typed);
		expect_lines(f, bed_show(&b, false), f->shown, true);
		expect_lines(f, bed_show(&b, false), f->absent, false);
		bed_release(&b);
	}
}

static void limits_name_themselves(void **state)
{
	struct bed b;

	bed_init(&b);
	type_lines(&b,
		   CHAIN "exit\nusername 2\nexit\nusername 3\nexit\nusername 4\nexit\nusername 5\nexit\nusername 6\n"
			 "exit\nusername 7\nexit\nusername 8\nexit\nusername 9\nexit\nusername 10\nexit\nusername 11");
	assert_string_equal(bed_error(&b, 0), "% At most 10 users are allowed\n");
	bed_release(&b);
	bed_init(&b);
	type_lines(&b, CHAIN "key-hash ssh-rsa a\nkey-hash ssh-rsa b\nkey-hash ssh-rsa c");
	assert_string_equal(bed_error(&b, 0), "% At most 2 keys are allowed\n");
	assert_non_null(strstr(bed_show(&b, false), "ssh-rsa b"));
	assert_null(strstr(bed_show(&b, false), "ssh-rsa c"));
	bed_release(&b);
}

/* A file is loaded as one transaction: a bad line goes, the others stay. */
static void a_failed_line_leaves_a_batch_as_it_was(void **state)
{
	static const char *const lines[] = { "ip ssh pubkey-chain", "username user1", "key-hash ssh-rsa a",
					     "key-hash ssh-rsa b", "key-hash ssh-rsa c" };
	struct errbuf e = { "" };
	struct bed b;
	struct txn *t;
	size_t before;
	int rc = 0;

	bed_init(&b);
	t = model_begin(b.model);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		before = txn_changes(t);
		assert_int_equal(cmd_parse(b.set, &b.place, 15, str_of(lines[i]), &b.arena, &b.match, &b.err), 0);
		rc = cmd_apply(b.set, &b.match, t, &b.place, &b.err);
	}
	assert_int_equal(rc, E_LIMIT);
	assert_int_equal(txn_changes(t), before);
	assert_int_equal(txn_commit(t, &e), 0);
	assert_non_null(strstr(bed_show(&b, false), "ssh-rsa b"));
	assert_null(strstr(bed_show(&b, false), "ssh-rsa c"));
	bed_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_holds),
		cmocka_unit_test(limits_name_themselves),
		cmocka_unit_test(a_failed_line_leaves_a_batch_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
