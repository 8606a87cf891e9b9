# SPDX-License-Identifier: Apache-2.0
"""Who may connect: access lists of the lines, quiet mode, penalties, and how many at a time. Real clients from several
addresses of the loopback network; what is refused is refused before a byte of the protocol."""

import contextlib
import random
import re
import resource
import socket
import time

import pytest

import lab as laboratory
import wire

LEVEL = "Current privilege level is 15\n"
OPEN_CONSOLE = "aaa new-model\naaa authentication login default local\naaa authentication login CON none\nline con 0\n login authentication CON\n privilege level 15\n"
NOBODY = "ip access-list standard NOBODY\n deny any\n"  # for `penalty exempt`: also the device's own host pays


def configured(*lines):
    return laboratory.CONFIG.replace("end\n", "\n".join(lines) + "\nend\n")


class Console:
    """A person on the console, whom nothing here keeps out."""

    def __init__(self, device):
        self.t = device.console()
        self.t.send("\r")
        self.t.settle()
        self.t.send("enable\r") if self.t.screen.last.endswith(">") else self.t.send("\r")
        self.t.settle()
        if self.t.screen.last.startswith("Password"):
            self.t.command("sesame")
        self.t.command("terminal length 0")

    def __call__(self, *lines):
        return [self.t.command(line) for line in lines][-1]

    def configure(self, *lines):
        said = [self.t.command(line) for line in ("configure terminal", *lines)]
        self.t.command("end")
        return said[-1]


def dial(port, source="127.0.0.1", to="127.0.0.1"):
    s = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET)
    s.settimeout(10)
    s.bind((source, 0))
    s.connect((to, port))
    return s


def greeted(port, source="127.0.0.1", to="127.0.0.1"):
    """Whether a connection from there is answered with a version line, or ended without a byte."""
    try:
        with dial(port, source, to) as s:
            data = s.recv(256)
    except ConnectionResetError:
        return False
    assert data == b"" or data.startswith(b"SSH-"), data
    return data != b""


def fails_to_log_in(device, source="127.0.0.1", user="admin"):
    """One attempt."""
    done = device.ssh("x", user=user, password="wrong", options=("-b", source, "-o", "PreferredAuthentications=password"))
    return done.returncode == 255


def from_address(device, source):
    done = device.ssh("show privilege", options=("-b", source))
    assert done.stdout in ("", LEVEL)
    return done.stdout == LEVEL


@pytest.fixture(scope="module")
def shared(build):
    made = laboratory.Lab()
    device = made.device()
    device.init(laboratory.CONFIG)
    device.port6 = laboratory.free_port()
    device.run("-p", f"[::1]:{device.port6}:22")
    device.person = Console(device)
    yield device
    made.release()


# --- access lists ---


def test_a_line_admits_whom_its_list_permits(shared):
    person = shared.person
    person.configure("access-list 10 permit 127.0.0.2", "access-list 10 permit 127.1.0.0 0.0.255.255", "line vty 0 4", "access-class 10 in")
    assert [from_address(shared, s) for s in ("127.0.0.1", "127.0.0.2", "127.1.2.3")] == [False, True, True]
    assert not greeted(shared.port, "127.2.0.1")
    assert "access-class of the lines" in person("show logging | include SSH-4-REFUSED")
    shown = person("show access-lists 10")
    assert re.search(r"10 permit 127\.0\.0\.2 \(1 match\)", shown), shown
    assert re.search(r"20 permit 127\.1\.0\.0, wildcard bits 0\.0\.255\.255 \(1 match\)", shown), shown
    # It counts for the next connection, and sessions that run keep running.
    running = shared.terminal(options=("-b", "127.0.0.2"))
    person.configure("no access-list 10", "access-list 10 permit 127.0.0.1")
    assert [greeted(shared.port, s) for s in ("127.0.0.1", "127.0.0.2")] == [True, False]
    assert "level is 15" in running.command("show privilege")
    assert re.search(r"10 permit 127\.0\.0\.1 \(1 match\)", person("show ip access-lists"))
    person("clear access-list counters")
    assert "match" not in person("show access-lists")
    # A list that does not exist permits everybody, one that has entries denies the rest.
    person.configure("no access-list 10")
    assert greeted(shared.port, "127.0.0.2")
    person.configure("access-list 10 deny 127.0.0.2 log")
    assert not greeted(shared.port, "127.0.0.2") and not greeted(shared.port, "127.0.0.3")
    assert "%SEC-6-IPACCESSLOGS: list 10 denied 127.0.0.2 1 packet" in person("show logging | include IPACCESSLOG")
    person.configure("line vty 0 4", "no access-class 10 in", "no access-list 10")
    assert greeted(shared.port, "127.0.0.2")
    running.close()


