#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The figures, against sshd in the same run: server CPU per login by publickey and by password, first paint of a remote
command, memory per idle session; and of a device: memory alone and of each of ten, the time from `ravelin run -d` to the
first login, and what a hundred thousand lines of configuration cost. Runs of the two servers alternate and medians are shown: on a busy machine the ratio is what counts.

Run it as root: the memory of other users' processes is read from /proc/PID/smaps_rollup, CPU from a control group
(children that have ended count), where there is one."""

import argparse
import contextlib
import hashlib
import os
import pathlib
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import lab  # noqa: E402

ALGORITHMS = [
    "-o", "KexAlgorithms=curve25519-sha256", "-o", "HostKeyAlgorithms=ssh-ed25519", "-o", "Ciphers=aes128-gcm@openssh.com",
]  # fmt: skip
SESSIONS = 5  # as many as a device has lines
PASSWORD = "admin"
HUGE = 100_000  # lines of configuration


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
            raise SystemExit("no control group (version 2) can be made here: run as root on the host")
        fields = dict(line.split() for line in (self.path / "cpu.stat").read_text().splitlines())
        return int(fields["usage_usec"]) / 1e6

    def pids(self):
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

    def idle_sessions(self, count):
        """KiB that each of so many idle terminals adds."""
        time.sleep(0.3)
        before = self.group.pss(self.program)
        terminals = [lab.Terminal(self.ssh()[:1] + ["-tt", "-e", "none"] + self.ssh()[1:]) for _ in range(count)]
        for t in terminals:
            t.settle(wait=r"[>#$] ?$")
        time.sleep(0.5)
        each = (self.group.pss(self.program) - before) / count
        for t in terminals:
            t.close()
        return each


class Sshd(Server):
    """Without what the user's shell adds: its start-up files are not read (SHLVL), its memory is not counted. Its password
    is of the cheapest hash there is (MD5), in an /etc/shadow that only it sees: what a hash costs is not its doing."""

    command, program = "echo privilege", "sshd"

    def start(self):
        self.port, self.user = lab.free_port(), pwd.getpwuid(os.getuid()).pw_name
        os.makedirs("/run/sshd", exist_ok=True)
        host = self.folder / "host_ed25519"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host], check=True)
        keys = self.folder / "authorized_keys"
        shutil.copy(f"{self.key}.pub", keys)
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {keys}\nUsePAM no\n"
            f"PidFile {self.folder}/pid\nStrictModes no\nPermitRootLogin yes\nPrintMotd no\nSetEnv SHLVL=9\n"
        )
        shadow = self.folder / "shadow"
        hashed = subprocess.check_output(["openssl", "passwd", "-1", "-salt", "benchmrk", PASSWORD], text=True).strip()
        shadow.write_text(f"{self.user}:{hashed}:20000:0:99999:7:::\n")
        shadow.chmod(0o600)
        own = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/shadow && exec "$@"', shadow]
        self.process = subprocess.Popen([*own, "/usr/sbin/sshd", "-D", "-e", "-f", config], preexec_fn=self.group.enter,
                                        stderr=open(self.folder / "sshd.log", "w"))  # fmt: skip
        lab.wait_for(lambda: subprocess.run(self.ssh("true"), capture_output=True, check=False).returncode == 0)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        lab.wait_for(lambda: not self.group.pids(), 3)
        self.group.remove()


def device_config(key):
    data = pathlib.Path(f"{key}.pub").read_text().split()[1]
    lines = "\n".join(data[i : i + 72] for i in range(0, len(data), 72))
    chain = f"ip ssh pubkey-chain\nusername admin\nkey-string\n{lines}\nexit\nexit\nexit\nip ssh version 2\n"
    return lab.CONFIG.replace("line vty", chain + "line vty")


class Ravelin(Server):
    command, user = "show privilege", "admin"

    def start(self):
        self.device = lab.Device(self.folder)
        self.device.init(device_config(self.key))
        self.boot()

    def boot(self):
        self.device.port = self.device.port or lab.free_port()
        self.port = self.device.port
        argv = self.device.argv("run", "-d", "-p", f"{self.port}:22")
        subprocess.run(argv, preexec_fn=self.group.enter, check=True, stdin=subprocess.DEVNULL)

    def stop(self):
        self.device.stop()
        lab.wait_for(lambda: not self.group.pids(), 3)
        self.group.remove()


def logins(servers, rounds, method):
    """{server: (median CPU seconds a login, median seconds to the first byte)}"""
    cpu, paint = {s: [] for s in servers}, {s: [] for s in servers}
    idle = {}
    for s in servers:
        s.login(method)
        time.sleep(0.3)
        idle[s] = len(s.group.pids())
    for _ in range(rounds):
        for s in servers:
            before = s.group.seconds()
            paint[s].append(s.login(method))
            s.settle(idle[s])
            cpu[s].append(s.group.seconds() - before)
    return {s: (statistics.median(cpu[s]), statistics.median(paint[s])) for s in servers}


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


def row(name, ours, theirs=None, unit="", digits=1, aim=""):
    ratio = f"{ours / theirs:.2f}x" if theirs else ""
    other = f"{theirs:.{digits}f} {unit}" if theirs else "–"
    return f"| {name} | {ours:.{digits}f} {unit} | {other} | {ratio} | {aim} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--output", default=str(lab.build_folder() / "bench.md"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        key = base / "id_rsa"
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key], check=True)
        servers = []
        for cls, name in ((Ravelin, "ravelin"), (Sshd, "sshd")):
            (base / name).mkdir()
            servers.append(cls(name, base / name, key))
        try:
            for s in servers:
                s.start()
            ours, theirs = servers
            figures = logins(servers, options.rounds, "publickey")
            passwords = logins(servers, options.rounds, "password")
            sessions = {s: s.idle_sessions(SESSIONS) for s in servers}
        finally:
            for s in servers:
                with contextlib.suppress(Exception):
                    s.stop()
        back, login, alone = starts(key, 10)
        each = ten(key)
        boot, command, show = huge(key)
    table = [
        "| figure | ravelin | sshd | ratio | aim |",
        "|---|---|---|---|---|",
        row("server CPU per publickey login", figures[ours][0] * 1e3, figures[theirs][0] * 1e3, "ms", aim="≤ 0.15x"),
        row("server CPU per password login, net of the hash", (passwords[ours][0] - scrypt_cost()) * 1e3, passwords[theirs][0] * 1e3, "ms"),
        row("first paint, `ssh host command`", figures[ours][1] * 1e3, figures[theirs][1] * 1e3, "ms"),
        row("PSS per idle session", sessions[ours], sessions[theirs], "KiB", 0),
        row("PSS of a device alone", alone / 1024, None, "MiB", aim="≤ 9 MB"),
        row("PSS of each of ten devices", each / 1024, None, "MiB", aim="≤ 4 MB"),
        row("`ravelin run -d` until it returns", back * 1e3, None, "ms", 0),
        row("`ravelin run -d` to the end of the first login", login * 1e3, None, "ms", 0, aim="≤ 300 ms"),
        row("100,000 lines: `ravelin run -d` until it returns", boot, None, "s", aim="≤ 2 s"),
        row("100,000 lines: core's CPU for one configuration command", command * 1e3, None, "ms", 2, aim="≤ 5 ms"),
        row("100,000 lines: `show running-config` over SSH", show, None, "s", aim="≤ 1 s"),
    ]
    text = "\n".join(table) + "\n"
    pathlib.Path(options.output).write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
