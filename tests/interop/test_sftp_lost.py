# SPDX-License-Identifier: Apache-2.0
"""Goal: whatever ends a transfer by SFTP, the file that was there or the new one is there, whole, and nothing beside
them: the device, the session or the connection dies at any moment, the flash is full, two write one name. How often each
is tried is RAVELIN_LOST_RUNS (12 where it is not set)."""

import os
import signal
import threading
import time

import pytest
import sftp_wire as w
from moving import CONFIG, digest, files, flash, nearly_full
from sftp_wire import Raw, string, u32, u64
from test_sftp import batch

from lab import wait_for

RUNS = int(os.environ.get("RAVELIN_LOST_RUNS", "12"))
OLD, NEW = os.urandom(300000), os.urandom(400000)


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


def litter(device):
    return [n for n in os.listdir(flash(device)) if n.startswith(".next")]


def replace(raw, name):
    handle = raw.open(name, w.F_PUT)
    raw.write(handle, 0, NEW[:200000])
    raw.write(handle, 200000, NEW[200000:])
    return handle


def append(raw, name):
    handle = raw.open(name, w.F_WRITE | w.F_APPEND)
    raw.write(handle, 0, NEW[:100000])
    return handle


def resume(raw, name):
    handle = raw.open(name, w.F_WRITE | w.F_CREAT)
    raw.write(handle, len(OLD) - 10, NEW[:100000])
    return handle


def cut(raw, name):
    handle = raw.open(name, w.F_READ | w.F_WRITE)
    raw.status(w.FSETSTAT, string(handle) + u32(1) + u64(1000))
    return handle


CHANGES = {replace: NEW, append: OLD + NEW[:100000], resume: OLD[:-10] + NEW[:100000], cut: OLD[:1000]}


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c.__name__)
def test_connection_lost_before_close(device, change):
    """Everything was written and acknowledged, CLOSE never came; half of the time the session process is killed."""
    flash(device, "kept").write_bytes(OLD)
    assert wait_for(lambda: len(device.sessions()) == 1)  # the console's, and nobody's of before
    before = device.sessions()
    for number in range(RUNS):
        raw = Raw(device)
        change(raw, b"kept")
        for pid in device.sessions():
            if number % 2 and pid not in before:
                os.kill(pid, signal.SIGKILL)
        raw.hang_up()
        assert wait_for(lambda: device.sessions() == before)
        assert flash(device, "kept").read_bytes() == OLD and not litter(device)
    # The name is free, and what is closed is there.
    raw = Raw(device)
    assert raw.close(change(raw, b"kept")) == w.OK
    assert flash(device, "kept").read_bytes() == CHANGES[change]
    raw.hang_up()


def test_cut_by_setstat(device):
    flash(device, "set").write_bytes(OLD)
    raw = Raw(device)
    assert raw.status(w.SETSTAT, string(b"set") + u32(1) + u64(777)) == w.OK
    assert flash(device, "set").read_bytes() == OLD[:777]
    assert raw.status(w.SETSTAT, string(b"set") + u32(1) + u64(1000)) == w.OK
    assert flash(device, "set").read_bytes() == OLD[:777] + bytes(223)
    raw.hang_up()


def test_who_reads_keeps_what_he_reads(device):
    """A file is replaced, cut and removed under a reader; its inode never changes."""
    for number in range(RUNS):
        flash(device, "read").write_bytes(OLD)
        reader, writer = Raw(device), Raw(device)
        handle = reader.open(b"read", w.F_READ)
        assert reader.read(handle, 0, 1000) == OLD[:1000]
        if number % 3 == 0:
            assert writer.close(replace(writer, b"read")) == w.OK
        elif number % 3 == 1:
            assert writer.status(w.SETSTAT, string(b"read") + u32(1) + u64(0)) == w.OK
        else:
            assert writer.status(w.REMOVE, string(b"read")) == w.OK
        assert reader.read(handle, 200000, 100000) == OLD[200000:]
        reader.hang_up()
        writer.hang_up()