def test_extended_and_ipv6_lists(shared):
    person = shared.person
    person.configure(
        "ip access-list extended MGMT", "permit udp any any", "permit tcp host 127.0.0.2 any eq 23", "deny tcp 127.0.0.3 0.0.0.0 any eq ssh log",
        "permit tcp 127.0.0.0 0.0.0.255 range 1024 65535 host 127.0.0.1 eq 22", "line vty 0 4", "access-class MGMT in",
    )  # fmt: skip
    assert [greeted(shared.port, f"127.0.0.{n}") for n in (1, 2, 3)] == [True, True, False]
    assert not greeted(shared.port, "127.0.1.1")
    assert re.search(r"%SEC-6-IPACCESSLOGP: list MGMT denied tcp 127\.0\.0\.3\(\d+\) -> 0\.0\.0\.0\(22\), 1 packet", person("show logging"))
    assert greeted(shared.port6, "::1", "::1")  # another protocol, another command
    person.configure("ipv6 access-list V6", "deny tcp host ::1 any log", "permit ipv6 any any", "line vty 0 4", "ipv6 access-class V6 in")
    assert not greeted(shared.port6, "::1", "::1")
    assert greeted(shared.port)
    assert "deny tcp host ::1 any log (1 match) sequence 10" in person("show ipv6 access-list")
    assert re.search(r"%IPV6_ACL-6-ACCESSLOGP: list V6/10 denied tcp ::1\(\d+\)", person("show logging"))
    person.configure("ipv6 access-list V6", "no sequence 10")
    assert greeted(shared.port6, "::1", "::1")
    person.configure("line vty 0 4", "no access-class MGMT in", "no ipv6 access-class V6 in", "no ip access-list extended MGMT", "no ipv6 access-list V6")


def test_each_line_has_its_own_list(shared):
    """Gate lets in whom any line would take; the line that is given asks again."""
    person = shared.person
    person.configure(
        "access-list 2 permit 127.0.0.2", "access-list 3 permit 127.0.0.3", "line vty 0", "access-class 2 in", "line vty 1 4", "access-class 3 in",
    )  # fmt: skip
    assert [greeted(shared.port, f"127.0.0.{n}") for n in (1, 2, 3)] == [False, True, True]
    on_zero = shared.terminal(options=("-b", "127.0.0.2"))
    assert re.search(r"\* *2 vty 0 .*127\.0\.0\.2", on_zero.command("show users"))
    refused = shared.ssh("show privilege", options=("-b", "127.0.0.2"))
    assert refused.stdout == "% the access-class of the vty lines refuses this address\n"
    third = shared.terminal(options=("-b", "127.0.0.3"))
    assert re.search(r"\* *3 vty 1 ", third.command("show users"))
    shared.person.configure("line vty 0 4", "no access-class 2 in", "no access-list 2", "no access-list 3")
    on_zero.close()
    third.close()


def admits(rules, address):
    """As the manual says it, on numbers: the first rule that fits decides, the end denies."""
    for action, base, wildcard in rules:
        if (address ^ base) & ~wildcard & 0xFFFFFFFF == 0:
            return action == "permit"
    return False


def dotted(n):
    return socket.inet_ntoa(n.to_bytes(4, "big"))


