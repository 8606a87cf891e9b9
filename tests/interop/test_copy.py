# SPDX-License-Identifier: Apache-2.0
"""Goal: `copy` moves files from and to real servers, every byte, and says in IOS's words what went wrong; whatever goes
wrong, and whenever it is given up, the file that was there is there and nothing else is."""

import hashlib
import os
import pathlib
import random
import re
import socket
import subprocess
import time

import pytest

import file_servers
from lab import wait_for

CONFIG = """\
hostname R1
logging buffered
no logging console
ip domain-name example.com
aaa new-model
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 password 0 admin
username guest privilege 14 password 0 guest
file prompt quiet
ip host files.example 127.0.0.1
line vty 0 15
 length 0
 transport input ssh
end
"""


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Bed(file_servers.Three):
    """A device that asks nothing, and what it copies from and to."""

    def __init__(self, lab, base):
        super().__init__(base)
        self.device = lab.booted(CONFIG)
        self.flash = self.device.folder / "flash"
        for name, size in (("small", 1000), ("empty", 0), ("block", 512), ("large", (3 << 20) + 7)):
            (self.shared / name).write_bytes(os.urandom(size))
        self.terminal = self.device.terminal(size=(200, 250))

    def release(self):
        self.terminal.close()
        self.stop()

    def url(self, scheme, path, user="me:pass@"):
        server = {"tftp": self.tftp, "ftp": self.ftp, "http": self.http}[scheme]
        return f"{scheme}://{user if scheme == 'ftp' else ''}127.0.0.1:{server.port}/{path}"

    def type(self, line):
        return self.terminal.command(line, wait="^R1#$", seconds=60) + "\n"

    def copy(self, *words, fails=False):
        shown = self.type("copy " + " ".join(map(str, words)))
        assert bool(re.search("^%", shown, re.M)) == fails, shown
        return shown

    def configure(self, *lines):
        self.terminal.configure(*lines)

    def files(self):
        return sorted(p.name for p in self.flash.iterdir() if not p.name.endswith(".bin"))


@pytest.fixture(scope="module")
def bed(module_lab, tmp_path_factory):
    made = Bed(module_lab, tmp_path_factory.mktemp("servers"))
    yield made
    made.release()


# --- from and to ---


@pytest.mark.parametrize("scheme", ["tftp", "ftp", "http"])
def test_from_a_server(bed, scheme):
    for name in ("small", "empty", "block", "large"):
        size = (bed.shared / name).stat().st_size
        shown = bed.copy(bed.url(scheme, name), "flash:there")
        assert digest(bed.flash / "there") == digest(bed.shared / name)
        assert f"\nLoading {'http://' if scheme == 'http' else ''}" in shown and "Accessing " in shown
        assert f"[OK - {size}{'/4096' if scheme == 'ftp' else ''} bytes]\n\n{size} bytes copied in " in shown
        assert ("!" in shown) == (size > 0) and "pass" not in shown
    assert (bed.flash / "there").stat().st_mode & 0o7777 == 0o600
    assert "via lo" in shown or scheme != "tftp"
    (bed.flash / "there").unlink()


@pytest.mark.parametrize("scheme", ["tftp", "ftp", "http"])
def test_to_a_server(bed, scheme):
    to = bed.base / "put" if scheme == "http" else bed.shared
    for name in ("small", "empty", "large"):
        bed.copy(bed.url("http", name), "flash:from")
        shown = bed.copy("flash:from", bed.url(scheme, "put/sent" if scheme == "http" else "sent"))
        assert digest(to / "sent") == digest(bed.shared / name)
        assert f"\n{(bed.shared / name).stat().st_size} bytes copied in " in shown
        (to / "sent").unlink()
    bed.copy("running-config", bed.url(scheme, "put/r1-confg" if scheme == "http" else "r1-confg"))
    assert "\nhostname R1\n" in (to / "r1-confg").read_text()
    (to / "r1-confg").unlink()
    (bed.flash / "from").unlink()


def test_between_servers(bed):
    shown = bed.copy(bed.url("tftp", "large"), bed.url("ftp", "twice"))
    assert digest(bed.shared / "twice") == digest(bed.shared / "large") and "[OK - " in shown
    assert bed.files() == []
    (bed.shared / "twice").unlink()


