# SPDX-License-Identifier: Apache-2.0
"""Goal: a file that is opened and not emptied is, when it is closed, what was there with the changes in it, whatever was
written, read, cut or asked before: what was there comes into the new file only as far as it is needed."""

import os
import random

import pytest
import sftp_wire as w
from moving import CONFIG, client, flash
from sftp_wire import Raw, string, u32, u64

LARGEST = 200_000  # of what was there, and where a change may begin


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


class Opened:
    """A file opened by hand, and what is to be in it."""

    def __init__(self, raw, name, old, flags):
        self.raw, self.name, self.content, self.append = raw, name, bytearray(old), flags & w.F_APPEND
        self.handle = raw.open(name, flags)
        assert isinstance(self.handle, bytes)

    def write(self, dice, offset):
        data = dice.randbytes(dice.choice((1, 100, 5000, 40000)))
        assert self.raw.write(self.handle, offset, data) == w.OK
        offset = len(self.content) if self.append else offset
        self.content.extend(bytes(max(0, offset - len(self.content))))
        self.content[offset : offset + len(data)] = data

    def goes_on(self, dice):  # as scp and sftp put do
        offset, end = 0, dice.randrange(LARGEST)
        while offset < end:
            self.write(dice, offset)
            offset = min(offset + dice.choice((100, 5000, 40000)), len(self.content))

    def somewhere(self, dice):
        self.write(dice, dice.randrange(LARGEST))

    def cut(self, dice):
        size = dice.randrange(LARGEST)
        assert self.raw.status(w.FSETSTAT, string(self.handle) + u32(1) + u64(size)) == w.OK
        self.content[size:] = bytes(max(0, size - len(self.content)))

    def look(self, dice):
        assert self.raw.size(w.FSTAT, string(self.handle)) == len(self.content)
        assert self.raw.size(w.STAT, string(self.name)) == len(self.content)

    def sync(self, dice):
        assert self.raw.status(w.EXTENDED, string(b"fsync@openssh.com") + string(self.handle)) == w.OK

    def read(self, dice):
        """By a handle of its own: this one may be for writing only."""
        handle, offset = self.raw.open(self.name, w.F_READ), dice.randrange(LARGEST)
        got = self.raw.read(handle, offset, 30000)
        assert (b"" if got == w.EOF else got) == self.content[offset : offset + 30000]
        self.raw.close(handle)

    def copy(self, dice):
        to = self.raw.open(b"other", w.F_PUT)
        asked = string(b"copy-data") + string(self.handle) + u64(0) + u64(0) + string(to) + u64(0)
        assert self.raw.status(w.EXTENDED, asked) == w.OK
        assert self.raw.close(to) == w.OK
        assert flash(self.raw.device, "other").read_bytes() == self.content


CHANGES = (Opened.goes_on, Opened.somewhere, Opened.cut, Opened.look, Opened.sync, Opened.read, Opened.copy)
WAYS = (w.F_WRITE, w.F_WRITE | w.F_CREAT, w.F_READ | w.F_WRITE, w.F_READ | w.F_WRITE | w.F_APPEND)


def test_what_was_there_is_kept(device):
    raw = Raw(device)
    raw.device = device
    for number in range(150):
        dice = random.Random(number)
        old = dice.randbytes(dice.choice((0, 1, 70_000, LARGEST)))
        flash(device, "kept").write_bytes(old)
        flags = dice.choice(WAYS)
        changes = [c for c in CHANGES if c is not Opened.copy or flags & w.F_READ]
        file = Opened(raw, b"kept", old, flags)
        plan = [dice.choice(changes) for _ in range(dice.randrange(5))]
        for change in plan:
            change(file, dice)
        assert raw.close(file.handle) == w.OK
        said = (number, len(old), flags, [c.__name__ for c in plan])
        assert flash(device, "kept").read_bytes() == file.content, said


@pytest.mark.parametrize("size", [0, 1, 32768, 3_000_001])
def test_scp_writes_in_place(device, tmp_path, size):
    """It does not empty a file before it writes it, and cuts it at the end."""
    new = os.urandom(size)
    (tmp_path / "new").write_bytes(new)
    for old in (0, size - 1, size, size + 1, 2 * size + 100_000):
        flash(device, "place").write_bytes(os.urandom(max(0, old)))
        done = client(device, "scp", str(tmp_path / "new"), "r:place")
        assert done.returncode == 0, done.stderr
        assert flash(device, "place").read_bytes() == new, old
