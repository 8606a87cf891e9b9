# SPDX-License-Identifier: Apache-2.0
"""Goal: a VRF is the network namespace that device.conf lends by its name: the SSH server listens in it on the address
families the configuration says, at once and no longer than it says so; in no other namespace; with the DSCP value that
is configured."""

import contextlib
import ctypes
import os
import re
import subprocess
import sys
import threading
import time

import pytest

from lab import CONFIG, ROOT, wait_for

sys.path[:0] = [str(ROOT / "tests/peers"), str(ROOT / "tests/interop")]
import radius  # noqa: E402
import tacacs_server  # noqa: E402

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def run(*argv, **how):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=20, **how)


class Namespace:
    def __init__(self, name):
        self.name = name
        made = run("ip", "netns", "add", name)
        assert made.returncode == 0, made.stderr
        self.enter("ip", "link", "set", "lo", "up")

    def argv(self, *argv):
        return ["ip", "netns", "exec", self.name, *argv]

    def enter(self, *argv, **how):
        return run(*self.argv(*argv), **how)

    def answers(self, address):
        """Whether an SSH server greets on port 22 of this address inside."""
        said = self.enter("ssh-keyscan", "-T", "5", "-t", "ed25519", address)
        return "ssh-ed25519" in said.stdout

    def ssh(self, device, address, *command, options=()):
        argv = [a for a in device.ssh_argv("admin", *command, options=options) if a != "admin@127.0.0.1"]
        argv[argv.index("-p") + 1] = "22"
        argv[len(argv) - len(command) : len(argv) - len(command)] = [f"admin@{address}"]
        return self.enter(*argv, env=device.ssh_env("admin"), stdin=subprocess.DEVNULL)


@pytest.fixture
def spaces():
    made = []

    def make(suffix):
        made.append(Namespace(f"rvl-{os.getpid()}-{suffix}"))
        return made[-1]

    yield make
    for space in made:
        run("ip", "netns", "delete", space.name)


def lend(device, **vrfs):
    with open(device.folder / "device.conf", "a") as file:
        for vrf, space in vrfs.items():
            file.write(f"vrf {vrf} {space}\n")


def booted(lab, config=CONFIG, **vrfs):
    device = lab.device()
    device.init(config)
    lend(device, **vrfs)
    device.run()
    return device


def test_listens_where_the_configuration_says(lab, spaces):
    red, blue = spaces("red"), spaces("blue")
    device = booted(lab, RED=red.name, BLUE=f"/run/netns/{blue.name}")
    terminal = device.terminal()
    assert not red.answers("127.0.0.1")
    for line in ("configure terminal", "vrf definition RED", "description management", "address-family ipv4", "end"):
        terminal.command(line)
    assert red.answers("127.0.0.1") and not red.answers("::1") and not blue.answers("127.0.0.1")
    for line in ("configure terminal", "vrf definition RED", "address-family ipv6", "ip vrf BLUE", "end"):
        terminal.command(line)
    assert red.answers("127.0.0.1") and red.answers("::1")
    assert blue.answers("127.0.0.1") and not blue.answers("::1")
    for address in ("127.0.0.1", "::1"):
        assert "via 127.0.0.1" not in red.ssh(device, address, "show", "users").stdout
        assert re.search(rf"admin .*{address}", red.ssh(device, address, "show", "users").stdout)
    shown = terminal.command("show vrf")
    assert re.search(r"^  RED +<not set> +ipv4,ipv6$", shown, re.M), shown
    assert re.search(r"^  BLUE +<not set> +ipv4$", shown, re.M), shown
    shown = terminal.command("show vrf RED")
    assert f"Network namespace: /run/netns/{red.name}" in shown and shown.count("SSH server listens") == 2
    # What is no longer asked for is closed; the rest is not touched.
    for line in ("configure terminal", "no ip vrf BLUE", "vrf definition RED", "no address-family ipv4", "end"):
        terminal.command(line)
    assert not red.answers("127.0.0.1") and red.answers("::1") and not blue.answers("127.0.0.1")
    assert device.ssh("show", "privilege").returncode == 0


def test_comes_back_with_the_configuration(lab, spaces):
    red = spaces("red")
    config = CONFIG.replace("line vty", "vrf definition RED\n address-family ipv4\n exit-address-family\n!\nline vty")
    device = booted(lab, config, RED=red.name)
    assert red.answers("127.0.0.1")
    shown = device.ssh("show", "running-config").stdout
    assert "\nvrf definition RED\n address-family ipv4\n!\n" in shown, shown
    device.ssh("write")
    # Gate dies: the next one gets the sockets of the VRF, too.
    gate = device.role("gate")
    os.kill(gate[0], 9)
    assert wait_for(lambda: device.role("gate") not in ([], gate))
    assert wait_for(lambda: red.answers("127.0.0.1"))
    device.stop()
    assert not red.answers("127.0.0.1")
    device.run()
    assert red.answers("127.0.0.1")


