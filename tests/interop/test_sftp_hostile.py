# SPDX-License-Identifier: Apache-2.0
"""Goal: what no client sends harms nobody: names, sizes, handles, ids and packets of every odd kind are answered once
or end the session; a file being written is there for its own session alone; who does not read costs no memory."""

import os
import struct

import pytest
import sftp_wire as w
from moving import CONFIG, files, flash
from sftp_wire import Raw, string, u32, u64

from lab import own_memory


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


@pytest.fixture
def raw(device):
    raw = Raw(device)
    yield raw
    raw.hang_up()


# --- order and packets ---


@pytest.mark.parametrize(
    "said",
    [
        u32(5 + 4) + bytes([w.STAT]) + u32(1) + string(b""),
        u32(5) + bytes([w.INIT]) + u32(2),
        u32(5) + bytes([2]) + u32(3),
        u32(0),
        u32(4) + bytes([w.INIT]) + bytes(3),
        u32(0xFFFFFFFF),
        u32(262145) + bytes([w.INIT]) + u32(3),
        b"SSH-2.0-none\r\n",
    ],
    ids=repr,
)
def test_not_a_beginning(device, said):
    raw = Raw(device, hello=False)
    raw.raw(said)
    assert raw.ends()
    raw.hang_up()


@pytest.mark.parametrize("said", [u32(5) + bytes([w.INIT]) + u32(3), u32(4), u32(1 << 30)], ids=repr)
def test_what_ends_it(raw, said):
    raw.raw(said)
    assert raw.ends()


def test_malformed_requests(device, raw):
    """Each is answered so, and the next is as good as ever."""
    for kind in (*range(w.OPEN, w.SYMLINK + 1), w.EXTENDED):
        for payload in (b"", b"\0\0\0", u32(0xFFFFFFFF), u32(9) + b"short", u32(1 << 31) + b"x" * 40):
            if (kind in (w.READLINK, w.SYMLINK)) != (raw.status(kind, payload) == w.UNSUPPORTED):
                raise AssertionError((kind, payload))
    for kind in (0, 2, 21, 99, 101, 105, 199, 201, 255):
        assert raw.status(kind, b"anything") == w.UNSUPPORTED
    assert raw.status(w.EXTENDED, string(b"no-such@example.com")) == w.UNSUPPORTED
    assert raw.status(w.EXTENDED, string(b"hardlink@openssh.com") + string(b"a") + string(b"b")) == w.UNSUPPORTED
    assert raw.status(w.STAT, string(b"x") + b"y" * 200000) == w.BAD_MESSAGE
    assert raw.status(w.OPEN, string(b"x") + u32(0) + w.NO_ATTRS) == w.BAD_MESSAGE
    assert raw.size(w.STAT, string(b"/")) == 0


def test_every_id_once(device, raw):
    """Hundreds on their way at once, ids chosen by the client, equal ones among them."""
    flash(device, "ids").write_bytes(b"x" * 100)
    handle = raw.open(b"ids", w.F_READ)
    asked = []
    for i in range(600):
        number = (0, 0xFFFFFFFF, 7, i)[i % 4]
        asked.append(number)
        payloads = ((w.READ, string(handle) + u64(i % 120) + u32(10)), (w.FSTAT, string(handle)), (w.STAT, string(b"ids")))
        raw.send(*payloads[i % 3], number=number)
    assert [raw.answer()[1] for _ in asked] == asked


# --- names ---

