# SPDX-License-Identifier: Apache-2.0
"""What is secured stays, whatever is deleted; who has only the console gets in by ROMMON or, where it is closed, gets a
device out of the box. Everything is done as a person does it, at the device's own console or over SSH."""

import contextlib
import hashlib
import os
import re
import signal

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import lab as laboratory

IMAGE = re.compile(r"ravelin-universalk9\.\S+\.bin")
VARS = "nvram/boot-vars"
LOCKED = laboratory.CONFIG.replace("line vty", "line con 0\n login local\nline vty")


def folder(device, name):
    return sorted(p.name for p in (device.folder / name).iterdir())


def secured(device):
    """{name: digest} of what lies in secure/."""
    return {p.name: hashlib.sha512(p.read_bytes()).hexdigest() for p in (device.folder / "secure").iterdir()}


def image(device):
    (found,) = (p for p in (device.folder / "flash").iterdir() if IMAGE.fullmatch(p.name))
    return found


class Console:
    """A person at the console: exec from Return on, rommon's prompt, or its question."""

    def __init__(self, device):
        self.t = device.console()
        self.device = device

    def login(self, user=None, password=None):
        self.t.until("Press RETURN to get started")
        self.t.send("\r")
        if user:
            self.t.settle(wait="Username: $")
            self.t.command(user, wait="Password: $")
            self.t.command(password)
        self.t.settle(wait=r"[>#]$")
        if not self.t.screen.last.endswith("#"):
            self.t.send("enable\r")
            self.t.settle(wait="(#|Password: )$")
            if self.t.screen.last.endswith(": "):
                self.t.command("sesame")
        assert self.t.screen.last.endswith("#")

    def run(self, *lines):
        return "\n".join(self.t.command(line, seconds=20) for line in lines)

    def configure(self, *lines):
        return self.run("configure terminal", *lines, "end")

    def fresh(self):
        """What comes from here on is looked at alone."""
        self.t.screen = laboratory.Screen()

    def reload(self):
        self.fresh()
        self.t.send("reload\r")
        self.t.settle(wait=r"(\[confirm\]|\[yes/no\]: )$")
        if self.t.screen.last.endswith("[yes/no]: "):
            self.t.send("no\r")
            self.t.settle(wait=r"\[confirm\]$")
        self.t.send("\r")
        self.t.until("System Bootstrap")

    def brk(self, wait=r"rommon \d+ > $"):
        self.fresh()
        b = laboratory.Terminal(self.device.argv("console", "-b"))
        self.t.settle(wait=wait, quiet=0.1)
        b.close()

    def rommon(self, line):
        return self.t.command(line, wait=r"rommon \d+ > $")


@pytest.fixture
def at_console(lab):
    def start(config=laboratory.CONFIG, login=(), uid=None):
        device = lab.booted(config, uid)
        c = Console(device)
        c.login(*login)
        return c

    return start


def stripped(config):
    return [line for line in config.splitlines() if line and not line.startswith(("!", "Building", "Current"))]


# --- the bootset ---


def names(device, inode):
    """How many a file has on the device; other devices may have it, too."""
    return sum(path.lstat().st_ino == inode for path in device.folder.rglob("*"))


def test_image_is_secured_without_a_second_copy(at_console, uid):
    c = at_console(uid=uid)
    flash = image(c.device)
    before = flash.stat()
    assert "not active" in c.run("show secure bootset")
    shown = c.configure("secure boot-image")
    assert "%IOS_RESILIENCE-5-IMAGE_RESIL_ACTIVE: Successfully secured running image" in shown
    there = (c.device.folder / "secure" / flash.name).stat()
    assert (there.st_ino, there.st_dev, there.st_blocks) == (before.st_ino, before.st_dev, before.st_blocks)
    assert names(c.device, before.st_ino) == 2
    assert "secured already" in c.configure("secure boot-image")
    for line in ("dir", "show flash:", "dir /recursive flash0:", "dir all-filesystems"):
        assert flash.name not in c.run(line), line
    bootset = c.run("show secure bootset")
    assert re.search(rf"^Secure archive flash0:{flash.name} type is image \(elf\) \[\]$", bootset, re.M)
    assert f"file size is {before.st_size} bytes" in bootset
    assert "secure boot-image\n" in c.run("show running-config") + "\n"
    assert "INACTIVE: Disabled secure image archival" in c.configure("no secure boot-image")
    assert flash.name in c.run("dir") and names(c.device, before.st_ino) == 1
    assert flash.name not in secured(c.device) and "secure" not in c.run("show running-config")


