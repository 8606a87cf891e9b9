# SPDX-License-Identifier: Apache-2.0
"""Goal: somebody who has taken over a session or gate can do nothing with it. The live processes of a device run by
root and of one run by an ordinary user are inspected (TRUST.md), and made to try what must not work."""

import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys

import pytest

import lab as laboratory
from lab import wait_for

HERE = pathlib.Path(__file__).parent
SIGSYS, EPERM, EACCES = 31, 1, 13
AT_FDCWD = 2**64 - 100

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="inject.c knows x86-64")


@pytest.fixture
def device(lab, uid):
    return lab.booted(uid=uid)


@pytest.fixture(scope="session")
def inject(tmp_path_factory):
    """inject(pid, call, *args): what came of a system call that pid was made to do."""
    if os.geteuid() != 0:
        pytest.skip("only root can trace these processes, and that is the point")
    tool = tmp_path_factory.mktemp("inject") / "inject"
    subprocess.run([shutil.which("cc"), "-D_GNU_SOURCE", "-O2", "-o", tool, HERE / "inject.c"], check=True)

    def run(pid, *call):
        done = subprocess.run([tool, *map(str, (pid, *call))], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def status(pid):
    return dict(re.findall(r"(\w+):[ \t]*(.*)", pathlib.Path(f"/proc/{pid}/status").read_text()))


def descriptors(pid):
    return {int(e): os.readlink(f"/proc/{pid}/fd/{e}") for e in os.listdir(f"/proc/{pid}/fd")}


def is_session(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "session"
    except FileNotFoundError:  # it ended meanwhile
        return False


def gate_of(device):
    return wait_for(lambda: [p for p in device.role("gate") if not is_session(p)])[0]


def core_of(device):
    return device.role("core")[0]


def new_session(device):
    """A logged-in terminal and the pid of its session."""
    wait_for(lambda: [p for p in device.role("gate") if is_session(p)])  # the console's
    before = set(device.role("gate"))
    terminal = device.terminal()
    (pid,) = [p for p in device.role("gate") if p not in before and is_session(p)]
    return terminal, pid


def needs_root():
    if os.geteuid() != 0:
        pytest.skip("the processes hide from an ordinary user")


# --- inspection ---


def assert_locked(pid, uid):
    s = status(pid)
    assert (s["Seccomp"], s["NoNewPrivs"], s["Threads"]) == ("2", "1", "1")
    for capabilities in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(s[capabilities], 16) == 0, capabilities
    owners = s["Uid"].split() + s["Gid"].split()
    assert len(set(owners[:4])) == 1 and owners[0] != "0"
    if uid is None and os.geteuid() == 0:
        assert s["Groups"].strip() == ""
    else:
        assert owners[0] == str(uid if uid is not None else os.geteuid())


def test_gate_and_sessions_are_locked_in(device, uid):
    _, session = new_session(device)
    assert_locked(session, uid)
    assert_locked(gate_of(device), uid)


def test_session_has_its_two_descriptors(device):
    needs_root()
    _, session = new_session(device)
    found = descriptors(session)
    assert len(found) == 2 and all(target.startswith("socket:") for target in found.values()), found


def test_session_has_no_library_of_others(device):
    """Only libcrypto and the C library are of use to it: gate leaves the others out when it forks."""
    _, pid = new_session(device)
    for name in map(pathlib.Path, (f"/proc/{pid}/maps", f"/proc/{gate_of(device)}/maps")):
        found = set(re.findall(r"/lib(\w+?)[-.][^/]*$", name.read_text(), re.M))
        others = {"event_core", "pcre2", "seccomp", "yang"} & found
        assert "crypto" in found and "c" in found, found
        assert bool(others) == (f"/{pid}/" not in str(name)), (name, found)


def test_console_session_has_its_two_descriptors(device):
    needs_root()
    (console,) = wait_for(lambda: [p for p in device.role("gate") if is_session(p)])
    found = descriptors(console)
    assert sorted(re.split(r"[:\d]", target)[0] for target in found.values()) == ["/dev/pts/", "socket"], found


def test_gate_has_its_channel_and_listeners(device):
    needs_root()

    def targets():
        found = descriptors(gate_of(device))
        return [target.split(":")[0] for _, target in sorted(found.items())]

    # a connection being handed over adds some for a moment
    expected = ["/dev/null"] * 3 + ["socket"] * 2
    assert wait_for(lambda: targets() == expected, 2), targets()


def test_root_is_an_empty_folder(lab):
    """Where root runs the device: only root can change the root folder."""
    needs_root()
    device = lab.booted()
    _, session = new_session(device)
    for pid in (session, gate_of(device)):
        assert os.listdir(f"/proc/{pid}/root/") == []


def test_nobody_may_look_into_them(device):
    """Not dumpable: /proc belongs to root and refuses even their own user."""
    _, session = new_session(device)
    for name, pid in everybody(device).items():
        assert os.stat(f"/proc/{pid}/mem").st_uid == 0, name
    s = status(session)
    for limit in ("Max core file size", "Max processes"):
        line = re.search(rf"^{limit}\s+(\S+)\s+(\S+)", pathlib.Path(f"/proc/{session}/limits").read_text(), re.M)
        assert line.groups() == ("0", "0"), limit
    assert s["Threads"] == "1"


def helper_of(device):
    """The helper that makes a long key for somebody at a terminal: it holds a private key."""
    terminal = device.terminal()
    terminal.command("configure terminal")
    terminal.send("crypto key generate rsa modulus 4096 label long\r")
    (pid,) = wait_for(lambda: [p for p, argv in device.processes().items() if "helper-rsa" in argv], step=0)
    assert wait_for(lambda: status(pid)["Seccomp"] == "2", step=0), "locked in before it reads the request"
    os.kill(pid, signal.SIGSTOP)
    return pid


def everybody(device):
    """All of the device, by name."""
    rommon = next(p for p, argv in device.processes().items() if "run" in argv)
    session = new_session(device)[1]
    return {"rommon": rommon, "core": core_of(device), "gate": gate_of(device), "session": session, "helper": helper_of(device)}


def test_nobody_leaves_a_core_file(device):
    for name, pid in everybody(device).items():
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max core file size\s+0\s+0\s", limits, re.M), name


LOOK = """
import sys
for pid in sys.argv[1:]:
    for name in ("mem", "maps", "environ", "auxv", "syscall", "fd/0"):
        try:
            open(f"/proc/{pid}/{name}", "rb").close()
            print(pid, name)
        except PermissionError:
            pass
"""


def test_memory_is_closed_to_their_own_user(device):
    """What a session's user, or whoever runs an ordinary user's device, can try from outside of the walls."""
    needs_root()
    pids = everybody(device)
    user = status(pids["session"])["Uid"].split()[0]
    argv = ["setpriv", f"--reuid={user}", "--clear-groups", sys.executable, "-c", LOOK, *map(str, pids.values()), "self"]
    opened = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True).stdout
    assert "self mem\n" in opened, "the control: he may read himself"
    assert all(line.startswith("self ") for line in opened.splitlines()), (pids, opened)


# --- attempts ---


def attempts(device):
    """(name, call, arguments) of what a burglar would try first."""
    core = core_of(device)
    startup = f"s:{device.folder}/nvram/startup-config"
    return [
        ("ptrace core", 101, (16, core, 0, 0)),
        ("seize core", 101, (0x4206, core, 0, 0)),
        ("read core's memory", 310, (core, "b:16", 1, "b:16", 1, 0)),
        ("write core's memory", 311, (core, "b:16", 1, "b:16", 1, 0)),
        ("end core", 62, (core, 15)),
        ("open a file", 257, (AT_FDCWD, startup, 0, 0)),
        ("open the key store", 257, (AT_FDCWD, f"s:{device.folder}/keys", 0, 0)),
        ("open memory", 2, (f"s:/proc/{core}/mem", 2, 0)),
        ("openat2", 437, (AT_FDCWD, startup, "b:24", 24)),
        ("open its own memory", 257, (AT_FDCWD, "s:/proc/self/mem", 2, 0)),
        ("make a file in memory", 319, ("s:x", 0)),
        ("make a socket", 41, (2, 1, 0)),
        ("connect", 42, (3, "x:02000016" + "7f000001" + "00" * 8, 16)),
        ("run a program", 59, ("s:/bin/sh", 0, 0)),
        ("run a descriptor", 322, (3, "s:", 0, 0, 0x1000)),
        ("executable memory", 9, (0, 4096, 7, 0x22, 2**64 - 1, 0)),
        ("memory made executable", 10, (0, 4096, 5)),
        ("a thread", 56, (0x10F00, 0, 0, 0, 0)),
        ("a namespace", 272, (0x10000000,)),
        ("io_uring", 425, (8, "b:120")),
        ("bpf", 321, (0, "b:16", 16)),
        ("take core's descriptor", 438, (core, 5, 0)),
        ("find core", 434, (core, 0)),
        ("unlink", 87, (startup,)),
        ("be dumpable", 157, (4, 1, 0, 0, 0)),
        ("type into the terminal", 16, (3, 0x5412, "x:41")),
    ]


def assert_refused(name, outcome):
    assert re.fullmatch(rf"killed by signal {SIGSYS}|errno ({EPERM}|{EACCES})", outcome), f"{name}: {outcome}"


def test_session_can_do_nothing(device, inject):
    for name, call, arguments in attempts(device):
        terminal, session = new_session(device)
        assert_refused(name, inject(session, call, *arguments))
        terminal.close()
    as_gate = [("accept", 288, (3, 0, 0, 0)), ("a pair of sockets", 53, (1, 5, 0, "b:8")), ("fork as gate does", 56, (0x1200011, 0, 0, 0, 0))]
    for name, call, arguments in (("fork", 56, (17, 0, 0, 0, 0)), ("kill core", 62, (core_of(device), 9)), *as_gate):
        terminal, session = new_session(device)
        assert_refused(name, inject(session, call, *arguments))
        terminal.close()
    assert device.ssh("show", "version").returncode == 0


def test_gate_can_do_nothing(device, inject):
    core = core_of(device)
    for name, call, arguments in attempts(device):
        gate = gate_of(device)
        outcome = inject(gate, call, *arguments)
        assert_refused(name, outcome)
        if outcome.startswith("killed"):  # core starts another one
            assert wait_for(lambda: [p for p in device.role("gate") if p != gate and not is_session(p)], 5), name
            assert wait_for(lambda: device.ssh("show", "version").returncode == 0, 5), name
    # what its list has and Landlock or the user must stop
    for victim in (core, os.getpid(), 1):
        assert inject(gate_of(device), 62, victim, 9) == f"errno {EPERM}"
    assert core_of(device) == core
    assert device.ssh("show", "version").returncode == 0


def test_one_session_cannot_reach_another(device, inject):
    _, victim = new_session(device)
    for name, call, arguments in (
        ("ptrace", 101, (16, victim, 0, 0)), ("kill", 62, (victim, 9)), ("read", 310, (victim, "b:16", 1, "b:16", 1, 0)),
    ):  # fmt: skip
        terminal, session = new_session(device)
        assert_refused(name, inject(session, call, *arguments))
        terminal.close()
    assert status(victim)["State"].startswith("S")


HELPER_MAY = ("make a socket", "connect")  # it is there for that


def test_who_talks_with_file_servers_can_do_nothing_else(device, inject):
    """The helper of a copy, while a server lets it wait."""
    terminal = device.terminal()
    tried = [a for a in attempts(device) if a[0] not in HELPER_MAY]
    tried += [("a socket of the host", 41, (1, 1, 0)), ("a raw socket", 41, (2, 3, 0)), ("netlink", 41, (16, 3, 0))]
    with socket.create_server(("127.0.0.1", 0)) as server:
        for name, call, arguments in tried:
            terminal.send(f"copy http://127.0.0.1:{server.getsockname()[1]}/x null:\r")
            peer, _ = server.accept()
            with peer:
                (helper,) = device.role("helper-remote")
                assert status(helper)["Seccomp"] == "2"
                assert_refused(name, inject(helper, call, *arguments))
            terminal.settle()
    assert device.ssh("show", "version").returncode == 0


# --- the process that speaks with an AAA server ---


@pytest.fixture
def servers():
    sys.path.insert(0, str(HERE.parent / "peers"))
    import tacacs_server

    with tacacs_server.Server({"alice": tacacs_server.User("wonder", ["priv-lvl=15"])}, single=True) as made:
        yield made


def asking(lab, servers, uid):
    """A device that asks the server, keeping its connection, and a function: the pid of the process that does."""
    methods = "aaa authentication login default group tacacs+\naaa authorization exec default group tacacs+\n"
    host = f"tacacs-server host 127.0.0.1 single-connection port {servers.port} key cisco\n"
    device = lab.booted(laboratory.CONFIG.replace("line vty", f"aaa new-model\n{methods}{host}line vty"), uid=uid)

    def asker():
        done = device.ssh("show privilege", user="alice", password="wonder")
        assert done.stdout == "Current privilege level is 15\n", done.stderr
        return device.role("asker")[-1]

    return device, asker


def test_asker_is_locked_in(lab, servers, uid):
    device, asker = asking(lab, servers, uid)
    pid = asker()
    assert_locked(pid, uid)
    assert os.stat(f"/proc/{pid}/mem").st_uid == 0
    if os.geteuid() == 0:  # its channel and the connection that is kept; core has no end of that
        found = list(descriptors(pid).values())
        assert len(found) == 2 and all(target.startswith("socket:") for target in found), found
        assert not set(found) & set(descriptors(core_of(device)).values())


def test_asker_can_do_nothing(lab, servers, inject):
    device, asker = asking(lab, servers, None)
    pid = asker()
    for name, call, arguments in [*attempts(device), ("fork", 56, (17, 0, 0, 0, 0)), ("kill core", 62, (core_of(device), 9))]:
        outcome = inject(pid, call, *arguments)
        assert_refused(name, outcome)
        if outcome.startswith("killed"):  # the next question starts another one
            again = asker()
            assert again != pid, name
            pid = again


def test_asker_of_tls(lab, uid, tmp_path, inject):
    """It has libssl, which the others have not, and the same walls; only the authorities of its server."""
    sys.path[:0] = [str(HERE.parent / "peers"), str(HERE.parent / "interop")]
    import collectors
    import tacacs_server

    collectors.authority(tmp_path, "ca")("good")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "good.pem", tmp_path / "good.key")
    with tacacs_server.Server({"alice": tacacs_server.User("wonder", ["priv-lvl=15"])}, single=True, tls=tls) as server:
        methods = "aaa new-model\naaa authentication login default group tacacs+\naaa authorization exec default group tacacs+\n"
        host = f"tacacs server A\n address ipv4 127.0.0.1\n single-connection\n tls port {server.port}\n tls trustpoint server CA\n"
        device = lab.device(uid)
        device.init(laboratory.CONFIG.replace("line vty", f"logging tls-profile CA\n ca-file flash:ca.pem\n{methods}{host}line vty"))
        (device.folder / "flash/ca.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
        device.run()

        def asker():
            assert device.ssh("show privilege", user="alice", password="wonder").stdout == "Current privilege level is 15\n"
            return device.role("asker")[-1]

        pid = asker()
        assert_locked(pid, uid)
        assert "libssl" in pathlib.Path(f"/proc/{pid}/maps").read_text()
        assert "libssl" not in pathlib.Path(f"/proc/{core_of(device)}/maps").read_text()
        if os.geteuid() == 0:
            found = list(descriptors(pid).values())
            assert len(found) == 2 and all(target.startswith("socket:") for target in found), found
        few = ("ptrace core", "open a file", "make a socket")
        for name, call, arguments in [a for a in attempts(device) if a[0] in few and not uid]:
            assert_refused(name, inject(pid, call, *arguments))
            pid = asker()


# --- the process that speaks with a syslog server ---


@pytest.fixture
def collector():
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(20)
        yield made


def carrying(lab, collector, uid):
    """A device that logs to the collector, by TCP, and a function: the pid of the process that does."""
    host = f"logging host 127.0.0.1 transport tcp port {collector.getsockname()[1]}\n"
    device = lab.booted(laboratory.CONFIG.replace("line vty", f"{host}line vty"), uid=uid)
    kept = []

    def courier():
        kept.append(collector.accept()[0])
        assert kept[-1].recv(1) == b"<"
        return device.role("courier")[-1]

    return device, courier


def test_courier_is_locked_in(lab, collector, uid):
    device, courier = carrying(lab, collector, uid)
    pid = courier()
    assert_locked(pid, uid)
    assert os.stat(f"/proc/{pid}/mem").st_uid == 0
    assert "libssl" not in pathlib.Path(f"/proc/{pid}/maps").read_text()
    if os.geteuid() == 0:
        found = list(descriptors(pid).values())
        assert len(found) == 2 and all(target.startswith("socket:") for target in found), found
        assert not set(found) & set(descriptors(core_of(device)).values())


def test_courier_can_do_nothing(lab, collector, inject):
    device, courier = carrying(lab, collector, None)
    pid = courier()
    few = ("ptrace core", "open a file", "make a socket")  # each costs a courier, and the next comes ever later
    for name, call, arguments in [a for a in attempts(device) if a[0] in few]:
        outcome = inject(pid, call, *arguments)
        assert_refused(name, outcome)
        if outcome.startswith("killed"):  # another one goes on, with what had not arrived
            pid = courier()
