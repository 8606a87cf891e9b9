# SPDX-License-Identifier: Apache-2.0
"""`debug ip ssh`, `… detail` and `… packet` print what the reference document prints for a connection like its own, line
by line, with the numbers of this connection; for newer algorithms the same with their names; and what strangers send
ends no line."""

import re
import socket
import subprocess

import paramiko
import pytest

import lab as laboratory
import wire

# What the document prints, numbers masked.
OLD = """\
SSHN: starting SSH control process
SSHN: sent protocol version id OURS
SSHN: protocol version id is - THEIRS
SSH2 N: send: len N (includes padlen N)
SSH2 N: SSH2_MSG_KEXINIT sent
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: packet len N
SSH2 N: partial packet N, need N, maclen N
SSH2 N: input: padlen N
SSH2 N: received packet type N
SSH2 N: SSH2_MSG_KEXINIT received
SSH2: kex: client->server CIPHER MAC none
SSH2: kex: server->client CIPHER MAC none
SSH2 N: expecting KEX_INIT
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: packet len N
SSH2 N: partial packet N, need N, maclen N
SSH2 N: input: padlen N
SSH2 N: received packet type N
SSH2 N: KEX_INIT received
SSH2 N: signature length N
SSH2 N: send: len N (includes padlen N)
SSH2: kex_derive_keys complete
SSH2 N: send: len N (includes padlen N)
SSH2 N: newkeys: mode N
SSH2 N: SSH2_MSG_NEWKEYS sent
SSH2 N: waiting for SSH2_MSG_NEWKEYS
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: packet len N
SSH2 N: partial packet N, need N, maclen N
SSH2 N: input: padlen N
SSH2 N: newkeys: mode N
SSH2 N: received packet type N
SSH2 N: SSH2_MSG_NEWKEYS received
"""
PACKET = """\
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: packet len N
SSH2 N: partial packet N, need N, maclen N
SSH2 N: MAC #N ok
SSH2 N: input: padlen N
SSH2 N: received packet type N
"""
TOGETHER = PACKET.split("\n", 1)[1]  # came with the one before it
SEND = """\
SSH2 N: send: len N (includes padlen N)
SSH2 N: done calc MAC out #N
"""
LOGIN = (
    3 * (PACKET + SEND)  # the service, the method none, the password
    + "SSH2 N: authentication successful for USER\n"
    + PACKET + "SSH2 N: channel open request\n" + SEND
    + PACKET + "SSH2 N: x11-req request\n"  # the document's client asks for this after the next
    + TOGETHER + "SSH2 N: pty-req request\n"
    + "SSH2 N: setting TTY - requested: height N, width N; set: height N, width N\n"
    + TOGETHER + "SSH2 N: shell request\n"
    + "SSH2 N: shell message received\n"
    + "SSH2 N: starting shell for vty\n"
    + SEND
)  # fmt: skip
KEYS = 5 * (PACKET + SEND)  # e, x, i, t, Return: one packet each, and its echo
END = 3 * SEND + "SSHN: Session terminated normally\n"
R1 = OLD + LOGIN + KEYS + END

DETAIL = """\
SSHN: starting SSH control process
SSHN: sent protocol version id OURS
SSHN: protocol version id is - THEIRS
SSH2 N: SSH2_MSG_KEXINIT sent
SSH2 N: SSH2_MSG_KEXINIT received
SSH2:kex: client->server enc:CIPHER mac:MAC
SSH2:kex: server->client enc:CIPHER mac:MAC
SSH2 N: expecting KEX_INIT
SSH2 N: KEX_INIT received
SSH2: kex_derive_keys complete
SSH2 N: SSH2_MSG_NEWKEYS sent
SSH2 N: waiting for SSH2_MSG_NEWKEYS
SSH2 N: SSH2_MSG_NEWKEYS received
SSH2 N: authentication successful for USER
SSH2 N: channel open request
SSH2 N: x11-req request
SSH2 N: pty-req request
SSH2 N: setting TTY - requested: height N, width N; set: height N, width N
SSH2 N: shell request
SSH2 N: shell message received
SSH2 N: starting shell for vty
SSHN: Session terminated normally
"""