def test_no_form_is_for_the_console_alone(at_console):
    c = at_console()
    c.configure("secure boot-image", "secure boot-config")
    digests = secured(c.device)
    t = c.device.terminal()
    t.command("configure terminal")
    for part in ("image", "config"):
        for form in ("no", "default"):
            assert "denied" in t.command(f"{form} secure boot-{part}")
    assert "\nsecure boot-image\nsecure boot-config\n" in t.command("do show running-config")
    assert "denied for command \"no secure boot-config\"" in t.command("do show logging | include NON_CONSOLE")
    # Nor does a file, or another configuration in its place.
    for how in ("copy flash0:none running-config", "configure replace flash0:none force"):
        (c.device.folder / "flash/none").write_text("no secure boot-image\nno secure boot-config\n" + laboratory.CONFIG)
        t.command(f"do {how}", wait=r"(\]\? |#)$")
        t.command("", seconds=20)
        assert laboratory.wait_for(lambda: "\nsecure boot-image\nsecure boot-config\n" in t.command("do show running-config"))
    assert secured(c.device) == digests


def test_what_cannot_be_secured_is_said_and_left(at_console):
    c = at_console()
    flash = image(c.device)
    flash.rename(flash.with_name("elsewhere"))
    (c.device.folder / "flash/elsewhere").unlink()  # as an image from elsewhere: flash0: has none
    assert "%the running image was not loaded from persistent storage" in c.configure("secure boot-image")
    assert secured(c.device) == {} and "secure" not in c.run("show running-config")


@pytest.fixture
def on_two_disks(lab, uid):
    """secure/ is another file system than flash/, as only the device's own mount namespace has it."""

    def start(config):
        device = lab.device(uid)
        device.init(config)
        owner = os.geteuid() if uid is None else uid
        device.inside(f'mount -t tmpfs -o mode=700,uid={owner} none "$0/secure"')
        device.run()
        c = Console(device)
        c.login()
        return c

    return start


def test_two_file_systems_are_said_and_nothing_is_secured(on_two_disks):
    c = on_two_disks(laboratory.CONFIG.replace("line vty", "secure boot-image\nline vty"))
    why = "flash0: and the secure storage are not on one file system of the host"
    name = image(c.device).name
    log = laboratory.wait_for(lambda: "NOT_SECURED" in c.run("show logging") and c.run("show logging"))
    assert f"NOT_SECURED: secure boot-image: {why}" in log
    assert f"%{why}" in c.configure("secure boot-image")
    assert "is not active" in c.run("show secure bootset") and "secure" not in c.run("show running-config")
    assert name in c.run("dir") and names(c.device, image(c.device).stat().st_ino) == 1
    inside = f"/proc/{c.device.role('core')[0]}/root{c.device.folder}/secure"
    assert os.listdir(inside) == []


def test_bootset_of_another_version_is_noticed(at_console):
    c = at_console()
    c.configure("secure boot-image", "secure boot-config")
    version = re.search(r"image resilience version (\S+)", c.run("show secure bootset"))[1]
    c.run("write memory")
    c.device.stop()
    manifest, other = c.device.folder / "secure/.manifest", "9" * len(version)
    signed = manifest.read_bytes()[:-64].replace(version.encode() + bytes(4), other.encode() + bytes(4))
    key = Ed25519PrivateKey.from_private_bytes((c.device.folder / "keys/.bootset").read_bytes())
    manifest.write_bytes(signed + key.sign(signed))  # as the other version would have
    c.device.run()
    c = Console(c.device)
    c.login()
    log = c.run("show logging")
    for what in ("image", "configuration"):
        assert f"%IOS_RESILIENCE-4-VERSION_MISMATCH: Archived {what} version {other} differs from running version {version}" in log
    assert "DAMAGED" not in log and "IMAGE_MISMATCH" not in log and f"resilience version {other} activated" in c.run("show secure bootset")
    # The commands upgrade it, part by part.
    assert "CONFIG_RESIL_ACTIVE" in c.configure("secure boot-config")
    c.run("write memory")
    c.reload()
    c.login()
    log = c.t.screen.text + c.run("show logging")
    assert f"Archived image version {other}" in log and "Archived configuration" not in log


