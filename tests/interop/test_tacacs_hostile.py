# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with TACACS+ servers: they are slow, silent, gone, or lie. The next server and the next method are
asked when one cannot say, never when one has said no; whoever lies without the key can at worst deny; and nobody's
login waits for another's server."""

import os
import signal
import struct
import threading

import paramiko
import pytest

import lab as laboratory
import tacacs
import tacacs_server as wire
from tacacs import LEVEL


def reply(server, packet, **changed):
    """The packet that was to be sent, with some of its fields changed."""
    fields = {"version": packet.version, "kind": packet.kind, "seq": packet.seq, "flags": packet.flags,
              "session": packet.session, "body": packet.body, "key": server.key, **changed}  # fmt: skip
    return wire.pack(**fields)


def cut(server, raw):
    """Sends so much, and closes."""
    threading.Timer(0.1, server.drop).start()
    return raw


PASS = wire.authen_reply(wire.PASS)
REFUSED = {
    "another session": lambda s, p, raw: reply(s, p, session=p.session ^ 1, body=PASS),
    "another key": lambda s, p, raw: reply(s, p, key=b"disco", body=PASS),
    "in clear": lambda s, p, raw: reply(s, p, flags=wire.UNENCRYPTED, body=PASS),
    "out of sequence": lambda s, p, raw: reply(s, p, seq=p.seq + 2, body=PASS),
    "the request's number": lambda s, p, raw: reply(s, p, seq=p.seq - 1, body=PASS),
    "another type": lambda s, p, raw: reply(s, p, kind=wire.AUTHOR, body=wire.author_reply(wire.PASS_ADD, ["priv-lvl=15"])),
    "another version": lambda s, p, raw: reply(s, p, version=0xC1, body=PASS),
    "cut short and closed": lambda s, p, raw: cut(s, reply(s, p, body=PASS)[:-1]),
    "a byte short": lambda s, p, raw: reply(s, p, body=PASS[:-1]),
    "a byte long": lambda s, p, raw: reply(s, p, body=PASS + b"x"),
    "lengths that lie": lambda s, p, raw: reply(s, p, body=struct.pack("!BBHH", 1, 0, 65535, 65535) + b"x"),
    "no body": lambda s, p, raw: reply(s, p, body=b""),
    "oversized": lambda s, p, raw: struct.pack("!BBBBII", 0xC0, 1, p.seq, 0, p.session, 0xFFFFFFFF) + bytes(64),
    "noise": lambda s, p, raw: bytes(range(256)),
    "unknown status": lambda s, p, raw: reply(s, p, body=wire.authen_reply(99)),
    "an error": lambda s, p, raw: reply(s, p, body=wire.authen_reply(wire.ERROR)),
    "closed": lambda s, p, raw: b"",
}


@pytest.fixture(scope="module")
def server():
    with tacacs.Server(tacacs.people()) as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(tacacs.config(server.port, methods=tacacs.METHODS.replace("exec default start", "exec X start")))


def lying(server, how):
    """A context in which it answers questions of authentication so."""

    class Wrong:
        def __enter__(self):
            server.wrong = lambda s, p, raw: how(s, p, raw) if p.kind == wire.AUTHEN else raw

        def __exit__(self, *_):
            server.wrong = None

    return Wrong()


def log(device, words):
    t = device.terminal()
    try:
        return t.command(f"show logging | include {words}")
    finally:
        t.close()


@pytest.mark.parametrize("lie", REFUSED)
def test_a_lie_is_no_pass(device, server, lie):
    """alice is in only through the server: she is not. admin is local: the next method lets him in."""
    options = ("-o", "PreferredAuthentications=password")
    with lying(server, REFUSED[lie]):
        assert device.ssh("show privilege", user="alice", password="wonder", options=options).returncode == 255
        assert device.ssh("show privilege", user="alice", password="wonder").returncode == 255
        assert device.ssh("show privilege", options=options).stdout == "% Authorization failed.\n"  # the server does not know him: no rights
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL  # it is believed again
    assert len(device.role("asker")) == 1


def test_packets_in_pieces(device, server):
    with lying(server, lambda s, p, raw: [raw[i : i + 1] for i in range(len(raw))]):
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL


def test_a_second_reply_to_one_request(device, server):
    """A pass that follows a question on the heels, before anybody has answered it."""
    with lying(server, lambda s, p, raw: raw + reply(s, p, body=PASS) + reply(s, p, seq=p.seq + 2, body=PASS)):
        assert device.ssh("show privilege", user="alice", password="wonder").returncode == 255


def test_follow_and_restart_are_refusals(device, server):
    for status in (wire.FOLLOW, wire.RESTART):
        with lying(server, lambda s, p, raw, status=status: reply(s, p, body=wire.authen_reply(status, b"@192.0.2.1"))):
            assert device.ssh("show privilege").returncode == 255  # admin is local, and it is not his turn


