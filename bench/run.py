#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The figures, against sshd, dropbear and tinysshd in the same run, and against the floor: what a fork into the same
walls, the same cryptography and the same messages cost without a server around them (floor.c). Logins are those of a
small client that is the same for all (load.c), one at a time and sixteen at a time; first paint is the stock client's.
Of a device: memory alone and of each of ten, the time from `ravelin run -d` to the first login, and what a hundred
thousand lines of configuration cost. The servers take turns and medians are shown: on a busy machine the ratio counts.

Run it as root: the memory of other users' processes is read from /proc/PID/smaps_rollup, CPU from a control group
(children that have ended count), where there is one; what cannot be measured is said, and the rest is."""

import argparse
import contextlib
import hashlib
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import aaa  # noqa: E402
import files  # noqa: E402
import lab  # noqa: E402

ALGORITHMS = [
    "-o", "KexAlgorithms=curve25519-sha256", "-o", "HostKeyAlgorithms=ssh-ed25519", "-o", "Ciphers=chacha20-poly1305@openssh.com",
]  # fmt: skip
CHACHA, GCM = "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com"
TOOLS = lab.build_folder() / "bench"
SESSIONS = 10
SEQUENTIAL, PARALLEL, AT_ONCE = 40, 128, 16
OUTPUT = 16 << 20  # bytes: what one `more` prints at most
OUTPUTS = 8
PASSWORD = "admin"
HUGE = 100_000  # lines of configuration


def tool(name, *arguments):
    """What a program of this folder prints, by lines of words."""
    done = subprocess.run([TOOLS / name, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} {' '.join(map(str, arguments))}: {done.stderr}")
    return [line.split() for line in done.stdout.splitlines()]


class Group:
    """CPU time of a process and all its descendants, alive or not."""

    def __init__(self, name):
        self.path = None
        for base in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
            path = pathlib.Path(base, f"ravelin-bench-{os.getpid()}-{name}")
            with contextlib.suppress(OSError):
                if pathlib.Path(base, "cgroup.procs").exists():
                    path.mkdir()
                    self.path = path
                    break

    def enter(self):
        if self.path:
            (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def seconds(self):
        if not self.path:
            return float("nan")
        fields = dict(line.split() for line in (self.path / "cpu.stat").read_text().splitlines())
        return int(fields["usage_usec"]) / 1e6

    def pids(self):
        if not self.path:
            return []
        return [int(p) for p in (self.path / "cgroup.procs").read_text().split()]

    def pss(self, program=""):
        """KiB, summed over the group's processes (of this name)."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                if program and pathlib.Path(f"/proc/{pid}/comm").read_text().strip() != program:
                    continue
                text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        return total

    def remove(self):
        with contextlib.suppress(OSError):
            if self.path:
                self.path.rmdir()


