# SPDX-License-Identifier: Apache-2.0
"""Goal: private host keys and users' secrets are in core's memory and in no other's, and a password somebody typed is in
nobody's once it was judged. The memory of the live processes is read, as only root can."""

import os
import pathlib
import re
import sys

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

import lab as laboratory
from lab import wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from collectors import PASSWORD, authority, pkcs12  # noqa: E402

# The device never sees the words themselves but where they are typed.
HASH = {
    "login-Kq3vX7wR2": "$1$Zq8xY7wV$D389dFjpYlvqUflJ3rEjb1",
    "enable-Tz9mB4nL6": "$1$Zq8xY7wV$kQZfcZcaxWddfgRnbDjQR.",
}
LOGIN, ENABLE = HASH
WRONG = "wrong-Hd5sP8cJ1"
COPIED = "copied-Qw8jN3zL4"  # in a URL
CHOSEN = {"password 0": "clear-Yp3hZ7qN5", "secret": "chosen-Mx4rW6tF8"}  # by somebody who configures
CONFIG = f"""\
hostname R1
ip domain-name example.com
logging tls-profile OFFICE
 ca-file flash:ca.pem
 client-id-trustpoint ME
username admin privilege 1 secret 5 {HASH[LOGIN]}
enable secret 5 {HASH[ENABLE]}
crypto key generate ec keysize 256 label scalar
line vty 0 4
 login local
end
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may read these processes' memory")


def regions(pid):
    """What a process could have written a secret into: all of its memory but files it has mapped to read."""
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, _, _, inode = line.split()[:5]
        if rights[0] == "r" and (rights[1] == "w" or inode == "0") and "[vvar]" not in line and "[vsyscall]" not in line:
            yield tuple(int(end, 16) for end in span.split("-"))


def memory(pid):
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for start, end in regions(pid):
            try:
                mem.seek(start)
                found.append(mem.read(end - start))
            except OSError:  # a guard page
                continue
    return b"\0".join(found)


def holds(pid, needles):
    """The names of the needles the process has, in whatever form."""
    haystack = memory(pid)
    assert len(haystack) > 100_000, pid
    return {name for name, forms in needles.items() if any(form in haystack for form in forms)}


def as_text(word):
    """As bytes, and as the line editor keeps what is typed: a number a character."""
    return [word.encode(), word.encode("utf-32-le")]


def both_orders(number):
    """As in a file, and as a BIGNUM keeps it."""
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return [raw, raw[::-1]]


def private_values(path):
    """{name: [forms]} of a pair in the device's key store (PKCS#8 inside)."""
    raw = path.read_bytes()
    at = next(m.start() for m in re.finditer(rb"\x30[\x2e\x81\x82]", raw) if parses(raw[m.start() : -32]))
    der = raw[at:-32]
    key = load_der_private_key(der, None)
    assert der == key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    name = path.name
    if isinstance(key, rsa.RSAPrivateKey):
        n = key.private_numbers()
        return {f"{name} {part}": both_orders(getattr(n, part)) for part in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {f"{name} scalar": both_orders(key.private_numbers().private_value)}
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return {f"{name} seed": [key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())]}


def parses(der):
    try:
        load_der_private_key(der, None)
        return True
    except ValueError:
        return False


def names(pid):
    return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


