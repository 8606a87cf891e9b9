# SPDX-License-Identifier: Apache-2.0
"""Goal: the file commands show what is in the device's folder and nothing that leads out of it: `dir`, `more`, `verify`
and `show flash:` against the host's own view, hostile names included; a full flash and `format` do what they say."""

import hashlib
import os
import re

import pytest

SECRET = "only the host may read this"


@pytest.fixture(scope="module")
def device(module_lab):
    device = module_lab.device()
    device.init()
    flash = device.folder / "flash"
    (device.parent / "outside").write_text(SECRET)
    (flash / "text").write_bytes(b"one\r\ntwo\n\x1b[31mthree\x07\n")
    (flash / "blob").write_bytes(bytes(range(256)) * 5 + b"tail")
    (flash / "large").write_bytes(b"line of text\n" * 100000)
    (flash / "huge").touch()
    os.truncate(flash / "huge", 17 << 20)
    (flash / "empty").touch()
    (flash / "sub").mkdir()
    (flash / "sub" / "inner").write_text("inside\n")
    (flash / "link").symlink_to("../../outside")
    (flash / "folder-link").symlink_to("..")
    os.mkfifo(flash / "pipe")
    for name in (b"new\nline", b"esc\x1b[2J", b"\xff\xfe", b".next-0123456789abcdef"):
        with open(os.path.join(os.fsencode(flash), name), "w") as file:
            file.write("odd")
    with open(device.folder / "device.conf", "a") as file:
        file.write("flash-size 32M\n")
    device.run()
    return device


def show(device, *command):
    return device.ssh(*command)


def test_dir(device):
    done = show(device, "dir", "flash:")
    names = re.findall(r"^ +\d+  [d-]rw- +\d+  \w+ +\d+ \d{4} [\d:]+ \+00:00  (.*)$", done.stdout, re.M)
    image = [n for n in names if n.endswith(".bin")]
    assert sorted(names) == sorted(["blob", "empty", "huge", "large", "sub", "text", *image]), done.stdout
    for name in ("blob", "large", "text"):
        assert re.search(rf"-rw- +{(device.folder / 'flash' / name).stat().st_size}  .*  {name}$", done.stdout, re.M)
    files = [p for p in (device.folder / "flash").rglob("*") if p.is_file() and not p.is_symlink()]
    used = sum(p.stat().st_size for p in files if re.fullmatch(r"[ -~]+", p.name))
    assert done.stdout.endswith(f"\n{32 << 20} bytes total ({(32 << 20) - used} bytes free)\n")
    assert not (device.folder / "flash/.next-0123456789abcdef").exists()
    assert "sub/inner" in show(device, "dir", "/recursive").stdout
    assert "sub/inner" in show(device, "show", "flash:").stdout
    for lie in ("link", "folder-link", "folder-link/r1.cfg", "pipe", "sub/../../keys", "..", "../keys"):
        done = show(device, "dir", f"flash0:{lie}")
        assert "keys" not in done.stdout.split("\n", 1)[1] and "r1.cfg" not in done.stdout.split("\n", 1)[-1], done.stdout


def test_more(device):
    assert show(device, "more", "/ascii", "flash0:text").stdout == "one\ntwo\n.[31mthree.\n"
    assert show(device, "more", "flash0:large").stdout == "line of text\n" * 100000
    assert show(device, "more", "disk0:/sub/inner").stdout == "inside\n"
    assert show(device, "more", "flash0:empty").stdout == ""
    dump = show(device, "more", "flash0:blob").stdout
    assert dump.startswith("00000000:  00010203 04050607 08090A0B 0C0D0E0F    ................\n")
    assert dump.endswith("00000500:  7461696C                               tail\n")
    data = b"".join(bytes.fromhex(line[10:47].replace(" ", "")) for line in dump.splitlines())
    assert data == (device.folder / "flash/blob").read_bytes()
    done = show(device, "more", "flash0:huge")
    assert "larger than" in done.stdout and done.returncode == 1
    for lie in ("link", "pipe", "../outside", "folder-link/outside", "sub", "none"):
        done = show(device, "more", f"flash0:{lie}")
        assert done.stdout.startswith("%Error opening flash0:/") and done.returncode == 1, done.stdout
        assert SECRET not in done.stdout
    running = show(device, "more", "system:running-config").stdout
    assert "hostname R1\n" in running and running.rstrip().endswith("end")
    assert "hostname R1\n" in show(device, "more", "nvram:startup-config").stdout


@pytest.mark.parametrize("digest", ["md5", "sha256", "sha512"])
def test_verify(device, digest):
    data = (device.folder / "flash/huge").read_bytes()
    right = hashlib.new(digest, data).hexdigest()
    done = show(device, "verify", f"/{digest}", "flash0:huge")
    assert done.stdout.endswith(f"verify /{digest} (flash0:/huge) = {right}\n"), done.stdout
    assert done.stdout.startswith("....") and "Done!\n" in done.stdout
    done = show(device, "verify", f"/{digest}", "flash0:huge", right.upper())
    assert done.stdout.endswith(f"Verified (flash0:/huge) = {right}\n") and done.returncode == 0
    done = show(device, "verify", f"/{digest}", "flash0:huge", "0" * len(right))
    assert f"Computed signature  = {right}\nSubmitted signature = 000" in done.stdout and done.returncode == 1


def test_nobody_else(device):
    """A user of privilege 1 lists, and changes and reads nothing."""
    guest = dict(user="guest", password="guest")
    assert "Directory of flash0:/" in device.ssh("dir", **guest).stdout
    for command in ("more flash0:text", "delete /force flash0:text", "mkdir x", "format flash0:", "verify /md5 text"):
        assert "% Invalid input" in device.ssh(*command.split(), **guest).stdout
    assert (device.folder / "flash/text").exists()


def test_format(lab):
    device = lab.booted()
    flash = device.folder / "flash"
    terminal = device.terminal()
    for name in ("a", "a/b", "a/b/c"):
        (flash / name).mkdir()
        (flash / name / "file").write_text("x")
    (flash / "a/link").symlink_to("../../keys")
    terminal.command("format flash0:")
    terminal.command("n")
    assert (flash / "a/b/c/file").exists()
    terminal.command("fsck flash0:")
    assert "Fsck of flash0: complete" in terminal.command("y")
    assert "Operation not supported" in terminal.command("format nvram:")
    (flash / "a/link").unlink()
    terminal.command("format flash0:")
    assert "Format of flash0: complete" in terminal.command("y")
    assert list(flash.iterdir()) == []
    assert list((device.folder / "keys").iterdir())