def test_any_mask_against_arithmetic(shared):
    """Lists with wildcards of any bits, asked from random addresses, beside a few lines of Python that say the same."""
    rng, person, seen = random.Random(20261128), shared.person, set()
    person.configure("line vty 0 4", "access-class 50 in")
    for _ in range(4):
        rules = [
            (rng.choice(["permit", "deny"]), 0x7F000000 | rng.getrandbits(24), rng.choice([0, 0xFF, 0xFFFF, rng.getrandbits(24), rng.getrandbits(32), 0xFFFFFFFF]))
            for _ in range(8)
        ]  # fmt: skip
        person.configure("no access-list 50", *(f"access-list 50 {a} {dotted(b)} {dotted(w)}" for a, b, w in rules))
        near = [b ^ (rng.getrandbits(32) & w) | 0x7F000000 for _, b, w in rules]
        for address in [*near, *(0x7F000000 | rng.getrandbits(24) for _ in range(8))]:
            address = address & 0x7FFFFFFF if address & 0xFFFFFF not in (0, 0xFFFFFF) else 0x7F000001
            assert greeted(shared.port, dotted(address)) == admits(rules, address), (rules, dotted(address))
            seen.add(admits(rules, address))
    assert seen == {True, False}
    person.configure("line vty 0 4", "no access-class 50 in", "no access-list 50")


def test_odd_lines_of_lists(shared):
    t = shared.person.t
    for line, said in (
        ("access-list 0 permit any", "Invalid input"), ("access-list 200 permit any", "Invalid input"), ("access-list 10 permit 1.2.3", "Incomplete|Invalid input"),
        ("access-list 10 permit 1.2.3.4 255.255", "Invalid input"), ("access-list 10", "Incomplete"), ("access-list 10 permit host", "Incomplete"),
        ("access-list 101 permit tcp any", "Incomplete"), ("access-list 101 permit tcp any any eq 70000", "Invalid input"), ("access-list 101 permit gre any any", "Invalid input"),
        ("ip access-list standard 101", "Invalid access list name"), ("ip access-list extended 5", "Invalid access list name"), ("ip access-list standard " + 65 * "x", "Invalid input"),
        ("ipv6 access-list 7", "Invalid access list name"),
    ):  # fmt: skip
        t.command("configure terminal")
        shown = t.command(line)
        assert re.search(said, shown), (line, shown)
        t.command("end")
    for mode, line, said in (
        ("ip access-list standard ODD", "0 permit any", "Invalid input"), ("ip access-list standard ODD", "permit any\r5 permit 1.1.1.1\r5 deny any", "Duplicate sequence"),
        ("ip access-list standard ODD", "2147483647 deny any\rdeny 9.9.9.9", "No sequence number"), ("ip access-list standard ODD", "no 4000", ""),
        ("ip access-list standard ODD", "no permit 7.7.7.7", "does not exist"), ("ipv6 access-list ODD", "permit ipv6 any any", "already exists|Invalid"),
        ("ipv6 access-list ODD6", "permit ipv6 2001:db8::/129 any", "Invalid input"), ("ipv6 access-list ODD6", "permit ipv6 2001:db8:::/32 any", "Invalid input"),
        ("ipv6 access-list ODD6", "permit ipv6 1.2.3.4/8 any", "Invalid input"),
    ):  # fmt: skip
        t.command("configure terminal")
        shown = t.command(mode)
        shown += "".join(t.command(part) for part in line.split("\r"))
        assert re.search(said, shown), (line, shown)
        t.command("end")
    shared.person.configure("no ip access-list standard ODD", "no ipv6 access-list ODD6")


