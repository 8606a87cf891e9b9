# SPDX-License-Identifier: Apache-2.0
"""What people did is written down on a server: sessions, commands without their secrets, the device's own start and end.
No record is lost while the server is away, the device reloads or is killed; one that comes twice is the same."""

import os
import signal
import threading

import pytest

import lab as laboratory
import tacacs
import tacacs_server as wire
from moving import client
from tacacs import LEVEL

pytestmark = pytest.mark.usefixtures("vacant")

METHODS = tacacs.METHODS + """\
aaa accounting commands 1 default stop-only group tacacs+
aaa accounting commands 15 default start-stop group tacacs+
aaa accounting commands 15 quiet none
aaa accounting exec staff stop-only group tacacs+
aaa accounting system default start-stop group tacacs+
ip scp server enable
"""


@pytest.fixture(scope="module")
def server():
    with tacacs.Server(tacacs.people()) as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(tacacs.config(server.port, methods=METHODS))


def told(server, user, service="shell", commands=True):
    """In the order of tasks: a server may get two that follow each other in any order, but a task's start before its stop."""
    found = [r for r in server.records if r[1] == user and r[4]["service"] == service and ("cmd" in r[4]) == commands]
    return sorted(found, key=lambda r: int(r[4]["task_id"]))


def test_the_device_itself(device, server):
    assert laboratory.wait_for(lambda: told(server, "unknown", "system", False))
    kind, user, port, address, args = told(server, "unknown", "system", False)[0]
    assert (kind, port, address, args["event"]) == ("start", "unknown", "unknown", "sys_acct")


def test_commands(device, server):
    t = device.terminal("alice", "wonder")
    del server.records[:]
    for line in ("sh clock", "show priv | i x", "show privilege | redirect flash:y", "configure terminal", "do show clock",
                 "username u password 0 hidden-word", "no username u", "end", "nonsense", "show running-config | count x"):  # fmt: skip
        t.command(line)
    assert laboratory.wait_for(lambda: len(told(server, "alice")) >= 12), server.records
    assert [(r[0], r[4]["cmd"], r[4]["priv-lvl"]) for r in told(server, "alice")] == [
        ("stop", "show clock <cr>", "1"), ("stop", "show privilege <cr>", "1"), ("stop", "show privilege | redirect flash:y <cr>", "1"),
        ("start", "configure terminal <cr>", "15"), ("stop", "configure terminal <cr>", "15"), ("stop", "show clock <cr>", "1"),
        ("start", "username u password 0 ***** <cr>", "15"), ("stop", "username u password 0 ***** <cr>", "15"),
        ("start", "no username u <cr>", "15"), ("stop", "no username u <cr>", "15"),
        ("start", "show running-config <cr>", "15"), ("stop", "show running-config <cr>", "15"),
    ]  # fmt: skip
    for (kind, *who, first), (_, *same, last) in zip(told(server, "alice")[3::], told(server, "alice")[4::]):
        if kind == "start":
            assert who == same and {k: last[k] for k in first} == first and "elapsed_time" in last
            assert who[1].startswith("tty") and who[2] == "127.0.0.1"
    assert "hidden-word" not in str(server.records)


def test_one_command_and_a_long_one(device, server):
    del server.records[:]
    assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
    device.ssh("show privilege | redirect flash:" + "l" * 300, user="alice", password="wonder")
    assert laboratory.wait_for(lambda: len(told(server, "alice")) == 2)
    assert told(server, "alice")[0][4]["cmd"] == "show privilege <cr>"
    assert told(server, "alice")[1][4]["cmd"] + told(server, "alice")[1][4]["cmd-arg"] == "show privilege | redirect flash:" + "l" * 300 + " <cr>"


def test_files_that_are_moved(device, server, tmp_path):
    (tmp_path / "text").write_text("x")
    del server.records[:]
    server.users["admin"] = tacacs.User("admin", ["priv-lvl=15"])
    assert client(device, "scp", "-O", tmp_path / "text", "r:here").returncode == 0
    assert client(device, "sftp", "r:", text="ls\n").returncode == 0
    assert laboratory.wait_for(lambda: len(told(server, "admin")) == 4), server.records
    assert [(r[0], r[4]["cmd"]) for r in told(server, "admin")] == [
        ("start", "scp -t here <cr>"), ("stop", "scp -t here <cr>"), ("start", "sftp <cr>"), ("stop", "sftp <cr>"),
    ]  # fmt: skip


def test_a_list_of_the_line(device, server):
    t = device.terminal("alice", "wonder")
    for line in ("configure terminal", "line vty 0 4", "accounting exec staff", "accounting commands 15 quiet", "end"):
        t.command(line)
    try:
        del server.records[:]
        assert "staff" in t.command("show running-config | include accounting exec staff")
        assert device.ssh("show privilege", user="bob", password="builder").stdout
        assert laboratory.wait_for(lambda: told(server, "bob", commands=False))
        assert [r[0] for r in told(server, "bob", commands=False)] == ["stop"]
        assert told(server, "alice") == []
    finally:
        for line in ("configure terminal", "line vty 0 4", "no accounting exec", "no accounting commands 15", "end"):
            t.command(line)