def test_a_hard_link_is_not_written_through(device):
    """What another name of the same inode shows stays: so is the image that the device boots from."""
    flash(device, "name").write_bytes(OLD)
    os.link(flash(device, "name"), device.folder / "other")
    raw = Raw(device)
    for change in CHANGES:
        assert raw.close(change(raw, b"name")) == w.OK
    assert raw.status(w.SETSTAT, string(b"name") + u32(1) + u64(0)) == w.OK
    assert (device.folder / "other").read_bytes() == OLD
    raw.hang_up()


def test_two_writers(device, tmp_path):
    """Of several that write one name at the same time one is in each time, whole; or nobody's was."""
    contents = [bytes([65 + i]) * (100000 + i) for i in range(4)]
    for i, content in enumerate(contents):
        (tmp_path / str(i)).write_bytes(content)
    flash(device, "shared").write_bytes(OLD)
    for number in range(max(2, RUNS // 4)):
        done = {}
        threads = [
            threading.Thread(target=lambda i=i: done.update({i: batch(device, f"put {tmp_path}/{i} shared").returncode}))
            for i in range(4)
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        there = flash(device, "shared").read_bytes()
        assert there in [contents[i] for i in done if done[i] == 0], done
        # And two who surely overlap.
        first, second = Raw(device), Raw(device)
        handle = first.open(b"shared", w.F_WRITE)
        assert second.open(b"shared", w.F_PUT) == w.FAILURE and second.open(b"shared", w.F_WRITE) == w.FAILURE
        assert first.write(handle, 3, b"-%d-" % number) == w.OK and first.close(handle) == w.OK
        assert flash(device, "shared").read_bytes() == there[:3] + b"-%d-" % number + there[len(b"-%d-" % number) + 3 :]
        first.hang_up()
        second.hang_up()


def test_full_flash(lab, tmp_path):
    """The quota is met while a file is written, appended to, copied, or made larger: what was there stays."""
    device = nearly_full(lab, tmp_path)
    assert batch(device, f"put {tmp_path}/half one").returncode == 0
    before = digest(flash(device, "one"))
    for _ in range(max(2, RUNS // 4)):
        done = batch(device, f"-put {tmp_path}/large one", f"-put {tmp_path}/large two", f"-put {tmp_path}/half two", f"-reput {tmp_path}/large one", "-cp one two")
        assert done.stderr.count("Failure") >= 5, done.stderr
        assert files(device) == ["one"] and digest(flash(device, "one")) == before and not litter(device)
    raw = Raw(device)
    assert raw.status(w.SETSTAT, string(b"one") + u32(1) + u64(2 << 20)) == w.FAILURE
    assert "No space left" in raw.words(w.SETSTAT, string(b"one") + u32(1) + u64(2 << 20))
    # What it replaces counts; and two that each would have room do not have it both.
    assert batch(device, f"put {tmp_path}/half one").returncode == 0
    (tmp_path / "half").write_bytes(os.urandom(300 << 10))
    handles = [raw.open(name, w.F_PUT) for name in (b"two", b"three")]
    for handle in handles:
        for at in range(0, 300 << 10, 100 << 10):
            assert raw.write(handle, at, bytes(100 << 10)) == w.OK
    assert [raw.close(handle) for handle in handles] == [w.OK, w.FAILURE]
    raw.hang_up()
    assert files(device) == ["one", "two"] and not litter(device)


def test_killed_while_writing(lab, tmp_path):
    """The whole device dies at some moment of a copy over a file: then the old or the new one is there, whole."""
    device = lab.device()
    device.init(CONFIG)
    (tmp_path / "new").write_bytes(NEW)
    for number in range(RUNS // 2):
        flash(device, "f").write_bytes(OLD)
        device.run()
        known = list(device.processes())
        line = (f"put {tmp_path}/new f", f"put -f {tmp_path}/new f", f"reput {tmp_path}/new f")[number % 3]
        copying = threading.Thread(target=batch, args=(device, line))
        copying.start()
        time.sleep(0.6 * number / RUNS)
        device.kill(known)
        copying.join()
        there = flash(device, "f").read_bytes()
        assert there in (OLD, NEW, OLD + NEW[len(OLD) :]), len(there)
        device.run()
        assert not litter(device)
        device.stop()
