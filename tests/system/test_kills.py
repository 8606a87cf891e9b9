# SPDX-License-Identifier: Apache-2.0
"""Any process of a device is killed while configuration, private configuration, keys, boot variables, archive and
bootset are written, before any of the calls by which core changes what lies in its folder: what is there then is whole,
and the device boots or goes on. Between two of these calls nothing changes, so every one of them is every instant:
RAVELIN_KILLS=all takes them all, a run of the tests takes some."""

import itertools
import os
import signal
import subprocess
import time

import pytest

import lab as laboratory
import power_cut
import whole

CALLS = "linkat,renameat,renameat2,unlinkat,fsync,fchmod,ftruncate"
SOME = {"core": (3, 11, 19), "gate": (8,), "session": (16,), "rommon": (12,), "helper": (1,)}
PASSES = {"core": 5, "gate": 1, "session": 2, "rommon": 1, "helper": 1}  # of all: a generation in three and five releases what is secured
HELPERS = 3  # at work in a round
ALL = os.environ.get("RAVELIN_KILLS") == "all"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may trace a device's processes")


def files_of(device):
    found = {}
    for part in ("nvram", "keys", "secure", "flash"):
        for path in (device.folder / part).iterdir():
            content = power_cut.IMAGE if path.stat().st_size > 1 << 20 else path.read_bytes()
            found[f"{part}/{path.name}"] = content
    return found


def is_image(content):
    return content == power_cut.IMAGE


class Tracer:
    """What happens to core before its call number n of those that change its folder."""

    def __init__(self, core, n, what):
        self.strace = subprocess.Popen(
            ["strace", "-p", str(core), "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", f"inject={CALLS}:{what}:when={n}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert "attached" in self.strace.stderr.readline()

    def end(self):
        self.strace.terminate()
        self.strace.wait(10)
        self.strace.stderr.close()


def held(pid):
    """Before a call, and not for the moment in which a tracer looks at any."""

    def state():
        with open(f"/proc/{pid}/status") as file:
            words = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        return words["State"][0] in "tT", words["voluntary_ctxt_switches"], words["nonvoluntary_ctxt_switches"]

    before = state()
    return before[0] and not time.sleep(0.05) and state() == before


class Round:
    """Types a generation, and ends what is to be ended at its instant."""

    def __init__(self, device, victim, n):
        self.device, self.victim, self.n = device, victim, n
        self.before = files_of(device)
        self.was = whole.check(self.before, is_image)["startup-config"]
        self.generation = self.was + 1
        self.ended = self.done = False

    def run(self):
        if not self.device.role("core"):
            self.device.run()
        (core,) = self.device.role("core")
        t = self.enter()
        seen = self.device.sessions()
        tracer = None if self.victim == "helper" else Tracer(core, self.n, "signal=KILL" if self.victim == "core" else "delay_enter=300ms")
        for line in [*whole.lines(self.generation, whole.word_in_force(self.before), f"k{time.monotonic_ns()}"), "! all is done"]:
            t.send(line + "\r")
        end = time.monotonic() + 60
        while not self.done and not (self.ended and self.victim in ("core", "rommon", "session")):
            assert time.monotonic() < end, t.screen.text
            t.read(0.01)
            self.done = f"G{self.generation}#! all is done" in t.screen.text
            if not self.ended:
                self.ended = self.strike(core, seen)
        if tracer:
            tracer.end()
        if self.done:
            self.leave(t)
        else:
            t.close()

    def enter(self):
        t = self.device.console()
        t.until("Press RETURN to get started")
        first = "secure/.manifest" not in self.before and "had no manifest" in t.screen.text  # what was begun is taken away
        assert "DAMAGED" not in t.screen.text or first, t.screen.text
        t.screen = laboratory.Screen()
        t.send("\r")
        t.settle(wait=">$")
        t.command("enable")
        return t

    def leave(self, t):
        t.send("exit\r")
        t.until("Press RETURN to get started")
        t.close()

    def strike(self, core, sessions):
        """Is it over?"""
        if self.victim == "core":
            return not laboratory.alive(core)
        if self.victim == "helper":
            return self.strike_helper()
        if not held(core):
            return False
        pids = {"gate": lambda: self.device.role("gate")[:1], "session": lambda: sessions, "rommon": self.rommon}[self.victim]()
        assert pids
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return True

    def rommon(self):
        return [pid for pid, argv in self.device.processes().items() if "run" in argv]

    def strike_helper(self):
        at_work = {p for p, argv in self.device.processes().items() if any(w.startswith("helper") for w in argv)}
        fresh = at_work - getattr(self, "helpers", set())
        self.helpers = getattr(self, "helpers", set()) | at_work
        if len(self.helpers) < self.n or not fresh:
            return False
        for pid in fresh:
            os.kill(pid, signal.SIGKILL)
        return True

    def look(self):
        """What is there now is whole, and not less than was confirmed; who was not ended goes on. The next round begins
        with what is on the disk."""
        if self.victim in ("gate", "session", "helper"):
            self.leave(self.enter())
        self.device.kill()
        now = whole.check(files_of(self.device), is_image)
        assert now["startup-config"] >= (self.generation if self.done and self.victim != "helper" else self.was)

def numbers(victim):
    """Of the calls before which it is killed, a list a pass: all are those up to one that a round does not have."""
    if not ALL:
        return [SOME[victim]]
    return [range(1, HELPERS + 1) if victim == "helper" else itertools.count(1) for _ in range(PASSES[victim])]


def test_killed_before_any_call(lab):
    device = lab.device()
    device.init(whole.CONFIG)
    kills = {}
    for victim in SOME:
        kills[victim] = 0
        for calls in numbers(victim):
            for n in calls:
                one = Round(device, victim, n)
                one.run()
                one.look()
                kills[victim] += one.ended
                assert one.ended or ALL, (victim, n)
                if not one.ended:
                    break
    print("killed: " + ", ".join(f"{victim} {n} times" for victim, n in kills.items()))
    device.run()
    assert not [path for path in device.folder.glob("*/.next-*")]
