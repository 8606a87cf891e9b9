# SPDX-License-Identifier: Apache-2.0
"""Goal: the old scp works both ways with the clients people have: every byte arrives, folders and times too; who may
not is told why and nothing is lost: a cut, a kill, a full flash and a second writer leave the file that was there."""

import os
import re
import signal
import subprocess
import threading
import time

import pytest
from moving import CONFIG, client, digest, files, flash, make_tree, nearly_full, same

from lab import own_memory, wait_for

SIZES = (0, 1, 32767, 32768, 32769, 1 << 20, (3 << 20) + 7)


def scp(device, *arguments, **how):
    return client(device, "scp", "-O", *arguments, **how)


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


@pytest.fixture
def tree(tmp_path):
    return make_tree(tmp_path / "tree", SIZES)


def test_there_and_back(device, tree, tmp_path):
    for name in sorted((tree / "a").iterdir()):
        if name.is_dir():
            continue
        done = scp(device, name, "r:flash0:/there")
        assert done.returncode == 0, done.stderr
        assert digest(flash(device, "there")) == digest(name)
        done = scp(device, "r:flash:there", tmp_path / "back")
        assert done.returncode == 0, done.stderr
        assert digest(tmp_path / "back") == digest(name)
    assert flash(device, "there").stat().st_mode & 0o7777 == 0o600