def test_access_class_and_vrf_also(lab, spaces):
    """A line with an access-class takes nobody who comes in in a VRF, whatever its list says; with vrf-also it takes whom
    the list permits. Gate refuses whom no line would take; core asks again for the line that is given."""
    red = spaces("red")
    for address in ("127.0.0.2/8", "2001:db8::1/128"):
        red.enter("ip", "address", "add", address, "dev", "lo")
    config = CONFIG.replace("line vty", "vrf definition RED\n address-family ipv4\n address-family ipv6\n!\nline vty")
    device = booted(lab, config, RED=red.name)
    terminal = device.terminal()

    def configure(*lines):
        for line in ("configure terminal", *lines, "end"):
            terminal.command(line)

    def level(address, source=None):
        options = ("-b", source) if source else ()
        return red.ssh(device, address, "show", "privilege", options=options).stdout

    line, inside = "line vty 0 4", "Current privilege level is 15\n"
    assert level("127.0.0.1") == level("::1") == inside
    configure("access-list 10 permit 127.0.0.1", line, "access-class 10 in")
    assert level("127.0.0.1") == "" and level("::1") == inside, "another protocol, another command"
    assert "refused: access-class of the lines" in terminal.command("show logging | include SSH-4-REFUSED")
    assert device.ssh("show", "privilege").stdout == inside
    configure(line, "access-class 10 in vrf-also", "ipv6 access-class SIX in")
    assert level("127.0.0.1") == inside and level("127.0.0.1", "127.0.0.2") == ""
    assert level("::1") == "", "a list that is not there permits all, but nobody from a VRF without vrf-also"
    configure("ipv6 access-list SIX", "permit ipv6 host ::1 any", line, "ipv6 access-class SIX in vrf-also")
    assert level("::1") == inside and level("::1", "2001:db8::1") == ""
    assert terminal.command("show running-config | include access-class").splitlines() == [
        " access-class 10 in vrf-also", " ipv6 access-class SIX in vrf-also",
    ]  # fmt: skip
    # Of several lines it is the one that is given: who is refused by the free ones is told so.
    configure("line vty 0 3", "access-class 10 in")
    assert level("127.0.0.1") == inside
    shown = red.ssh(device, "127.0.0.1", "show users | include vty").stdout
    assert re.search(r"^\* *6 vty 4 ", shown, re.M), shown
    configure("line vty 4", "access-class 10 in", "line vty 3", "no access-class 10 in")
    shown = red.ssh(device, "127.0.0.1", "show users | include vty").stdout
    assert re.search(r"^\* *5 vty 3 ", shown, re.M), shown
    # A gate that is new knows it, too.
    configure("line vty 3", "access-class 10 in")
    gate = device.role("gate")
    os.kill(gate[0], 9)
    assert wait_for(lambda: device.role("gate") not in ([], gate))
    assert wait_for(lambda: device.ssh("show", "privilege").returncode == 0)
    assert level("127.0.0.1") == "" and level("::1") == inside


def test_only_what_was_lent(lab, spaces):
    red = spaces("red")
    device = booted(lab, GONE=f"rvl-{os.getpid()}-none")
    terminal = device.terminal()
    for line in ("configure terminal", "logging buffered"):
        terminal.command(line)
    shown = terminal.command(f"vrf definition {red.name}")
    assert f"device.conf lends no network namespace for VRF {red.name}" in shown
    for line in ("address-family ipv4", "vrf definition GONE", "address-family ipv4", "end"):
        terminal.command(line)
    assert not red.answers("127.0.0.1")
    log = terminal.command("show logging")
    assert f"%SSH-3-LISTEN: cannot listen in vrf {red.name}: device.conf lends no network namespace for it" in log
    assert "%SSH-3-LISTEN: cannot listen on 0.0.0.0 port 22 in vrf GONE: No such file or directory" in log
    # Each change tries again; what has been said once is not said again.
    for line in ("configure terminal", "ip ssh time-out 60", "ip ssh time-out 70", "end"):
        terminal.command(line)
    assert terminal.command("show logging").count("%SSH-3-LISTEN") == log.count("%SSH-3-LISTEN")