class Server:
    """What both have: a group, a port, a user with a key, a command that prints one line."""

    program = ""  # counts memory of this program alone
    more = ""  # configuration of a device
    files = "/"  # where a client's files go, as the client names it
    at_once = AT_ONCE

    def __init__(self, name, folder, key):
        self.name, self.folder, self.key = name, folder, key
        self.group = Group(name)

    def ssh(self, *command, method="publickey"):
        return [
            "ssh", "-F", "none", "-i", str(self.key), "-p", str(self.port), *ALGORITHMS, "-o", "IdentitiesOnly=yes",
            "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR", "-o",
            "UserKnownHostsFile=/dev/null", "-o", f"PreferredAuthentications={method}", f"{self.user}@127.0.0.1", *command,
        ]  # fmt: skip

    def environment(self):
        script = self.folder / "askpass"
        script.write_text(f"#!/bin/sh\necho {PASSWORD}\n")
        script.chmod(0o755)
        return {**os.environ, "SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force"}

    def login(self, method="publickey"):
        """One whole login with a command. Seconds to its first byte."""
        begun = time.monotonic()
        child = subprocess.Popen(self.ssh(self.command, method=method), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                 env=self.environment())  # fmt: skip
        first = child.stdout.read(1)
        paint = time.monotonic() - begun
        child.stdout.read()
        if child.wait() != 0 or not first:
            raise SystemExit(f"{self.name}: login failed")
        return paint

    def settle(self, idle):
        """Waits until what the last login started has ended."""
        lab.wait_for(lambda: len(self.group.pids()) <= idle, 5, 0.002)

    def load(self, cipher, count, at_once, command):
        """CPU seconds a login, logins a second, seconds to NEWKEYS of each, bytes."""
        before = self.group.seconds()
        lines = tool("load", "login", self.port, self.user, self.key, cipher, count, at_once, command)
        self.settle(self.idle)
        spent = self.group.seconds() - before
        value = {words[0]: float(words[1]) for words in lines}
        keyed = [float(words[1]) for words in lines if words[0] == "keyed"]
        return spent / count, value["count"] / value["seconds"], keyed, value["bytes"]

    def hold(self, count):
        """KiB that each of so many idle terminals adds, seconds to open them and to have an answer of each."""
        time.sleep(0.3)
        before = self.group.pss(self.program)
        child = subprocess.Popen(
            [TOOLS / "load", "hold", str(self.port), self.user, self.key, CHACHA, str(count), str(self.at_once), self.command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        held = child.stdout.readline().split()
        if not held:
            raise SystemExit(f"{self.name}: {count} terminals could not be opened")
        time.sleep(0.5)
        each = (self.group.pss(self.program) - before) / count
        answered = [0, 0, 0]
        if isinstance(self, Ravelin):
            child.stdin.write("ask\n")
            child.stdin.flush()
            answered = child.stdout.readline().split()
        child.stdin.close()
        child.wait()
        self.settle(self.idle)
        return each, float(held[2]), int(answered[1]), float(answered[2])


class Stranger(Server):
    """A server of the distribution, with an /etc/passwd that only it sees: root's home is the folder and his shell the
    smallest there is. Its password is of the cheapest hash (MD5): what a hash costs is not its doing."""

    def prepare(self):
        self.port, self.user = lab.free_port(), "root"
        home = self.folder / "home"
        self.files = f"{home}/"
        self.path = home.joinpath
        (home / ".ssh").mkdir(parents=True, mode=0o700)
        (home / ".ssh").chmod(0o700)
        shutil.copy(f"{self.key}.pub", home / ".ssh/authorized_keys")
        (home / ".ssh/authorized_keys").chmod(0o600)
        (self.folder / "passwd").write_text(f"root:x:0:0:root:{home}:/bin/sh\nsshd:x:102:65534::/run/sshd:/usr/sbin/nologin\n")
        hashed = subprocess.check_output(["openssl", "passwd", "-1", "-salt", "benchmrk", PASSWORD], text=True).strip()
        (self.folder / "shadow").write_text(f"root:{hashed}:20000:0:99999:7:::\n")
        (self.folder / "shadow").chmod(0o600)

    def run(self, *argv):
        inside = 'for f in passwd shadow; do mount --bind "$0/$f" /etc/$f; done && exec "$@"'
        self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", inside, self.folder, *argv], preexec_fn=self.group.enter,
                                        stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "w"))  # fmt: skip
        if not lab.wait_for(lambda: subprocess.run(self.ssh("true"), capture_output=True, check=False).returncode == 0):
            raise SystemExit(f"{self.name} does not answer: {(self.folder / 'log').read_text()}")
        time.sleep(0.3)
        self.idle = len(self.group.pids())

    def output(self):
        """A command that prints OUTPUT bytes."""
        (self.folder / "output").write_bytes(text_of(OUTPUT))
        return f"cat {self.folder}/output"

    def stop(self):
        self.process.terminate()
        self.process.wait()
        lab.wait_for(lambda: not self.group.pids(), 3)
        self.group.remove()