def test_folders_and_times(device, tree, tmp_path):
    os.utime(tree / "a" / "f1", (1000000000, 1000000000))
    (tree / "a" / "f1").chmod(0o4755)
    done = scp(device, "-rp", tree, "r:flash0:/")
    assert done.returncode == 0, done.stderr
    same(tree, flash(device, "tree"))
    assert flash(device, "tree/a/f1").stat().st_mtime == 1000000000
    assert flash(device, "tree/a/f1").stat().st_mode & 0o7777 == 0o600
    done = scp(device, "-rp", "r:tree", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    same(tree, tmp_path / "back")
    assert (tmp_path / "back/a/f1").stat().st_mtime == 1000000000
    # Several into a folder, and a second time over what is there.
    done = scp(device, tree / "a/f2", tree / "a/f3", "r:flash0:tree/a/b")
    assert done.returncode == 0, done.stderr
    assert digest(flash(device, "tree/a/b/f3")) == digest(tree / "a/f3")
    assert scp(device, "-r", tree, "r:flash0:/").returncode == 0
    done = scp(device, tree / "a/f2", tree / "a/f3", "r:flash0:none/")
    assert done.returncode == 1 and "none" in done.stderr
    done = scp(device, "r:tree", tmp_path / "x")
    assert done.returncode == 1 and "not a regular file" in done.stderr


def test_configurations(device, tmp_path):
    done = scp(device, "r:running-config", tmp_path / "running")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "running").read_text()
    assert "\nhostname R1\n" in text and text.endswith("end\n")
    (tmp_path / "more").write_text("ip host scp-was-here 192.0.2.1\nno such line\nip host and-here 192.0.2.2\n")
    done = scp(device, tmp_path / "more", "r:running-config")
    assert done.returncode == 1 and "lines were refused" in done.stderr
    shown = device.ssh("show", "running-config").stdout
    assert "scp-was-here" in shown and "and-here" in shown
    assert re.search("%SYS-3-CONFIG_LINE: running-config line 2: .*Invalid input", device.ssh("show", "logging").stdout)
    (tmp_path / "more").write_text("no ip host scp-was-here 192.0.2.1\n")
    assert scp(device, tmp_path / "more", "r:system:/running-config").returncode == 0
    assert "scp-was-here" not in device.ssh("show", "running-config").stdout
    assert scp(device, tmp_path / "running", "r:startup-config").returncode == 0
    assert device.ssh("more", "nvram:startup-config").stdout == text
    assert scp(device, "r:nvram:startup-config", tmp_path / "startup").returncode == 0
    assert (tmp_path / "startup").read_text() == text
    said = "%SYS-4-STARTUP: startup-config will be left alone at the next start: its end is missing"
    assert said not in device.ssh("show", "logging").stdout
    (tmp_path / "cut").write_text(text[: len(text) // 2])
    assert scp(device, tmp_path / "cut", "r:startup-config").returncode == 0
    assert said in device.ssh("show", "logging").stdout
    for hidden in ("nvram:boot-vars", "nvram:/clock-offset", "flash0:../nvram/boot-vars", "flash0:../keys/../r1.cfg"):
        assert scp(device, "r:" + hidden, tmp_path / "y").returncode == 1
        assert scp(device, tmp_path / "more", "r:" + hidden).returncode in (0, 1)
    assert not list(device.folder.glob("keys/r1.cfg")) and "ip host" not in (device.folder / "keys").name


def test_views(device, tmp_path):
    """What is made when it is read comes whole, and takes nothing."""
    for name, last in (("main", "Processor "), ("processes", "helper|session|gate")):
        done = scp(device, f"r:system:memory/{name}", tmp_path / name)
        assert done.returncode == 0 and re.search(last, (tmp_path / name).read_text()), done.stderr
        assert scp(device, tmp_path / name, f"r:system:memory/{name}").returncode == 1
    assert scp(device, tmp_path / "main", "r:system:memory").returncode == 1
    done = scp(device, "-r", "r:system:memory", tmp_path / "all")
    assert done.returncode == 0 and sorted(p.name for p in (tmp_path / "all").iterdir()) == ["main", "processes"], done.stderr
    assert (tmp_path / "all/main").read_text().startswith("                Head ")
    done = device.ssh("verify", "/md5", "system:memory/main")
    assert done.returncode == 0 and "verify /md5 (system:/memory/main) = " in done.stdout


def pscp(device, *arguments):
    scan = subprocess.run(["ssh-keyscan", "-p", str(device.port), "-t", "ed25519", "127.0.0.1"], capture_output=True, text=True)
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=scan.stdout, capture_output=True, text=True, check=True)
    return subprocess.run(
        ["pscp", "-scp", "-batch", "-P", str(device.port), "-pw", "admin", "-hostkey", shown.stdout.split()[1], *map(str, arguments)],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env={"HOME": str(device.parent), "PATH": "/usr/bin"},
    )  # fmt: skip


def test_pscp(device, tree, tmp_path):
    done = pscp(device, "-r", "-p", tree / "a", "admin@127.0.0.1:flash0:/pscp")
    assert done.returncode == 0, done.stderr + done.stdout
    assert digest(flash(device, "pscp/f6")) == digest(tree / "a/f6")
    done = pscp(device, "admin@127.0.0.1:flash0:/pscp/f6", tmp_path / "back")
    assert done.returncode == 0, done.stderr + done.stdout
    assert digest(tmp_path / "back") == digest(tree / "a/f6")


def test_paramiko_scp(device, tree, tmp_path):
    import scp as scp_module

    client = device.paramiko()
    with scp_module.SCPClient(client.get_transport()) as moving:
        moving.put(str(tree / "a/f6"), "flash0:/by-paramiko")
    assert digest(flash(device, "by-paramiko")) == digest(tree / "a/f6")
    client.close()
    client = device.paramiko()
    with scp_module.SCPClient(client.get_transport()) as moving:
        moving.get("flash0:/by-paramiko", str(tmp_path / "back"))
    client.close()
    assert digest(tmp_path / "back") == digest(tree / "a/f6")


@pytest.mark.parametrize(
    ("change", "said", "why"),
    [
        ("no ip scp server enable", "Administratively disabled.", "it is not enabled"),
        ("no aaa authorization exec default", "Administratively disabled.", "no list authorizes an EXEC"),
        ("no aaa new-model", "Administratively disabled.", "AAA is not configured"),
        ("username admin privilege 14", "Privilege denied.", "privilege is below 15"),
    ],
)
def test_who_may_not(lab, tmp_path, change, said, why):
    device = lab.device()
    device.init(CONFIG.replace("end\n", f"{change}\nend\n"))
    device.run()
    (tmp_path / "file").write_text("x")
    done = scp(device, tmp_path / "file", "r:flash0:file")
    assert done.returncode == 1 and said in done.stderr, done.stderr
    done = scp(device, "r:flash0:file", tmp_path / "back")
    assert done.returncode == 1 and not (tmp_path / "back").exists()
    assert re.search(rf"%SSH-4-SCP_REFUSED: admin@127.0.0.1: .*{why}", device.ssh("show", "logging").stdout)
    assert files(device) == []


def test_what_runs_in_place_of_commands(lab, tmp_path):
    """An autocommand stands before scp as it stands before any command: nothing is read and nothing written."""
    device = lab.device()
    device.init(CONFIG.replace("end\n", "username admin autocommand show privilege\nend\n"))
    device.run()
    (tmp_path / "file").write_text("x")
    assert scp(device, tmp_path / "file", "r:flash0:file").returncode != 0
    assert scp(device, "r:running-config", tmp_path / "running").returncode != 0
    assert files(device) == [] and not (tmp_path / "running").exists()
    c = Channel(device, "scp -f running-config")
    assert c.get() == b"Current privilege level is 15\n"
    assert c.ends() == 0


# --- hostile clients ---


class Channel:
    """`scp -t` or `-f` spoken by hand."""

    def __init__(self, device, command):
        self.client = device.paramiko()
        self.channel = self.client.get_transport().open_session()
        self.channel.settimeout(10)
        self.channel.exec_command(command)

    def get(self, n=1000):
        return self.channel.recv(n)

    def say(self, data):
        self.channel.sendall(data)
        return self.get()

    def ends(self):
        """Exit status, once nothing more comes."""
        self.channel.shutdown_write()
        while self.get():
            pass
        status = self.channel.recv_exit_status()
        self.client.close()
        return status


HOSTILE = [
    b"C0644 5 ../evil\n", b"C0644 5 a/b\n", b"C0644 5 ..\n", b"C0644 5 .\n", b"C0644 5 \n", b"C0644 5\n", b"C0644 -5 x\n",
    b"C0644 99999999999999999999999 x\n", b"C999 5 x\n", b"C 5 x\n", b"X\n", b"\x03\n", b"E\n", b"D0755 0 x\n", b"T1 0 1\n",
    b"Tx 0 1 0\n", b"C0644 5 a\0b\n", b"C0644 18446744073709551616 x\n", b"A" * 3000, b"\n",
]  # fmt: skip


@pytest.mark.parametrize("line", HOSTILE, ids=repr)
def test_bad_line(device, line):
    before = files(device)
    c = Channel(device, "scp -t flash0:/")
    assert c.get() == b"\0"
    answer = c.say(line)
    assert answer[:1] in (b"\1", b"\2"), answer
    assert c.ends() == 1
    assert files(device) == before


ODD_NAMES = [b"C0644 1 \x1b[2J\n", b"C0644 1 " + b"n" * 256 + b"\n", b"C0644 1 \xff\xfe\n", b"C0644 1 .next-0123456789abcdef\n"]


@pytest.mark.parametrize("line", ODD_NAMES, ids=repr)
def test_odd_name(device, line):
    """The line is right, the name is none: this file is refused, the next one may come."""
    before = files(device)
    c = Channel(device, "scp -t flash0:/")
    c.get()
    assert c.say(line)[:1] == b"\1"
    assert c.say(b"C0644 1 -option %s%n\n") == b"\0"
    assert c.say(b"x\0") == b"\0"
    assert c.ends() == 1
    assert files(device) == sorted([*before, "-option %s%n"])
    flash(device, "-option %s%n").unlink()


def test_sizes_beyond_the_flash(device):
    c = Channel(device, "scp -t flash0:/big")
    c.get()
    answer = c.say(b"C0644 9223372036854775807 big\n")
    assert answer[:1] == b"\1" and b"No space left on device" in answer
    assert c.ends() == 1


@pytest.mark.parametrize("command", ["scp", "scp ", "scp -t", "scp -x -t flash0:", "scp -t \0", "scp flash0:x", "scp -tX flash0:"])
def test_bad_command(device, command):
    c = Channel(device, command)
    c.get()
    assert c.ends() == 1


def test_cut_in_the_middle(device):
    """The connection ends at every stage: what was there stays, nothing is left over."""
    flash(device, "kept").write_bytes(b"as it was")
    stages = [b"", b"T1 0 1 0\n", b"C0644 10 kept\n", b"C0644 10 kept\n12345", b"C0644 10 kept\n1234567890"]
    for number in range(60):
        c = Channel(device, "scp -t flash0:/")
        c.get()
        c.channel.sendall(stages[number % len(stages)])
        if number % 2:
            c.client.get_transport().sock.close()
        else:
            c.client.close()
    assert wait_for(lambda: "kept" in files(device) and flash(device, "kept").read_bytes() == b"as it was")
    assert wait_for(lambda: device.ssh("show", "users").stdout.count(" vty ") == 1)
    assert not [n for n in os.listdir(flash(device)) if n.startswith(".next")]
    # And its name is free again.
    c = Channel(device, "scp -t flash0:/")
    c.get()
    assert c.say(b"C0644 4 kept\n") == b"\0"
    assert c.say(b"anew\0") == b"\0"
    assert c.ends() == 0
    assert flash(device, "kept").read_bytes() == b"anew"


def test_gone_before_the_answer(device):
    """Core finds a question of a session that has ended: nobody is at fault, and the log says nothing of a fault."""
    core = device.role("core")[0]
    before = device.sessions()
    c = Channel(device, "scp -t flash0:/")
    c.get()
    os.kill(core, signal.SIGSTOP)
    try:
        c.channel.sendall(b"C0644 4 gone\n")
        c.client.get_transport().sock.close()
        assert wait_for(lambda: device.sessions() == before)
    finally:
        os.kill(core, signal.SIGCONT)
    log = device.ssh("show", "logging").stdout
    assert "channel failed" not in log, log
    assert not flash(device, "gone").exists()


def test_two_writers(device, tmp_path):
    first = Channel(device, "scp -t flash0:/shared")
    first.get()
    assert first.say(b"C0644 3 shared\n") == b"\0"
    second = Channel(device, "scp -t flash0:/shared")
    second.get()
    assert second.say(b"C0644 3 shared\n")[:1] == b"\1"
    assert second.ends() == 1
    assert first.say(b"one\0") == b"\0"
    assert first.ends() == 0
    assert flash(device, "shared").read_bytes() == b"one"


def test_full_flash(lab, tmp_path):
    device = nearly_full(lab, tmp_path)
    assert scp(device, tmp_path / "half", "r:one").returncode == 0
    before = digest(flash(device, "one"))
    for name in ("one", "two"):
        done = scp(device, tmp_path / "large", f"r:{name}")
        assert done.returncode == 1 and "No space left" in done.stderr
    assert scp(device, tmp_path / "half", "r:two").returncode == 1
    assert files(device) == ["one"] and digest(flash(device, "one")) == before
    assert scp(device, tmp_path / "half", "r:one").returncode == 0  # what it replaces counts


def test_killed_while_writing(lab, tmp_path):
    """The whole device dies at some moment of a copy over a file: then the old or the new one is there, whole."""
    device = lab.device()
    device.init(CONFIG)
    old, new = os.urandom(300000), os.urandom(400000)
    (tmp_path / "new").write_bytes(new)
    seen = set()
    for number in range(12):
        flash(device, "f").write_bytes(old)
        device.run()
        known = list(device.processes())
        copying = threading.Thread(target=scp, args=(device, tmp_path / "new", "r:f"))
        copying.start()
        time.sleep(0.02 + 0.02 * number)
        device.kill(known)
        copying.join()
        there = flash(device, "f").read_bytes()
        assert there in (old, new)
        seen.add(there == new)
        device.run()
        assert not [n for n in os.listdir(flash(device)) if n.startswith(".next")]
        device.stop()


def test_memory_is_flat(device, tmp_path):
    """A large file there, and back to a client that does not read: the session grows by no more than its windows."""
    (tmp_path / "large").write_bytes(bytes(64 << 20))
    before, peak = device.sessions(), 0
    copying = threading.Thread(target=scp, args=(device, tmp_path / "large", "r:large"))
    copying.start()
    while copying.is_alive():
        peak = max([peak, *map(own_memory, device.sessions() - before)])
    copying.join()
    assert flash(device, "large").stat().st_size == 64 << 20
    assert 0 < peak < 12 << 10, peak
    c = Channel(device, "scp -f flash0:/large")
    assert c.say(b"\0").startswith(b"C0644 67108864 large\n")
    c.channel.sendall(b"\0")
    time.sleep(1)
    flash(device, "large").unlink()
    c.client.close()
