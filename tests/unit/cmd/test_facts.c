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
	{ CHAIN "key-hash ssh-xmss key1", NULL, NULL },
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
	{ "line vty 16384", NULL, NULL },
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
	/* What platforms have different defaults for is kept as it was stated. */
	{ IF, IF, "no ip directed-broadcast\nip directed-broadcast\nno ip route-cache\nno cdp enable\nno keepalive" },
	{ IF "no ip directed-broadcast\nno ip route-cache cef\nno ip route-cache distributed\nip route-cache flow",
	  "no ip directed-broadcast\nno ip route-cache cef\nno ip route-cache distributed\nip route-cache flow",
	  "no ip route-cache\nip route-cache" },
	{ IF "ip directed-broadcast\nip route-cache cef\nno ip route-cache flow",
	  "ip directed-broadcast\nip route-cache cef\nno ip route-cache flow", "no ip directed-broadcast" },
	{ IF "no ip directed-broadcast\ndefault ip directed-broadcast", IF, "no ip directed-broadcast" },
	{ IF "no ip route-cache\nno ip mroute-cache\nno keepalive\nno cdp enable\nno ip redirects\nno ip unreachables",
	  "no ip route-cache\nno ip mroute-cache\nno keepalive\nno cdp enable\nno ip redirects\nno ip unreachables",
	  NULL },
	{ IF "no ip route-cache\nip route-cache\nno ip mroute-cache\nip mroute-cache\nno cdp enable\ncdp enable", IF,
	  "no ip route-cache\nip route-cache\nno ip mroute-cache\nip mroute-cache\nno cdp enable\ncdp enable" },
	{ IF "keepalive 5", "keepalive 5", NULL },
	{ IF "no keepalive\nkeepalive", IF, "no keepalive\nkeepalive\nkeepalive 10" },
	{ IF "keepalive 10", IF, "keepalive\nkeepalive 10" },
	{ IF "crc 16", "crc 16", NULL },
	{ IF "crc 32", "crc 32", NULL },
	{ IF "crc 24", NULL, NULL },
	{ IF "encapsulation ppp", "encapsulation ppp", NULL },
	{ IF "encapsulation dot1Q 100 native", "encapsulation dot1Q 100 native", NULL },
	{ IF "encapsulation dot1q 100\nencapsulation hdlc", "encapsulation hdlc", "encapsulation dot1Q 100" },
	{ IF "encapsulation dot1Q 4095", NULL, NULL },
	{ IF "mtu 1400\nbandwidth 2048\nduplex full\nspeed 100", "mtu 1400\nbandwidth 2048\nduplex full\nspeed 100",
	  NULL },
	{ IF "speed 200", NULL, NULL },
	{ IF "no shutdown", IF, "no shutdown\nshutdown" },
	{ IF "shutdown\nno shutdown", IF, "no shutdown\nshutdown" },
	{ "interface GigabitEthernet0/1.100", "interface GigabitEthernet0/1.100", NULL },
	{ "interface Ethernet 0/0/03", "interface Ethernet0/0/3", NULL },
	{ "interface g0/1", "interface GigabitEthernet0/1", NULL },
	{ "interface te1/1", "interface TenGigabitEthernet1/1", NULL },
	{ "interface Serial0/0/0:23", "interface Serial0/0/0:23", NULL },
	{ "interface p1", NULL, NULL }, /* POS or Port-channel */
	{ "interface Port-channel1.5", "interface Port-channel1.5", NULL },
	{ "interface Null0", "interface Null0", NULL },
	{ "interface Null1", NULL, NULL },
	{ "interface Vlan4095", NULL, NULL },
	{ "interface Loopback0/1", NULL, NULL },
	{ "interface Ethernet0/0/0/0", NULL, NULL },
	{ "interface Ethernet0.1.2", NULL, NULL },
	{ "interface Ethernet0.", NULL, NULL },
	{ "interface Ethernet0/", NULL, NULL },
	{ "interface Ethernet99999999999999999999", NULL, NULL },
	{ "ip subnet-zero\nno ip classless\nno ip cef", "ip subnet-zero\nno ip classless\nno ip cef", NULL },
	{ "no ip subnet-zero\nip classless\nip cef", "no ip subnet-zero\nip classless\nip cef", NULL },
	{ "ip classless\ndefault ip classless", "hostname Router", "ip classless\nno ip classless" },
	{ "no ip domain-lookup", "no ip domain-lookup", NULL },
	{ "no ip domain-lookup\nip domain-lookup", "hostname Router", "no ip domain-lookup\nip domain-lookup" },
	{ "ip route 192.168.1.0 255.255.255.0 10.1.10.1", "ip route 192.168.1.0 255.255.255.0 10.1.10.1", NULL },
	{ "ip route 10.0.0.0 255.0.0.0 Ethernet 1/0", "ip route 10.0.0.0 255.0.0.0 Ethernet1/0", NULL },
	{ "ip route 10.0.0.0 255.0.0.0 e1/0 10.1.1.1 200 name far permanent tag 7",
	  "ip route 10.0.0.0 255.0.0.0 Ethernet1/0 10.1.1.1 200 name far permanent tag 7", NULL },
	{ "ip route 10.0.0.0 255.0.0.0 10.1.1.1 1", "ip route 10.0.0.0 255.0.0.0 10.1.1.1", NULL },
	{ "ip route 10.0.0.0 255.0.0.0 10.1.1.1\nip route 10.0.0.0 255.0.0.0 10.1.1.2 9\nip route 10.0.0.0 255.0.0.0 "
	  "Null0",
	  "ip route 10.0.0.0 255.0.0.0 10.1.1.1\nip route 10.0.0.0 255.0.0.0 10.1.1.2 9\n"
	  "ip route 10.0.0.0 255.0.0.0 Null0",
	  NULL },
	{ "ip route 10.0.0.0 255.0.0.0 10.1.1.1\nip route 10.0.0.0 255.0.0.0 10.1.1.2\n"
	  "no ip route 10.0.0.0 255.0.0.0 10.1.1.1",
	  "ip route 10.0.0.0 255.0.0.0 10.1.1.2", "ip route 10.0.0.0 255.0.0.0 10.1.1.1" },
	{ "ip route 10.0.0.0 255.0.0.0 10.1.1.1\nno ip route 10.0.0.0 255.0.0.0", NULL, NULL },
	{ "ip route 10.0.0.0 255.0.0.0", NULL, NULL },
	{ "ip route 10.0.0.0 255.0.0.0 10.1.1.1 256", NULL, NULL },
	{ "router ospf 1\nnetwork 0.0.0.0 255.255.255.255 area 0.0.0.0\nnetwork 10.0.0.0 0.255.255.255 area 12",
	  "router ospf 1\nnetwork 0.0.0.0 255.255.255.255 area 0.0.0.0\nnetwork 10.0.0.0 0.255.255.255 area 12", NULL },
	{ "router ospf 1\nno router ospf 1", "hostname Router", "router ospf 1" },
	{ "router ospf 1\nnetwork 0.0.0.0 255.255.255.255 area x", NULL, NULL },
	{ "router ospf 0", NULL, NULL },
	{ "map-list atm\nip 10.1.10.1 atm-vc 7 broadcast", "map-list atm\nip 10.1.10.1 atm-vc 7 broadcast", NULL },
	{ "map-list atm", "map-list atm", NULL },
	{ "controller e1 3/1\nchannel-group 0 timeslots 1\nchannel-group 1 timeslots 2-5,7",
	  "controller E1 3/1\nchannel-group 0 timeslots 1\nchannel-group 1 timeslots 2-5,7", NULL },
	{ "controller E1 3/1\nchannel-group 0 timeslots 32", NULL, NULL },
	{ "controller E1 3/1\nchannel-group 31 timeslots 1", NULL, NULL },
	{ "controller E1 x", NULL, NULL },
	{ "redundancy", "redundancy", "main-cpu" },
	{ "redundancy\nmain-cpu", "redundancy\nmain-cpu", NULL },
	{ "redundancy\nmain-cpu\nauto-sync startup-config", "redundancy\nmain-cpu\nauto-sync startup-config", NULL },
	{ "redundancy\nmain-cpu\nauto-sync startup-config\nno redundancy", "hostname Router",
	  "redundancy\nmain-cpu\nauto-sync startup-config" },
	{ "redundancy\nmain-cpu\nauto-sync startup-config\nredundancy\nno main-cpu", "redundancy", "main-cpu" },
	{ "no cdp run", "no cdp run", NULL },
	{ "no cdp run\ncdp run", "hostname Router", "no cdp run\ncdp run" },
	{ "scheduler max-task-time 5000", "scheduler max-task-time 5000", NULL },
	{ "no scheduler max-task-time", "no scheduler max-task-time", NULL },
	{ "no scheduler max-task-time\ndefault scheduler max-task-time", "hostname Router",
	  "no scheduler max-task-time" },
	{ "no exception linecard slot 0 sqe-registers\nexception linecard slot 6 sqe-registers",
	  "no exception linecard slot 0 sqe-registers\nexception linecard slot 6 sqe-registers", NULL },
	{ "exception linecard slot 0 sqe-registers\nno exception linecard slot 0 sqe-registers",
	  "no exception linecard slot 0 sqe-registers", "exception linecard slot 0 sqe-registers" },
	{ "no exception linecard slot 0 sqe-registers\ndefault exception linecard slot 0 sqe-registers",
	  "hostname Router", "no exception linecard slot 0 sqe-registers" },
	{ "no exception linecard slot 16 sqe-registers", NULL, NULL },
	{ "tacacs-server host 192.168.109.216 port 9000\ntacacs-server key cisco",
	  "tacacs-server host 192.168.109.216 port 9000\ntacacs-server key cisco", NULL },
	{ "tacacs-server host h single-connection port 49 timeout 3 key a b",
	  "tacacs-server host h single-connection timeout 3 key a b", NULL },
	{ "tacacs-server key 7 094F", "tacacs-server key 7 094F", NULL },
	{ "tacacs-server key 0 7", "tacacs-server key 0 7", NULL },
	{ "tacacs-server key x\nno tacacs-server key", "hostname Router", "tacacs-server key x" },
	{ "tacacs-server host", NULL, NULL },
	{ "radius-server host 192.168.109.216 auth-port 1650 acct-port 1651 key cisco",
	  "radius-server host 192.168.109.216 auth-port 1650 acct-port 1651 key cisco", NULL },
	{ "radius-server host h", "radius-server host h auth-port 1645 acct-port 1646", NULL },
	{ "radius-server host h\nradius-server host h auth-port 1812 acct-port 1813\nno radius-server host h",
	  "radius-server host h auth-port 1812 acct-port 1813", "radius-server host h auth-port 1645 acct-port 1646" },
	{ "radius-server key cisco", "radius-server key cisco", NULL },
	{ "aaa authentication login default tacacs+ local", "aaa authentication login default tacacs+ local", NULL },
	{ "aaa authentication login default radius", "aaa authentication login default radius", NULL },
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