def text_of(size):
    line = b"".join(b"line %07d of a file that is no shorter than a screen is wide, or so\n" % i for i in range(1000))
    return (line * (size // len(line) + 1))[:size]


class Sshd(Stranger):
    """Without the memory of the user's shell."""

    command, program = "echo privilege", "sshd"

    def start(self):
        self.prepare()
        os.makedirs("/run/sshd", exist_ok=True)
        host = self.folder / "host_ed25519"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host], check=True)
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {host}\nUsePAM no\nPidFile {self.folder}/pid\n"
            "Subsystem sftp /usr/lib/openssh/sftp-server\nStrictModes no\nPermitRootLogin yes\nPrintMotd no\nMaxStartups 200\n"
        )
        self.run("/usr/sbin/sshd", "-D", "-e", "-f", config)


class Dropbear(Stranger):
    """Takes five connections of an address that has not logged in, and no more."""

    command, program, at_once = "echo privilege", "dropbear", 5

    def start(self):
        self.prepare()
        host = self.folder / "host_ed25519"
        subprocess.run(["dropbearkey", "-t", "ed25519", "-f", host], check=True, capture_output=True)
        self.run("/usr/sbin/dropbear", "-F", "-E", "-p", f"127.0.0.1:{self.port}", "-r", host, "-P", self.folder / "pid")


class Tinysshd(Stranger):
    """Behind the smallest super-server there is (floor.c)."""

    command, program = "echo privilege", "tinysshd"

    def start(self):
        self.prepare()
        subprocess.run(["tinysshd-makekey", self.folder / "keys"], check=True, capture_output=True)
        self.run(TOOLS / "floor", "serve", str(self.port), "/usr/sbin/tinysshd", self.folder / "keys")


def device_config(key, vtys=100, more=""):
    data = pathlib.Path(f"{key}.pub").read_text().split()[1]
    lines = "\n".join(data[i : i + 72] for i in range(0, len(data), 72))
    chain = f"ip ssh pubkey-chain\nusername admin\nkey-string\n{lines}\nexit\nexit\nexit\nip ssh version 2\n"
    return lab.CONFIG.replace("line vty 0 4", f"{more}{chain}line vty 0 {vtys - 1}")


class Ravelin(Server):
    command, user, vtys = "show privilege", "admin", 100

    def start(self):
        self.device = lab.Device(self.folder)
        self.device.init(device_config(self.key, self.vtys, self.more))
        self.path = (self.device.folder / "flash").joinpath
        with open(self.device.folder / "device.conf", "a") as conf:
            conf.write("flash-size 8G\n")
        self.boot()
        lab.wait_for(lambda: self.login() is not None)
        time.sleep(0.5)
        self.idle = len(self.group.pids())

    def output(self):
        (self.device.folder / "flash/output").write_bytes(text_of(OUTPUT))
        return "more flash:output"

    def boot(self):
        self.device.port = self.device.port or lab.free_port()
        self.port = self.device.port
        argv = self.device.argv("run", "-d", "-p", f"{self.port}:22")
        subprocess.run(argv, preexec_fn=self.group.enter, check=True, stdin=subprocess.DEVNULL)

    def stop(self):
        self.device.stop()
        lab.wait_for(lambda: not self.group.pids(), 3)
        self.group.remove()


