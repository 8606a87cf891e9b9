# SPDX-License-Identifier: Apache-2.0
"""FreeRADIUS where it is slow, dead, of another key, unsigned, of another address family or in a VRF: who waits, who is
asked next, who gets in, and what is said of it."""

import re
import subprocess

import pytest

import lab as laboratory
import radius
from radius import LEVEL
from test_tacacs import answers, wake

pytestmark = pytest.mark.usefixtures("vacant")
QUICK = " timeout 1\n retransmit 0\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("radius")


@pytest.fixture(scope="module")
def server(folder):
    with radius.FreeRadius(folder / "first") as made:
        yield made


def boot(lab, *servers, **how):
    return lab.booted(radius.config(*servers, **how))


def of(name, server, **how):
    return radius.server(name, server.auth, server.acct, **how)


def hole(name, made, **how):
    return radius.server(name, made.port, made.port, **how)


def level(device, user="alice", password="wonder"):
    done = device.ssh("show privilege", user=user, password=password)
    return done.stdout if done.returncode == 0 else done.returncode


def configure(terminal, *lines):
    for shown in terminal.configure(*lines):
        assert "% " not in shown, shown


# --- who waits ---


def test_nobody_waits_for_the_slow(lab, server):
    device = boot(lab, of("R", server, more=" timeout 5\n retransmit 0\n"))
    argv, env = device.ssh_argv("slow", "show privilege"), device.ssh_env("slow")
    with subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as slow:
        assert laboratory.wait_for(lambda: 'User-Name = "slow"' in server.log)
        for _ in range(3):
            assert level(device) == LEVEL
        assert slow.poll() is None
        assert slow.communicate(timeout=20)[0] == LEVEL


def test_too_slow_is_as_none(lab, server, folder):
    """The next server says it, and what the first says later does no harm."""
    with radius.FreeRadius(folder / "prompt", delay=0) as second:
        device = boot(lab, of("SLOW", server, more=QUICK), of("PROMPT", second, more=QUICK))
        assert level(device, "slow", "slow") == level(device) == LEVEL
        assert 'User-Name = "alice"' not in second.log, "the first answers those who need no time"
        t = device.terminal("alice", "wonder", size=(100, 200))
        assert "RADIUS-4-RADIUS_ALIVE" in t.command("show logging | include RADIUS-4")
        assert re.search(r"timeouts 1, failover 1, retransmission 0", t.command("show aaa servers"))


def test_nobody_listens(lab, server):
    """The host says so at once, and so does the next server; with none left it is the next method. A server that is
    back is asked at once: it was not kept as dead."""
    with radius.Hole() as gone:
        port = gone.port
    more = "radius-server deadtime 10\n"
    device = boot(lab, radius.server("GONE", port, port, more=" timeout 100\n"), of("R", server), more=more)
    assert level(device) == level(device) == LEVEL
    t = device.terminal("alice", "wonder", size=(100, 200))
    assert "RADIUS server 127.0.0.1:%d,%d is not responding" % (port, port) in t.command("show logging | include RADIUS_DEAD")
    shown = t.command("show aaa servers")
    assert re.search(r"State: current DOWN, .*\n.*\n +Authen: request 3, timeouts 0, failover 3, retransmission 0", shown), shown
    configure(t, "radius server R", f"address ipv4 127.0.0.1 auth-port {port} acct-port {port}")
    assert level(device, "admin", "admin") == LEVEL, "the next method"
    assert level(device) == 255
    configure(t, "radius server GONE", f"address ipv4 127.0.0.1 auth-port {server.auth} acct-port {server.acct}", "timeout 1")
    assert level(device) == LEVEL


def test_dead_time(lab, server):
    """A server that says nothing is asked `retransmit` times more, then by nobody as long as it is dead; the criteria
    say when it is."""
    with radius.Hole() as silent:
        device = boot(lab, hole("SILENT", silent, more=" timeout 1\n retransmit 1\n"), of("R", server),
                      more="radius-server deadtime 1\nradius-server dead-criteria time 1 tries 3\n",
                      methods=radius.METHODS.replace("aaa accounting", "! "))  # fmt: skip
        for datagrams in (2, 4, 4, 4):  # two tries are too few, four are enough
            assert level(device) == LEVEL
            assert silent.count() == datagrams
        assert len(set(silent.taken[:2])) == 1, "once more is the same request"
        t = device.terminal("alice", "wonder", size=(100, 200))
        assert "State: current DEAD" in t.command("show aaa servers")
        configure(t, "radius server SILENT", f"address ipv4 127.0.0.1 auth-port {server.auth} acct-port {server.acct}")
        assert level(device) == LEVEL
        assert "State: current DEAD" not in t.command("show aaa servers"), "another server is not dead"


