# SPDX-License-Identifier: Apache-2.0
"""Goal: where the host's disk is full (ENOSPC, not the device's quota), whatever writes a file says so, what was there
stays as it was, and nothing lies beside it: SCP, SFTP, copy, output into a file, and write memory. The volumes are small
file systems that only the device's own mount namespace has."""

import os
import pathlib

import pytest
from moving import CONFIG, client
from test_sftp import batch

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="to look into the mount namespace needs root")

OLD = os.urandom(300_000)
SMALL_DISKS = """cd "$0" && for v in flash:$(($(du -sk flash | cut -f1) + 1024)) nvram:64; do
    mv ${v%:*} $0/old && mkdir -m 700 ${v%:*} && mount -t tmpfs -o mode=700,size=${v#*:}k none ${v%:*} &&
    cp -a old/. ${v%:*} && rm -r old || exit 1
done"""
FULL = "No space left on device"


@pytest.fixture(scope="module")
def device(module_lab):
    made = module_lab.device()
    made.init(CONFIG.replace("line vty", "file prompt quiet\nline vty"))
    made.inside(SMALL_DISKS)
    made.run()
    return made


def disk(device, volume):
    return pathlib.Path(f"/proc/{device.role('core')[0]}/root{device.folder}/{volume}")


def fill(folder, but=0):
    """All of it is taken, but so many bytes."""
    (folder / "ballast").unlink(missing_ok=True)
    free = os.statvfs(folder)
    (folder / "ballast").write_bytes(bytes(free.f_bavail * free.f_bsize - but))


def contents(folder):
    """What a person put there: of everything else there is nothing more than the names that were known before."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "ballast" and not p.name.endswith(".bin")}


def writers(device, source):
    """What writes, each over the file `f` and as a new one, and where it says that it could not."""
    for name in ("f", "g"):
        yield lambda: client(device, "scp", "-O", source, f"r:{name}").stderr
        yield lambda: client(device, "scp", source, f"r:{name}").stderr
        yield lambda: device.ssh(f"copy flash:f flash:{'f2' if name == 'f' else name}").stdout
    yield lambda: batch(device, f"reput {source} f").stderr
    yield lambda: batch(device, "cp f g").stderr


def test_full_flash(device, tmp_path):
    flash = disk(device, "flash")
    (tmp_path / "f").write_bytes(OLD)
    assert client(device, "scp", tmp_path / "f", "r:f").returncode == 0
    before = contents(flash)
    assert before["f"] == OLD
    (tmp_path / "more").write_bytes(os.urandom(500_000))
    for but in (0, 100_000):
        fill(flash, but)
        for write in writers(device, tmp_path / "more"):
            said = write()
            assert FULL in said or "Failure" in said, said
            assert contents(flash) == before
    fill(flash)
    said = device.ssh("show running-config | redirect flash:g").stdout
    assert FULL in said and contents(flash) == before, said
    # Once there is room, each does what it did not.
    (flash / "ballast").unlink()
    assert client(device, "scp", "-O", tmp_path / "more", "r:f").returncode == 0
    assert device.ssh("copy flash:f flash:g").returncode == 0
    assert (flash / "g").read_bytes() == (flash / "f").read_bytes() == (tmp_path / "more").read_bytes()


def test_full_nvram(device, tmp_path):
    nvram = disk(device, "nvram")
    before = contents(nvram)
    fill(nvram)
    (tmp_path / "config").write_text("hostname R2\nend\n")
    for said in (
        device.ssh("write memory").stdout,
        device.ssh("copy running-config startup-config").stdout,
        device.ssh("copy running-config nvram:backup").stdout,
        client(device, "scp", "-O", tmp_path / "config", "r:startup-config").stderr,
    ):
        assert FULL in said and contents(nvram) == before, said
    (nvram / "ballast").unlink()
    assert device.ssh("write memory").returncode == 0 and (nvram / "startup-config").read_bytes() != before["startup-config"]
