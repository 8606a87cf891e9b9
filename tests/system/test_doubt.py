# SPDX-License-Identifier: Apache-2.0
"""A startup-config that cannot be read, or of which something is missing, opens nothing: who is not asked for a password
does not get in, the log says why, and rommon is the way in, or the reset to factory default where it is closed."""

import os
import re
import signal
import subprocess

import pytest
from test_bootset import QUESTION, Console

import lab as laboratory

LOCKED = laboratory.CONFIG.replace("line vty", "line con 0\n login local\nline vty")
WHOLE = "version 0.1.0\n" + LOCKED
SECRET = "ABCDEFGH" * 4
NOT_IN_FORCE = "% startup-config is not in force, so nobody gets in here"
LINES_MISSING = "% Lines of startup-config that say who gets in were not taken"


def a_folder(path):
    path.mkdir()


FILES = {
    "folder": a_folder,
    "pipe": os.mkfifo,
    "link": lambda path: path.symlink_to("boot-vars"),
    "too large": lambda path: path.write_bytes(b"!\n" * (17 << 20)),
    "empty": lambda path: path.touch(),
    "zeros": lambda path: path.write_bytes(bytes(4096)),
    "zeros at its end": lambda path: path.write_bytes(LOCKED.encode()[:-30] + bytes(30)),
    "cut off": lambda path: path.write_text(WHOLE[: WHOLE.index("line con")]),
    "cut off in its last word": lambda path: path.write_text(WHOLE[: WHOLE.rindex("nd\n")]),
}  # fmt: skip


def with_startup(lab, put, uid=None):
    """A device with this in place of its startup-config."""
    device = lab.device(uid)
    device.init(LOCKED)
    path = device.folder / "nvram/startup-config"
    path.unlink()
    put(path)
    return device


def pressed(console):
    """Return at the console, as far as it leads: what it says until it waits again."""
    console.t.until("Press RETURN to get started")
    console.fresh()
    console.t.send("\r")
    return console.t.until("Press RETURN to get started|[>#:] ?$")


def way_in(console):
    """A break, and the register that leaves startup-config alone."""
    console.brk()
    console.rommon("confreg 0x2142")
    console.fresh()
    console.t.send("reset\r")
    console.login()


@pytest.mark.parametrize("what", FILES)
def test_file_that_is_not_whole_is_left_alone(lab, what):
    device = with_startup(lab, FILES[what])
    device.run()
    c = Console(device)
    shown = c.t.until("Press RETURN")
    assert re.search(r"%SYS-2-STARTUP: startup-config is left alone: \S", shown), shown
    assert "%SYS-2-CLOSED: Nobody gets in without a password: startup-config is not in force" in shown
    for _ in range(2):
        shown = pressed(c)
        assert NOT_IN_FORCE in shown and "confreg 0x2142" in shown and not re.search("[>#]$", c.t.screen.last), shown
    assert device.ssh("show clock").returncode != 0
    if what == "folder":
        way_in(c)


def failing(device, call):
    """It runs on a host where that call on startup-config fails with an I/O error."""
    argv, path = device.argv, device.folder / "nvram/startup-config"
    device.argv = lambda verb, *rest: [
        *(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(path), "-e", f"trace={call}", "-e", f"inject={call}:error=EIO"] if verb == "run" else []),
        *argv(verb, *rest),
    ]  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file of another user")
def test_file_that_may_not_be_read(lab):
    device = with_startup(lab, lambda path: path.write_text(LOCKED), laboratory.NOBODY)
    (device.folder / "nvram/startup-config").chmod(0o600)
    device.run()
    assert NOT_IN_FORCE in pressed(Console(device))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may trace a device's processes")
@pytest.mark.parametrize("call", ["read", "fstat,newfstatat"])
def test_disk_that_does_not_give_it(lab, call):
    device = with_startup(lab, lambda path: path.write_text(LOCKED))
    argv = device.argv
    failing(device, call)
    t = device.foreground()
    t.until("%SYS-2-STARTUP: startup-config is left alone: read failed")
    t.until("Press RETURN")
    t.screen = laboratory.Screen()
    t.send("\r")
    t.until(re.escape(NOT_IN_FORCE))
    # The next boot of a disk that gives it is one as ever.
    device.stop()
    device.argv = argv
    device.run()
    assert pressed(Console(device)).endswith("Username: ")


