# SPDX-License-Identifier: Apache-2.0
"""Goal: who has privilege 15 over SSH, and every client and wire there is, neither sees, reads, changes nor deletes what
is secured: after each of some hundred and fifty attempts every file of the bootset is the very inode, with the very
bytes and blocks, that it was."""

import contextlib
import hashlib
import itertools
import os
import re
import shutil
import subprocess

import file_servers
import pytest
import sftp_wire as w
from moving import CONFIG, client, flash
from sftp_wire import Raw, string, u32, u64
from test_sftp import mounted

from lab import Terminal

REFUSED = r"No such file|Not a directory|Permission|Invalid input|rror"
SAID = re.compile(rb"RVLNBOOT|\x7fELF")


def links(device, inode):
    """The names of a file on the device; other devices may have it, too."""
    return sum(path.lstat().st_ino == inode for path in device.folder.rglob("*"))


def bootset(device):
    """Name: inode, links, blocks, digest, of the secured files and of the image's name in flash0:."""
    found = {}
    for path in (*sorted((device.folder / "secure").iterdir()), flash(device, device.image)):
        st = path.stat()
        digest = hashlib.sha512(path.read_bytes()).hexdigest()
        found[str(path.relative_to(device.folder))] = (st.st_ino, links(device, st.st_ino), st.st_blocks, st.st_size, digest)
    return found


@pytest.fixture(scope="module")
def device(module_lab):
    device = module_lab.booted(CONFIG)
    (image,) = (p.name for p in flash(device).iterdir() if p.name.endswith(".bin"))
    device.image = image
    terminal = device.terminal()
    terminal.command("enable")
    terminal.command("configure terminal")
    terminal.command("secure boot-image")
    terminal.command("secure boot-config")
    terminal.command("end")
    (archive,) = (p.name for p in (device.folder / "secure").iterdir() if p.name.endswith(".ar"))
    device.archive, device.secured = archive, bootset(device)
    device.head = flash(device, image).read_bytes()[:8]
    assert len(device.secured) == 4 and device.secured[f"secure/{image}"][:4] == device.secured[f"flash/{image}"][:4]
    terminal.close()
    return device


def clean(device):
    """Files of other names are anybody's: they go, and one of his own is there."""
    for path in flash(device).iterdir():
        if path.name != device.image:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    flash(device, "mine").write_bytes(b"my own file\n")


def check(device, tried):
    """Nothing has moved, and no ordinary file holds what is secured."""
    assert bootset(device) == device.secured, tried
    for path in flash(device).rglob("*"):
        if path.name != device.image and path.is_file():
            assert path.read_bytes()[:8] not in (b"RVLNBOOT", device.head), (tried, path)


@pytest.fixture(autouse=True)
def untouched(device):
    clean(device)
    yield
    check(device, "")


def names(device):
    """What somebody might call them."""
    for name in (device.image, device.archive, ".manifest", ".bootset"):
        yield from (name, f"flash0:{name}", f"/{name}", f"flash0:/x/../{name}", f"flash0:../secure/{name}", f"../secure/{name}")
    yield from ("flash0:/../secure", "flash0:../keys/.bootset", "nvram:../secure/.manifest", "system:../secure/.manifest")


# --- commands ---


class Typist:
    """Types lines and answers every question with Return, or with what is asked for."""

    def __init__(self, device):
        self.t = Terminal(device.ssh_argv("admin", tty=True), env=device.ssh_env("admin"))
        self.t.settle()
        self.t.command("terminal length 0")

    def line(self, line):
        before = len(self.t.screen.lines)
        shown = self.t.command(line, seconds=30, wait=r"(#|\? ?|\[confirm\]|: |\])$")
        for _ in range(6):
            if self.t.screen.last.endswith("#"):
                break
            asks_back = "[yes/no]" in self.t.screen.last
            shown += self.t.command("no" if asks_back else "", seconds=30, wait=r"(#|\? ?|\[confirm\]|: |\])$")
        return "\n".join(self.t.screen.lines[before:])


@pytest.fixture(scope="module")
def typist(device):
    return Typist(device)