def test_dscp_on_the_wire(lab, spaces, tmp_path):
    red = spaces("red")
    device = booted(lab, RED=red.name)
    terminal = device.terminal()

    def seen(address, *lines):
        """The traffic classes of what the server sends to an exec session."""
        for line in ("configure terminal", *lines, "end"):
            terminal.command(line)
        capture = tmp_path / "capture"
        with open(capture, "w") as out, subprocess.Popen(
            red.argv("tcpdump", "-n", "-v", "-l", "-i", "lo", "src", "port", "22"), stdout=out, stderr=subprocess.PIPE, text=True
        ) as tcpdump:
            with contextlib.closing(tcpdump.stderr):
                while "listening on" not in tcpdump.stderr.readline():
                    pass
                assert red.ssh(device, address, "show", "privilege").stdout == "Current privilege level is 15\n"
                time.sleep(0.3)
                tcpdump.terminate()
                tcpdump.wait()
        text = capture.read_text()
        packets = re.findall(r"(?:\(tos|class) (0x[0-9a-f]+).*?Flags \[([^]]*)\]", text, re.S)
        assert packets, text
        return {tos for tos, flags in packets if "R" not in flags}  # a reset is the kernel's own

    families = ("vrf definition RED", "address-family ipv4", "address-family ipv6")
    assert seen("127.0.0.1", *families, "ip ssh dscp 19") == {"0x4c"}
    assert seen("::1") == {"0x4c"}
    assert seen("127.0.0.1", "no ip ssh dscp", "ip ssh precedence 6") == {"0xc0"}
    assert seen("127.0.0.1", "no ip ssh precedence") == {"0x0"}


def server_inside(space, users, **how):
    """A TACACS+ server whose socket is in the namespace; threads have one each."""
    made = []

    def make():
        with open(f"/run/netns/{space.name}") as netns:
            assert ctypes.CDLL(None).setns(netns.fileno(), 0x40000000) == 0  # CLONE_NEWNET
        made.append(tacacs_server.Server(users, **how))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def test_servers_of_a_group_are_in_its_vrf(lab, spaces):
    """The server of the same address in the VRF is asked, and nobody outside; without a namespace nobody is."""
    alice = {"alice": tacacs_server.User("wonder", ["priv-lvl=15"])}
    red = spaces("aaa")
    with server_inside(red, alice) as inside, tacacs_server.Server({}) as outside:
        config = CONFIG.replace("line vty", f"""\
aaa new-model
aaa authentication login default group RED
aaa authorization exec default group RED
vrf definition RED
 address-family ipv4
exit
tacacs server IN
 address ipv4 127.0.0.1
 port {inside.port}
 key cisco
exit
aaa group server tacacs+ RED
 server name IN
 vrf forwarding RED
exit
line vty""")
        device = booted(lab, config, RED=red.name)
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == "Current privilege level is 15\n"
        assert inside.connections == 2 and outside.connections == 0
        poor = lab.device(name="r2")
        poor.init(config.replace(str(inside.port), str(outside.port)))
        poor.run()
        assert poor.ssh("show privilege", user="alice", password="wonder").returncode == 255
        assert outside.connections == 0


def test_radius_in_a_vrf(lab, spaces, tmp_path):
    """FreeRADIUS in the VRF is asked from the interface that the group names, for logins and records; where no namespace
    is lent nobody is, not even a server outside with the same address and port."""
    red = spaces("radius")
    red.enter("ip", "address", "add", "192.0.2.77/32", "dev", "lo")
    with radius.FreeRadius(tmp_path / "in", prefix=red.argv()) as server:
        methods = radius.METHODS.replace("group radius", "group RED")
        group = """\
vrf definition RED
 address-family ipv4
exit
interface Loopback0
 ip address 192.0.2.77 255.255.255.255
exit
aaa group server radius RED
 server name IN
 ip vrf forwarding RED
 ip radius source-interface Loopback0
exit"""
        config = radius.config(radius.server("IN", server.auth, server.acct), group, methods=methods)
        device = booted(lab, config, RED=red.name)
        assert device.ssh("show privilege", user="alice", password="wonder").stdout == radius.LEVEL
        assert wait_for(lambda: len(server.records()) == 2)
        assert {dict(r)["NAS-IP-Address"] for r in server.records()} == {"192.0.2.77"}
        assert re.search(r"Access-Request Id \d+ from 192\.0\.2\.77:", server.log)
        before = len(server.records())
        poor = lab.device(name="r2")
        poor.init(config)
        poor.run()
        assert poor.ssh("show privilege", user="alice", password="wonder").returncode == 255
        assert poor.ssh("show privilege").returncode == 0, "the next method"
        assert "ACCT_WAIT" in poor.ssh("show logging").stdout and len(server.records()) == before
