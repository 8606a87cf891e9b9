# SPDX-License-Identifier: Apache-2.0
"""Each golden session, typed as its .in file says, shows exactly the screen of its .ok file."""

import contextlib
import difflib
import pathlib
import re
import socket
import time

import pytest

import lab as laboratory

HERE = pathlib.Path(__file__).parent
SESSIONS = sorted(HERE.glob("*/*.in"))

KEYS = {
    "tab": "\t", "space": " ", "return": "\r", "stay": "", "escape": "\x1b", "backspace": "\x7f", "nul": "\0",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "ctrl-shift-6": "\x1e",
    **{f"ctrl-{c}": chr(ord(c) - 96) for c in "abcdefghijklmnopqrstuvwxyz"},
}  # fmt: skip
KEY = re.compile(r"<(" + "|".join(map(re.escape, KEYS)) + r")>")
TEXT = re.compile(r"<text (.*)>$")

# What differs from run to run, and what stands for it in the .ok files.
MASKS = [
    (re.compile(r"(?<=Current configuration : )\d+(?= bytes)"), "N"),
    (re.compile(r"(?<=Using )\d+ out of \d+(?= bytes)"), "N out of N"),
    (re.compile(r"\*?\d\d:\d\d:\d\d(\.\d+)? [A-Z]{3,4} [A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d{4}"), "TIME"),
    (re.compile(r"\*?\d\d:\d\d:\d\d(\.\d+)? [A-Z]{3,4} [A-Z][a-z]{2} +\d+ \d{4}"), "TIME"),
    (re.compile(r"\*?[A-Z][a-z]{2} +\d+ (\d{4} )?\d\d:\d\d:\d\d(\.\d+)?( [A-Z]{3,4})?(?=:)"), "STAMP"),
    (re.compile(r"^\*?(\d\d:\d\d:\d\d|\d+d\d\dh)(?=: %)", re.M), "STAMP"),
    (re.compile(r"[A-Z][a-z]{2} [ \d]\d \d{4} \d\d:\d\d:\d\d [+-]\d\d:\d\d"), "WHEN"),
    (re.compile(r" +\d+(?=  ?WHEN +\S*(ravelin-universal|-config))"), " N"),
    (re.compile(r"\d+(?= bytes (free|available|used))"), "N"),
    (re.compile(r"(?<=SHUTDOWN in )\d+:\d\d:\d\d"), "H:MM:SS"),
    (re.compile(r"(?<=TIME \(in )[^)]*(?=\))"), "SPAN"),
    (re.compile(r"^\d{6}(?=: STAMP)", re.M), "SEQUENCE"),
    (re.compile(r"(?<=exportable\.\.\.)\.+"), ""),  # a dot for each second or so of key generation
    (re.compile(r"(?<=elapsed time was )\d+(?= seconds)"), "N"),
    (re.compile(r"\d+ bytes copied in [\d.]+ secs \(\d+ bytes/sec\)"), "N bytes copied in N secs (N bytes/sec)"),
    (re.compile(r"(?<=uptime is ).*"), "UPTIME"),
    (re.compile(r"(?<=file size is )\d+ bytes, run size is \d+(?= bytes)"), "N bytes, run size is N"),
    (re.compile(r"(?<=entry point )0x[0-9A-F]+"), "0xADDRESS"),
    (re.compile(r"(?<=\.runcfg-)\d{8}-\d{6}(?=\.ar)"), "DATE-TIME"),
    (re.compile(r"(?<=archive size )\d+(?= bytes)"), "N"),
    (re.compile(r"(?<=router id ).*"), "ID"),
    (re.compile(r"(?<=resilience version )\S+"), "VERSION"),
    (re.compile(r"(?<=Time since activation: )\d\d:\d\d:\d\d"), "SPAN"),
    (re.compile(r"\$9\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}"), "$9$HASH"),
    (re.compile(r"\$8\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}"), "$8$HASH"),
    (re.compile(r"(?<= 6 )[A-Za-z0-9+/]{44,}={0,2}"), "SEALED"),
    (re.compile(r"\$5\$[./A-Za-z0-9$]+"), "$5$HASH"),
    (re.compile(r"(?<=127\.0\.0\.1) port \d+"), " port N"),
    (re.compile(r"(?<=^Ravelin on ).*", re.M), "HOST"),
    (re.compile(r"(?<=^Processor board ID ).*", re.M), "ID"),
    (re.compile(r"(?<=Version )0\.\d+\.\d+\S*(?=,)"), "VERSION"),
    # Public key data: whole lines of eight-digit groups.
    (re.compile(r"^ *([0-9A-F]{8} ?){2,}[0-9A-F ]*\n( *[0-9A-F]{2,8}( [0-9A-F]{2,8})* *\n)*", re.M), "  KEY DATA\n"),
]


def keys(line):
    return KEY.sub(lambda m: KEYS[m.group(1)], line)


