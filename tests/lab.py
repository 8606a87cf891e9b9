# SPDX-License-Identifier: Apache-2.0
"""What the golden, system, interop and benchmark programs share: a device in a folder of its own, a terminal on it
through the OpenSSH client or the launcher's console, and the screen such a terminal shows.

Nothing here knows more of Ravelin than the launcher's command line and what a person sees."""

import codecs
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unicodedata

import pexpect

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOBODY = 65534

CONFIG = """\
hostname R1
ip domain-name example.com
username admin privilege 15 password 0 admin
username guest privilege 1 password 0 guest
enable secret 0 sesame
line vty 0 4
 login local
 transport input ssh
end
"""


# OpenSSH's own first choice, sntrup761, costs it 0.1 s of processor time: most of what the tests would do. Options before
# this one win over it; tests/interop/test_hybrid.py leaves the client its choice.
QUICK_KEX = "-oKexAlgorithms=^curve25519-sha256"

KEYS = {}  # what `ravelin init` made: {lines that name the device: {file: content}}


def build_folder():
    return pathlib.Path(os.environ.get("RAVELIN_BUILD", ROOT / "build")).resolve()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds=5.0, step=0.02):
    """The first true value of condition(), or the last false one when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)


def alive(pid):
    """Not gone and no zombie. One who is dying has no argument list any more, but still his files and locks."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def own_memory(pid):
    """KiB of memory that the process shares with nobody; 0: it has ended."""
    try:
        held = re.search(r"RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(held[1]) if held else 0


def columns(char):
    """How many columns of a terminal a character takes; none for one that joins the character before it."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    """What a terminal shows: carriage return, backspace and the few escape sequences of a line editor are obeyed.
    A row is a list of columns: a character with its marks, or nothing in the second column of a wide one."""

    SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")

    def __init__(self):
        self.lines, self.row, self.column, self.pending = [""], [], 0, ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data):
        data, self.pending = self.pending + self.decoder.decode(data), ""
        at = 0
        while at < len(data):
            if data[at] == "\x1b":
                found = self.SEQUENCE.match(data, at)
                if not found:
                    if len(data) - at < 12:
                        self.pending = data[at:]
                        break
                    at += 1
                    continue
                self._sequence(found.group(1), found.group(2))
                at = found.end()
                continue
            self._character(data[at])
            at += 1
        self.lines[-1] = "".join(self.row)

    def _character(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.lines[-1] = "".join(self.row)
            self.lines.append("")
            self.row, self.column = [], 0
        elif char == "\b":
            self.column = max(0, self.column - 1)
        elif char >= " ":
            self._put(char, columns(char))

    def _put(self, char, wide):
        self.row += [" "] * (self.column - len(self.row))
        if wide == 0:
            if self.column:
                self.row[self.column - 1] += char
            return
        erased = char == " " and self.column < len(self.row) and not "".join(self.row[self.column + 1 :]).strip()
        for at in range(self.column, min(self.column + wide, len(self.row))):  # half of a wide character is none
            if self.row[at] == "":
                self.row[at - 1] = " "
            elif at + 1 < len(self.row) and self.row[at + 1] == "":
                self.row[at + 1] = " "
        self.row[self.column : self.column + wide] = [char] + [""] * (wide - 1)
        while erased and self.row and self.row[-1] == " ":
            self.row.pop()
        self.column += wide

    def _sequence(self, argument, final):
        count = int(argument) if argument.isdigit() else 1
        if final == "K":
            del self.row[self.column :]
        elif final == "D":
            self.column = max(0, self.column - count)
        elif final == "C":
            self.column += count

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def last(self):
        return self.lines[-1]


class Terminal:
    """A person at a terminal: types, then reads until the device waits for him again."""

    WAITS = re.compile(r"(^\S*\([^)\s]*\)#|^[^\s%!]\S{0,63}[>#]|[:?\]] ?|--More-- ?)$")

    def __init__(self, argv, env=None, size=(24, 200)):
        self.child = pexpect.spawn(argv[0], list(argv[1:]), env=env, dimensions=size, timeout=10, use_poll=True)
        self.child.delaybeforesend = None
        self.screen = Screen()
        self.closed = False

    def send(self, text):
        self.child.send(text)

    def read(self, seconds):
        """Takes what arrives within so long; False when nothing did."""
        try:
            self.screen.feed(self.child.read_nonblocking(65536, seconds))
            return True
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            self.closed = True
            return False

    def settle(self, seconds=10.0, quiet=0.03, wait=None):
        """Reads until the device waits for input (a prompt or question stands, nothing follows) or hangs up.
        `wait`: a regular expression to see on the screen's last line instead."""
        end = time.monotonic() + seconds
        pattern = re.compile(wait) if wait else self.WAITS
        while not self.closed:
            if self.read(quiet):
                continue
            if pattern.search(self.screen.last):
                break
            if time.monotonic() > end:
                raise AssertionError(f"no prompt within {seconds} s; the screen:\n{self.screen.text}")
        return self.screen.text

    def until(self, pattern, seconds=10.0):
        """Reads until the pattern stands anywhere on the screen."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.screen.text, re.M):
            if time.monotonic() > end or (self.closed and not self.read(0)):
                raise AssertionError(f"{pattern!r} not seen; the screen:\n{self.screen.text}")
            self.read(0.05)
        return self.screen.text

    def hangs_up(self, seconds=5.0):
        """True when the device ends the session within so long."""
        end = time.monotonic() + seconds
        while not self.closed and time.monotonic() < end:
            self.read(0.1)
        return self.closed

    def command(self, line, **how):
        """Types a line; what the screen shows after the echo and before the next prompt."""
        before = len(self.screen.lines)
        self.send(line + "\r")
        self.until_new_line(before)
        self.settle(**how)
        return "\n".join(self.screen.lines[before:-1])

    def configure(self, *lines):
        """Types them in configuration mode; what the screen showed after each, from `configure terminal` to `end`."""
        return [self.command(line) for line in ("configure terminal", *lines, "end")]

    def enable(self, password, tries=1):
        """Types it when `enable` asks, so often; what the screen shows after the last time."""
        self.send("enable\r")
        self.settle(wait="Password: $")
        for _ in range(tries - 1):
            self.send(f"{password}\r")
            self.settle(wait="Password: $")
        return self.command(password)

    def reload(self):
        """Of a configuration that is saved: the device goes down."""
        self.send("reload\r")
        self.settle(wait=r"\[confirm\]$")
        self.send("\r")
        assert self.hangs_up(10)

    def until_new_line(self, count, seconds=10.0):
        end = time.monotonic() + seconds
        while len(self.screen.lines) <= count and not self.closed and time.monotonic() < end:
            self.read(0.05)

    def close(self):
        """Hangs up, as one who closes the window; a child that does not mind is killed."""
        self.child.kill(signal.SIGHUP)
        wait_for(lambda: not self.child.isalive(), 1, 0.002)
        self.child.ptyproc.delayafterclose = 0
        self.child.close(force=True)


class Device:
    """One device folder. `uid` None: whoever runs the test; else the launcher runs as that user."""

    def __init__(self, parent, uid=None, name="r1"):
        self.uid = uid
        self.parent = pathlib.Path(parent)
        self.folder = self.parent / name
        self.launcher = build_folder() / "src/launcher/ravelin"
        self.port = None
        self.terminals = []

    # --- the launcher's verbs ---
    def argv(self, verb, *rest):
        who = []
        if self.uid is not None and self.uid != os.geteuid():
            who = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        return [*who, str(self.launcher), verb, str(self.folder), *map(str, rest)]

    def inside(self, script):
        """From now on it runs in a mount namespace of its own, after this shell script ($0 is its folder)."""
        alone = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps", "--mount"]
        argv = self.argv
        self.argv = lambda verb, *rest: [
            *(["unshare", *alone, "sh", "-c", f'{script} && exec "$@"', str(self.folder)] if verb == "run" else []),
            *argv(verb, *rest),
        ]

    def call(self, verb, *rest, timeout=20):
        return subprocess.run(
            self.argv(verb, *rest), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
        )

    def init(self, config=CONFIG):
        """A device with this configuration, or out of the box (None). Making RSA keys takes ten times as long as all
        else until it answers, so `ravelin init` makes them once for the devices of one name."""
        if config is None:
            return self._init("--bare")
        names = tuple(line for line in config.splitlines() if line.startswith(("hostname ", "ip domain")))
        if names in KEYS:
            shown = self._init("--bare")
            self._put({"nvram/startup-config": config.encode(), **KEYS[names]})
            return shown
        path = self.parent / f"{self.folder.name}.cfg"
        path.write_text(config)
        shown = self._init("--config", path)
        KEYS[names] = {f"keys/{key.name}": key.read_bytes() for key in (self.folder / "keys").iterdir()}
        return shown

    def _init(self, *options):
        done = self.call("init", *options)
        assert done.returncode == 0, f"ravelin init: {done.stderr}{done.stdout}"
        return done.stdout

    def _put(self, files):
        for name, content in files.items():
            path = self.folder / name
            path.write_bytes(content)
            path.chmod(0o600)
            if self.uid is not None:
                os.chown(path, self.uid, self.uid)

    def run(self, *options, timeout=20):
        self.port = self.port or free_port()
        done = self.call("run", "-d", "-p", f"{self.port}:22", *options, timeout=timeout)
        assert done.returncode == 0, f"ravelin run: {done.stderr}{done.stdout}\n{self.log()}"

    def stop(self):
        done = self.call("stop")
        assert done.returncode == 0, f"ravelin stop: {done.stderr}{done.stdout}"

    def status(self):
        return self.call("status")

    def note_longest_step(self):
        """What core's event loop says of its longest turn goes into the summary of the whole run (tests/report.py)."""
        results = build_folder() / "results"
        found = re.search(r"^core: longest step ([\d.]+) ms", self.status().stdout, re.M)
        if found and results.is_dir():
            test = os.environ.get("PYTEST_CURRENT_TEST", "?").split(" ")[0]
            with open(results / "longest-steps", "a") as file:
                file.write(f"{found.group(1)} {test}\n")

    def log(self):
        with contextlib.suppress(OSError):
            return (self.folder / "run/boot.log").read_text(errors="replace")
        return ""

    # --- its processes ---
    def processes(self):
        """{pid: argument list} of every process that names the folder and is not a zombie."""
        found, needle = {}, str(self.folder).encode()
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    argv = (entry / "cmdline").read_bytes().split(b"\0")
                    if needle in argv:
                        found[int(entry.name)] = [a.decode(errors="replace") for a in argv]
        return found

    def role(self, role):
        """The pids whose argument list holds `--role ROLE`, oldest first."""
        return sorted(p for p, a in self.processes().items() if "--role" in a and a[a.index("--role") + 1] == role)

    def sessions(self):
        """The pids of those of gate's processes that have become sessions, the console's among them."""
        found = set()
        for pid in self.role("gate"):
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/comm").read_text() == "session\n":
                    found.add(pid)
        return found

    def kill(self, known=()):
        """SIGKILL to everything of this device, without a word; first, and without looking round, to the pids known.
        Over when the last has let go of all it held."""
        killed = set(known)
        for pid in known:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while pids := self.processes():
            killed |= pids.keys()
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)
        while any(map(alive, killed)):
            time.sleep(0.002)

    def hang_up(self):
        for t in self.terminals:
            t.close()
        self.terminals = []

    def release(self):
        self.hang_up()
        with contextlib.suppress(Exception):
            if self.processes():
                self.note_longest_step()
        self.kill()

    # --- ways in ---
    def ssh_argv(self, user, *command, options=(), tty=False):
        return [
            "ssh", "-F", "none", *map(str, options), "-p", str(self.port), "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "NumberOfPasswordPrompts=1", "-o", "IdentityFile=none", "-o", "IdentityAgent=none",
            QUICK_KEX,
            *(["-tt", "-e", "none"] if tty else []), f"{user}@127.0.0.1", *command,
        ]  # fmt: skip

    def ssh_env(self, password):
        script = self.parent / "askpass"
        if not script.exists():
            script.write_text('#!/bin/sh\nprintf "%s\\n" "$LAB_PASSWORD"\n')
            script.chmod(0o755)
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.parent), "TERM": "vt100", "LAB_PASSWORD": password,
            "SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force",
        }  # fmt: skip

    def ssh(self, *command, user="admin", password="admin", options=(), timeout=20, stdin=subprocess.DEVNULL):
        return subprocess.run(
            self.ssh_argv(user, *command, options=options), env=self.ssh_env(password), stdin=stdin,
            capture_output=True, text=True, errors="replace", timeout=timeout,
        )  # fmt: skip

    def terminal(self, user="admin", password="admin", options=(), size=(24, 200), settle=True):
        t = Terminal(self.ssh_argv(user, options=options, tty=True), env=self.ssh_env(password), size=size)
        self.terminals.append(t)
        if settle:
            t.settle()
        return t

    def console(self, size=(24, 200)):
        t = Terminal(self.argv("console"), size=size)
        self.terminals.append(t)
        return t

    def foreground(self, *options, size=(24, 200)):
        """`ravelin run` without -d on a terminal of its own: rommon and the console as a person sees them."""
        self.port = self.port or free_port()
        t = Terminal(self.argv("run", "-p", f"{self.port}:22", *options), size=size)
        self.terminals.append(t)
        return t

    def paramiko(self, user="admin", password="admin", **how):
        import paramiko

        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        how.setdefault("look_for_keys", False)
        how.setdefault("allow_agent", False)
        client.connect("127.0.0.1", self.port, user, password, timeout=10, **how)
        return client


class Lab:
    """Makes devices and cleans up after them."""

    def __init__(self):
        self.devices = []
        self.folders = []

    def device(self, uid=None, name="r1"):
        # Not below pytest's own folder: an ordinary user must reach it.
        folder = tempfile.mkdtemp(prefix="ravelin-test-")
        if uid is not None:
            os.chown(folder, uid, uid)
        os.chmod(folder, 0o755)
        self.folders.append(folder)
        self.devices.append(Device(folder, uid, name))
        return self.devices[-1]

    def booted(self, config=CONFIG, uid=None, options=()):
        device = self.device(uid)
        device.init(config)
        device.run(*options)
        return device

    def release(self):
        for device in self.devices:
            device.release()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