def test_flapping(lab, folder):
    """Each time it goes the next method is asked, each time it comes it is; both are said once."""
    with radius.FreeRadius(folder / "flaps") as flaps:
        device = boot(lab, of("R", flaps, more=QUICK))
        for _ in range(2):
            assert level(device) == LEVEL and level(device, "admin", "admin") == 255
            flaps.stop()
            for _ in range(2):
                assert level(device, "admin", "admin") == LEVEL and level(device) == 255
            flaps.start()
        assert level(device) == LEVEL
        t = device.terminal("alice", "wonder", size=(100, 200))
        said = re.findall("RADIUS_(DEAD|ALIVE)", t.command("show logging | include RADIUS-4"))
        assert said == ["DEAD", "ALIVE"] * 2


# --- who is believed ---


def test_another_key(lab, folder):
    """A server that cannot check a request says nothing: as dead as one that is not there. (What lies in the name of one
    is in test_radius_hostile.py.)"""
    with radius.FreeRadius(folder / "other", secret="another") as server:
        device = boot(lab, of("R", server, more=QUICK))
        assert level(device) == 255 and level(device, "admin", "admin") == LEVEL
        t = device.terminal(size=(100, 200))
        assert "RADIUS_DEAD" in t.command("show logging | include RADIUS-4")
        assert "invalid Message-Authenticator" in server.log and "User-Name" not in server.log


def test_unsigned_replies(lab, folder):
    """What FreeRADIUS sends without a policy that signs: nothing, until this one server is let off."""
    with radius.FreeRadius(folder / "unsigned", sign=False) as server:
        device = boot(lab, of("R", server, more=QUICK))
        assert level(device) == 255 and level(device, "admin", "admin") == LEVEL
        t = device.terminal(size=(100, 200))
        assert "sends a reply without Message-Authenticator" in t.command("show logging | include BAD_REPLY")
        for line in ("configure terminal", "radius server R", "no require-message-authenticator", "end"):
            t.command(line)
        assert level(device) == LEVEL and level(device, "admin", "admin") == 255


# --- where it is ---


def test_by_ipv6(lab, folder):
    with radius.FreeRadius(folder / "six", address="::1") as server:
        device = boot(lab, of("R", server, address="::1"))
        assert level(device) == LEVEL
        assert laboratory.wait_for(lambda: len(server.records()) == 2)
        assert dict(server.records()[0])["NAS-IPv6-Address"] == "::1" and "NAS-IPv6-Address = ::1" in server.log


def test_the_source_address(lab, server):
    """NAS-IP-Address is where requests come from: the interface, or nobody is asked."""
    more = "interface Loopback7\n ip address 127.0.0.77 255.255.255.255\nexit\ninterface Loopback8\nexit\nip radius source-interface Loopback7\n"
    device = boot(lab, of("R", server), more=more)
    assert level(device) == LEVEL
    assert re.search(r"Access-Request Id \d+ from 127\.0\.0\.77:", server.log) and "NAS-IP-Address = 127.0.0.77" in server.log
    t = device.terminal("alice", "wonder")
    configure(t, "ip radius source-interface Loopback8")
    assert level(device) == 255
    t.command("debug radius")
    assert level(device, "admin", "admin") == LEVEL
    assert "the source interface Loopback8 has no address" in t.command("show logging | include cannot be asked")


# --- what it is for ---


@pytest.fixture(scope="module")
def device(module_lab, server):
    return boot(module_lab, of("R", server))


def test_enable(device, server):
    """The user of the level is asked for: $enab15$. Its no is final, its silence is not."""
    t = device.terminal("plain", "plain")
    assert "sesame" not in t.enable("up") and t.screen.last == "R1#"
    assert 'User-Name = "$enab15$"' in server.log and "Service-Type = Administrative-User" in server.log
    t.command("disable")
    assert "% Access denied" in t.enable("sesame", tries=3), "the local secret of a device whose server has said no"
    assert t.screen.last == "R1>"