def test_closed_device_offers_the_reset_and_nothing_else(lab):
    device = with_startup(lab, a_folder)
    (device.folder / "nvram/boot-vars").write_text("CONFREG=0x2102\nPASSWORD_RECOVERY=off\n")
    device.run()
    c = Console(device)
    shown = pressed(c)
    assert NOT_IN_FORCE in shown and "reset to factory default" in shown and "confreg" not in shown
    assert "PASSWORD_RECOVERY=off\n" in (device.folder / "nvram/boot-vars").read_text()
    c.brk(QUESTION)


VARIABLES = {
    "empty": lambda path: path.touch(),
    "cut off": lambda path: path.write_text("CONFREG=0x2102\nPASSWORD_RECO"),
    "zeros": lambda path: path.write_bytes(bytes(64)),
    "folder": a_folder,
}  # fmt: skip


@pytest.mark.parametrize("what", VARIABLES)
def test_boot_variables_that_are_lost_do_not_open_rommon(lab, what):
    """Until the configuration is known: it says what they are to be."""
    device = with_startup(lab, lambda path: path.write_text(LOCKED.replace("line vty", "no service password-recovery\nline vty")))
    VARIABLES[what](device.folder / "nvram/boot-vars")
    c = Console(device)
    c.t.close()
    c.t = device.foreground()
    c.t.until("cannot be read, or has malformed lines")
    c.t.until("PASSWORD RECOVERY FUNCTIONALITY IS DISABLED")
    c.t.send("\x03")  # before any configuration is read
    c.t.settle(wait=QUESTION)
    c.t.send("n\r")
    c.t.until("Press RETURN to get started")
    if what != "folder":  # which nothing replaces
        assert "PASSWORD_RECOVERY=off\n" in (device.folder / "nvram/boot-vars").read_text()


def test_boot_variables_that_are_lost_are_made_anew(lab):
    device = with_startup(lab, lambda path: path.write_text(LOCKED))
    (device.folder / "nvram/boot-vars").write_text("CONFREG=0x2102\nPASSW")
    device.run()
    assert (device.folder / "nvram/boot-vars").read_text() == "CONFREG=0x2102\n"
    Console(device).brk()


LINES = {
    "login": " login localhost",
    "password": "line con 0\n login\n password 7 zz",
    "line": "line cons 0 1 2\n login local",
    "aaa": "aaa authentication login",
    "a text without an end": "banner motd ^C\nline con 0\n login local",
    "bytes": "line con 0\n log\x01in local",
    "another word": "line con 0\n logio local",
}


@pytest.mark.parametrize("what", LINES)
def test_line_that_was_not_taken_is_no_open_door(lab, what):
    """Everything else of the file is in force: who has a password gets in, and saves what he found right."""
    device = with_startup(lab, lambda path: path.write_text(laboratory.CONFIG.replace("end\n", LINES[what].replace("line con 0\n login\n", "", what != "password") + "\n")))
    device.run()
    c = Console(device)
    shown = pressed(c)
    if what == "password":  # the line asks, and nothing is right
        assert "Password required, but none set" in shown
        return
    assert LINES_MISSING in shown and "%SYS-2-CLOSED" in device.ssh("show logging").stdout
    t = device.terminal()
    t.command("write memory")
    assert re.search("[>#]$", pressed(c))


def test_user_that_was_not_taken_leaves_no_list_that_ends_in_none(lab):
    lines = "hostname R1\nusername admin secret 5 broken\naaa new-model\naaa authentication login default local none\nend\n"
    device = with_startup(lab, lambda path: path.write_text(lines))
    device.run()
    assert LINES_MISSING in pressed(Console(device))