COMMANDS = [
    "delete /force {}", "delete /recursive /force {}", "more {}", "more /binary {}", "verify {}", "verify /sha512 {}",
    "dir {}", "rename {} flash0:stolen", "rename flash0:mine {}", "copy {} flash0:stolen", "copy flash0:mine {}",
    "copy running-config {}", "copy {} running-config", "copy {} null:", "mkdir {}", "rmdir {}", "cd {}",
    "show file information {}", "show running-config | redirect {}", "show clock | append {}", "show clock | tee {}",
    "show clock | tee /append {}", "configure replace {} force", "show archive config differences {}",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(device, typist, command):
    tried = list(names(device)) if command.split()[0] in ("delete", "more", "copy", "rename") else [device.image, f"flash0:{device.archive}"]
    for name in tried:
        shown = typist.line(command.format(name)) + typist.line("cd flash0:")
        assert not SAID.search(shown.encode()) and "no such command" not in shown
        check(device, command.format(name))
        if device.image in name:
            assert re.search(REFUSED, shown), (command.format(name), shown)
        clean(device)


def test_nothing_is_listed(device, typist):
    for line in ("dir", "dir /recursive", "dir all-filesystems", "dir flash0:*", "show flash:", "dir nvram:", "dir flash0:..",
                 "show file information flash0:", "show running-config"):  # fmt: skip
        shown = typist.line(line).replace(f'"flash0:{device.image}"', "")
        assert device.image not in shown and ".runcfg" not in shown and ".manifest" not in shown, line
    for name in (".", "..", "secure", "flash0:", "nvram:"):
        shown = typist.line(f"dir {name}")
        assert ".ar" not in shown and device.image not in shown


def test_whole_file_systems(device, typist):
    for line in ("format flash0:", "format flash:", "fsck flash0:", "erase startup-config", "delete /recursive /force flash0:",
                 "delete /recursive /force flash0:/", "erase nvram:"):  # fmt: skip
        typist.line(line)
        assert bootset(device) == device.secured, line
    assert not flash(device, "mine").exists()


def test_configuration(device, typist):
    typist.line("configure terminal")
    for line in (
        "no secure boot-image", "no secure boot-config", "default secure boot-image", "default secure boot-config",
        f"secure boot-config restore flash0:{device.image}", f"secure boot-config restore {device.archive}/x",
        "do no secure boot-image", "crypto key zeroize rsa", "crypto key zeroize ec", "crypto key zeroize dsa",
        f"boot system flash0:{device.image}", "no boot system", "config-register 0x2100", "config-register 0x2102",
    ):  # fmt: skip
        typist.line(line)
        assert bootset(device) == device.secured, line
    for text in (f"archive\npath flash0:{device.image}\nwrite-memory", "archive\npath flash0:../secure/x\nwrite-memory"):
        for line in text.split("\n"):
            typist.line(line)
        typist.line("end")
        typist.line("archive config")
        typist.line("write memory")
        assert bootset(device) == device.secured, text
        typist.line("configure terminal")
        typist.line("no archive")
    typist.line("end")
    flash(device, "undo").write_text("no secure boot-image\nno secure boot-config\nend\n")
    typist.line("copy flash0:undo running-config")
    flash(device, "undo").write_text(CONFIG)
    typist.line("configure replace flash0:undo force")
    shown = typist.line("show running-config")
    assert "\nsecure boot-image" in shown and "\nsecure boot-config" in shown


def test_copies_from_and_to_servers(device, typist, tmp_path):
    served = tmp_path / "served"
    served.mkdir(mode=0o777)
    (served / "evil").write_bytes(b"evil\n")
    web, tftp = file_servers.http(served, tmp_path), file_servers.tftp(served)
    try:
        typist.line("configure terminal")
        typist.line("ip tftp blocksize 512")
        typist.line("end")
        for name in (device.image, f"flash0:{device.image}", f"flash0:../secure/{device.image}", f"flash0:{device.archive}"):
            for url in (f"http://127.0.0.1:{web.port}", f"tftp://127.0.0.1:{tftp.port}"):
                typist.line(f"copy {url}/evil {name}")
                typist.line(f"copy {name} {url}/put/stolen")
                assert bootset(device) == device.secured, (name, url)
        assert not any(SAID.search(p.read_bytes()) for p in (*served.rglob("*"), *(tmp_path / "put").rglob("*")) if p.is_file())
    finally:
        web.stop()
        tftp.stop()


# --- clients ---


def test_scp_and_sftp_of_openssh(device, tmp_path):
    (tmp_path / "evil").write_bytes(b"evil\n")
    for name in (device.image, f"flash0:{device.image}", f"flash0:/{device.image}", f"../secure/{device.image}",
                 f"flash0:{device.archive}", "../secure/.manifest", f"./x/../{device.image}"):  # fmt: skip
        for legacy in ([], ["-O"]):
            got, put = (client(device, "scp", *legacy, *way) for way in ((f"r:{name}", tmp_path / "got"), (tmp_path / "evil", f"r:{name}")))
            assert got.returncode and (put.returncode or not name.endswith(device.image) or ".." in name), (name, put.stderr)
            check(device, name)
            clean(device)
        lines = [f"get {name} {tmp_path}/got", f"put {tmp_path}/evil {name}", f"reput {tmp_path}/evil {name}", f"rm {name}",
                 f"rename {name} stolen", f"rename mine {name}", f"ln {name} link", f"ln mine {name}", f"ln -s {name} link",
                 f"chmod 777 {name}", f"chmod 000 {name}", f"mkdir {name}", f"rmdir {name}", f"df {name}", f"cp {name} stolen",
                 f"cp mine {name}", f"reget {name} {tmp_path}/got"]  # fmt: skip
        client(device, "sftp", "-oBatchMode=no", "-b", "-", "r:", text="".join(f"-{line}\n" for line in lines))
        check(device, name)
        got = tmp_path / "got"
        assert not got.exists() or got.read_bytes() in (b"evil\n", b"my own file\n"), name
        got.unlink(missing_ok=True)
        clean(device)
    listed = client(device, "sftp", "-oBatchMode=no", "-b", "-", "r:", text="ls -la\nls -la /\nls -la flash0:\n").stdout
    assert device.image not in listed and ".runcfg" not in listed and ".manifest" not in listed
    client(device, "scp", "-r", "r:.", tmp_path / "all")
    assert not list(tmp_path.rglob("*.bin")) and not list(tmp_path.rglob(".runcfg*"))


# --- a file system over it ---


def kept_descriptor(mnt, image):
    """Of a file that is renamed to the image's name while it is written; its copy writes on behind the close."""
    file = open(mnt / "upload", "w+b")
    file.write(b"evil")
    file.flush()
    kept = os.dup(file.fileno())
    with contextlib.suppress(OSError):
        os.rename(mnt / "upload", image)
    with contextlib.suppress(OSError):
        file.close()
    with contextlib.suppress(OSError):
        os.pwrite(kept, b"evil again", 0)
        os.ftruncate(kept, 1 << 20)
        os.fsync(kept)
    with contextlib.suppress(OSError):
        os.close(kept)


def opened(path, mode):
    with open(path, mode) as file:
        file.write(b"evil")


def write_in_place(path, flags):
    fd = os.open(path, flags)
    try:
        os.pwrite(fd, b"evil", 0)
    finally:
        os.close(fd)


BY_SSHFS = {
    "read": lambda mnt, name: (mnt / name).read_bytes(),
    "look": lambda mnt, name: (mnt / name).stat(),
    "write in place": lambda mnt, name: opened(mnt / name, "r+b"),
    "write in place, raw": lambda mnt, name: write_in_place(mnt / name, os.O_RDWR),
    "write anew": lambda mnt, name: opened(mnt / name, "wb"),
    "make": lambda mnt, name: write_in_place(mnt / name, os.O_RDWR | os.O_CREAT | os.O_EXCL),
    "append": lambda mnt, name: opened(mnt / name, "ab"),
    "truncate": lambda mnt, name: os.truncate(mnt / name, 0),
    "stretch": lambda mnt, name: os.truncate(mnt / name, 1 << 23),
    "delete": lambda mnt, name: (mnt / name).unlink(),
    "rename away": lambda mnt, name: os.rename(mnt / name, mnt / "stolen"),
    "rename over": lambda mnt, name: os.rename(mnt / "mine", mnt / name),
    "hard link to it": lambda mnt, name: os.link(mnt / name, mnt / "stolen"),
    "hard link over it": lambda mnt, name: os.link(mnt / "mine", mnt / name),
    "symbolic link to it": lambda mnt, name: os.symlink(name, mnt / "stolen"),
    "symbolic link over it": lambda mnt, name: os.symlink("mine", mnt / name),
    "mode": lambda mnt, name: (mnt / name).chmod(0o777),
    "times": lambda mnt, name: os.utime(mnt / name, (1, 1)),
    "folder": lambda mnt, name: (mnt / name).mkdir(),
    "folder away": lambda mnt, name: (mnt / name).rmdir(),
}


def test_sshfs(device, tmp_path):
    tried = 0
    with mounted(device, tmp_path / "mnt", "-o", "cache=no") as mnt:
        for name in (device.image, device.archive, ".manifest"):
            for what, attempt in BY_SSHFS.items():
                if name == device.image:
                    with pytest.raises(OSError):
                        attempt(mnt, name)
                else:  # in flash0: they are names like others
                    with contextlib.suppress(OSError):
                        attempt(mnt, name)
                check(device, (what, name))
                clean(device)
                tried += 1
        kept_descriptor(mnt, mnt / device.image)
        check(device, "a descriptor that was kept")
        assert set(os.listdir(mnt)) <= {"mine", "upload"}
        done = subprocess.run(["cp", "-r", f"{mnt}/.", tmp_path / "all"], capture_output=True)
        assert done.returncode == 0 and {p.name for p in (tmp_path / "all").iterdir()} <= {"mine", "upload"}
    print(f"{tried} attempts through a file system")


# --- the wire ---


def test_wire(device):
    raw = Raw(device)
    flags = [sum(f) for n in range(1, 7) for f in itertools.combinations((1, 2, 4, 8, 16, 32), n)]
    image = device.image.encode()
    for flag in flags:  # every way to open it there is
        handle = raw.open(image, flag)
        assert isinstance(handle, int) and handle != w.OK, (flag, handle)
    assert bootset(device) == device.secured
    odd = (b"./" + image, b"//" + image, b"/./" + image, image + b"/", image + b"/.", b"x/../" + image, image + b"\0", b"\0" + image,
           b"../secure/" + image, b"../../secure/" + image, b"flash0:" + image, b"flash0:flash0:" + image, b"/flash0:/" + image,
           b"\xc0\xae\xc0\xae/secure/" + image, image + b"\xe2\x80\x8b", b"/proc/self/fd/5", b"/dev/fd/5", b"\xff" * 300)  # fmt: skip
    for name in odd:
        for flag in (w.F_READ, w.F_PUT, w.F_WRITE, w.F_WRITE | w.F_APPEND, w.F_READ | w.F_WRITE):
            handle = raw.open(name, flag)
            if isinstance(handle, bytes):  # another name, whose file is another
                raw.write(handle, 0, b"evil")
                raw.close(handle)
        for kind, rest in ((w.STAT, b""), (w.LSTAT, b""), (w.REMOVE, b""), (w.RMDIR, b""), (w.OPENDIR, b""), (w.READLINK, b""),
                           (w.MKDIR, w.NO_ATTRS), (w.SETSTAT, u32(1) + u64(0)), (w.SETSTAT, u32(4) + u32(0o777)),
                           (w.SETSTAT, u32(8) + u32(1) + u32(1))):  # fmt: skip
            raw.ask(kind, string(name) + rest)
        for other in (b"mine", b"stolen"):
            for extended in (b"posix-rename@openssh.com", b"hardlink@openssh.com", b"copy-data"):
                raw.ask(w.EXTENDED, string(extended) + string(name) + string(other))
                raw.ask(w.EXTENDED, string(extended) + string(other) + string(name))
            raw.ask(w.RENAME, string(name) + string(other))
            raw.ask(w.RENAME, string(other) + string(name))
            raw.ask(w.SYMLINK, string(other) + string(name))
            raw.ask(w.SYMLINK, string(name) + string(other))
        assert bootset(device) == device.secured, name
        check(device, name)
        clean(device)
    assert raw.names(b"/") == {b".", b"..", b"mine"}
    raw.hang_up()


def test_handles_kept_across_everything(device):
    """A file that is being written, renamed to the held name before and behind its close; a handle used after it."""
    raw, image = Raw(device), device.image.encode()
    handle = raw.open(b"upload", w.F_PUT | w.F_READ)
    assert raw.write(handle, 0, b"evil") == w.OK
    assert raw.status(w.RENAME, string(b"upload") + string(image)) != w.OK
    assert raw.status(w.EXTENDED, string(b"posix-rename@openssh.com") + string(b"upload") + string(image)) != w.OK
    assert raw.close(handle) == w.OK
    assert raw.write(handle, 0, b"evil") != w.OK
    assert raw.status(w.EXTENDED, string(b"posix-rename@openssh.com") + string(b"upload") + string(image)) != w.OK
    handle = raw.open(b"upload", w.F_READ | w.F_WRITE)
    for kind, rest in ((w.FSETSTAT, u32(1) + u64(0)), (w.FSETSTAT, u32(1) + u64(1 << 20)), (w.WRITE, u64(1 << 20) + string(b"x"))):
        raw.ask(kind, string(handle) + rest)
    raw.hang_up()
    assert bootset(device) == device.secured


def test_an_upload_begun_before_is_not_published_over_it(lab):
    """Somebody writes the image's name while it becomes secured."""
    device = lab.booted(CONFIG)
    (image,) = (p.name for p in flash(device).iterdir() if p.name.endswith(".bin"))
    before = flash(device, image).stat().st_ino
    raw = Raw(device)
    handle = raw.open(image.encode(), w.F_PUT)
    assert raw.write(handle, 0, b"evil") == w.OK
    terminal = device.terminal()
    for line in ("configure terminal", "secure boot-image", "end"):
        terminal.command(line)
    assert raw.close(handle) != w.OK
    raw.hang_up()
    assert flash(device, image).stat().st_ino == before == (device.folder / "secure" / image).stat().st_ino
