# SPDX-License-Identifier: Apache-2.0
"""What the tests of scp and sftp share: a device that lets files be moved, its flash as the host sees it, OpenSSH's
clients."""

import hashlib
import os
import pathlib
import subprocess

CONFIG = """\
hostname R1
logging buffered
ip domain-name example.com
aaa new-model
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 password 0 admin
username guest privilege 2 password 0 guest
ip scp server enable
line vty 0 15
 transport input ssh
end
"""


def flash(device, name=""):
    return device.folder / "flash" / name


def files(device):
    return sorted(p.name for p in flash(device).iterdir() if not p.name.endswith(".bin"))


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def same(a, b):
    done = subprocess.run(["diff", "-r", str(a), str(b)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def make_tree(top, sizes):
    """A folder of files of awkward sizes."""
    (top / "a" / "b").mkdir(parents=True)
    for n, size in enumerate(sizes):
        (top / "a" / f"f{n}").write_bytes(os.urandom(size))
    (top / "a" / "b" / "deep").write_text("deep\n")
    (top / "name with blanks").write_text("x\n")
    return top


def client(device, program, *arguments, user="admin", text=None, timeout=60):
    """`sftp` or `scp` with the device as `r:`."""
    words = [str(a).replace("r:", f"{user}@127.0.0.1:", 1) if str(a).startswith("r:") else str(a) for a in arguments]
    argv = device.ssh_argv(user)[1:-1]
    argv[argv.index("-p")] = "-P"
    source = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    return subprocess.run(
        [program, *argv, *words], env=device.ssh_env(user), capture_output=True, text=True, timeout=timeout, **source
    )


def nearly_full(lab, tmp_path):
    """A device with a MiB of flash left, and a file of half of it and one of twice of it: "half" and "large"."""
    device = lab.device()
    device.init(CONFIG)
    used = sum(p.stat().st_size for p in flash(device).iterdir())
    with open(device.folder / "device.conf", "a") as file:
        file.write(f"flash-size {used + (1 << 20)}\n")
    device.run()
    (tmp_path / "large").write_bytes(os.urandom(2 << 20))
    (tmp_path / "half").write_bytes(os.urandom(600 << 10))
    return device