class Session:
    """Plays one .in file; `out` is what its .ok file holds."""

    def __init__(self, lab):
        self.device = lab.device()
        self.config, self.bare, self.started = laboratory.CONFIG, False, False
        self.size, self.terminal, self.out = (200, 200), None, []
        self.typed_at = 0  # the screen's line on which the last line was typed

    def start(self):
        if not self.started:
            self.device.init(None if self.bare else self.config)
            self.device.run()
            self.started = True
            self.core = self.device.role("core")

    def answers_anew(self):
        """Another core than before runs, and its SSH server greets."""
        if self.device.role("core") in ([], self.core):
            return False
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.device.port), 1) as s:
            return s.recv(4) == b"SSH-"
        return False

    def leave(self):
        if self.terminal:
            self.terminal.settle(wait=".*")
            self.out.append(visible(self.terminal.screen.text).rstrip("\n") + "\n")
            if self.terminal.closed:
                self.out.append("(closed)\n")
            self.terminal.close()
            self.terminal = None

    def direct(self, words, rest):
        if words[0] == "reloaded" and self.terminal:
            self.terminal.hangs_up(30)
        self.leave()
        verb = words[0]
        if verb in ("login", "console", "exec", "restart"):
            self.start()
        self.out.append(f"!@{' '.join(words)}\n")
        if verb == "login":
            self.terminal = self.device.terminal(words[1], words[2], size=self.size, settle=False)
            self.terminal.settle()
        elif verb == "console":
            self.terminal = self.device.console(size=self.size)
            self.terminal.until("Press RETURN to get started")
            self.terminal.settle(wait=".*", quiet=0.3)
            self.terminal.screen = laboratory.Screen()  # how the device booted is not part of the session
        elif verb == "exec":
            done = self.device.ssh(*words[3:], user=words[1], password=words[2])
            self.out.append(f"{done.stdout}{done.stderr}(exit status {done.returncode})\n")
        elif verb == "restart":
            self.device.stop()
            self.device.run()
            self.core = self.device.role("core")
        elif verb == "reloaded":
            assert laboratory.wait_for(self.answers_anew, 30), "the device did not come back"
            self.core = self.device.role("core")
        elif verb == "size":
            self.size = (int(words[1]), int(words[2]))
        elif verb == "bare":
            self.bare = True
        elif verb == "config":
            self.config = "".join(line + "\n" for line in rest)
        else:
            raise ValueError(f"unknown directive: {verb}")

    def until(self, words):
        """Reads until these words stand below the line typed last."""
        end = time.monotonic() + 10
        while words not in "\n".join(self.terminal.screen.lines[self.typed_at :]):
            assert time.monotonic() < end, f"{words!r} not seen; the screen:\n{self.terminal.screen.text}"
            self.terminal.read(0.05)
        self.terminal.settle(wait=".*")

    def type(self, line):
        self.typed_at = len(self.terminal.screen.lines)
        text = TEXT.match(line)
        if text:
            self.terminal.send(keys(text.group(1)) + "\r")
            self.terminal.settle(wait=".*")
            return
        stays = line.endswith(("?", "<stay>"))
        lines = len(self.terminal.screen.lines)
        self.terminal.send(keys(line) + ("" if stays else "\r"))
        if not stays:
            self.terminal.until_new_line(lines)
            self.terminal.settle()
        else:
            self.terminal.settle(wait=".*", quiet=0.15)

    def play(self, script):
        lines = script.splitlines()
        while lines and not lines[0].startswith("!@"):
            self.out.append(lines.pop(0) + "\n")
        while lines:
            line = lines.pop(0)
            if not line.startswith("!@"):
                self.type(line)
                continue
            words, body = line[2:].split(), []
            if words[0] == "config":
                while lines and not lines[0].startswith("!@"):
                    body.append(lines.pop(0))
            if words[0] == "until":
                self.until(line.partition(" ")[2])
                continue
            if words[0] == "wait":
                time.sleep(float(words[1]))
                continue
            self.direct(words, body)
        self.leave()
        return "".join(self.out)


def visible(text):
    """Without the blanks an erased line leaves at its end; the one after a question stays."""
    return re.sub(r"  +$", "", text, flags=re.M)


def masked(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


@pytest.mark.parametrize("path", SESSIONS, ids=[f"{p.parent.name}/{p.stem}" for p in SESSIONS])
def test_session(path, lab, request):
    shown = masked(Session(lab).play(path.read_text()))
    ok = path.with_suffix(".ok")
    if request.config.getoption("--accept"):
        ok.write_text(shown)
        return
    expected = ok.read_text() if ok.exists() else ""
    if shown != expected:
        diff = difflib.unified_diff(expected.splitlines(), shown.splitlines(), ok.name, "shown", lineterm="")
        pytest.fail("\n".join(diff), pytrace=False)