def test_thousands_of_entries(lab):
    """A list that no message could hold: loaded, asked to its end, shown, and changed while it is at work."""
    entries = "".join(f" permit 10.{n >> 8}.{n & 255}.0 0.0.0.{2 * n % 256 | 1}\n" for n in range(4000))
    device = lab.booted(configured("ip access-list standard LONG", entries.rstrip("\n"), " permit 127.0.0.2", "line vty 0 4", " access-class LONG in"))
    assert [greeted(device.port, s) for s in ("127.0.0.1", "127.0.0.2")] == [False, True]
    person = Console(device)
    assert "40010 permit 127.0.0.2 (1 match)" in person("show access-lists LONG | include 127")
    person.configure("ip access-list standard LONG", "5 permit 127.0.0.1")
    assert laboratory.wait_for(lambda: greeted(device.port, "127.0.0.1"))
    assert "40010 permit 127.0.0.2 (1 match)" in person("show access-lists LONG | include 127")


# --- transport ---


def test_transport_input_none_answers_nobody(shared):
    person = shared.person
    person.configure("line vty 0 4", "transport input none")
    for source in ("127.0.0.1", "127.0.0.2"):
        with pytest.raises(ConnectionRefusedError):
            dial(shared.port, source)
    with pytest.raises(ConnectionRefusedError):
        dial(shared.port6, "::1", "::1")
    person.configure("line vty 3", "transport input telnet ssh")
    assert greeted(shared.port)
    person.configure("line vty 0 4", "transport input ssh")
    assert from_address(shared, "127.0.0.1")


# --- login block-for ---


def test_block_for(lab):
    device = lab.booted(configured("login block-for 3 attempts 3 within 60", "login on-success log", "access-list 7 permit 127.0.0.7"))
    person = Console(device)
    stalled = dial(device.port, "127.0.0.3")
    stalled.recv(100)
    assert from_address(device, "127.0.0.1")
    assert re.search(
        r"%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success \[user: admin\] \[Source: 127\.0\.0\.1\] \[localport: 22\] at \S+ UTC",
        person("show logging | include LOGIN_SUCCESS"),
    )
    assert "presently in Normal-Mode" in person("show login")
    for n in range(3):
        assert greeted(device.port, "127.0.0.4")
        assert fails_to_log_in(device, f"127.0.0.{4 + n % 2}")
    assert "presently in Quiet-Mode" in person("show login")
    assert "Denying logins from all sources" in person("show login")
    log = person("show logging | include SEC_LOGIN")
    assert len(re.findall(r"%SEC_LOGIN-4-LOGIN_FAILED: Login failed \[user: admin\] \[Source: [\d.]+\] \[localport: 22\] \[Reason: Login Authentication Failed\] at", log)) == 3
    assert re.search(r"%SEC_LOGIN-1-QUIET_MODE_ON: Still timeleft for watching failures is \d+ secs, \[user: admin\] \[Source: 127\.0\.0\.4\] \[localport: 22\] \[Reason: Login Authentication Failed\] \[ACL: sl_def_acl\] at", log)  # fmt: skip
    assert not greeted(device.port, "127.0.0.7") and not greeted(device.port)
    assert stalled.recv(100) == b""  # who had not logged in is gone
    failures = person("show login failures")
    assert "Total failed logins: 3" in failures
    assert re.search(r"^admin +127\.0\.0\.4 +22 +2 ", failures, re.M) and re.search(r"^admin +127\.0\.0\.5 +22 +1 ", failures, re.M)
    person.configure("login quiet-mode access-class 7")
    assert greeted(device.port, "127.0.0.7") and not greeted(device.port)
    assert "Restricted logins filtered by applied ACL 7" in person("show login")
    assert laboratory.wait_for(lambda: "QUIET_MODE_OFF: Quiet Mode is OFF, because block period timed out" in person("show logging"), 8, 0.2)
    assert from_address(device, "127.0.0.1")
    # A failed login more is one, not four; taking the command away ends quiet mode.
    assert fails_to_log_in(device)
    assert from_address(device, "127.0.0.1")
    person.configure("login block-for 600 attempts 1 within 60")
    assert fails_to_log_in(device)
    assert not greeted(device.port)
    person.configure("no login block-for")
    assert from_address(device, "127.0.0.1")
    assert "NOT enabled" in person("show login")