@pytest.fixture(scope="module")
def device(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made.booted(CONFIG)
    made.release()


def enable_at_terminal(device):
    """With a wrong password first."""
    t = device.terminal(password=LOGIN)
    for typed, then in (("enable", "Password: $"), (WRONG, "Password: $"), (ENABLE, "R1#$")):
        t.send(typed + "\r")
        t.settle(wait=then)
    return t


def enable_without_terminal(device):
    """As a program does it: the lines in a pipe, nothing echoed."""
    client = device.paramiko(password=LOGIN)
    channel = client.get_transport().open_session()
    channel.invoke_shell()
    channel.settimeout(10)
    channel.send(f"enable\n{WRONG}\n{ENABLE}\n")
    seen = b""
    while b"R1#" not in seen:
        seen += channel.recv(1000)
    return client


def refused(device):
    """A connection on which two passwords were wrong, and that stands."""
    t = paramiko.Transport(("127.0.0.1", device.port))
    t.start_client(timeout=10)
    for attempt in (
        lambda: t.auth_password("admin", WRONG, fallback=False),
        lambda: t.auth_interactive("admin", lambda *asked: [WRONG]),
    ):
        with pytest.raises(paramiko.AuthenticationException):
            attempt()
    return t


def silent(device):
    t = paramiko.Transport(("127.0.0.1", device.port))
    t.start_client(timeout=10)
    return t


def enable_on_console(device):
    t = device.console()
    t.until("Press RETURN")
    for typed, then in (("", "R1>$"), ("enable", "Password: $"), (WRONG, "Password: $"), (ENABLE, "R1#$")):
        t.send(typed + "\r")
        t.settle(wait=then)
    return t


def configure(t):
    """The password of a file with a private key, and that of a file server; a secret of a user, which is hashed, and another
    in clear text, which is taken back."""
    clear, hashed = (f"username {how[0]} {how} {word}" for how, word in CHOSEN.items())
    copy = f"copy ftp://me:{COPIED}@127.0.0.1:1/x null:"
    brought = ("configure terminal", f"crypto pki import ME pkcs12 flash:me.p12 password {PASSWORD}", "end")
    for line in (*brought, copy, "configure terminal", clear, "no username p", hashed):
        t.command(line)  # nothing follows that could lie over what is left of it


@pytest.fixture(scope="module")
def people(device, tmp_path_factory):
    """Everybody there can be, each with a session; the console's is the sixth."""
    base = tmp_path_factory.mktemp("pki")
    authority(base, "ca")("me")
    for path in (pkcs12(base, "me"), base / "ca.pem"):
        (device.folder / "flash" / path.name).write_bytes(path.read_bytes())
    here = [enable_at_terminal(device), device.terminal(password=LOGIN)]
    here += [enable_without_terminal(device), refused(device), silent(device), enable_on_console(device)]
    configure(here[0])
    yield here
    for somebody in here:
        somebody.close()


@pytest.fixture
def enabled(people):
    """The first of them, who has left the configuration and sees whole outputs, whichever test came before."""
    if people[0].screen.last == "R1(config)#":
        people[0].command("end")
    people[0].command("terminal length 0")
    return people[0]


def split(device):
    """core, and the pids of everybody else: rommon, gate, sessions."""
    (core,) = device.role("core")
    others = [pid for pid in device.processes() if pid != core]
    return core, others


def test_private_keys_are_in_core_alone(device, people):
    needles = {}
    for path in (device.folder / "keys").iterdir():
        needles.update(private_values(path))
    kinds = {name.split("-")[0] for name in needles}
    assert kinds == {"rsa", "ed25519", "ec", "identity"} and len(needles) >= 9, needles.keys()
    core, others = split(device)
    assert len([pid for pid in others if names(pid) == "session"]) == 6
    assert holds(core, needles) == set(needles), "what is not found where it must be is searched for wrongly"
    for pid in others:
        assert holds(pid, needles) == set(), (pid, names(pid))


def test_stored_secrets_are_in_core_alone(device, people):
    needles = {word: [HASH[word].encode(), HASH[word].split("$")[3].encode()] for word in HASH}
    core, others = split(device)
    assert holds(core, needles) == set(needles)
    for pid in others:
        assert holds(pid, needles) == set(), (pid, names(pid))


def test_typed_passwords_are_forgotten(device, people):
    """Right or wrong, at the login or at `enable`: neither the session that read it nor core that judged it keeps it.
    One in a command stands on the screen of who typed it, and in his session until he types the next lines; his history
    keeps those lines without it."""
    needles = {word: as_text(word) for word in (LOGIN, ENABLE, WRONG, COPIED, PASSWORD, *CHOSEN.values())}
    core, others = split(device)
    for pid in (core, *others):
        shown = set(CHOSEN.values()) if names(pid) == "session" else set()
        assert holds(pid, needles) - shown == set(), (pid, names(pid))
    for line in ("end", "terminal length 0", "show privilege"):
        people[0].command(line)
    assert people[0].command("show history").count(" *****\n") == len(CHOSEN) + 1
    for pid in (core, *others):
        assert holds(pid, needles) == set(), (pid, names(pid))


SHOWN = [
    "show logging", "show tech-support", "show running-config", "show startup-config", "show login failures", "show users",
    "show ssh", "show ip ssh", "show crypto key mypubkey all", "show crypto pki certificates",
    "show archive log config all",
]  # fmt: skip


def test_secrets_are_in_no_file_no_log_and_no_show(device, enabled):
    """Typed with every debug of SSH on, saved, and looked for in all the device has written or says; the hash of a user
    stands where the configuration stands, and private keys in their store alone, which is its owner's."""
    t = enabled
    for line in ("debug ip ssh", "debug ip ssh detail", "debug ip ssh packet"):
        t.command(line)
    for somebody in (refused(device), enable_at_terminal(device)):
        somebody.close()
    t.command("write memory")
    said = {line: t.command(line) for line in SHOWN}
    t.command("undebug all")
    assert re.search(r"SSH\d+: ", said["show logging"]), "the control: debug does print"
    files = {path: path.read_bytes() for path in device.folder.rglob("*") if path.is_file() and path.suffix != ".bin"}
    assert any(path.name == "startup-config" for path in files) and any(path.name == "boot.log" for path in files)
    for word in (LOGIN, ENABLE, WRONG, COPIED, PASSWORD, *CHOSEN.values()):
        assert not [line for line, text in said.items() if word in text], word
        assert not [path for path, data in files.items() if word.encode() in data], word
    for hashed in HASH.values():
        assert {line for line, text in said.items() if hashed in text} <= {"show running-config", "show startup-config"}
        assert [path.name for path, data in files.items() if hashed.encode() in data] == ["startup-config"]
    for path in (device.folder / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
        for forms in private_values(path).values():
            assert [p for p, data in files.items() if any(form in data for form in forms)] == [path]


def test_the_key_of_a_trustpoint_ends_with_it(device, enabled):
    """Who speaks with a server that is shown a certificate has its key beside core, and nobody else; when the trustpoint is
    taken away nobody has it any more."""
    t, (path,) = enabled, (device.folder / "keys").glob("identity-*")
    needles = private_values(path)
    for line in ("configure terminal", "no logging console", "logging host 127.0.0.1 transport tls profile OFFICE port 1"):
        t.command(line)
    core, _ = split(device)
    assert wait_for(lambda: device.role("courier") and holds(device.role("courier")[0], needles))
    holding = {pid for pid in device.processes() if holds(pid, needles)}
    assert holding == {core, *device.role("courier")}
    t.send("no crypto pki trustpoint ME\r")
    t.settle(wait=r"\[yes/no\]: $")
    for line in ("yes", "end"):
        t.command(line)
    assert wait_for(lambda: not [pid for pid in device.processes() if holds(pid, needles)], 10)
    assert not path.exists()


def test_what_is_typed_is_found_while_it_counts(device, enabled):
    """The control: the same search finds what a session does keep, and a password that is being typed."""
    enabled.command("show history")
    enabled.send("disable\renable\r")
    enabled.settle(wait="Password: $")
    enabled.send("half-typed-Vb2")
    core, others = split(device)
    needles = {"history": as_text("show history"), "typing": as_text("half-typed-Vb2")}
    assert wait_for(lambda: any(holds(pid, needles) == set(needles) for pid in others if names(pid) == "session"))
    enabled.send("\r")
    for _ in range(2):
        enabled.settle(wait="Password: $")
        enabled.send("\r")
    enabled.settle(wait="R1>$")
    for pid in (core, *others):
        assert "typing" not in holds(pid, needles), (pid, names(pid))