def sessions(server, user):
    """{task: {kind: what came}} of his sessions; what came again is the same."""
    found = {}
    for kind, name, *rest, args in server.records:
        if name == user and args["service"] == "shell" and "cmd" not in args:
            same = found.setdefault(args["task_id"], {}).setdefault(kind, (rest, args))
            assert same == (rest, args), "a repeated record differs"
    return found


def whole(server, user, n):
    now = sessions(server, user)
    return len(now) == n and all(set(kinds) == {"start", "stop"} for kinds in now.values())


@pytest.mark.parametrize("end", ["reload", "kill"])
def test_no_record_is_lost(lab, end):
    """Ten sessions while the server is away, then the device goes down with others still at work; when the server is
    there again, every start and every stop comes, each under the task and with the times it had."""
    users = {"admin": tacacs.User("admin", ["priv-lvl=15"]), "guest": tacacs.User("guest", ["priv-lvl=1"])}
    with tacacs.Server(users) as server:
        port = server.port
    methods = METHODS.replace("login default group tacacs+ local", "login default local").replace("exec default group tacacs+ local", "exec default local")
    device = lab.booted(tacacs.config(port, methods=methods))
    for _ in range(10):
        assert device.ssh("show privilege", user="guest", password="guest").returncode == 0
    t = device.terminal()
    assert t.command("show logging | include ACCT_WAIT").count("%AAA-4-ACCT_WAIT") == 1
    assert "accounting" not in t.command("dir nvram:")
    if end == "reload":
        t.command("write memory")
        t.reload()
    else:
        os.kill(device.role("core")[0], signal.SIGKILL)
    with tacacs.Server(users, port=port) as server:
        assert laboratory.wait_for(lambda: whole(server, "guest", 10), 30), (len(server.records), sessions(server, "guest"))
        assert laboratory.wait_for(lambda: sessions(server, "admin") and all(set(k) == {"start", "stop"} for k in sessions(server, "admin").values()), 20)
        times = [(int(k["start"][1]["start_time"]), int(k["stop"][1]["stop_time"])) for k in sessions(server, "guest").values()]
        assert all(first <= last for first, last in times)
        stops = [k["stop"][1] for k in sessions(server, "admin").values()]
        assert ("err_msg" in stops[-1]) == (end == "kill")
        system = [(r[0], r[4].get("reason"), r[4].get("err_msg")) for r in told(server, "unknown", "system", False)]
        assert system[0][0] == "start" and system[1] == (("stop", "Reload Command", None) if end == "reload" else ("stop", None, "the device restarted"))
        tasks = {r[4]["task_id"] for r in server.records}
        assert device.ssh("show privilege", user="guest", password="guest").returncode == 0
        assert laboratory.wait_for(lambda: whole(server, "guest", 11))
        new = set(sessions(server, "guest")) - tasks
        assert len(new) == 1 and int(new.pop()) > max(map(int, tasks))  # no number is given twice


def test_a_server_that_does_not_write(device, server):
    """It errs, then takes the record: once more, the same."""
    seen = []

    def err(s, packet, raw):
        if packet.kind != wire.ACCT or len(seen) >= 2:
            return raw
        seen.append(s.records[-1])
        return wire.pack(packet.version, packet.kind, packet.seq, packet.flags, packet.session, wire.acct_reply(wire.ACCT_ERROR), s.key)

    t = device.terminal("alice", "wonder")
    del server.records[:]
    server.wrong = err
    t.command("show clock")
    assert laboratory.wait_for(lambda: len(told(server, "alice")) >= 2, 12)
    server.wrong = None
    first, second = told(server, "alice")[:2]
    assert first == second


class Slow(tacacs.Server):
    """Has a start record, and confirms it when a test says so."""

    gate = threading.Event()

    def _account(self, request):
        reply = super()._account(request)
        if self.records[-1][:2] == ("start", "alice"):
            assert self.gate.wait(30)
        return reply


def test_a_stop_record_never_overtakes_its_start(lab):
    """Each goes by a connection of its own: the second is not on its way before the first has arrived."""
    with Slow(tacacs.people()) as server:
        device = lab.booted(tacacs.config(f"tacacs-server host 127.0.0.1 port {server.port} timeout 30 key cisco"))
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == LEVEL
        assert device.ssh("show privilege", user="bob", password="builder").stdout
        assert laboratory.wait_for(lambda: [r[0] for r in server.records if r[1] == "bob"] == ["start", "stop"])
        assert [r[0] for r in server.records if r[1] == "alice"] == ["start"]
        server.gate.set()
        assert laboratory.wait_for(lambda: [r[0] for r in server.records if r[1] == "alice"] == ["start", "stop"])