def test_enable_without_the_server(lab, folder):
    with radius.FreeRadius(folder / "leaves") as server:
        device = boot(lab, of("R", server, more=QUICK))
        t = device.terminal("plain", "plain")
        server.stop()
        t.send("enable\r")
        t.settle(wait="Password: $")
        t.send("sesame\r")
        t.settle(wait="Password: $|#$")
        if t.screen.last != "R1#":  # what was typed for the server is not what the next method asks for
            t.command("sesame")
        assert t.screen.last == "R1#"
        server.start()


def test_console(device):
    t = device.terminal("alice", "wonder")
    configure(t, "line con 0", "login authentication con")
    console = device.console()
    wake(console)
    for typed, asked in (("token", "Password: $"), ("pin", "Token: $"), ("1234", "PUK: $")):
        console.send(typed + "\r")
        console.settle(wait=asked)
    console.command("9")
    assert console.screen.last == "R1>" and "Welcome." in console.screen.text
    console.send("exit\r")
    wake(console)
    console.send("admin\r")
    console.settle(wait="Password: $")
    console.send("admin\r")
    console.settle(wait="Username: $")
    assert "% Authentication failed" in console.screen.text
    configure(t, "aaa authorization console")
    console.send("alice\r")
    console.settle(wait="Password: $")
    console.command("wonder")
    assert console.screen.last == "R1#"
    console.send("exit\r")
    configure(t, "no aaa authorization console", "line con 0", "no login")


def test_codes_of_the_server(device):
    """TOTP as FreeRADIUS has it: password, then the code of this half minute; not another, not twice the password."""
    def code(offset=0):
        argv = ["oathtool", "--totp", "-b", radius.TOTP, "--now", f"now + {offset} seconds"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()

    seen, entered = answers(device, "mfa", "pin", code())
    assert entered and [prompt[1:] for prompt in seen] == [("Password: ", False), ("Enter one-time code: ", False)]
    for wrong in (("no", ), ("pin", code(3600)), ("pin", "pin")):
        assert not answers(device, "mfa", *wrong, *["x"] * 3)[1]


@pytest.mark.parametrize("user", ["short", "idle"])
def test_the_end_of_a_session(device, user):
    """Session-Timeout and Idle-Timeout are in seconds; both are 2 here."""
    t = device.terminal(user, user)
    assert t.screen.last == "R1#" and t.hangs_up(10)


def test_words_of_a_session(device):
    t = device.terminal("times", "times")
    shown = t.command("show terminal")
    assert re.search(r"^ +00:07:00 ", shown, re.M), shown
    auto = device.terminal("auto", "auto", settle=False)
    assert auto.hangs_up() and LEVEL.strip() in auto.screen.text
    stays = device.terminal("stays", "stays")
    assert "Current privilege level is 1" in stays.screen.text and stays.screen.last == "R1>"


# --- is it there? ---


def test_automate_tester(lab, folder):
    """A server that is configured is tried before anybody needs it: a login and a record of a user it does not know, whose
    no is as good as a yes; one that is away is said to be, with no login."""
    with radius.Hole() as gone:
        port = gone.port
    with radius.FreeRadius(folder / "tested") as server:
        device = boot(lab, of("R", server), radius.server("GONE", port, port))
        t = device.terminal("alice", "wonder", size=(100, 200))
        configure(t, "radius server R", "automate-tester username probe", "radius server GONE", "automate-tester username probe ignore-acct-port")
        assert laboratory.wait_for(lambda: [dict(r)["Acct-Status-Type"] for r in server.records() if dict(r)["User-Name"] == "probe"] == ["Stop"])
        assert 'User-Name = "probe"' in server.log and server.log.count("Access-Reject") == 1
        assert f"{port},{port} is not responding" in t.command("show logging | include RADIUS_DEAD")
        configure(t, "radius server R", "automate-tester username other ignore-acct-port idle-time 1")
        assert laboratory.wait_for(lambda: server.log.count("Access-Reject") == 2)
        configure(t, "radius server R", "automate-tester username token ignore-acct-port")  # who is asked on is answered, too
        assert laboratory.wait_for(lambda: 'User-Name = "token"' in server.log)
        configure(t, "no radius server R")  # while one may be under way
        assert "probe" not in t.command("show aaa sessions")