def test_rommon_stays_closed_where_a_line_was_not_taken(lab):
    """It may have been that one; who gets in and saves says what is meant."""
    device = with_startup(lab, lambda path: path.write_text(laboratory.CONFIG.replace("line vty", "no service passwort-recovery\nline vty")))
    variables = device.folder / "nvram/boot-vars"
    variables.write_text("CONFREG=0x2102\nPASSWORD_RECOVERY=off\n")
    device.run()
    assert "RECOVERY=off" in variables.read_text()
    t = device.terminal()
    t.command("write memory")
    assert "RECOVERY" not in variables.read_text()


def test_enable_line_that_was_not_taken_is_no_open_door(lab):
    config = LOCKED.replace("enable secret 0 sesame", "enable secret 5 $1$broken")
    device = with_startup(lab, lambda path: path.write_text(config))
    device.run()
    c = Console(device)
    c.t.until("Press RETURN to get started")
    c.t.send("\r")
    for word, wait in (("guest", "Password: $"), ("guest", ">$")):
        c.t.settle(wait="(Username|Password): $")
        c.t.command(word, wait=wait)
    assert LINES_MISSING in c.t.command("enable", wait="[>#]$") and c.t.screen.last.endswith(">")


def test_reload_warns_of_a_file_that_will_be_left_alone(lab):
    device = lab.booted()
    t = device.terminal()
    assert "Warning" not in t.command("reload", wait=r"confirm\]$")
    t.send("n")
    t.settle()
    (device.folder / "nvram/startup-config").write_bytes(b"")
    assert "%Warning: startup-config will be left alone: it is empty" in t.command("reload", wait=r"confirm\]$")
    t.close()


def code():
    return subprocess.run(["oathtool", "--totp", "-b", SECRET], capture_output=True, text=True, check=True).stdout.strip()


def test_private_configuration_that_is_damaged_opens_nothing(lab):
    """A second factor that it encrypted is one that nobody has, and none that nobody needs."""
    device = lab.booted(LOCKED.replace("end\n", "aaa authentication otp console\nend\n"))
    t = device.terminal()
    for line in ("configure terminal", "key config-key password-encrypt masterkey", "password encryption aes",
                 f"username admin otp secret 0 {SECRET}", "end", "write memory"):  # fmt: skip
        t.command(line, seconds=20)
    assert re.search(r"^username admin otp secret 6 \S+$", (device.folder / "nvram/startup-config").read_text(), re.M)
    path = device.folder / "nvram/private-config"
    whole = path.read_bytes()

    def typed():
        """What comes behind the right password and the right code."""
        t = Console(device).t
        t.until("Press RETURN")
        t.screen = laboratory.Screen()
        for text, then in (("", "Username: "), ("admin", "Password: "), ("admin", "One-time code: ")):
            t.send(text + "\r")
            t.settle(wait=then + "$")
        t.send(code() + "\r")
        t.settle(wait="(#|Username: )$")
        return t.screen.last

    for damage in (whole[:-1], whole[: len(whole) // 2], b"", bytes(len(whole)), whole[:20] + b"x" + whole[21:]):
        device.hang_up()
        device.stop()
        path.write_bytes(damage)
        device.run()
        assert typed() == "Username: " and "MASTER_KEY_DAMAGED" in device.log() + (device.folder / "run/boot.log").read_text()
        assert path.read_bytes() == damage
    device.hang_up()
    device.stop()
    path.write_bytes(whole)
    device.run()
    assert typed() == "R1#"


def test_core_is_killed_while_it_loads(lab):
    """Nobody gets in between: a startup-config of which half is read is of no use to anybody."""
    users = "".join(f"username u{i} privilege 1 password 0 p\n" for i in range(2000))
    device = with_startup(lab, lambda path: path.write_text(users + LOCKED))
    t = device.foreground()
    core = laboratory.wait_for(lambda: device.role("core"))
    t.send("\r")
    os.kill(core[0], signal.SIGKILL)
    t.until("The system crashed")
    t.until("Press RETURN to get started", seconds=20)
    t.screen = laboratory.Screen()
    t.send("\r")
    t.settle(wait="Username: $")
