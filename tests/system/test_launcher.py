# SPDX-License-Identifier: Apache-2.0
"""Launcher and rommon keep their promises to people, to images and against images, whoever runs them: shown with an
image that is nothing but the boot contract (tests/unit/boot/fake_core.c) in an installation of its own."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import pexpect
import pytest

import lab as laboratory
from damaged_images import TAMPERED, resigned
from fake_device import (  # noqa: F401 (fixtures)
    IMAGE,
    alive,
    console,
    core_of,
    foreground,
    installed,
    make,
    new_core,
    notes,
    up,
)

# --- init ---


def test_init_makes_a_device(make, uid):
    device = make(uid, init=False)
    done = device.call("init", "--hostname", "Edge-1")
    assert done.returncode == 0, done.stderr
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in device.folder.iterdir() if p.is_dir()}
    assert modes == {
        "flash": "0o755", "nvram": "0o700", "keys": "0o700", "secure": "0o700", "run": "0o700", "crashinfo": "0o700",
    }  # fmt: skip
    assert os.access(device.folder / "flash" / IMAGE, os.X_OK)
    config = (device.folder / "nvram/startup-config").read_text()
    assert "hostname Edge-1\n" in config and " transport input ssh\n" in config
    password = re.search(r'password "((?:[a-z2-9]{4}-){3}[a-z2-9]{4})"', done.stdout)
    assert password and password.group(1) not in config
    assert re.search(r"^username admin privilege 15 secret 9 \$9\$\S{14}\$\S{43}$", config, re.M)
    keys = {p.name for p in (device.folder / "keys").iterdir()}
    host = "Edge-1.ravelin.internal"
    assert keys == {"ed25519-general-ed25519", f"rsa-general-{host}", f"rsa-ssh1-{host}"}
    for path in device.folder.glob("[kn]*/*"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_init_takes_a_configuration(make, uid):
    device = make(uid, init=False)
    config = device.parent / "given"
    config.write_text("hostname lab9\nip domain name example.net\n! kept as it is\nend\n")
    done = device.call("init", "--config", config)
    assert done.returncode == 0, done.stderr
    assert "password" not in done.stdout
    assert (device.folder / "nvram/startup-config").read_bytes() == config.read_bytes()
    assert any("lab9.example.net" in p.name for p in (device.folder / "keys").iterdir())


@pytest.mark.parametrize("text", ["version 15.1\nhostname lab9\n", "version 15.1\nhostname lab9  ", "hostname lab9\nend", "hostname lab9\nend\n\n"])
def test_init_ends_a_configuration(make, text):
    """The `end` by which a device knows that it has all of one is put where it is missing, and only there."""
    device = make(0, init=False)
    (device.parent / "given").write_text(text)
    assert device.call("init", "--config", device.parent / "given").returncode == 0
    kept = (device.folder / "nvram/startup-config").read_text()
    assert kept.startswith(text) and kept.split()[-1] == "end" and kept.count("\nend") == 1


def test_init_bare_makes_neither_keys_nor_configuration(make, uid):
    device = make(uid)
    assert not list((device.folder / "keys").iterdir()) and not list((device.folder / "nvram").iterdir())


def test_init_links_the_image_where_it_can(make, installed):
    device = make(None)
    one, other = (p.stat() for p in (device.folder / "flash" / IMAGE, installed / "libexec/ravelin/ravelin.img"))
    assert one.st_dev != other.st_dev or one.st_ino == other.st_ino


def test_init_copies_the_image_to_another_kind_of_file_system(installed):
    with laboratory.tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        device = laboratory.Device(folder)
        device.launcher = installed / "bin/ravelin"
        done = device.call("init", "--bare")
        assert done.returncode == 0, done.stderr
        assert (device.folder / "flash" / IMAGE).read_bytes() == (installed / "libexec/ravelin/ravelin.img").read_bytes()


def test_init_refuses(make, uid):
    device = make(uid)
    again = device.call("init", "--bare")
    assert again.returncode == 1 and "exists and is not empty" in again.stderr
    for options, words in {
        ("--dialect", "xr"): "not in this release",
        ("--hostname", "-x"): "begins with a letter",
        ("--hostname", "a b"): "begins with a letter",
        ("--bare", "--hostname", "x"): "--bare",
        ("--nonsense",): "unknown option",
    }.items():
        done = device.call("init", *options)
        assert done.returncode == 2 and words in done.stderr, options
    done = device.call("init", "--config", "/nowhere")
    assert done.returncode == 1 and "/nowhere" in done.stderr


def test_init_that_fails_leaves_nothing(make, uid, installed):
    device = make(uid, init=False)
    image = installed / "libexec/ravelin/ravelin.img"
    good = image.read_bytes()
    try:
        image.unlink()
        image.write_bytes(good[:-1])
        image.chmod(0o755)
        done = device.call("init")
        assert done.returncode == 1 and "refused" in done.stderr
        assert not device.folder.exists()
    finally:
        image.unlink()
        image.write_bytes(good)
        image.chmod(0o755)


# --- run, status, stop ---


def test_life_of_a_device(make, uid):
    device = make(uid)
    assert device.status().returncode == 3
    up(device, "-p", "2222:22", "-p", "[::1]:161:161/udp")
    status = device.status()
    assert status.returncode == 0
    assert "running" in status.stdout and IMAGE in status.stdout and "fake core: fine" in status.stdout
    core = device.processes()[core_of(device)]
    assert core[:5] == ["ravelin-image", "--role", "core", "--device", str(device.folder)]
    assert core[5:-1] == ["--interface", "1", "--publish", "127.0.0.1:2222:22", "--publish", "[::1]:161:161/udp"]
    pid = next(p for p, a in device.processes().items() if "run" in a)
    again = device.call("run", "-d")
    assert again.returncode == 1 and f"already running, pid {pid}" in again.stderr
    assert device.call("run").returncode == 1
    device.stop()
    assert not device.processes()
    assert device.status().returncode == 3
    device.stop()
    assert not (device.folder / "run/control").exists()


def test_image_gets_what_the_contract_says_and_no_more(make, uid):
    device = make(uid)
    up(device)
    c = console(device)
    c.expect("fake>")
    c.send("fds\r")
    c.expect_exact("fds: 0 1 2 3 4 5 6 end")
    c.send("self\r")
    c.expect_exact("environment empty, core limit 0, publishes 0, window 30x100, session leader 1")
    assert "fake core begins" in device.log()


def test_stop_leaves_no_process(make, uid):
    device = make(uid)
    up(device)
    c = console(device)
    c.expect("fake>")
    c.send("orphan\r")
    c.expect(r"orphan (\d+)")
    orphan = int(c.match.group(1))
    assert alive(orphan)
    device.stop()
    assert not alive(orphan) and set(device.processes()) <= {c.pid}
    assert laboratory.wait_for(lambda: not device.processes())  # who looked on has seen it, too


def test_device_dies_with_its_rommon(make, uid):
    device = make(uid)
    up(device)
    core, rommon = core_of(device), next(p for p, a in device.processes().items() if "run" in a)
    os.kill(rommon, signal.SIGKILL)
    assert laboratory.wait_for(lambda: not alive(core))
    up(device)
    device.stop()


def test_device_conf_is_obeyed_and_checked(make, uid):
    device = make(uid)
    conf = device.folder / "device.conf"
    conf.write_text(conf.read_text() + "publish 10022:22\n")
    up(device)
    assert "127.0.0.1:10022:22" in device.processes()[core_of(device)]
    device.stop()
    conf.write_text("dialect xr\n")
    done = device.call("run", "-d")
    assert done.returncode == 1 and "line 1: dialect xr is not in this release" in done.stderr


def test_long_paths(make, uid):
    device = make(uid, init=False)
    device.folder = device.folder.parent / "/".join(["d" * 60] * 4) / "r1"
    subprocess.run(["install", "-d", *([f"-o{uid}", f"-g{uid}"] if uid else []), device.folder.parent], check=True)
    assert device.call("init", "--bare").returncode == 0
    up(device)
    assert device.status().returncode == 0
    device.stop()


# --- what goes wrong ---


def test_crashed_core_is_noted_and_restarted(make, uid):
    device = make(uid)
    up(device)
    first = core_of(device)
    os.kill(first, signal.SIGKILL)
    second = new_core(device, first)
    assert second
    c = console(device)
    c.expect_exact("killed by signal 9")
    c.expect_exact("Press RETURN")
    c.send("exit\r")
    c.expect_exact("ended by itself with status 3")
    assert new_core(device, second)
    assert laboratory.wait_for(lambda: len(notes(device)) == 2)
    note = notes(device)[0].read_text()
    assert re.search(r"^time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", note, re.M)
    assert f"process: {first}" in note and "killed by signal 9" in note and IMAGE in note
    assert "2 crashes" in device.status().stdout


def test_crash_loop_ends_with_its_reason(make, uid):
    device = make(uid, mode="crash")
    began = time.monotonic()
    done = device.call("run", "-d")
    assert done.returncode == 1 and time.monotonic() - began < 10
    assert "5 crashes in a row" in done.stderr and "signal 11" in done.stderr
    assert "fake core begins: crash" in done.stderr
    assert not device.processes() and len(notes(device)) == 5


def test_core_that_cannot_start_says_why(make, uid):
    device = make(uid, mode="failed")
    done = device.call("run", "-d")
    assert done.returncode == 1 and "no more luck" in done.stderr
    assert not notes(device) and not device.processes()


def test_silent_core_is_killed(make, uid):
    device = make(uid)
    up(device)
    first = core_of(device)
    c = console(device)
    c.expect("fake>")
    c.send("silent\r")
    time.sleep(8)
    assert core_of(device) == first
    assert new_core(device, first, 6)
    assert "silent too long" in notes(device)[0].read_text()


def test_deaf_core_is_killed_when_stopped(make, uid):
    device = make(uid, mode="deaf")
    up(device)
    began = time.monotonic()
    device.stop()
    assert 4 < time.monotonic() - began < 8 and not device.processes()


def test_reload_boots_again(make, uid):
    device = make(uid)
    up(device)
    first = core_of(device)
    c = console(device)
    c.expect("fake>")
    c.send("reload\r")
    c.expect_exact("System Bootstrap")
    c.expect("fake>")
    assert core_of(device) != first and not notes(device)


# --- images ---


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_image_is_refused(make, uid, build, tmp_path, how):
    device = make(uid)
    path, (change, reason) = device.folder / "flash" / IMAGE, TAMPERED[how]
    data = change(path.read_bytes(), build, tmp_path)
    path.unlink()
    path.write_bytes(data)
    if uid:
        os.chown(path, uid, uid)
    done = device.call("run", "-d")
    assert done.returncode == 1 and f"flash0:{IMAGE} refused" in done.stderr and reason in done.stderr
    assert not device.processes()


@pytest.mark.parametrize("interface", ["1", "0"], ids=["same", "older"])
def test_image_of_this_release_or_an_older_one_is_run_though_uploaded_without_x(make, uid, build, tmp_path, interface):
    device = make(uid)
    path = device.folder / "flash" / IMAGE
    data = resigned(build, tmp_path, path.read_bytes(), interface=[interface])
    path.unlink()
    path.write_bytes(data)
    path.chmod(0o644)
    if uid:
        os.chown(path, uid, uid)
    up(device)


def test_image_that_is_a_link_or_no_file_is_refused(make, uid):
    device = make(uid)
    path = device.folder / "flash" / IMAGE
    path.rename(device.folder / "run" / IMAGE)
    path.symlink_to("../run/" + IMAGE)
    assert "refused" in device.call("run", "-d").stderr
    path.unlink()
    os.mkfifo(path)
    assert "not a regular file" in device.call("run", "-d").stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_noexec_volume_is_named(make):
    device = make(None)
    flash = device.folder / "flash"
    script = f'cp -a {flash} {flash}.away && mount -t tmpfs -o noexec none {flash} && cp -a {flash}.away/. {flash} && exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", *device.argv("run", "-d")], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 1 and "mounted noexec" in done.stderr


def test_boot_variables_choose_the_image(make, uid):
    device = make(uid)
    flash = device.folder / "flash"
    shutil.copy2(flash / IMAGE, flash / "zz.bin")
    (flash / "aa.bin").write_bytes(b"\177ELF and nothing more")
    if uid:
        os.chown(flash / "zz.bin", uid, uid)
    (device.folder / "nvram/boot-vars").write_text("BOOT=flash0:none.bin;flash0:zz.bin,1\n")
    up(device)
    assert "flash0:zz.bin" in device.status().stdout
    device.stop()
    (device.folder / "nvram/boot-vars").write_text("BOOT=flash0:none.bin\nCONFREG=0x2102\n")
    up(device)
    assert f"flash0:{IMAGE}" in device.status().stdout
    c = console(device)
    c.expect_exact("flash0:none.bin refused: no such file")
    c.expect_exact("flash0:aa.bin refused: truncated, or never signed")


# --- console ---


def test_console_attaches_detaches_and_remembers(make, uid):
    device = make(uid)
    up(device)
    c = console(device)
    c.expect_exact("System Bootstrap, Version 0.1.0")
    c.expect_exact("development key")
    c.expect_exact("Press RETURN")
    c.send("hello\x1d")
    c.expect_exact("[detached]")
    c.expect(pexpect.EOF)
    c.close()
    assert c.exitstatus == 0
    again = console(device)
    again.expect_exact("fake>hello")
    both = console(device)
    both.expect_exact("fake>hello")
    again.send(" you\r")
    both.expect_exact(" you")
    both.setwinsize(40, 120)
    time.sleep(0.2)
    both.send("self\r")
    again.expect_exact("window 40x120")
    device.stop()
    both.expect_exact("[device stopped]")
    gone = device.call("console")
    assert gone.returncode == 1 and "not running" in gone.stderr


def test_console_works_in_a_pipe(make, uid):
    device = make(uid)
    up(device)
    done = subprocess.run(device.argv("console"), input=b"self\r", capture_output=True, timeout=10)
    assert done.returncode == 0 and b"environment empty" in done.stdout


def test_console_nobody_reads_holds_up_nothing(make, uid):
    device = make(uid)
    up(device)
    stuck = console(device)
    stuck.expect("fake>")
    os.kill(stuck.pid, signal.SIGSTOP)
    try:
        c = console(device)
        c.expect("fake>")
        c.send("flood\r")
        c.expect_exact("flood done", timeout=30)
        assert device.status().returncode == 0 and not notes(device)
    finally:
        os.kill(stuck.pid, signal.SIGCONT)
    stuck.expect_exact("flood done")


def test_console_that_reads_loses_nothing(make, uid):
    device = make(uid)
    up(device)
    c = console(device)
    c.expect("fake>")
    c.send("flood\r")
    c.expect_exact("flood done", timeout=30)
    numbers = [int(n) for n in re.findall(rb"flood line (\d+) of", c.before)]
    assert numbers == list(range(20000))


def test_break_leads_to_the_rommon_prompt(make, uid):
    device = make(uid)
    up(device)
    c = console(device, "-b")
    c.expect_exact("rommon 1 > ")
    assert not device.role("core")
    assert "at its rommon prompt" in device.status().stdout
    for line, words in {
        "help": "confreg",
        "dir flash0:": IMAGE,
        "set": "CONFREG=0x2102",
        "dirx\x7f": "Directory of flash0:",
        "nonsense": "not found",
        "boot flash0:none.bin": "refused: no such file",
        "dev x": "takes no argument",
    }.items():
        c.send(line + "\r")
        c.expect_exact(words)
        c.expect(r"rommon \d+ > ")
    c.send(f"boot flash0:{IMAGE}\r")
    c.expect("fake>")
    assert core_of(device)
    device.stop()


def test_configuration_register_keeps_it_at_the_prompt(make, uid):
    device = make(uid)
    (device.folder / "nvram/boot-vars").write_text("CONFREG=0x2100\n")
    done = device.call("run", "-d")
    assert done.returncode == 0 and "rommon prompt" in done.stdout
    c = console(device)
    c.expect_exact("rommon 1 > ")
    (device.folder / "nvram/boot-vars").write_text("CONFREG=0x2102\n")
    c.send("reset\r")
    c.expect("fake>")
    device.stop()


def test_foreground_is_a_console(make, uid):
    device = make(uid)
    c = foreground(device)
    c.expect_exact("Ctrl-] then q stops the device")
    c.expect("fake>")
    c.send("self\r")
    c.expect_exact("window 31x101")
    c.send("\x1dx")
    c.expect_exact("q stops the device")
    other = console(device)
    other.send("\r")
    other.expect("fake>")
    other.close()
    c.send("\x1dq")
    c.expect_exact("[device stopped]")
    c.expect(pexpect.EOF)
    c.close()
    assert c.exitstatus == 0 and not device.processes()


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSEGV])
def test_terminal_is_restored(make, uid, sig):
    device = make(uid)
    line = " ".join(device.argv("run")) + "; stty -a; echo over"
    c = pexpect.spawn("sh", ["-c", line], timeout=10, dimensions=(24, 200))
    c.expect("fake>")
    os.kill(next(p for p, a in device.processes().items() if "run" in a), sig)
    c.expect(" icanon.* echo .*over")
    assert laboratory.wait_for(lambda: not device.processes())


def test_terminal_that_goes_away_stops_the_device(make, uid):
    device = make(uid)
    c = foreground(device)
    c.expect("fake>")
    c.close()
    assert laboratory.wait_for(lambda: not device.processes(), 8)


def test_foreground_without_an_image_is_a_rommon_prompt(make, uid):
    device = make(uid)
    (device.folder / "flash" / IMAGE).unlink()
    (device.folder / "flash/notes").write_bytes(b"no image")
    c = foreground(device)
    c.expect_exact("no image in flash0:")
    c.expect_exact("rommon 1 > ")
    c.send("\x1dq")
    c.expect(pexpect.EOF)


def test_foreground_without_a_terminal(make, uid):
    device = make(uid)
    p = subprocess.Popen(device.argv("run"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = b""
    while b"fake>" not in out:
        out += os.read(p.stdout.fileno(), 4096)
    p.terminate()
    assert p.wait(8) == 0


# --- walls and size ---


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
def test_another_user_cannot_command_it(make):
    device = make(None)
    os.chmod(device.folder / "run", 0o755)
    up(device)
    device.uid = laboratory.NOBODY
    for verb in ("stop", "status", "console"):
        done = device.call(verb)
        assert done.returncode == 1 and "belongs to somebody else" in done.stderr
    device.uid = None
    assert device.status().returncode == 0


def test_control_socket_survives_nonsense(make, uid):
    device = make(uid)
    up(device)
    talk = (
        "import os,socket,sys\n"
        "os.chdir(sys.argv[1])\n"
        "for data in (b'', b'x', b'\\0'*8, b'\\1\\0\\0\\0\\xff\\xff\\xff\\xff', b'\\4\\0\\0\\0\\1\\0\\0\\0x', b'\\3\\0\\0\\0\\0\\0\\0\\0', os.urandom(5000)):\n"
        "    s=socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect('control'); s.send(data); s.settimeout(5)\n"
        "    assert s.recv(10) == b'' , data\n"
        "held=[]\n"
        "for i in range(12):\n"
        "    s=socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect('control'); held.append(s)\n"
    )
    who = device.argv("x")[:-3]
    done = subprocess.run([*who, sys.executable, "-c", talk, device.folder / "run"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert laboratory.wait_for(lambda: device.status().returncode == 0)


def test_rommon_is_small_and_closed(make, uid):
    device = make(uid)
    up(device)
    rommon = next(p for p, a in device.processes().items() if "run" in a)
    with contextlib.suppress(PermissionError):
        # What is its own: how many share the C library's pages is not its doing.
        own = int(re.search(r"^Anonymous:\s+(\d+)", pathlib.Path(f"/proc/{rommon}/smaps_rollup").read_text(), re.M).group(1))
        assert own < 200 or "libasan" in pathlib.Path(f"/proc/{rommon}/maps").read_text(), f"{own} KiB"
    if uid is not None:  # not dumpable: its files below /proc are root's
        assert pathlib.Path(f"/proc/{rommon}/mem").stat().st_uid == 0


def test_usage(make, installed):
    def ravelin(*argv):
        return subprocess.run([installed / "bin/ravelin", *argv], capture_output=True, text=True, timeout=5)

    assert ravelin("--version").stdout.startswith("ravelin 0.")
    assert "ravelin console DIR" in ravelin("--help").stdout
    for verb in ("init", "run", "console", "stop", "status"):
        assert ravelin(verb, "--help").stdout.startswith(f"usage: ravelin {verb} DIR")
        assert ravelin(verb).returncode == 2
    assert ravelin().returncode == 2 and ravelin("fly").returncode == 2
    assert ravelin("run", "/tmp", "-p", "x").returncode == 2
    assert "is not a device" in ravelin("run", "/tmp").stderr