def test_delay_and_every_second_failure(lab):
    """`login delay` comes on top, for whoever it is; the log counts."""
    device = lab.booted(configured("login delay 2", "login on-failure log every 2"))
    for user in ("admin", "nobody", "admin"):
        begun = time.monotonic()
        assert fails_to_log_in(device, user=user)
        assert time.monotonic() - begun >= 2
    log = device.ssh("show logging | include LOGIN_FAILED").stdout
    assert log.count("LOGIN_FAILED: ") == 1 and "[user: nobody]" in log


# --- penalties ---


def test_penalties(lab):
    device = lab.booted(configured(NOBODY + "ip ssh penalty exempt NOBODY"))
    person = Console(device)
    # A person who mistypes some times is not kept out.
    for _ in range(3):
        assert device.ssh("x", password="wrong", options=("-b", "127.0.0.2", "-o", "NumberOfPasswordPrompts=1")).returncode == 255
    assert from_address(device, "127.0.0.2")
    # Somebody who only looks in, again and again, is; his neighbours are not.
    person.configure("ip ssh penalty no-login 10")
    seen = [greeted(device.port, "127.0.0.3") for _ in range(8)]
    assert laboratory.wait_for(lambda: not greeted(device.port, "127.0.0.3"), 3), seen
    assert seen[0]
    assert greeted(device.port, "127.0.0.4")
    shown = person("show ip ssh penalty")
    assert re.search(r"^127\.0\.0\.3 +\d+ +yes", shown, re.M) and re.search(r"^127\.0\.0\.2 +\d+ +no", shown, re.M), shown
    assert re.search(r"Connections refused: 0 by access-class, 0 by quiet mode, [1-9]\d* by penalty", shown)
    # What is owed outlives a gate.
    gate = device.role("gate")
    gates = [p for p in gate if device_parent(p) in device.role("core")]
    for pid in gates:
        laboratory.os.kill(pid, 9)
    assert laboratory.wait_for(lambda: connects(device.port, "127.0.0.4"), 10)
    assert not greeted(device.port, "127.0.0.3")
    person.configure("no ip ssh penalty")
    assert greeted(device.port, "127.0.0.3")
    assert "Penalties are disabled" in person("show ip ssh penalty")
    person.configure("ip ssh penalty", "ip ssh penalty maximum 1")
    # The table has its size, however many sources there are; and by default this host is exempt.
    for n in range(300):
        with contextlib.suppress(OSError):
            greeted(device.port, f"127.3.{n // 200}.{n % 200 + 1}")
    assert len(re.findall(r"^127\.", person("show ip ssh penalty"), re.M)) <= 256
    person.configure("no ip ssh penalty exempt", "no ip ssh penalty maximum")
    assert greeted(device.port, "127.0.0.3")


def device_parent(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"PPid:\t(\d+)", file.read())[1])


def connects(port, source):
    try:
        return greeted(port, source)
    except OSError:
        return False


# --- how many ---


def descriptors(n):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < n:
        resource.setrlimit(resource.RLIMIT_NOFILE, (n, n))
    elif soft < n:
        resource.setrlimit(resource.RLIMIT_NOFILE, (n, hard))


def sessions(device):
    """Processes that are not the two or three that are always there."""
    return len(device.role("gate"))


@pytest.fixture
def held():
    """Sockets that are closed however the test ends: what comes after it may know low descriptors only."""
    sockets = []
    yield sockets
    for s in sockets:
        s.close()


def gets_in(device, *options):
    """The good client tries again when it is turned away, as a person does."""
    return laboratory.wait_for(lambda: device.ssh("show privilege", options=options).stdout == LEVEL, 10)


def flood(port, n, sources, held):
    """Half-open connections: the client never says a word."""
    for i in range(n):
        s = socket.socket()
        s.setblocking(False)
        s.bind((sources(i), 0))
        with contextlib.suppress(BlockingIOError):
            s.connect(("127.0.0.1", port))
        held.append(s)
        if i % 64 == 63:
            time.sleep(0.01)  # the listening queue is finite; what does not fit is tried again by the kernel