BAD_NAMES = [
    b"a\0b", b"n" * 256, b"d/" * 600, b"\x1b[2J", b"\xff\xfe", b"line\nfeed", b".next-0123456789abcdef", b"nowhere:x", b"\xc2\x85",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_names_that_are_none(device, raw, name):
    before = files(device)
    assert isinstance(raw.open(name, w.F_PUT), int)
    for kind in (w.STAT, w.LSTAT, w.REMOVE, w.RMDIR, w.OPENDIR):
        assert raw.status(kind, string(name)) == w.NO_SUCH_FILE
    assert raw.status(w.MKDIR, string(name) + w.NO_ATTRS) != w.OK
    assert raw.status(w.RENAME, string(b"/ids") + string(name)) != w.OK
    assert raw.status(w.SETSTAT, string(name) + u32(1) + u64(5)) == w.NO_SUCH_FILE
    assert files(device) == before


ODD_NAMES = [b"-option", b"%s%n%x", b"a b", b"'\"`$(id)", b"\xc3\xa9", b"*", b"n" * 255, b"~"]


@pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
def test_names_that_are_odd(device, raw, name):
    handle = raw.open(name, w.F_PUT)
    assert raw.write(handle, 0, b"odd") == w.OK and raw.close(handle) == w.OK
    assert (os.fsencode(flash(device)) + b"/" + name) and open(os.fsencode(flash(device)) + b"/" + name, "rb").read() == b"odd"
    assert name in raw.names(b"/")
    assert raw.status(w.REMOVE, string(name)) == w.OK


@pytest.mark.parametrize("name", [b"../../r1.cfg", b"/../device.conf", b"flash0:/../keys", b"a/../../../etc/passwd", b"/proc/self/mem"])
def test_names_that_lead_out(device, raw, name):
    assert raw.size(w.STAT, string(name)) == -w.NO_SUCH_FILE
    assert raw.open(name, w.F_READ) == w.NO_SUCH_FILE
    raw.open(name, w.F_PUT)
    assert not (device.folder / "etc").exists() and (device.folder / "device.conf").exists()


# --- handles ---


def test_handles_that_are_none(device, raw):
    flash(device, "h").write_bytes(b"x")
    closed = raw.open(b"h", w.F_READ)
    assert raw.close(closed) == w.OK
    again = raw.open(b"h", w.F_READ)
    assert again != closed
    for handle in (closed, b"", b"x", again + b"x", again[:-1], b"\xff" * 8, bytes(8), b"y" * 256, b"z" * 1000):
        for kind, more in (
            (w.CLOSE, b""), (w.READ, u64(0) + u32(1)), (w.WRITE, u64(0) + string(b"q")), (w.FSTAT, b""), (w.FSETSTAT, u32(0)), (w.READDIR, b""),
        ):  # fmt: skip
            assert raw.status(kind, string(handle) + more) in (w.FAILURE, w.BAD_MESSAGE)
    other = Raw(device)
    assert other.read(again, 0, 1) == w.FAILURE  # of another session
    other.hang_up()
    assert raw.read(again, 0, 1) == b"x"
    folder = raw.ask(w.OPENDIR, string(b"/"))[1][4:]
    assert raw.read(folder, 0, 1) != w.OK and raw.write(folder, 0, b"x") == w.PERMISSION_DENIED
    assert raw.status(w.READDIR, string(again)) == w.FAILURE
    assert raw.write(again, 0, b"x") == w.PERMISSION_DENIED
    assert raw.status(w.FSETSTAT, string(again) + u32(1) + u64(0)) == w.PERMISSION_DENIED
    assert flash(device, "h").read_bytes() == b"x"


def test_thousands_of_opens(device, raw):
    flash(device, "many").write_bytes(b"x")
    handles = [raw.open(b"many", w.F_READ) for _ in range(1000)]
    good = [h for h in handles if isinstance(h, bytes)]
    assert len(good) == 64 and set(map(type, handles[64:])) == {int}
    assert raw.words(w.OPEN, string(b"many") + u32(w.F_READ) + w.NO_ATTRS) == "too many open files"
    assert all(raw.close(h) == w.OK for h in good)
    writing = [raw.open(b"w%d" % i, w.F_PUT) for i in range(64)]
    assert sum(isinstance(h, bytes) for h in writing) == 32
    for _ in range(1000):
        handle = raw.open(b"many", w.F_READ)
        assert raw.close(handle) == w.OK


# --- sizes and offsets ---


def test_offsets(device, raw):
    flash(device, "o").write_bytes(b"0123456789")
    handle = raw.open(b"o", w.F_READ)
    assert raw.read(handle, 0, 0xFFFFFFFF) == b"0123456789"
    assert raw.read(handle, 9, 0xFFFFFFFF) == b"9"
    for offset in (10, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
        assert raw.read(handle, offset, 32768) == w.EOF
    assert raw.read(handle, 0, 0) == w.EOF
    handle = raw.open(b"o", w.F_WRITE)
    for offset in ((1 << 64) - 1, (1 << 63) - 1, 1 << 62, 1 << 40):
        assert raw.write(handle, offset, b"x") == w.FAILURE
    assert "stays" in raw.words(w.CLOSE, string(handle))
    assert raw.status(w.SETSTAT, string(b"o") + u32(1) + u64((1 << 64) - 1)) == w.FAILURE
    # A length that the packet does not hold, and one that leaves some of it.
    handle = raw.open(b"o", w.F_WRITE)
    assert raw.status(w.WRITE, string(handle) + u64(0) + u32(100) + b"short") == w.BAD_MESSAGE
    assert raw.status(w.WRITE, string(handle) + u64(0) + u32(0)) == w.OK
    assert raw.status(w.WRITE, string(handle) + u64(0) + string(b"AB") + b"trailing") == w.OK
    assert raw.close(handle) == w.OK
    assert flash(device, "o").read_bytes() == b"AB23456789"


# --- what is being written ---


def test_seen_by_its_own_session_alone(device, raw):
    flash(device, "seen").write_bytes(b"as it was")
    other = Raw(device)
    handle = raw.open(b"seen", w.F_PUT | w.F_READ)
    assert raw.write(handle, 0, b"new and longer") == w.OK
    assert raw.size(w.STAT, string(b"/seen")) == 14 and raw.size(w.FSTAT, string(handle)) == 14
    assert other.size(w.STAT, string(b"seen")) == 9
    assert raw.read(handle, 4, 3) == b"and"
    second = raw.open(b"flash0:seen", w.F_READ)
    assert raw.read(second, 0, 3) == b"new"
    theirs = other.open(b"seen", w.F_READ)
    assert other.read(theirs, 0, 20) == b"as it was"
    assert other.open(b"seen", w.F_PUT) == w.FAILURE  # a second writer
    fresh = raw.open(b"fresh", w.F_PUT)
    assert b"fresh" in raw.names(b"/") and b"fresh" not in other.names(b"/")
    assert other.size(w.STAT, string(b"fresh")) == -w.NO_SUCH_FILE
    # Another handle of the same session writes the same file; the last one that is closed publishes it.
    third = raw.open(b"seen", w.F_WRITE)
    assert raw.write(third, 0, b"NEW") == w.OK and raw.close(third) == w.OK and raw.close(handle) == w.OK
    assert flash(device, "seen").read_bytes() == b"as it was"
    assert raw.close(second) == w.OK
    assert flash(device, "seen").read_bytes() == b"NEW and longer"
    assert other.read(theirs, 0, 20) == b"as it was"  # who had it open keeps what it was
    # Renamed and removed meanwhile.
    assert raw.write(fresh, 0, b"x") == w.OK
    assert raw.status(w.RENAME, string(b"fresh") + string(b"seen")) == w.FAILURE
    assert raw.status(w.RENAME, string(b"fresh") + string(b"moved")) == w.OK
    assert raw.close(fresh) == w.OK and flash(device, "moved").read_bytes() == b"x" and not flash(device, "fresh").exists()
    gone = raw.open(b"moved", w.F_WRITE)
    assert raw.write(gone, 0, b"y") == w.OK and raw.status(w.REMOVE, string(b"moved")) == w.OK
    assert raw.size(w.STAT, string(b"moved")) == -w.NO_SUCH_FILE
    assert raw.close(gone) == w.OK and not flash(device, "moved").exists()
    other.hang_up()


def test_modes_are_not_kept(device, raw):
    attrs = u32(4 | 2) + u32(1000) + u32(1000) + u32(0o104777)
    answered, rest = raw.ask(w.OPEN, string(b"mode") + u32(w.F_PUT) + attrs)
    assert answered == w.HANDLE
    assert raw.status(w.FSETSTAT, rest + attrs) == w.OK and raw.close(rest[4:]) == w.OK
    assert raw.status(w.SETSTAT, string(b"mode") + attrs) == w.OK
    assert raw.status(w.MKDIR, string(b"modes") + attrs) == w.OK
    status = flash(device, "mode").stat()
    assert status.st_mode & 0o7777 == 0o600 and status.st_uid == os.geteuid()
    rest = raw.ask(w.STAT, string(b"modes"))[1]
    assert struct.unpack(">IQIII", rest[:24]) == (15, 0, 0, 0, 0o40700)


def test_a_link_is_nothing(device, raw):
    os.symlink("/etc/passwd", flash(device, "link"))
    os.mkfifo(flash(device, "pipe"))
    for name in (b"link", b"pipe"):
        assert raw.size(w.LSTAT, string(name)) == -w.NO_SUCH_FILE and raw.open(name, w.F_READ) == w.NO_SUCH_FILE
    assert not {b"link", b"pipe"} & raw.names(b"/")
    flash(device, "link").unlink()
    flash(device, "pipe").unlink()


# --- memory ---


def test_who_does_not_read(device):
    """A client that asks for most of a gigabyte and takes none, then some of it."""
    flash(device, "huge").write_bytes(b"")
    os.truncate(flash(device, "huge"), 200 << 20)
    raw = Raw(device, window=1 << 16)
    handle = raw.open(b"huge", w.F_READ)
    for i in range(3000):
        raw.send(w.READ, string(handle) + u64(i << 15) + u32(261120))
    for _ in range(20):
        assert max(map(own_memory, device.sessions())) < 12 << 10
    for _ in range(40):
        kind, _, rest = raw.answer()
        assert kind == w.DATA and len(rest) == 4 + 261120
    raw.hang_up()
    flash(device, "huge").unlink()