def test_hostile_text(device, server):
    seen = []

    def handler(title, instructions, prompts):
        seen.append((instructions, prompts))
        return ["x" for _ in prompts]

    text = b"\x1b]0;owned\x07\r\nline\x00\xff\n" + b"A" * 3000 + b"\x1b[2J: "
    with lying(server, lambda s, p, raw: reply(s, p, body=wire.authen_reply(wire.GETDATA, text)) if p.seq == 2 else raw):
        transport = paramiko.Transport(("127.0.0.1", device.port))
        transport.start_client(timeout=10)
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_interactive("alice", handler)
        transport.close()
    instruction, [(prompt, _)] = seen[0]
    assert instruction == "?]0;owned?\nline??" and prompt == "A" * 3000 + "?[2J: "


def test_a_flood_of_bytes_ends_the_attempt_only(device, server):
    with lying(server, lambda s, p, raw: [bytes(65536)] * 64):
        assert device.ssh("show privilege", user="alice", password="wonder").returncode == 255
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL


# --- silence and death ---


@pytest.fixture(scope="module")
def pair(module_lab):
    """Two servers, and a device that asks the first before the second."""
    with tacacs.Server(tacacs.people()) as first, tacacs.Server(tacacs.people(), address="127.0.0.2") as second:
        other = f"tacacs-server host 127.0.0.2 port {second.port} timeout 1 key cisco"
        device = module_lab.booted(tacacs.config(first.port, other))
        yield device, first, second


def test_the_next_server_and_the_next_method(pair):
    device, first, second = pair
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
    assert not second.log
    first.hold.clear()  # it accepts and stays silent
    try:
        for options in ((), ("-o", "PreferredAuthentications=password")):
            assert device.ssh("show privilege", user="alice", password="wonder", options=options).stdout == LEVEL
    finally:
        first.hold.set()
    assert second.log
    shown = log_of_alice(device, "TACACS-4")
    assert f"%TACACS-4-SERVER_DOWN: TACACS+ server 127.0.0.1:{first.port} cannot be asked: no answer within 1 seconds" in shown
    assert f"%TACACS-4-SERVER_UP: TACACS+ server 127.0.0.1:{first.port} answers again" in shown


def log_of_alice(device, words):
    t = device.terminal("alice", "wonder")
    try:
        return t.command(f"show logging | include {words}")
    finally:
        t.close()


@pytest.mark.parametrize("user, answers, last", [("alice", {"Password: ": "wonder"}, 1),
                                                 ("token", {"Password: ": "pin", "Token: ": "1234", "PUK: ": "9"}, 2)])  # fmt: skip
def test_a_server_that_dies_in_the_dialogue(pair, user, answers, last):
    """The next one of the group takes over; what was asked last is answered first, as SSH has it. A password that is
    under way does for the next server too; behind another question the dialogue begins anew."""
    device, first, second = pair
    prompts = []

    def handler(title, instructions, asked):
        prompts.extend(asked)
        if len(prompts) == last:
            took_over = len(second.log) + 1
            first.drop()
            assert laboratory.wait_for(lambda: len(second.log) == took_over)
        return [answers[text] for text, _ in asked]

    transport = paramiko.Transport(("127.0.0.1", device.port))
    transport.start_client(timeout=10)
    transport.auth_interactive(user, handler)
    assert transport.is_authenticated()
    transport.close()
    assert [text for text, _ in prompts] == {
        "alice": ["Password: "], "token": ["Password: ", "Token: ", "Password: ", "Token: ", "PUK: "],
    }[user]  # fmt: skip


def test_a_slow_server_delays_nobody_else(lab):
    """Four who ask a silent server wait its time out; others, whose list asks nobody else, do not wait for them."""
    with tacacs.Server(tacacs.people()) as server:
        names = [f"p{n}" for n in range(4)]
        server.users.update({n: tacacs.User("x", ["priv-lvl=15"]) for n in names})
        device = lab.booted(tacacs.config(f"tacacs-server host 127.0.0.1 port {server.port} timeout 20 key cisco"))
        late = threading.Event()
        server.wrong = lambda s, p, raw: late.wait(15) and raw if s.sessions.get(p.session) in names else raw

        results = {}

        def log_in(name):
            results[name] = device.ssh("show privilege", user=name, password="x", timeout=40).stdout

        threads = [threading.Thread(target=log_in, args=(n,)) for n in names]
        for t in threads:
            t.start()
        assert laboratory.wait_for(lambda: {e[1] for e in server.log} >= set(names), 20)
        for _ in range(3):
            assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert not results
        late.set()
        for t in threads:
            t.join()
        assert set(results.values()) == {LEVEL}