def test_archive_follows_the_command_and_nothing_else(at_console):
    c = at_console()
    c.configure("secure boot-config")
    (first,) = (n for n in folder(c.device, "secure") if n.endswith(".ar"))
    assert re.fullmatch(r"\.runcfg-\d{8}-\d{6}\.ar", first)
    c.configure("hostname later")
    c.run("write memory")
    c.configure("secure boot-config restore flash0:then")
    assert b"hostname R1" in (c.device.folder / "flash/then").read_bytes()
    c.configure("secure boot-config")
    (second,) = (n for n in folder(c.device, "secure") if n.endswith(".ar"))
    assert second != first
    assert "successfully restored as flash0:/now" in c.configure("secure boot-config restore flash0:now")
    assert b"hostname later" in (c.device.folder / "flash/now").read_bytes()
    assert "INACTIVE" in c.configure("no secure boot-config")
    assert "not active" in c.configure("secure boot-config restore flash0:never")
    assert folder(c.device, "secure") == [".manifest"]


def test_a_startup_config_secures_what_it_says(at_console):
    c = at_console(laboratory.CONFIG.replace("line vty", "secure boot-image\nsecure boot-config\nline vty"))
    assert laboratory.wait_for(lambda: len(secured(c.device)) == 3)
    digests = secured(c.device)
    c.run("write memory")
    c.reload()
    c.login()
    assert "RESILIENCE" not in c.t.screen.text  # nothing is made anew, and nothing differs
    assert secured(c.device) == digests


@pytest.mark.parametrize("what", ["manifest", "config", "key", "no manifest", "startup"])
def test_what_was_changed_is_noticed_at_boot(at_console, what):
    c = at_console()
    c.configure("secure boot-image", "secure boot-config")
    c.run("write memory")
    c.device.stop()
    (archive,) = (c.device.folder / "secure").glob(".runcfg*")
    path = {
        "manifest": c.device.folder / "secure/.manifest", "config": archive, "key": c.device.folder / "keys/.bootset",
        "no manifest": c.device.folder / "secure/.manifest", "startup": c.device.folder / "nvram/startup-config",
    }[what]  # fmt: skip
    if what == "no manifest":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    c.device.run()
    c = Console(c.device)
    c.login()
    log = laboratory.wait_for(lambda: "IOS_RESILIENCE" in c.run("show logging") and c.run("show logging"))
    assert ("CONFIG_MISMATCH" if what == "startup" else "BOOTSET_DAMAGED") in log
    if what in ("config", "manifest", "key"):
        assert "damaged" in c.configure("secure boot-config restore flash0:x") and "x" not in folder(c.device, "flash")
        assert "CONFIG_RESIL_ACTIVE" in c.configure("secure boot-config")
        assert "restored" in c.configure("secure boot-config restore flash0:x")