BYTES = """\
SSH2 N: send:packet of length N (length also includes padlen of N)
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: total packet length of N bytes
SSH2 N: partial packet length(block size)N bytes,needed N bytes, maclen N
SSH2 N: input: padlength N bytes
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: total packet length of N bytes
SSH2 N: partial packet length(block size)N bytes,needed N bytes, maclen N
SSH2 N: input: padlength N bytes
SSH2 N: signature length N
SSH2 N: send:packet of length N (length also includes padlen of N)
SSH2 N: send:packet of length N (length also includes padlen of N)
SSH2 N: newkeys: mode N
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: total packet length of N bytes
SSH2 N: partial packet length(block size)N bytes,needed N bytes, maclen N
SSH2 N: input: padlength N bytes
SSH2 N: newkeys: mode N
SSH2 N: ssh_receive: N bytes received
SSH2 N: input: total packet length of N bytes
SSH2 N: partial packet length(block size)N bytes,needed N bytes, maclen N
SSH2 N: MAC compared for #N :ok
"""

OLD_ALGORITHMS = {
    "kex": ("diffie-hellman-group1-sha1", "SSH2_MSG_KEXDH_INIT"),
    "cipher": "aes128-cbc",
    "mac": "hmac-md5",
    "hostkey": "ssh-rsa",
}
NEW_ALGORITHMS = {
    "kex": ("curve25519-sha256", "SSH2_MSG_KEX_ECDH_INIT"),
    "cipher": "aes128-ctr",
    "mac": "hmac-sha2-256",
    "hostkey": "rsa-sha2-256",
}
CONFIG = laboratory.CONFIG.replace(
    "end\n",
    """\
service timestamps debug uptime
ip ssh dh min size 1024
ip ssh server algorithm kex curve25519-sha256 diffie-hellman-group-exchange-sha256 diffie-hellman-group1-sha1
ip ssh server algorithm hostkey rsa-sha2-256 ssh-rsa
ip ssh server algorithm encryption chacha20-poly1305@openssh.com aes128-ctr aes128-cbc
ip ssh server algorithm mac hmac-sha2-256 hmac-md5
end
""",
)