def test_ten_thousand_half_open_connections(lab, held):
    """They never have more than their share of processes, and while all of them are held a good client gets in all the
    same, from among them too. It is for them that one of them gives way, and for nobody else: who is in stays in, and who
    has exchanged keys, before any of them came, can still log in."""
    descriptors(12000)
    device = lab.booted(configured("ip ssh time-out 120"))  # nobody's time ends
    idle = sessions(device)
    inside, slow = device.terminal(), wire.keyed(device.port)
    for i in range(8):
        held.append(dial(device.port, f"127.2.0.{i + 1}"))
        assert held[-1].recv(256).startswith(b"SSH-")  # core has seen it: that some wait is known before all others come
    flood(device.port, 10000, lambda i: f"127.{4 + i // 40000}.{i // 200 % 200}.{i % 200 + 1}", held)
    most = sessions(device)
    begun = time.monotonic()
    good = gets_in(device)
    took = time.monotonic() - begun
    print(f"10000 half-open connections, {most} processes: login {'worked' if good else 'failed'} in {took:.2f} s")
    assert good
    assert gets_in(device, "-b", "127.0.0.2")
    assert most <= idle + 2 + 2 * 200 + 5  # a gate that is new, and the one before it
    assert laboratory.wait_for(lambda: sessions(device) <= idle + 2 + 200 + 5)
    # Slow bytes are no progress: who sends a letter a second is half-open, too.
    for s in held[-200:]:
        with contextlib.suppress(OSError):
            s.send(b"S")
    assert gets_in(device)
    assert "level is 15" in inside.command("show privilege")
    slow.auth_password("admin", "admin")
    assert slow.is_authenticated()
    assert sessions(device) >= idle + 100, "they were at the door all the time"
    slow.close()
    inside.close()
    for s in held:
        s.close()
    assert laboratory.wait_for(lambda: sessions(device) <= idle + 1, 20), sessions(device)


def test_maxstartups_and_the_grace_of_a_thousand(lab, held):
    """Never more than so many that have not logged in, and the time of those who stall ends for each of them."""
    descriptors(4000)
    device = lab.booted(configured("ip ssh maxstartups 30", "ip ssh time-out 3"))
    idle = sessions(device)
    for i in range(1000):
        held.append(dial(device.port, f"127.9.{i // 200}.{i % 200 + 1}"))
        with contextlib.suppress(ConnectionResetError):
            held[-1].recv(256)
    assert sessions(device) <= idle + 30 + 5
    assert device.ssh("show privilege").stdout == LEVEL
    assert laboratory.wait_for(lambda: sessions(device) <= idle + 1, 20), sessions(device)
    for s in held:
        with contextlib.suppress(ConnectionResetError):
            while s.recv(4096):
                pass
        s.close()
    assert "LOGIN_TIMEOUT" in device.ssh("show logging | include LOGIN_TIMEOUT").stdout


# --- attempts ---


@pytest.mark.parametrize("retries", [0, 3])
def test_prompts_are_the_lower_of_two(lab, retries):
    """Per method as many as client and device both allow; with two methods, twice that."""
    device = lab.booted(configured(f"ip ssh authentication-retries {retries}"))
    script = device.parent / "counting"
    asked = device.parent / "asked"
    script.write_text(f'#!/bin/sh\necho x >> {asked}\necho wrong\n')
    script.chmod(0o755)
    env = dict(device.ssh_env("wrong"), SSH_ASKPASS=str(script))
    for prompts, methods in ((1, 2), (2, 2), (3, 2), (6, 2), (6, 1)):
        asked.write_text("")
        only = ("-o", "PreferredAuthentications=password") if methods == 1 else ()
        argv = [a.replace("NumberOfPasswordPrompts=1", f"NumberOfPasswordPrompts={prompts}") for a in device.ssh_argv("admin", "x", options=only)]
        done = laboratory.subprocess.run(argv, env=env, stdin=laboratory.subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 255
        assert asked.read_text().count("x") == methods * min(prompts, retries + 1), (prompts, methods, done.stderr)
