# SPDX-License-Identifier: Apache-2.0
"""The server of tests/peers speaks RFC 8907 and not merely what our client expects: other people's programs, which know
nothing of either, agree with it and with what a device sends. Authen::TacacsPlus (a client) logs in at it; scapy reads
its packets; tshark reads, with the key, what went between a device and it."""

import re
import subprocess

import pytest

import lab as laboratory
import tacacs
import tacacs_server as wire
from tacacs import LEVEL

PERL = """
use Authen::TacacsPlus;
my ($port, $user, $password, $type) = @ARGV;
my $tac = Authen::TacacsPlus->new(Host => "127.0.0.1", Key => "cisco", Port => $port, Timeout => 5)
    or die "no server: " . Authen::TacacsPlus::errmsg();
my $kind = $type eq "pap" ? 2 : 1;
print $tac->authen($user, $password, $kind) ? "in" : "out: " . Authen::TacacsPlus::errmsg();
"""


@pytest.fixture
def server():
    with tacacs.Server(tacacs.people()) as made:
        yield made


@pytest.mark.parametrize("kind", ["ascii", "pap"])
def test_perl_logs_in(server, kind):
    def run(user, password):
        done = subprocess.run(
            ["perl", "-e", PERL, str(server.port), user, password, kind], capture_output=True, text=True, timeout=20
        )
        return done.stdout, done.stderr

    assert run("alice", "wonder") == ("in", "")
    assert run("alice", "no")[0].startswith("out")
    assert run("nobody", "wonder")[0].startswith("out")
    assert [entry[4] for entry in server.log] == [kind] * 3


def test_scapy_reads_its_packets():
    import scapy.contrib.tacacs as tac

    tac.SECRET = "cisco"

    def read(kind, body):
        return tac.TacacsHeader(wire.pack(0xC0, kind, 2, 0, 0x01020304, body, b"cisco"))

    packet = read(wire.AUTHEN, wire.authen_reply(wire.GETPASS, b"Password: ", no_echo=True))
    assert (packet.session_id, packet.seq, packet.type) == (0x01020304, 2, 1)
    reply = packet[tac.TacacsAuthenticationReply]
    assert (reply.status, reply.flags, bytes(reply.server_msg)) == (5, 1, b"Password: ")
    reply = read(wire.AUTHOR, wire.author_reply(wire.PASS_ADD, ["priv-lvl=15"]))[tac.TacacsAuthorizationReply]
    assert (reply.status, reply.arg_cnt) == (1, 1)
    reply = read(wire.ACCT, wire.acct_reply(wire.ACCT_SUCCESS))[tac.TacacsAccountingReply]
    assert reply.status == 1


class Tap:
    """Passes on what goes between a device and the server, and writes it down."""

    def __init__(self, server):
        self.packets = []
        self.server = server
        server.wrong = self.see
        answer = server._answer

        def seen(sessions, request):
            self.packets.append((True, request))
            return answer(sessions, request)

        server._answer = seen

    def see(self, server, packet, raw):
        self.packets.append((False, packet))
        return raw

    def hexdump(self):
        """For text2pcap: one packet a block, "I" to the server, "O" from it."""
        out = []
        for inwards, p in self.packets:
            raw = wire.pack(p.version, p.kind, p.seq, p.flags, p.session, p.body, self.server.key)
            out.append("I" if inwards else "O")
            out += [f"{at:06x} {raw[at : at + 16].hex(' ')}" for at in range(0, len(raw), 16)]
            out.append("")
        return "\n".join(out)


def test_tshark_reads_what_a_device_sends(lab, server, tmp_path):
    tap = Tap(server)
    device = lab.booted(tacacs.config(server.port))
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
    assert laboratory.wait_for(lambda: len(server.records) == 2)
    (tmp_path / "dump").write_text(tap.hexdump())
    subprocess.run(
        ["text2pcap", "-q", "-D", "-T", "49,30049", tmp_path / "dump", tmp_path / "pcap"], check=True, capture_output=True
    )
    shown = subprocess.run(
        ["tshark", "-r", tmp_path / "pcap", "-d", "tcp.port==49,tacplus", "-o", "tacplus.key:cisco", "-O", "tacplus"],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    for words in ("Action: Inbound Login", "User: alice", "Remote Address: 127.0.0.1", "Authentication type: ASCII", "Server message: Password:",
                  "User: wonder", "Authentication Passed", "service=shell", "cmd=", "priv-lvl=15", "task_id=", "elapsed_time="):  # fmt: skip
        assert re.search(re.escape(words), shown), (words, shown)
    assert "Malformed" not in shown