@pytest.fixture(scope="module")
def device(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made.booted(CONFIG)
    made.release()


@pytest.fixture
def console(device):
    """Where the switches are set; the next connection over SSH is number 0."""
    t = device.console()
    t.send("\r")
    t.settle()
    t.command("enable")
    t.send("sesame\r")
    t.settle()
    t.command("terminal length 0")
    t.command("configure terminal")
    t.command("no logging console")
    t.command("end")
    t.send("clear logging\r")
    t.settle(wait="confirm")
    t.send("\r")
    t.settle()
    yield t
    t.command("undebug all")
    t.send("exit\r")
    t.close()


def options(algorithms):
    a = algorithms
    return [
        "-o", "PreferredAuthentications=password", "-o", f"KexAlgorithms={a['kex'][0]}", "-o", f"Ciphers={a['cipher']}",
        "-o", f"MACs={a['mac']}", "-o", f"HostKeyAlgorithms={a['hostkey']}", "-Y",
    ]  # fmt: skip


def log_in_and_out(device, algorithms):
    """As a person does it: one key after the other."""
    argv = device.ssh_argv("admin", options=options(algorithms), tty=True)
    t = laboratory.Terminal(argv, env={**device.ssh_env("admin"), "DISPLAY": "127.0.0.1:99"}, size=(24, 80))
    t.settle()
    for key in "exit":
        shown = len(t.screen.text)
        t.send(key)
        t.settle(wait=re.escape(key) + "$")
        assert len(t.screen.text) > shown
    t.send("\r")
    assert t.hangs_up()
    t.close()


def lines(console, until="Session terminated normally|Session disconnected"):
    """The debug lines in the log, without their stamps."""

    def look():
        shown = console.command("show logging | include SSH")
        return shown if re.search(until, shown) else None

    shown = laboratory.wait_for(look)
    assert shown, console.screen.text
    return [line.split(": ", 1)[1] for line in shown.splitlines() if re.match(r"\d\d:\d\d:\d\d: SSH", line)]


def masked(found, algorithms):
    a = algorithms
    for line in found:
        line = re.sub(r"(version id) SSH-(?:2\.0|1\.99)-Ravelin_\S+$", r"\1 OURS", line)
        line = re.sub(r"(version id is -) SSH-2\.0-OpenSSH_.*$", r"\1 THEIRS", line)
        line = line.replace(a["cipher"], "CIPHER").replace(a["mac"], "MAC").replace(a["kex"][1], "KEX_INIT")
        line = line.replace("for admin", "for USER")
        line = re.sub(r"\bSSH2 \d+:", "SSH2 N:", line)
        line = re.sub(r"\bSSH\d+:", "SSHN:", line) if not line.startswith("SSH2:") else line
        line = re.sub(r"(?<![\w-])#?(\d+)\b(?!-req)", lambda m: m.group(0).replace(m.group(1), "N"), line)
        yield line


def once(found):
    """A packet may come in more pieces than in the document: what is said of each piece counts once."""
    out = []
    for line in found:
        piece = "ssh_receive" in line or "partial packet" in line
        if not (piece and line in out[-2:]):
            out.append(line)
    return out


def missing(want, got):
    """The first line of `want` that does not come after those before it."""
    rest = iter(got)
    for n, line in enumerate(want):
        if line not in rest:
            return f"line {n + 1}: {line}"
    return None


@pytest.mark.parametrize("algorithms", [OLD_ALGORITHMS, NEW_ALGORITHMS], ids=["old", "new"])
def test_debug_ip_ssh(device, console, algorithms):
    assert console.command("debug ip ssh") == "Incoming SSH debugging is on"
    log_in_and_out(device, algorithms)
    found = lines(console)
    got = once(masked(found, algorithms))
    keyed = OLD.splitlines()
    before = keyed.index("SSH2 N: waiting for SSH2_MSG_NEWKEYS")
    assert got[: before + 1] == keyed[: before + 1]  # nothing more and nothing less up to here
    assert missing(R1.splitlines(), got) is None, "\n".join(found)
    assert set(got) - set(R1.splitlines()) <= {"SSH2 N: env request"}, "a line the document does not know"
    assert got[-1] == "SSHN: Session terminated normally"


@pytest.mark.parametrize("algorithms", [OLD_ALGORITHMS, NEW_ALGORITHMS], ids=["old", "new"])
def test_debug_ip_ssh_detail(device, console, algorithms):
    assert console.command("debug ip ssh detail") == "ssh detail messages debugging is on"
    log_in_and_out(device, algorithms)
    found = [line for line in masked(lines(console), algorithms) if line != "SSH2 N: env request"]
    assert found == DETAIL.splitlines()


def test_group_exchange(device, console):
    """What the document's connection does not have: a group that both agree on."""
    console.command("debug ip ssh detail")
    done = device.ssh("show privilege", options=["-o", "KexAlgorithms=diffie-hellman-group-exchange-sha256"])
    assert done.returncode == 0
    found = lines(console)
    at = found.index("SSH2 0: expecting SSH2_MSG_KEX_DH_GEX_REQUEST")
    assert re.fullmatch(
        r"SSH2 0: SSH2_MSG_KEX_DH_GEX_REQUEST received - range sent by client is 2048 < \d+ < 8192", found[at + 1]
    )
    assert re.fullmatch(r"SSH2 0: modulus size established: \d+ bits", found[at + 2])
    assert found[at + 3 : at + 5] == ["SSH2 0: expecting SSH2_MSG_KEX_DH_GEX_INIT", "SSH2 0: SSH2_MSG_KEX_DH_GEX_INIT received"]


def test_debug_ip_ssh_packet(device, console):
    assert console.command("debug ip ssh packet") == "ssh packet debugging is on"
    log_in_and_out(device, OLD_ALGORITHMS)
    found = lines(console, until="MAC compared for #8")
    got = once(masked(found, OLD_ALGORITHMS))
    assert missing(BYTES.splitlines(), got) is None, "\n".join(found)
    assert set(got) - set(BYTES.splitlines()) == {"SSH2 N: done calc MAC out #N"}


def plink(device, *arguments, password="admin"):
    """PuTTY in version 1; it is told the host key it was shown before."""
    argv = ["plink", "-1", "-ssh", "-P", device.port, "-l", "admin", "-batch", "-v", "-no-antispoof", "-pw", password]
    env = {"HOME": str(device.parent), "PATH": "/usr/bin"}

    def run(*more):
        return subprocess.run(
            [*map(str, argv), *more], input="exit\r", capture_output=True, text=True, timeout=30, env=env
        )  # fmt: skip

    known = re.search(r"fingerprint is:\s+\d+ ([0-9a-f:]{47})", run("127.0.0.1").stderr).group(1)
    return run("-hostkey", known, "127.0.0.1", *arguments)


VERSION1 = """\
starting SSH control process
sent protocol version id OURS
protocol version id is - SSH-1.5-PuTTY
SSH_SMSG_PUBLIC_KEY msg
SSH_CMSG_SESSION_KEY msg - length N, type 0x03
sending encryption confirmation
keys exchanged and encryption on
SSH_CMSG_USER message received
authentication request for userid admin
SSH_SMSG_FAILURE message sent
SSH_CMSG_AUTH_PASSWORD message received
"""
IN = """\
authentication successful for admin
requesting TTY
setting TTY - requested: length 24, width 80; set: length 24, width 80
SSH_CMSG_EXEC_SHELL message received
starting shell for vty
Session terminated normally
"""
OUT = """\
password authentication failed for admin
SSH_SMSG_FAILURE message sent
Session disconnected - error 0x00
"""


@pytest.mark.parametrize("words", ["debug ip ssh", "debug ip ssh detail"])
@pytest.mark.parametrize("password, end", [("admin", IN), ("wrong", OUT)], ids=["in", "out"])
def test_version_1(device, console, words, password, end):
    """The document has no sample of it: the words IOS has."""
    console.command(words)
    plink(device, "-t", password=password)
    lines(console, until=re.escape(end.splitlines()[-1]) + "[^$]*" + re.escape(end.splitlines()[-1]) if end is OUT else end.splitlines()[-1])
    found = [re.sub(r"^SSH0: ", "", line) for line in lines(console)]
    found = found[found.index("starting SSH control process", 1) :]  # behind the connection that asked for the key
    found = [re.sub(r"version id SSH-1\.99-Ravelin_\S+", "version id OURS", line) for line in found]
    found = [re.sub(r"(SSH-1\.5-PuTTY)\S+", r"\1", re.sub(r"length \d{3}", "length N", line)) for line in found]
    assert found == (VERSION1 + end).splitlines()


def test_the_numbers_are_real(device, console):
    """Those the document prints for a key of 1,024 bits, a group of 1,024 bits and blocks of 8 and 16 bytes."""
    console.command("debug ip ssh")
    log_in_and_out(device, OLD_ALGORITHMS)
    found = "\n".join(lines(console))
    assert re.search(r"SSH2_MSG_KEXDH_INIT$.*?input: packet len 144$.*?need 136, maclen 0$.*?type 30$", found, re.M | re.S)
    assert "SSH2 0: signature length 271" in found
    assert "SSH2 0: send: len 16 (includes padlen 10)\nSSH2 0: newkeys: mode 1" in found
    assert "input: packet len 16\nSSH2 0: partial packet 8, need 8, maclen 0\nSSH2 0: input: padlen 10" in found
    assert re.search(r"partial packet 16, need \d+, maclen 16\nSSH2 0: MAC #\d+ ok", found)
    assert "height 24, width 80; set: height 24, width 80" in found


def test_a_key_of_768_bits(lab):
    """The document's host key: too small for the OpenSSH client, so paramiko sees it; the numbers are the document's."""
    device = lab.booted(CONFIG)
    t = device.terminal()
    t.command("configure terminal")
    t.command("crypto key generate rsa usage-keys label old modulus 768")
    t.command("ip ssh rsa keypair-name old")
    t.command("end")
    t.command("debug ip ssh")
    transport = paramiko.Transport(("127.0.0.1", device.port))
    security = transport.get_security_options()
    security.kex = [OLD_ALGORITHMS["kex"][0]]
    security.ciphers, security.digests = [OLD_ALGORITHMS["cipher"]], [OLD_ALGORITHMS["mac"]]
    security.key_types = [OLD_ALGORITHMS["hostkey"]]
    transport.connect(username="admin", password="admin")
    assert transport.get_remote_server_key().get_bits() == 768
    transport.close()
    found = t.command("show logging | include signature|send: len|KEXDH|kex: ")
    assert "SSH2 1: signature length 111\n" in found, found
    assert re.search(r"signature length 111\n.*SSH2 1: send: len 384 \(includes padlen \d+\)", found), found


def test_failures(device, console):
    """A wrong password, nothing in common, no SSH at all, a message in the wrong place: each ends as what it is."""
    console.command("debug ip ssh detail")
    assert device.ssh("show privilege", password="wrong").returncode == 255
    found = lines(console, until="Session disconnected")
    assert "SSH2 0: keyboard-interactive authentication failed for admin" in found
    assert "SSH0: Session disconnected - error 0x00" == found[-1]
    device.ssh("show privilege", options=["-o", "Ciphers=aes256-gcm@openssh.com"])
    found = lines(console, until="error 0x03")
    assert "SSH0: Session disconnected - error 0x03" in found
    with socket.create_connection(("127.0.0.1", device.port), timeout=5) as s:
        s.sendall(b"GET / \x1b[2J\x00\x9b HTTP/1.0\r\n\r\n")
        s.recv(1000)
    found = lines(console, until="error 0x08")
    assert found[-2:] == ["SSH0: protocol version id is - GET / ?[2J?? HTTP/1.0", "SSH0: Session disconnected - error 0x08"]
    c = wire.Plain(device.port)
    c.send(bytes([wire.NEWKEYS]))
    assert c.ends()
    c.close()
    lines(console, until="error 0x02")
    log = console.command("show logging | include %SSH-[34]")
    assert re.search(
        r"%SSH-3-NO_MATCH: No matching cipher found: client aes256-gcm@openssh\.com "
        r"server chacha20-poly1305@openssh\.com,aes128-ctr,aes128-cbc$",
        log, re.M,
    ), log  # fmt: skip
    assert (
        "%SSH-4-SSH2_UNEXPECTED_MSG: Unexpected message type has arrived. Terminating the connection from 127.0.0.1" in log
    ), log


def test_switched_on_while_a_session_runs(device, console):
    """A running session tells from then on, and stops when it is switched off."""
    t = device.terminal()
    console.command("debug ip ssh packet")
    t.command("show privilege")
    lines(console, until="MAC compared")
    console.command("no debug ip ssh packet")
    t.command("show privilege")
    console.send("clear logging\r")
    console.settle(wait="confirm")
    console.command("")
    t.command("show privilege")
    assert "MAC" not in console.command("show logging | include SSH2")
    t.close()


def test_a_terminal_that_monitors(device, console):
    """Debug lines reach who asked for them; his own packets are not told, or each line would make the next."""
    t = device.terminal()
    t.command("terminal monitor")
    t.command("debug ip ssh")
    assert device.ssh("show privilege").returncode == 0
    t.until(r"SSH2 1: MAC #\d+ ok")
    t.until("SSH1: Session terminated normally")
    t.command("")
    assert not re.search("SSH2 0: (send|ssh_receive|MAC)", t.screen.text), t.screen.text
    t.command("undebug all")
    t.close()