def clients_seconds():
    """CPU seconds of the clients that have ended: what one of them takes is the floor of its first paint."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Figures:
    """What was measured of each server, round by round."""

    def __init__(self):
        self.of = {}

    def add(self, name, server, *values):
        self.of.setdefault((name, server.name if server else "floor"), []).extend(values)

    def median(self, name, who):
        values = self.of.get((name, who))
        return statistics.median(values) if values else None

    def p99(self, name, who):
        values = sorted(self.of.get((name, who), []))
        return values[len(values) * 99 // 100] if values else None


def logins(f, servers, rounds):
    for _ in range(rounds):
        f.add("cpu", None, float(tool("floor", "login", SEQUENTIAL)[0][0]))
        for s in servers:
            cpu, _, keyed, _ = s.load(CHACHA, SEQUENTIAL, 1, s.command)
            f.add("cpu", s, cpu)
            f.add("keyed", s, *keyed)
        for s in servers:
            cpu, rate, _, _ = s.load(CHACHA, PARALLEL, s.at_once, s.command)
            f.add("rate", s, rate)
        for s in servers:
            before = clients_seconds()
            f.add("paint", s, *(s.login() for _ in range(4)))
            if isinstance(s, Ravelin):
                f.add("paint", None, (clients_seconds() - before) / 4)


def passwords(f, servers, rounds):
    for s in servers * rounds:
        before = s.group.seconds()
        s.login("password")
        s.settle(s.idle)
        f.add("password", s, s.group.seconds() - before)


def output(f, servers, rounds):
    """CPU seconds a GiB of what a command prints, without the login around it."""
    for cipher, floor in ((GCM, "gcm"), (CHACHA, "chacha")):
        for _ in range(rounds):
            f.add(floor, None, float(tool("floor", "bulk", floor)[0][0]))
            for s in servers:
                if cipher == GCM and isinstance(s, (Dropbear, Tinysshd)):
                    continue
                cpu, _, _, size = s.load(cipher, OUTPUTS, 1, s.output())
                f.add(floor, s, (cpu - f.median("cpu", s.name)) * OUTPUTS * 2**30 / size)


def starts(key, rounds):
    """Medians of seconds until `run -d` returns and until the first login is over; KiB of a device alone."""
    back, login = [], []
    with tempfile.TemporaryDirectory() as folder:
        server = Ravelin("start", pathlib.Path(folder), key)
        server.start()
        time.sleep(1)
        alone = server.group.pss()
        for _ in range(rounds):
            server.device.stop()
            begun = time.monotonic()
            server.boot()
            back.append(time.monotonic() - begun)
            server.login()
            login.append(time.monotonic() - begun)
        server.stop()
    return statistics.median(back), statistics.median(login), alone


def ten(key):
    """KiB of each of ten devices."""
    with tempfile.TemporaryDirectory() as folder:
        servers = []
        for i in range(10):
            path = pathlib.Path(folder, str(i))
            path.mkdir()
            servers.append(Ravelin(f"ten{i}", path, key))
            servers[-1].start()
        time.sleep(1)
        total = sum(s.group.pss() for s in servers)
        for s in servers:
            s.stop()
    return total / len(servers)


def scrypt_cost():
    """CPU seconds of the hash that every password check of a device takes (type 9), by the same libcrypto."""
    spent = []
    for _ in range(20):
        begun = time.process_time()
        hashlib.scrypt(b"admin", salt=b"01234567890123", n=16384, r=1, p=1, dklen=32)
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def huge(key):
    """Of a device with HUGE lines: seconds until `run -d` returns, core's CPU seconds of one configuration command, and
    seconds of `show running-config` as a client without a terminal sees it."""
    with tempfile.TemporaryDirectory() as folder:
        server = Ravelin("huge", pathlib.Path(folder), key)
        lines = "".join(f"ip host h{i} 10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n" for i in range(HUGE))
        server.device = lab.Device(server.folder)
        server.device.init(device_config(key).replace("line vty", lines + "line vty"))
        begun = time.monotonic()
        server.boot()
        boot = time.monotonic() - begun
        core = server.device.role("core")[0]
        terminal = server.device.terminal(password=PASSWORD)
        terminal.command("configure terminal")
        command = []
        for i in range(20):
            before = core_seconds(core)
            terminal.command(f"ip host new{i} 192.0.2.1")
            command.append(core_seconds(core) - before)
        terminal.close()
        begun = time.monotonic()
        subprocess.run(server.ssh("show running-config"), stdout=subprocess.DEVNULL, check=True)
        show = time.monotonic() - begun
        server.stop()
    return boot, statistics.median(command), show


def core_seconds(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def cell(value, unit, digits):
    return "–" if value is None or value != value else f"{value:.{digits}f} {unit}".strip()


def against(f, name, title, unit, scale, digits, aim, more=True):
    """A row with all servers. `more`: the ratio to sshd, and to the floor where there is one."""
    who = ["ravelin", "sshd", "dropbear", "tinysshd", "floor"]
    values = {w: f.median(name, w) for w in who}
    ratios = [f"{values['ravelin'] / values[w]:.2f}x {w}" for w in ("sshd", "floor") if values[w] and values["ravelin"]]
    shown = [cell(values[w] and values[w] * scale, unit, digits) for w in who]
    return f"| {title} | {' | '.join(shown)} | {', '.join(ratios) if more else ''} | {aim} |"


def alone(name, value, unit="", digits=1, aim=""):
    return f"| {name} | {cell(value, unit, digits)} | {aim} |"


def compare(key, rounds):
    f = Figures()
    servers = []
    with tempfile.TemporaryDirectory(dir="/run") as folder:  # tinysshd wants no folder above that others may write
        base = pathlib.Path(folder)
        base.chmod(0o755)
        try:
            for cls, name in ((Ravelin, "ravelin"), (Sshd, "sshd"), (Dropbear, "dropbear"), (Tinysshd, "tinysshd")):
                (base / name).mkdir()
                s = cls(name, base / name, key)
                s.start()
                servers.append(s)
            logins(f, servers, rounds)
            passwords(f, servers[:2], rounds)
            output(f, servers, rounds)
            for s in servers:
                f.add("pss", s, s.hold(SESSIONS)[0])
        finally:
            for s in servers:
                with contextlib.suppress(Exception):
                    s.stop()
    net = [v - scrypt_cost() for v in f.of.pop(("password", "ravelin"))]
    f.of[("password", "ravelin")] = net
    late, usual = f.p99("keyed", "ravelin"), f.median("keyed", "sshd")
    head = ["| figure | ravelin | sshd | dropbear | tinysshd | floor | ratio | aim |", "|---|---|---|---|---|---|---|---|"]
    return head + [
        against(f, "cpu", "server CPU per publickey login", "ms", 1e3, 2, "≤ 0.08x sshd, ≤ 2.5x floor"),
        against(f, "rate", f"logins a second, {AT_ONCE} at a time (dropbear {Dropbear.at_once})", "", 1, 0, "≥ 7x sshd"),
        against(f, "keyed", "connect → NEWKEYS", "ms", 1e3, 2, "≤ 0.12x sshd"),
        f"| its 99th percentile | {cell(late * 1e3, 'ms', 2)} | | | | | {late / usual:.2f}x sshd's median | ≤ 1x |",
        against(f, "paint", "first paint, `ssh host command`", "ms", 1e3, 1, "≤ 0.10x sshd"),
        against(f, "password", "server CPU per password login, net of the hash", "ms", 1e3, 1, ""),
        against(f, "pss", "PSS per idle session", "KiB", 1, 0, "below dropbear"),
        against(f, "gcm", "CPU per GiB of output, aes128-gcm", "s", 1, 2, "≤ 1.5x floor"),
        against(f, "chacha", "CPU per GiB of output, chacha20-poly1305", "s", 1, 2, "≤ 1.5x floor"),
    ]  # fmt: skip


def rommon(key):
    """Seconds until a device that stays at rommon's prompt has it, and rommon's KiB then."""
    with tempfile.TemporaryDirectory() as folder:
        device = lab.Device(pathlib.Path(folder))
        device.init(device_config(key))
        (device.folder / "nvram/boot-vars").write_text("CONFREG=0x2100\n")
        took = []
        for _ in range(10):
            begun = time.monotonic()
            device.run()
            took.append(time.monotonic() - begun)
            (pid,) = device.processes()
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            device.stop()
    return statistics.median(took), int(re.search(r"^Pss: +(\d+)", rollup, re.M)[1])


def rommon_lines():
    folder = pathlib.Path(__file__).resolve().parents[1] / "src/rommon"
    return sum(len(path.read_text().splitlines()) for path in [*folder.glob("*.c"), *folder.glob("*.h")])


def device(key):
    back, login, pss = starts(key, 10)
    prompt, small = rommon(key)
    each = ten(key)
    boot, command, show = huge(key)
    return ["", "| a device | | aim |", "|---|---|---|",
        alone("PSS of a device alone", pss / 1024, "MiB", aim="≤ 9 MB"),
        alone("PSS of each of ten devices", each / 1024, "MiB", aim="≤ 4 MB"),
        alone("`ravelin run -d` until rommon's prompt stands, where nothing is booted", prompt * 1e3, "ms", 0, aim="≤ 50 ms"),
        alone("PSS of rommon", small, "KiB", 0),
        alone("… and its sources", rommon_lines(), "lines", 0),
        alone("`ravelin run -d` until it returns", back * 1e3, "ms", 0),
        alone("`ravelin run -d` to the end of the first login", login * 1e3, "ms", 0, aim="≤ 300 ms"),
        alone("100,000 lines: `ravelin run -d` until it returns", boot, "s", aim="≤ 2 s"),
        alone("100,000 lines: core's CPU for one configuration command", command * 1e3, "ms", 2, aim="≤ 5 ms"),
        alone("100,000 lines: `show running-config` over SSH", show, "s", aim="≤ 1 s"),
    ]  # fmt: skip


def move_files(key, rounds):
    f = Figures()
    servers = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        base = pathlib.Path(folder)
        base.chmod(0o755)
        files.make(base)
        try:
            for cls, name in ((Ravelin, "ravelin"), (Sshd, "sshd"), (Dropbear, "dropbear")):
                (base / name).mkdir()
                s = cls(name, base / name, key)
                s.more = files.CONFIG
                s.start()
                servers.append(s)
            files.logins(f, servers)
            files.large(f, servers, rounds, base, tool)
            files.small(f, servers, base)
        finally:
            for s in servers:
                with contextlib.suppress(Exception):
                    s.stop()
    return files.table(f)


def hold(key, count):
    with tempfile.TemporaryDirectory() as folder:
        server = Ravelin("hold", pathlib.Path(folder), key)
        server.vtys = count + 100
        server.start()
        try:
            each, opened, answered, took = server.hold(count)
        finally:
            server.stop()
    return ["", f"| {count} idle sessions | |", "|---|---|",
        f"| opened, {AT_ONCE} at a time, in | {opened:.1f} s |",
        f"| PSS of each, core's share with it | {each:.0f} KiB |",
        f"| that answered a command | {answered} in {took:.1f} s |",
    ]  # fmt: skip


def by_servers(key):
    def make(more):
        place = base / str(len(list(base.iterdir())))
        place.mkdir()
        server = Ravelin("aaa", place, key)
        server.more = more
        server.start()
        return server

    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        return aaa.measure(make, tool, base)


def tell(parts, output):
    """Each as soon as it is measured: the next one takes minutes."""
    output.write_text("")
    for part in parts:
        text = "\n".join(part()) + "\n"
        with output.open("a") as file:
            file.write(text)
        print(text, end="", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hold", type=int, metavar="COUNT", help="only this: so many idle sessions of one device at once")
    parser.add_argument("--files", action="store_true", help="only this: files by sftp and scp")
    parser.add_argument("--aaa", action="store_true", help="only this: logins that RADIUS and TACACS+ servers decide")
    parser.add_argument("--servers", action="store_true", help="only the comparison of servers")
    parser.add_argument("--output", default=str(lab.build_folder() / "bench.md"))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as folder:
        key = pathlib.Path(folder) / "id_ed25519"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        if options.hold:
            parts = [lambda: hold(key, options.hold)]
        elif options.aaa:
            parts = [lambda: by_servers(key)]
        elif options.files:
            parts = [lambda: move_files(key, options.rounds)]
        else:
            parts = [lambda: compare(key, options.rounds)]
            if not options.servers:
                parts += [lambda: device(key), lambda: move_files(key, 3)]
        tell(parts, pathlib.Path(options.output))


if __name__ == "__main__":
    main()
