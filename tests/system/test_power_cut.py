# SPDX-License-Identifier: Apache-2.0
"""The power fails at any of a thousand system calls while configuration, private configuration, keys, boot variables,
archive and bootset are written: what the disk then holds is, file by file, the old or the new content, and a device
boots from it. RAVELIN_POWER_ROUNDS=200 makes it a thousand points of each of them."""

import collections
import copy
import os
import random
import re
import shutil

import pytest

import lab as laboratory
import power_cut
import whole

ROUNDS = int(os.environ.get("RAVELIN_POWER_ROUNDS", "18"))
POINTS = 50 * ROUNDS
BOOTS = 12  # of the different disks that were found


def work(device, rounds):
    """A device that writes much."""
    t = device.console()
    t.send("\r")
    t.settle(wait=">$")
    t.command("enable")
    for generation in range(1, rounds + 1):
        old = whole.word(generation - 1) if generation > 1 else None
        gone = f"k{generation - 50}" if generation > 50 else None  # a device has so many pairs and no more
        for line in [*whole.lines(generation, old, f"k{generation}", gone), f"! {generation} is done"]:
            t.send(line + "\r")
        t.until(rf"^G{generation}#! {generation} is done$", seconds=60)
        t.screen = laboratory.Screen()
    t.close()


pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may trace a device's processes")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The device as it was before, and the calls that changed it."""
    lab = laboratory.Lab()
    device = lab.device()
    device.init(whole.CONFIG)
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


def is_image(content):
    return (content or b"").startswith(power_cut.IMAGE)


class Check:
    """What holds of every state, and of one that follows another."""

    def __init__(self):
        self.last = collections.defaultdict(dict)
        self.keys = {}
        self.found = {}  # the different disks, each with what is in force on it

    def state(self, kind, files):
        disk = tuple(sorted(files.items()))
        if disk not in self.found:
            self.found[disk] = self.look(kind, files)
        for what, value in self.found[disk].items():
            if value is not None:
                assert value >= self.last[kind].get(what, 0), f"{kind}: {what} {value} after {self.last[kind]}: what was durable is gone"
                self.last[kind][what] = value

    def look(self, kind, files):
        for name, content in files.items():
            if name.startswith("keys/"):
                assert self.keys.setdefault(name, content) == content, f"{kind}: {name} is torn"
        try:
            return whole.check(files, is_image)
        except AssertionError as wrong:
            raise AssertionError(f"{kind}: {wrong}") from wrong


def follow(disk, calls):
    """Applies the calls and checks every state. Returns the points, each the file that was changed, and the checker."""
    check, points = Check(), []
    for call in calls:
        disk.apply(*call)
        if not disk.changed:
            continue
        points.append(disk.touched)
        for kind, files in disk.states().items():
            check.state(kind, {n: c for n, c in files.items() if not n.startswith("run/")})
    return points, check


def by_object(points):
    """How many points each object has."""
    return collections.Counter(whole.object_of(file.name or "") or "other" for file in points if file)


def materialize(device, before, files):
    """The disk as a device's folder."""
    shutil.rmtree(device.folder, ignore_errors=True)
    shutil.copytree(before, device.folder, copy_function=os.link)
    for part in ("nvram", "keys", "secure"):
        for path in (device.folder / part).iterdir():
            path.unlink()
    for name, content in files.items():
        path = device.folder / name
        if name.split("/")[0] in ("nvram", "keys", "flash", "secure"):
            path.unlink(missing_ok=True)
            if is_image(content):
                os.link(before / "flash" / content[len(power_cut.IMAGE) :].decode(), path)
            else:
                path.write_bytes(content)
                path.chmod(0o600)


def test_every_disk_is_old_or_new_and_boots(recorded, lab):
    before, disk, calls = recorded
    points, check = follow(copy.deepcopy(disk), calls)
    assert len(points) >= POINTS, len(points)
    assert check.last["strict"]["startup-config"] == ROUNDS, "what was confirmed is not on the disk"
    counts = by_object(points)
    assert set(whole.OBJECTS) <= set(counts) and min(counts[o] for o in whole.OBJECTS) >= 5 * ROUNDS, counts
    device = lab.device()
    for files in map(dict, random.Random(1).sample(list(check.found), BOOTS)):
        materialize(device, before, files)
        device.run()
        state = whole.check(files, is_image)
        shown = device.ssh("show running-config").stdout
        assert re.search(rf"^hostname G{state['startup-config']}\r?$", shown, re.M), shown
        assert f"k{state['key store'] or ''}" in device.ssh("show crypto key mypubkey ec | include name").stdout
        shown = device.ssh("show logging | include DAMAGED").stdout + device.ssh("show secure bootset").stdout
        assert "DAMAGED" not in shown and "damaged" not in shown, shown
        assert not list(device.folder.glob("*/.next-*"))
        device.stop()
    print(f"{len(points)} points ({', '.join(f'{n} {o}' for o, n in counts.most_common())}), {len(check.found)} different disks, {BOOTS} of them booted")


def test_what_is_not_synced_is_found_to_be_lost(recorded):
    """The same record without its fsync calls: of files, and of folders."""
    _, disk, calls = recorded
    name = re.compile(r"^\d+<[^>]*>$")  # a folder, which has a name
    without_files = [c for c in calls if c[1] != "fsync" or name.match(c[2])]
    without_folders = [c for c in calls if c[1] != "fsync" or not name.match(c[2])]
    assert len(without_files) < len(calls) > len(without_folders)
    with pytest.raises(AssertionError, match="torn"):
        follow(copy.deepcopy(disk), without_files)
    assert follow(copy.deepcopy(disk), without_folders)[1].last["strict"]["startup-config"] == 0
