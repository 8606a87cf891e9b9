# SPDX-License-Identifier: Apache-2.0
"""Files moved, for run.py: a GiB each way by the stock client, as it is now (SFTP) and as it was (scp -O), as a new file
and over one that is there (which sshd overwrites in place, and Ravelin replaces when the new one is whole); and ten
thousand small files each way; all on a tmpfs, so that no disk is measured. CPU is the server's, from its control group,
less that of a login; the floor is floor_files.c. Memory is what the device's sessions have while a GiB moves."""

import os
import pathlib
import re
import shutil
import subprocess
import time

SIZE = 1 << 30
SMALL, SMALL_SIZE = 10_000, 1024
CIPHERS = {"gcm": "aes128-gcm@openssh.com", "chacha": "chacha20-poly1305@openssh.com"}
WAYS = (
    ("get", "get a GiB", "≤ 0.55x sshd, ≤ 1.3x floor"),
    ("put", "put a GiB", "≤ 0.6x sshd, ≤ 1.3x floor"),
    ("over", "put a GiB over another", "≤ 0.6x sshd, ≤ 1.3x floor"),
)
CONFIG = """aaa new-model
aaa authentication login default local
aaa authorization exec default local
ip scp server enable
"""


def make(folder):
    """What a client puts: a large file, and a tree of small ones."""
    with open(folder / "large", "wb") as file:
        for _ in range(SIZE >> 20):
            file.write(os.urandom(1 << 20))
    for i in range(SMALL):
        place = folder / "small" / f"{i // 1000}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{i}").write_bytes(os.urandom(SMALL_SIZE))


def session_memory(server):
    """KiB of anonymous memory of the largest session."""
    most = 0
    for pid in server.group.pids():
        try:
            text = pathlib.Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        found = re.search(r"RssAnon:\s+(\d+)", text)  # not of one that is just ending
        if found and text.startswith("Name:\tsession\n"):
            most = max(most, int(found.group(1)))
    return most


def warm(folder):
    """A virtual machine has memory of its host when it first touches it, and gives back what is free: so that nobody's
    file pays for that, as much as the old and the new file take is touched just before."""
    with open(folder / "warm", "wb") as file:
        for _ in range(2 * SIZE >> 20):
            file.write(bytes(1 << 20))
    (folder / "warm").unlink()


def client(server):
    """The options of scp and sftp, which differ from ssh's by the port."""
    options = server.ssh()[1:-1]
    options[options.index("-p")] = "-P"
    return options


def moved(server, cipher, source, target, *options):
    """Seconds of the clock, of the server's CPU, and KiB of its session."""
    argv = client(server)
    argv[argv.index(f"Ciphers={CIPHERS['chacha']}")] = f"Ciphers={CIPHERS[cipher]}"
    argv = ["scp", *argv, *options, source, target]
    before, begun, memory = server.group.seconds(), time.monotonic(), 0
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while child.poll() is None:
        memory = max(memory, session_memory(server))
        time.sleep(0.05)
    took = time.monotonic() - begun
    if child.returncode != 0:
        raise SystemExit(f"{server.name}: {' '.join(map(str, argv))}: {child.stderr.read()}")
    server.settle(server.idle)
    return took, server.group.seconds() - before, memory


def remote(server, name):
    return f"{server.user}@127.0.0.1:{server.files}{name}"


def gone(server, name):
    """Deleted by its server, which counts what its files take."""
    deleted = subprocess.run(["sftp", *client(server), "-b", "-", f"{server.user}@127.0.0.1"], input=f"-rm {server.files}{name}\n",
                             capture_output=True, text=True, check=False)  # fmt: skip
    if deleted.returncode:
        raise SystemExit(f"{server.name}: sftp: {deleted.stderr}")


def large(f, servers, rounds, folder, tool):
    for _ in range(rounds):
        for cipher in CIPHERS:
            f.add(f"get {cipher}", None, float(tool("floor_files", "get", cipher, folder / "large")[0][0]))
            warm(folder)
            f.add(f"put {cipher}", None, float(tool("floor_files", "put", cipher, folder / "floor")[0][0]))
            (folder / "floor").unlink()
            for s in servers:
                if cipher == "gcm" and s.name == "dropbear":
                    continue
                for protocol, options in (("sftp", []), ("scp", ["-O"])):
                    ways = (("put", folder / "large", remote(s, "large")), ("get", remote(s, "large"), folder / "back"))
                    gone(s, "large")
                    for way, source, target in (*ways, ("over", *ways[0][1:])):
                        warm(folder)
                        took, cpu, memory = moved(s, cipher, source, target, *options)
                        f.add(f"{way} {cipher} {protocol}", s, cpu - f.median("login", s.name))
                        f.add(f"{way} {cipher} {protocol} wall", s, took)
                        f.add("memory", s, memory)
                    (folder / "back").unlink()


def small(f, servers, folder):
    for s in servers:
        for way, source, target in (("put", folder / "small", remote(s, "small")), ("get", remote(s, "small"), folder / "small-back")):
            took, cpu, _ = moved(s, "chacha", source, target, "-r")
            f.add(f"{way} small", s, SMALL / took)
            f.add(f"{way} small cpu", s, cpu / SMALL)
        shutil.rmtree(folder / "small-back")


def logins(f, servers):
    for s in servers * 5:
        before = s.group.seconds()
        s.login()
        s.settle(s.idle)
        f.add("login", s, s.group.seconds() - before)


def table(f):
    def row(title, name, unit, scale, digits, aim, floor=""):
        who = ["ravelin", "sshd", "dropbear"]
        values = [f.median(name, w) for w in who] + [f.median(floor, "floor") if floor else None]
        shown = ["–" if v is None else f"{v * scale:.{digits}f} {unit}".strip() for v in values]
        ratios = [f"{values[0] / v:.2f}x {w}" for v, w in ((values[1], "sshd"), (values[3], "floor")) if v]
        return f"| {title} | {' | '.join(shown)} | {', '.join(ratios)} | {aim} |"

    rows = ["", "| files | ravelin | sshd | dropbear | floor | ratio | aim |", "|---|---|---|---|---|---|---|"]
    for protocol in ("sftp", "scp"):
        for cipher in CIPHERS:
            for way, title, aim in WAYS:
                name, floor = f"{way} {cipher} {protocol}", f"{'get' if way == 'get' else 'put'} {cipher}"
                rows.append(row(f"{title}, {protocol}, {CIPHERS[cipher].split('@')[0]}: server CPU", name, "s", 1, 2, aim, floor))
                rows.append(row("… until the client has it", f"{name} wall", "s", 1, 2, "≤ 0.83x sshd"))
    for way in ("get", "put"):
        rows.append(row(f"{way} {SMALL} files of {SMALL_SIZE} bytes, sftp: files a second", f"{way} small", "", 1, 0, "≥ 1x sshd"))
        rows.append(row("… server CPU a file", f"{way} small cpu", "ms", 1e3, 3, ""))
    rows.append(f"| memory of a session while a GiB moves, at most | {max(f.of[('memory', 'ravelin')]) / 1024:.1f} MiB | | | | | flat |")
    return rows
