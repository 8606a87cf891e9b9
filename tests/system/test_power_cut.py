# SPDX-License-Identifier: Apache-2.0
"""The power fails at any of a thousand system calls while configuration, keys, boot variables and archive are written: what
the disk then holds is, file by file, the old or the new content, and a device boots from it."""

import copy
import os
import random
import re
import shutil

import pytest

import lab as laboratory
import power_cut

IMAGE = "ravelin-universalk9.0.1.0.bin"
POINTS = 1000
BOOTS = 24  # of the different disks that were found
ROUNDS = 55

CONFIG = """\
hostname G0
username admin privilege 15 password 0 admin
archive
 path flash0:copy
 maximum 3
 write-memory
line vty 0 4
 login local
end
"""


def lines(generation):
    hosts = [f"ip host h{i} 10.{i}.{generation // 256}.{generation % 256}" for i in range(8)]
    return ["configure terminal", f"hostname G{generation}", f"boot system flash0:g{generation}.bin", *hosts, "end"]


def work(device, rounds):
    """A device that writes much."""
    t = device.terminal()
    for generation in range(1, rounds + 1):
        t.send("".join(line + "\r" for line in lines(generation)))
        t.until(rf"^G{generation}#$")
        t.command("write memory")
        if generation % 10 == 0:
            t.command("configure terminal")
            t.command(f"crypto key generate rsa label k{generation} modulus 1024", seconds=30)
            t.command("end")
            t.command("archive config")
    t.close()


pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may trace a device's processes")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The device as it was before, and the calls that changed it."""
    lab = laboratory.Lab()
    device = lab.device()
    device.init(CONFIG)
    before = tmp_path_factory.mktemp("power") / "before"
    shutil.copytree(device.folder, before)
    device.run()
    disk = power_cut.Disk(device.folder)
    log = before.parent / "calls"
    recorder = power_cut.Recorder([int(pid) for pid in device.processes()], log)
    work(device, ROUNDS)
    device.stop()
    recorder.ended()
    with open(log, encoding="latin-1") as file:
        yield before, disk, list(power_cut.calls(file))
    lab.release()


def startup(files):
    return files.get("nvram/startup-config", b"").decode("latin-1")


def generation(config):
    """Of a whole configuration; None: it is torn."""
    name = re.search(r"^hostname G(\d+)$", config, re.M)
    if not name or not config.endswith("\nend\n"):
        return None
    n = int(name[1])
    whole = n == 0 or all(line in config for line in lines(n)[2:-1])
    return n if whole else None


def boot_of(files):
    return re.findall(r"^BOOT=flash0:g(\d+)\.bin$", files.get("nvram/boot-vars", b"").decode(), re.M)


def keys_of(files):
    return {name for name in files if name.startswith("keys/") and not name.startswith("keys/.")}


class Check:
    """What holds of every state, and of one that follows another."""

    def __init__(self):
        self.last = {}
        self.keys = {}

    def state(self, kind, files):
        config = generation(startup(files))
        assert config is not None, f"{kind}: a torn startup-config:\n{startup(files)}"
        for name in keys_of(files):
            content = files[name]
            assert self.keys.setdefault(name, content) == content and content, f"{kind}: {name} is torn"
        boot = boot_of(files)
        assert not boot or int(boot[0]) in (config, config - 1), f"{kind}: {boot} with configuration {config}"
        now = (config, len(keys_of(files)))
        assert now >= self.last.get(kind, now), f"{kind}: {now} after {self.last[kind]}: what was durable is gone"
        self.last[kind] = now


def follow(disk, calls):
    """Applies the calls and checks every state. Returns the number of points, the different disks, and the checker."""
    check, points, found = Check(), 0, {}
    for call in calls:
        disk.apply(*call)
        points += disk.changed
        for kind, files in disk.states().items() if disk.changed else ():
            check.state(kind, files)
            lasting = {n: c for n, c in files.items() if not n.startswith("run/")}
            found.setdefault(hash(tuple(sorted(lasting.items()))), lasting)
    return points, list(found.values()), check


def materialize(device, before, files):
    """The disk as a device's folder."""
    shutil.rmtree(device.folder, ignore_errors=True)
    shutil.copytree(before, device.folder, copy_function=os.link)
    for path in [*(device.folder / "nvram").iterdir(), *(device.folder / "keys").iterdir()]:
        path.unlink()
    for name, content in files.items():
        path = device.folder / name
        if name.split("/")[0] in ("nvram", "keys", "flash"):
            path.unlink(missing_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)


def test_every_disk_is_old_or_new_and_boots(recorded, lab):
    before, disk, calls = recorded
    points, found, check = follow(copy.deepcopy(disk), calls)
    assert points >= POINTS, points
    assert check.last["strict"][0] == ROUNDS, "what was confirmed is not on the disk"
    device = lab.device()
    for files in random.Random(1).sample(found, BOOTS):
        materialize(device, before, files)
        device.run()
        name = f"G{generation(startup(files))}"
        shown = device.ssh("show running-config").stdout
        assert re.search(rf"^hostname {name}\r?$", shown, re.M), shown
        labels = device.ssh("show crypto key mypubkey rsa | include name").stdout
        assert all(f"k{n}" in labels for n in re.findall(r"rsa-general-k(\d+)", " ".join(files)))
        assert not list(device.folder.glob("*/.next-*"))
        device.stop()
    print(f"{points} points, {len(found)} different disks, {BOOTS} of them booted")


def test_what_is_not_synced_is_found_to_be_lost(recorded):
    """The same record without its fsync calls: of files, and of folders."""
    _, disk, calls = recorded
    name = re.compile(r"^\d+<[^>]*>$")  # a folder, which has a name
    without_files = [c for c in calls if c[1] != "fsync" or name.match(c[2])]
    without_folders = [c for c in calls if c[1] != "fsync" or not name.match(c[2])]
    assert len(without_files) < len(calls) > len(without_folders)
    with pytest.raises(AssertionError, match="torn"):
        follow(copy.deepcopy(disk), without_files)
    assert follow(copy.deepcopy(disk), without_folders)[2].last["strict"][0] == 0
