# SPDX-License-Identifier: Apache-2.0
"""A core that crashes, or hangs, leaves a note of where it was and what it logged last, and the device goes on. The note
holds addresses and lines of the log, and nothing of its memory."""

import os
import re
import signal
import subprocess

import pytest

import lab as laboratory

SIGNALS = {"segv": signal.SIGSEGV, "bus": signal.SIGBUS, "abort": signal.SIGABRT, "illegal": signal.SIGILL}


@pytest.fixture(scope="module")
def device(build):
    lab = laboratory.Lab()
    yield lab.booted()
    lab.release()


def notes(device):
    return sorted((device.folder / "crashinfo").iterdir())


def crash(device, sig):
    """Returns the newest note, when the device is back."""
    core, before = device.role("core"), len(notes(device))
    os.kill(core[0], sig)
    assert laboratory.wait_for(lambda: len(notes(device)) > before and device.role("core") not in ([], core), 10)
    assert laboratory.wait_for(lambda: device.ssh("show clock").returncode == 0, 10)
    return notes(device)[-1].read_text()


def functions(build, note):
    """The names of the functions in the backtrace."""
    addresses = re.findall(r"image\+(0x[0-9a-f]+)", note)
    program = build / "src/image/ravelin-image"
    done = subprocess.run(["addr2line", "-f", "-e", program, *addresses], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[::2]


@pytest.mark.parametrize("sig", SIGNALS.values(), ids=SIGNALS)
def test_crash_tells_where_and_what_was_logged(device, build, sig):
    t = device.terminal()
    t.command("configure terminal")
    t.command("ip ssh time-out 77")
    t.command("end")
    t.close()
    note = crash(device, sig)
    assert f"core died of signal {int(sig)}; the end of its log:" in note
    assert "%SYS-5-CONFIG_I: Configured from " in note
    assert {"core_main", "loop_run"} <= set(functions(build, note)), note
    shown = device.ssh("show stacks").stdout.replace("\r", "")
    assert note in shown and "crash" in shown.splitlines()[0]


def test_killed_core_is_noted_without_last_words(lab):
    assert "killed by signal 9" in crash(lab.booted(), signal.SIGKILL)


def test_no_crash_is_said(lab):
    assert "No crash is on record" in lab.booted().ssh("show stacks").stdout
