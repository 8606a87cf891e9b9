# SPDX-License-Identifier: Apache-2.0
"""Goal: several people on one device share its lines as the configuration says: each session takes one and the sixth is
told why it gets none; they see, reach and end each other; time-outs end who is idle, a changed one at once; and who is
idle costs nothing."""

import os
import pathlib
import re
import struct
import time

import pytest

from lab import CONFIG, wait_for

IDLE_SECONDS = 3


class Shell:
    """A paramiko shell: what it was sent so far, until it is closed."""

    def __init__(self, device, user="guest", **how):
        self.client = device.paramiko(user=user, password=user)
        self.channel = self.client.invoke_shell("vt100", width=200, height=how.get("height", 100))
        self.channel.settimeout(0.1)
        self.text, self.closed = "", False
        self.until("R1[>#]")

    def read(self):
        try:
            got = self.channel.recv(65536).decode()
        except TimeoutError:
            return
        self.closed = not got
        self.text += got

    def until(self, pattern, seconds=15):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            assert time.monotonic() < end and not self.closed, f"{pattern!r} not in {self.text!r}"
            self.read()

    def ends(self, seconds=15):
        end = time.monotonic() + seconds
        while not self.closed and time.monotonic() < end:
            self.read()
        return self.closed


def test_the_sixth_is_told_why(lab):
    device = lab.booted()
    shells = [Shell(device) for _ in range(3)]
    terminals = [device.terminal() for _ in range(2)]
    assert len(re.findall(r" vty \d", terminals[0].command("show users"))) == 5
    refused = device.ssh("show", "clock")
    assert (refused.returncode, refused.stdout) == (1, "% all vty lines are in use, try again later\n"), refused.stderr
    sixth = device.terminal(settle=False)
    sixth.until("% all vty lines are in use")
    assert sixth.hangs_up()
    for shell in shells[1:]:  # the five others go on
        shell.channel.send("show privilege\r")
        shell.until("level is 1\r\nR1>$")
    terminals[1].configure("line vty 5", "login local")
    assert device.ssh("show", "clock").returncode == 0
    terminals[1].configure("no line vty 5")
    assert device.ssh("show", "clock").returncode == 1
    shells[0].client.close()
    assert wait_for(lambda: device.ssh("show", "clock").returncode == 0)


def test_sixteen_thousand_lines(lab):
    """From the startup-config and from the terminal, and still there after a restart."""
    device = lab.booted(CONFIG.replace("line vty 0 4\n", "line vty 0 16383\n"))
    whole = "line vty 0 16383\n login local\n transport input ssh\n"
    assert whole in device.ssh("show", "running-config").stdout
    assert device.ssh("show line | count VTY").stdout.split() == ["Number", "of", "lines", "which", "match", "regexp", "=", "16384"]
    terminal = device.terminal()
    terminal.configure("line vty 0 16383", "exec-timeout 7 0", "line vty 2000 2999", "access-class 7 in", "no line vty 5 1999")
    terminal.command("write memory")
    shown = device.ssh("show running-config | section vty").stdout
    device.stop()
    device.run()
    assert device.ssh("show running-config | section vty").stdout == shown
    assert [line for line in shown.splitlines() if "vty" in line] == ["line vty 0 4", "line vty 2000 2999", "line vty 3000 16383"]
    assert shown.count(" exec-timeout 7 0\n") == 3


@pytest.mark.parametrize("state", ["prompt", "half a line", "page", "question"])
def test_clear_line_ends_the_other_and_says_so(lab, state):
    device = lab.booted()
    admin = device.terminal()
    other = Shell(device, user="admin", height=5)
    typed = {"prompt": "", "half a line": "show pri", "page": "show running-config\r", "question": "reload\r"}[state]
    shown = {"prompt": "", "half a line": "show pri", "page": "--More--", "question": "confirm"}[state]
    other.channel.send(typed)
    other.until(shown)
    admin.send("clear line vty 1\r")
    admin.settle()
    admin.command("", wait="#$")
    assert "[confirm]\n [OK]\n" in admin.screen.text
    other.until(r"\[Line cleared by admin\]")
    assert other.ends()
    assert wait_for(lambda: " vty 1" not in admin.command("show users"))
    log = admin.command("show logging | include CLEARED")
    assert re.search(r"%SYS-5-LINE_CLEARED: Line 3 \(vty 1, user admin\) cleared by admin from vty0 \(127.0.0.1\)", log)


def test_clear_console_leads_back_to_its_start(lab):
    device = lab.booted()
    console = device.console()
    console.until("Press RETURN to get started")
    console.send("\r")
    console.until("^R1>$")
    admin = device.terminal()
    assert " con 0" in admin.command("show users")
    admin.send("clear line con 0\r")
    admin.settle()
    admin.send("\r")
    console.until(r"\[Line cleared by admin\][\s\S]*Press RETURN to get started")
    console.send("\r")
    console.until("started[\\s\\S]*^R1>$")