def test_the_process_that_asks_dies(pair):
    device, first, second = pair
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
    before = device.role("asker")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
    assert not set(before) & set(device.role("asker"))


def test_without_any_server_the_local_users_count(lab):
    with tacacs.Server({}) as server:
        port = server.port
    named = f"tacacs server A\n address ipv4 127.0.0.1\n port {port}\n key 7 094F471A1A0A\nexit\n"
    group = "aaa group server tacacs+ G\n server name A\nexit\n"
    keyless = "tacacs-server host 127.0.0.2 timeout 1\n"
    methods = tacacs.METHODS.replace("default group tacacs+", "default group G group tacacs+")
    device = lab.booted(tacacs.config(keyless + named + group, methods=methods))
    assert device.ssh("show privilege").stdout == LEVEL
    assert device.ssh("show privilege", password="no").returncode == 255
    assert device.ssh("show privilege", user="alice", password="wonder").returncode == 255
    shown = log(device, "TACACS-4")
    assert f"server 127.0.0.1:{port} cannot be asked: Connection refused" in shown
    assert "server 127.0.0.2:49 cannot be asked: no key is configured for it" in shown
    assert "%AAA-4-ACCT_WAIT: no server takes accounting records" in log(device, "ACCT_WAIT")


def test_dead_time_and_a_changed_key(lab):
    with tacacs.Server(tacacs.people()) as server:
        device = lab.booted(tacacs.config(f"tacacs-server host 127.0.0.1 port {server.port} key other\ntacacs-server deadtime 1"))
        assert device.ssh("show privilege").stdout == LEVEL  # a wrong key: it cannot say, admin is local
        asked = server.connections
        assert device.ssh("show privilege").stdout == LEVEL
        assert server.connections == asked  # dead for a minute
        t = device.terminal()
        assert "Server state: dead" in t.command("show tacacs")
        for line in ("configure terminal", f"tacacs-server host 127.0.0.1 port {server.port} key cisco", "end"):
            t.command(line)
        assert "Server state: up" in t.command("show tacacs")
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert device.ssh("show privilege").returncode == 255  # and now admin is refused by it


def test_single_connection(lab):
    """Many sessions on one connection; when it dies, the next question makes another."""
    with tacacs.Server(tacacs.people(), single=True) as server:
        line = f"tacacs-server host 127.0.0.1 single-connection port {server.port} timeout 3 key cisco"
        device = lab.booted(tacacs.config(line))
        for _ in range(3):
            assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert server.connections == 1
        threads = [
            threading.Thread(target=device.ssh, args=("show privilege",), kwargs={"user": "alice", "password": "wonder"})
            for _ in range(6)
        ]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert server.connections == 1
        assert laboratory.wait_for(lambda: len(server.records) == 18)  # nothing is under way
        server.drop()
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert server.connections == 2
        # a client that leaves in the middle is told to the server, whose connection stays
        transport = paramiko.Transport(("127.0.0.1", device.port))
        transport.start_client(timeout=10)

        def leave(*_):
            transport.close()
            return []

        with pytest.raises(paramiko.SSHException):
            transport.auth_interactive("alice", leave)
        assert laboratory.wait_for(lambda: server.aborts == 1)
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert server.connections == 2


def test_a_kept_connection_that_is_silent(lab):
    """Nothing says that its other end is no more; who got no answer by it is the last who asked by it."""
    with tacacs.Server(tacacs.people(), single=True) as server:
        line = f"tacacs-server host 127.0.0.1 single-connection port {server.port} timeout 1 key cisco"
        device = lab.booted(tacacs.config(line))
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert laboratory.wait_for(lambda: len(server.records) == 2) and server.connections == 1
        server.wrong = lambda s, packet, raw: raw if s.connections > 1 else None
        once = {"user": "alice", "password": "wonder", "options": ["-o", "PreferredAuthentications=keyboard-interactive"]}
        assert device.ssh("show privilege", **once).returncode == 255
        for _ in range(2):
            assert device.ssh("show privilege", **once).stdout == LEVEL
        assert server.connections == 2


def test_the_source_address(lab):
    """A server that knows the device by its address sees that of the interface; without one it is not asked."""
    with tacacs.Server(tacacs.people()) as server:
        more = "interface Loopback7\n ip address 127.0.0.77 255.255.255.255\nexit\ninterface Loopback8\nexit\nip tacacs source-interface Loopback7\n"
        device = lab.booted(tacacs.config(server.port, more=more))
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert set(server.peers) == {"127.0.0.77"}
        t = device.terminal("alice", "wonder")
        for line in ("configure terminal", "ip tacacs source-interface Loopback8", "end"):
            t.command(line)
        assert device.ssh("show privilege", user="alice", password="wonder").returncode == 255
        assert "cannot be asked: the source interface Loopback8 has no address" in t.command("show logging | include SERVER_DOWN")
