# SPDX-License-Identifier: Apache-2.0
"""Goal: `archive` keeps copies of the configuration on real servers, tftpd-hpa, proftpd and nginx: every byte, or who asked
is told why not, else the log. Whatever a server does, the device works meanwhile; a password in the path stays in it."""

import re
import socket
import time

import pytest

import file_servers
from lab import wait_for

CONFIG = """\
hostname R1
logging buffered
no logging console
aaa new-model
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 password 0 admin
archive
 log config
  logging enable
  notify syslog
line vty 0 15
 length 0
 transport input ssh
end
"""
SECRET = "geh%40eim$t"
STAMP = r"[A-Z][a-z]{2}-[-\d]\d-\d\d-\d\d-\d\d\.\d{3}"


class Bed(file_servers.Three):
    def __init__(self, lab, base):
        super().__init__(base)
        self.device = lab.booted(CONFIG)
        self.terminal = self.device.terminal(size=(200, 250))

    def release(self):
        self.terminal.close()
        self.stop()

    def type(self, line):
        return self.terminal.command(line, wait=r"^R1(\(\S+\))?#$", seconds=60) + "\n"

    def path(self, *lines):
        return "".join(self.type(line) for line in ("configure terminal", "archive", *lines, "end"))

    def listed(self):
        shown = self.type("show archive")
        return re.findall(r"^ +\d+ +(\S+:\S+)(?: <- Most Recent)?$", shown, re.M)


@pytest.fixture(scope="module")
def bed(module_lab, tmp_path_factory):
    made = Bed(module_lab, tmp_path_factory.mktemp("servers"))
    yield made
    made.release()


def whole(text):
    return "\nhostname R1\n" in text and text.endswith("end\n")


def test_each_server(bed):
    """The command, and startup-config that is written; the names that were announced; the oldest is no longer listed,
    and the server keeps it."""
    for scheme, port, user, below in (
        ("tftp", bed.tftp.port, "", ""), ("ftp", bed.ftp.port, "me:pass@", ""), ("http", bed.http.port, "", "put/"),
    ):  # fmt: skip
        folder = bed.base / "put" if below else bed.shared
        place = f"{scheme}://127.0.0.1:{port}/{below}"
        bed.path(f"path {scheme}://{user}127.0.0.1:{port}/{below}{scheme}-$h-$t", "maximum 2", "write-memory")
        shown = bed.type("show archive")
        ahead = re.search(rf"^The next archive file will be named {place}{scheme}-R1-<timestamp>-(\d+)$", shown, re.M)
        assert ahead, shown
        number = int(ahead[1])
        shown = bed.type("archive config")
        assert "%" not in shown and "!" in shown, shown
        assert "[OK]" in bed.type("write memory")
        wait_for(lambda: len([name for name in bed.listed() if name.startswith(scheme)]) == 2)
        bed.type("archive config")
        names = bed.listed()
        assert len(names) == 2 and bed.type("show archive").count("Most Recent") == 1
        for i, name in enumerate(names):
            assert re.fullmatch(rf"{place}{scheme}-R1-{STAMP}-{number + 1 + i}", name), names
        there = sorted(folder.glob(f"{scheme}-R1-*"), key=lambda p: int(p.name.rsplit("-", 1)[1]))
        assert [p.name for p in there][1:] == [name.rsplit("/", 1)[1] for name in names] and len(there) == 3
        assert all(whole(p.read_text()) for p in there)
    assert there[1].read_text() == (bed.device.folder / "nvram/startup-config").read_text()
    bed.path("no write-memory")


def test_password_is_nowhere_else(bed):
    bed.path(f"path ftp://me:{SECRET}@127.0.0.1:{bed.ftp.port}/x-$h")
    assert f"path ftp://me:{SECRET}@127.0.0.1" in bed.type("show running-config | section archive")
    refused = bed.type("archive config")
    assert f"%Error writing ftp://127.0.0.1:{bed.ftp.port}/x-R1-" in refused and "(Permission denied)" in refused
    bed.path("write-memory")
    bed.type("write memory")
    wait_for(lambda: "ARCHIVE-3-FAILED" in bed.type("show logging"))
    logged = bed.type("show archive log config all")
    assert f"path ftp://me:*****@127.0.0.1:{bed.ftp.port}/x-$h" in logged
    tech = bed.type("show tech-support")
    assert f"path ftp://me:<removed>@127.0.0.1:{bed.ftp.port}/x-$h" in tech
    for shown in (logged, tech, refused, *map(bed.type, ("show archive", "show logging", "show history", "show processes"))):
        assert "geh" not in shown
    assert "geh" not in (bed.device.folder / "nvram/archive-index").read_text()
    bed.path("no write-memory")


