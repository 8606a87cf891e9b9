# SPDX-License-Identifier: Apache-2.0
"""Logins that servers decide, for run.py: a thousand through FreeRADIUS and a thousand through a TACACS+ server, sixteen
at a time, each with its EXEC authorization and its two accounting records; alone, and while others log in whose answers
take a second each. Beside them the floor: radclient puts as many questions to the same FreeRADIUS, and a loop of bare
sockets as many to the TACACS+ server (tests/peers, in Python: it is what the logins wait for most)."""

import concurrent.futures
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests/peers")]
import radius  # noqa: E402
import tacacs  # noqa: E402
import tacacs_server as wire  # noqa: E402

LOGINS, AT_ONCE, SLOW, PAUSE = 1000, 16, 8, 1


def answer_late(server, packet, raw):
    if server.sessions.get(packet.session) == "slow" and packet.kind == wire.AUTHEN:
        time.sleep(PAUSE)
    return raw


class ByTacacs:
    title = "TACACS+"

    def __init__(self, folder):
        users = {name: wire.User("wonder" if name == "alice" else name, ["priv-lvl=15"]) for name in ("alice", "slow", "admin")}
        self.server = wire.Server(users, wrong=answer_late)
        self.more = tacacs.METHODS + f"tacacs-server host 127.0.0.1 port {self.server.port} timeout 20 key cisco\n"

    def floor(self):
        """Seconds of the questions of as many logins: two of authentication, and one each of the rest."""
        def once(i):
            for kind in range(4):
                s = wire.socket.create_connection(("127.0.0.1", self.server.port))
                if kind == 0:  # ASCII: GETPASS, then the password
                    body = wire.struct.pack("!8B", 1, 1, 1, 1, 5, 3, 9, 0) + b"alicessh127.0.0.1"
                    s.sendall(wire.pack(0xC0, wire.AUTHEN, 1, 0, i, body, b"cisco"))
                    self.server._packet(s)
                    s.sendall(wire.pack(0xC0, wire.AUTHEN, 3, 0, i, wire.struct.pack("!HHB", 6, 0, 0) + b"wonder", b"cisco"))
                elif kind == 1:
                    body = wire.struct.pack("!8B", 6, 1, 1, 1, 5, 3, 9, 2) + bytes((13, 4)) + b"alicessh127.0.0.1service=shellcmd="
                    s.sendall(wire.pack(0xC0, wire.AUTHOR, 1, 0, i, body, b"cisco"))
                else:
                    body = bytes((2 * kind - 2, )) + wire.struct.pack("!8B", 6, 1, 1, 1, 5, 3, 9, 1) + bytes((13, )) + b"alicessh127.0.0.1service=shell"
                    s.sendall(wire.pack(0xC0, wire.ACCT, 1, 0, i, body, b"cisco"))
                self.server._packet(s)
                s.close()

        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(once, range(LOGINS)))
        return time.monotonic() - begun

    def stop(self):
        self.server.close()


class ByRadius:
    title = "RADIUS"

    def __init__(self, folder):
        self.folder = folder
        self.server = radius.FreeRadius(folder / "radius", delay=PAUSE, threads=32, quiet=True)
        server = radius.server("R", self.server.auth, self.server.acct, more=" timeout 20\n retransmit 0\n")
        self.more = radius.METHODS + server + "\n"

    def ask(self, port, kind, text, count):
        path = self.folder / "requests"
        path.write_text((text + "\n\n") * count)
        argv = ["radclient", "-q", "-f", str(path), "-p", str(AT_ONCE), f"127.0.0.1:{port}", kind, radius.SECRET]
        subprocess.run(argv, check=True, capture_output=True)

    def floor(self):
        """Seconds of radclient for the requests of as many logins."""
        begun = time.monotonic()
        self.ask(self.server.auth, "auth", "User-Name = alice\nUser-Password = wonder\nMessage-Authenticator = 0x00", LOGINS)
        record = "User-Name = alice\nAcct-Status-Type = Start\nAcct-Session-Id = 0001"
        self.ask(self.server.acct, "acct", record, 2 * LOGINS)
        return time.monotonic() - begun

    def stop(self):
        self.server.stop()


def load(tool, port, user, password, count, at_once, source="127.0.0.1"):
    """Logins a second, and the seconds of each; by a key that is a path."""
    password = password if isinstance(password, pathlib.Path) else f"={password}"
    lines = tool("load", "login", f"{source}:{port}", user, password, "chacha20-poly1305@openssh.com", count, at_once, "show privilege")
    value = {words[0]: float(words[1]) for words in lines}
    return value["count"] / value["seconds"], [float(words[1]) for words in lines if words[0] == "done"]


def with_slow(tool, port):
    """The same while SLOW others at a time wait for their slow answers; and the seconds of those."""
    over, slow = threading.Event(), []

    def others():
        while not over.is_set():
            slow.extend(load(tool, port, "slow", "slow", SLOW, SLOW, "127.0.0.2")[1])

    thread = threading.Thread(target=others)
    thread.start()
    time.sleep(0.2)
    found = load(tool, port, "alice", "wonder", LOGINS, AT_ONCE)
    over.set()
    thread.join()
    return *found, slow


def cells(rate, each):
    return f"{rate:.0f} | {statistics.median(each) * 1e3:.0f} ms | {sorted(each)[len(each) * 99 // 100] * 1e3:.0f} ms"


def measure(make, tool, folder):
    """The rows of the table. `make(more)` boots a device with these lines of configuration."""
    rows = []
    for kind in (ByRadius, ByTacacs):
        servers = kind(folder)
        device = make(servers.more)
        try:
            load(tool, device.port, "alice", "wonder", 32, AT_ONCE)
            before = device.group.seconds()
            rate, each = load(tool, device.port, "alice", "wonder", LOGINS, AT_ONCE)
            spent = (device.group.seconds() - before) / LOGINS
            by_key = load(tool, device.port, "admin", device.key, LOGINS, AT_ONCE)[0]
            late, beside, slow = with_slow(tool, device.port)
            floor = servers.floor()
            step = re.search(r"^core: longest step ([\d.]+) ms", device.device.status().stdout, re.M)[1]
        finally:
            device.stop()
            servers.stop()
        rows += [
            f"| {kind.title} | {cells(rate, each)} | {spent * 1e3:.1f} ms | {rate / by_key:.2f}x | {LOGINS / floor:.0f} a second, {rate * floor / LOGINS:.2f}x | {step} ms |",
            f"| … while {SLOW} wait {PAUSE} s each (they: {statistics.median(slow) * 1e3:.0f} ms) | {cells(late, beside)} | | | {late / rate:.2f}x of alone | |",
        ]
    return ["", f"| {LOGINS} logins by password, {AT_ONCE} at a time | a second | median | 99th percentile | CPU of each | to logins by key | floor | core's longest step |",
            "|---|---|---|---|---|---|---|---|", *rows]  # fmt: skip