def test_configurations(bed):
    (bed.shared / "lines").write_text("ip host by-copy 192.0.2.1\nno such line\nip host and-here 192.0.2.2\n")
    shown = bed.copy(bed.url("tftp", "lines"), "running-config", fails=True)
    assert re.search(r"^% lines line 2: .*Invalid input", shown, re.M) and "bytes copied" in shown
    running = bed.type("show running-config")
    assert "by-copy" in running and "and-here" in running
    bed.copy("running-config", bed.url("ftp", "whole"))
    whole = (bed.shared / "whole").read_text()
    bed.copy(bed.url("ftp", "whole"), "startup-config")
    assert (bed.device.folder / "nvram/startup-config").read_text() == whole
    bed.copy("startup-config", bed.url("http", "put/startup"))
    assert (bed.base / "put/startup").read_text() == whole
    (bed.shared / "lines").write_text("no ip host by-copy 192.0.2.1\nno ip host and-here 192.0.2.2\n")
    bed.copy(bed.url("http", "lines"), "run")
    assert "by-copy" not in bed.type("show running-config")
    (bed.shared / "lines").write_bytes(b"odd\rline\x1b[2J here\n")
    shown = bed.copy(bed.url("tftp", "lines"), "running-config", fails=True)
    assert "% lines line 1: % Invalid input detected at '^' marker.: \"odd?line?[2J ...\"" in shown, "it wipes out nothing"
    # What is no text at all does not hurt either.
    bed.copy(bed.url("tftp", "small"), "running-config", fails=True)
    assert "hostname R1" in bed.type("show running-config")


def test_configured_user(bed):
    lines = ["ip ftp username me", "ip ftp password pass", "ip http client username me", "ip http client password 7 08314D5D1A", "ip tftp blocksize 1400"]
    (bed.shared / "lines").write_text("\n".join(lines) + "\n")
    bed.copy(bed.url("tftp", "lines"), "run")
    bed.copy(bed.url("ftp", "small", user=""), "null:")
    bed.copy(bed.url("http", "auth/small"), "null:")
    bed.copy(bed.url("tftp", "large"), "flash:blocks")
    assert digest(bed.flash / "blocks") == digest(bed.shared / "large")
    (bed.flash / "blocks").unlink()
    assert "ip ftp password" in bed.type("show running-config | include ip ftp")
    (bed.shared / "lines").write_text("service password-encryption\n")
    bed.copy(bed.url("tftp", "lines"), "run")
    assert re.search("^ip ftp password 7 ", bed.type("show running-config"), re.M)
    bed.copy(bed.url("ftp", "small", user=""), "null:")
    (bed.shared / "lines").write_text("\n".join("no " + " ".join(line.split()[: 4 if "http" in line else 3]) for line in lines) + "\nno service password-encryption\n")
    bed.copy(bed.url("tftp", "lines"), "run")
    bed.copy(bed.url("ftp", "small", user=""), "null:", fails=True)


def test_as_either_user(lab, bed, uid):
    device = lab.device(uid)
    device.init(CONFIG)
    device.run()
    for source in (f"http://localhost:{bed.http.port}/large", bed.url("tftp", "large"), bed.url("ftp", "large")):
        done = device.ssh(f"copy {source} flash:there")
        assert done.returncode == 0, done.stdout
        assert digest(device.folder / "flash/there") == digest(bed.shared / "large")
    assert device.ssh("copy flash:there flash:again").returncode == 0
    assert digest(device.folder / "flash/again") == digest(bed.shared / "large")


# --- what goes wrong ---


def test_errors(bed):
    for source, why in (
        (bed.url("tftp", "none"), "No such file or directory"),
        (bed.url("ftp", "none"), "No such file or directory"),
        (bed.url("ftp", "small", "me:wrong@"), "Permission denied"),
        (bed.url("ftp", "small", ""), "Permission denied"),
        (bed.url("http", "none"), "No such file or directory"),
        (bed.url("http", "auth/small"), "Permission denied"),
        (bed.url("http", "forbidden"), "Permission denied"),
        ("http://127.0.0.1:1/x", "Connection refused"),
        ("ftp://127.0.0.1:1/x", "Connection refused"),
        ("http://nowhere.invalid/x", "Unknown host"),
    ):
        shown = bed.copy(source, "flash:never", fails=True)
        assert re.search(rf"^%Error opening {re.sub('://.*@', '://', source)} \({why}\)$", shown, re.M), shown
    for to, why in ((bed.url("http", "small"), "Protocol error"), (bed.url("ftp", "none/x"), "Permission denied")):
        shown = bed.copy("running-config", to, fails=True)
        assert f"({why})" in shown, shown
    assert bed.files() == []
    assert "pass" not in bed.type("show logging")