def test_send_reaches_everybody(lab):
    device = lab.booted()
    admin, bystander = device.terminal(), device.terminal(user="guest", password="guest")
    other = Shell(device)
    other.channel.send("show pri")
    other.until("show pri$")
    admin.send("send *\r")
    admin.until("abort with CTRL/C:")
    admin.send("all of you\x16\x1b]52;c\x16\x07 listen\x1a")
    admin.settle()
    admin.send("\r")
    message = r"\*\*\* Message from tty2 to all terminals:\r\n\*\*\*\r\nall of you\?\]52;c\? listen\r\n"
    other.until(message + r"\r\nR1>show pri$")  # and the half-typed line stands below it
    assert "\x1b" not in other.text and "\x07" not in other.text
    bystander.until(r"to all terminals:\n\*\*\*\nall of you")
    admin.until(r"to all terminals:\n\*\*\*\nall of you")
    before = len(bystander.screen.lines)
    admin.settle()
    admin.send("send vty 2\r")
    admin.until("CTRL/C:\n[^\\n]*$")
    admin.send("you alone\x1a")
    admin.settle()
    admin.send("\r")
    other.until(r"Message from tty2 to tty4:\r\n\*\*\*\r\nyou alone")
    admin.command("show privilege")
    bystander.command("show privilege")
    assert "alone" not in "\n".join(bystander.screen.lines[before:])


def test_a_console_without_an_exec_is_silent(lab):
    device = lab.booted(CONFIG.replace("line vty", "line con 0\n no exec\nline vty"))
    admin, console = device.terminal(), device.console()
    console.until("detaches")
    console.send("show privilege\r\r")
    assert " con 0" not in admin.command("show users")
    admin.configure("line con 0", "exec")
    console.send("\r")
    console.until("^R1>$")
    assert "level is" not in console.screen.text and "RETURN" not in console.screen.text


# --- time ---


def test_exec_timeout_ends_who_is_idle(lab):
    device = lab.booted(CONFIG.replace(" login local\n", " login local\n exec-timeout 0 2\n"))
    shell = Shell(device)
    shell.until("Idle timeout expired")
    assert shell.ends()
    status = device.call("status")
    assert status.returncode == 0


def test_console_timeout_leads_back_to_its_start(lab):
    config = CONFIG.replace("line vty", "line con 0\n exec-timeout 0 2\nline vty")
    device = lab.booted(config)
    console = device.console()
    console.until("Press RETURN to get started")
    console.send("\r")
    console.until("^R1>$")
    console.until(r"TTY_EXPIRE_TIMER: \(exec timer expired, tty 0 \(console\)\), user none[\s\S]*Press RETURN")


def test_console_login_waits_as_long_as_it_may(lab):
    config = CONFIG.replace("line vty", "line con 0\n timeout login response 2\n password 0 x\n login\nline vty")
    device = lab.booted(config)
    console = device.console()
    console.until("Press RETURN to get started")
    console.send("\r")
    console.until("Password: ")
    console.until("% Login timeout expired[\\s\\S]*Press RETURN")


def test_a_lowered_timeout_reaches_an_idle_session(lab):
    device = lab.booted()
    admin, idle, page = device.terminal(), Shell(device), Shell(device, user="admin", height=5)
    page.channel.send("show running-config\r")
    page.until("--More--")
    admin.configure("line vty 1 4", "exec-timeout 0 1")
    for shell in (idle, page):
        shell.until("Idle timeout expired")
        assert shell.ends()
    assert "TTY_EXPIRE_TIMER: (exec timer expired, tty 3 (127.0.0.1)), user guest" in admin.command("show logging")


def test_absolute_timeout_warns(lab):
    device = lab.booted()
    admin, other = device.terminal(), Shell(device)
    admin.configure("line vty 1", "logout-warning 60", "absolute-timeout 1")
    other.until(r"\*\*\* Line timeout: this session ends in \d+ seconds")
    other.channel.send("show privilege\r")
    other.until("level is 1\r\nR1>$")


def test_a_removed_line_ends_its_session(lab):
    device = lab.booted(CONFIG.replace("end\n", "line vty 5 6\n login local\nend\n"))
    admin = device.terminal()
    admin.configure("line vty 0 4", "no exec")
    other = Shell(device)
    assert " vty 5" in admin.command("show users")
    admin.configure("no line vty 5 6")
    other.until("% The line was removed from the configuration")
    assert other.ends()
    assert wait_for(lambda: " vty 5" not in admin.command("show users all"))


# --- cost ---


def switches(pid):
    found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found.group(1))


def cpu_ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def quiet(pids):
    """Waits until none of them has anything to do any more."""

    def same():
        before = [switches(p) for p in pids]
        time.sleep(0.3)
        return before == [switches(p) for p in pids]

    assert wait_for(same, 15)


def sleeps_seconds(pid):
    """For how long a session's ppoll waits; None: for ever."""
    call = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()
    at = int(call[3], 16)
    if at == 0:
        return None
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(at)
        return struct.unpack("q", memory.read(8))[0]


def core_work(core):
    before = switches(core), cpu_ticks(core)
    time.sleep(IDLE_SECONDS)
    return switches(core) - before[0], cpu_ticks(core) - before[1]


def test_who_is_idle_costs_nothing(lab):
    device = lab.booted()
    (core,) = device.role("core")
    wait_for(lambda: device.sessions())  # the console's
    quiet(device.sessions())
    alone, _ = core_work(core)
    shells = [Shell(device) for _ in range(5)]
    pids = device.sessions()
    assert len(pids) == 6
    quiet(pids)
    before = {p: (switches(p), cpu_ticks(p)) for p in pids}
    beside, ticks = core_work(core)
    assert {p: (switches(p), cpu_ticks(p)) for p in pids} == before
    assert beside <= alone + len(shells), "core has work with sessions that do nothing"
    assert ticks <= 10 * IDLE_SECONDS
    if os.geteuid() == 0:
        for pid in pids:
            seconds = sleeps_seconds(pid)
            assert seconds is None or seconds > 600, f"a session wakes up after {seconds} s"
    for shell in shells:
        shell.channel.send("show privilege\r")
        shell.until("level is 1\r\nR1>$")
