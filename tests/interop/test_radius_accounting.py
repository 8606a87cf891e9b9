# SPDX-License-Identifier: Apache-2.0
"""What people did is in FreeRADIUS' detail file, whatever happens to the server and to the device on the way: no record is
lost, and one that comes again names the same session and the same moment."""

import calendar
import os
import signal
import time

import pytest

import lab as laboratory
import radius
import tacacs
import tacacs_server

pytestmark = pytest.mark.usefixtures("vacant")

LOCAL = """\
aaa new-model
aaa authentication login default local
aaa authorization exec default local
aaa accounting exec default start-stop group radius
aaa accounting system default start-stop group radius
"""


@pytest.fixture
def server(tmp_path):
    with radius.FreeRadius(tmp_path / "d") as made:
        yield made


def kinds(server, user):
    """{session: {kind: the records of it}} of his sessions."""
    found = {}
    for pairs in server.records():
        record = dict(pairs)
        if record.get("User-Name") == user:
            found.setdefault(record["Acct-Session-Id"], {}).setdefault(record["Acct-Status-Type"], []).append(record)
    return found


def whole(server, user, n):
    now = kinds(server, user)
    return len(now) == n and all(set(of) == {"Start", "Stop"} for of in now.values())


SAME = ("Event-Timestamp", "Acct-Session-Id", "User-Name", "NAS-IP-Address", "NAS-Port-Id", "Calling-Station-Id", "Acct-Authentic")


def test_what_comes_twice_is_the_same(lab, server):
    """The server writes down what comes at once and says nothing; it is sent again, and then it is taken: the start record
    before there is a word of the stop record, whose delay shows it."""
    device = lab.booted(radius.config(radius.server("R", server.auth, server.acct)))
    assert device.ssh("show privilege", user="twice", password="twice").returncode == 0

    def both():
        now = list(kinds(server, "twice").values())
        return now and list(now[0]) == ["Start", "Stop"] and now

    assert laboratory.wait_for(both, 10), kinds(server, "twice")
    assert len(both()) == 1
    (first, again, *more), (stop, *_) = both()[0].values()
    assert first["Acct-Delay-Time"] == "0" and first["NAS-Port-Id"].startswith("tty")
    for other in (again, *more, stop):
        same = SAME[1:] if other is stop else SAME
        assert int(other["Acct-Delay-Time"]) > 0 and [other.get(n) for n in same] == [first.get(n) for n in same]


@pytest.mark.parametrize("end", ["reload", "kill"])
def test_no_record_is_lost(lab, server, end):
    """Sessions while the server is away, then the device goes down with one at work. When the server is there again,
    every start and stop comes, late, under the session it had; no session of later has an id of before."""
    device = lab.booted(radius.config(radius.server("R", server.auth, server.acct), methods=LOCAL))
    assert laboratory.wait_for(server.records)
    server.stop()
    for _ in range(5):
        assert device.ssh("show privilege", user="guest", password="guest").returncode == 0
    t = device.terminal()
    assert t.command("show logging | include ACCT_WAIT").count("%AAA-4-ACCT_WAIT") == 1
    if end == "reload":
        t.command("write memory")
        t.reload()
    else:
        os.kill(device.role("core")[0], signal.SIGKILL)
    server.start()
    assert laboratory.wait_for(lambda: whole(server, "guest", 5) and whole(server, "admin", 1), 30), server.records()
    before = kinds(server, "guest")
    records = [record for of in before.values() for record, *_ in of.values()]
    for r in records:
        event = calendar.timegm(time.strptime(r["Event-Timestamp"], "%b %d %Y %H:%M:%S UTC"))
        assert int(r["Timestamp"]) - event - int(r["Acct-Delay-Time"]) in (0, 1), "what happened, and how late it is told"
    assert all(len(set(tuple(r[n] for n in SAME) for r in of[kind])) == 1 for of in before.values() for kind in of)
    system = [dict(r)["Acct-Status-Type"] for r in server.records() if dict(r)["Acct-Status-Type"].startswith("Accounting-")]
    assert system == ["Accounting-On", "Accounting-Off", "Accounting-On"]
    assert laboratory.wait_for(lambda: device.ssh("show privilege", user="guest", password="guest").returncode == 0)
    assert laboratory.wait_for(lambda: whole(server, "guest", 6))
    assert "ACCT_SENT" in device.ssh("show logging | include ACCT_SENT").stdout
    assert "ACCT_LOST" not in device.ssh("show logging").stdout


def test_a_server_that_restarts(lab, server):
    """Sessions that it does not see whole are whole in the end."""
    device = lab.booted(radius.config(radius.server("R", server.auth, server.acct), methods=LOCAL))
    t = device.terminal("guest", "guest")
    assert laboratory.wait_for(lambda: kinds(server, "guest"))
    server.stop()
    t.send("exit\r")
    assert t.hangs_up()
    begun = device.terminal("guest", "guest")
    server.start()
    assert laboratory.wait_for(lambda: whole(server, "guest", 1) is False and sorted(map(sorted, kinds(server, "guest").values())) ==
                               [["Start"], ["Start", "Stop"]], 15), kinds(server, "guest")  # fmt: skip
    begun.send("exit\r")
    assert laboratory.wait_for(lambda: whole(server, "guest", 2), 15)


def test_broadcast(lab, server):
    """Each group is told, by its own protocol; one that is away gets its records later, and the other waits for nobody."""
    users = {"guest": tacacs.User("guest", ["priv-lvl=1"])}
    with tacacs_server.Server(users) as plus:
        methods = LOCAL.replace("exec default start-stop group radius", "exec default start-stop broadcast group tacacs+ group radius")
        servers = f"tacacs-server host 127.0.0.1 port {plus.port} timeout 1 key cisco", radius.server("R", server.auth, server.acct)
        device = lab.booted(radius.config(*servers, methods=methods))

        def told():
            return sorted(kind for kind, name, *_ in plus.records if name == "guest")

        assert device.ssh("show privilege", user="guest", password="guest").returncode == 0
        assert laboratory.wait_for(lambda: told() == ["start", "stop"] and whole(server, "guest", 1))
        server.stop()
        assert device.ssh("show privilege", user="guest", password="guest").returncode == 0
        assert laboratory.wait_for(lambda: told() == ["start"] * 2 + ["stop"] * 2)
        os.kill(device.role("core")[0], signal.SIGKILL)
        server.start()
        assert laboratory.wait_for(lambda: whole(server, "guest", 2), 20), server.records()
        assert told() == ["start"] * 2 + ["stop"] * 2, "who has them is not told again"
        tasks = {int(args["task_id"]) for _, name, *_, args in plus.records if name == "guest"}
        assert {int(session[8:], 16) for session in kinds(server, "guest")} == tasks, "the same task to both"