def test_refused_paths(bed):
    bed.path(f"path tftp://127.0.0.1:{bed.tftp.port}/stays-$h")
    for path, why in (
        ("scp://127.0.0.1/x", "This release has no client for scp: yet"),
        ("tftp:", "is PROTOCOL://SERVER/NAME"), ("tftp://127.0.0.1", "is PROTOCOL://SERVER/NAME"), ("ftp:x", "is PROTOCOL://SERVER/NAME"),
        ("ftp://me:geheim@@127.0.0.1/x", "is PROTOCOL://SERVER/NAME"),
        ("system:x", "must be on flash0:, nvram: or a server"),
    ):  # fmt: skip
        shown = bed.path(f"path {path}")
        assert why in shown and "geheim" not in shown, shown
    assert "/stays-$h\n" in bed.type("show running-config | section archive")
    for command in ("show archive config differences tftp://127.0.0.1/x", "show archive config incremental-diffs http://h/x",
                    "configure replace ftp://me:geheim@127.0.0.1/x force"):  # fmt: skip
        shown = bed.type(command)
        assert re.search(r"^%Error opening \S+ \(Not a file of this device: copy it first\)$", shown, re.M), shown
        assert "geheim" not in shown


def test_servers_that_do_not_serve(bed):
    """Away, full, unknown: the words of copy, and no number is lost."""
    before = bed.listed()
    for path, why in (
        ("ftp://127.0.0.1:1/x", "Connection refused"), ("http://nowhere.invalid/x", "Unknown host"),
        (f"ftp://me:pass@127.0.0.1:{bed.ftp.port}/none/x", "Permission denied"),
        (f"http://127.0.0.1:{bed.http.port}/forbidden", "Permission denied"), (f"https://127.0.0.1:{bed.http.tls}/put/x", "Certificate not verified"),
    ):  # fmt: skip
        bed.path(f"path {path}")
        shown = bed.type("archive config")
        assert re.search(rf"^%Error writing {re.sub('://.*@', '://', path)}-\d+ \({why}\)$", shown, re.M), shown
    assert bed.listed() == before


def test_a_server_that_stalls(bed):
    """Nobody waits for it but who typed the command, and he can go. What is saved meanwhile is sent behind it, the newest;
    when the server has gone it is tried, and each failure is in the log."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        bed.path(f"path http://127.0.0.1:{server.getsockname()[1]}/x", "write-memory")
        bed.type("clear logging\r")
        assert all("[OK]" in bed.type("write memory") for _ in range(3))
        first, _ = server.accept()
        bed.terminal.send("archive config\r")
        second, _ = server.accept()
        other = bed.device.ssh("show processes")
        assert other.stdout.count(" helper remote") == 2, other.stdout
        bed.terminal.send("\x03")
        bed.terminal.settle()
        assert bed.terminal.screen.last == "R1#" and wait_for(lambda: len(bed.device.role("helper-remote")) == 1)
        shown = bed.type("show logging")
        assert shown.count("%ARCHIVE-4-REPLACED") == 1 and "ARCHIVE-3" not in shown, shown
        first.close()
        third, _ = server.accept()
    for peer in (second, third):
        peer.close()
    failed = r"%ARCHIVE-3-FAILED: the running configuration was not archived: http://127\.0\.0\.1:\d+/x-\d+ \("
    wait_for(lambda: len(re.findall(failed, bed.type("show logging"))) == 2)
    bed.path("no write-memory", "no path")


def test_killed_while_it_archives(lab, bed):
    """Startup-config is whole and saved, the index says nothing of a copy that has not arrived, and the next one takes its
    number."""
    device = lab.device(name="killed")
    device.init(CONFIG.replace(" log config\n", f" path http://127.0.0.1:{bed.http.port}/put/killed\n write-memory\n log config\n"))
    device.run()
    for n in range(12):
        client = device.paramiko()
        shell = client.invoke_shell(width=200)
        shell.send(f"configure terminal\rip host round 192.0.2.{n + 1}\rend\rwrite memory\r")
        seen = ""
        while "[OK]" not in seen:
            seen += shell.recv(65536).decode()
        time.sleep(0.008 * n)
        device.kill()
        client.close()
        device.run()
        assert f"ip host round 192.0.2.{n + 1}" in device.ssh("show startup-config").stdout
        listed = re.findall(r"/put/(killed-\d+)", device.ssh("show archive").stdout.split("Archive #")[1])
        for name in listed:
            assert whole((bed.base / "put" / name).read_text()), name
    assert device.ssh("archive config").returncode == 0
    assert whole((bed.base / "put" / re.findall(r"killed-\d+", device.ssh("show archive").stdout)[-1]).read_text())
