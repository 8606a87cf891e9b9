# SPDX-License-Identifier: Apache-2.0
"""Core is killed before each call by which an import changes its folder: the trustpoint has the former certificate or the
new one, whole, and no pieces lie about."""

import os
import pathlib
import re
import sys

import pytest

import lab as laboratory
from test_kills import Tracer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from collectors import PASSWORD, authority, pkcs12  # noqa: E402

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may trace a device's processes")

CALLS = range(1, 9)  # an import makes fewer
IMPORT = "crypto pki import ME pkcs12 flash:{}.p12 password " + PASSWORD


def ends(t, core):
    """The import is over, or core is."""
    before = t.screen.text.count("Imported")

    def over():
        t.read(0.01)
        return not laboratory.alive(core) or t.screen.text.count("Imported") > before

    return over


def serial(t):
    found = re.findall(r"Serial Number \(hex\): (\w+)", t.command("show crypto pki certificates ME"))
    return found[0] if found else ""


def test_old_or_new(lab, tmp_path):
    issue = authority(tmp_path, "ca")
    device = lab.booted()
    serials = {}
    t = device.terminal()
    t.command("terminal length 0")
    for who in ("first", "second"):
        issue(who)
        (device.folder / f"flash/{who}.p12").write_bytes(pkcs12(tmp_path, who).read_bytes())
        for line in ("configure terminal", IMPORT.format(who).replace("ME", who), "end"):
            t.command(line)
        serials[who] = re.search(r"\(hex\): (\w+)", t.command(f"show crypto pki certificates {who}")).group(1)
    assert "successfully" in "".join(t.command(line) for line in ("configure terminal", IMPORT.format("first")))
    seen, ended = set(), 0
    for n in CALLS:
        t.command("end")
        before = serial(t)
        other = "second" if before == serials["first"] else "first"
        (core,) = device.role("core")
        tracer, over = Tracer(core, n, "signal=KILL"), ends(t, core)
        t.send("configure terminal\r" + IMPORT.format(other) + "\ryes\r")
        assert laboratory.wait_for(over, 15), t.screen.text
        tracer.end()
        if laboratory.alive(core):
            continue
        ended += 1
        device.kill()
        device.run()
        t = device.terminal()
        t.command("terminal length 0")
        now = serial(t)
        assert now in (before, serials[other])
        seen.add("old" if now == before else "new")
        assert sorted(p.name for p in (device.folder / "keys").glob("*identity*")) == ["identity-ME", "identity-first", "identity-second"]
        assert not list((device.folder / "keys").glob(".next-*"))
        assert "DAMAGED" not in t.command("show logging")
    assert 2 <= ended < len(CALLS) and seen == {"old", "new"}, (ended, seen)