def test_source_interface(bed):
    """Servers see the address that was configured; an interface without one, or with another host's, opens nothing."""
    bed.configure("interface Loopback7", "ip address 127.0.0.77 255.255.255.255", "interface Loopback8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)
        bed.configure("ip ftp source-interface lo7", "ip http client source-interface Loopback7", "ip tftp source-interface lo 7")
        for scheme in ("ftp", "http", "tftp"):
            bed.copy(bed.url(scheme, "small"), "flash:moved")
            assert digest(bed.flash / "moved") == digest(bed.shared / "small")
        bed.terminal.send(f"copy tftp://127.0.0.1:{listener.getsockname()[1]}/small flash:moved\r")
        request, seen = listener.recvfrom(1000)
        listener.sendto(b"\0\5\0\1none\0", seen)
        bed.terminal.until("No such file")
        bed.terminal.settle()
    assert request[:2] == b"\0\1" and seen[0] == "127.0.0.77"
    assert (bed.base / "nginx.access").read_text().splitlines()[-1].startswith("127.0.0.77 ")
    assert (bed.base / "ftp-transfers").read_text().splitlines()[-1].split()[6] == "127.0.0.77"
    for interface, why in (("Loopback8", "The source interface has no address"), ("Loopback9", "The source interface has no address")):
        bed.configure(f"ip ftp source-interface {interface}")
        assert f"({why})" in bed.copy(bed.url("ftp", "small"), "flash:other", fails=True)
    bed.configure("interface Loopback8", "ip address 192.0.2.8 255.255.255.255", "ip http client source-interface Loopback8")
    shown = bed.copy(bed.url("http", "small"), "flash:other", fails=True)
    assert "(The source address is not one of this host)" in shown, shown
    bed.configure("no ip ftp source-interface", "no ip http client source-interface", "no ip tftp source-interface")
    bed.copy(bed.url("http", "small"), "flash:moved")
    assert (bed.base / "nginx.access").read_text().splitlines()[-1].startswith("127.0.0.1 ")
    (bed.flash / "moved").unlink()


def test_redirections(bed):
    for path in ("to-file", "to-relative"):
        shown = bed.copy(bed.url("http", path), "flash:moved")
        assert digest(bed.flash / "moved") == digest(bed.shared / "small") and shown.count("Accessing ") == 2
    (bed.flash / "moved").unlink()
    for path, why in (
        ("to-ftp", "Redirected to where it is not followed"),
        ("to-local", "Redirected to where it is not followed"),
        ("to-itself", "Too many redirections"),
        ("to-tls", "Certificate not verified: self-signed certificate"),
    ):
        shown = bed.copy(bed.url("http", path), "flash:moved", fails=True)
        assert f"({why})" in shown, shown
    shown = bed.copy(f"https://127.0.0.1:{bed.http.tls}/to-plain", "flash:moved", fails=True)
    assert "Certificate not verified" in shown and bed.files() == []


def where(lab, file, path):
    """A device that runs in a mount namespace in which this file is at that path."""
    device = lab.device()
    device.init(CONFIG)
    device.inside(f"mount --bind {file} {path}")
    device.run()
    return device


def test_without_the_library(lab, bed):
    listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    device = where(lab, "/dev/null", os.path.realpath(re.search(r"libcurl\.so\.4 .*=> (\S+)", listed).group(1)))
    done = device.ssh(f"copy {bed.url('http', 'small')} flash:x")
    assert done.returncode == 1 and "(There is no libcurl on this host)" in done.stdout
    assert device.ssh("copy running-config flash:x").returncode == 0


def test_trusted_server(lab, bed):
    """In a mount namespace where the system's store is the server's certificate: whom it vouches for is trusted, by the
    name it says and no other, and nobody sends from there to where nothing is encrypted."""
    device = where(lab, f"{bed.base}/cert.pem", "/etc/ssl/certs/ca-certificates.crt")
    for source, why in (
        (f"https://localhost:{bed.http.tls}/small", None),
        (f"https://127.0.0.1:{bed.http.tls}/small", None),
        (bed.url("http", "to-tls"), None),
        (f"https://files.example:{bed.http.tls}/small", "Certificate not verified: it is another host's"),
        (f"https://localhost:{bed.http.tls}/to-plain", "Redirected to where it is not followed"),
        (f"https://localhost:{bed.http.port}/small", "TLS failure"),
    ):
        done = device.ssh(f"copy {source} flash:safe")
        assert (f"({why})" in done.stdout) if why else done.returncode == 0, done.stdout
    assert digest(device.folder / "flash/safe") == digest(bed.shared / "small")


def test_names(bed):
    """By the configuration, by the host's file of names, and IPv6."""
    port = bed.http.port
    for host in ("files.example", "FILES.example", "localhost", "[::1]"):
        if host == "FILES.example":
            bed.copy(f"http://{host}:{port}/small", "null:", fails=True)
            continue
        bed.copy(f"http://{host}:{port}/small", "flash:named")
        assert digest(bed.flash / "named") == digest(bed.shared / "small")
        (bed.flash / "named").unlink()


HEAD = 'HTTP/1.0 200 OK\nContent-Length: 400000\nETag: "one"'.removeprefix("HTTP/1.0 ")


def test_resumed(bed):
    """A server that dies midway is asked for the rest of the same version; of another version nothing is taken."""
    body = os.urandom(400000)
    rest = file_servers.sends('206 Partial\nContent-Length: 300000\nContent-Range: bytes 100000-399999/400000\nETag: "one"', body[100000:])
    server = file_servers.Odd(file_servers.sends(HEAD, body[:100000]), rest)
    bed.copy(f"http://127.0.0.1:{server.port}/x", "flash:resumed")
    assert (bed.flash / "resumed").read_bytes() == body
    assert "Range: bytes=100000-" in server.requests[1] and 'If-Range: "one"' in server.requests[1]
    server.stop()
    other = file_servers.sends('200 OK\nContent-Length: 400000\nETag: "two"', os.urandom(400000))
    server = file_servers.Odd(file_servers.sends(HEAD, body[:100000]), other)
    shown = bed.copy(f"http://127.0.0.1:{server.port}/x", "flash:resumed", fails=True)
    assert "%Error reading" in shown and "(Connection closed by remote host)" in shown
    assert (bed.flash / "resumed").read_bytes() == body and bed.files() == ["resumed"]
    (bed.flash / "resumed").unlink()
    server.stop()


@pytest.mark.parametrize(
    "answer",
    [
        file_servers.sends("200 OK\nContent-Length: 400000", os.urandom(100000)),
        file_servers.sends("200 OK\nTransfer-Encoding: chunked", b"ffffffffffffffff0\r\nx"),
        file_servers.sends("200 OK\nContent-Length: -5", b"x"),
        file_servers.sends("302 Moved", b""),
        file_servers.sends("302 Moved\nLocation: " + "a" * 5000, b""),
        file_servers.sends("999", b""),
        lambda peer: peer.sendall(b"\0" * 100000),
        lambda peer: None,
    ],
    ids=["short", "chunk", "negative", "nowhere", "far", "999", "zeros", "nothing"],
)
def test_bad_server(bed, answer):
    server = file_servers.Odd(answer)
    (bed.flash / "kept").write_bytes(b"as it was")
    shown = bed.copy(f"http://127.0.0.1:{server.port}/x", "flash:kept", fails=True)
    assert "%Error " in shown
    assert (bed.flash / "kept").read_bytes() == b"as it was" and bed.files() == ["kept"]
    (bed.flash / "kept").unlink()
    server.stop()


def test_silent_servers(bed):
    """Nothing that says nothing holds a copy for ever: one that does not begin, one that stops, one nobody hears."""
    silent = file_servers.Odd(lambda peer: True)
    stops = file_servers.Odd(file_servers.sends("200 OK\nContent-Length: 400000", b"x" * 1000, keep=True))
    copies = [
        subprocess.Popen(bed.device.ssh_argv("admin", f"copy {source} flash:{name}"), env=bed.device.ssh_env("admin"), stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        for name, source in zip("abcd", (f"http://127.0.0.1:{silent.port}/x", f"ftp://127.0.0.1:{silent.port}/x", f"http://127.0.0.1:{stops.port}/x", "tftp://127.0.0.1:9/x"))
    ]  # fmt: skip
    assert bed.device.ssh("show clock").returncode == 0
    for copy, doing in zip(copies, ("opening", "opening", "reading", "opening")):
        shown = copy.communicate(timeout=60)[0]
        assert re.search(rf"%Error {doing} \S+ \((Timed out|Connection refused)\)", shown), shown
    assert bed.files() == []
    silent.stop()
    stops.stop()


HOSTILE = [
    "ftp://a@b@127.0.0.1/x", "ftp://:p@127.0.0.1/x", "ftp://me:p%00@127.0.0.1/x", "ftp://me%0aDELE@127.0.0.1/x",
    "http://127.1/x", "http://0x7f.1/x", "http://[::1/x", "http://::1/x", "http://127.0.0.1:0/x", "http://127.0.0.1:99999/x",
    "http://h\x7f/x", "http://" + "a" * 4000 + "/x", "ftp://127.0.0.1/" + "a" * 4000, "file:///etc/passwd", "gopher://127.0.0.1/x",
    "dict://127.0.0.1/x", "smb://127.0.0.1/x", "scp://127.0.0.1/x", "http://%31/x",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_url(bed, url):
    shown = bed.device.ssh(f"copy {url} null:")
    assert shown.returncode == 1 and "%" in shown.stdout and "bytes copied" not in shown.stdout


def test_nothing_is_injected(bed):
    """What the name says is what the server is asked for, in one line of the protocol."""
    server = file_servers.Odd(file_servers.sends("404 No", b""))
    for path, asked in (("a%0d%0aDELETE%20/x", "/a%0d%0aDELETE%20/x"), ("a\\r\\nb", "/a%5Cr%5Cnb"), ("../../x", "/../../x"), ("x;type=i#y", "/x;type=i%23y")):
        bed.copy(f"http://me:pass@127.0.0.1:{server.port}/{path}", "null:", fails=True)
        lines = server.requests[-1].split("\r\n")
        assert lines[0] == f"GET {asked} HTTP/1.1", lines
        assert "Authorization: Basic bWU6cGFzcw==" in lines
    server.stop()
    (bed.shared / "a%0d;type=a#b").write_text("odd\n")
    for scheme in ("tftp", "ftp"):
        bed.copy(bed.url(scheme, "a%0d;type=a#b"), "flash:odd")
        assert (bed.flash / "odd").read_text() == "odd\n"
    (bed.flash / "odd").unlink()


def test_password_is_nowhere(bed):
    terminal = bed.device.terminal(size=(60, 200))
    terminal.command("copy ftp://me:geheim@127.0.0.1:1/x null:")
    assert terminal.screen.text.count("geheim") == 1  # as it was typed
    for command in ("show history", "show logging", "show running-config", "show processes", "show users"):
        assert "geheim" not in terminal.command(command)
    terminal.send("\x10")
    terminal.settle(wait=".*", quiet=0.2)
    assert "geheim" not in terminal.screen.last
    terminal.close()


def test_privilege(bed):
    done = bed.device.ssh(f"copy {bed.url('http', 'small')} flash:x", user="guest", password="guest")
    assert "Invalid input" in done.stdout and bed.files() == []


# --- never lost ---


@pytest.mark.parametrize("key", ["\x03", "\x1e"], ids=["ctrl-c", "ctrl-shift-6"])
def test_given_up(bed, key):
    (bed.flash / "kept").write_bytes(b"as it was")
    terminal = bed.device.terminal(size=(60, 200))
    for source in (bed.url("http", "slow/large"), "tftp://127.0.0.1:9/x"):
        terminal.send(f"copy {source} flash:kept\r")
        terminal.until("Loading|Accessing")
        helper = wait_for(lambda: bed.device.role("helper-remote"))
        terminal.send(key)
        terminal.settle()
        assert terminal.screen.last == "R1#" and "bytes copied" not in terminal.screen.text.split(source)[1]
        assert wait_for(lambda: not set(helper) & set(bed.device.role("helper-remote")))
        assert (bed.flash / "kept").read_bytes() == b"as it was" and bed.files() == ["kept"]
        terminal.command("copy running-config flash:after")  # and the next one works
        (bed.flash / "after").unlink()
    terminal.close()
    (bed.flash / "kept").unlink()


def test_session_dies(bed):
    """Who is gone copies no more."""
    terminal = bed.device.terminal()
    terminal.send(f"copy {bed.url('http', 'slow/large')} flash:never\r")
    terminal.until("Loading")
    terminal.close()
    assert wait_for(lambda: not bed.device.role("helper-remote"))
    assert bed.files() == []


def test_two_writers(bed):
    terminal = bed.device.terminal()
    terminal.send(f"copy {bed.url('http', 'slow/large')} flash:shared\r")
    terminal.until("Loading")
    shown = bed.copy(bed.url("http", "small"), "flash:shared", fails=True)
    assert "%Error opening flash0:/shared (Device or resource busy)" in shown
    terminal.send("\x03")
    terminal.settle()
    terminal.close()
    bed.copy(bed.url("http", "small"), "flash:shared")
    (bed.flash / "shared").unlink()


def test_full_flash(lab, bed):
    device = lab.device()
    device.init(CONFIG)
    used = sum(p.stat().st_size for p in (device.folder / "flash").iterdir())
    with open(device.folder / "device.conf", "a") as file:
        file.write(f"flash-size {used + (1 << 20)}\n")
    device.run()
    for source in (bed.url("http", "large"), bed.url("tftp", "large"), bed.url("ftp", "large")):
        done = device.ssh(f"copy {source} flash:x")
        assert done.returncode == 1 and "%Error writing flash0:/x (No space left on device)" in done.stdout, done.stdout
    (device.folder / "flash/half").write_bytes(os.urandom(600 << 10))
    device.ssh("fsck flash0:")
    device.stop()
    device.run()
    done = device.ssh("copy flash:half flash:again")
    assert done.returncode == 1 and "No space left" in done.stdout, done.stdout
    assert device.ssh("copy flash:half null:").returncode == 0
    assert sorted(p.name for p in (device.folder / "flash").iterdir() if p.name[-4:] != ".bin") == ["half"]


def test_killed_while_copying(lab, bed):
    device = lab.device()
    device.init(CONFIG)
    flash = device.folder / "flash"
    old, new = b"old" * 1000, (bed.shared / "large").read_bytes()
    (flash / "f").write_bytes(old)
    (flash / "new").write_bytes(new)
    for i in range(30):
        device.run()
        source = random.choice([bed.url("http", "large"), bed.url("ftp", "large"), bed.url("tftp", "large"), "flash:new"])
        copy = subprocess.Popen(device.ssh_argv("admin", f"copy {source} flash:f"), env=device.ssh_env("admin"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        wait_for(lambda: device.role("helper-remote") or device.role("helper-move") or copy.poll() is not None, step=0.001)
        time.sleep(random.random() * 0.08)
        device.kill()
        copy.wait()
        there = (flash / "f").read_bytes()
        assert there in (old, new), f"round {i}: {len(there)} bytes"
        (flash / "f").write_bytes(old)
    device.run()
    assert sorted(p.name for p in flash.iterdir() if p.name[-4:] != ".bin") == ["f", "new"]


# --- the helpers ---


def test_helpers_are_locked_in(bed):
    """What talks with servers has sockets, one file and nothing else; it cannot become more."""
    terminal = bed.device.terminal()
    terminal.send(f"copy {bed.url('http', 'slow/large')} flash:never\r")
    terminal.until("Loading")
    (pid,) = bed.device.role("helper-remote")
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    assert re.search(r"^Seccomp:\t2$", status, re.M) and re.search(r"^NoNewPrivs:\t1$", status, re.M)
    if os.geteuid() == 0:
        targets = [os.readlink(f) for f in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        assert sum(t.endswith("(deleted)") for t in targets) == 1
        assert all(t.startswith("socket:") or t.endswith("(deleted)") or t.endswith("ca-certificates.crt") or t == "/dev/null" for t in targets), targets
        assert re.search(r"^Uid:\t(\d+)", status, re.M).group(1) != "0"
        assert "libcurl" in pathlib.Path(f"/proc/{pid}/maps").read_text()
        for role in ("core", "gate"):
            assert "libcurl" not in pathlib.Path(f"/proc/{bed.device.role(role)[0]}/maps").read_text()
    terminal.send("\x03")
    terminal.settle()
    terminal.close()
