# SPDX-License-Identifier: Apache-2.0
"""What those who judge SSH servers from outside say of each preset: ssh-audit, whose whole word is kept in the folder
audit, and nmap's scripts. `--accept` rewrites the files; the diff is the review.

Every [warn] that ssh-audit has for the default stands with its reason in audit/modern.reasons. ssh-audit 2.5.0 is of
2021: what is younger it calls unknown."""

import difflib
import pathlib
import re
import subprocess

import pytest

import lab as laboratory
import wire

AUDIT = pathlib.Path(__file__).parent / "audit"
PRESETS = ["modern", "pq-only", "ios-15", "ios-12"]
MASKS = [
    (re.compile(r"127\.0\.0\.1:\d+"), "ADDRESS"),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}|MD5:[0-9a-f:]{47}"), "FINGERPRINT"),
    (re.compile(r"Ravelin_\d\S*"), "Ravelin_VERSION"),
    (re.compile(r"[ \t]+$", re.M), ""),
]


@pytest.fixture(scope="module", params=PRESETS)
def preset(build, request):
    """A device for each, with every kind of host key a preset could offer."""
    made = laboratory.Lab()
    request.node.lab = made
    device = made.booted(laboratory.CONFIG.replace("end\n", f"ip ssh version 2\nip ssh server algorithm preset {request.param}\nend\n"))
    device.preset = request.param
    yield device
    made.release()


def audit(device):
    argv = ["ssh-audit", "--no-colors", "--ssh2", "-p", str(device.port), "127.0.0.1"]
    said = subprocess.run(argv, capture_output=True, text=True, timeout=60).stdout
    for pattern, word in MASKS:
        said = pattern.sub(word, said)
    return said


def test_ssh_audit(preset, request):
    file = AUDIT / f"{preset.preset}.txt"
    said = audit(preset)
    if request.config.getoption("--accept"):
        file.write_text(said)
    kept = file.read_text()
    assert said == kept, "".join(difflib.unified_diff(kept.splitlines(True), said.splitlines(True), "kept", "said"))


def judged(preset, word):
    """The algorithms that have such a mark, in the kept file."""
    found, name = set(), None
    for line in (AUDIT / f"{preset}.txt").read_text().splitlines():
        head = re.match(r"\(\w+\) (\S+)", line)
        name = head.group(1) if head else name
        if f"[{word}]" in line:
            found.add(name)
    return found


def test_the_default_has_no_failure_and_a_reason_for_each_warning():
    reasons = dict(line.split(": ", 1) for line in (AUDIT / "modern.reasons").read_text().splitlines())
    assert judged("modern", "fail") == set()
    assert judged("modern", "warn") == set(reasons)
    assert judged("pq-only", "fail") == set() and judged("pq-only", "warn") <= set(reasons)
    assert judged("ios-12", "fail") and judged("ios-15", "fail"), "the marks are found where they must be"


def nmap(device, *scripts):
    argv = ["nmap", "-n", "-Pn", "-sT", "-p", str(device.port), "--script", ",".join("+" + s for s in scripts),
            "--script-args", "ssh_hostkey=all,ssh.user=admin", "127.0.0.1"]  # fmt: skip
    return subprocess.run(argv, capture_output=True, text=True, timeout=60).stdout


def test_nmap(preset):
    """Its scripts see the lists as they are, the fingerprint of each host key, and how one may log in."""
    said = nmap(preset, "ssh2-enum-algos", "ssh-hostkey", "ssh-auth-methods")
    kex, hostkeys, ciphers, _, macs, *_ = wire.offered(preset.port)
    for title, names in (
        ("kex_algorithms", kex), ("server_host_key_algorithms", hostkeys), ("encryption_algorithms", ciphers),
        ("mac_algorithms", macs),
    ):  # fmt: skip
        listed = re.search(rf"{title}: \((\d+)\)\n((?:\|  .*\n)*)", said)
        assert listed, said
        assert listed.group(2).split()[1::2][: len(names)] == names and int(listed.group(1)) == len(names), said