def test_changed_image_and_another_one_are_noticed(at_console, build):
    c = at_console()
    flash = image(c.device)
    other = flash.with_name("other.bin")
    other.write_bytes(flash.read_bytes())
    c.configure("secure boot-image")
    c.device.stop()
    (c.device.folder / VARS).write_text("BOOT=flash0:other.bin\n")
    c.device.run()
    c = Console(c.device)
    c.login()
    assert "BOOTSET" not in c.run("show logging")  # the same image, though another file
    # Secured anew it is this file, and the old one is an ordinary one again.
    c.configure("secure boot-image")
    assert flash.name in c.run("dir") and "other.bin" not in c.run("dir")
    c.device.stop()
    content = bytearray(other.read_bytes())
    content[len(content) // 2] ^= 1
    (c.device.folder / "secure/other.bin").write_bytes(content)
    (c.device.folder / VARS).write_text("")
    c.device.run()
    c = Console(c.device)
    c.login()
    assert laboratory.wait_for(lambda: "The secured image is not the one that was secured" in c.run("show logging"))


# --- recovery ---


def test_recovery_in_five_steps(at_console, uid):
    c = at_console(uid=uid)
    name = image(c.device).name
    c.configure("secure boot-image", "secure boot-config")
    c.run("write memory")
    wanted = stripped(c.run("show running-config"))
    digests = secured(c.device)
    # Everything is wrecked.
    c.run("erase startup-config", "")
    c.run("format flash0:", "")
    assert "No such file" in c.run(f"delete /force flash0:{name}")
    for path in (c.device.folder / "flash").iterdir():
        path.unlink()  # the host's owner, too
    # Step 1
    c.reload()
    c.brk()
    # Step 2
    assert re.search(rf"^ *\d+  -rw-  {name}$", c.rommon("dir flash0:"), re.M)
    # Step 3
    c.fresh()
    c.t.send(f"boot flash0:{name}\r")
    c.t.until(f"Loading flash0:{name}")
    c.login()
    assert wanted != stripped(c.run("show running-config"))
    # Step 4
    restored = c.configure("secure boot-config restore flash0:rescue-cfg")
    assert "ios resilience:configuration successfully restored as flash0:/rescue-cfg" in restored
    # Step 5
    c.run("copy flash0:rescue-cfg running-config", "")
    assert laboratory.wait_for(lambda: stripped(c.run("show running-config")) == wanted)
    assert secured(c.device) == digests
    assert c.device.ssh("show clock").returncode == 0
    # An ordinary file again, where it was.
    c.configure("no secure boot-image")
    assert name in folder(c.device, "flash")


def test_password_recovery(at_console):
    c = at_console(LOCKED, ("admin", "admin"))
    startup = (c.device.folder / "nvram/startup-config").read_bytes()
    c.brk()
    c.rommon("confreg 0x2142")
    c.fresh()
    c.t.send("reset\r")
    c.login()  # nobody asks who it is
    assert (c.device.folder / "nvram/startup-config").read_bytes() == startup
    assert "Configuration register is 0x2142\n" in c.run("show version") + "\n"
    c.run("copy startup-config running-config", "")
    c.configure("username admin password 0 forgotten", "config-register 0x2102")
    assert "Configuration register is 0x2142 (will be 0x2102 at next reload)" in c.run("show version")
    c.run("write memory")
    c.reload()
    c.fresh()
    c.login("admin", "forgotten")
    assert "Configuration register is 0x2102\n" in c.run("show version") + "\n"


WARNING = """\
WARNING:
Executing this command will disable password recovery mechanism.
Do not execute this command without another plan for
password recovery.
Are you sure you want to continue? [yes/no]: """


def test_no_service_password_recovery_must_be_meant(at_console):
    c = at_console()
    c.run("configure terminal")
    for line in ("no service password-recover", "no serv password-recovery", "service password-r\t"):
        assert "Invalid input" in c.run(line), line
    assert WARNING in c.run("no service password-recovery") + "\n" + c.t.screen.last
    c.run("no")
    assert "password-recovery" not in c.run("do show running-config")
    c.run("no service password-recovery")
    assert "Please answer 'yes' or 'no'" in c.run("perhaps")
    c.run("yes")
    assert "\nno service password-recovery\n" in c.run("do show running-config")
    assert "RECOVERY=off" in (c.device.folder / VARS).read_text()
    for register in ("0x2142", "0x2100", "0x40"):
        assert "Password recovery is disabled" in c.run(f"config-register {register}")
    assert "CONFREG=0x2102\n" in (c.device.folder / VARS).read_text()
    c.run("service password-recovery")
    assert "RECOVERY" not in (c.device.folder / VARS).read_text()
    c.run("config-register 0x2142")
    assert "Please setup auto boot using config-register first" in c.run("no service password-recovery")


QUESTION = r"configuration and proceed \[y/n\]\? $"
CLOSED = LOCKED.replace("line con", "no service password-recovery\nline con")


def test_closed_device_opens_by_no_path(at_console):
    c = at_console(CLOSED, ("admin", "admin"))
    assert "RECOVERY=off" in (c.device.folder / VARS).read_text()

    def stays_closed():
        c.fresh()
        c.t.until("Press RETURN to get started")
        c.t.send("\r")
        c.t.settle(wait="Username: $")
        assert not re.search(r"rommon \d", c.t.screen.text)

    # a break: one question, which is no prompt
    c.brk(QUESTION)
    assert "PASSWORD RECOVERY IS DISABLED." in c.t.screen.text
    for line in ("confreg 0x2142", "boot", "dir flash0:", "", "set BOOT=x"):
        c.t.command(line, wait=QUESTION)
    c.t.send("n\r")
    stays_closed()
    # the register, whoever set it, and variables of all kinds
    for text in ("CONFREG=0x2142\n", "CONFREG=0x2100\n", "CONFREG=0x0040\n", "BOOT=flash0:none.bin\nCONFREG=0x2142\n"):
        c.t.close()
        c.device.stop()
        (c.device.folder / VARS).write_text(text + "PASSWORD_RECOVERY=off\n")
        c.device.run()
        c = Console(c.device)
        stays_closed()
    # five crashes
    for _ in range(5):
        (pid,) = c.device.role("core")
        c.fresh()
        os.kill(pid, signal.SIGKILL)
        c.t.until("System Bootstrap|The system crashed")
        laboratory.wait_for(lambda pid=pid: c.device.role("core") not in ([], [pid]), 5)
    c.t.settle(wait=QUESTION)
    c.t.send("no\r")
    stays_closed()
    # no image
    held = image(c.device)
    content = held.read_bytes()
    held.unlink()
    c.t.close()
    c.device.stop()
    c.t = c.device.foreground()
    c.t.settle(wait=QUESTION)
    held.write_bytes(content)
    held.chmod(0o755)
    c.t.send("n\r")
    stays_closed()
    assert b"admin" in (c.device.folder / "nvram/startup-config").read_bytes()


def test_device_without_a_password_opens_over_no_network(lab):
    """Its console is open; who comes by the network is nobody, whatever the lines allow."""
    config = "hostname R1\nip domain-name example.com\nline con 0\nline vty 0 4\n no login\n transport input all\nend\n"
    device = lab.booted(config)
    for user, password in (("admin", ""), ("admin", "admin"), ("", ""), ("root", "x")):
        with pytest.raises((paramiko.SSHException, EOFError)):
            device.paramiko(user, password).exec_command("show version")
        with contextlib.closing(paramiko.Transport(("127.0.0.1", device.port))) as t:
            t.start_client(timeout=10)
            with pytest.raises(paramiko.SSHException):
                t.auth_none(user or "admin")
    bare = lab.device()
    bare.init(None)
    bare.run()
    assert "ssh: off" in bare.call("status").stdout and bare.ssh("show version").returncode != 0


def test_factory_reset_leaves_the_images_alone(at_console):
    c = at_console(CLOSED, ("admin", "admin"))
    c.configure("secure boot-image", "secure boot-config", "secure boot-config restore flash0:copy")
    c.run("mkdir /force flash0:below", "copy running-config flash0:below/copy", "")
    name = image(c.device).name
    digest = secured(c.device)[name]
    c.brk(QUESTION)
    c.fresh()
    c.t.send("yes\r")
    c.t.until("Reset router configuration to factory default")
    c.login()
    assert folder(c.device, "flash") == [name]
    assert folder(c.device, "keys") == [".bootset"]
    left = {p.name: p.read_bytes() for p in (c.device.folder / "nvram").iterdir()}  # what a new device writes, too
    assert "startup-config" not in left and not any(b"admin" in content for content in left.values())
    assert "R1" not in c.run("show running-config") and "password-recovery" not in c.run("show running-config")
    # The secured image is, and is known again.
    assert secured(c.device)[name] == digest and set(secured(c.device)) == {name, ".manifest"}
    bootset = c.run("show secure bootset")
    assert name in bootset and "%IOS configuration resilience is not active" in bootset
    c.brk()


def test_closed_device_boots_its_secured_image_when_no_other_is_left(at_console):
    c = at_console(CLOSED, ("admin", "admin"))
    c.configure("secure boot-image")
    name = image(c.device).name
    for path in (c.device.folder / "flash").iterdir():
        path.unlink()
    c.reload()
    c.t.until(f"Loading flash0:{name}")
    c.login("admin", "admin")
    assert "No files in directory" in c.run("dir flash0:")
